//===- VectorMath.cpp - Exponential, logarithm and their kin --------------===//
//
// Polynomials are minimax fits (Remez, relative error) made with 60 digits;
// their own error is stated beside them. Reductions follow Cody and Waite,
// with the integer taken by adding 1.5 * 2^p, so that no conversion is needed
// and NaN passes through.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/VectorMath.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace rill::cpu;

static constexpr double inf = std::numeric_limits<double>::infinity();
static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

llvm::ArrayRef<FnInfo> rill::cpu::functionTable() {
  // The bounds are measured maxima over the points of the test, rounded up.
  static const FnInfo table[] = {
      {Fn::Exp, "exp", 1, 1.5, 1.5, false, inf, inf},
      {Fn::Log, "log", 1, 1.5, 1.5, false, inf, inf},
      {Fn::Expm1, "expm1", 1, 2, 2, false, inf, inf},
      {Fn::Log1p, "log1p", 1, 1.5, 1.5, false, inf, inf},
      {Fn::Tanh, "tanh", 1, 2.5, 2.5, false, inf, inf},
      {Fn::Sigmoid, "sigmoid", 1, 3, 3, false, inf, inf},
      {Fn::Softplus, "softplus", 1, 3, 3, false, inf, inf},
      {Fn::LogSigmoid, "log_sigmoid", 1, 3, 3, false, inf, inf},
      {Fn::Logaddexp, "logaddexp", 2, 2, 2, true, inf, inf},
      {Fn::Sqrt, "sqrt", 1, 0.5, 0.5, false, inf, inf},
      {Fn::Rsqrt, "rsqrt", 1, 1.5, 1.5, false, inf, inf},
      {Fn::Sin, "sin", 1, 0.6, 2.5, false, 1e9, 1e5},
      {Fn::Cos, "cos", 1, 0.6, 2.5, false, 1e9, 1e5},
      {Fn::Tan, "tan", 1, 0.6, 3.5, false, 1e9, 1e5},
      {Fn::Atan, "atan", 1, 0.6, 1.5, false, inf, inf},
      {Fn::Atan2, "atan2", 2, 0.6, 2, false, inf, inf},
      {Fn::Sinh, "sinh", 1, 0.6, 4, false, inf, inf},
      {Fn::Cosh, "cosh", 1, 0.6, 4, false, inf, inf},
      {Fn::Asinh, "asinh", 1, 0.6, 3, false, inf, inf},
      {Fn::Acosh, "acosh", 1, 0.6, 3, false, inf, inf},
      {Fn::Atanh, "atanh", 1, 0.6, 3, false, inf, inf},
      {Fn::Pow, "pow", 2, 0.6, 3.5, false, inf, inf},
      {Fn::Erf, "erf", 1, 0.6, 3, false, inf, inf},
      {Fn::Erfc, "erfc", 1, 0.6, 6, false, inf, inf},
      {Fn::Erfinv, "erfinv", 1, 0.6, 8, false, inf, inf},
      {Fn::Ndtri, "ndtri", 1, 0.6, 8, false, inf, inf},
      {Fn::Lgamma, "lgamma", 1, 0.6, 64, true, inf, inf},
      {Fn::Digamma, "digamma", 1, 0.6, 32, true, inf, inf},
  };
  return table;
}

const FnInfo &rill::cpu::info(Fn fn) {
  return functionTable()[static_cast<int>(fn)];
}

Value VectorMath::poly(Value x, Coefs low) {
  Value value = c(x, low.back());
  for (double coefficient : llvm::reverse(low.drop_back()))
    value = e.fma(value, x, c(x, coefficient));
  return value;
}

static Type intOf(Emitter &e, Type type) {
  return Emitter::like(type, Emitter::isF64(type) ? Type(e.i64) : Type(e.i32));
}

Value VectorMath::inRange(Value x, double low, double high) {
  return e.maxOr(c(x, low), e.minOr(c(x, high), x));
}

Value VectorMath::pow2(Value integer, Type type) {
  bool wideType = Emitter::isF64(type);
  Value biased =
      e.addI(integer, e.integer(integer.getType(), wideType ? 1023 : 127));
  return e.bitcast(e.shl(biased, wideType ? 52 : 23), type);
}

//===----------------------------------------------------------------------===//
// Exponential
//===----------------------------------------------------------------------===//

