// Contractions, solves, batch reductions, draws and loops of random programs.
#include "Grower.h"

namespace rill::lane::random {

using mlir::Value;

/// `item` with known zeros at the ends of its rows, as masked networks have.
Item Grower::masked(Item item) {
  Shape shape(item.type().getShape());
  if (shape.empty())
    return item;
  std::vector<double> mask(Array::sizeOf(shape), 0);
  int64_t columns = shape.back();
  for (size_t row = 0; row < mask.size(); row += columns) {
    int64_t from = choices.between(0, columns);
    int64_t to = choices.between(from, columns);
    std::fill(mask.begin() + row + from, mask.begin() + row + to, 1);
  }
  Value ones = ConstOp::create(b.builder, b.loc, tensorOf(shape, element, true),
                               llvm::ArrayRef<double>(mask));
  return {b.mul(ones, item.value), std::fmin(item.low, 0),
          std::fmax(item.high, 0)};
}

/// Any spec: y shares some letters with x and has perhaps one of its own, the
/// result keeps some of all, each in any order. Over invariant and varying
/// operands these are products of weights and values, of values and values,
/// and with `batch` the adjoints of weights.
bool Grower::growContract() {
  Item x = pickFloat();
  if (x.type().getRank() == 0)
    return false;
  ContractSpec spec;
  std::map<char, int64_t> size;
  for (int64_t d : x.type().getShape()) {
    char letter = char('a' + spec.x.size());
    size[letter] = d;
    spec.x += letter;
  }
  std::string inY;
  for (char c : spec.x)
    if (choices.chance(60))
      inY += c;
  if (inY.size() < 3 && choices.chance(60)) {
    char letter = char('a' + spec.x.size());
    size[letter] = choices.between(1, options.dimension);
    inY += letter;
  }
  Shape yShape;
  for (int64_t k : randomPermutation(int64_t(inY.size()))) {
    spec.y += inY[k];
    yShape.push_back(size[inY[k]]);
  }
  std::string kept;
  double terms = 1, total = 1;
  for (auto [letter, n] : size) {
    bool keep = kept.size() < 3 && choices.chance(50);
    if (keep)
      kept += letter;
    (keep ? total : terms) *= double(n);
  }
  for (int64_t k : randomPermutation(int64_t(kept.size())))
    spec.result += kept[k];
  if (total > double(options.elements) || terms > 4096 || !small(yShape))
    return false;

  Item y = fit(pickFloat(), yShape);
  if (choices.chance(30))
    y = masked(y);
  else if (choices.chance(30))
    x = masked(x);
  bool varying = !x.type().getInv() || !y.type().getInv();
  bool sums = options.batch && varying && choices.chance(25);
  double bound =
      x.magnitude() * y.magnitude() * terms * (sums ? double(batch) : 1);
  return addFloat(
      ContractOp::create(b.builder, b.loc, spec.str(), x.value, y.value, sums),
      -bound, bound);
}

bool Grower::growSolve() {
  if (!options.solves)
    return false;
  int64_t n = choices.between(1, 4);
  Item a = within(fit(pickFloat(), {n, n}), -0.5, 0.5);
  Item rhs = fit(pickFloat(), {n});
  bool lower = choices.chance(50), unit = choices.chance(50);
  bool transpose = choices.chance(50);
  std::vector<double> identity(n * n, 0);
  for (int64_t i = 0; i < n; ++i)
    identity[i * n + i] = 2;
  Value matrix =
      b.add(a.value,
            ConstOp::create(b.builder, b.loc, tensorOf({n, n}, element, true),
                            llvm::ArrayRef<double>(identity)));
  // |x_i| <= (|b| + sum over the solved |a_ij x_j|) / |a_ii|, a_ii >= 1.
  double bound = 0, sum = rhs.magnitude();
  for (int64_t i = 0; i < n; ++i) {
    bound = sum;
    sum += 0.5 * bound;
  }
  return addFloat(TriSolveOp::create(b.builder, b.loc, matrix, rhs.value, lower,
                                     unit, transpose),
                  -bound, bound);
}

bool Grower::growBatch() {
  Item x = pickFloat();
  if (x.type().getInv())
    return addFloat(b.withRate(x.value, false), x.low, x.high);
  if (!options.batch)
    return false;
  uint32_t kind = choices.below(options.kinks ? 4 : 2);
  if (kind < 2)
    return addFloat(b.withRate(x.value, true), std::fmin(x.low, 0) * batch,
                    std::fmax(x.high, 0) * batch);
  return addFloat(ReduceBatchOp::create(
                      b.builder, b.loc,
                      kind == 2 ? BatchKind::max : BatchKind::min, x.value),
                  x.low, x.high);
}

bool Grower::growDraw() {
  if (!options.draws)
    return false;
  uint32_t law = choices.below(options.integers ? 3 : 2);
  bool perSample = choices.chance(60);
  Shape shape = randomShape(choices.between(0, 2));
  mlir::Type drawn = law == 2 ? intType() : element;
  llvm::SmallVector<Value> indices;
  if (step)
    indices.push_back(step);
  Value v = DrawOp::create(b.builder, b.loc, tensorOf(shape, drawn, !perSample),
                           static_cast<Law>(law), sites++, perSample, indices);
  if (law == 2) {
    add({v, -2147483648.0, 2147483647.0});
    return true;
  }
  double bound = law == 0 ? 1 : 9.2; // of a normal from 64 bits
  return addFloat(v, law == 0 ? 0 : -bound, bound);
}

Item Grower::inRate(Item item, bool inv) {
  if (item.type().getInv() == inv)
    return item;
  if (!inv)
    return {b.withRate(item.value, false), item.low, item.high};
  Item sum = {b.withRate(item.value, true), item.low * batch,
              item.high * batch};
  return scaled(sum, 1.0 / double(batch));
}

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
  auto values = [](llvm::ArrayRef<Item> items) {
    llvm::SmallVector<Value> values;
    for (const Item &i : items)
      values.push_back(i.value);
    return values;
  };

