//===- CheckDependence.cpp - Derivatives that are proved to be zero -------===//
//
// A wrong proof of causality gives a Jacobian that is not triangular, a wrong
// log-determinant and a sampler that reads what is not there yet. Here the map
// itself is asked: an element that another does not depend on must not move it
// by one bit, however far it moves.
//
//===----------------------------------------------------------------------===//

#include "Runtime/CheckNumeric.h"
#include "Runtime/Error.h"

#include <cmath>
#include <fmt/format.h>

namespace rill::rt {

static bool mayRead(const std::vector<int64_t> &ranges, int64_t element) {
  for (size_t k = 0; k + 1 < ranges.size(); k += 2)
    if (ranges[k] <= element && element < ranges[k + 1])
      return true;
  return false;
}

/// Every row with column j moved by `relative` of its size.
static Table moved(const Table &rows, const Field &field, int64_t j,
                   double relative, double sign) {
  Table result = rows;
  for (int64_t r = 0; r < rows.rows; ++r) {
    const double x = rows.row(r)[j];
    result.row(r)[j] = x + sign * firstStep(x, field, relative);
  }
  return result;
}

Reach reachOf(Runner &runner, const Table &rows,
              const std::vector<Field> &fields,
              const std::vector<std::vector<int64_t>> &reads, int64_t width) {
  const auto columns = fieldOfColumn(fields);
  const int64_t ends = int64_t(reads.size());
  Reach reach;
  for (int64_t j = 0; j < width; ++j) {
    for (const auto &ranges : reads)
      reach.pairs += !mayRead(ranges, j);
    // A small step sees what a derivative does; a large one also what is flat
    // here (a unit that is off, a saturated gate).
    for (double relative : {1e-4, 0.5}) {
      const Table below = moved(rows, *columns[j], j, relative, -1);
      const Table above = moved(rows, *columns[j], j, relative, 1);
      const Table low = mapRows(runner, below, fields).value;
      const Table high = mapRows(runner, above, fields).value;
      if (high.width != ends)
        throw Error(
            "the map changes the number of coordinates",
            fmt::format("{} were proved, {} come out", ends, high.width));
      for (int64_t r = 0; r < rows.rows; ++r)
        for (int64_t i = 0; i < ends; ++i) {
          const double a = high.row(r)[i], b = low.row(r)[i];
          const double step = above.row(r)[j] - below.row(r)[j];
          const double slope = a == b ? 0 : std::fabs((a - b) / step);
          if (mayRead(reads[i], j)) {
            if (i != j && slope > reach.allowed)
              reach.allowed = slope;
          } else if (!std::isnan(reach.forbidden) &&
                     !(slope <= reach.forbidden)) {
            reach.forbidden = slope;
            reach.end = i;
            reach.start = j;
          }
        }
    }
  }
  return reach;
}

CheckResult measureDependence(CheckContext &context, const CheckSpec &check) {
  const DistSpec &dist = distOf(context, check);
  const KernelSpec *kernel = context.model.doubleKernel(check.kernel);
  if (!kernel || check.reads.empty())
    throw internalError("check '" + check.label + "' has no map or no proof");
  const bool down = check.kernel == dist.latent;
  const auto [rows, fields, width] = pointsOf(context, dist, down);
  Runner runner(context.model, *kernel);
  const Reach reach = reachOf(runner, rows, fields, check.reads, width);
  CheckResult result;
  result.label = check.label;
  result.measured = reach.forbidden;
  result.required = relationText(check);
  result.precision = "f64";
  result.verdict = reach.forbidden == 0 ? Verdict::Pass : Verdict::Fail;
  result.note = fmt::format(
      "{} of {} derivatives in {} rows, others up to {:.2g}", reach.pairs,
      width * int64_t(check.reads.size()), rows.rows, reach.allowed);
  if (result.verdict == Verdict::Fail)
    result.note += fmt::format("; element {} of the end reads {} of the start",
                               reach.end, reach.start);
  return result;
}

} // namespace rill::rt
