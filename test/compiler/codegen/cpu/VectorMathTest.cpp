//===- VectorMathTest.cpp - The stated errors, measured -------------------===//
//
// Compiles every function for every instruction set and precision and measures
// its greatest error in ulp against the C library in double (for f32) and in
// long double (for f64), over logarithmically spread points and special
// values. The two FMA variants must give the same bits.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/VectorMath.h"
#include "codegen/cpu/Compile.h"
#include "codegen/cpu/Jit.h"
#include "codegen/cpu/ProgramObject.h"

#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <random>

using namespace mlir;
using namespace rill::cpu;
using Long = long double;

//===----------------------------------------------------------------------===//
// Oracle
//===----------------------------------------------------------------------===//

static Long quantile(Long tail) {
  // Newton on log erfc from the leading term; tail in (0, 1/2].
  Long x = std::sqrt(-2 * std::log(2 * tail) + 0.0L);
  for (int i = 0; i < 60; ++i) {
    Long p = std::erfc(x / std::sqrt(2.0L)) / 2;
    Long slope = -std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0L));
    Long step = (std::log(p) - std::log(tail)) / (slope / p);
    x -= step;
    if (std::fabs(step) <= 1e-20L * std::fabs(x))
      break;
  }
  return x;
}

static Long digamma(Long x) {
  const Long pi = std::acos(-1.0L);
  if (x < 0) {
    if (x == std::floor(x))
      return NAN;
    return digamma(1 - x) - pi / std::tan(pi * (x - std::round(x)));
  }
  Long sum = 0;
  for (; x < 40; x += 1)
    sum -= 1 / x;
  Long w = 1 / (x * x);
  return sum + std::log(x) - 0.5L / x -
         w * (1 / 12.0L - w * (1 / 120.0L - w * (1 / 252.0L - w / 240)));
}

static Long normalOf(Long p) {
  if (!(p >= 0 && p <= 1))
    return NAN;
  if (p == 0 || p == 1)
    return p == 0 ? -INFINITY : INFINITY;
  if (p == 0.5L)
    return 0;
  return p < 0.5L ? -quantile(p) : quantile(1 - p);
}

static Long erfinvOf(Long x) {
  Long a = std::fabs(x);
  if (!(a <= 1))
    return NAN;
  if (a == 1)
    return std::copysign(INFINITY, x);
  // erf(y) = x: Newton on erf near zero, on the tail elsewhere.
  Long y = a < 0.5L ? a * 0.886226925452758L
                    : quantile((1 - a) / 2) / std::sqrt(2.0L);
  for (int i = 0; i < 8 && a < 0.5L; ++i)
    y -= (std::erf(y) - a) * std::exp(y * y) * 0.886226925452758013649L;
  return std::copysign(y, x);
}

static Long softplusOf(Long x) {
  return std::fmax(x, 0.0L) + std::log1p(std::exp(-std::fabs(x)));
}

static Long oracle(Fn fn, Long x, Long y) {
  switch (fn) {
  case Fn::Exp:
    return std::exp(x);
  case Fn::Log:
    return std::log(x);
  case Fn::Expm1:
    return std::expm1(x);
  case Fn::Log1p:
    return std::log1p(x);
  case Fn::Tanh:
    return std::tanh(x);
  case Fn::Sigmoid:
    return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
  case Fn::Softplus:
    return softplusOf(x);
  case Fn::LogSigmoid:
    return -softplusOf(-x);
  case Fn::Logaddexp:
    if (std::isnan(x) || std::isnan(y))
      return NAN;
    return x == y ? x + std::log(2.0L)
                  : std::fmax(x, y) + std::log1p(std::exp(-std::fabs(x - y)));
  case Fn::Sqrt:
    return std::sqrt(x);
  case Fn::Rsqrt:
    return 1 / std::sqrt(x);
  case Fn::Sin:
    return std::sin(x);
  case Fn::Cos:
    return std::cos(x);
  case Fn::Tan:
    return std::tan(x);
  case Fn::Atan:
    return std::atan(x);
  case Fn::Atan2:
    return std::atan2(x, y);
  case Fn::Sinh:
    return std::sinh(x);
  case Fn::Cosh:
    return std::cosh(x);
  case Fn::Asinh:
    return std::asinh(x);
  case Fn::Acosh:
    return std::acosh(x);
  case Fn::Atanh:
    return std::atanh(x);
  case Fn::Pow:
    return std::pow(x, y);
  case Fn::Erf:
    return std::erf(x);
  case Fn::Erfc:
    return std::erfc(x);
  case Fn::Erfinv:
    return erfinvOf(x);
  case Fn::Ndtri:
    return normalOf(x);
  case Fn::Lgamma:
    return std::lgamma(x);
  case Fn::Digamma:
    return digamma(x);
  }
  return NAN;
}

