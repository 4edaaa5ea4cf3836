//===- VectorTrig.cpp - Trigonometric, hyperbolic functions and powers ----===//
//
// In f64; f32 goes through it. Kernels and reductions as in fdlibm (Sun
// Microsystems, 1993), with every branch computed and one chosen.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/VectorMath.h"

#include <limits>

using namespace mlir;
using namespace rill::cpu;

static constexpr double inf = std::numeric_limits<double>::infinity();
static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
static constexpr double pi = 3.14159265358979323846;

/// x = n pi/2 + r with |r| <= pi/4, pi/2 in three parts of 33 bits and the
/// rest (Cody and Waite).
VectorMath::Quadrant VectorMath::quadrant(Value x) {
  Type type = x.getType(), integer = Emitter::like(type, e.i64);
  double shift = 6755399441055744.0;
  Value biased = e.fma(x, c(x, 2 / pi), c(x, shift));
  Value n = e.sub(biased, c(x, shift));
  Value r = e.fma(n, c(x, -1.57079632673412561417e+00), x);
  r = e.fma(n, c(x, -6.07710050630396597660e-11), r);
  r = e.fma(n, c(x, -2.02226624871116645580e-21), r);
  r = e.fma(n, c(x, -8.47842766036889956997e-32), r);
  r = inRange(r, -1, 1); // beyond the stated range no digit is right
  Value bits = e.bitcast(biased, integer);
  Value one = e.integer(integer, 1), two = e.integer(integer, 2);
  Value zero = e.integer(integer, 0);
  auto bitSet = [&](Value word, Value bit) {
    return e.icmp(LLVM::ICmpPredicate::ne, e.band(word, bit), zero);
  };
  return {r, bitSet(bits, one), bitSet(bits, two),
          bitSet(e.addI(bits, one), two)};
}

Value VectorMath::sinPoly(Value r) {
  static const double coefs[] = {
      -1.66666666666666324348e-01, 8.33333333332248946124e-03,
      -1.98412698298579493134e-04, 2.75573137070700676789e-06,
      -2.50507602534068634195e-08, 1.58969099521155010221e-10};
  Value z = e.mul(r, r);
  return e.fma(e.mul(z, r), poly(z, coefs), r);
}

Value VectorMath::cosPoly(Value r) {
  static const double coefs[] = {
      4.16666666666666019037e-02, -1.38888888888741095749e-03,
      2.48015872894767294178e-05, -2.75573143513906633035e-07,
      2.08757232129817482790e-09, -1.13596475577881948265e-11};
  Value z = e.mul(r, r);
  Value half = e.mul(c(r, 0.5), z);
  Value head = e.sub(c(r, 1), half);
  Value lost = e.sub(e.sub(c(r, 1), head), half);
  return e.add(head, e.fma(e.mul(z, z), poly(z, coefs), lost));
}

Value VectorMath::sin(Value x) {
  Quadrant q = quadrant(x);
  Value value = e.select(q.odd, cosPoly(q.r), sinPoly(q.r));
  return e.select(q.flipSin, e.neg(value), value);
}

Value VectorMath::cos(Value x) {
  Quadrant q = quadrant(x);
  Value value = e.select(q.odd, sinPoly(q.r), cosPoly(q.r));
  return e.select(q.flipCos, e.neg(value), value);
}

Value VectorMath::tan(Value x) {
  Quadrant q = quadrant(x);
  Value s = sinPoly(q.r), co = cosPoly(q.r);
  return e.div(e.select(q.odd, e.neg(co), s), e.select(q.odd, s, co));
}

