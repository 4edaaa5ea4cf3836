//===- LostRows.cpp - Rows without a value --------------------------------===//

#include "Runtime/LostRows.h"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rill::rt {

static constexpr size_t mostNamed = 5;

void LostRows::look(const Table &part) {
  for (int64_t r = 0; r < part.rows; ++r, ++rows) {
    bool known = true;
    for (int64_t k = 0; k < part.width; ++k)
      known &= !std::isnan(part.values[size_t(r * part.width + k)]);
    if (known)
      continue;
    ++lost;
    if (first.size() < mostNamed)
      first.push_back(rows);
  }
}

std::string LostRows::text(const std::string &what,
                           const DistSpec &dist) const {
  if (lost == 0)
    return "";
  std::string why =
      dist.solverSteps > 0
          ? fmt::format("a solver did not reach the end in {} steps",
                        dist.solverSteps)
          : "it is not a number";
  return fmt::format("{} of {} rows {} no {}: {} (row{} {}{})", lost, rows,
                     lost == 1 ? "has" : "have", what, why,
                     lost == 1 ? "" : "s", fmt::join(first, ", "),
                     lost > int64_t(first.size()) ? ", .." : "");
}

double meanOfKnown(const std::vector<double> &values) {
  double sum = 0;
  int64_t known = 0;
  for (double value : values)
    if (!std::isnan(value)) {
      sum += value;
      ++known;
    }
  return known ? sum / double(known) : std::nan("");
}

} // namespace rill::rt
