//===- Bounds.cpp - Intervals that hold all elements of a value -----------===//
//
// Interval arithmetic with open ends. Every rule may only widen: a bound that
// is not proved here counts as absent.
//
//===----------------------------------------------------------------------===//
#include "Elab/Bounds.h"

#include <algorithm>
#include <cmath>

namespace rill::lang::elab {

static const double Inf = std::numeric_limits<double>::infinity();

Bounds Bounds::nonNegative() { return {0, Inf, false, true}; }

Bounds Bounds::of(const Space &space) {
  if (!space.isValid() || space.kind() == SpaceKind::Product)
    return all();
  switch (space.kind()) {
  case SpaceKind::Positive:
    return positive();
  case SpaceKind::Unit:
  case SpaceKind::Simplex:
  case SpaceKind::Interval:
    return open(space.lo(), space.hi());
  case SpaceKind::Fin:
    return {0, static_cast<double>(space.finSize() - 1), false, false};
  case SpaceKind::Bool:
    return {0, 1, false, false};
  default:
    return all();
  }
}

bool Bounds::inside(double low, double high) const {
  return (lo > low || (lo == low && loOpen)) &&
         (hi < high || (hi == high && hiOpen));
}

static Bounds make(double lo, bool loOpen, double hi, bool hiOpen) {
  if (std::isnan(lo) || std::isnan(hi))
    return Bounds::all();
  return {lo, hi, loOpen, hiOpen};
}

Bounds Bounds::join(const Bounds &b) const {
  Bounds r = *this;
  if (b.lo < r.lo || (b.lo == r.lo && !b.loOpen))
    r.lo = b.lo, r.loOpen = b.loOpen;
  if (b.hi > r.hi || (b.hi == r.hi && !b.hiOpen))
    r.hi = b.hi, r.hiOpen = b.hiOpen;
  return r;
}

Bounds negate(Bounds a) { return make(-a.hi, a.hiOpen, -a.lo, a.loOpen); }

Bounds add(Bounds a, Bounds b) {
  return make(a.lo + b.lo, a.loOpen || b.loOpen, a.hi + b.hi,
              a.hiOpen || b.hiOpen);
}

Bounds subtract(Bounds a, Bounds b) { return add(a, negate(b)); }

/// A corner of a product; 0 * inf is 0 because infinity is never attained.
static void corner(double x, bool xo, double y, bool yo, Bounds &r,
                   bool first) {
  double v = (x == 0 || y == 0) ? 0 : x * y;
  bool open = (x == 0 && !xo) || (y == 0 && !yo) ? false : xo || yo;
  Bounds p{v, v, open, open};
  r = first ? p : r.join(p);
}

Bounds multiply(Bounds a, Bounds b) {
  Bounds r;
  corner(a.lo, a.loOpen, b.lo, b.loOpen, r, true);
  corner(a.lo, a.loOpen, b.hi, b.hiOpen, r, false);
  corner(a.hi, a.hiOpen, b.lo, b.loOpen, r, false);
  corner(a.hi, a.hiOpen, b.hi, b.hiOpen, r, false);
  return r;
}

Bounds divide(Bounds a, Bounds b) {
  if (!b.isPositive() && !negate(b).isPositive())
    return Bounds::all();
  if (!b.isPositive())
    return divide(negate(a), negate(b));
  Bounds inverse = make(1 / b.hi, b.hiOpen, b.lo == 0 ? Inf : 1 / b.lo,
                        b.lo == 0 || b.loOpen);
  return multiply(a, inverse);
}

Bounds minimum(Bounds a, Bounds b) {
  Bounds low = a.lo < b.lo ? a : b, high = a.hi < b.hi ? a : b;
  bool loOpen = a.lo == b.lo ? a.loOpen && b.loOpen : low.loOpen;
  bool hiOpen = a.hi == b.hi ? a.hiOpen || b.hiOpen : high.hiOpen;
  return make(low.lo, loOpen, high.hi, hiOpen);
}

Bounds maximum(Bounds a, Bounds b) {
  return negate(minimum(negate(a), negate(b)));
}

Bounds scaled(Bounds a, int64_t count) {
  return multiply(a, Bounds::point(static_cast<double>(count)));
}

/// The image under an increasing continuous function.
template <class Fn> static Bounds increasing(Bounds a, Fn fn) {
  return make(fn(a.lo), a.loOpen, fn(a.hi), a.hiOpen);
}

static Bounds square(Bounds a) {
  if (a.isNonNegative() || a.hi <= 0) {
    Bounds b = a.isNonNegative() ? a : negate(a);
    return make(b.lo * b.lo, b.loOpen, b.hi * b.hi, b.hiOpen);
  }
  return {0, std::max(a.lo * a.lo, a.hi * a.hi), false, a.loOpen && a.hiOpen};
}

Bounds raised(Bounds a, double n) {
  bool whole = std::floor(n) == n, even = whole && std::fmod(n, 2) == 0;
  if (n == 0)
    return Bounds::point(1);
  if (a.isNonNegative() && n > 0)
    return increasing(a, [n](double x) { return std::pow(x, n); });
  if (a.isPositive())
    return make(std::pow(a.hi, n), a.hiOpen, std::pow(a.lo, n), a.loOpen);
  if (even && a.hi <= 0)
    return raised(negate(a), n);
  if (even && n > 0)
    return {0, std::pow(std::max(-a.lo, a.hi), n), false, a.loOpen && a.hiOpen};
  if (whole && n > 0) // odd
    return increasing(a, [n](double x) { return std::pow(x, n); });
  return even ? Bounds::nonNegative() : Bounds::all();
}

static Bounds absolute(Bounds a) {
  if (a.isNonNegative())
    return a;
  if (a.hi <= 0)
    return negate(a);
  return {0, std::max(-a.lo, a.hi), false, a.loOpen && a.hiOpen};
}

Bounds unary(const std::string &op, Bounds a) {
  if (op == "neg")
    return negate(a);
  if (op == "exp")
    return increasing(a, [](double x) { return std::exp(x); });
  if (op == "sigmoid")
    return increasing(a, [](double x) { return 1 / (1 + std::exp(-x)); });
  if (op == "softplus")
    return increasing(a, [](double x) {
      return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
    });
  if (op == "tanh")
    return increasing(a, [](double x) { return std::tanh(x); });
  if (op == "sinh")
    return increasing(a, [](double x) { return std::sinh(x); });
  if (op == "asinh")
    return increasing(a, [](double x) { return std::asinh(x); });
  if (op == "atan")
    return increasing(a, [](double x) { return std::atan(x); });
  if (op == "expm1")
    return increasing(a, [](double x) { return std::expm1(x); });
  if (op == "relu")
    return maximum(a, Bounds::point(0));
  if (op == "sq")
    return square(a);
  if (op == "abs")
    return absolute(a);
  if (op == "cosh")
    return {1, Inf, false, true};
  if (op == "sin" || op == "cos")
    return {-1, 1, false, false};
  if (op == "erf")
    return Bounds::open(-1, 1);
  if (op == "erfc")
    return Bounds::open(0, 2);
  if (op == "sign")
    return {-1, 1, false, false};
  if (op == "log_sigmoid")
    return increasing(a, [](double x) {
      return x < 0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x));
    });
  if (op == "atanh" && a.inside(-1, 1))
    return increasing(a, [](double x) { return std::atanh(x); });
  if (op == "stop")
    return a;
  if (op == "recip")
    return divide(Bounds::point(1), a);
  if (op == "log1p" && a.inside(-1, Inf))
    return increasing(a, [](double x) { return std::log1p(x); });
  if (op == "log" && a.isPositive())
    return increasing(a, [](double x) { return std::log(x); });
  if (op == "sqrt" && a.isNonNegative())
    return increasing(a, [](double x) { return std::sqrt(x); });
  if (op == "rsqrt" && a.isPositive())
    return raised(a, -0.5);
  return Bounds::all();
}

Space spaceFor(const Bounds &bounds, std::vector<int64_t> shape) {
  if (bounds.inside(0, 1))
    return Space::make(SpaceKind::Unit, std::move(shape));
  if (bounds.isPositive())
    return Space::make(SpaceKind::Positive, std::move(shape));
  if (std::isfinite(bounds.lo) && std::isfinite(bounds.hi) && bounds.loOpen &&
      bounds.hiOpen && bounds.lo < bounds.hi)
    return Space::interval(bounds.lo, bounds.hi, std::move(shape));
  return Space::real(std::move(shape));
}

} // namespace rill::lang::elab
