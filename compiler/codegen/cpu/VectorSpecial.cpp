//===- VectorSpecial.cpp - Error functions, gamma functions, draws --------===//
//
// In f64; f32 goes through it. Sources: erfc as in Shepherd and Laframboise
// (1981) with a minimax fit of our own, normal quantile by Wichura's AS 241
// (1988), lgamma and digamma by recurrence and Stirling's series.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/VectorMath.h"
#include "rill/normal_quantile.h"

#include <limits>

using namespace mlir;
using namespace rill::cpu;
namespace as241 = rill::as241;

static constexpr double inf = std::numeric_limits<double>::infinity();
static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
static constexpr double pi = 3.14159265358979323846;

/// erf on |x| <= 1: x P(x^2), error 2^-62.
Value VectorMath::erfSmall(Value x) {
  static const double coefs[] = {
      1.1283791670955125737,     -0.37612638903183747604,
      0.11283791670954857488,    -0.026866170645072893356,
      0.005223977624780849209,   -0.00085483269787412183097,
      0.00012055331036867640994, -0.000014925593506254135117,
      1.6460972809145949371e-6,  -1.635002516366631618e-7,
      1.4657879601536977998e-8,  -1.1365665583128012158e-9,
      5.9452619411838362222e-11};
  return e.mul(x, poly(e.mul(x, x), coefs));
}

/// erfc for x >= 0: (1 + 2x) exp(x^2) erfc(x) as a polynomial in
/// (x - 4) / (x + 4), error 2^-61.
Value VectorMath::erfcPositive(Value given) {
  static const double coefs[] = {
      1.2329951186255525089,       -0.13962111684056251706,
      0.015379652102620071748,     0.068097054254693115279,
      -0.10103906603632703719,     0.093732834998330893992,
      -0.066330365811606175004,    0.037167515537907404943,
      -0.016197734066246565074,    0.005031969972146868644,
      -0.00075777322076434180718,  -0.00019925664402716307488,
      0.00015062134024938183295,   -0.000024399493324391787545,
      -0.000011220986996143879177, 5.7107140174832780658e-6,
      2.9180500103722392198e-7,    -8.276171598083837962e-7,
      7.6855684612603465098e-8,    1.1306889378373726496e-7,
      -1.9013347053088687209e-8,   -1.6437132601640066517e-8,
      1.6927356284776653919e-9,    2.0443373605881056315e-9,
      2.7156450341318351595e-10};
  Value x = inRange(given, 0, 28);
  Value t = e.div(e.sub(x, c(x, 4)), e.add(x, c(x, 4)));
  Value f = e.div(poly(t, coefs), e.fma(c(x, 2), x, c(x, 1)));
  // exp(-x^2) with the rounding error of the square put back.
  Value square = e.mul(x, x);
  Value error = e.fma(x, x, e.neg(square));
  Value bell = exp(e.neg(square));
  bell = e.fma(bell, e.neg(error), bell);
  return e.mul(bell, f);
}

Value VectorMath::erf(Value x) {
  Value a = e.abs(x);
  Value far = e.copySign(e.sub(c(x, 1), erfcPositive(a)), x);
  return e.select(e.gt(a, c(x, 1)), far, erfSmall(x));
}

Value VectorMath::erfc(Value x) {
  Value a = e.abs(x), tail = erfcPositive(a);
  Value far = e.select(e.lt(x, c(x, 0)), e.sub(c(x, 2), tail), tail);
  return e.select(e.gt(a, c(x, 0.5)), far, e.sub(c(x, 1), erfSmall(x)));
}

