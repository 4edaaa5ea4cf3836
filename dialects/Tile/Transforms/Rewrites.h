//===- Rewrites.h - Lane functions made ready for tiles -----------*- C++
//-*-===//
//
// What happens to a lane function, within the lane dialect, before it is cut
// into phases and steps.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TILE_TRANSFORMS_REWRITES_H
#define RILL_TILE_TRANSFORMS_REWRITES_H

#include "Lane/IR/LaneOps.h"

namespace rill::tile {

/// Rewrites operations that steps do not know in terms of others.
void legalize(mlir::Operation *root);

/// Stacks the activation instead of the product where a reverse loop recomputes
/// nothing else from it.
void chooseStacked(mlir::Operation *root);

/// Splits loops by rate: what depends on invariant values alone into a loop
/// before, what works on batch reductions into a loop after. What is left
/// computes varying values and bare batch reductions, unless the loop reads
/// batch reductions inside (isBatchLoop).
void splitRates(mlir::Operation *root);

/// True if all operands and results of `op` are invariant, so that it runs
/// once per call.
bool isInvariantOp(mlir::Operation *op);

/// True if `op` is no loop and reduces over the batch.
bool isBatchReduction(mlir::Operation *op);

/// True if `op` has an invariant result that depends on a varying operand: a
/// batch reduction, or a loop of them.
bool reducesBatch(mlir::Operation *op);

/// True if a varying operation inside the loop reads the result of a batch
/// reduction inside it: the loop runs over whole batches, not over tiles.
bool isBatchLoop(lane::LoopOp loop);

/// The carried value `k` is invariant, zero at first, and each step adds batch
/// sums to it: they go to one sink. Returns these reductions.
std::optional<llvm::SmallVector<mlir::Value>> accumulatedSums(lane::LoopOp loop,
                                                              unsigned k);

} // namespace rill::tile

#endif // RILL_TILE_TRANSFORMS_REWRITES_H
