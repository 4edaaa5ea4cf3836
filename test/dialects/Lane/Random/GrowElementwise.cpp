// Elementwise operations of random programs, each with the domain it is applied
// in and the bounds of its result.
#include "Grower.h"
#include "Lane/Interp/Special.h"

namespace rill::lane::random {

using mlir::Value;

/// How the bounds of a result follow from those of the operand.
enum class Range { Monotone, Even, SineLike, Lgamma };

struct UnaryEntry {
  Value (*create)(LaneBuilder &, Value);
  double (*function)(double);
  double low, high; // the domain used
  Range range = Range::Monotone;
  bool kink = false, special = false;
};

template <typename Op> static Value make(LaneBuilder &b, Value x) {
  return b.unary<Op>(x);
}

static double sign(double x) { return (x > 0) - (x < 0); }
static double relu(double x) { return std::fmax(x, 0); }
static double square(double x) { return x * x; }
static double negative(double x) { return -x; }
static double reciprocal(double x) { return 1 / x; }
static double inverseRoot(double x) { return 1 / std::sqrt(x); }

static const std::vector<UnaryEntry> &unaryEntries() {
  using R = Range;
  auto fabs = static_cast<double (*)(double)>(std::fabs);
#define C_FUNCTION(name) static_cast<double (*)(double)>(std::name)
  static const std::vector<UnaryEntry> table = {
      {make<NegOp>, negative, -limit, limit},
      {make<TanhOp>, C_FUNCTION(tanh), -limit, limit},
      {make<SqOp>, square, -2.5, 2.5, R::Even},
      {make<ExpOp>, C_FUNCTION(exp), -3, 1.7},
      {make<LogOp>, C_FUNCTION(log), 0.1, limit},
      {make<Expm1Op>, C_FUNCTION(expm1), -3, 1.7},
      {make<Log1pOp>, C_FUNCTION(log1p), -0.8, limit},
      {make<SqrtOp>, C_FUNCTION(sqrt), 0.1, limit},
      {make<RsqrtOp>, inverseRoot, 0.1, limit},
      {make<RecipOp>, reciprocal, 0.3, limit},
      {make<SinOp>, C_FUNCTION(sin), -limit, limit, R::SineLike},
      {make<CosOp>, C_FUNCTION(cos), -limit, limit, R::SineLike},
      {make<TanOp>, C_FUNCTION(tan), -1.2, 1.2},
      {make<AtanOp>, C_FUNCTION(atan), -limit, limit},
      {make<AtanhOp>, C_FUNCTION(atanh), -0.9, 0.9},
      {make<SinhOp>, C_FUNCTION(sinh), -2, 2},
      {make<CoshOp>, C_FUNCTION(cosh), -2, 2, R::Even},
      {make<AsinhOp>, C_FUNCTION(asinh), -limit, limit},
      {make<AcoshOp>, C_FUNCTION(acosh), 1.2, limit},
      {make<SigmoidOp>, special::sigmoid, -limit, limit},
      {make<SoftplusOp>, special::softplus, -limit, limit},
      {make<LogSigmoidOp>, special::logSigmoid, -limit, limit},
      {make<AbsOp>, fabs, -limit, limit, R::Even, true},
      {make<ReluOp>, relu, -limit, limit, R::Monotone, true},
      {make<SignOp>, sign, -limit, limit, R::Monotone, true},
      {make<FloorOp>, C_FUNCTION(floor), -limit, limit, R::Monotone, true},
      {make<LgammaOp>, nullptr, 0.3, limit, R::Lgamma, false, true},
      {make<DigammaOp>, special::digamma, 0.5, limit, R::Monotone, false, true},
      {make<ErfOp>, C_FUNCTION(erf), -2, 2, R::Monotone, false, true},
      {make<ErfcOp>, C_FUNCTION(erfc), -2, 2, R::Monotone, false, true},
      {make<ErfinvOp>, special::erfinv, -0.9, 0.9, R::Monotone, false, true},
      {make<NdtriOp>, special::ndtri, 0.05, 0.95, R::Monotone, false, true},
  };
#undef C_FUNCTION
  return table;
}

static std::pair<double, double> boundsOf(const UnaryEntry &entry,
                                          const Item &x) {
  if (entry.range == Range::SineLike)
    return {-1, 1};
  if (entry.range == Range::Lgamma)
    return {-0.13, 5}; // minimum -.1215; log gamma(6) = 4.79, lgamma(.3) = 1.1
  double a = entry.function(x.low), z = entry.function(x.high);
  double low = std::fmin(a, z), high = std::fmax(a, z);
  if (entry.range == Range::Even && x.low < 0 && x.high > 0)
    low = entry.function(0);
  return {low, high};
}

bool Grower::growUnary() {
  const UnaryEntry &entry = choices.of(unaryEntries());
  if ((entry.kink && !options.kinks) || (entry.special && !options.special))
    return false;
  Item x = within(pickFloat(), entry.low, entry.high);
  auto [low, high] = boundsOf(entry, x);
  if (options.stops && choices.chance(10))
    x.value = b.unary<StopOp>(x.value);
  return addFloat(entry.create(b, x.value), low, high);
}

enum class BinaryDomain { Any, Divide, Power };

struct BinaryEntry {
  Value (*create)(LaneBuilder &, Value, Value);
  double (*function)(double, double); // monotone in each: extremes at corners
  BinaryDomain domain = BinaryDomain::Any;
  bool kink = false;
};

template <typename Op> static Value make(LaneBuilder &b, Value x, Value y) {
  return b.binary<Op>(x, y);
}

static const std::vector<BinaryEntry> &binaryEntries() {
  static const std::vector<BinaryEntry> table = {
      {make<AddOp>, [](double x, double y) { return x + y; }},
      {make<SubOp>, [](double x, double y) { return x - y; }},
      {make<MulOp>, [](double x, double y) { return x * y; }},
      {make<DivOp>, [](double x, double y) { return x / y; },
       BinaryDomain::Divide},
      {make<PowOp>, [](double x, double y) { return std::pow(x, y); },
       BinaryDomain::Power},
      {make<LogaddexpOp>, special::logaddexp},
      {make<Atan2Op>, [](double x, double y) { return std::atan2(x, y); },
       BinaryDomain::Divide},
      {make<MaxOp>, [](double x, double y) { return std::fmax(x, y); },
       BinaryDomain::Any, true},
      {make<MinOp>, [](double x, double y) { return std::fmin(x, y); },
       BinaryDomain::Any, true},
  };
  return table;
}

bool Grower::growBinary() {
  const BinaryEntry &entry = choices.of(binaryEntries());
  if (entry.kink && !options.kinks)
    return false;
  Item x = pickFloat(), y = pickFloat();
  y = fit(y, x.type().getShape());
  if (choices.chance(50))
    std::swap(x, y);
  if (entry.domain == BinaryDomain::Divide)
    y = within(y, 0.4, 4);
  if (entry.domain == BinaryDomain::Power) {
    x = within(x, 0.3, 2.5);
    y = within(y, -1.5, 1.5);
  }
  double low = INFINITY, high = -INFINITY;
  for (double p : {x.low, x.high})
    for (double q : {y.low, y.high}) {
      low = std::fmin(low, entry.function(p, q));
      high = std::fmax(high, entry.function(p, q));
    }
  return addFloat(entry.create(b, x.value, y.value), low, high);
}

Item Grower::comparison(Axes shape) {
  Item x = fit(pickFloat(), shape), y = fit(pickFloat(), shape);
  auto predicate = static_cast<Predicate>(choices.below(4)); // lt le gt ge
  Value c = b.compare(predicate, x.value, y.value);
  if (choices.chance(10)) // log 0 is not finite
    c = IsFiniteOp::create(b.builder, b.loc, b.log(b.unary<ReluOp>(x.value)));
  if (choices.chance(20))
    c = b.logicalNot(c);
  for (const Item &other : itemsWhere([&](const Item &i) {
         return i.type().isBool() && i.type().getShape() == shape;
       })) {
    if (!choices.chance(30))
      continue;
    uint32_t kind = choices.below(3);
    c = kind == 0   ? b.logicalAnd(c, other.value)
        : kind == 1 ? b.binary<OrOp>(c, other.value)
                    : b.binary<XorOp>(c, other.value);
  }
  return {c, 0, 1};
}

/// select, and what makes booleans.
bool Grower::growChoice() {
  if (!options.kinks)
    return false;
  Item x = pickFloat();
  Shape shape(x.type().getShape());
  Item condition = comparison(shape);
  if (options.integers)
    add(condition);
  if (choices.chance(25))
    return addFloat(
        ConvertOp::create(b.builder, b.loc, condition.value, element), 0, 1);
  Item y = fit(pickFloat(), shape);
  return addFloat(b.select(condition.value, x.value, y.value),
                  std::fmin(x.low, y.low), std::fmax(x.high, y.high));
}

} // namespace rill::lane::random
