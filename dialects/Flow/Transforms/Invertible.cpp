// The table of injective operations. Log-derivatives are written in whichever
// of operand and result loses least: log|tanh'| as 2 (log 2 - x - softplus(-2x)),
// never log(1 - tanh^2).
#include "Flow/Transforms/Invertible.h"

#include "llvm/ADT/StringMap.h"
#include <cmath>
#include <numbers>

using namespace mlir;

namespace rill::flow {

using lang::Code;
static constexpr double log2 = 0.69314718055994531;

namespace {
/// An operation of one operand. `domain` is where it is injective.
struct Unary {
  Range domain;
  double (*f)(double);
  bool increasing;
  const char *inverseText;
  const char *logDetText;
  Value (*inverse)(Math, Value r);
  Value (*logD)(Math, Value x, Value r); ///< null: zero
};
} // namespace

static double fNeg(double x) { return -x; }
static double fRecip(double x) { return x == infinity ? 0 : 1 / x; }
static double fRsqrt(double x) { return x == infinity ? 0 : 1 / std::sqrt(x); }
static double fSq(double x) { return x * x; }
static double fSigmoid(double x) { return 1 / (1 + std::exp(-x)); }
static double fSoftplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}
static double fLogSigmoid(double x) { return -fSoftplus(-x); }
static double fErfinv(double x) {
  // Only the ends are asked for, and the middle.
  return x <= -1 ? -infinity : x >= 1 ? infinity : 0;
}
static double fNdtri(double x) {
  return x <= 0 ? -infinity : x >= 1 ? infinity : 0;
}

