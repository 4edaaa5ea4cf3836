//===- Region.cpp - Elementwise lane operations on lanes or scalars -------===//
//
// Evaluates the region of a cluster. Values are made when first asked for, so
// that a product used once by an addition is never formed: it becomes an fma.
// The rule looks at the region only, so every variant fuses alike.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/TileEmitter.h"

#include <limits>

using namespace mlir;
using namespace rill;
using namespace rill::cpu;

namespace {
class RegionEvaluator {
public:
  RegionEvaluator(Emitter &e, VectorMath &math, int64_t width,
                  function_ref<Value(Type)> batchSize)
      : e(e), math(math), width(width), batchSize(batchSize) {}

  void bind(Value argument, Value value) { known[argument] = value; }
  Value get(Value value);
  /// acc + value, fused where `value` is a product.
  Value accumulate(Value accumulator, Value value);

private:
  Type typeOf(Value value) {
    Type element = cast<lane::TensorType>(value.getType()).getElementType();
    return width ? Type(Emitter::vec(element, width)) : element;
  }
  static bool isFloat(Value value) {
    return cast<lane::TensorType>(value.getType()).isFloat();
  }
  /// The factors of a product that only its one user needs.
  static std::pair<Value, Value> factors(Value value);
  Value make(Operation *op);
  Value constant(lane::ConstOp op);
  Value compare(lane::CompareOp op);
  Value convert(lane::ConvertOp op);
  Value maxNan(Value x, Value y, bool max, bool isReal);
  Value sum(Value x, Value y);
  Value difference(Value x, Value y);
  Value sign(Value x, bool isReal);

  Emitter &e;
  VectorMath &math;
  int64_t width;
  function_ref<Value(Type)> batchSize;
  llvm::DenseMap<Value, Value> known;
};
} // namespace

Value RegionEvaluator::get(Value value) {
  if (Value found = known.lookup(value))
    return found;
  Value made = make(value.getDefiningOp());
  known[value] = made;
  return made;
}

std::pair<Value, Value> RegionEvaluator::factors(Value value) {
  if (!value.hasOneUse() || !isFloat(value))
    return {};
  if (auto mul = value.getDefiningOp<lane::MulOp>())
    return {mul.getX(), mul.getY()};
  if (auto sq = value.getDefiningOp<lane::SqOp>())
    return {sq.getX(), sq.getX()};
  return {};
}

Value RegionEvaluator::accumulate(Value accumulator, Value value) {
  if (auto [x, y] = factors(value); x)
    return e.fma(get(x), get(y), accumulator);
  return e.add(accumulator, get(value));
}

Value RegionEvaluator::sum(Value x, Value y) {
  if (!isFloat(x))
    return e.addI(get(x), get(y));
  if (auto [a, b] = factors(x); a)
    return e.fma(get(a), get(b), get(y));
  return accumulate(get(x), y);
}

Value RegionEvaluator::difference(Value x, Value y) {
  if (!isFloat(x))
    return e.subI(get(x), get(y));
  if (auto [a, b] = factors(x); a)
    return e.fma(get(a), get(b), e.neg(get(y)));
  if (auto [a, b] = factors(y); a)
    return e.fma(e.neg(get(a)), get(b), get(x));
  return e.sub(get(x), get(y));
}

Value RegionEvaluator::constant(lane::ConstOp op) {
  double value = op.getElement(0);
  Type type = typeOf(op.getResult());
  if (isFloat(op.getResult()))
    return e.real(type, value);
  return e.integer(type, static_cast<int64_t>(value));
}

Value RegionEvaluator::compare(lane::CompareOp op) {
  Value x = get(op.getX()), y = get(op.getY());
  auto predicate = op.getPredicate();
  if (isFloat(op.getX())) {
    switch (predicate) {
    case lane::Predicate::lt:
      return e.lt(x, y);
    case lane::Predicate::le:
      return e.le(x, y);
    case lane::Predicate::gt:
      return e.gt(x, y);
    case lane::Predicate::ge:
      return e.ge(x, y);
    case lane::Predicate::eq:
      return e.eq(x, y);
    case lane::Predicate::ne:
      return e.ne(x, y);
    }
  }
  using P = LLVM::ICmpPredicate;
  switch (predicate) {
  case lane::Predicate::lt:
    return e.icmp(P::slt, x, y);
  case lane::Predicate::le:
    return e.icmp(P::sle, x, y);
  case lane::Predicate::gt:
    return e.icmp(P::sgt, x, y);
  case lane::Predicate::ge:
    return e.icmp(P::sge, x, y);
  case lane::Predicate::eq:
    return e.icmp(P::eq, x, y);
  case lane::Predicate::ne:
    return e.icmp(P::ne, x, y);
  }
  llvm_unreachable("internal error: unknown predicate");
}

