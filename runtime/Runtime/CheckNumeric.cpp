//===- CheckNumeric.cpp - Checks against finite differences ---------------===//

#include "Runtime/CheckNumeric.h"
#include "Runtime/Error.h"
#include "Runtime/Given.h"

#include "rill/philox.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace rill::rt {

static constexpr int64_t siteProbe = -3;
static constexpr double unitRoundoff = 0x1p-53;

double firstStep(double v, const Field &field, double relative) {
  const double h = relative * std::max(1.0, std::fabs(v));
  double room = INFINITY;
  if (field.space == Space::Positive)
    room = v;
  if (field.space == Space::Unit || field.space == Space::Simplex)
    room = std::min(v, 1 - v);
  if (field.space == Space::Interval)
    room = std::min(v - field.lo, field.hi - v);
  return std::min(h, room / 4);
}

std::vector<const Field *> fieldOfColumn(const std::vector<Field> &fields) {
  std::vector<const Field *> columns;
  for (const Field &field : fields)
    columns.insert(columns.end(), size_t(field.width()), &field);
  return columns;
}

/// Column j of every row's Jacobian: derivatives[r * outputs + i].
static std::vector<Derivative> jacobianColumn(Runner &runner, const Table &rows,
                                              const std::vector<Field> &fields,
                                              int64_t j) {
  const Field &field = *fieldOfColumn(fields)[j];
  std::vector<Ridders> tableau;
  for (int k = 0; k < Ridders::steps; ++k) {
    Table above = rows, below = rows;
    std::vector<double> h(rows.rows);
    for (int64_t r = 0; r < rows.rows; ++r) {
      const double x = rows.row(r)[j];
      const double step = Ridders::step(firstStep(x, field), k);
      above.row(r)[j] = x + step;
      below.row(r)[j] = x - step;
      // The step that the rounded arguments really have.
      h[r] = (above.row(r)[j] - below.row(r)[j]) / 2;
    }
    const Table high = mapRows(runner, above, fields).value;
    const Table low = mapRows(runner, below, fields).value;
    tableau.resize(high.values.size());
    for (size_t i = 0; i < tableau.size(); ++i) {
      const double step = h[i / size_t(high.width)];
      const double size = std::max(std::fabs(high.values[i]), 1.0);
      tableau[i].add((high.values[i] - low.values[i]) / (2 * step),
                     unitRoundoff * size / step);
    }
  }
  std::vector<Derivative> column;
  for (const Ridders &entry : tableau)
    column.push_back(entry.result());
  return column;
}

std::vector<Derivative> numericLogDet(Runner &runner, const Table &rows,
                                      const std::vector<Field> &fields,
                                      int64_t d) {
  std::vector<std::vector<double>> jacobian(rows.rows,
                                            std::vector<double>(size_t(d * d)));
  auto errors = jacobian;
  for (int64_t j = 0; j < d; ++j) {
    const auto column = jacobianColumn(runner, rows, fields, j);
    if (int64_t(column.size()) != rows.rows * d)
      throw Error("the map changes the number of coordinates",
                  "its log-determinant has no dense Jacobian to compare with");
    for (int64_t r = 0; r < rows.rows; ++r)
      for (int64_t i = 0; i < d; ++i) {
        jacobian[r][i * d + j] = column[r * d + i].value;
        errors[r][i * d + j] = column[r * d + i].error;
      }
  }
  std::vector<Derivative> result(rows.rows);
  for (int64_t r = 0; r < rows.rows; ++r)
    result[r].value = logAbsDet(jacobian[r], d, &errors[r], &result[r].error);
  return result;
}

