// Closing the regions of vjp and jvp.
#include "Lane/IR/LaneCalculus.h"

#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace rill::lane {

template <typename Op> static void isolateRegion(Op op) {
  llvm::SetVector<Value> used;
  getUsedValuesDefinedAbove(op.getBody(), used);
  for (Value v : used) {
    Value argument = op.getBlock().addArgument(v.getType(), op.getLoc());
    replaceAllUsesInRegionWith(v, argument, op.getBody());
  }
  op.getInputsMutable().append(used.getArrayRef());
}

void isolate(Operation *calculus) {
  if (auto vjp = dyn_cast<VjpOp>(calculus))
    return isolateRegion(vjp);
  isolateRegion(cast<JvpOp>(calculus));
}

} // namespace rill::lane
