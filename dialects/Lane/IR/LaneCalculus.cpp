// Regions of calculus operations; see LaneCalculus.h.
#include "Lane/IR/LaneCalculus.h"

#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace rill::lane {

bool isCalculus(Operation &op) { return isa<VjpOp, JvpOp, DivergenceOp>(op); }

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
  if (auto jvp = dyn_cast<JvpOp>(calculus))
    return isolateRegion(jvp);
  isolateRegion(cast<DivergenceOp>(calculus));
}

void inlineRegion(Operation *calculus, ArrayRef<Value> derivatives) {
  Block &block = calculus->getRegion(0).front();
  SmallVector<Value> results(block.getTerminator()->getOperands());
  llvm::append_range(results, derivatives);
  block.getTerminator()->erase();
  for (auto [argument, operand] :
       llvm::zip_equal(block.getArguments(), calculus->getOperands())) {
    argument.replaceAllUsesWith(operand);
    for (Value &result : results)
      if (result == argument)
        result = operand;
  }
  calculus->getBlock()->getOperations().splice(Block::iterator(calculus),
                                               block.getOperations());
  calculus->replaceAllUsesWith(results);
  calculus->erase();
}

Value unitTangent(TensorType type, int64_t labels, int64_t k, LaneBuilder &b) {
  int64_t size = type.getNumElements(), each = 1;
  for (int64_t extent : type.getShape().drop_front(labels))
    each *= extent;
  if (each == 1)
    return b.withRate(b.constant(type, 1), type.getInv());
  SmallVector<double> elements(size, 0);
  for (int64_t at = k; at < size; at += each)
    elements[at] = 1;
  Value unit = ConstOp::create(b.builder, b.loc, type.withInv(true),
                               ArrayRef<double>(elements));
  return b.withRate(unit, type.getInv());
}

} // namespace rill::lane
