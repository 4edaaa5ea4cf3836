//===- Numeric.h - Derivatives and determinants by numbers ------*- C++ -*-===//
//
// The numerical side of the checks: finite differences by Ridders' method with
// an error estimate, and determinants of dense matrices. In double.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_NUMERIC_H
#define RILL_RUNTIME_NUMERIC_H

#include <cstdint>
#include <vector>

namespace rill::rt {

/// A derivative and how far off it may be.
struct Derivative {
  double value = 0, error = 0;
};

/// Ridders' extrapolation (Ridders 1982; Numerical Recipes 5.7): central
/// differences at steps h, h/r, h/r^2, ... are added one by one; the tableau's
/// entry of least estimated error is the result. A kink of the function within
/// a step spoils the entries of that step only.
class Ridders {
public:
  static constexpr int steps = 10;
  static constexpr double ratio = 3;

  /// The step of round k for a first step h.
  static double step(double h, int k);
  /// (f(x + h_k) - f(x - h_k)) / (2 h_k) of round k = 0, 1, ...; `noise`: the
  /// rounding error of that quotient.
  void add(double quotient, double noise);
  Derivative result() const { return best; }

private:
  std::vector<double> previous;
  Derivative best{0, 1e300};
};

/// log |det A| of an n x n matrix by LU with partial pivoting; -inf if
/// singular. If `error` (n x n, non-negative) is given, `logDetError` gets the
/// first-order effect of such errors of the entries: sum |A^-1|^T error.
double logAbsDet(std::vector<double> a, int64_t n,
                 const std::vector<double> *error = nullptr,
                 double *logDetError = nullptr);

} // namespace rill::rt
#endif