static const llvm::StringMap<Unary> &unaries() {
  using namespace lane;
  static const Range line = Range::open(-infinity, infinity);
  static const Range half = Range::nonNegative();
  static const Range positive = Range::positive();
  static const double halfPi = std::numbers::pi / 2;
  static const llvm::StringMap<Unary> table = {
      {"lane.neg", {line, fNeg, false, "neg", "0",
        [](Math m, Value r) { return m.neg(r); }, nullptr}},
      {"lane.exp", {line, std::exp, true, "log", "x",
        [](Math m, Value r) { return m.log(r); },
        [](Math, Value x, Value) { return x; }}},
      {"lane.log", {positive, std::log, true, "exp", "-log x",
        [](Math m, Value r) { return m.exp(r); },
        [](Math m, Value, Value r) { return m.neg(r); }}},
      {"lane.expm1", {line, std::expm1, true, "log1p", "x",
        [](Math m, Value r) { return m.un<Log1pOp>(r); },
        [](Math, Value x, Value) { return x; }}},
      {"lane.log1p", {Range::open(-1, infinity), std::log1p, true, "expm1",
        "-log(1 + x)",
        [](Math m, Value r) { return m.un<Expm1Op>(r); },
        [](Math m, Value, Value r) { return m.neg(r); }}},
      {"lane.tanh", {line, std::tanh, true, "atanh", "log(1 - tanh(x)^2)",
        [](Math m, Value r) { return m.un<AtanhOp>(r); },
        [](Math m, Value x, Value) { return m.mulc(m.logCosh(x), -2); }}},
      {"lane.atanh", {Range::open(-1, 1), std::atanh, true, "tanh",
        "-log(1 - x^2)",
        [](Math m, Value r) { return m.un<TanhOp>(r); },
        [](Math m, Value, Value r) { return m.mulc(m.logCosh(r), 2); }}},
      {"lane.sinh", {line, std::sinh, true, "asinh", "log cosh x",
        [](Math m, Value r) { return m.un<AsinhOp>(r); },
        [](Math m, Value x, Value) { return m.logCosh(x); }}},
      {"lane.asinh", {line, std::asinh, true, "sinh", "-log cosh(asinh x)",
        [](Math m, Value r) { return m.un<SinhOp>(r); },
        [](Math m, Value, Value r) { return m.neg(m.logCosh(r)); }}},
      {"lane.sigmoid", {line, fSigmoid, true, "logit",
        "-softplus(x) - softplus(-x)",
        [](Math m, Value r) {
          return m.sub(m.log(r), m.un<Log1pOp>(m.neg(r)));
        },
        [](Math m, Value x, Value) {
          return m.neg(m.add(m.softplus(x), m.softplus(m.neg(x))));
        }}},
      {"lane.softplus", {line, fSoftplus, true, "r + log(1 - exp(-r))",
        "-softplus(-x)",
        [](Math m, Value r) {
          return m.add(r, m.log(m.neg(m.un<Expm1Op>(m.neg(r)))));
        },
        [](Math m, Value x, Value) { return m.un<LogSigmoidOp>(x); }}},
      {"lane.log_sigmoid", {line, fLogSigmoid, true, "r - log(1 - exp(r))",
        "-softplus(x)",
        [](Math m, Value r) {
          return m.sub(r, m.log(m.neg(m.un<Expm1Op>(r))));
        },
        [](Math m, Value x, Value) { return m.neg(m.softplus(x)); }}},
      {"lane.sqrt", {positive, std::sqrt, true, "sq", "-log(2 sqrt x)",
        [](Math m, Value r) { return m.sq(r); },
        [](Math m, Value, Value r) { return m.neg(m.log(m.mulc(r, 2))); }}},
      {"lane.rsqrt", {positive, fRsqrt, false, "1 / r^2",
        "-log 2 - 3/2 log x",
        [](Math m, Value r) { return m.un<RecipOp>(m.sq(r)); },
        [](Math m, Value x, Value) {
          return m.addc(m.mulc(m.log(x), -1.5), -log2);
        }}},
      {"lane.recip", {positive, fRecip, false, "recip", "-2 log|x|",
        [](Math m, Value r) { return m.un<RecipOp>(r); },
        [](Math m, Value x, Value) { return m.mulc(m.log(m.abs(x)), -2); }}},
      {"lane.sq", {half, fSq, true, "sqrt", "log 2 + log|x|",
        [](Math m, Value r) { return m.un<SqrtOp>(r); },
        [](Math m, Value x, Value) { return m.addc(m.log(m.abs(x)), log2); }}},
      {"lane.abs", {half, std::fabs, true, "identity", "0",
        [](Math, Value r) { return r; }, nullptr}},
      {"lane.atan", {line, std::atan, true, "tan", "-log(1 + x^2)",
        [](Math m, Value r) { return m.un<TanOp>(r); },
        [](Math m, Value x, Value) {
          return m.neg(m.un<Log1pOp>(m.sq(x)));
        }}},
      {"lane.tan", {Range::open(-halfPi, halfPi), std::tan, true, "atan",
        "log(1 + tan(x)^2)",
        [](Math m, Value r) { return m.un<AtanOp>(r); },
        [](Math m, Value, Value r) { return m.un<Log1pOp>(m.sq(r)); }}},
      {"lane.erf", {line, std::erf, true, "erfinv", "log(2/sqrt pi) - x^2",
        [](Math m, Value r) { return m.un<ErfinvOp>(r); },
        [](Math m, Value x, Value) {
          return m.addc(m.neg(m.sq(x)), 0.12078223763524522);
        }}},
      {"lane.erfinv", {Range::open(-1, 1), fErfinv, true, "erf",
        "r^2 - log(2/sqrt pi)",
        [](Math m, Value r) { return m.un<ErfOp>(r); },
        [](Math m, Value, Value r) {
          return m.addc(m.sq(r), -0.12078223763524522);
        }}},
      {"lane.ndtri", {Range::open(0, 1), fNdtri, true, "normal cdf",
        "log(2 pi)/2 + r^2/2",
        [](Math m, Value r) {
          return m.mulc(m.un<ErfcOp>(m.mulc(r, -0.70710678118654752)), 0.5);
        },
        [](Math m, Value, Value r) {
          return m.addc(m.mulc(m.sq(r), 0.5), 0.91893853320467274);
        }}},
  };
  return table;
}

/// Squares, absolute values and reciprocals are injective on the negative
/// half line too, where the inverse is the negative one.
static bool hasNegativeBranch(StringRef name) {
  return name == "lane.sq" || name == "lane.abs" || name == "lane.recip";
}

static Range imageOf(const Unary &u, Range d) {
  if (u.increasing)
    return {u.f(d.lo), u.f(d.hi), d.loOpen, d.hiOpen};
  return {u.f(d.hi), u.f(d.lo), d.hiOpen, d.loOpen};
}

static bool definedOnLine(StringRef name) {
  return name == "lane.sq" || name == "lane.abs";
}

static Inversion refuse(Code code, std::string message, std::string caret,
                        std::vector<std::string> notes,
                        std::vector<std::string> helps) {
  Inversion i;
  i.refusal = Refusal{code, std::move(message), std::move(caret),
                      std::move(notes), std::move(helps)};
  return i;
}

static std::string shortName(Operation *op) {
  return op->getName().stripDialect().str();
}