/// atan(n / d) for n, d >= 0, not both zero.
Value VectorMath::atanPositive(Value n, Value d) {
  static const double coefs[] = {
      3.33333333333329318027e-01, -1.99999999998764832476e-01,
      1.42857142725034663711e-01, -1.11111104054623557880e-01,
      9.09088713343650656196e-02, -7.69187620504482999495e-02,
      6.66107313738753120669e-02, -5.83357013379057348645e-02,
      4.97687799461593236017e-02, -3.65315727442169155270e-02,
      1.62858201153657823623e-02};
  struct Part {
    double from, high, low;
  };
  static const Part parts[] = {
      {7. / 16, 4.63647609000806093515e-01, 2.26987774529616870924e-17},
      {11. / 16, 7.85398163397448278999e-01, 3.06161699786838301793e-17},
      {19. / 16, 9.82793723247329054082e-01, 1.39033110312309984516e-17},
      {39. / 16, 1.57079632679489655800e+00, 6.12323399573676603587e-17}};
  // (n - c d) / (d + c n) around atan(c), c = 1/2, 1, 3/2, infinity.
  Value half = c(n, 0.5), threeHalves = c(n, 1.5);
  Value tops[] = {e.fma(d, c(n, -0.5), n), e.sub(n, d), e.fma(d, c(n, -1.5), n),
                  e.neg(d)};
  Value bottoms[] = {e.fma(n, half, d), e.add(n, d), e.fma(n, threeHalves, d),
                     n};
  Value top = n, bottom = d, high = c(n, 0), low = c(n, 0);
  for (int k = 0; k < 4; ++k) {
    Value beyond = e.ge(n, e.mul(d, c(n, parts[k].from)));
    top = e.select(beyond, tops[k], top);
    bottom = e.select(beyond, bottoms[k], bottom);
    high = e.select(beyond, c(n, parts[k].high), high);
    low = e.select(beyond, c(n, parts[k].low), low);
  }
  Value t = e.div(top, bottom);
  Value z = e.mul(t, t);
  Value tail = e.fma(e.mul(t, z), e.neg(poly(z, coefs)), low);
  return e.add(high, e.add(t, tail));
}

Value VectorMath::atan(Value x) {
  return e.copySign(atanPositive(e.abs(x), c(x, 1)), x);
}

/// C's atan2(x, y): x is the ordinate.
Value VectorMath::atan2(Value x, Value y) {
  Value a = e.abs(x), d = e.abs(y);
  // Scaled at the ends of the range, so that no sum or product leaves it.
  Value greater = e.maxOr(a, d);
  Value tiny = e.lt(greater, c(x, 0x1p-900)),
        huge = e.gt(greater, c(x, 0x1p1000));
  Value scale =
      e.select(tiny, c(x, 0x1p100), e.select(huge, c(x, 0x1p-100), c(x, 1)));
  Value angle = atanPositive(e.mul(a, scale), e.mul(d, scale));
  Value negative = e.lt(e.copySign(c(x, 1), y), c(x, 0));
  Value bothZero = e.eq(greater, c(x, 0));
  Value bothInf = e.eq(e.minOr(a, d), c(x, inf));
  angle = e.select(bothZero, c(x, 0), angle);
  angle = e.select(bothInf, c(x, pi / 4), angle);
  Value back = e.sub(c(x, pi), e.sub(angle, c(x, 1.2246467991473532e-16)));
  angle = e.select(negative, back, angle);
  angle = e.select(e.isNan(x), x, e.select(e.isNan(y), y, angle));
  return e.copySign(angle, x);
}

Value VectorMath::sinh(Value x) {
  Value a = e.abs(x), t = expm1(a);
  Value near = e.mul(c(x, 0.5), e.add(t, e.div(t, e.add(t, c(x, 1)))));
  Value root = exp(e.mul(a, c(x, 0.5)));
  Value far = e.mul(e.mul(c(x, 0.5), root), root);
  return e.copySign(e.select(e.gt(a, c(x, 40)), far, near), x);
}

Value VectorMath::cosh(Value x) {
  Value a = e.abs(x), root = exp(e.mul(a, c(x, 0.5)));
  Value far = e.mul(e.mul(c(x, 0.5), root), root);
  return e.add(far, e.div(e.div(c(x, 0.5), root), root));
}

Value VectorMath::asinh(Value x) {
  Value a = e.abs(x), square = e.mul(a, a);
  Value root = e.sqrt(e.add(square, c(x, 1)));
  Value near = log1p(e.add(a, e.div(square, e.add(root, c(x, 1)))));
  Value far = e.add(log(a), c(x, 0.693147180559945309417));
  return e.copySign(e.select(e.gt(a, c(x, 0x1p50)), far, near), x);
}

Value VectorMath::acosh(Value x) {
  Value t = e.sub(x, c(x, 1));
  Value root = e.sqrt(e.mul(t, e.add(t, c(x, 2))));
  Value near = log1p(e.add(t, root));
  Value far = e.add(log(x), c(x, 0.693147180559945309417));
  Value value = e.select(e.gt(x, c(x, 0x1p50)), far, near);
  return e.select(e.lt(x, c(x, 1)), c(x, notANumber), value);
}