/// The worst difference, what the differences themselves can be off by, and
/// the verdict: every difference is within the tolerance or 4 times its own
/// floor, and most floors are below the tolerance.
static CheckResult compare(const CheckSpec &check, double tolerance,
                           const std::vector<double> &difference,
                           const std::vector<double> &floor) {
  CheckResult result;
  result.label = check.label;
  result.required = relationText(check);
  if (!check.within)
    result.required += fmt::format(" within {:.3g}", tolerance);
  result.precision = "f64";
  bool fits = true;
  size_t measurable = 0;
  double worstFloor = 0;
  for (size_t i = 0; i < difference.size(); ++i) {
    if (!(difference[i] <= result.measured))
      result.measured = difference[i];
    worstFloor = std::max(worstFloor, floor[i]);
    measurable += floor[i] <= tolerance;
    if (!(difference[i] <= std::max(tolerance, 4 * floor[i])))
      fits = false;
  }
  result.verdict = !fits ? Verdict::Fail
                   : 4 * measurable >= 3 * difference.size()
                       ? Verdict::Pass
                       : Verdict::Inconclusive;
  if (fits && result.measured > tolerance)
    result.required += " or 4 x floor";
  result.note = fmt::format("{} compared, floor of differences {:.2g}",
                            difference.size(), worstFloor);
  return result;
}

MapPoints pointsOf(CheckContext &context, const DistSpec &dist, bool down) {
  const int64_t d = widthOf(down ? dist.fields : dist.base);
  const int64_t count = std::clamp<int64_t>(2048 / d, 16, 256);
  if (down)
    return {context.rowsOf(dist, count), dist.inputs(), d};
  const Given given(dist, nullptr, "");
  std::vector<Field> fields = dist.base;
  fields.insert(fields.end(), given.fields().begin(), given.fields().end());
  return {standardPoints(dist.base, count, context.how.seed)
              .beside(given.at(0, count)),
          std::move(fields), d};
}

CheckResult measureLogDet(CheckContext &context, const CheckSpec &check) {
  const DistSpec &dist = distOf(context, check);
  // Of a flow without an inverse there is one direction only.
  const bool down = !dist.latent.empty();
  const std::string &name = down ? dist.latent : dist.generate;
  const KernelSpec *kernel =
      name.empty() ? nullptr : context.model.doubleKernel(name);
  if (!kernel || kernel->result("logdet") < 0)
    throw Error(fmt::format("'{}' has no log-determinant to check", dist.name),
                "it is no flow, or its map exists in single precision only",
                "give it a density through push or pull");
  const auto [rows, fields, d] = pointsOf(context, dist, down);
  Runner runner(context.model, *kernel);
  const Mapped mapped = mapRows(runner, rows, fields, context.how);
  const auto numeric = numericLogDet(runner, rows, fields, d);
  std::vector<double> difference, floor;
  for (int64_t r = 0; r < rows.rows; ++r) {
    const double scale = std::max(1.0, std::fabs(numeric[r].value));
    difference.push_back(std::fabs(mapped.logDet[r] - numeric[r].value) /
                         scale);
    floor.push_back(numeric[r].error / scale);
  }
  return compare(check, check.within.value_or(1e-6), difference, floor);
}

/// One train's loss and gradient in double at some rows, for probing.
class GradientProbe {
public:
  GradientProbe(CheckContext &context, const TrainSpec &spec);

  double lossAt();
  /// The gradient arrays, by trained parameter.
  void analytic();
  double gradientOf(int param, int64_t i) const {
    return loadElement(layout.at(gradients, param), layout.type, i);
  }
  Derivative numeric(int param, int64_t i);

private:
  static const KernelSpec &doubleOf(CheckContext &context,
                                    const std::string &name);
  std::vector<const void *> inputs(const std::optional<TypedRows> &rows) {
    return rows ? rows->pointers(0) : std::vector<const void *>();
  }

  uint64_t seed;
  int64_t batch;
  Params params; ///< in double; probed coordinates are moved here
  Layout layout;
  Runner loss, grad;
  Buffer gradients;
  std::optional<TypedRows> lossRows, gradRows;
};

const KernelSpec &GradientProbe::doubleOf(CheckContext &context,
                                          const std::string &name) {
  if (const KernelSpec *kernel = context.model.doubleKernel(name))
    return *kernel;
  throw Error("the gradient cannot be compared with finite differences",
              fmt::format("kernel '{}' exists in single precision only", name),
              "build with --precision f64");
}

