//===- Checks.h - What a program states about itself ------------*- C++ -*-===//
//
// Measures the quantities that `check` declarations constrain, and the model's
// own error. Printing is in CheckCommand.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_CHECKS_H
#define RILL_RUNTIME_CHECKS_H

#include "Runtime/Data.h"
#include "Runtime/Evaluate.h"
#include "Runtime/Model.h"
#include "Runtime/Numeric.h"

#include <optional>

namespace rill::rt {

enum class Verdict { Pass, Fail, Inconclusive };

/// What was measured, and what had to hold.
struct CheckResult {
  std::string label;
  double measured = 0;
  std::string required;  ///< "< 1e-05"
  std::string precision; ///< of the kernels: "f32", "f64"
  std::string note;      ///< floor, standard error, rows
  Verdict verdict = Verdict::Fail;
};

/// Everything that measuring needs: model with parameters set, data, seed.
class CheckContext {
public:
  CheckContext(Model &model, DataSources sources, Evaluation how);

  Model &model;
  Evaluation how;
  bool drawRowsOnly = false; ///< never take rows of data: unit tests

  const DataSet &data(const DataSpec &spec);
  /// At most `limit` rows of the law, its subject and then its conditions:
  /// held-out ones, all where none are held out, or draws given the defaults
  /// where it has no data (or is a test's).
  Table rowsOf(const DistSpec &dist, int64_t limit);

private:
  DataSources sources;
  std::map<std::string, DataSet> sets;
};

/// Measures one check. An Error where it cannot be measured at all.
CheckResult measure(CheckContext &context, const CheckSpec &check);

/// The f32 log-density against the f64 kernel on held-out rows, relative to
/// max(1, |log p|): at most 1e-5, or 4 times the floor (the f64 result with its
/// input rounded to f32). Nothing if the dist lacks either kernel.
std::optional<CheckResult> measureOwnError(CheckContext &context,
                                           const DistSpec &dist);

/// The log-determinants of `runner`'s map (f64) at rows, from its Jacobian in
/// the first `d` columns by finite differences, with their estimated errors.
std::vector<Derivative> numericLogDet(Runner &runner, const Table &rows,
                                      const std::vector<Field> &fields,
                                      int64_t d);

/// What moves when one coordinate of a map's start does.
struct Reach {
  /// The largest difference quotient of an element of the end in an element of
  /// the start that it may not depend on; NaN if a value is not a number.
  double forbidden = 0;
  int64_t end = 0, start = 0; ///< the elements where it is the largest
  double allowed = 0;         ///< of an element in another that it may read
  int64_t pairs = 0;          ///< how many (end, start) are forbidden
};

/// Of `runner`'s map (f64) at rows, each of the first columns moved by a small
/// and by a large step both ways. `reads`: for each element of the end, the
/// ranges [begin, end) of elements of the start that it may depend on.
Reach reachOf(Runner &runner, const Table &rows,
              const std::vector<Field> &fields,
              const std::vector<std::vector<int64_t>> &reads, int64_t width);

} // namespace rill::rt
#endif
