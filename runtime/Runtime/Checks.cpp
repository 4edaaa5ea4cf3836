//===- Checks.cpp - Round trips, integrals, expectations, own error -------===//
//
// The measures that evaluate a model as it is; those that compare it with
// finite differences are in CheckNumeric.cpp.
//
//===----------------------------------------------------------------------===//

#include "Runtime/Checks.h"
#include "Runtime/CheckNumeric.h"
#include "Runtime/Error.h"
#include "Runtime/Given.h"
#include "Runtime/Quadrature.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace rill::rt {

CheckContext::CheckContext(Model &model, DataSources sources, Evaluation how)
    : model(model), how(how), sources(std::move(sources)) {}

const DataSet &CheckContext::data(const DataSpec &spec) {
  auto it = sets.find(spec.name);
  if (it == sets.end())
    it = sets.emplace(spec.name, loadData(spec, sources, model)).first;
  return it->second;
}

static Table firstRows(const Table &table, int64_t limit) {
  std::vector<int64_t> rows(std::min(limit, table.rows));
  std::iota(rows.begin(), rows.end(), 0);
  return table.select(rows);
}

Table CheckContext::rowsOf(const DistSpec &dist, int64_t limit) {
  const DataSpec *spec = drawRowsOnly ? nullptr : model.plan().dataOf(dist);
  if (spec) {
    const DataSet &set = data(*spec);
    return firstRows(
        inputsOf(dist, *spec, set.part(set.split.held.empty() ? "" : "held")),
        limit);
  }
  if (dist.sample.empty())
    throw Error(fmt::format("'{}' has neither data nor a sampler", dist.name),
                "a check needs points of the law");
  const Given conditions(dist, nullptr, "");
  const Table given = conditions.at(0, limit);
  Runner runner(model, *model.plan().findKernel(dist.sample));
  return drawRows(runner, limit, 0, how, given, conditions.fields())
      .beside(given);
}

std::string relationText(const CheckSpec &check) {
  std::string text = fmt::format("{} {:.6g}", check.relation, check.value);
  if (check.numeric)
    text = check.relation + " numeric";
  if (check.within)
    text += fmt::format(" within {:.3g}", *check.within);
  return text;
}

static bool holds(const CheckSpec &check, double measured) {
  if (check.relation == "<")
    return measured < check.value;
  if (check.relation == "<=")
    return measured <= check.value;
  if (check.relation == ">")
    return measured > check.value;
  if (check.relation == ">=")
    return measured >= check.value;
  return std::fabs(measured - check.value) <= check.within.value_or(0);
}

static CheckResult resultOf(const CheckSpec &check, double measured,
                            const std::string &precision) {
  CheckResult result{check.label, measured, relationText(check),
                     precision,   "",       Verdict::Fail};
  result.verdict = holds(check, measured) ? Verdict::Pass : Verdict::Fail;
  return result;
}

const DistSpec &distOf(CheckContext &context, const CheckSpec &check) {
  return context.model.dist(check.dist);
}

/// The largest |a - b| / max(1, |a|) over two tables; NaN wins.
static double worst(const Table &a, const Table &b) {
  double most = 0;
  for (size_t i = 0; i < a.values.size(); ++i) {
    if (a.values[i] == b.values[i])
      continue; // Equal infinities, too.
    const double d = std::fabs(a.values[i] - b.values[i]) /
                     std::max(1.0, std::fabs(a.values[i]));
    if (!(d <= most))
      most = d;
  }
  return most;
}

/// The columns [begin, end) of a table.
static Table columnsFrom(const Table &table, int64_t begin, int64_t end) {
  std::vector<int64_t> which(static_cast<size_t>(end - begin));
  std::iota(which.begin(), which.end(), begin);
  return table.columns(which);
}

/// latent then generate on rows, with what is between rounded to float if
/// `rounded`.
static Table thereAndBack(CheckContext &context, const KernelSpec &latent,
                          const KernelSpec &generate, const DistSpec &dist,
                          const Table &rows, bool rounded) {
  Runner down(context.model, latent), up(context.model, generate);
  Table z = mapRows(down, rows, dist.inputs(), context.how).value;
  if (rounded)
    for (double &v : z.values)
      v = float(v);
  Field field;
  field.shape = {z.width};
  std::vector<Field> fields = dist.conditionFields();
  fields.insert(fields.begin(), field);
  z = z.beside(columnsFrom(rows, widthOf(dist.fields), rows.width));
  return mapRows(up, z, fields, context.how).value;
}