//===----------------------------------------------------------------------===//
// The code under test
//===----------------------------------------------------------------------===//

static std::string symbolOf(Fn fn, bool f64, Isa isa) {
  return std::string("test_") + info(fn).name + (f64 ? "_f64_" : "_f32_") +
         info(isa).name;
}

/// void f(const T *x, const T *y, T *out, i64 n), n a multiple of 16.
static void emitFunction(Emitter &e, Fn fn, bool f64) {
  Type element = f64 ? e.f64 : e.f32;
  int64_t width = e.isa.vectorBits / (f64 ? 64 : 32);
  auto function = e.beginFunction(symbolOf(fn, f64, e.isa.isa), Type(),
                                  {e.ptr, e.ptr, e.ptr, e.i64}, false);
  Block &entry = function.getBody().front();
  Type type = Emitter::vec(element, width);
  VectorMath math(e);
  e.loop(e.num(0), entry.getArgument(3), width, [&](Value i) {
    Value x = e.load(type, e.at(entry.getArgument(0), i, element));
    Value y;
    if (info(fn).arity == 2)
      y = e.load(type, e.at(entry.getArgument(1), i, element));
    e.store(math.apply(fn, x, y), e.at(entry.getArgument(2), i, element));
  });
  e.ret();
}

static std::string buildObject() {
  DialectRegistry registry;
  registerCpuDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  for (Isa isa : {Isa::Avx512, Isa::Avx2, Isa::Generic}) {
    Emitter e(*module, info(isa));
    for (const FnInfo &fn : functionTable())
      for (bool f64 : {false, true})
        emitFunction(e, fn.fn, f64);
  }
  emitProgram(*module, {}, "{}");
  auto object = emitObject(*module);
  return succeeded(object) ? *object : std::string();
}

static LoadedProgram &loaded() {
  static LoadedProgram program =
      llvm::cantFail(LoadedProgram::load(buildObject()));
  return program;
}

template <typename T>
using Function = void (*)(const T *, const T *, T *, int64_t);

template <typename T>
static std::vector<T> call(Fn fn, Isa isa, const std::vector<T> &x,
                           const std::vector<T> &y) {
  auto code = reinterpret_cast<Function<T>>(
      loaded().symbol(symbolOf(fn, sizeof(T) == 8, isa)));
  std::vector<T> out(x.size());
  EXPECT_NE(code, nullptr);
  if (code)
    code(x.data(), y.data(), out.data(), x.size());
  return out;
}

//===----------------------------------------------------------------------===//
// Points and errors
//===----------------------------------------------------------------------===//

template <typename T> static T draw(std::mt19937_64 &random, double range) {
  std::uniform_real_distribution<double> unit(0, 1);
  T x;
  switch (random() % 4) {
  case 0: // any magnitude
    x = std::ldexp(1 + unit(random),
                   int(random() % (sizeof(T) == 8 ? 2098 : 276)) -
                       (sizeof(T) == 8 ? 1074 : 149));
    break;
  case 1:
    x = 2 * unit(random);
    break;
  case 2:
    x = 100 * unit(random);
    break;
  default: // near one
    x = 1 + std::ldexp(unit(random) - 0.5, -int(random() % 20));
  }
  if (std::fabs(x) > range)
    x = range * unit(random);
  return random() % 2 ? x : -x;
}

template <typename T> static std::vector<T> specials() {
  using L = std::numeric_limits<T>;
  std::vector<T> positive = {0,
                             L::denorm_min(),
                             100 * L::denorm_min(),
                             L::min(),
                             1,
                             L::max(),
                             L::infinity(),
                             L::quiet_NaN(),
                             T(0.5),
                             2,
                             T(88.72),
                             T(-104),
                             T(709.7),
                             T(745)};
  std::vector<T> all = positive;
  for (T x : positive)
    all.push_back(-x);
  return all;
}

template <typename T> static Long ulpOf(Long exact, bool absolute) {
  Long magnitude = std::fabs(exact);
  if (absolute)
    magnitude = std::fmax(magnitude, 1.0L);
  int exponent;
  std::frexp(magnitude, &exponent);
  int least = std::numeric_limits<T>::min_exponent;
  return std::ldexp(1.0L,
                    std::max(exponent, least) - std::numeric_limits<T>::digits);
}