/// The normal quantile of 1/2 + q, given tail = min(p, 1 - p) too: AS 241.
Value VectorMath::quantile(Value q, Value tail) {
  // One rational function with coefficients chosen per lane.
  Value central = e.le(e.abs(q), c(q, as241::centralEnd));
  Value r = e.sqrt(e.neg(log(tail)));
  Value middle = e.le(r, c(q, as241::middleEnd));
  Value at = e.select(central, e.sub(c(q, as241::centralShift), e.mul(q, q)),
                      e.select(middle, e.sub(r, c(q, as241::middleShift)),
                               e.sub(r, c(q, as241::farShift))));
  auto chosen = [&](double x, double y, double z) {
    return e.select(central, c(q, x), e.select(middle, c(q, y), c(q, z)));
  };
  auto top = [&](int k) {
    return chosen(as241::central.top[k], as241::middle.top[k],
                  as241::far.top[k]);
  };
  auto bottom = [&](int k) {
    return chosen(as241::central.bottom[k], as241::middle.bottom[k],
                  as241::far.bottom[k]);
  };
  Value numerator = top(7), denominator = bottom(7);
  for (int k = 6; k >= 0; --k) {
    numerator = e.fma(numerator, at, top(k));
    denominator = e.fma(denominator, at, bottom(k));
  }
  Value ratio = e.div(numerator, denominator);
  Value value = e.select(central, e.mul(q, ratio), e.copySign(ratio, q));
  Value edge =
      e.select(e.eq(tail, c(q, 0)), e.copySign(c(q, inf), q), c(q, notANumber));
  return e.select(e.gt(tail, c(q, 0)), value, edge);
}

Value VectorMath::ndtri(Value x) {
  return quantile(e.sub(x, c(x, 0.5)), e.minOr(x, e.sub(c(x, 1), x)));
}

/// ndtri((1 + x) / 2) / sqrt 2, without forming (1 + x) / 2.
Value VectorMath::erfinv(Value x) {
  Value half = c(x, 0.5);
  Value tail = e.mul(half, e.sub(c(x, 1), e.abs(x)));
  return e.mul(quantile(e.mul(half, x), tail), c(x, 0.70710678118654752440));
}

/// sin(pi x), exact zeros at the integers.
Value VectorMath::sinPi(Value x) {
  Value near = e.sub(x, e.mul(c(x, 2), e.roundEven(e.mul(c(x, 0.5), x))));
  // near in [-1, 1]; sin(pi t) = sin(pi (sign - t)) beyond 1/2.
  Value folded = e.sub(e.copySign(c(x, 1), near), near);
  Value t = e.select(e.gt(e.abs(near), c(x, 0.5)), folded, near);
  return sin(e.mul(c(x, pi), t));
}

/// Product and Stirling's series: lgamma(a) = S(a + 8) - log(a .. (a + 7)) for
/// a < 8; negative arguments by reflection.
Value VectorMath::lgamma(Value x) {
  Value reflect = e.lt(x, c(x, 0.5));
  Value a = e.select(reflect, e.sub(c(x, 1), x), x);
  Value small = e.lt(a, c(x, 8));
  Value product = a;
  for (int k = 1; k < 8; ++k)
    product = e.mul(product, e.add(a, c(x, k)));
  product = e.select(small, product, c(x, 1));
  Value z = e.select(small, e.add(a, c(x, 8)), a);
  // B_2k / (2k (2k - 1)).
  static const double series[] = {1. / 12,    -1. / 360,      1. / 1260,
                                  -1. / 1680, 1. / 1188,      -691. / 360360,
                                  1. / 156,   -3617. / 122400};
  Value w = e.div(c(x, 1), z);
  Value tail = e.mul(w, poly(e.mul(w, w), series));
  Value logZ = log(z);
  Value main = e.fma(e.sub(z, c(x, 0.5)), e.sub(logZ, c(x, 1)),
                     c(x, 0.41893853320467274178));
  Value value = e.sub(e.add(main, tail), log(product));
  Value infinite = e.eq(z, c(x, inf));
  value = e.select(infinite, c(x, inf), value);
  // log |gamma(x)| = -log |sin(pi x) / pi| - lgamma(1 - x).
  Value sine = e.mul(e.abs(sinPi(x)), c(x, 1 / pi));
  sine = e.select(e.lt(e.abs(x), c(x, 0x1p-40)), e.abs(x), sine);
  Value mirrored = e.sub(e.neg(log(sine)), value);
  mirrored = e.select(e.eq(sine, c(x, 0)), c(x, inf), mirrored);
  value = e.select(reflect, mirrored, value);
  value = e.select(e.eq(e.abs(x), c(x, inf)), c(x, inf), value);
  return e.select(e.isNan(x), x, value);
}