/// Float to i32 goes towards zero, saturates, and takes NaN to 0.
Value RegionEvaluator::convert(lane::ConvertOp op) {
  Value x = get(op.getX());
  Type to = typeOf(op.getResult());
  Type from = Emitter::element(x.getType()), element = Emitter::element(to);
  if (from == element)
    return x;
  if (isa<FloatType>(from) && isa<FloatType>(element))
    return from.isF32() ? e.extF(x, to) : e.truncF(x, to);
  if (isa<FloatType>(from)) {
    Value zero = e.real(x.getType(), 0), edge = e.real(x.getType(), 0x1p31);
    Value safe = e.select(e.lt(e.abs(x), edge), x, zero);
    Value inside = e.floatToInt(safe, to);
    Value value =
        e.select(e.ge(x, edge),
                 e.integer(to, std::numeric_limits<int32_t>::max()), inside);
    return e.select(e.le(x, e.neg(edge)),
                    e.integer(to, std::numeric_limits<int32_t>::min()), value);
  }
  if (from.isInteger(1))
    return isa<FloatType>(element) ? e.select(x, e.real(to, 1), e.real(to, 0))
                                   : e.zext(x, to);
  if (element.isInteger(1))
    return e.icmp(LLVM::ICmpPredicate::ne, x, e.integer(x.getType(), 0));
  return e.intToFloat(x, to);
}

Value RegionEvaluator::maxNan(Value x, Value y, bool max, bool isReal) {
  if (!isReal)
    return e.select(
        e.icmp(max ? LLVM::ICmpPredicate::sgt : LLVM::ICmpPredicate::slt, x, y),
        x, y);
  Value better = max ? e.maxOr(x, y) : e.minOr(x, y); // y if either is NaN
  return e.select(e.isNan(x), x, better);
}

Value RegionEvaluator::sign(Value x, bool isReal) {
  Type type = x.getType();
  if (!isReal) {
    Value zero = e.integer(type, 0);
    Value up = e.zext(e.icmp(LLVM::ICmpPredicate::sgt, x, zero), type);
    return e.subI(up, e.zext(e.icmp(LLVM::ICmpPredicate::slt, x, zero), type));
  }
  Value zero = e.real(type, 0);
  Value value = e.select(e.gt(x, zero), e.real(type, 1), x);
  return e.select(e.lt(x, zero), e.real(type, -1), value);
}

static std::optional<Fn> functionOf(Operation *op) {
  using namespace rill::lane;
  return llvm::TypeSwitch<Operation *, std::optional<Fn>>(op)
      .Case<ExpOp>([](auto) { return Fn::Exp; })
      .Case<LogOp>([](auto) { return Fn::Log; })
      .Case<Expm1Op>([](auto) { return Fn::Expm1; })
      .Case<Log1pOp>([](auto) { return Fn::Log1p; })
      .Case<TanhOp>([](auto) { return Fn::Tanh; })
      .Case<SigmoidOp>([](auto) { return Fn::Sigmoid; })
      .Case<SoftplusOp>([](auto) { return Fn::Softplus; })
      .Case<LogSigmoidOp>([](auto) { return Fn::LogSigmoid; })
      .Case<LogaddexpOp>([](auto) { return Fn::Logaddexp; })
      .Case<SqrtOp>([](auto) { return Fn::Sqrt; })
      .Case<RsqrtOp>([](auto) { return Fn::Rsqrt; })
      .Case<SinOp>([](auto) { return Fn::Sin; })
      .Case<CosOp>([](auto) { return Fn::Cos; })
      .Case<TanOp>([](auto) { return Fn::Tan; })
      .Case<AtanOp>([](auto) { return Fn::Atan; })
      .Case<Atan2Op>([](auto) { return Fn::Atan2; })
      .Case<SinhOp>([](auto) { return Fn::Sinh; })
      .Case<CoshOp>([](auto) { return Fn::Cosh; })
      .Case<AsinhOp>([](auto) { return Fn::Asinh; })
      .Case<AcoshOp>([](auto) { return Fn::Acosh; })
      .Case<AtanhOp>([](auto) { return Fn::Atanh; })
      .Case<PowOp>([](auto) { return Fn::Pow; })
      .Case<ErfOp>([](auto) { return Fn::Erf; })
      .Case<ErfcOp>([](auto) { return Fn::Erfc; })
      .Case<ErfinvOp>([](auto) { return Fn::Erfinv; })
      .Case<NdtriOp>([](auto) { return Fn::Ndtri; })
      .Case<LgammaOp>([](auto) { return Fn::Lgamma; })
      .Case<DigammaOp>([](auto) { return Fn::Digamma; })
      .Default([](auto) { return std::nullopt; });
}

