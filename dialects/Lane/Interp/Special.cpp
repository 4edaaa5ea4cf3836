// Scalar special functions in double; see Special.h.
#include "Lane/Interp/Special.h"
#include "rill/philox.h"
#include <cmath>
#include <limits>

namespace rill::lane::special {

static constexpr double pi = 3.14159265358979323846;
static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double sigmoid(double x) {
  if (x >= 0)
    return 1 / (1 + std::exp(-x));
  double e = std::exp(x);
  return e / (1 + e);
}

double softplus(double x) {
  return std::isnan(x) ? x
                       : std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x)));
}

double logSigmoid(double x) { return -softplus(-x); }

double logaddexp(double x, double y) {
  if (std::isnan(x) || std::isnan(y))
    return nan;
  double high = std::fmax(x, y), low = std::fmin(x, y);
  if (std::isinf(high)) // inf, or both -inf: low - high would be NaN
    return high;
  return high + std::log1p(std::exp(low - high));
}

/// sum over k >= 1 of B(2k) / (2k x^(2k)), x >= 12: terms fall below 1e-17.
static double digammaSeries(double x) {
  static const double c[] = {1.0 / 12,   -1.0 / 120,    1.0 / 252,
                             -1.0 / 240, 1.0 / 132,     -691.0 / 32760,
                             1.0 / 12,   -3617.0 / 8160};
  double r = 1 / (x * x), sum = 0;
  for (int i = 7; i >= 0; --i)
    sum = (sum + c[i]) * r;
  return sum;
}

double digamma(double x) {
  if (x <= 0) {
    if (x == std::floor(x))
      return nan;
    // The angle is reduced before it is multiplied, for accuracy at the poles.
    return digamma(1 - x) - pi / std::tan(pi * (x - std::round(x)));
  }
  double sum = 0;
  for (; x < 12; x += 1)
    sum -= 1 / x;
  return sum + std::log(x) - 0.5 / x - digammaSeries(x);
}

double erfinv(double x) {
  double a = std::fabs(x);
  if (std::isnan(x) || a > 1)
    return nan;
  if (a == 1)
    return std::copysign(std::numeric_limits<double>::infinity(), x);
  // The tail's quantile as a start (1 - a is exact from 1/2 up), then Newton on
  // the well-conditioned form: erf near 0, erfc in the tail.
  double y = -philox::normalQuantile((1 - a) / 2) / std::sqrt(2.0);
  for (int i = 0; i < 2; ++i) {
    double slope = 2 / std::sqrt(pi) * std::exp(-y * y);
    double error = a < 0.5 ? std::erf(y) - a : (1 - a) - std::erfc(y);
    y -= error / slope;
  }
  return std::copysign(y, x);
}

double ndtri(double p) {
  return p >= 0 && p <= 1 ? philox::normalQuantile(p) : nan;
}

} // namespace rill::lane::special