/// x = n ln 2 + r with |r| <= ln 2 / 2. ln 2 is cut so that n times its head
/// is exact without FMA.
VectorMath::Reduced VectorMath::reduceExp(Value x) {
  Type type = x.getType(), integer = intOf(e, type);
  bool wideType = Emitter::isF64(type);
  double shift = wideType ? 6755399441055744.0 : 12582912.0; // 1.5 * 2^p
  double head = wideType ? 6.93147180369123816490e-01 : 0.693359375;
  double tail = wideType ? 1.90821492927058770002e-10 : -2.12194440e-4;
  Value biased = e.fma(x, c(x, 1.44269504088896340736), c(x, shift));
  Value n = e.sub(biased, c(x, shift));
  Value r = e.fma(n, c(x, -head), x);
  r = e.fma(n, c(x, -tail), r);
  Value exponent =
      e.subI(e.bitcast(biased, integer), e.bitcast(c(x, shift), integer));
  return {r, n, exponent};
}

/// exp(r) - 1 on |r| <= ln 2 / 2: r + r^2 q(r).
Value VectorMath::expm1Poly(Value r) {
  // Errors 2^-32 and 2^-61.7 relative to exp(r) - 1.
  static const double q32[] = {
      0.50000000464068081855,   0.166666668178111466,
      0.041666354667582717815,  0.0083332729038716515711,
      0.0013941008568734404984, 0.00019914240811161766804};
  static const double q64[] = {
      0.49999999999999999986,     0.16666666666666676599,
      0.041666666666666701564,    0.0083333333333216162385,
      0.0013888888888866774593,   0.00019841269886157559655,
      0.000024801587360635694037, 2.7557244182761873e-6,
      2.7557242716010305397e-7,   2.5109044653083557589e-8,
      2.09244521445414034e-9};
  Value q = Emitter::isF64(r.getType()) ? poly(r, q64) : poly(r, q32);
  return e.fma(e.mul(r, r), q, r);
}

Value VectorMath::exp(Value x) {
  bool wideType = Emitter::isF64(x.getType());
  Value y = wideType ? inRange(x, -746, 710) : inRange(x, -104, 89);
  Reduced red = reduceExp(y);
  Value value = e.add(expm1Poly(red.r), c(x, 1));
  if (Value scaled = e.scale(value, red.n))
    return scaled;
  // Two factors, so that the ends of the range are reached without overflow;
  // the first product is exact, so this rounds once too.
  Value first = e.ashr(red.exponent, 1);
  Value second = e.subI(red.exponent, first);
  value = e.mul(value, pow2(first, x.getType()));
  return e.mul(value, pow2(second, x.getType()));
}

Value VectorMath::expm1(Value x) {
  bool wideType = Emitter::isF64(x.getType());
  Value y = wideType ? inRange(x, -60, 710) : inRange(x, -30, 89);
  Reduced red = reduceExp(y);
  // 2 (2^(n-1) p + (2^(n-1) - 1/2)): 2^n itself may be out of range.
  Value half = e.scale(c(x, 0.5), red.n);
  if (!half)
    half = pow2(e.subI(red.exponent, e.integer(red.exponent.getType(), 1)),
                x.getType());
  Value value = e.fma(half, expm1Poly(red.r), e.sub(half, c(x, 0.5)));
  return e.add(value, value);
}

//===----------------------------------------------------------------------===//
// Logarithm
//===----------------------------------------------------------------------===//

/// x = 2^exponent (1 + f) with 1 + f in [sqrt(1/2), sqrt 2); x is positive.
VectorMath::Mantissa VectorMath::splitLog(Value x, bool denormals) {
  Type type = x.getType(), integer = intOf(e, type);
  bool wideType = Emitter::isF64(type);
  int64_t root = wideType ? 0x3FE6A09E667F3BCD : 0x3F3504F3;
  int64_t mask = wideType ? (int64_t(1) << 52) - 1 : (int64_t(1) << 23) - 1;
  Value small, scaled = x;
  double lift = wideType ? 0x1p54 : 0x1p25;
  if (denormals) {
    small = e.lt(x, c(x, wideType ? 0x1p-1022 : 0x1p-126));
    scaled = e.select(small, e.mul(x, c(x, lift)), x);
  }
  Value offset = e.subI(e.bitcast(scaled, integer), e.integer(integer, root));
  Value exponent;
  if (wideType) {
    // No 64-bit arithmetic shift in AVX2: the exponent as a shifted double.
    Value biased =
        e.lshr(e.addI(offset, e.integer(integer, int64_t(1) << 62)), 52);
    Value asFloat =
        e.bitcast(e.bor(biased, e.integer(integer, 0x4330000000000000)), type);
    exponent = e.sub(asFloat, c(x, 0x1p52 + 1024));
  } else {
    exponent = e.intToFloat(e.ashr(offset, 23), type);
  }
  if (denormals)
    exponent = e.sub(exponent, e.select(small, c(x, std::log2(lift)), c(x, 0)));
  Value mantissa = e.addI(e.band(offset, e.integer(integer, mask)),
                          e.integer(integer, root));
  return {e.sub(e.bitcast(mantissa, type), c(x, 1)), exponent};
}