/// Recurrence and the asymptotic series; psi(x) = psi(1 - x) - pi / tan(pi x).
Value VectorMath::digamma(Value x) {
  Value reflect = e.lt(x, c(x, 0));
  Value a = e.select(reflect, e.sub(c(x, 1), x), x);
  Value small = e.lt(a, c(x, 8));
  Value sum = c(x, 0);
  for (int k = 7; k >= 0; --k)
    sum = e.add(sum, e.div(c(x, 1), e.add(a, c(x, k))));
  sum = e.select(small, sum, c(x, 0));
  Value z = e.select(small, e.add(a, c(x, 8)), a);
  // B_2k / 2k.
  static const double series[] = {1. / 12,   -1. / 120,    1. / 252,
                                  -1. / 240, 1. / 132,     -691. / 32760,
                                  1. / 12,   -3617. / 8160};
  Value w = e.div(c(x, 1), z), square = e.mul(w, w);
  Value value =
      e.sub(log(z), e.fma(c(x, 0.5), w, e.mul(square, poly(square, series))));
  value = e.sub(value, sum);
  Value near = e.sub(x, e.roundEven(x));
  Value mirrored = e.sub(value, e.div(c(x, pi), tan(e.mul(c(x, pi), near))));
  mirrored = e.select(e.eq(near, c(x, 0)), c(x, notANumber), mirrored);
  value = e.select(reflect, mirrored, value);
  value = e.select(e.eq(x, c(x, 0)), e.copySign(c(x, inf), e.neg(x)), value);
  value = e.select(e.eq(x, c(x, inf)), x, value);
  value = e.select(e.eq(x, c(x, -inf)), c(x, notANumber), value);
  return e.select(e.isNan(x), x, value);
}

//===----------------------------------------------------------------------===//
// Draws: what philox.h says, on vectors
//===----------------------------------------------------------------------===//

Value VectorMath::uniform(Type type, Value words) {
  if (Emitter::isF64(type)) {
    // word >> 12 is below 2^52: exact through the bits of 2^52 + n.
    Value bits = e.bor(e.lshr(words, 12),
                       e.integer(words.getType(), 0x4330000000000000));
    Value count = e.sub(e.bitcast(bits, type), e.real(type, 0x1p52));
    return e.mul(e.add(count, e.real(type, 0.5)), e.real(type, 0x1p-52));
  }
  Value count = e.intToFloat(e.lshr(words, 9), type);
  return e.mul(e.add(count, e.real(type, 0.5)), e.real(type, 0x1p-23));
}

Value VectorMath::normal(Type type, Value words) {
  bool wideType = Emitter::isF64(type);
  Type integer = words.getType();
  int64_t top = wideType ? int64_t(uint64_t(1) << 63) : int64_t(0x80000000u);
  Value low =
      e.band(words, e.integer(integer, wideType ? int64_t(~uint64_t(0) >> 1)
                                                : int64_t(0x7FFFFFFF)));
  // Signed conversion: the top bit is gone.
  Value p = e.mul(e.add(e.intToFloat(low, type), e.real(type, 0.5)),
                  e.real(type, wideType ? 0x1p-64 : 0x1p-32));
  Value up =
      e.icmp(LLVM::ICmpPredicate::ne, e.band(words, e.integer(integer, top)),
             e.integer(integer, 0));
  Value below = apply(Fn::Ndtri, p);
  return e.select(up, e.neg(below), below);
}