GradientProbe::GradientProbe(CheckContext &context, const TrainSpec &spec)
    : seed(context.how.seed), batch(64),
      params(context.model.params().as(Type::F64)), layout(params.layout()),
      loss(context.model, doubleOf(context, spec.loss), &params),
      grad(context.model, doubleOf(context, spec.grad), &params),
      gradients(layout.bytes()) {
  if (spec.data.empty())
    return;
  const DataSpec &data = *context.model.plan().findData(spec.data);
  Table rows = context.data(data).part("train");
  std::vector<int64_t> first;
  for (int64_t r = 0; r < std::min(batch, rows.rows); ++r)
    first.push_back(r);
  rows = rows.select(first);
  batch = rows.rows;
  lossRows.emplace(typedFor(loss, rows, data.fields));
  gradRows.emplace(typedFor(grad, rows, data.fields));
}

double GradientProbe::lossAt() {
  double value = 0;
  loss.run(inputs(lossRows), {&value}, {batch, seed, 0, 0});
  return value;
}

void GradientProbe::analytic() {
  std::vector<void *> out;
  double value = 0;
  for (const ResultSpec &result : grad.spec().results)
    out.push_back(result.role == "grad"
                      ? static_cast<void *>(layout.at(gradients, result.param))
                      : &value);
  grad.run(inputs(gradRows), out, {batch, seed, 0, 0});
}

Derivative GradientProbe::numeric(int param, int64_t i) {
  const double x = params.get(param, i);
  const double h = 1e-2 * std::max(0.1, std::fabs(x));
  Ridders tableau;
  for (int k = 0; k < Ridders::steps; ++k) {
    const double step = Ridders::step(h, k);
    params.set(param, i, x + step);
    const double above = lossAt();
    params.set(param, i, x - step);
    const double below = lossAt();
    tableau.add((above - below) / (2 * step),
                unitRoundoff * std::max(1.0, std::fabs(above)) / step);
  }
  params.set(param, i, x);
  return tableau.result();
}

/// Which elements of an array are probed: all of a few, else a seeded choice.
static std::set<int64_t> probes(int64_t size, int64_t most, int param) {
  std::set<int64_t> chosen;
  const uint64_t key = philox::drawKey(1, param, siteProbe);
  for (uint64_t n = 0; int64_t(chosen.size()) < std::min(size, most); ++n)
    chosen.insert(
        size <= most ? int64_t(n)
                     : int64_t(philox::drawWord64(key, n, 0) % uint64_t(size)));
  return chosen;
}

static void probeTrain(CheckContext &context, const TrainSpec &spec,
                       std::vector<double> &difference,
                       std::vector<double> &floor) {
  GradientProbe probe(context, spec);
  probe.analytic();
  int64_t total = 0;
  for (int p : spec.params)
    total += context.model.params().layout().size[p];
  // Each probe costs 20 evaluations of the loss with parameters repacked.
  const int64_t most = total > 100000 ? 4 : 12;
  struct Entry {
    double analytic;
    Derivative numeric;
  };
  std::vector<std::vector<Entry>> arrays;
  double largest = 0;
  for (int p : spec.params) {
    arrays.emplace_back();
    for (int64_t i : probes(context.model.params().layout().size[p], most, p)) {
      arrays.back().push_back({probe.gradientOf(p, i), probe.numeric(p, i)});
      largest =
          std::max(largest, std::fabs(arrays.back().back().numeric.value));
    }
  }
  // Relative to the largest element of the same array that was probed.
  for (const auto &array : arrays) {
    double scale = 1e-6 * largest;
    for (const Entry &e : array)
      scale = std::max(scale, std::fabs(e.numeric.value));
    scale = std::max(scale, 1e-300);
    for (const Entry &e : array) {
      difference.push_back(std::fabs(e.analytic - e.numeric.value) / scale);
      floor.push_back(e.numeric.error / scale);
    }
  }
}

CheckResult measureGradient(CheckContext &context, const CheckSpec &check) {
  std::vector<double> difference, floor;
  for (const TrainSpec &spec : context.model.plan().trains)
    if (check.dist.empty() ||
        std::count(spec.models.begin(), spec.models.end(), check.dist))
      probeTrain(context, spec, difference, floor);
  if (difference.empty())
    throw Error(fmt::format("no training of '{}' whose gradient could be "
                            "checked",
                            check.dist));
  return compare(check, check.within.value_or(1e-6), difference, floor);
}

} // namespace rill::rt
