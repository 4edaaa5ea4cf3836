// Steps that every sample of an `ode` chooses for itself (Hairer, Norsett and
// Wanner, Solving Ordinary Differential Equations I, II.4): error relative to
// atol + rtol |x|, a PI controller, the last stage of an accepted step first of
// the next. The choice is under `stop`: derivatives are those of the steps that
// were taken.
#include "Flow/Transforms/OdeSolver.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

/// What a sample carries from one tried step to the next.
struct Solver::Carried {
  Value live;     ///< the end is not reached
  Value passed;   ///< time since the start, positive
  Value h;        ///< the next step to try, positive
  State state;    ///< at the last accepted step
  State slope;    ///< the field there
  Value error;    ///< of the last accepted step
  Value rejected; ///< the last step was: 1, else 0

  static Carried of(ValueRange values, bool withLogDet);
  SmallVector<Value> values() const;
};

Solver::Carried Solver::Carried::of(ValueRange v, bool withLogDet) {
  if (withLogDet)
    return {v[0], v[1], v[2], {v[3], v[4]}, {v[5], v[6]}, v[7], v[8]};
  return {v[0], v[1], v[2], {v[3], {}}, {v[4], {}}, v[5], v[6]};
}

SmallVector<Value> Solver::Carried::values() const {
  SmallVector<Value> all{live, passed, h};
  llvm::append_range(all, state.values());
  llvm::append_range(all, slope.values());
  all.append({error, rejected});
  return all;
}

/// atol + rtol * size.
Value Solver::scale(Value size, LaneBuilder &b) {
  return b.add(b.mul(size, ode.getRtol().convertToDouble()),
               ode.getAtol().convertToDouble());
}

/// The root of the mean square of all elements.
Value Solver::rms(ArrayRef<Value> parts, LaneBuilder &b) {
  Value sum;
  int64_t count = 0;
  for (Value part : parts) {
    int64_t size = lane::typeOf(part).getNumElements();
    Value squares = b.reshape(b.sq(part), {size});
    Value own = b.reduce(lane::ReduceKind::sum, squares, {0});
    sum = sum ? b.add(sum, own) : own;
    count += size;
  }
  return b.sqrt(b.mul(sum, 1.0 / double(count)));
}

Value Solver::errorOf(State before, State after, State slopes, Value h,
                      LaneBuilder &b) {
  Value weights = table({method.stages()}, method.error, b);
  SmallVector<Value> parts;
  for (auto [old, next, slope] :
       llvm::zip(before.values(), after.values(), slopes.values())) {
    Value sum = weighted(weights, slope, b);
    Value error = b.mul(b.spread(h, {}, lane::typeOf(sum).getShape()), sum);
    Value size = b.binary<lane::MaxOp>(b.unary<lane::AbsOp>(old),
                                       b.unary<lane::AbsOp>(next));
    parts.push_back(b.div(error, scale(size, b)));
  }
  return rms(parts, b);
}

/// Hairer et al., II.4: a step in which an Euler step of its size would be
/// right to about a hundredth.
Value Solver::firstStep(Value x, Value v, LaneBuilder &b) {
  double length = std::abs(end - start), sign = end > start ? 1 : -1;
  Value size = scale(b.unary<lane::AbsOp>(x), b);
  Value d0 = rms({b.div(x, size)}, b), d1 = rms({b.div(v, size)}, b);
  Value tiny = b.logicalOr(b.compare(lane::Predicate::lt, d0, 1e-5),
                           b.compare(lane::Predicate::lt, d1, 1e-5));
  Value safe = b.select(tiny, 1.0, d1);
  Value h0 = b.select(tiny, 1e-6, b.mul(b.div(d0, safe), 0.01));
  h0 = b.binary<lane::MinOp>(h0, b.constant(h0, length));
  auto wide = [&](Value h) { return b.spread(h, {}, place.getShape()); };
  Value h = b.mul(h0, sign);
  bool logDet = std::exchange(wantLogDet, false);
  Value after = velocity(b.add(x, b.mul(wide(h), v)), b.add(h, start), b).x;
  wantLogDet = logDet;
  Value d2 = b.div(rms({b.div(b.sub(after, v), size)}, b), h0);
  Value most = b.binary<lane::MaxOp>(d1, d2);
  Value flat = b.compare(lane::Predicate::lt, most, 1e-15);
  Value power = b.constant(most, 1.0 / double(ode.getOrder() + 1));
  Value h1 = b.pow(b.div(0.01, b.select(flat, 1.0, most)), power);
  Value least = b.binary<lane::MaxOp>(b.mul(h0, 1e-3), b.constant(h0, 1e-6));
  h1 = b.select(flat, least, h1);
  h1 = b.binary<lane::MinOp>(h1, b.mul(h0, 100));
  h1 = b.binary<lane::MinOp>(h1, b.constant(h1, length));
  // A field that is not finite here is found out by the first step.
  Value fits = lane::IsFiniteOp::create(b.builder, b.loc, h1);
  return b.unary<lane::StopOp>(b.select(fits, h1, b.constant(h1, length)));
}