/// What no f32 program can go below: how far rounding the latent to float moves
/// the result of the f64 kernels. Their own error is no part of it. Infinite
/// without such kernels.
static double roundtripFloor(CheckContext &context, const DistSpec &dist,
                             const Table &rows) {
  const KernelSpec *latent = context.model.doubleKernel(dist.latent);
  const KernelSpec *generate = context.model.doubleKernel(dist.generate);
  if (!latent || !generate)
    return INFINITY;
  return worst(thereAndBack(context, *latent, *generate, dist, rows, false),
               thereAndBack(context, *latent, *generate, dist, rows, true));
}

static CheckResult roundtrip(CheckContext &context, const CheckSpec &check) {
  const DistSpec &dist = distOf(context, check);
  const Plan &plan = context.model.plan();
  if (dist.latent.empty() || dist.generate.empty())
    throw Error(fmt::format("'{}' has no round trip", dist.name),
                "it needs the map to its base and the inverse");
  Table rows = context.rowsOf(dist, 4096);
  const bool single = plan.type() == Type::F32;
  if (single)
    for (double &v : rows.values)
      v = float(v);
  const Table back =
      thereAndBack(context, *plan.findKernel(dist.latent),
                   *plan.findKernel(dist.generate), dist, rows, false);
  const Table subject = columnsFrom(rows, 0, widthOf(dist.fields));
  CheckResult result = resultOf(check, worst(subject, back), plan.precision);
  result.note = fmt::format("{} rows", rows.rows);
  const double floor = single ? roundtripFloor(context, dist, rows) : INFINITY;
  if (!std::isfinite(floor))
    return result;
  result.note += fmt::format(", floor {:.2g}", floor);
  if (result.verdict == Verdict::Fail && check.relation[0] == '<' &&
      result.measured <= 4 * floor) {
    result.verdict = Verdict::Pass;
    result.required += " or 4 x floor";
  }
  return result;
}

static CheckResult integral(CheckContext &context, const CheckSpec &check) {
  const DistSpec &dist = distOf(context, check);
  const int64_t d = widthOf(dist.fields);
  for (const Field &field : dist.fields)
    if (!field.continuous())
      throw Error(
          fmt::format("'{}' cannot be integrated over a box", dist.name),
          fmt::format("its '{}' lies in {}", field.name, field.text()),
          "take it as a condition, or check E[..] of what it should be");
  if (d > 3)
    throw Error(fmt::format("'{}' cannot be integrated on a grid", dist.name),
                fmt::format("it has {} dimensions, a grid has at most 3", d),
                "check the integral of a marginal or of a smaller model");
  if (dist.logp.empty())
    throw Error(fmt::format("'{}' has no density to integrate", dist.name),
                dist.why);
  const KernelSpec *kernel = context.model.doubleKernel(dist.logp);
  if (!kernel)
    kernel = context.model.plan().findKernel(dist.logp);
  Runner runner(context.model, *kernel);
  const Given conditions(dist, nullptr, "");
  auto density = [&](const Table &points) {
    std::vector<double> values =
        evaluateRows(runner, points.beside(conditions.at(0, points.rows)),
                     dist.inputs(), "logp", context.how);
    for (double &v : values)
      v = std::exp(v);
    return values;
  };
  const double tolerance = check.within.value_or(1e-3);
  const Integral found =
      integrate(density, d, check.boxLo, check.boxHi, tolerance / 10);
  CheckResult result = resultOf(check, found.value, kernel->precision);
  result.note =
      fmt::format("{} points, error {:.1g}", found.points, found.error);
  if (result.verdict == Verdict::Pass && !(found.error <= tolerance / 3))
    result.verdict = Verdict::Inconclusive;
  return result;
}

