// Monotone updates; see Monotone.h.
#include "Flow/Transforms/Monotone.h"

#include "llvm/ADT/SetVector.h"

#include <cmath>

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

/// Halvings: from a width of 90 to below the resolution of a double.
static constexpr int64_t halvings = 62;

/// What f reads beside x.
static llvm::SetVector<Value> contextOf(const MonotoneMap &map) {
  llvm::SetVector<Value> context;
  for (Operation &op : map.block.without_terminator())
    if (map.own.contains(op.getResult(0)))
      for (Value v : op.getOperands())
        if (!map.own.contains(v))
          context.insert(v);
  return context;
}

/// f at x, with its context mapped in `values`.
static Value cloneBody(const MonotoneMap &map, Value x, IRMapping values,
                       OpBuilder &builder) {
  values.map(map.block.getArgument(0), x);
  for (Operation &op : map.block.without_terminator())
    if (map.own.contains(op.getResult(0)))
      builder.clone(op, values);
  return values.lookup(map.block.getTerminator()->getOperand(0));
}

std::pair<Value, Value> rill::flow::emitMonotone(const MonotoneMap &map,
                                                 Value x, bool derivative,
                                                 LaneBuilder &b) {
  llvm::SetVector<Value> context = contextOf(map);
  if (!derivative) {
    IRMapping values;
    for (Value v : context)
      values.map(v, map.lookup(v));
    return {cloneBody(map, x, values, b.builder), {}};
  }
  // Elementwise: the Jacobian times a vector of ones is its diagonal.
  SmallVector<Value> inputs{x};
  for (Value v : context)
    inputs.push_back(map.lookup(v));
  Value one = b.withRate(b.constant(x, 1), lane::isInvariant(x));
  auto jvp = lane::JvpOp::create(b.builder, b.loc, ArrayRef<int64_t>{0}, inputs,
                                 ValueRange{one}, TypeRange{x.getType()});
  OpBuilder inside = OpBuilder::atBlockEnd(&jvp.getBlock());
  IRMapping values;
  for (auto [v, arg] :
       llvm::zip(context, jvp.getBlock().getArguments().drop_front()))
    values.map(v, arg);
  Value y = cloneBody(map, jvp.getBlock().getArgument(0), values, inside);
  lane::YieldOp::create(inside, b.loc, ValueRange{y});
  return {jvp.getValues()[0], jvp.getDerivatives()[0]};
}

/// x from the coordinate t that is searched: sinh for the whole line, exp for
/// a half line, sigmoid for an interval.
static Value fromCoordinate(Range range, Value t, LaneBuilder &b) {
  bool low = std::isfinite(range.lo), high = std::isfinite(range.hi);
  if (low && high)
    return b.add(b.mul(b.sigmoid(t), range.hi - range.lo), range.lo);
  if (low)
    return range.lo == 0 ? b.exp(t) : b.add(b.exp(t), range.lo);
  if (high)
    return b.sub(range.hi, b.exp(b.neg(t)));
  return b.sinh(t);
}

/// The root's coordinate by bisection, with no derivative.
static Value bisect(const MonotoneMap &map, Value y, LaneBuilder &b) {
  bool halfLine = std::isfinite(map.range.lo) != std::isfinite(map.range.hi);
  // Beyond these ends x leaves the range of floats (half lines) or 1e19.
  double end = halfLine ? 86 : 45;
  llvm::SetVector<Value> context = contextOf(map);
  SmallVector<Value> consts{y};
  for (Value v : context)
    consts.push_back(map.lookup(v));
  auto at = [&](double t) {
    return b.withRate(b.constant(y, t), lane::isInvariant(y));
  };
  auto loop = lane::LoopOp::create(b.builder, b.loc, halvings, false, consts,
                                   ValueRange{at(-end), at(end)}, ValueRange{},
                                   TypeRange{});
  OpBuilder inside = OpBuilder::atBlockEnd(&loop.getBlock());
  LaneBuilder in(inside, b.loc);
  IRMapping values;
  for (auto [v, arg] : llvm::zip(context, loop.getConstArgs().drop_front()))
    values.map(v, arg);
  Value low = loop.getCarryArgs()[0], high = loop.getCarryArgs()[1];
  Value middle = in.mul(in.add(low, high), 0.5);
  Value value =
      cloneBody(map, fromCoordinate(map.range, middle, in), values, inside);
  Value above =
      in.compare(map.increasing ? lane::Predicate::lt : lane::Predicate::gt,
                 value, loop.getConstArgs()[0]);
  lane::YieldOp::create(inside, b.loc,
                        ValueRange{in.select(above, middle, low),
                                   in.select(above, high, middle)});
  return b.mul(b.add(loop.getFinals()[0], loop.getFinals()[1]), 0.5);
}

Value rill::flow::emitMonotoneInverse(const MonotoneMap &map, Value y,
                                      LaneBuilder &b) {
  Value target = b.unary<lane::StopOp>(y);
  auto stopped = [&](Value v) -> Value {
    Value derived = map.lookup(v);
    return lane::typeOf(derived).isFloat() ? b.unary<lane::StopOp>(derived)
                                           : derived;
  };
  MonotoneMap still{map.block, map.own, map.increasing, map.range, stopped};
  Value x = b.unary<lane::StopOp>(
      fromCoordinate(map.range, bisect(still, target, b), b));
  for (int step = 0; step < 2; ++step) {
    auto [value, slope] = emitMonotone(map, x, /*derivative=*/true, b);
    Value change = b.div(b.sub(value, y), slope);
    Value fits = lane::IsFiniteOp::create(b.builder, b.loc, change);
    x = b.sub(x, b.masked(fits, change));
  }
  return x;
}