/// In ulp; huge where one side is NaN or infinite and the other not.
template <typename T> static Long errorOf(T got, Long exact, bool absolute) {
  if (std::isnan(exact) || std::isnan(got))
    return std::isnan(exact) && std::isnan(got) ? 0 : 1e30L;
  T rounded = static_cast<T>(exact);
  if (std::isinf(rounded) || std::isinf(got)) {
    if (rounded == got)
      return 0;
    // Just at the overflow edge either is right.
    Long top = std::numeric_limits<T>::max();
    return std::fabs(std::fabs(exact) - top) < top * 1e-6L ? 0 : 1e30L;
  }
  return std::fabs(static_cast<Long>(got) - exact) / ulpOf<T>(exact, absolute);
}

template <typename T> static void measure(Fn fn, size_t count) {
  const FnInfo &promise = info(fn);
  double range = sizeof(T) == 8 ? promise.range64 : promise.range32;
  double bound = sizeof(T) == 8 ? promise.ulp64 : promise.ulp32;
  std::mt19937_64 random(17 + int(fn));
  std::vector<T> x, y;
  for (T a : specials<T>())
    for (T b : specials<T>())
      if (!(std::fabs(a) > range)) {
        x.push_back(a);
        y.push_back(b);
      }
  while (x.size() < count || x.size() % 16) {
    x.push_back(draw<T>(random, range));
    y.push_back(draw<T>(random, range));
  }
  Long worst = 0;
  size_t at = 0;
  Isa best = hostIsa();
  if (best == Isa::Generic)
    GTEST_SKIP() << "no FMA on this machine";
  std::vector<T> got = call(fn, best, x, y);
  for (size_t i = 0; i < x.size(); ++i) {
    Long exact = sizeof(T) == 4 ? Long(oracle(fn, double(x[i]), double(y[i])))
                                : oracle(fn, x[i], y[i]);
    Long error = errorOf<T>(got[i], exact, promise.absolute);
    if (error > worst)
      worst = error, at = i;
  }
  std::printf("%-12s f%d  %8.3f ulp (stated %.1f) at %.17g, %.17g: %.17g\n",
              promise.name, int(8 * sizeof(T)), double(worst), bound,
              double(x[at]), double(y[at]), double(got[at]));
  EXPECT_LE(double(worst), bound)
      << promise.name << " at " << double(x[at]) << ", " << double(y[at])
      << " gave " << double(got[at]);
  if (best == Isa::Avx512) {
    std::vector<T> other = call(fn, Isa::Avx2, x, y);
    size_t differing = 0;
    for (size_t i = 0; i < x.size(); ++i)
      differing += std::memcmp(&got[i], &other[i], sizeof(T)) != 0 &&
                   !(std::isnan(got[i]) && std::isnan(other[i]));
    EXPECT_EQ(differing, 0u) << promise.name << ": AVX2 and AVX-512 differ";
  }
}

namespace rill::cpu {
static void PrintTo(const FnInfo &fn, std::ostream *out) { *out << fn.name; }
} // namespace rill::cpu

class VectorMathTest : public testing::TestWithParam<FnInfo> {};

TEST_P(VectorMathTest, ErrorInF32StaysBelowTheStatedBound) {
  measure<float>(GetParam().fn, 400000);
}

TEST_P(VectorMathTest, ErrorInF64StaysBelowTheStatedBound) {
  measure<double>(GetParam().fn, 200000);
}

TEST_P(VectorMathTest, GenericVariantStaysCloseWithoutFma) {
  // Without FMA the reductions round more often; the order of magnitude holds.
  Fn fn = GetParam().fn;
  std::vector<float> x, y;
  std::mt19937_64 random(5);
  while (x.size() < 16384) {
    x.push_back(draw<float>(random, std::min(GetParam().range32, 1e4)));
    y.push_back(draw<float>(random, 10));
  }
  std::vector<float> got = call(fn, Isa::Generic, x, y);
  for (size_t i = 0; i < x.size(); ++i)
    ASSERT_LE(double(errorOf<float>(
                  got[i], Long(oracle(fn, double(x[i]), double(y[i]))),
                  GetParam().absolute)),
              GetParam().ulp32 + 4)
        << x[i] << ", " << y[i];
}

TEST(VectorMathRange, SineAndCosineStayWithinOneWhereNoDigitIsPromised) {
  std::vector<double> x{1e8, 1e15, 1e16, 1e22, 1e300, -1e17, -1e200, 4e18};
  while (x.size() < 16)
    x.push_back(std::ldexp(1.1, 10 * int(x.size())));
  for (Fn fn : {Fn::Sin, Fn::Cos})
    for (double value : call(fn, hostIsa(), x, x))
      EXPECT_LE(std::fabs(value), 1.0) << info(fn).name;
}

INSTANTIATE_TEST_SUITE_P(All, VectorMathTest,
                         testing::ValuesIn(functionTable().vec()),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });
