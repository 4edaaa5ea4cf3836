// A small expression language over lane values, for code that writes formulas:
// differentiation, derivations, rewrites. Values only; it decides nothing.
#ifndef RILL_LANE_LANEBUILDER_H
#define RILL_LANE_LANEBUILDER_H

#include "Lane/IR/LaneOps.h"

namespace rill::lane {

/// Builds lane operations at one place. Shapes must agree as the operations
/// demand; constants take the shape and element of the value they stand beside.
class LaneBuilder {
public:
  LaneBuilder(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  using Value = mlir::Value;
  using Axes = llvm::ArrayRef<int64_t>;

  /// An invariant constant of the shape and element of `like`.
  Value constant(Value like, double value) {
    return constant(typeOf(like), value);
  }
  Value constant(TensorType type, double value);
  /// Zero of exactly this type, rate included.
  Value zero(TensorType type) {
    return withRate(constant(type, 0), type.getInv());
  }

  template <typename Op> Value unary(Value x) {
    return Op::create(builder, loc, x);
  }
  template <typename Op> Value binary(Value x, Value y) {
    return Op::create(builder, loc, x, y);
  }
  Value neg(Value x) { return unary<NegOp>(x); }
  Value sq(Value x) { return unary<SqOp>(x); }
  Value exp(Value x) { return unary<ExpOp>(x); }
  Value log(Value x) { return unary<LogOp>(x); }
  Value sqrt(Value x) { return unary<SqrtOp>(x); }
  Value sin(Value x) { return unary<SinOp>(x); }
  Value cos(Value x) { return unary<CosOp>(x); }
  Value sinh(Value x) { return unary<SinhOp>(x); }
  Value cosh(Value x) { return unary<CoshOp>(x); }
  Value sign(Value x) { return unary<SignOp>(x); }
  Value sigmoid(Value x) { return unary<SigmoidOp>(x); }
  Value digamma(Value x) { return unary<DigammaOp>(x); }
  /// Derivative of digamma, by recurrence, reflection and asymptotic series
  /// (Abramowitz and Stegun 6.4.6, 6.4.7, 6.4.12); about 1e-15 relative in f64.
  Value trigamma(Value x);

  Value add(Value x, Value y) { return binary<AddOp>(x, y); }
  Value sub(Value x, Value y) { return binary<SubOp>(x, y); }
  Value mul(Value x, Value y) { return binary<MulOp>(x, y); }
  Value div(Value x, Value y) { return binary<DivOp>(x, y); }
  Value pow(Value x, Value y) { return binary<PowOp>(x, y); }
  Value add(Value x, double y) { return add(x, constant(x, y)); }
  Value sub(Value x, double y) { return sub(x, constant(x, y)); }
  Value sub(double x, Value y) { return sub(constant(y, x), y); }
  Value mul(Value x, double y) { return mul(x, constant(x, y)); }
  Value div(double x, Value y) { return div(constant(y, x), y); }

  Value compare(Predicate predicate, Value x, Value y) {
    return CompareOp::create(builder, loc, predicate, x, y);
  }
  Value compare(Predicate predicate, Value x, double y) {
    return compare(predicate, x, constant(x, y));
  }
  Value logicalNot(Value x) { return unary<NotOp>(x); }
  Value logicalAnd(Value x, Value y) { return binary<AndOp>(x, y); }
  Value logicalOr(Value x, Value y) { return binary<OrOp>(x, y); }
  Value select(Value condition, Value x, Value y) {
    return SelectOp::create(builder, loc, condition, x, y);
  }
  Value select(Value condition, double x, Value y) {
    return select(condition, constant(y, x), y);
  }
  /// x where the mask holds, else zero; a null mask holds everywhere.
  Value masked(Value mask, Value x) {
    return mask ? select(mask, x, constant(x, 0)) : x;
  }

  /// x - y, and 0 where both are the same infinity.
  Value logRatio(Value x, Value y);

  /// y x^(y-1) d, and 0 at x = 0 where the slope is infinite (y < 1).
  Value powerPartial(Value x, Value y, Value d);

  Value reduce(ReduceKind kind, Value x, Axes dims) {
    return ReduceOp::create(builder, loc, kind, x, dims);
  }
  /// The inverse shape of `reduce`: repeats x along `dims` of `shape`.
  Value spreadAlong(Value x, Axes dims, Axes shape);
  Value spread(Value x, Axes dims, Axes shape) {
    return SpreadOp::create(builder, loc, x, dims, shape);
  }
  Value reshape(Value x, Axes shape) {
    return ReshapeOp::create(builder, loc, x, shape);
  }
  Value permute(Value x, Axes perm) {
    return PermuteOp::create(builder, loc, x, perm);
  }
  /// The contraction with its spec made canonical.
  Value contract(const ContractSpec &spec, Value x, Value y, bool batch);
  /// x in the asked rate: `vary`, or `reduce_batch sum`, as needed.
  Value withRate(Value x, bool inv);

  /// A mask (null holds everywhere) after a linear map that only adds elements
  /// up: true where an element that holds goes in. `map` is applied to counts.
  Value reached(Value mask, llvm::function_ref<Value(Value)> map);
  /// Where the mask holds for any sample; invariant.
  Value anySample(Value mask);

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace rill::lane

#endif
