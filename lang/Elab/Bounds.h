//===- Bounds.h - Intervals that hold all elements of a value ---*- C++ -*-===//
//
// Interval arithmetic on the open and closed ends that decide domains: log
// needs (0, inf), logit needs (0, 1). Facts only; nothing is reported here.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_BOUNDS_H
#define RILL_LANG_ELAB_BOUNDS_H

#include "Typed/Space.h"

#include <limits>
#include <string>

namespace rill::lang::elab {

/// All elements lie between `lo` and `hi`; an open end is not attained.
struct Bounds {
  double lo = -std::numeric_limits<double>::infinity();
  double hi = std::numeric_limits<double>::infinity();
  bool loOpen = true, hiOpen = true;

  static Bounds all() { return {}; }
  static Bounds point(double value) { return {value, value, false, false}; }
  static Bounds positive() {
    return open(0, std::numeric_limits<double>::infinity());
  }
  static Bounds nonNegative();
  static Bounds open(double lo, double hi) { return {lo, hi, true, true}; }
  static Bounds of(const Space &space);

  bool isPositive() const { return lo > 0 || (lo == 0 && loOpen); }
  bool isNonNegative() const { return lo >= 0; }
  bool inside(double low, double high) const; ///< in the open interval
  Bounds join(const Bounds &other) const;
};

Bounds negate(Bounds a);
Bounds add(Bounds a, Bounds b);
Bounds subtract(Bounds a, Bounds b);
Bounds multiply(Bounds a, Bounds b);
Bounds divide(Bounds a, Bounds b);
Bounds minimum(Bounds a, Bounds b);
Bounds maximum(Bounds a, Bounds b);
/// x^n for a number n.
Bounds raised(Bounds a, double n);
/// `count` copies added.
Bounds scaled(Bounds a, int64_t count);
/// Of a one-operand lane operation by mnemonic.
Bounds unary(const std::string &op, Bounds a);

/// The tightest of Real, Positive, Unit that the bounds prove, with `shape`.
Space spaceFor(const Bounds &bounds, std::vector<int64_t> shape);

} // namespace rill::lang::elab

#endif // RILL_LANG_ELAB_BOUNDS_H
