//===- Gaussian.h - The yardstick: a full-covariance Gaussian ---*- C++ -*-===//
//
// The maximum-likelihood Gaussian of some rows, in double: what a model's
// held-out log-likelihood is compared with. Dense Cholesky, no libraries.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_GAUSSIAN_H
#define RILL_RUNTIME_GAUSSIAN_H

#include "Runtime/Table.h"

#include <optional>

namespace rill::rt {

class Gaussian {
public:
  /// Mean and covariance (divided by the number of rows) of `rows`; nothing if
  /// there are too few rows or the covariance is singular.
  static std::optional<Gaussian> fit(const Table &rows);

  /// The mean log-density of rows, in nats.
  double meanLogDensity(const Table &rows) const;

private:
  int64_t width = 0;
  std::vector<double> mean, factor; ///< lower Cholesky factor
  double logNormalizer = 0;
};

/// The lower Cholesky factor of a symmetric n x n matrix, in place; false if it
/// is not positive definite beyond rounding.
bool cholesky(std::vector<double> &a, int64_t n);

} // namespace rill::rt
#endif
