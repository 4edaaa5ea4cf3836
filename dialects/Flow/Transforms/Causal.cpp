// Both directions of a causal update; see Causal.h.
#include "Flow/Transforms/Causal.h"

#include "Flow/Transforms/Derivation.h"

#include <cmath>

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

Value rill::flow::emitCausalForward(UpdateOp update, Value place,
                                    IRMapping &local, LaneBuilder &b) {
  Block &block = update.getBody().front();
  local.map(block.getArgument(0), place);
  for (Operation &op : block.without_terminator())
    emitValue(op, local, b);
  return local.lookup(block.getTerminator()->getOperand(0));
}

double rill::flow::insideOf(Range range) {
  bool low = std::isfinite(range.lo), high = std::isfinite(range.hi);
  if (low && high)
    return (range.lo + range.hi) / 2;
  if (low)
    return range.lo + 1;
  return high ? range.hi - 1 : 0;
}

Value rill::flow::emitCausalInverse(
    UpdateOp update, const UpdateVerdict &verdict, Value result,
    IRMapping &local, LaneBuilder &b,
    llvm::function_ref<Value(Value, IRMapping &, LaneBuilder &)> undo) {
  Block &block = update.getBody().front();
  const CausalOrder &order = *verdict.causal;
  llvm::SetVector<Value> context = captures(update.getBody());
  SmallVector<Value> consts{result};
  for (Value v : context)
    consts.push_back(local.lookup(v));
  auto type = cast<lane::TensorType>(block.getArgument(0).getType());
  Value start = b.withRate(b.constant(type, insideOf(verdict.range)), false);
  auto loop =
      lane::LoopOp::create(b.builder, b.loc, order.steps, /*reverse=*/false,
                           consts, ValueRange{start}, ValueRange{}, {});
  OpBuilder insideBuilder = OpBuilder::atBlockEnd(&loop.getBlock());
  LaneBuilder in(insideBuilder, b.loc);
  IRMapping step;
  for (auto [v, arg] : llvm::zip(context, loop.getConstArgs().drop_front()))
    step.map(v, arg);
  Value found = loop.getCarryArgs()[0];
  step.map(block.getArgument(0), found);
  for (Operation &op : block.without_terminator())
    emitValue(op, step, in);
  Value next = undo(loop.getConstArgs()[0], step, in);
  // Only this step's elements are kept: those behind them still stand on a
  // context that is not known.
  lane::TensorType index =
      lane::tensorOf(type.getShape(), b.builder.getI32Type(), /*inv=*/true);
  SmallVector<double> positions(order.position.begin(), order.position.end());
  Value position =
      lane::ConstOp::create(insideBuilder, b.loc, index, positions);
  Value now = in.compare(lane::Predicate::eq, position,
                         in.spread(loop.getStep(), {}, type.getShape()));
  lane::YieldOp::create(insideBuilder, b.loc,
                        ValueRange{in.select(now, next, found)});
  return loop.getFinals()[0];
}
