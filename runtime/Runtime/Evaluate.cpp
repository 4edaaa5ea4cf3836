//===- Evaluate.cpp - Kernels over whole tables ---------------------------===//

#include "Runtime/Evaluate.h"
#include "Runtime/Error.h"

#include "rill/philox.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <optional>

namespace rill::rt {

TypedRows typedFor(const Runner &runner, const Table &table,
                   const std::vector<Field> &fields) {
  std::vector<Type> types;
  int64_t width = 0;
  for (const ArgSpec *arg : runner.inputs()) {
    types.push_back(arg->type);
    width += arg->width();
  }
  // A kernel may take all fields as one array, or as the arrays of each.
  int64_t arrays = 0, bits = 0;
  for (const Field &field : fields) {
    arrays += field.arrays();
    bits += field.optional;
  }
  if (int64_t(types.size()) == arrays && width == table.width + bits)
    return TypedRows(table, fields, types);
  if (types.size() == 1 && width == table.width) {
    Field joint;
    joint.shape = {width};
    return TypedRows(table, {joint}, types);
  }
  throw internalError("kernel '" + runner.spec().name +
                      "' does not take the rows it is given");
}

/// Arrays for every result of a kernel at a batch size.
class Results {
public:
  Results(const KernelSpec &spec, int64_t batch) : spec(spec) {
    for (const ResultSpec &result : spec.results) {
      const int64_t n = result.width() * (result.varying ? batch : 1);
      arrays.emplace_back(size_t(n * sizeOf(result.type)));
      pointers.push_back(arrays.back().data());
    }
  }
  /// Elements [0, n) of result `index`, appended.
  void append(int index, int64_t n, std::vector<double> &to) const {
    for (int64_t i = 0; i < n; ++i)
      to.push_back(loadElement(pointers[index], spec.results[index].type, i));
  }
  const std::vector<void *> &out() const { return pointers; }

private:
  const KernelSpec &spec;
  std::vector<Buffer> arrays;
  std::vector<void *> pointers;
};

/// The row width of all results of role "value".
static int64_t valueWidth(const KernelSpec &spec) {
  int64_t width = 0;
  for (const ResultSpec &result : spec.results)
    if (result.role == "value")
      width += result.width();
  if (width == 0)
    throw internalError("kernel '" + spec.name + "' returns no value");
  return width;
}

/// Appends rows [0, n) of the value results, fields side by side.
static void appendValues(const KernelSpec &spec, const Results &results,
                         int64_t n, Table &table) {
  for (int64_t r = 0; r < n; ++r)
    for (size_t i = 0; i < spec.results.size(); ++i) {
      const ResultSpec &result = spec.results[i];
      if (result.role == "value")
        for (int64_t k = 0; k < result.width(); ++k)
          table.values.push_back(loadElement(results.out()[i], result.type,
                                             r * result.width() + k));
    }
  table.rows += n;
}

/// f(first row, rows) for each batch; not at all for no rows.
template <typename F> static void eachBatch(int64_t rows, int64_t batch, F f) {
  for (int64_t at = 0; at < rows; at += batch)
    f(at, std::min(batch, rows - at));
}

std::vector<double> evaluateRows(Runner &runner, const Table &table,
                                 const std::vector<Field> &fields,
                                 const std::string &role,
                                 const Evaluation &how) {
  const int result = runner.spec().result(role);
  if (result < 0)
    throw internalError("kernel '" + runner.spec().name + "' returns no " +
                        role);
  const TypedRows rows = typedFor(runner, table, fields);
  Results results(runner.spec(), std::min(how.batch, table.rows));
  std::vector<double> values;
  values.reserve(size_t(table.rows));
  eachBatch(table.rows, how.batch, [&](int64_t at, int64_t n) {
    runner.run(rows.pointers(at), results.out(), {n, how.seed, 0, at});
    results.append(result, n, values);
  });
  return values;
}

Mapped mapRows(Runner &runner, const Table &table,
               const std::vector<Field> &fields, const Evaluation &how) {
  const KernelSpec &spec = runner.spec();
  const TypedRows rows = typedFor(runner, table, fields);
  Results results(spec, std::min(how.batch, table.rows));
  const int logDet = spec.result("logdet");
  Mapped mapped;
  mapped.value.width = valueWidth(spec);
  eachBatch(table.rows, how.batch, [&](int64_t at, int64_t n) {
    runner.run(rows.pointers(at), results.out(), {n, how.seed, 0, at});
    appendValues(spec, results, n, mapped.value);
    if (logDet >= 0)
      results.append(logDet, n, mapped.logDet);
  });
  return mapped;
}

Table drawRows(Runner &runner, int64_t n, int64_t first, const Evaluation &how,
               const Table &given, const std::vector<Field> &conditions) {
  const KernelSpec &spec = runner.spec();
  std::optional<TypedRows> rows;
  if (!conditions.empty())
    rows.emplace(typedFor(runner, given, conditions));
  else if (!runner.inputs().empty())
    throw internalError("kernel '" + spec.name + "' cannot draw freely");
  Results results(spec, std::min(how.batch, n));
  Table table;
  table.width = valueWidth(spec);
  eachBatch(n, how.batch, [&](int64_t at, int64_t count) {
    runner.run(rows ? rows->pointers(at) : std::vector<const void *>(),
               results.out(), {count, how.seed, 0, first + at});
    appendValues(spec, results, count, table);
  });
  return table;
}

void initializeParams(Model &model, Runner &init,
                      const std::vector<const void *> &in, int64_t batch,
                      uint64_t seed) {
  const Layout &layout = model.params().layout();
  Buffer initial(layout.bytes());
  std::vector<void *> out;
  for (const ResultSpec &result : init.spec().results)
    out.push_back(layout.at(initial, result.param));
  init.run(in, out, {batch, seed, 0, 0});
  for (const ResultSpec &result : init.spec().results)
    std::memcpy(layout.at(model.params().edit(), result.param),
                layout.at(initial, result.param),
                size_t(layout.size[result.param] * sizeOf(layout.type)));
  const int bad = model.params().firstNonFinite();
  if (bad >= 0)
    throw Error(fmt::format("parameter '{}' starts as NaN or infinity",
                            model.plan().params[bad].path),
                "its initial value is computed from the first batch",
                "look for columns that are constant, or far from 0");
}

/// Points that stand for data have a site of their own, below those of draws.
static constexpr int64_t siteFirstBatch = -4, sitePoints = -5;

static double intoSpace(const Field &field, double z) {
  const double unit = 1 / (1 + std::exp(-z));
  switch (field.space) {
  case Space::Positive:
    return std::exp(z);
  case Space::Unit:
    return unit;
  case Space::Interval:
    return field.lo + (field.hi - field.lo) * unit;
  default:
    return z;
  }
}

Table standardPoints(const std::vector<Field> &fields, int64_t rows,
                     uint64_t seed) {
  const uint64_t key = philox::drawKey(seed, 0, sitePoints);
  Table points;
  points.rows = rows;
  points.width = widthOf(fields);
  for (int64_t r = 0; r < rows; ++r) {
    uint64_t element = 0;
    for (const Field &field : fields)
      for (int64_t i = 0; i < field.width(); ++i)
        points.values.push_back(intoSpace(
            field, philox::normal64(philox::drawWord64(key, r, element++))));
  }
  return points;
}

void initializeUntrained(Model &model, uint64_t seed) {
  if (model.plan().init.empty())
    return;
  constexpr int64_t batch = 256;
  Runner init(model, *model.plan().findKernel(model.plan().init));
  const uint64_t key = philox::drawKey(seed, 0, siteFirstBatch);
  std::vector<Buffer> arrays;
  std::vector<const void *> in;
  uint64_t element = 0;
  for (const ArgSpec *arg : init.inputs()) {
    const int64_t n = arg->width() * (arg->varying ? batch : 1);
    arrays.emplace_back(size_t(n * sizeOf(arg->type)));
    const bool whole = arg->type == Type::I32 || arg->type == Type::Bool;
    for (int64_t i = 0; i < n; ++i)
      storeElement(
          arrays.back().data(), arg->type, i,
          whole ? 0 : philox::normal64(philox::drawWord64(key, 0, element++)));
    in.push_back(arrays.back().data());
  }
  initializeParams(model, init, in, batch, seed);
}

double meanOf(const std::vector<double> &values) {
  double sum = 0;
  for (double value : values)
    sum += value;
  return values.empty() ? std::numeric_limits<double>::quiet_NaN()
                        : sum / double(values.size());
}

} // namespace rill::rt
