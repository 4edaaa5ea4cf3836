// The formulas of LaneBuilder that take more than one operation.
#include "Lane/IR/LaneBuilder.h"
#include <numbers>

using namespace mlir;

namespace rill::lane {

Value LaneBuilder::constant(TensorType type, double value) {
  return ConstOp::create(builder, loc, type, value);
}

Value LaneBuilder::logRatio(Value x, Value y) {
  Value d = sub(x, y);
  Value sameInfinity =
      logicalAnd(compare(Predicate::eq, x, y), compare(Predicate::ne, d, d));
  return select(sameInfinity, 0.0, d);
}

Value LaneBuilder::powerPartial(Value x, Value y, Value d) {
  Value singular = logicalAnd(compare(Predicate::eq, x, 0.0),
                              compare(Predicate::lt, y, 1.0));
  // Guarded before the power: the branch not taken stays finite, so that the
  // next derivative does, too. y = 0 has no 0 * inf where x^-1 overflows.
  Value base = select(singular, 1.0, x);
  Value exponent = select(compare(Predicate::eq, y, 0.0), 1.0, sub(y, 1.0));
  return select(singular, 0.0, mul(d, mul(y, pow(base, exponent))));
}

Value LaneBuilder::spreadAlong(Value x, Axes dims, Axes shape) {
  SmallVector<int64_t> kept;
  for (int64_t k = 0; k < (int64_t)shape.size(); ++k)
    if (!llvm::is_contained(dims, k))
      kept.push_back(k);
  return spread(x, kept, shape);
}

Value LaneBuilder::contract(const ContractSpec &spec, Value x, Value y,
                            bool batch) {
  return ContractOp::create(builder, loc, spec.canonical().str(), x, y, batch);
}

Value LaneBuilder::withRate(Value x, bool inv) {
  if (isInvariant(x) == inv)
    return x;
  if (inv)
    return ReduceBatchOp::create(builder, loc, BatchKind::sum, x);
  return VaryOp::create(builder, loc, x);
}

Value LaneBuilder::reached(Value mask, llvm::function_ref<Value(Value)> map) {
  if (!mask)
    return mask;
  Value counts =
      map(ConvertOp::create(builder, loc, mask, builder.getI32Type()));
  return compare(Predicate::gt, counts, 0.0);
}

Value LaneBuilder::anySample(Value mask) {
  if (!mask || isInvariant(mask))
    return mask;
  return reached(mask, [&](Value counts) -> Value {
    return ReduceBatchOp::create(builder, loc, BatchKind::max, counts);
  });
}

Value LaneBuilder::trigamma(Value x) {
  // Below 1/2 by reflection: the series runs on z = 1 - x there.
  Value low = compare(Predicate::lt, x, 0.5);
  Value z = select(low, sub(1.0, x), x);
  Value sum = constant(x, 0);
  for (int k = 0; k < 10; ++k)
    sum = add(sum, unary<RecipOp>(sq(add(z, k))));
  // 1/w + 1/(2 w^2) + sum of B_2k / w^(2k+1) at w = z + 10, Horner in 1/w^2.
  Value u = unary<RecipOp>(add(z, 10.0)), u2 = sq(u);
  Value tail = constant(x, 7.0 / 6);
  for (double b :
       {-691.0 / 2730, 5.0 / 66, -1.0 / 30, 1.0 / 42, -1.0 / 30, 1.0 / 6})
    tail = add(mul(tail, u2), b);
  Value series = add(u, add(mul(u2, 0.5), mul(mul(tail, u2), u)));
  Value direct = add(sum, series);
  Value s = sin(mul(x, std::numbers::pi));
  Value reflected =
      sub(div(std::numbers::pi * std::numbers::pi, sq(s)), direct);
  return select(low, reflected, direct);
}

} // namespace rill::lane
