//===- Entries.h - Entry points of a program --------------------*- C++ -*-===//
//
// The functions that the runtime calls, at the model level: what a named law
// offers, the loss of each training, the expressions of checks. Their names are
// a contract with the driver plan.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_COMPILER_IMPORT_ENTRIES_H
#define RILL_COMPILER_IMPORT_ENTRIES_H

#include "Prob/Analysis/Kinds.h"
#include "Typed/Typed.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace rill::import {

/// Attributes of entry functions, their arguments and results.
inline constexpr const char *entryAttr = "rill.entry";
inline constexpr const char *alsoF64Attr = "rill.also_f64";
inline constexpr const char *argAttr = "rill.arg";
inline constexpr const char *resultAttr = "rill.result";
/// On a loss: the number of its training.
inline constexpr const char *trainAttr = "rill.train";

/// What the law, with what it is made of, can say.
struct Offer {
  bool logp = false;                     ///< a density at any point
  bool sample = false;                   ///< draws
  bool latent = false, generate = false; ///< the flow's two directions
  /// Only the density of its own draws: a flow on the way has no inverse.
  bool ownDraws = false;
};
Offer offerOf(const lang::typed::Program &program, lang::typed::DistId dist,
              mlir::ModuleOp model);

/// The kind of the law's likelihood: of a map's closed log-determinant and the
/// base's density, or of its own members.
prob::Kind kindOf(const lang::typed::Program &program,
                  lang::typed::DistId dist);

/// What the solvers of the flow, and of those below, add to an exact density:
/// "the solver's 20 steps of 4 stages", or "" where there is none.
std::string solversOf(const lang::typed::Program &program,
                      lang::typed::DistId dist);

/// Of the solvers whose samples choose their steps: the most that one may try,
/// and the largest of their tolerances. Zeros if there is none.
struct StepControl {
  int64_t steps = 0;
  double tolerance = 0;
};
StepControl stepControlOf(const lang::typed::Program &program,
                          lang::typed::DistId dist);

/// The fields of a law's subject or a data set: one, or a product's.
std::vector<lang::Space> fieldsOf(const lang::Space &space);

/// The arrays that hold a value called `name` (Space::arrays), each with a name
/// of its own: `c` and, where it may be null, `c?`; `c.x` of a product.
std::vector<std::pair<std::string, lang::Space>>
namedArrays(const std::string &name, const lang::Space &space);

/// Appends all entry points to the model module.
void addEntries(const lang::typed::Program &program,
                const lang::SourceManager &sources, mlir::ModuleOp module);

/// "pairs.draw": the rows of a data set that the program draws.
std::string drawName(const lang::typed::Data &data);

/// "train0.loss", "check2", "test1.check0".
std::string lossName(size_t train);
std::string checkName(size_t check);
std::string testCheckName(size_t test, size_t check);

} // namespace rill::import

#endif // RILL_COMPILER_IMPORT_ENTRIES_H
