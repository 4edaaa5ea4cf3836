// Causal updates in either direction: forwards in one parallel pass, backwards
// step by step in the order of the context, with a triangular log-determinant.
#ifndef RILL_FLOW_TRANSFORMS_CAUSAL_H
#define RILL_FLOW_TRANSFORMS_CAUSAL_H

#include "Flow/Transforms/Updates.h"
#include "Lane/IR/LaneBuilder.h"
#include "mlir/IR/IRMapping.h"

namespace rill::flow {

/// The new value of the place for the old one; afterwards `local` holds every
/// value of the update's body. What the body reads from outside must be in it.
mlir::Value emitCausalForward(UpdateOp update, mlir::Value place,
                              mlir::IRMapping &local,
                              lane::LaneBuilder &builder);

/// A number inside of the place's space, for elements that are not found yet:
/// what a context computes from it is finite and multiplied by a mask's zero.
double insideOf(Range range);

/// The old value of the place for the new one: elements are found in the
/// verdict's order, each from a context that reads those found before. `undo`
/// peels the update's chain off its result, at a builder, with the context in
/// a mapping.
mlir::Value emitCausalInverse(
    UpdateOp update, const UpdateVerdict &verdict, mlir::Value result,
    mlir::IRMapping &local, lane::LaneBuilder &builder,
    llvm::function_ref<mlir::Value(mlir::Value result, mlir::IRMapping &,
                                   lane::LaneBuilder &)>
        undo);

} // namespace rill::flow

#endif
