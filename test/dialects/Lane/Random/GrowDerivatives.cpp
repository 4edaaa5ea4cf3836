// Derivative operators of random programs: vjp and jvp around regions grown
// from values of the program, in the forms that the language has (grad, div,
// jac, laplacian) and in the general one. They nest, stand in loops and have
// loops in them. Draws do not occur inside: the language refuses them.
#include "Grower.h"

namespace rill::lane::random {

using mlir::Value;

bool Grower::addDerivative(Value d) {
  Value size = b.unary<RsqrtOp>(b.add(b.sq(d), 1));
  return addFloat(b.mul(d, size), -1, 1);
}

void Grower::pickHeld(llvm::SmallVectorImpl<Item> &inputs) {
  for (int64_t n = choices.between(0, 2); n > 0; --n)
    inputs.push_back(pickFloat());
  auto ints = itemsWhere([](const Item &i) { return i.type().isIndex(); });
  if (!ints.empty() && choices.chance(30))
    inputs.push_back(pickLate(ints));
}

llvm::SmallVector<Item> Grower::growRegion(
    mlir::Block &body, llvm::ArrayRef<Item> inputs, int depth,
    llvm::function_ref<llvm::SmallVector<Item>(Grower &)> finish) {
  mlir::OpBuilder inner(b.builder.getContext());
  inner.setInsertionPointToEnd(&body);
  ProgramOptions inside = options;
  inside.draws = false;
  Grower grower(inner, choices, inside, element, batch, shared);
  for (const Item &i : inputs)
    grower.add({body.addArgument(i.type(), b.loc), i.low, i.high});
  grower.grow(int(choices.between(1, 4)), depth - 1);
  llvm::SmallVector<Item> results = finish(grower);
  YieldOp::create(inner, b.loc, valuesOf(results));
  return results;
}

static llvm::SmallVector<mlir::Type> typesOf(llvm::ArrayRef<Item> items) {
  llvm::SmallVector<mlir::Type> types;
  for (const Item &i : items)
    types.push_back(i.value.getType());
  return types;
}

static llvm::SmallVector<int64_t> firstOnes(size_t n) {
  return llvm::to_vector(llvm::seq<int64_t>(int64_t(n)));
}

/// A value of exactly this type.
Value Grower::seedFor(TensorType type) {
  Item item = fit(pickFloat(), type.getShape());
  if (type.getInv() && !item.type().getInv() && !options.batch)
    return b.constant(type, 0.7); // samples stay apart
  return inRate(item, type.getInv()).value;
}

/// The last one or two values of a region, its results.
static llvm::SmallVector<Item> lastOnes(Grower &g, Choices &choices) {
  auto last = g.lastFloats(size_t(choices.between(1, 2)));
  return llvm::SmallVector<Item>(last.begin(), last.end());
}

/// One or two variables, held values, one or two results, any cotangents. An
/// invariant variable of varying results has a sum over the batch.
bool Grower::growVjp(int depth) {
  llvm::SmallVector<Item> inputs;
  for (int64_t n = choices.between(1, 2); n > 0; --n)
    inputs.push_back(options.batch ? pickFloat() : inRate(pickFloat(), false));
  size_t variables = inputs.size();
  pickHeld(inputs);
  mlir::Block body;
  auto results = growRegion(body, inputs, depth,
                            [&](Grower &g) { return lastOnes(g, choices); });
  llvm::SmallVector<Value> seeds;
  for (const Item &r : results)
    seeds.push_back(seedFor(r.type()));
  auto vjp = VjpOp::create(b.builder, b.loc, firstOnes(variables),
                           valuesOf(inputs), seeds, typesOf(results));
  moveInto(vjp.getBlock(), body);
  for (auto [value, item] : llvm::zip(vjp.getValues(), results))
    addFloat(value, item.low, item.high);
  for (Value d : vjp.getDerivatives())
    addDerivative(d);
  return true;
}

bool Grower::growJvp(int depth) {
  llvm::SmallVector<Item> inputs;
  for (int64_t n = choices.between(1, 2); n > 0; --n)
    inputs.push_back(pickFloat());
  llvm::SmallVector<Value> seeds;
  for (const Item &i : inputs)
    seeds.push_back(seedFor(i.type()));
  size_t variables = inputs.size();
  pickHeld(inputs);
  mlir::Block body;
  auto results = growRegion(body, inputs, depth,
                            [&](Grower &g) { return lastOnes(g, choices); });
  auto jvp = JvpOp::create(b.builder, b.loc, firstOnes(variables),
                           valuesOf(inputs), seeds, typesOf(results));
  moveInto(jvp.getBlock(), body);
  for (auto [value, item] : llvm::zip(jvp.getValues(), results))
    addFloat(value, item.low, item.high);
  for (Value d : jvp.getDerivatives())
    addDerivative(d);
  return true;
}

/// As the language's grad: of one sample, with the cotangent 1.
Value Grower::gradient(Item x, int depth) {
  llvm::SmallVector<Item> inputs = {x};
  pickHeld(inputs);
  bool inv = llvm::all_of(inputs, [](auto &i) { return i.type().getInv(); });
  if (!inv && x.type().getInv())
    inputs[0] = inRate(x, false);
  mlir::Block body;
  auto results = growRegion(body, inputs, depth, [&](Grower &g) {
    Item value = g.fit(g.pickFloat(), {});
    return llvm::SmallVector<Item>{inv ? value : g.inRate(value, false)};
  });
  Value seed =
      b.withRate(b.constant(results[0].value, 1), results[0].type().getInv());
  auto vjp = VjpOp::create(b.builder, b.loc, firstOnes(1), valuesOf(inputs),
                           seed, typesOf(results));
  moveInto(vjp.getBlock(), body);
  note("grad", vjp.getDerivatives()[0]);
  return vjp.getDerivatives()[0];
}

/// A divergence, a Jacobian or a Laplacian: one jvp per element of x.
bool Grower::growColumns(int depth) {
  enum { Div, Jac, Laplacian } kind = decltype(kind)(choices.below(3));
  int64_t n = choices.between(1, 3);
  llvm::SmallVector<Item> inputs = {inRate(fit(pickFloat(), {n}), false)};
  pickHeld(inputs);
  mlir::Block body;
  growRegion(body, inputs, depth, [&](Grower &g) {
    Item result = kind == Laplacian
                      ? Item{g.gradient(g.pool.front(), std::max(depth - 1, 1))}
                      : g.fit(g.pickFloat(), {n});
    return llvm::SmallVector<Item>{g.inRate(result, false)};
  });
  Value result = body.getTerminator()->getOperand(0);
  llvm::SmallVector<Value> columns;
  JvpOp first;
  for (int64_t k = 0; k < n; ++k) {
    llvm::SmallVector<double> unit(n, 0);
    unit[k] = 1;
    Value seed = b.withRate(ConstOp::create(b.builder, b.loc,
                                            tensorOf({n}, element, true),
                                            llvm::ArrayRef<double>(unit)),
                            false);
    JvpOp jvp;
    if (!first) {
      jvp = first = JvpOp::create(b.builder, b.loc, firstOnes(1),
                                  valuesOf(inputs), seed, result.getType());
      moveInto(jvp.getBlock(), body);
    } else {
      jvp = llvm::cast<JvpOp>(b.builder.clone(*first));
      jvp.getSeedsMutable().assign(seed);
    }
    columns.push_back(jvp.getDerivatives()[0]);
  }
  if (kind == Jac) {
    for (Value &column : columns)
      column = b.reshape(column, {n, 1});
    Value all = ConcatOp::create(b.builder, b.loc, 1, columns);
    note("jac", all);
    return addDerivative(all);
  }
  Value sum;
  for (auto [k, column] : llvm::enumerate(columns)) {
    Value one = SliceOp::create(b.builder, b.loc, column, Axes{int64_t(k)},
                                Axes{1}, Axes{1});
    sum = sum ? b.add(sum, one) : one;
  }
  sum = b.reshape(sum, {});
  note(kind == Div ? "div" : "laplacian", sum);
  return addDerivative(sum);
}

bool Grower::growDerivative(int depth) {
  if (!options.derivatives || depth == 0)
    return false;
  switch (choices.below(4)) {
  case 0:
    return addDerivative(gradient(pickFloat(), depth));
  case 1:
    return growVjp(depth);
  case 2:
    return growJvp(depth);
  default:
    return growColumns(depth);
  }
}

} // namespace rill::lane::random
