// Derivatives of a random program as further functions of its module, and the
// passes run on them.
#ifndef RILL_LANE_RANDOM_DERIVE_H
#define RILL_LANE_RANDOM_DERIVE_H

#include "Generator.h"
#include "llvm/Support/Error.h"

namespace rill::lane::random {

/// Adds `@name`, whose body is one `lane.vjp` around a copy of `function`'s:
/// (arguments, one cotangent per float result) -> (results, one adjoint per
/// float argument). Applied again it gives second order.
mlir::func::FuncOp addVjp(mlir::func::FuncOp function, llvm::StringRef name);
/// (arguments, one tangent per float argument) -> (results, one tangent per
/// float result), by `lane.jvp`.
mlir::func::FuncOp addJvp(mlir::func::FuncOp function, llvm::StringRef name);

/// Runs the passes of a textual pipeline ("lane-differentiate,lane-clean") with
/// verification between; the error holds every diagnostic.
llvm::Error runPasses(mlir::ModuleOp module, llvm::StringRef pipeline);

/// Whether there is a vjp or jvp. Their expansion brings code to canonical
/// form.
bool hasDerivatives(mlir::ModuleOp module);

/// The results of @name, its vjp and jvp operations expanded on a copy first:
/// the interpreter does not run them.
llvm::Expected<std::vector<Array>> evaluate(Program &program,
                                            llvm::StringRef name,
                                            llvm::ArrayRef<Array> arguments,
                                            const InterpContext &context);

/// The module as text, and text as a module.
std::string print(mlir::Operation *op);
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
parse(llvm::StringRef text, mlir::MLIRContext &context);

} // namespace rill::lane::random

#endif
