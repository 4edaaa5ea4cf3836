// Interval analysis over lane operations. Anything not listed is the line.
#include "Flow/Transforms/Facts.h"

#include "Flow/IR/FlowOps.h"
#include "Lane/IR/LaneOps.h"

#include <cmath>

using namespace mlir;

namespace rill::flow {

void Facts::setPlace(Value place, Ranges ranges) {
  Range all = ranges.front();
  for (Range r : ranges)
    all = hull(all, r);
  hulls[place] = all;
  places[place] = std::move(ranges);
}

Ranges Facts::placeOf(Value place) {
  if (auto it = places.find(place); it != places.end())
    return it->second;
  return Ranges(lane::typeOf(place).getNumElements(), of(place));
}

Range Facts::of(Value value) {
  if (auto it = hulls.find(value); it != hulls.end())
    return it->second;
  Range range = compute(value);
  hulls[value] = range;
  return range;
}

static Range ofConst(lane::ConstOp op) {
  Range r = Range::point(op.getElement(0));
  if (!op.getSplat())
    for (int64_t i = 1; i < lane::typeOf(op.getResult()).getNumElements(); ++i)
      r = hull(r, Range::point(op.getElement(i)));
  return r;
}

static Range ofReduce(lane::ReduceOp op, Range x) {
  switch (op.getKind()) {
  case lane::ReduceKind::max:
  case lane::ReduceKind::min:
    return x;
  case lane::ReduceKind::sum:
  case lane::ReduceKind::prod:
    if (x.isPositive())
      return Range::positive();
    return x.isNonNegative() ? Range::nonNegative() : Range();
  default:
    return {};
  }
}

static Range ofPow(Range x, Range y) {
  if (x.isPositive())
    return Range::positive();
  if (y.isPoint() && std::fmod(y.lo, 2) == 0)
    return Range::nonNegative();
  return {};
}

static Range squared(Range x) {
  if (x.excludesZero() || x.lo == 0 || x.hi == 0)
    return multiply(x, x);
  return Range::nonNegative();
}

static Range ofOperation(Operation *op, llvm::function_ref<Range(unsigned)> in) {
  using namespace lane;
  auto up = [&](double (*f)(double)) { return increasing(in(0), f); };
  return llvm::TypeSwitch<Operation *, Range>(op)
      .Case([&](ConstOp c) { return ofConst(c); })
      .Case([&](ParamOp p) { return parseSpace(p.getSpace()).value_or(Range()); })
      .Case([&](DrawOp d) {
        return d.getLaw() == Law::uniform ? Range::open(0, 1) : Range();
      })
      .Case([&](NegOp) { return negate(in(0)); })
      .Case([&](AddOp) { return add(in(0), in(1)); })
      .Case([&](SubOp) { return add(in(0), negate(in(1))); })
      .Case([&](MulOp m) {
        return m.getX() == m.getY() ? squared(in(0)) : multiply(in(0), in(1));
      })
      .Case([&](DivOp) { return multiply(in(0), reciprocal(in(1))); })
      .Case([&](RecipOp) { return reciprocal(in(0)); })
      .Case([&](SqOp) { return squared(in(0)); })
      .Case([&](PowOp) { return ofPow(in(0), in(1)); })
      .Case([&](ExpOp) { return up(std::exp); })
      .Case([&](Expm1Op) { return up(std::expm1); })
      .Case([&](TanhOp) { return up(std::tanh); })
      .Case([&](AtanOp) { return up(std::atan); })
      .Case([&](SinhOp) { return up(std::sinh); })
      .Case([&](AsinhOp) { return up(std::asinh); })
      .Case([&](ErfOp) { return up(std::erf); })
      .Case([&](LogOp) { return in(0).isNonNegative() ? up(std::log) : Range(); })
      .Case([&](SqrtOp) {
        return in(0).isNonNegative() ? up(std::sqrt) : Range::nonNegative();
      })
      .Case([&](SigmoidOp) { return Range::open(0, 1); })
      .Case<SoftplusOp, RsqrtOp>([&](auto) { return Range::positive(); })
      .Case([&](CoshOp) { return Range{1, infinity, false, true}; })
      .Case([&](LogSigmoidOp) { return Range::open(-infinity, 0); })
      .Case([&](AbsOp) {
        return in(0).excludesZero() ? Range::positive() : Range::nonNegative();
      })
      .Case([&](ReluOp) {
        return in(0).isPositive() ? in(0) : Range::nonNegative();
      })
      .Case([&](MaxOp) {
        return in(0).isPositive() || in(1).isPositive() ? Range::positive() : Range();
      })
      .Case([&](SelectOp) { return hull(in(1), in(2)); })
      .Case([&](ReduceOp r) { return ofReduce(r, in(0)); })
      .Case<SpreadOp, ReshapeOp, PermuteOp, SliceOp, GatherOp, ReverseOp, VaryOp,
            StopOp, TakeOp>([&](auto) { return in(0); })
      .Case<ConcatOp, JoinOp>([&](auto c) {
        Range r = in(0);
        for (unsigned i = 1; i < op->getNumOperands(); ++i)
          r = hull(r, in(i));
        return r;
      })
      .Case([&](SplitOp) { return in(0); })
      .Default([](Operation *) { return Range(); });
}

Range Facts::compute(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !isa<lane::TensorType>(value.getType()))
    return {};
  return ofOperation(op, [&](unsigned i) { return of(op->getOperand(i)); });
}

} // namespace rill::flow