Value VectorMath::atanh(Value x) {
  Value a = e.abs(x);
  Value ratio = e.div(e.add(a, a), e.sub(c(x, 1), a));
  Value value = e.mul(c(x, 0.5), log1p(ratio));
  value = e.select(e.eq(a, c(x, 1)), c(x, inf), value);
  value = e.select(e.gt(a, c(x, 1)), c(x, notANumber), value);
  return e.copySign(value, x);
}

/// exp(y log |x|) with the logarithm in two doubles, then the cases of C.
Value VectorMath::pow(Value x, Value y) {
  Value a = e.abs(x);
  Mantissa m = splitLog(a, /*denormals=*/true);
  static const double coefs[] = {0.66666666666666660887, 0.40000000000006332472,
                                 0.2857142856905825613,  0.22222222650981682811,
                                 0.18181775329077787421, 0.15387105529656047241,
                                 0.13249783716159641777, 0.132543818377888664};
  // s = f / (2 + f) in two doubles.
  Value bottom = e.add(m.f, c(x, 2));
  Value lost = e.sub(m.f, e.sub(bottom, c(x, 2)));
  Value s = e.div(m.f, bottom);
  Value rest = e.fma(e.neg(s), bottom, m.f);
  rest = e.fma(e.neg(s), lost, rest);
  Value sLow = e.div(rest, bottom);
  Value z = e.mul(s, s);
  Value low = e.fma(e.mul(s, z), poly(z, coefs), e.add(sLow, sLow));
  low = e.fma(m.exponent, c(x, 1.90821492927058770002e-10), low);
  Value big = e.mul(m.exponent, c(x, 6.93147180369123816490e-01)); // exact
  Value twice = e.add(s, s);
  Value high = e.add(big, twice);
  Value part = e.sub(high, big); // the error of the sum (Knuth)
  low = e.add(low, e.add(e.sub(big, e.sub(high, part)), e.sub(twice, part)));
  Value head = e.add(high, low);
  low = e.add(e.sub(high, head), low);

  Value product = e.mul(y, head);
  Value error = e.fma(y, head, e.neg(product));
  Value tail = e.fma(y, low, error);
  // Infinite products have no tail.
  Value finite = e.lt(e.abs(product), c(x, 1000));
  tail = e.select(finite, tail, c(x, 0));
  Value clipped = inRange(product, -1000, 1000);
  Value power = exp(clipped);
  Value finitePower = e.lt(power, c(x, inf));
  power = e.select(finitePower, e.fma(power, tail, power), power);

  Value zero = c(x, 0), one = c(x, 1);
  Value growing = e.gt(y, zero);
  Value atZero = e.select(growing, zero, c(x, inf));
  Value atInf = e.select(growing, c(x, inf), zero);
  power = e.select(e.eq(a, zero), atZero, power);
  power = e.select(e.eq(a, c(x, inf)), atInf, power);
  Value above = e.gt(a, one), endless = e.eq(e.abs(y), c(x, inf));
  Value atEndless = e.select(e.fcmp(LLVM::FCmpPredicate::oeq, a, one), one,
                             e.select(above, atInf, atZero));
  power = e.select(endless, atEndless, power);
  Value whole = e.eq(e.floor(y), y);
  Value halfY = e.mul(y, c(x, 0.5));
  Value odd =
      e.select(whole, e.select(e.eq(e.floor(halfY), halfY), zero, one), zero);
  odd = e.select(endless, zero, odd);
  Value signedPower = e.select(e.gt(odd, zero), e.copySign(power, x), power);
  Value refuse = e.select(whole, zero, one);
  Value negative = e.select(e.lt(x, zero), refuse, zero);
  Value isInf = e.eq(a, c(x, inf));
  negative = e.select(isInf, zero, negative);
  power = e.select(e.gt(negative, zero), c(x, notANumber), signedPower);
  power = e.select(e.isNan(x), x, e.select(e.isNan(y), y, power));
  power = e.select(e.eq(x, one), one, power);
  return e.select(e.eq(y, zero), one, power);
}
