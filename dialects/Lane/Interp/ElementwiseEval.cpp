// Elementwise operations of the interpreter: one scalar function each, found by
// mnemonic. Integers have functions of their own, since they wrap at 32 bits.
#include "Lane/Interp/Evaluate.h"
#include "Lane/Interp/Special.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <cmath>

namespace rill::lane::interp {

using Unary = double (*)(double);
using Binary = double (*)(double, double);
using IntUnary = int64_t (*)(int64_t);
using IntBinary = int64_t (*)(int64_t, int64_t);

static const llvm::StringMap<Unary> &unaryTable() {
  static const llvm::StringMap<Unary> table = {
      {"neg", [](double x) { return -x; }},
      {"abs", [](double x) { return std::fabs(x); }},
      {"sign", [](double x) { return x > 0   ? 1.0
                                     : x < 0 ? -1.0
                                             : x; }},
      {"sq", [](double x) { return x * x; }},
      {"exp", [](double x) { return std::exp(x); }},
      {"log", [](double x) { return std::log(x); }},
      {"expm1", [](double x) { return std::expm1(x); }},
      {"log1p", [](double x) { return std::log1p(x); }},
      {"sqrt", [](double x) { return std::sqrt(x); }},
      {"rsqrt", [](double x) { return 1 / std::sqrt(x); }},
      {"recip", [](double x) { return 1 / x; }},
      {"sin", [](double x) { return std::sin(x); }},
      {"cos", [](double x) { return std::cos(x); }},
      {"tan", [](double x) { return std::tan(x); }},
      {"atan", [](double x) { return std::atan(x); }},
      {"tanh", [](double x) { return std::tanh(x); }},
      {"atanh", [](double x) { return std::atanh(x); }},
      {"sinh", [](double x) { return std::sinh(x); }},
      {"cosh", [](double x) { return std::cosh(x); }},
      {"asinh", [](double x) { return std::asinh(x); }},
      {"acosh", [](double x) { return std::acosh(x); }},
      {"sigmoid", special::sigmoid},
      {"softplus", special::softplus},
      {"log_sigmoid", special::logSigmoid},
      {"relu", [](double x) { return x < 0 ? 0.0 : x; }},
      {"floor", [](double x) { return std::floor(x); }},
      {"lgamma", [](double x) { return std::lgamma(x); }},
      {"digamma", special::digamma},
      {"erf", [](double x) { return std::erf(x); }},
      {"erfc", [](double x) { return std::erfc(x); }},
      {"erfinv", special::erfinv},
      {"ndtri", special::ndtri},
      {"not", [](double x) { return 1 - x; }},
      {"stop", [](double x) { return x; }},
      {"is_finite", [](double x) { return std::isfinite(x) ? 1.0 : 0.0; }},
  };
  return table;
}

static const llvm::StringMap<Binary> &binaryTable() {
  static const llvm::StringMap<Binary> table = {
      {"add", [](double x, double y) { return x + y; }},
      {"sub", [](double x, double y) { return x - y; }},
      {"mul", [](double x, double y) { return x * y; }},
      {"div", [](double x, double y) { return x / y; }},
      {"pow", [](double x, double y) { return std::pow(x, y); }},
      {"max",
       [](double x, double y) { return std::isnan(x) || x > y ? x : y; }},
      {"min",
       [](double x, double y) { return std::isnan(x) || x < y ? x : y; }},
      {"logaddexp", special::logaddexp},
      {"atan2", [](double x, double y) { return std::atan2(x, y); }},
      {"and", [](double x, double y) { return x * y; }},
      {"or", [](double x, double y) { return std::fmax(x, y); }},
      {"xor", [](double x, double y) { return x != y ? 1.0 : 0.0; }},
  };
  return table;
}

static const llvm::StringMap<IntUnary> &intUnaryTable() {
  static const llvm::StringMap<IntUnary> table = {
      {"neg", [](int64_t x) { return -x; }},
      {"abs", [](int64_t x) { return x < 0 ? -x : x; }},
      {"sign", [](int64_t x) { return int64_t(x > 0) - int64_t(x < 0); }},
      {"sq", [](int64_t x) { return x * x; }},
  };
  return table;
}

static const llvm::StringMap<IntBinary> &intBinaryTable() {
  static const llvm::StringMap<IntBinary> table = {
      {"add", [](int64_t x, int64_t y) { return x + y; }},
      {"sub", [](int64_t x, int64_t y) { return x - y; }},
      {"mul", [](int64_t x, int64_t y) { return x * y; }},
      {"max", [](int64_t x, int64_t y) { return std::max(x, y); }},
      {"min", [](int64_t x, int64_t y) { return std::min(x, y); }},
  };
  return table;
}

/// Operations whose result no format needs to round, given its operands.
static bool isExact(llvm::StringRef mnemonic) {
  static const llvm::StringSet<> exact = {
      "neg",       "abs", "sign", "relu", "floor", "not", "stop",
      "is_finite", "max", "min",  "and",  "or",    "xor"};
  return exact.contains(mnemonic);
}

/// The low 32 bits, as i32.
static double wrap(int64_t x) { return static_cast<int32_t>(x); }

/// Where a result is the small difference of larger terms that every
/// implementation computes, its rounding is that of the terms.
static double roundedTerms(llvm::StringRef name, const Array &x, const Array &y,
                           int64_t s, int64_t k, double value,
                           Machine &machine) {
  auto wobble = [&](double term) {
    return std::isfinite(term) ? machine.perturb(term) - term : 0;
  };
  if (name == "logaddexp") // max + log1p(exp(-|x - y|))
    return value + wobble(1 + std::fabs(std::fmax(x.at(s, k), y.at(s, k))));
  if (name == "lgamma" || name == "digamma") // a sum of terms about 1
    return value + wobble(1);
  return value;
}

template <typename F>
static Array mapElements(mlir::Operation *op, Machine &machine, F f) {
  Array r = machine.make(llvm::cast<TensorType>(op->getResult(0).getType()));
  int64_t n = r.sampleSize();
  for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s)
    for (int64_t k = 0; k < n; ++k)
      r.at(s, k) = f(s, k);
  return r;
}

