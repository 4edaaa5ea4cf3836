// Integers and truth values of random programs: arithmetic, comparisons, their
// ways through shape operations and reductions, and what integers are for,
// indices into tables and values.
#include "Grower.h"
#include "llvm/ADT/STLExtras.h"

namespace rill::lane::random {

using mlir::Value;

/// Every axis, as reductions to a scalar take them.
static llvm::SmallVector<int64_t> axesOf(const Item &i) {
  return llvm::to_vector(llvm::seq<int64_t>(i.type().getRank()));
}

Item Grower::moved(Item x) {
  if (x.type().getRank() == 0)
    x = spread(x, randomShape(1));
  int64_t rank = x.type().getRank();
  switch (choices.below(6)) {
  case 0:
    return strided(x);
  case 1:
    return padded(x);
  case 2:
    return gathered(x);
  case 3:
    return {ReverseOp::create(
                b.builder, b.loc, x.value,
                Axes(axesOf(x)).take_front(choices.below(uint32_t(rank + 1)))),
            x.low, x.high};
  case 4:
    return {b.permute(x.value, randomPermutation(rank)), x.low, x.high};
  default:
    return {ConcatOp::create(b.builder, b.loc, choices.below(uint32_t(rank)),
                             llvm::SmallVector<Value>{x.value, x.value}),
            x.low, x.high};
  }
}

/// Integers from floats, arithmetic, comparisons, moves and reductions of them,
/// and back.
bool Grower::growInteger() {
  if (!options.integers)
    return false;
  auto ints = itemsWhere([](const Item &i) { return i.type().isIndex(); });
  if (ints.empty() || choices.chance(20)) {
    if (!options.kinks)
      return false;
    Item x = pickFloat();
    add({ConvertOp::create(b.builder, b.loc, x.value, intType()), x.low - 1,
         x.high + 1});
    return true;
  }
  Item x = pickLate(ints);
  if (choices.chance(35))
    return addFloat(ConvertOp::create(b.builder, b.loc, x.value, element),
                    x.low, x.high);
  if (x.magnitude() > 1000)
    return false;
  int64_t rank = x.type().getRank(), n = x.type().getNumElements();
  double bound = 3 * x.magnitude() + 3;
  auto keep = [&](Value v, double low, double high) {
    if (!small(typeOf(v).getShape()) || typeOf(v).getRank() > 3)
      return false;
    add({v, low, high});
    if (choices.chance(70)) // or few integers would reach a result
      addFloat(ConvertOp::create(b.builder, b.loc, v, element), low, high);
    return true;
  };
  Value c = b.constant(x.value, double(choices.between(1, 3)));
  auto same = itemsWhere([&](const Item &i) {
    return i.value.getType() == x.value.getType() && i.magnitude() <= bound;
  });
  if (choices.chance(40))
    c = pickLate(same).value;
  double product = std::fmax(3, bound) * x.magnitude();
  switch (choices.below(17)) {
  case 0:
    return keep(b.add(x.value, c), -2 * bound, 2 * bound);
  case 1:
    return keep(b.sub(x.value, c), -2 * bound, 2 * bound);
  case 2:
    return keep(b.mul(x.value, c), -product, product);
  case 3:
    return keep(b.binary<MaxOp>(x.value, c), -bound, bound);
  case 4:
    return keep(b.binary<MinOp>(x.value, c), -bound, bound);
  case 5:
    return keep(choices.chance(50) ? b.neg(x.value)
                                   : Value(b.unary<AbsOp>(x.value)),
                -bound, bound);
  case 6:
    return choices.chance(50)
               ? keep(b.sign(x.value), -1, 1)
               : keep(b.sq(x.value), 0, x.magnitude() * x.magnitude());
  case 7:
  case 8:
    return keep(b.compare(static_cast<Predicate>(choices.below(6)), x.value, c),
                0, 1);
  case 9:
  case 10:
  case 11:
  case 12: {
    Item r = moved(x);
    return keep(r.value, std::fmin(r.low, 0), std::fmax(r.high, 0));
  }
  case 13:
  case 14: {
    static const ReduceKind kinds[] = {ReduceKind::sum, ReduceKind::max,
                                       ReduceKind::min};
    bound = x.magnitude() * double(n);
    return keep(b.reduce(kinds[choices.below(3)], x.value, axesOf(x)), -bound,
                bound);
  }
  default:
    bound = x.magnitude() * double(n);
    return rank > 0 && keep(CumsumOp::create(b.builder, b.loc, x.value,
                                             choices.below(uint32_t(rank)),
                                             false, choices.chance(50)),
                            -bound, bound);
  }
}

/// Truth values moved, reduced, converted and used.
bool Grower::growTruth() {
  auto truths = itemsWhere([](const Item &i) { return i.type().isBool(); });
  if (!options.integers || truths.empty())
    return growInteger();
  Item x = pickLate(truths);
  auto keep = [&](Item i) {
    add(i);
    if (choices.chance(70))
      addFloat(ConvertOp::create(b.builder, b.loc, i.value, element), 0, 1);
    return true;
  };
  switch (choices.below(8)) {
  case 0:
  case 5:
  case 6:
    x = moved(x);
    return small(x.type().getShape()) && x.type().getRank() <= 3 && keep(x);
  case 1:
    x.value = b.reduce(choices.chance(50) ? ReduceKind::any : ReduceKind::all,
                       x.value, axesOf(x));
    return keep(x);
  case 2:
    x.value = ConvertOp::create(b.builder, b.loc, x.value, intType());
    add(x);
    return true;
  case 3: {
    Value back = ConvertOp::create(b.builder, b.loc, x.value, intType());
    x.value = ConvertOp::create(b.builder, b.loc, back, b.builder.getI1Type());
    add(x);
    return true;
  }
  case 4: { // a choice among integers
    Value yes = b.constant(x.type().withElementType(intType()), 2);
    add({b.select(x.value, yes, b.sub(yes, 1)), 1, 2});
    return true;
  }
  default: {
    Item yes = fit(pickFloat(), x.type().getShape());
    Item no = fit(pickFloat(), x.type().getShape());
    return addFloat(b.select(x.value, yes.value, no.value),
                    std::fmin(yes.low, no.low), std::fmax(yes.high, no.high));
  }
  }
}

/// An i32 scalar or vector in [0, size), of either rate.
Item Grower::index(int64_t size) {
  auto ints = itemsWhere([](const Item &i) { return i.type().isIndex(); });
  Value v;
  if (ints.empty())
    v = IotaOp::create(b.builder, b.loc,
                       tensorOf({choices.between(1, 3)}, intType(), true), 0);
  else
    v = pickLate(ints).value;
  v = b.binary<MaxOp>(v, b.constant(v, 0));
  v = b.binary<MinOp>(v, b.constant(v, double(size - 1)));
  return {v, 0, double(size - 1)};
}

Item Grower::indexScalar(int64_t size) {
  Item i = index(size);
  if (i.type().getRank() != 0)
    i.value = b.reduce(ReduceKind::max, i.value, axesOf(i));
  return i;
}

/// take, put and lookup, of floats mostly.
bool Grower::growLookup() {
  if (!options.integers)
    return false;
  bool ofInts = choices.chance(20);
  auto things = itemsWhere([&](const Item &i) {
    return i.type().getRank() > 0 && i.magnitude() <= 1000 &&
           (ofInts ? i.type().isIndex() : i.type().isFloat());
  });
  bool inTable = choices.chance(50);
  if (inTable)
    llvm::erase_if(things, [](const Item &i) { return !i.type().getInv(); });
  if (things.empty())
    return false;
  Item x = pickLate(things);
  auto keep = [&](Value v, double low, double high) {
    if (!small(typeOf(v).getShape()) || typeOf(v).getRank() > 3)
      return false;
    if (ofInts) {
      add({v, low, high});
      v = ConvertOp::create(b.builder, b.loc, v, element);
    }
    return addFloat(v, low, high);
  };
  if (inTable)
    return keep(LookupOp::create(b.builder, b.loc, x.value,
                                 index(x.type().getDim(0)).value),
                x.low, x.high);
  int64_t dim = choices.below(uint32_t(x.type().getRank()));
  Item i = indexScalar(x.type().getDim(dim));
  Value slice = TakeOp::create(b.builder, b.loc, x.value, i.value, dim);
  if (choices.chance(50))
    return keep(slice, x.low, x.high);
  // Put back, changed, at another index: steps of loops among them.
  Item at = indexScalar(x.type().getDim(dim));
  return keep(
      PutOp::create(b.builder, b.loc, x.value, b.neg(slice), at.value, dim),
      std::fmin(x.low, -x.high), std::fmax(x.high, -x.low));
}

} // namespace rill::lane::random
