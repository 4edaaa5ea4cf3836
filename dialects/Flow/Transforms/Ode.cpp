// Solvers of vector fields; see Ode.h.
#include "Flow/Transforms/Ode.h"

#include "Flow/Transforms/Matrices.h"
#include "Flow/Transforms/OdeSolver.h"
#include "Lane/Diff/Differentiation.h"

#include <numeric>

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

Value rill::flow::emitField(OdeOp ode, IRMapping &known, LaneBuilder &b) {
  Block &body = ode.getBody().front();
  for (Operation &op : body.without_terminator()) {
    LaneBuilder at(b.builder, op.getLoc());
    if (auto product = dyn_cast<MatVecOp>(op))
      known.map(product.getResult(),
                applyMatrix(product.getStructure(),
                            known.lookup(product.getMatrix()),
                            known.lookup(product.getX()), at));
    else
      b.builder.clone(op, known);
  }
  return known.lookup(body.getTerminator()->getOperand(0));
}

Solver::Solver(OdeOp ode, bool backwards, bool wantLogDet)
    : ode(ode), wantLogDet(wantLogDet),
      start((backwards ? ode.getTo() : ode.getFrom()).convertToDouble()),
      end((backwards ? ode.getFrom() : ode.getTo()).convertToDouble()),
      place(lane::typeOf(ode.getResult())), method(ode) {
  if (ode.isAdaptive() && !method.endsInNext())
    method.addNext();
}

Table::Table(OdeOp ode)
    : weights(ode.getB().begin(), ode.getB().end()),
      error(ode.getError().begin(), ode.getError().end()) {
  ArrayRef<double> a = ode.getA();
  for (unsigned k = 0; k < weights.size(); a = a.drop_front(k), ++k)
    rows.emplace_back(a.take_front(k));
}

// A stage at the step's end, which no weight counts.
void Table::addNext() {
  rows.push_back(weights);
  weights.push_back(0);
  error.push_back(0);
}

// How the trace of the Jacobian is computed is decided where derivatives are.
State Solver::augmented(Value x, Value t, LaneBuilder &b) {
  SmallVector<Value> inputs{x, t};
  llvm::append_range(inputs, context);
  auto op = lane::DivergenceOp::create(b.builder, b.loc, inputs, /*xLabels=*/0,
                                       /*labels=*/0, x.getType());
  OpBuilder builder = OpBuilder::atBlockEnd(&op.getBlock());
  LaneBuilder inside(builder, b.loc);
  IRMapping known;
  for (auto [argument, value] :
       llvm::zip(ode.getBody().getArguments(), op.getBlock().getArguments()))
    known.map(argument, value);
  lane::YieldOp::create(builder, b.loc,
                        ValueRange{emitField(ode, known, inside)});
  return {op.getValue(), op.getDivergence()};
}

State Solver::velocity(Value x, Value t, LaneBuilder &b) {
  if (wantLogDet)
    return augmented(x, t, b);
  IRMapping known;
  Block &body = ode.getBody().front();
  known.map(body.getArgument(0), x);
  known.map(body.getArgument(1), t);
  for (auto [argument, value] :
       llvm::zip(body.getArguments().drop_front(2), context))
    known.map(argument, value);
  return {emitField(ode, known, b), {}};
}

Value Solver::table(ArrayRef<int64_t> shape, ArrayRef<double> numbers,
                    LaneBuilder &b) {
  return lane::ConstOp::create(b.builder, b.loc,
                               place.withShape(shape).withInv(true), numbers);
}

/// The sum over stages k of weights[k] * slopes[k, ..].
Value Solver::weighted(Value weights, Value slopes, LaneBuilder &b) {
  ArrayRef<int64_t> shape = lane::typeOf(slopes).getShape();
  Value product = b.mul(b.spread(weights, {0}, shape), slopes);
  return b.reduce(lane::ReduceKind::sum, product, {0});
}

// from + h * sum of weights[k] * slopes[k].
State Solver::advance(State from, ArrayRef<double> weights, State slopes,
                      Value h, LaneBuilder &b) {
  Value numbers = table({method.stages()}, weights, b);
  auto move = [&](Value value, Value slope) {
    Value sum = weighted(numbers, slope, b);
    return b.add(value,
                 b.mul(b.spread(h, {}, lane::typeOf(sum).getShape()), sum));
  };
  State to{move(from.x, slopes.x), {}};
  if (wantLogDet)
    to.logDet = move(from.logDet, slopes.logDet);
  return to;
}

