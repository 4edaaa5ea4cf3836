// Scalar special functions in double, for the interpreter: plain and accurate,
// not fast. What C's maths library has, it uses; the rest is here.
#ifndef RILL_LANE_INTERP_SPECIAL_H
#define RILL_LANE_INTERP_SPECIAL_H

namespace rill::lane::special {

/// 1 / (1 + exp(-x)); full relative accuracy in both tails.
double sigmoid(double x);
/// log(1 + exp(x)); x for large x, exp(x) for large -x.
double softplus(double x);
/// -softplus(-x).
double logSigmoid(double x);
/// log(exp(x) + exp(y)); -inf only if both are.
double logaddexp(double x, double y);
/// The derivative of log |gamma(x)|: upward recurrence to x >= 12, then the
/// asymptotic series (Abramowitz, Stegun 6.3.18), reflection below 0. Absolute
/// error about 1e-15 max(1, |digamma(x)|); NaN at the poles 0, -1, ...
double digamma(double x);
/// The inverse of erf on (-1, 1): +-inf at +-1, NaN beyond. A few ulp.
double erfinv(double x);
/// The quantile of the standard normal: -inf at 0, inf at 1, NaN beyond [0, 1].
double ndtri(double p);

} // namespace rill::lane::special

#endif