  // The body is grown apart; its loop is made once its results are known.
  mlir::Block body;
  mlir::OpBuilder inner(b.builder.getContext());
  inner.setInsertionPointToEnd(&body);
  Value stepValue = body.addArgument(tensorOf({}, intType(), true), b.loc);
  ProgramOptions inside = options;
  inside.batch &= !leaving; // nothing may be summed over who has left
  Grower grower(inner, choices, inside, element, batch, sites, stepValue);
  Item fallback = {};
  Value live;
  auto enter = [&](const Item &, TensorType type, double low, double high) {
    Item item = {body.addArgument(type, b.loc), low, high};
    if (type.isBool()) {
      live = item.value;
      return;
    }
    fallback = item;
    grower.add(item);
  };
  if (options.integers)
    grower.add({stepValue, 0, double(count - 1)});
  for (const Item &i : consts)
    enter(i, i.type(), i.low, i.high);
  for (const Item &i : inits)
    enter(i, i.type(), -3, 3);
  for (const Item &i : xs)
    enter(i, i.type().sliced(), i.low, i.high);
  if (!fallback.value)
    grower.add({ConvertOp::create(inner, b.loc, stepValue, element), 0,
                double(count - 1)});
  grower.grow(int(choices.between(1, 6)), depth - 1);

  llvm::SmallVector<Item> yields;
  for (const Item &i : inits) {
    if (i.type().isBool()) {
      Value goesOn = grower.comparison({}).value;
      goesOn = LaneBuilder(inner, b.loc).withRate(goesOn, false);
      yields.push_back({goesOn, 0, 1});
      continue;
    }
    Item next = grower.fit(grower.pickFloat(), i.type().getShape());
    next = grower.within(grower.inRate(next, i.type().getInv()), -3, 3);
    yields.push_back(next);
  }
  llvm::SmallVector<mlir::Type> slices;
  for (int64_t n = choices.between(inits.empty() ? 1 : 0, 2); n > 0; --n) {
    Item y = grower.pickFloat();
    Shape stacked = {count};
    stacked.append(y.type().getShape().begin(), y.type().getShape().end());
    if (stacked.size() > 3 || !small(stacked))
      y = grower.fit(y, {});
    yields.push_back(y);
    slices.push_back(y.type());
  }
  if (carriesLive) {
    yields.push_back({live, 0, 1});
    slices.push_back(live.getType());
  }
  YieldOp::create(inner, b.loc, values(yields), live);
  LoopOp loop = LoopOp::create(b.builder, b.loc, count, reverse, values(consts),
                               values(inits), values(xs), slices);
  for (auto [from, to] :
       llvm::zip_equal(body.getArguments(), loop.getBlock().getArguments()))
    from.replaceAllUsesWith(to);
  loop.getBlock().getOperations().splice(loop.getBlock().end(),
                                         body.getOperations());
  Value lived = carriesLive ? Value(loop.getYs().back())
                : leaving   ? xs.back().value
                            : Value();
  for (auto [i, own] : llvm::enumerate(loop.getResults())) {
    Value result = own;
    if (typeOf(result).isBool())
      continue;
    bool carried = i < inits.size();
    if (!carried && lived && !typeOf(result).getInv())
      result =
          b.masked(b.spread(lived, {0}, typeOf(result).getShape()), result);
    addFloat(result, carried ? -3 : std::fmin(yields[i].low, 0),
             carried ? 3 : std::fmax(yields[i].high, 0));
  }
  return true;
}

} // namespace rill::lane::random