static double convert(TensorType to, TensorType from, double x) {
  if (to.isBool())
    return x != 0;
  if (to.isIndex() && from.isFloat()) {
    if (std::isnan(x))
      return 0;
    return std::fmin(std::fmax(std::trunc(x), INT32_MIN), INT32_MAX);
  }
  return x;
}

static Result evaluateNamed(mlir::Operation *op, Inputs in, Machine &machine) {
  llvm::StringRef name = op->getName().stripDialect();
  bool ints = typeOf(op->getResult(0)).isIndex() && name != "stop";
  bool exact = isExact(name);
  auto rounded = [&](double v) { return exact ? v : machine.perturb(v); };
  if (in.size() == 1 && ints)
    if (IntUnary f = intUnaryTable().lookup(name))
      return mapElements(op, machine, [&](int64_t s, int64_t k) {
        return wrap(f(int64_t(in[0]->at(s, k))));
      });
  if (in.size() == 2 && ints)
    if (IntBinary f = intBinaryTable().lookup(name))
      return mapElements(op, machine, [&](int64_t s, int64_t k) {
        return wrap(f(int64_t(in[0]->at(s, k)), int64_t(in[1]->at(s, k))));
      });
  if (in.size() == 1)
    if (Unary f = unaryTable().lookup(name))
      return mapElements(op, machine, [&](int64_t s, int64_t k) {
        return rounded(roundedTerms(name, *in[0], *in[0], s, k,
                                    f(in[0]->at(s, k)), machine));
      });
  if (in.size() == 2)
    if (Binary f = binaryTable().lookup(name))
      return mapElements(op, machine, [&](int64_t s, int64_t k) {
        return rounded(roundedTerms(name, *in[0], *in[1], s, k,
                                    f(in[0]->at(s, k), in[1]->at(s, k)),
                                    machine));
      });
  return std::nullopt;
}

Result evaluateElementwise(mlir::Operation *op, Inputs in, Machine &machine) {
  if (auto o = llvm::dyn_cast<CompareOp>(op))
    return mapElements(op, machine, [&](int64_t s, int64_t k) {
      return holds(o.getPredicate(), in[0]->at(s, k), in[1]->at(s, k));
    });
  if (llvm::isa<SelectOp>(op))
    return mapElements(op, machine, [&](int64_t s, int64_t k) {
      return in[0]->at(s, k) != 0 ? in[1]->at(s, k) : in[2]->at(s, k);
    });
  if (auto o = llvm::dyn_cast<ConvertOp>(op))
    return mapElements(op, machine, [&](int64_t s, int64_t k) {
      return convert(typeOf(o.getResult()), typeOf(o.getX()), in[0]->at(s, k));
    });
  if (op->hasTrait<Elementwise>())
    return evaluateNamed(op, in, machine);
  return std::nullopt;
}

} // namespace rill::lane::interp