Value RegionEvaluator::make(Operation *op) {
  using namespace rill::lane;
  if (auto fn = functionOf(op)) {
    Value x = get(op->getOperand(0));
    Value y = op->getNumOperands() > 1 ? get(op->getOperand(1)) : Value();
    return math.apply(*fn, x, y);
  }
  auto real = [&](Value value) { return isFloat(value); };
  auto ones = [&](Value value) { return e.integer(value.getType(), -1); };
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](ConstOp o) { return constant(o); })
      .Case([&](BatchSizeOp o) {
        Value scalar = batchSize(o.getResult().getType().getElementType());
        Type type = typeOf(o.getResult());
        return width ? e.splat(scalar, cast<VectorType>(type)) : scalar;
      })
      .Case<VaryOp, StopOp>([&](auto o) { return get(o->getOperand(0)); })
      .Case([&](AddOp o) { return sum(o.getX(), o.getY()); })
      .Case([&](SubOp o) { return difference(o.getX(), o.getY()); })
      .Case([&](MulOp o) {
        return real(o.getX()) ? e.mul(get(o.getX()), get(o.getY()))
                              : e.mulI(get(o.getX()), get(o.getY()));
      })
      .Case([&](SqOp o) {
        Value x = get(o.getX());
        return real(o.getX()) ? e.mul(x, x) : e.mulI(x, x);
      })
      .Case([&](DivOp o) { return e.div(get(o.getX()), get(o.getY())); })
      .Case([&](RecipOp o) {
        Value x = get(o.getX());
        return e.div(e.real(x.getType(), 1), x);
      })
      .Case([&](NegOp o) {
        Value x = get(o.getX());
        return real(o.getX()) ? e.neg(x) : e.subI(e.integer(x.getType(), 0), x);
      })
      .Case([&](AbsOp o) {
        Value x = get(o.getX());
        if (real(o.getX()))
          return e.abs(x);
        Value minus = e.subI(e.integer(x.getType(), 0), x);
        return maxNan(x, minus, true, false);
      })
      .Case([&](SignOp o) { return sign(get(o.getX()), real(o.getX())); })
      .Case([&](ReluOp o) {
        Value x = get(o.getX());
        return e.maxOr(e.real(x.getType(), 0), x); // NaN stays
      })
      .Case([&](FloorOp o) { return e.floor(get(o.getX())); })
      .Case([&](MaxOp o) {
        return maxNan(get(o.getX()), get(o.getY()), true, real(o.getX()));
      })
      .Case([&](MinOp o) {
        return maxNan(get(o.getX()), get(o.getY()), false, real(o.getX()));
      })
      .Case([&](NotOp o) {
        Value x = get(o.getX());
        return e.bxor(x, ones(x));
      })
      .Case([&](AndOp o) { return e.band(get(o.getX()), get(o.getY())); })
      .Case([&](OrOp o) { return e.bor(get(o.getX()), get(o.getY())); })
      .Case([&](XorOp o) { return e.bxor(get(o.getX()), get(o.getY())); })
      .Case([&](IsFiniteOp o) {
        Value x = get(o.getX());
        return e.lt(e.abs(x), e.real(x.getType(),
                                     std::numeric_limits<double>::infinity()));
      })
      .Case([&](CompareOp o) { return compare(o); })
      .Case([&](SelectOp o) {
        return e.select(get(o.getCondition()), get(o.getX()), get(o.getY()));
      })
      .Case([&](ConvertOp o) { return convert(o); })
      .Default([&](Operation *o) -> Value {
        o->emitError("internal error: no CPU code for '")
            << o->getName() << "' in a cluster";
        llvm::report_fatal_error("internal error: unknown lane operation");
      });
}

Values TileEmitter::evaluate(Block &block, ArrayRef<Value> arguments,
                             ArrayRef<Value> accumulators, bool rows) {
  auto batchSize = [&](Type element) -> Value {
    Value batch = slot(Batch);
    return isa<FloatType>(element) ? e.intToFloat(batch, element)
                                   : e.trunc(batch, element);
  };
  RegionEvaluator region(e, math, rows ? W : 0, batchSize);
  for (auto [argument, value] : llvm::zip(block.getArguments(), arguments))
    region.bind(argument, value);
  Values results;
  auto yield = cast<tile::YieldOp>(block.getTerminator());
  for (auto [index, value] : llvm::enumerate(yield.getValues())) {
    Value accumulator =
        index < accumulators.size() ? accumulators[index] : Value();
    results.push_back(accumulator ? region.accumulate(accumulator, value)
                                  : region.get(value));
  }
  return results;
}
