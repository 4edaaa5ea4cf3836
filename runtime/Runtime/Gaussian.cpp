//===- Gaussian.cpp - The yardstick: a full-covariance Gaussian -----------===//

#include "Runtime/Gaussian.h"

#include <cmath>

namespace rill::rt {

bool cholesky(std::vector<double> &a, int64_t n) {
  for (int64_t j = 0; j < n; ++j) {
    const double original = a[j * n + j];
    double pivot = original;
    for (int64_t k = 0; k < j; ++k)
      pivot -= a[j * n + k] * a[j * n + k];
    if (!(pivot > 1e-13 * original))
      return false;
    pivot = std::sqrt(pivot);
    a[j * n + j] = pivot;
    for (int64_t i = j + 1; i < n; ++i) {
      double sum = a[i * n + j];
      for (int64_t k = 0; k < j; ++k)
        sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = sum / pivot;
    }
  }
  return true;
}

std::optional<Gaussian> Gaussian::fit(const Table &rows) {
  const int64_t d = rows.width, n = rows.rows;
  if (n <= d || d == 0)
    return std::nullopt;
  Gaussian g;
  g.width = d;
  g.mean.assign(d, 0);
  g.factor.assign(d * d, 0);
  for (int64_t r = 0; r < n; ++r)
    for (int64_t i = 0; i < d; ++i)
      g.mean[i] += rows.row(r)[i] / double(n);
  for (int64_t r = 0; r < n; ++r)
    for (int64_t i = 0; i < d; ++i)
      for (int64_t j = 0; j <= i; ++j)
        g.factor[i * d + j] += (rows.row(r)[i] - g.mean[i]) *
                               (rows.row(r)[j] - g.mean[j]) / double(n);
  if (!cholesky(g.factor, d))
    return std::nullopt;
  g.logNormalizer = -0.5 * double(d) * std::log(2 * M_PI);
  for (int64_t i = 0; i < d; ++i)
    g.logNormalizer -= std::log(g.factor[i * d + i]);
  return g;
}

double Gaussian::meanLogDensity(const Table &rows) const {
  double sum = 0;
  std::vector<double> z(width);
  for (int64_t r = 0; r < rows.rows; ++r) {
    double squares = 0;
    for (int64_t i = 0; i < width; ++i) {
      z[i] = rows.row(r)[i] - mean[i];
      for (int64_t k = 0; k < i; ++k)
        z[i] -= factor[i * width + k] * z[k];
      z[i] /= factor[i * width + i];
      squares += z[i] * z[i];
    }
    sum += logNormalizer - 0.5 * squares;
  }
  return sum / double(rows.rows);
}

} // namespace rill::rt