/// log(2^exponent (1 + f)).
Value VectorMath::logKernel(Mantissa m) {
  Value f = m.f;
  if (Emitter::isF64(f.getType())) {
    // 2 atanh(s) with s = f / (2 + f), as fdlibm; error 2^-65.7.
    static const double coefs[] = {
        0.66666666666666660887, 0.40000000000006332472, 0.2857142856905825613,
        0.22222222650981682811, 0.18181775329077787421, 0.15387105529656047241,
        0.13249783716159641777, 0.132543818377888664};
    Value s = e.div(f, e.add(f, c(f, 2)));
    Value z = e.mul(s, s);
    Value rest = e.mul(z, poly(z, coefs));
    Value half = e.mul(c(f, 0.5), e.mul(f, f));
    Value low = e.mul(m.exponent, c(f, 1.90821492927058770002e-10));
    Value tail = e.fma(s, e.add(half, rest), low);
    Value value = e.sub(f, e.sub(half, tail));
    return e.fma(m.exponent, c(f, 6.93147180369123816490e-01), value);
  }
  // f - f^2/2 + f^3 P(f); error 2^-30.3.
  static const double coefs[] = {
      0.33333310371039994473, -0.24999986414195760224,
      0.20002231653056017706, -0.16669266398100279939,
      0.14218559918434661649, -0.12383994879560952222,
      0.11873402269520739046, -0.1179219528989967503,
      0.069172650527927158888};
  Value z = e.mul(f, f);
  Value tail = e.mul(e.mul(f, z), poly(f, coefs));
  tail = e.fma(m.exponent, c(f, -2.12194440e-4), tail);
  tail = e.fma(c(f, -0.5), z, tail);
  Value value = e.add(f, tail);
  return e.fma(m.exponent, c(f, 0.693359375), value);
}

Value VectorMath::log(Value x) {
  Value value = logKernel(splitLog(x, /*denormals=*/true));
  Value edge = e.select(e.eq(x, c(x, 0)), c(x, -inf), c(x, notANumber));
  value = e.select(e.gt(x, c(x, 0)), value, edge);
  return e.select(e.eq(x, c(x, inf)), x, value);
}

/// log(1 + x) for x in [0, 1], or (`large`) for all finite x above -1.
Value VectorMath::log1pCore(Value x, bool large) {
  Type type = x.getType(), integer = intOf(e, type);
  bool wideType = Emitter::isF64(type);
  Value u = e.add(x, c(x, 1));
  Mantissa m = splitLog(u, /*denormals=*/false);
  // f = (1 + x) 2^-n - 1 without the rounding of 1 + x.
  int64_t bias = wideType ? int64_t(1023) : 127;
  int64_t root = wideType ? 0x3FE6A09E667F3BCD : 0x3F3504F3;
  int64_t exponentMask =
      wideType ? int64_t(0xFFF0000000000000) : int64_t(0xFF800000);
  Value top = e.band(e.subI(e.bitcast(u, integer), e.integer(integer, root)),
                     e.integer(integer, exponentMask));
  Value scale = e.bitcast(
      e.subI(e.integer(integer, bias << (wideType ? 52 : 23)), top), type);
  Value f = e.fma(x, scale, e.sub(scale, c(x, 1)));
  // Beyond 2^p the 1 is lost anyway, and the scale may leave the range.
  m.f = large ? e.select(e.gt(x, c(x, wideType ? 0x1p60 : 0x1p30)), m.f, f) : f;
  return logKernel(m);
}

Value VectorMath::log1p(Value x) {
  Value value = log1pCore(x, /*large=*/true);
  Value edge = e.select(e.eq(x, c(x, -1)), c(x, -inf), c(x, notANumber));
  value = e.select(e.gt(x, c(x, -1)), value, edge);
  return e.select(e.eq(x, c(x, inf)), x, value);
}

