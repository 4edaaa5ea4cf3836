// Trends of operations; see Trends.h.
#include "Flow/Analysis/Trends.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace rill;
using namespace rill::flow;

static Trend unknown(Operation *op, std::string why) {
  Trend trend{Trend::Unknown};
  trend.culprit = op;
  trend.why = std::move(why);
  return trend;
}

static Trend flipped(Trend t) {
  if (t.direction == Trend::Increasing)
    t.direction = Trend::Decreasing;
  else if (t.direction == Trend::Decreasing)
    t.direction = Trend::Increasing;
  return t;
}

static Trend sumOf(Operation *op, Trend a, const Trend &b) {
  if (b.direction == Trend::Constant)
    return a;
  if (a.direction == Trend::Constant)
    return b;
  if (a.direction == Trend::Unknown)
    return a;
  if (b.direction == Trend::Unknown)
    return b;
  if (a.axes != b.axes)
    return unknown(op, "it combines different elements of the place");
  if (a.direction != b.direction)
    return unknown(op, "one part grows and another falls");
  a.strict |= b.strict;
  return a;
}

/// The trend of x * y from the trends and ranges of both.
static Trend productOf(Operation *op, Trend a, Range ra, Trend b, Range rb) {
  if (a.direction == Trend::Unknown)
    return a;
  if (b.direction == Trend::Unknown)
    return b;
  if (a.direction == Trend::Constant) {
    std::swap(a, b);
    std::swap(ra, rb);
  }
  if (b.direction == Trend::Constant) {
    if (rb.isPositive())
      return a;
    if (rb.isNegative())
      return flipped(a);
    return unknown(op, "a factor may be zero or of either sign");
  }
  // Each factor times the other's derivative: signs must agree.
  if (ra.isNegative())
    b = flipped(b);
  else if (!ra.isPositive())
    return unknown(op, "a factor may be zero or of either sign");
  if (rb.isNegative())
    a = flipped(a);
  else if (!rb.isPositive())
    return unknown(op, "a factor may be zero or of either sign");
  return sumOf(op, a, b);
}

static Trend powerOf(lane::PowOp op, Trend t, Range range) {
  std::optional<double> p = constantSplat(op.getY());
  if (!p || *p == 0)
    return unknown(op, "the exponent is no constant other than 0");
  if (range.isPositive())
    return *p > 0 ? t : flipped(t);
  bool odd = std::floor(*p) == *p && std::fmod(std::abs(*p), 2) == 1;
  if (!odd || *p < 0)
    return unknown(op, "an even power falls where its base is negative");
  t.strict &= *p == 1 || range.excludesZero();
  return t;
}

static Trend squareOf(Operation *op, Trend t, Range range) {
  if (range.lo >= 0 || range.hi <= 0) {
    t.strict &= range.excludesZero();
    return range.lo >= 0 ? t : flipped(t);
  }
  return unknown(op, "a square falls where its base is negative");
}

static Trend spreadOf(lane::SpreadOp op, Trend t) {
  for (int64_t &axis : t.axes)
    axis = op.getDims()[axis];
  return t;
}

static Trend reduceOf(lane::ReduceOp op, Trend t) {
  if (op.getKind() != lane::ReduceKind::sum &&
      op.getKind() != lane::ReduceKind::logsumexp)
    return unknown(op, "only sums of monotone parts are followed");
  for (int64_t &axis : t.axes) {
    if (llvm::is_contained(op.getDims(), axis))
      return unknown(op, "it sums over elements of the place");
    axis -=
        llvm::count_if(op.getDims(), [&](int64_t dim) { return dim < axis; });
  }
  return t;
}

/// A sum of products with one factor that does not depend on the place.
static Trend contractOf(lane::ContractOp op, Trend x, Range rx, Trend y,
                        Range ry) {
  bool left = x.direction != Trend::Constant;
  if (left && y.direction != Trend::Constant)
    return unknown(op, "it multiplies values of the place");
  auto spec = lane::ContractSpec::parse(op.getSpec());
  Trend t = productOf(op, x, rx, y, ry);
  if (t.direction == Trend::Unknown)
    return t;
  const std::string &letters = left ? spec->x : spec->y;
  for (int64_t &axis : t.axes) {
    size_t at = spec->result.find(letters[axis]);
    if (at == std::string::npos)
      return unknown(op, "it sums over elements of the place");
    axis = int64_t(at);
  }
  return t;
}

Trend Trends::of(Value value) {
  if (value == place) {
    Trend trend{Trend::Increasing, true};
    for (int64_t axis = 0; axis < lane::typeOf(value).getRank(); ++axis)
      trend.axes.push_back(axis);
    return trend;
  }
  if (auto it = known.find(value); it != known.end())
    return it->second;
  Trend trend{Trend::Constant};
  Operation *op = value.getDefiningOp();
  if (op && own.contains(value) &&
      llvm::any_of(op->getOperands(),
                   [&](Value v) { return of(v).direction != Trend::Constant; }))
    trend = compute(op);
  known[value] = trend;
  return trend;
}

Trend Trends::compute(Operation *op) {
  Trend a = of(op->getOperand(0));
  Range ra = ranges.of(op->getOperand(0));
  if (op->getNumOperands() == 1 && a.direction == Trend::Unknown)
    return a;
  auto second = [&] { return of(op->getOperand(1)); };
  return llvm::TypeSwitch<Operation *, Trend>(op)
      .Case<lane::ExpOp, lane::LogOp, lane::Expm1Op, lane::Log1pOp,
            lane::TanhOp, lane::AtanhOp, lane::SinhOp, lane::AsinhOp,
            lane::AtanOp, lane::SigmoidOp, lane::SoftplusOp, lane::LogSigmoidOp,
            lane::SqrtOp, lane::ErfOp, lane::ErfinvOp, lane::NdtriOp>(
          [&](Operation *) { return a; })
      .Case([&](lane::NegOp) { return flipped(a); })
      .Case<lane::RecipOp, lane::RsqrtOp>([&](Operation *o) {
        return ra.excludesZero() ? flipped(a)
                                 : unknown(o, "it may divide by zero");
      })
      .Case([&](lane::SqOp o) { return squareOf(o, a, ra); })
      .Case([&](lane::PowOp o) { return powerOf(o, a, ra); })
      .Case<lane::AddOp, lane::LogaddexpOp>(
          [&](Operation *o) { return sumOf(o, a, second()); })
      .Case([&](lane::SubOp o) { return sumOf(o, a, flipped(second())); })
      .Case([&](lane::MulOp o) {
        if (o.getX() == o.getY())
          return squareOf(o, a, ra);
        return productOf(o, a, ra, second(), ranges.of(o.getY()));
      })
      .Case([&](lane::DivOp o) {
        Range rb = ranges.of(o.getY());
        Trend b = second();
        if (!rb.excludesZero())
          return unknown(o, "it may divide by zero");
        if (b.direction != Trend::Constant)
          b = flipped(b);
        return productOf(o, a, ra, b, rb);
      })
      .Case([&](lane::ContractOp o) {
        return contractOf(o, a, ra, second(), ranges.of(o.getY()));
      })
      .Case([&](lane::SpreadOp o) { return spreadOf(o, a); })
      .Case([&](lane::ReduceOp o) { return reduceOf(o, a); })
      .Default([&](Operation *o) {
        return unknown(o, "'" + o->getName().stripDialect().str() +
                              "' is not followed by the proof");
      });
}
