// Charts; see Charts.h.
#include "Flow/Transforms/Charts.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

/// The bounds of "interval LO HI".
static bool parseInterval(StringRef chart, double &lo, double &hi) {
  if (!chart.consume_front("interval "))
    return false;
  auto [first, second] = chart.split(' ');
  return !first.getAsDouble(lo) && !second.getAsDouble(hi);
}

Value rill::flow::chartToValue(StringRef chart, Value raw, LaneBuilder &b) {
  double lo, hi;
  if (chart == "softplus")
    return b.unary<lane::SoftplusOp>(raw);
  if (parseInterval(chart, lo, hi)) {
    Value unit = b.sigmoid(raw);
    if (lo == 0 && hi == 1)
      return unit;
    return b.add(b.mul(unit, hi - lo), lo);
  }
  if (chart == "simplex") {
    ArrayRef<int64_t> shape = lane::typeOf(raw).getShape();
    int64_t last = shape.size() - 1;
    Value norm = b.reduce(lane::ReduceKind::logsumexp, raw, {last});
    return b.exp(b.sub(raw, b.spreadAlong(norm, {last}, shape)));
  }
  return raw;
}

Value rill::flow::chartToRaw(StringRef chart, Value value, LaneBuilder &b) {
  double lo, hi;
  if (chart == "softplus") // v + log(1 - exp(-v)): exact for small and large v
    return b.add(value, b.log(b.neg(b.unary<lane::Expm1Op>(b.neg(value)))));
  if (parseInterval(chart, lo, hi))
    return b.sub(b.log(b.sub(value, lo)), b.log(b.sub(hi, value)));
  if (chart == "simplex")
    return b.log(value);
  return value;
}
