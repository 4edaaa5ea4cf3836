//===- Numeric.cpp - Derivatives and determinants by numbers --------------===//

#include "Runtime/Numeric.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace rill::rt {

double Ridders::step(double h, int k) { return h / std::pow(ratio, k); }

void Ridders::add(double quotient, double noise) {
  std::vector<double> row{quotient};
  double factor = 1;
  for (size_t j = 0; j < previous.size(); ++j) {
    factor *= ratio * ratio;
    row.push_back((row[j] * factor - previous[j]) / (factor - 1));
    const double error = std::max(std::fabs(row[j + 1] - row[j]),
                                  std::fabs(row[j + 1] - previous[j])) +
                         noise;
    if (error <= best.error)
      best = {row[j + 1], error};
  }
  previous = std::move(row);
}

/// Solves with a factored matrix: `x` is a column, permuted by `order`.
static void solve(const std::vector<double> &lu, int64_t n,
                  const std::vector<int64_t> &order, int64_t unit,
                  std::vector<double> &x) {
  for (int64_t i = 0; i < n; ++i) {
    x[i] = order[i] == unit;
    for (int64_t k = 0; k < i; ++k)
      x[i] -= lu[i * n + k] * x[k];
  }
  for (int64_t i = n; i-- > 0;) {
    for (int64_t k = i + 1; k < n; ++k)
      x[i] -= lu[i * n + k] * x[k];
    x[i] /= lu[i * n + i];
  }
}

double logAbsDet(std::vector<double> a, int64_t n,
                 const std::vector<double> *error, double *logDetError) {
  std::vector<int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  double sum = 0;
  for (int64_t j = 0; j < n; ++j) {
    int64_t pivot = j;
    for (int64_t i = j + 1; i < n; ++i)
      if (std::fabs(a[i * n + j]) > std::fabs(a[pivot * n + j]))
        pivot = i;
    if (a[pivot * n + j] == 0)
      return -std::numeric_limits<double>::infinity();
    if (pivot != j) {
      std::swap_ranges(&a[j * n], &a[j * n] + n, &a[pivot * n]);
      std::swap(order[j], order[pivot]);
    }
    sum += std::log(std::fabs(a[j * n + j]));
    for (int64_t i = j + 1; i < n; ++i) {
      const double f = a[i * n + j] /= a[j * n + j];
      for (int64_t k = j + 1; k < n; ++k)
        a[i * n + k] -= f * a[j * n + k];
    }
  }
  if (!error)
    return sum;
  *logDetError = 0;
  std::vector<double> column(n);
  for (int64_t i = 0; i < n; ++i) {
    // Column i of the inverse meets row i of the error.
    solve(a, n, order, i, column);
    for (int64_t j = 0; j < n; ++j)
      *logDetError += std::fabs(column[j]) * (*error)[i * n + j];
  }
  return sum;
}

} // namespace rill::rt