// The slopes of all stages, stacked, given those before `first`. A loop: the
// field is there once, however many stages the method has.
State Solver::stages(State from, Value t, Value h, State slopes, unsigned first,
                     LaneBuilder &b) {
  int64_t all = method.stages(), n = all - first;
  Numbers rows, places, times;
  for (unsigned k = first; k < all; ++k) {
    Numbers weights(all, 0.0), unit(all, 0.0);
    llvm::copy(method.rows[k], weights.begin());
    unit[k] = 1;
    rows.append(weights);
    places.append(unit);
    times.push_back(std::accumulate(weights.begin(), weights.end(), 0.0));
  }
  SmallVector<Value> consts(context), inits{slopes.x};
  consts.append({from.x, t, h});
  if (wantLogDet)
    inits.push_back(slopes.logDet);
  auto loop = lane::LoopOp::create(b.builder, b.loc, n, false, consts, inits,
                                   ValueRange{table({n, all}, rows, b),
                                              table({n, all}, places, b),
                                              table({n}, times, b)},
                                   TypeRange{});
  OpBuilder builder = OpBuilder::atBlockEnd(&loop.getBlock());
  LaneBuilder in(builder, b.loc);
  ValueRange outer = context;
  SmallVector<Value> inside(loop.getConstArgs().drop_back(3));
  context = inside;
  auto last = loop.getConstArgs().take_back(3);
  Value x = last[0], time = last[1], step = last[2];
  Value weights = loop.getXArgs()[0], here = loop.getXArgs()[1],
        c = loop.getXArgs()[2];
  Value known = loop.getCarryArgs()[0];
  Value change = weighted(weights, known, in);
  Value wide = in.spread(step, {}, place.getShape());
  State slope = velocity(in.add(x, in.mul(wide, change)),
                         in.add(time, in.mul(step, c)), in);
  auto put = [&](Value slopes, Value slope) {
    auto shape = lane::typeOf(slopes).getShape();
    auto axes = llvm::to_vector(llvm::seq<int64_t>(1, shape.size()));
    return in.add(slopes, in.mul(in.spread(here, {0}, shape),
                                 in.spread(slope, axes, shape)));
  };
  SmallVector<Value> yields{put(known, slope.x)};
  if (wantLogDet)
    yields.push_back(put(loop.getCarryArgs()[1], slope.logDet));
  lane::YieldOp::create(builder, b.loc, yields);
  context = outer;
  return {loop.getFinals()[0],
          wantLogDet ? Value(loop.getFinals()[1]) : Value()};
}

State Solver::runFixed(State from, ValueRange outer, LaneBuilder &b) {
  SmallVector<Value> inits{from.x};
  if (wantLogDet)
    inits.push_back(from.logDet);
  auto loop = lane::LoopOp::create(b.builder, b.loc, ode.getSteps(), false,
                                   outer, inits, ValueRange{}, TypeRange{});
  loop->setAttr(lane::checkpointMark, b.builder.getUnitAttr());
  OpBuilder builder = OpBuilder::atBlockEnd(&loop.getBlock());
  LaneBuilder in(builder, b.loc);
  SmallVector<Value> inside(loop.getConstArgs());
  context = inside;
  auto scalar = place.withShape({}).withInv(true);
  double step = (end - start) / double(ode.getSteps());
  Value index = lane::ConvertOp::create(builder, b.loc, scalar, loop.getStep());
  Value t = in.withRate(in.add(in.mul(index, step), start), false);
  Value h = in.withRate(in.constant(scalar, step), false);
  State now{loop.getCarryArgs()[0],
            wantLogDet ? Value(loop.getCarryArgs()[1]) : Value()};
  int64_t count = method.stages();
  State none{in.zero(place.stacked(count)),
             wantLogDet ? in.zero(place.withShape({count})) : Value()};
  State slopes = stages(now, t, h, none, 0, in);
  State next = advance(now, method.weights, slopes, h, in);
  SmallVector<Value> yields{next.x};
  if (wantLogDet)
    yields.push_back(next.logDet);
  lane::YieldOp::create(builder, b.loc, yields);
  return {loop.getFinals()[0],
          wantLogDet ? Value(loop.getFinals()[1]) : Value()};
}

State Solver::run(State from, ValueRange outer, LaneBuilder &b) {
  return ode.isAdaptive() ? runChosen(from, outer, b)
                          : runFixed(from, outer, b);
}

std::pair<Value, Value> rill::flow::emitOde(OdeOp ode, Value x,
                                            function_ref<Value(Value)> context,
                                            bool backwards, bool wantLogDet,
                                            LaneBuilder &b) {
  SmallVector<Value> outer;
  for (auto [v, argument] :
       llvm::zip(ode.getContext(), ode.getBody().getArguments().drop_front(2)))
    outer.push_back(b.withRate(context(v), lane::typeOf(argument).getInv()));
  State from{b.withRate(x, false), {}};
  if (wantLogDet)
    from.logDet = b.zero(lane::typeOf(from.x).withShape({}));
  State to = Solver(ode, backwards, wantLogDet).run(from, outer, b);
  return {to.x, to.logDet};
}