/// The per-sample values of an expression check.
static std::vector<double> expressionValues(CheckContext &context,
                                            const CheckSpec &check,
                                            const KernelSpec &kernel) {
  Runner runner(context.model, kernel);
  const ResultSpec &value = kernel.results.at(kernel.result("value"));
  if (!check.data.empty()) {
    const DataSpec *spec = context.model.plan().findData(check.data);
    if (!spec)
      throw internalError("a check names the missing data " + check.data);
    const DataSet &set = context.data(*spec);
    const Table rows = set.part(check.part.empty() ? "held" : check.part);
    if (rows.rows == 0)
      throw Error(fmt::format("data '{}' have no rows in part '{}'", check.data,
                              check.part.empty() ? "held" : check.part));
    return evaluateRows(runner, rows, spec->fields, "value", context.how);
  }
  const int64_t n = !value.varying ? 1 : std::max<int64_t>(check.draws, 1);
  return drawRows(runner, n, 0, context.how).values;
}

static CheckResult expression(CheckContext &context, const CheckSpec &check) {
  const KernelSpec *kernel = context.model.doubleKernel(check.kernel);
  if (!kernel)
    kernel = context.model.plan().findKernel(check.kernel);
  if (!kernel || kernel->result("value") < 0)
    throw internalError("check '" + check.label + "' has no kernel");
  const std::vector<double> values = expressionValues(context, check, *kernel);
  const double mean = meanOf(values), n = double(values.size());
  CheckResult result = resultOf(check, mean, kernel->precision);
  if (values.size() < 2)
    return result;
  double squares = 0;
  for (double v : values)
    squares += (v - mean) * (v - mean);
  const double error = std::sqrt(squares / (n - 1) / n);
  result.note =
      fmt::format("{} values, standard error {:.3g}", values.size(), error);
  if (check.within && error > *check.within / 3)
    result.verdict = Verdict::Inconclusive;
  return result;
}

std::optional<CheckResult> measureOwnError(CheckContext &context,
                                           const DistSpec &dist) {
  const Plan &plan = context.model.plan();
  if (dist.logp.empty() || plan.type() == Type::F64)
    return std::nullopt;
  if (dist.sample.empty() && !plan.dataOf(dist))
    return std::nullopt; // No points to measure it at.
  const KernelSpec *oracle = context.model.doubleKernel(dist.logp);
  if (!oracle)
    return std::nullopt;
  const Table rows = context.rowsOf(dist, 65536);
  Table rounded = rows;
  for (double &v : rounded.values)
    v = float(v);
  Runner single(context.model, *plan.findKernel(dist.logp));
  Runner exact(context.model, *oracle);
  auto logp = [&](Runner &runner, const Table &at) {
    Table t;
    t.values = evaluateRows(runner, at, dist.inputs(), "logp", context.how);
    return t;
  };
  const Table truth = logp(exact, rows);
  const double error = worst(truth, logp(single, rows));
  const double floor = worst(truth, logp(exact, rounded));
  CheckResult result{fmt::format("own error of {}.logp", dist.name),
                     error,
                     "<= 1e-05",
                     "f32",
                     "",
                     Verdict::Fail};
  // In f32 a solver chooses other steps than in f64: the two results differ by
  // its errors, some ten local ones that the flow has made larger.
  const double solver = 100 * dist.solverTolerance;
  const double bound = std::max({1e-5, 4 * floor, solver});
  if (bound == solver)
    result.required = fmt::format("<= {:g}, 100 x the solver's", solver);
  else if (bound > 1e-5)
    result.required = "<= 4 x floor";
  result.note =
      fmt::format("against f64 on {} rows, floor {:.2g}", rows.rows, floor);
  if (error <= bound)
    result.verdict = Verdict::Pass;
  return result;
}

CheckResult measure(CheckContext &context, const CheckSpec &check) {
  if (check.measure == "roundtrip")
    return roundtrip(context, check);
  if (check.measure == "logdet")
    return measureLogDet(context, check);
  if (check.measure == "integral")
    return integral(context, check);
  if (check.measure == "gradient")
    return measureGradient(context, check);
  if (check.measure == "dependence")
    return measureDependence(context, check);
  if (check.measure == "expression")
    return expression(context, check);
  throw internalError("the plan has the unknown check '" + check.measure + "'");
}

} // namespace rill::rt