static Inversion judgeUnary(Operation *op, Range domain) {
  StringRef name = op->getName().getStringRef();
  auto it = unaries().find(name);
  if (it == unaries().end())
    return refuse(Code::NotInjective,
                  "'" + shortName(op) + "' has no inverse",
                  "not injective",
                  {"several values give the same result, so the old value "
                   "cannot be recovered"},
                  {"use an injective function, or update another place with it"});
  const Unary &u = it->second;
  Inversion i;
  i.inverse = u.inverseText;
  i.logDet = u.logDetText;
  if (domain.inside(u.domain)) {
    i.image = imageOf(u, domain);
    return i;
  }
  if (hasNegativeBranch(name) && domain.isNegative()) {
    Range image = imageOf(u, negate(domain));
    i.image = name == "lane.recip" ? negate(image) : image;
    i.inverse = "negative branch of " + i.inverse;
    return i;
  }
  if (definedOnLine(name))
    return refuse(Code::NotInjective,
                  "'" + shortName(op) + "' is not injective on " + domain.str(),
                  "x and -x give the same value",
                  {"an update must be injective in the place it replaces"},
                  {"declare the place Positive, where it is injective"});
  return refuse(Code::DomainViolated,
                "'" + shortName(op) + "' of a value in " + domain.str() +
                    " is not defined everywhere",
                "needs " + u.domain.str(),
                {"the place may hold any value of " + domain.str()},
                {"bring the place into " + u.domain.str() +
                 " first, or declare its space"});
}

static Refusal zeroFactor(StringRef spelling, Range context) {
  return {Code::FactorMayBeZero,
          "this update is not invertible: its factor may be zero",
          "'" + spelling.str() + "' may be zero: " + context.str() +
              " includes 0",
          {"each update must be injective in the place it replaces, for every "
           "value of what it reads"},
          {"use exp(" + spelling.str() + "), or declare it Positive; see `rill "
           "explain R0214`"}};
}

/// The image of `domain` scaled by the context's sign, or by its constant.
static void scaleImage(Inversion &i, Range domain, Range context) {
  if (context.isPoint()) {
    i.image = multiply(domain, context);
    return;
  }
  bool cone = domain.isReal() || domain == Range::positive() ||
              domain == Range::open(-infinity, 0);
  i.exact = cone;
  i.image = context.isNegative() ? negate(domain) : domain;
  if (!cone)
    i.image = multiply(domain, context);
}

static Inversion judgePow(Operation *op, unsigned k, Range domain, Range context) {
  Inversion i;
  if (k == 1) {
    bool base = context.isPositive() && (context.lo >= 1 || context.hi <= 1) &&
                !context.contains(1);
    if (!base)
      return refuse(Code::NotInjective, "this power is not injective in its "
                    "exponent", "the base may be 1",
                    {"c^x is injective when c > 1 or 0 < c < 1"}, {"use exp(x)"});
    i.inverse = "log(r) / log(c)";
    i.logDet = "log r + log|log c|";
    i.exact = domain.isReal();
    i.image = Range::positive();
    return i;
  }
  if (!context.excludesZero())
    return refuse(Code::FactorMayBeZero, "this power is not invertible: its "
                  "exponent may be zero", "x^0 is 1 for every x", {},
                  {"use an exponent of one sign"});
  i.inverse = "r^(1/c)";
  i.logDet = "log|c| + (c - 1) log|x|";
  if (domain.isPositive() || (domain.isNonNegative() && context.isPositive())) {
    i.exact = context.isPoint() || domain == Range::positive();
    auto raise = [&](double x) { return std::pow(x, context.lo); };
    i.image = domain;
    if (context.isPoint() && context.lo > 0)
      i.image = {raise(domain.lo), raise(domain.hi), domain.loOpen, domain.hiOpen};
    else if (context.isPoint())
      i.image = {raise(domain.hi), raise(domain.lo), domain.hiOpen, domain.loOpen};
    return i;
  }
  bool odd = context.isPoint() && std::fabs(std::fmod(context.lo, 2)) == 1;
  if (odd && domain.isNegative() && context.lo > 0) {
    auto raise = [&](double x) { return std::pow(x, context.lo); };
    i.image = {raise(domain.lo), raise(domain.hi), domain.loOpen, domain.hiOpen};
    i.inverse = "-(-r)^(1/c)";
    return i;
  }
  if (odd && context.lo > 0)
    return refuse(Code::NotInjective,
                  "an odd power over " + domain.str() + " has derivative 0 at 0",
                  "the log-determinant is -inf at 0",
                  {"an odd power is accepted where 0 is excluded"},
                  {"declare the place Positive, or use sinh"});
  return refuse(Code::NotInjective,
                "this power is not injective on " + domain.str(),
                "x and -x may give the same value",
                {"an update must be injective in the place it replaces"},
                {"declare the place Positive, where powers are injective"});
}

