//===- Evaluate.h - Kernels over whole tables -------------------*- C++ -*-===//
//
// Densities, maps and draws for any number of rows, batch by batch. Results
// are the same bits at any batch size. No files.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_EVALUATE_H
#define RILL_RUNTIME_EVALUATE_H

#include "Runtime/Model.h"
#include "Runtime/Table.h"

namespace rill::rt {

/// Rows that one call takes unless --batch says otherwise.
constexpr int64_t defaultBatch = 8192;

struct Evaluation {
  int64_t batch = defaultBatch;
  uint64_t seed = 0;
};

/// The typed arrays that `runner`'s varying inputs need for these rows.
TypedRows typedFor(const Runner &runner, const Table &table,
                   const std::vector<Field> &fields);

/// One number per row: the result of role `role` ("logp", "value").
std::vector<double> evaluateRows(Runner &runner, const Table &table,
                                 const std::vector<Field> &fields,
                                 const std::string &role,
                                 const Evaluation &how = {});

/// A map applied to rows: its values and log-determinants (empty if the kernel
/// has none).
struct Mapped {
  Table value;
  std::vector<double> logDet;
};
Mapped mapRows(Runner &runner, const Table &table,
               const std::vector<Field> &fields, const Evaluation &how = {});

/// Samples first .. first + n - 1 of the law that `runner` draws from, each
/// given its row of `given`, whose columns are `conditions`.
Table drawRows(Runner &runner, int64_t n, int64_t first, const Evaluation &how,
               const Table &given = {},
               const std::vector<Field> &conditions = {});

/// Runs an `init` kernel on rows (`in` as for Runner::run) and sets the
/// parameters that it returns. An Error if one is not finite.
void initializeParams(Model &model, Runner &init,
                      const std::vector<const void *> &in, int64_t batch,
                      uint64_t seed);

/// The program's own initial values of the parameters that no `train`
/// initialises; where they are computed from a first batch, it is 256 standard
/// normal rows (class 0 where they are classes). Does nothing for a program
/// without such.
void initializeUntrained(Model &model, uint64_t seed);

/// Standard normal rows, brought into the fields' spaces: points at which a map
/// is probed when no law draws them. Fields must be continuous.
Table standardPoints(const std::vector<Field> &fields, int64_t rows,
                     uint64_t seed);

/// The mean, summed in order in double; NaN for no numbers.
double meanOf(const std::vector<double> &values);

} // namespace rill::rt
#endif
