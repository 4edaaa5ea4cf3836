//===- Import.h - From the typed program to model and lane ------*- C++ -*-===//
//
// Joins `lang` to the dialects: laws and entry points of a typed program as
// model-level operations, their lowering to lane functions, and the driver plan
// (docs/decisions/0003). Faults that a user can cause are reported through
// lang's diagnostics.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_COMPILER_IMPORT_IMPORT_H
#define RILL_COMPILER_IMPORT_IMPORT_H

#include "Support/Diagnostic.h"
#include "Typed/Typed.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SmallVector.h"

#include <map>
#include <string>

namespace rill::import {

/// The model stage: one `prob.dist` per law, one `func.func` per entry point
/// that uses them. Null when an error was reported.
mlir::OwningOpRef<mlir::ModuleOp>
importProgram(const lang::typed::Program &program, mlir::MLIRContext &context,
              lang::DiagnosticEngine &diag);

/// Judges every update of every flow; refusals are errors at their place.
llvm::LogicalResult judge(mlir::ModuleOp module, lang::DiagnosticEngine &diag);

/// Warns of each `inverse by` of the program's own that no round trip tests.
void warnUncheckedInverses(const lang::typed::Program &program,
                           lang::DiagnosticEngine &diag);

/// What `check dependence` measures: for each element of a flow's end the
/// elements of its start that it may depend on, as the compiler has proved.
using DependenceProofs =
    std::map<const lang::typed::Check *, llvm::SmallVector<llvm::BitVector>>;

/// Proves what the dependence checks state, from judged flows; what is not
/// proved is an error at the check.
DependenceProofs proveDependences(const lang::typed::Program &program,
                                  mlir::ModuleOp model,
                                  lang::DiagnosticEngine &diag);

/// Derives what the entry points of a judged module ask for: afterwards the
/// module holds lane functions only (docs/decisions/0002).
llvm::LogicalResult lowerModelToLane(mlir::ModuleOp module,
                                     const lang::typed::Program &program,
                                     lang::DiagnosticEngine &diag);

/// Which way through a law goes element after element: the inverse of a causal
/// update. The other way is one parallel pass.
struct Directions {
  bool sequentialDensity = false, sequentialSampling = false;
};
/// Of every law of the model stage, by its symbol.
std::map<std::string, Directions> directionsOf(mlir::ModuleOp model);

/// The driver plan of a lowered module. `f64`: the program's precision.
std::string planJson(mlir::ModuleOp lane, const lang::typed::Program &program,
                     const std::map<std::string, Directions> &directions,
                     const DependenceProofs &proofs, bool f64);

/// What `rill check` prints: spaces, kinds, directions, parameters.
std::string describe(const lang::typed::Program &program, mlir::ModuleOp model,
                     const std::map<std::string, Directions> &directions);

/// What `rill check --explain` adds, from the model stage: verdict and reason
/// for every update.
std::string explain(mlir::ModuleOp model, const lang::SourceManager &sources);

} // namespace rill::import

#endif // RILL_COMPILER_IMPORT_IMPORT_H
