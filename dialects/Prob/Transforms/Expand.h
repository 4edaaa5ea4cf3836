// From uses of laws to lane code: every prob operation of a function is
// replaced by what is derived from the law's flow or members.
#ifndef RILL_PROB_TRANSFORMS_EXPAND_H
#define RILL_PROB_TRANSFORMS_EXPAND_H

#include "Flow/Transforms/Derive.h"
#include "Prob/IR/ProbOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace rill::prob {

/// What could not be derived: the use, the law, and for a flow the operation
/// that stopped it.
struct ExpandFault {
  mlir::Operation *use = nullptr;
  DistOp dist;
  flow::Fault flow{nullptr, {}};
  std::string missing; ///< a member that the law lacks: "logp", "sample"
};

/// Indices of the parameters that the function reads, through laws too.
llvm::SmallVector<int64_t> paramsOf(mlir::func::FuncOp function,
                                    mlir::SymbolTable &symbols);

/// Emits the function's body at `builder`, with `arguments` in place of its
/// arguments and every use of a law derived; returns what it returns. Null
/// results, and `fault` set, when something cannot be derived.
std::optional<llvm::SmallVector<mlir::Value>>
expandInto(mlir::func::FuncOp function, mlir::ValueRange arguments,
           flow::ParamScope &params, mlir::SymbolTable &symbols,
           lane::LaneBuilder &builder, ExpandFault &fault);

} // namespace rill::prob

#endif