static Inversion judgeDivisor(Range domain, Range context, StringRef spelling) {
  Inversion i;
  if (!domain.excludesZero())
    return refuse(Code::DomainViolated, "division by a place that may be zero",
                  "needs a space without 0",
                  {"the place may hold any value of " + domain.str()},
                  {"declare the place Positive"});
  if (!context.excludesZero()) {
    i.refusal = zeroFactor(spelling, context);
    return i;
  }
  i.inverse = "divide the context by the result";
  i.logDet = "log|c| - 2 log|x|";
  scaleImage(i, reciprocal(domain), context);
  return i;
}

Inversion judgeOperand(Operation *op, unsigned k, Range domain, Range context,
                       StringRef spelling) {
  using namespace lane;
  if (op->getNumOperands() == 1)
    return judgeUnary(op, domain);
  Inversion i;
  if (isa<AddOp, SubOp>(op)) {
    bool minus = isa<SubOp>(op);
    Range x = minus && k == 1 ? negate(domain) : domain;
    Range c = minus && k == 0 ? negate(context) : context;
    i.image = add(x, c);
    i.exact = context.isPoint() || domain.isReal();
    i.inverse = minus ? (k ? "subtract from the context" : "add the context")
                      : "subtract the context";
    i.logDet = "0";
    return i;
  }
  if (isa<MulOp>(op) || (isa<DivOp>(op) && k == 0)) {
    if (!context.excludesZero()) {
      i.refusal = zeroFactor(spelling, context);
      return i;
    }
    bool division = isa<DivOp>(op);
    i.inverse = division ? "multiply by the context" : "divide by the context";
    i.logDet = division ? "-log|c|" : "log|c|";
    scaleImage(i, domain, division ? reciprocal(context) : context);
    return i;
  }
  if (isa<DivOp>(op))
    return judgeDivisor(domain, context, spelling);
  if (isa<PowOp>(op))
    return judgePow(op, k, domain, context);
  return refuse(Code::NotInjective, "'" + shortName(op) + "' is not injective",
                "no inverse in the place",
                {"several values of the place give the same result"},
                {"use an injective function of the place"});
}

Value invert(Math m, Operation *op, unsigned k, Value r, Value c, Range domain) {
  using namespace lane;
  if (op->getNumOperands() == 1) {
    StringRef name = op->getName().getStringRef();
    Value x = unaries().find(name)->second.inverse(m, r);
    bool negative = domain.isNegative() && (name == "lane.sq" || name == "lane.abs");
    return negative ? m.neg(x) : x;
  }
  if (isa<AddOp>(op))
    return m.sub(r, c);
  if (isa<SubOp>(op))
    return k == 0 ? m.add(r, c) : m.sub(c, r);
  if (isa<MulOp>(op))
    return m.div(r, c);
  if (isa<DivOp>(op))
    return k == 0 ? m.mul(r, c) : m.div(c, r);
  assert(isa<PowOp>(op) && "internal error: operation without an inverse");
  if (k == 1)
    return m.div(m.log(r), m.log(c));
  if (domain.isNegative())
    return m.neg(m.bin<PowOp>(m.neg(r), m.un<RecipOp>(c)));
  return m.bin<PowOp>(r, m.un<RecipOp>(c));
}

/// log|c|; of an exponential the exponent itself, which cannot overflow.
static Value logAbs(Math m, Value c) {
  if (auto e = c.getDefiningOp<lane::ExpOp>())
    return e.getX();
  return m.log(m.abs(c));
}

Value logDerivative(Math m, Operation *op, unsigned k, Value x, Value r, Value c,
                    Range domain) {
  using namespace lane;
  if (op->getNumOperands() == 1) {
    auto logD = unaries().find(op->getName().getStringRef())->second.logD;
    return logD ? logD(m, x, r) : Value();
  }
  if (isa<AddOp, SubOp>(op))
    return {};
  if (isa<MulOp>(op))
    return logAbs(m, c);
  if (isa<DivOp>(op)) {
    if (k == 0)
      return m.neg(logAbs(m, c));
    return m.sub(logAbs(m, c), m.mulc(m.log(m.abs(x)), 2));
  }
  assert(isa<PowOp>(op) && "internal error: operation without a derivative");
  if (k == 1)
    return m.add(m.log(r), m.log(m.abs(m.log(c))));
  return m.add(m.log(m.abs(c)), m.mul(m.addc(c, -1), m.log(m.abs(x))));
}

} // namespace rill::flow