Solver::Carried Solver::tryStep(const Carried &now, LaneBuilder &b) {
  double length = std::abs(end - start), sign = end > start ? 1 : -1;
  double order = double(ode.getOrder() + 1);
  double beta = 0.2 / order, alpha = 1 / order - 0.75 * beta;
  auto least = [&](Value v, double bound) {
    return b.binary<lane::MaxOp>(v, b.constant(v, bound));
  };
  auto most = [&](Value v, double bound) {
    return b.binary<lane::MinOp>(v, b.constant(v, bound));
  };
  Value reach = b.add(now.passed, b.mul(now.h, 1.01));
  Value isLast = b.compare(lane::Predicate::ge, reach, length);
  Value step = b.select(isLast, b.sub(length, now.passed), now.h);
  Value h = b.mul(step, sign), t = b.add(b.mul(now.passed, sign), start);

  int64_t count = method.stages();
  auto first = [&](Value slope) { // in the place of stage 0
    auto type = lane::typeOf(slope).stacked(count);
    auto axes = llvm::to_vector(llvm::seq<int64_t>(1, type.getRank()));
    Numbers unit(count, 0.0);
    unit[0] = 1;
    return b.mul(b.spread(table({count}, unit, b), {0}, type.getShape()),
                 b.spread(slope, axes, type.getShape()));
  };
  auto final = [&](Value slopes) {
    auto type = lane::typeOf(slopes);
    return b.reshape(
        lane::SliceOp::create(b.builder, b.loc, slopes, 0, count - 1, 1),
        type.sliced().getShape());
  };
  State slopes{first(now.slope.x),
               wantLogDet ? first(now.slope.logDet) : Value()};
  slopes = stages(now.state, t, h, slopes, 1, b);
  State next = advance(now.state, method.weights, slopes, h, b);
  State slope{final(slopes.x), wantLogDet ? final(slopes.logDet) : Value()};

  Value error = b.unary<lane::StopOp>(errorOf(now.state, next, slopes, h, b));
  Value finite = lane::IsFiniteOp::create(b.builder, b.loc, error);
  error = least(b.select(finite, error, b.constant(error, 1e10)), 1e-10);
  Value ok = b.compare(lane::Predicate::le, error, 1.0);
  Value plain = b.mul(b.pow(error, b.constant(error, alpha)), 1 / 0.9);
  Value damped = b.div(plain, b.pow(now.error, b.constant(error, beta)));
  Value grown = b.div(step, least(most(damped, 5), 0.1));
  Value again = b.compare(lane::Predicate::gt, now.rejected, 0.5);
  grown = b.select(again, b.binary<lane::MinOp>(grown, step), grown);
  Value shrunk = b.div(step, most(plain, 5));

  auto taken = [&](Value yes, Value no) {
    return b.select(b.spread(ok, {}, lane::typeOf(no).getShape()), yes, no);
  };
  auto both = [&](State yes, State no) {
    return State{taken(yes.x, no.x),
                 wantLogDet ? taken(yes.logDet, no.logDet) : Value()};
  };
  auto number = [&](double value) {
    return b.withRate(b.constant(error, value), false);
  };
  return {b.logicalNot(b.logicalAnd(ok, isLast)),
          taken(b.add(now.passed, step), now.passed),
          taken(grown, shrunk),
          both(next, now.state),
          both(slope, now.slope),
          taken(least(error, 1e-4), now.error),
          taken(number(0), number(1))};
}

State Solver::runChosen(State from, ValueRange outer, LaneBuilder &b) {
  SmallVector<Value> around(outer);
  context = around;
  auto scalar = place.withShape({}).withInv(true);
  auto number = [&](double value) {
    return b.withRate(b.constant(scalar, value), false);
  };
  State slope = velocity(from.x, number(start), b);
  Value h = firstStep(b.unary<lane::StopOp>(from.x),
                      b.unary<lane::StopOp>(slope.x), b);
  auto truth = scalar.withElementType(b.builder.getI1Type());
  Value live = b.withRate(b.constant(truth, 1), false);
  Carried first{live, number(0), h, from, slope, number(1e-4), number(0)};
  auto loop =
      lane::LoopOp::create(b.builder, b.loc, ode.getSteps(), false, outer,
                           first.values(), ValueRange{}, TypeRange{});
  OpBuilder builder = OpBuilder::atBlockEnd(&loop.getBlock());
  LaneBuilder in(builder, b.loc);
  SmallVector<Value> inside(loop.getConstArgs());
  context = inside;
  Carried now = Carried::of(loop.getCarryArgs(), wantLogDet);
  SmallVector<Value> next = tryStep(now, in).values();
  lane::YieldOp::create(builder, b.loc, next, now.live);
  // Who has not reached the end after all steps has no value.
  Carried last = Carried::of(loop.getFinals(), wantLogDet);
  auto reached = [&](Value v) {
    Value lost = b.spread(last.live, {}, lane::typeOf(v).getShape());
    return b.select(lost, std::numeric_limits<double>::quiet_NaN(), v);
  };
  return {reached(last.state.x),
          wantLogDet ? reached(last.state.logDet) : Value()};
}
