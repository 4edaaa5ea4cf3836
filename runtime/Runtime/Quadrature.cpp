//===- Quadrature.cpp - Integrals over a box ------------------------------===//

#include "Runtime/Quadrature.h"

#include <algorithm>
#include <cmath>

namespace rill::rt {

static constexpr int64_t mostPoints = 4000000;

/// Cells of one size: their centers, and the mean of f in each by its points.
struct Cells {
  Table centers;
  std::vector<double> means;
};

static std::vector<double>
evaluate(const std::function<std::vector<double>(const Table &)> &f,
         const Table &points) {
  // In pieces: the arrays that a call needs should not grow with the grid.
  constexpr int64_t piece = 65536;
  std::vector<double> values;
  values.reserve(size_t(points.rows));
  for (int64_t at = 0; at < points.rows; at += piece) {
    Table part;
    part.width = points.width;
    part.rows = std::min(piece, points.rows - at);
    part.values.assign(points.row(at), points.row(at) + part.rows * part.width);
    const std::vector<double> more = f(part);
    values.insert(values.end(), more.begin(), more.end());
  }
  return values;
}

static Table firstGrid(int64_t d, int64_t n, double lo, double width) {
  Table centers;
  centers.width = d;
  centers.rows = int64_t(std::llround(std::pow(double(n), double(d))));
  for (int64_t r = 0; r < centers.rows; ++r)
    for (int64_t i = 0, index = r; i < d; ++i, index /= n)
      centers.values.push_back(lo + (double(index % n) + 0.5) * width);
  return centers;
}

/// 2^d points for each row, `offset` away along every axis, one row's after
/// the other's.
static Table around(const Table &centers, double offset) {
  const int64_t d = centers.width;
  Table points;
  points.width = d;
  points.rows = centers.rows << d;
  points.values.reserve(size_t(points.rows * d));
  for (int64_t r = 0; r < centers.rows; ++r)
    for (int64_t part = 0; part < int64_t(1) << d; ++part)
      for (int64_t i = 0; i < d; ++i)
        points.values.push_back(centers.row(r)[i] +
                                (part >> i & 1 ? offset : -offset));
  return points;
}

/// The mean of f over each cell of this width, by two Gauss points an axis.
static std::vector<double>
meansOf(const std::function<std::vector<double>(const Table &)> &f,
        const Table &centers, double width) {
  const int64_t parts = int64_t(1) << centers.width;
  const double offset = width / 2 / std::sqrt(3.0);
  const std::vector<double> values = evaluate(f, around(centers, offset));
  std::vector<double> means(size_t(centers.rows), 0);
  for (int64_t c = 0; c < centers.rows; ++c)
    for (int64_t part = 0; part < parts; ++part)
      means[c] += values[c * parts + part] / double(parts);
  return means;
}

Integral integrate(const std::function<std::vector<double>(const Table &)> &f,
                   int64_t d, double lo, double hi, double tolerance) {
  const int64_t n = d == 1 ? 2048 : d == 2 ? 128 : 24;
  const int64_t parts = int64_t(1) << d;
  double width = (hi - lo) / double(n);
  Integral result;
  Cells cells{firstGrid(d, n, lo, width), {}};
  cells.means = meansOf(f, cells.centers, width);
  result.points = cells.centers.rows * parts;
  while (cells.centers.rows > 0) {
    const double volume = std::pow(width, double(d));
    const Table halves = around(cells.centers, width / 4);
    const std::vector<double> means = meansOf(f, halves, width / 2);
    result.points += halves.rows * parts;
    const double allowed = 0.5 * tolerance / double(cells.centers.rows);
    Cells next;
    next.centers.width = d;
    for (int64_t c = 0; c < cells.centers.rows; ++c) {
      double mean = 0;
      for (int64_t part = 0; part < parts; ++part)
        mean += means[c * parts + part] / double(parts);
      const double change = std::fabs(mean - cells.means[c]) * volume;
      // A cell that is kept costs parts^2 points for each of its parts.
      const bool full =
          result.points + (next.centers.rows + parts) * parts * parts >
          mostPoints;
      if (change <= allowed || full || !std::isfinite(change)) {
        result.value += mean * volume;
        result.error += change;
        continue;
      }
      const double *first = halves.row(c * parts);
      next.centers.values.insert(next.centers.values.end(), first,
                                 first + parts * d);
      next.means.insert(next.means.end(), &means[c * parts],
                        &means[c * parts] + parts);
      next.centers.rows += parts;
    }
    // Halves of the allowed errors add up to less than the tolerance.
    tolerance *= 0.5;
    cells = std::move(next);
    width *= 0.5;
  }
  return result;
}

} // namespace rill::rt
