// Regions of calculus operations (vjp, jvp, divergence): written with free use
// of outer values and then closed, or put in their operation's place.
#ifndef RILL_LANE_LANECALCULUS_H
#define RILL_LANE_LANECALCULUS_H

#include "Lane/IR/LaneBuilder.h"

namespace rill::lane {

/// Whether the operation takes derivatives of its region.
bool isCalculus(mlir::Operation &op);

/// Makes every value that the region of a calculus operation uses from outside
/// an input, which is held: derivatives are taken in the named inputs only.
void isolate(mlir::Operation *calculus);

/// Moves the region's operations before `calculus`, whose results become the
/// yielded values and `derivatives`. The block's arguments stand for the
/// operands.
void inlineRegion(mlir::Operation *calculus,
                  llvm::ArrayRef<mlir::Value> derivatives);

/// The tangent of a value of this type that is 1 at element k behind `labels`
/// leading axes, for each of their indices, and 0 elsewhere.
mlir::Value unitTangent(TensorType type, int64_t labels, int64_t k,
                        LaneBuilder &builder);

} // namespace rill::lane

#endif
