// Loops of random programs: scans that samples may leave, and loops that keep
// what they computed in a buffer.
#include "Grower.h"
#include "Lane/Diff/Differentiation.h"

namespace rill::lane::random {

using mlir::Value;

/// A scan with consts, carried values, stacked inputs and stacked results. What
/// is carried stays within bounds by being brought back into them. Samples may
/// leave it, by a carried or a stacked truth value.
bool Grower::growLoop(int depth) {
  if (!options.loops || depth == 0)
    return false;
  int64_t count = choices.between(1, 4);
  bool reverse = choices.chance(50);
  llvm::SmallVector<Item> consts, inits, xs;
  for (int64_t n = choices.between(0, 2); n > 0; --n)
    consts.push_back(pickFloat());
  auto ints = itemsWhere([](const Item &i) { return i.type().isIndex(); });
  if (options.integers && !ints.empty() && choices.chance(25))
    consts.push_back(pickLate(ints));
  for (int64_t n = choices.between(0, 2); n > 0; --n) {
    Item init = within(pickFloat(), -3, 3);
    bool vary = !options.batch || choices.chance(50);
    inits.push_back(vary ? inRate(init, false) : init);
  }
  for (int64_t n = choices.between(0, 2); n > 0; --n) {
    Shape shape = {count};
    shape.append(randomShape(choices.between(0, 2)));
    if (small(shape))
      xs.push_back(fit(pickFloat(), shape));
  }
  if (options.integers && options.kinks && choices.chance(25))
    inits.push_back(
        {b.withRate(b.constant(tensorOf({}, intType(), true), 0), false), 0,
         double(count)});
  bool leaving = options.kinks && choices.chance(40);
  bool carriesLive = leaving && choices.chance(70);
  if (leaving) {
    Item live = comparison(carriesLive ? Shape{} : Shape{count});
    live = {b.withRate(live.value, false), 0, 1};
    (carriesLive ? inits : xs).push_back(live);
    for (Item &init : inits)
      if (init.type().getInv())
        init = {b.withRate(init.value, false), init.low, init.high};
  }

  // The body is grown apart; its loop is made once its results are known.
  mlir::Block body;
  mlir::OpBuilder inner(b.builder.getContext());
  inner.setInsertionPointToEnd(&body);
  Value stepValue = body.addArgument(tensorOf({}, intType(), true), b.loc);
  ProgramOptions inside = options;
  inside.batch &= !leaving; // nothing may be summed over who has left
  Grower grower(inner, choices, inside, element, batch, shared, stepValue);
  Item fallback = {};
  Value live;
  auto enter = [&](const Item &, TensorType type, double low, double high) {
    Item item = {body.addArgument(type, b.loc), low, high};
    if (type.isBool()) {
      live = item.value;
      return;
    }
    if (type.isFloat())
      fallback = item;
    grower.add(item);
  };
  if (options.integers)
    grower.add({stepValue, 0, double(count - 1)});
  for (const Item &i : consts)
    enter(i, i.type(), i.low, i.high);
  for (const Item &i : inits)
    enter(i, i.type(), i.type().isIndex() ? 0 : -3,
          i.type().isIndex() ? i.high : 3);
  for (const Item &i : xs)
    enter(i, i.type().sliced(), i.low, i.high);
  if (!fallback.value)
    grower.add({ConvertOp::create(inner, b.loc, stepValue, element), 0,
                double(count - 1)});
  grower.grow(int(choices.between(1, 6)), depth - 1);

  llvm::SmallVector<Item> yields;
  unsigned argument = unsigned(consts.size());
  for (const Item &i : inits) {
    ++argument; // the step is the first
    if (i.type().isBool()) {
      Value goesOn = grower.comparison({}).value;
      goesOn = LaneBuilder(inner, b.loc).withRate(goesOn, false);
      yields.push_back({goesOn, 0, 1});
      continue;
    }
    if (i.type().isIndex()) {
      Value hit = ConvertOp::create(inner, b.loc, grower.comparison({}).value,
                                    intType());
      yields.push_back(
          {AddOp::create(inner, b.loc, body.getArgument(argument), hit), 0,
           i.high});
      continue;
    }
    Item next = grower.fit(grower.pickFloat(), i.type().getShape());
    next = grower.within(grower.inRate(next, i.type().getInv()), -3, 3);
    yields.push_back(next);
  }
  llvm::SmallVector<mlir::Type> slices;
  for (int64_t n = choices.between(inits.empty() ? 1 : 0, 2); n > 0; --n) {
    Item y = grower.pickFloat();
    if (choices.chance(15))
      y = {ConvertOp::create(inner, b.loc, grower.fit(y, {}).value, intType()),
           y.low - 1, y.high + 1};
    Shape stacked = {count};
    stacked.append(y.type().getShape().begin(), y.type().getShape().end());
    if (y.type().isFloat() && (stacked.size() > 3 || !small(stacked)))
      y = grower.fit(y, {});
    yields.push_back(y);
    slices.push_back(y.type());
  }
  if (carriesLive) {
    yields.push_back({live, 0, 1});
    slices.push_back(live.getType());
  }
  YieldOp::create(inner, b.loc, valuesOf(yields), live);
  LoopOp loop =
      LoopOp::create(b.builder, b.loc, count, reverse, valuesOf(consts),
                     valuesOf(inits), valuesOf(xs), slices);
  moveInto(loop.getBlock(), body);
  if (choices.chance(25))
    loop->setAttr(checkpointMark, b.builder.getUnitAttr());
  Value lived = carriesLive ? Value(loop.getYs().back())
                : leaving   ? xs.back().value
                            : Value();
  for (auto [i, own] : llvm::enumerate(loop.getResults())) {
    Value result = own;
    if (typeOf(result).isBool())
      continue;
    bool carried = i < inits.size(), isFloat = typeOf(result).isFloat();
    if (!carried && lived && !typeOf(result).getInv())
      result =
          b.masked(b.spread(lived, {0}, typeOf(result).getShape()), result);
    double low = std::fmin(yields[i].low, 0),
           high = std::fmax(yields[i].high, 0);
    if (isFloat)
      addFloat(result, carried ? -3 : low, carried ? 3 : high);
    else
      add({result, low, high});
  }
  return true;
}

/// A loop that leaves a slice per step in a buffer which it carries, and reads
/// those of the steps before: how inverses of causal maps run
/// (Flow/Transforms/Staircase), with the weights of an attention or of a masked
/// network.
bool Grower::growStaircase(int depth) {
  if (!options.loops || depth == 0)
    return false;
  int64_t count = choices.between(2, 4), width = choices.between(1, 3);
  bool reverse = choices.chance(30), attends = choices.chance(50);
  Item w = within(fit(pickFloat(), {count, count}), -0.5, 0.5);
  Item x = fit(pickFloat(), {count});
  Value empty = b.zero(tensorOf({count, width}, element, false));

  mlir::Block body;
  mlir::OpBuilder builder(b.builder.getContext());
  builder.setInsertionPointToEnd(&body);
  LaneBuilder in(builder, b.loc);
  Value stepValue = body.addArgument(tensorOf({}, intType(), true), b.loc);
  Value buffer = body.addArgument(empty.getType(), b.loc);
  Value weights = body.addArgument(w.type().sliced(), b.loc);
  Value own = body.addArgument(x.type().sliced(), b.loc);
  Value place =
      IotaOp::create(builder, b.loc, tensorOf({count}, intType(), true), 0);
  Value before = in.compare(reverse ? Predicate::gt : Predicate::lt, place,
                            in.spread(stepValue, {}, {count}));
  if (attends) { // the weights of what is there; a sum of none is 0
    Value strength = in.masked(before, in.exp(weights));
    Value total = in.add(in.reduce(ReduceKind::sum, strength, {0}), 0.1);
    weights = in.div(strength, in.spread(total, {}, {count}));
  } else {
    weights = in.masked(before, weights);
  }
  Value read = ContractOp::create(builder, b.loc, "a,ab->b", weights, buffer);
  Grower grower(builder, choices, options, element, batch, shared, stepValue);
  grower.add({own, x.low, x.high});
  grower.add({read, -6, 6}); // of four slices within 3, with weights of 1/2
  grower.grow(int(choices.between(0, 3)), depth - 1);
  Item next = grower.fit(grower.pickFloat(), {width});
  Item slice = grower.within(grower.inRate(next, false), -3, 3);
  Value put = PutOp::create(builder, b.loc, buffer, slice.value, stepValue, 0);
  YieldOp::create(builder, b.loc, mlir::ValueRange{put, read});

  LoopOp loop = LoopOp::create(
      b.builder, b.loc, count, reverse, mlir::ValueRange{}, empty,
      mlir::ValueRange{w.value, x.value}, mlir::TypeRange{read.getType()});
  moveInto(loop.getBlock(), body);
  if (choices.chance(25))
    loop->setAttr(checkpointMark, b.builder.getUnitAttr());
  shared.patterns.push_back(
      {attends ? "buffer of slices, attended to" : "buffer of slices, weighed",
       loop});
  return addFloat(loop.getFinals()[0], -3, 3) &&
         addFloat(loop.getYs()[0], -6, 6);
}

} // namespace rill::lane::random
