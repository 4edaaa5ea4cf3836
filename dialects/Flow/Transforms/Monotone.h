// Monotone updates: y = f(x) element by element, without a closed inverse.
// The inverse is found by bisection on a scale where floats are evenly dense;
// two Newton steps from the point found carry its derivatives (implicit
// function theorem: k steps from a constant are right to order 2^k - 1).
#ifndef RILL_FLOW_TRANSFORMS_MONOTONE_H
#define RILL_FLOW_TRANSFORMS_MONOTONE_H

#include "Flow/Analysis/Ranges.h"
#include "Lane/IR/LaneBuilder.h"
#include "llvm/ADT/DenseSet.h"

namespace rill::flow {

/// f as the block of an update: its argument, the values `own` that depend on
/// it and the yielded value; `lookup` gives derived values of everything else.
struct MonotoneMap {
  mlir::Block &block;
  const llvm::DenseSet<mlir::Value> &own;
  bool increasing;
  Range range; ///< of x
  llvm::function_ref<mlir::Value(mlir::Value)> lookup;
};

/// f(x) and, with `derivative`, f'(x), both of x's shape.
std::pair<mlir::Value, mlir::Value> emitMonotone(const MonotoneMap &map,
                                                 mlir::Value x, bool derivative,
                                                 lane::LaneBuilder &builder);

/// The x with f(x) = y.
mlir::Value emitMonotoneInverse(const MonotoneMap &map, mlir::Value y,
                                lane::LaneBuilder &builder);

} // namespace rill::flow

#endif