//===----------------------------------------------------------------------===//
// Squashing functions
//===----------------------------------------------------------------------===//

/// -t / (t + 2) with t = expm1(-2 |x|).
Value VectorMath::tanh(Value x) {
  Value t = expm1(e.mul(e.abs(x), c(x, -2)));
  return e.copySign(e.div(t, e.add(t, c(x, 2))), x);
}

Value VectorMath::sigmoid(Value x) {
  Value z = exp(e.neg(e.abs(x)));
  Value numerator = e.select(e.lt(x, c(x, 0)), z, c(x, 1));
  return e.div(numerator, e.add(z, c(x, 1)));
}

Value VectorMath::softplus(Value x) {
  Value rest = log1pCore(exp(e.neg(e.abs(x))), /*large=*/false);
  return e.add(e.maxOr(c(x, 0), x), rest);
}

Value VectorMath::logSigmoid(Value x) {
  Value rest = log1pCore(exp(e.neg(e.abs(x))), /*large=*/false);
  return e.sub(e.minOr(c(x, 0), x), rest);
}

Value VectorMath::logaddexp(Value x, Value y) {
  // Equal operands may both be infinite: their difference counts as zero.
  Value gap = e.neg(e.abs(e.sub(x, y)));
  gap = e.select(e.eq(x, y), c(x, 0), gap);
  Value greater = e.select(e.gt(x, y), x, y);
  greater = e.select(e.isNan(x), x, greater);
  return e.add(greater, log1pCore(exp(gap), /*large=*/false));
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

Value VectorMath::body(Fn fn, Value x, Value y) {
  switch (fn) {
  case Fn::Exp:
    return exp(x);
  case Fn::Log:
    return log(x);
  case Fn::Expm1:
    return expm1(x);
  case Fn::Log1p:
    return log1p(x);
  case Fn::Tanh:
    return tanh(x);
  case Fn::Sigmoid:
    return sigmoid(x);
  case Fn::Softplus:
    return softplus(x);
  case Fn::LogSigmoid:
    return logSigmoid(x);
  case Fn::Logaddexp:
    return logaddexp(x, y);
  case Fn::Sqrt:
    return e.sqrt(x);
  case Fn::Rsqrt:
    return e.div(c(x, 1), e.sqrt(x));
  case Fn::Sin:
    return sin(x);
  case Fn::Cos:
    return cos(x);
  case Fn::Tan:
    return tan(x);
  case Fn::Atan:
    return atan(x);
  case Fn::Atan2:
    return atan2(x, y);
  case Fn::Sinh:
    return sinh(x);
  case Fn::Cosh:
    return cosh(x);
  case Fn::Asinh:
    return asinh(x);
  case Fn::Acosh:
    return acosh(x);
  case Fn::Atanh:
    return atanh(x);
  case Fn::Pow:
    return pow(x, y);
  case Fn::Erf:
    return erf(x);
  case Fn::Erfc:
    return erfc(x);
  case Fn::Erfinv:
    return erfinv(x);
  case Fn::Ndtri:
    return ndtri(x);
  case Fn::Lgamma:
    return lgamma(x);
  case Fn::Digamma:
    return digamma(x);
  }
  llvm_unreachable("internal error: unknown function");
}

Value VectorMath::wide(Fn fn, Value x, Value y) {
  Type narrow = x.getType(), type = Emitter::like(narrow, e.f64);
  Value value = body(fn, e.extF(x, type), y ? e.extF(y, type) : Value());
  return e.truncF(value, narrow);
}

Value VectorMath::apply(Fn fn, Value x, Value y) {
  if (fn <= Fn::Rsqrt && fn != Fn::Logaddexp)
    return body(fn, x, y);
  // f32 has its own code for the elementary functions only.
  Type type = x.getType();
  bool through64 = !Emitter::isF64(type) && fn > Fn::Rsqrt;
  std::string name = std::string("rill_") + info(fn).name +
                     (Emitter::isF64(type) ? "_f64x" : "_f32x") +
                     std::to_string(Emitter::lanes(type));
  Values arguments{x};
  if (y)
    arguments.push_back(y);
  return e.outlined(name, type, arguments, [&](ValueRange in) {
    Value second = y ? in[1] : Value();
    return through64 ? wide(fn, in[0], second) : body(fn, in[0], second);
  });
}
