//===- Commands.cpp - train, logp and sample ------------------------------===//

#include "Runtime/Commands.h"
#include "Runtime/Conditions.h"
#include "Runtime/Error.h"
#include "Runtime/Gaussian.h"
#include "Runtime/LostRows.h"
#include "Runtime/RowWriter.h"
#include "Runtime/Trainer.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rill::rt {

ParamsOrigin takeParams(Model &model, CommandOptions &options) {
  ParamsOrigin origin;
  if (options.params.empty()) {
    if (!model.plan().params.empty())
      throw Error("no parameters given",
                  "the program has trained parameters; their values are in "
                  "the file that 'train --out' wrote",
                  "add --params FILE");
    return origin;
  }
  origin = loadParams(options.params, model.plan(), model.params());
  requireConditions(model);
  for (const auto &[name, seed] : origin.splits)
    options.data.splitSeeds.emplace(name, seed);
  return origin;
}

const KernelSpec &kernelFor(const Model &model, const DistSpec &dist,
                            const std::string &kernel,
                            const std::string &query) {
  if (!kernel.empty())
    return *model.plan().findKernel(kernel);
  throw Error(fmt::format("'{}' has no {}", dist.name, query),
              dist.why.empty()
                  ? fmt::format("its likelihood is of kind '{}'", dist.kind)
                  : dist.why,
              fmt::format("'{} info' shows what each distribution can do",
                          model.plan().name));
}

/// Names of the columns of a row: those of the data, else of the fields.
static std::vector<std::string> columnNames(const Model &model,
                                            const DistSpec &dist) {
  const DataSpec *data = model.plan().dataOf(dist);
  if (data && int64_t(data->columns.size()) == widthOf(dist.fields))
    return data->columns;
  std::vector<std::string> names;
  for (const Field &field : dist.fields)
    for (int64_t i = 0; i < field.width(); ++i)
      names.push_back(field.width() == 1
                          ? field.name
                          : fmt::format("{}[{}]", field.name, i));
  return names;
}

std::string heldReport(Model &model, const DistSpec &dist,
                       const DataSet &data) {
  if (dist.logp.empty() || data.split.held.empty())
    return "";
  const Table held = data.part("held");
  Runner runner(model, *model.plan().findKernel(dist.logp));
  Table values;
  values.values = evaluateRows(runner, held, dist.fields, "logp");
  values.rows = held.rows;
  values.width = 1;
  LostRows lost;
  lost.look(values);
  const double mean = meanOfKnown(values.values);
  const std::string kind =
      dist.kind == "exact" ? "" : fmt::format(" ({})", dist.kind);
  std::string text =
      fmt::format("held-out log-likelihood{} {:.4f} nats", kind, mean);
  bool continuous = true;
  for (const Field &field : dist.fields)
    continuous = continuous && field.continuous();
  const auto gaussian =
      continuous ? Gaussian::fit(data.part("train")) : std::nullopt;
  if (gaussian) {
    const double base = gaussian->meanLogDensity(held);
    text +=
        fmt::format(" (full Gaussian {:.4f}, gain {:.4f})", base, mean - base);
  }
  text += fmt::format(", {} rows", held.rows - lost.count());
  return lost.count() ? text + "; " + lost.text("log-density", dist) : text;
}

/// The command that takes up an interrupted training.
static std::string resumption(const CommandOptions &options) {
  std::string text =
      fmt::format("{} train --out {} --resume", options.program, options.out);
  for (const auto &[name, file] : options.data.files)
    text += fmt::format(" --data {}={}", name, file);
  if (options.steps)
    text += fmt::format(" --steps {}", *options.steps);
  if (options.batch)
    text += fmt::format(" --batch {}", *options.batch);
  return text;
}

int runTrain(Model &model, const CommandOptions &options) {
  if (options.out.empty())
    throw Error("no file for the parameters", "", "add --out FILE", ExitUsage);
  TrainOptions train;
  train.out = options.out;
  train.resume = options.resume;
  train.fresh = options.fresh;
  train.steps = options.steps;
  train.batch = options.batch;
  train.seed = options.seed;
  train.data = options.data;
  train.checkpointSeconds = options.checkpointSeconds;
  if (options.splitSeed)
    for (const DataSpec &data : model.plan().data)
      train.data.splitSeeds[data.name] = *options.splitSeed;
  Trainer trainer(model, train);
  const TrainResult result = trainer.run();
  if (result.signal) {
    fmt::print(stderr,
               "interrupted before step {}: '{}' holds the training\n"
               "continue with: {}\n",
               result.step, checkpointPath(options.out), resumption(options));
    return 128 + result.signal;
  }
  fmt::print("wrote '{}': the parameters of step {}\n", options.out,
             result.step);
  for (const TrainSpec &spec : model.plan().trains)
    for (const std::string &name : spec.models) {
      const DistSpec *dist = model.plan().findDist(name);
      if (!dist || spec.data.empty())
        continue;
      const std::string report =
          heldReport(model, *dist, trainer.data().at(spec.data));
      if (!report.empty())
        fmt::print("{}: {}\n", name, report);
    }
  return ExitOk;
}

int runLogp(Model &model, const CommandOptions &given) {
  CommandOptions options = given;
  const DistSpec &dist = model.dist(options.dist);
  const KernelSpec &kernel = kernelFor(model, dist, dist.logp, "log-density");
  takeParams(model, options);
  const DataSpec *data = model.plan().dataOf(dist);
  const Table rows =
      readRows(options.in, "input file", dist.fields,
               data ? data->columns : std::vector<std::string>());
  Runner runner(model, kernel);
  Evaluation how{options.batch.value_or(defaultBatch),
                 options.seed.value_or(0)};
  Table result;
  result.values = evaluateRows(runner, rows, dist.fields, "logp", how);
  result.rows = rows.rows;
  result.width = 1;
  const Type type = kernel.results[kernel.result("logp")].type;
  RowWriter writer(options.out, type, result.rows, {}, {"logp"});
  writer.append(result);
  writer.commit();
  LostRows lost;
  lost.look(result);
  if (lost.count())
    fmt::print(stderr, "warning: {}\n", lost.text("log-density", dist));
  if (rows.rows == 0)
    fmt::print("0 rows\n");
  else
    fmt::print("{} rows, mean log-density {:.6f} nats\n",
               rows.rows - lost.count(), meanOfKnown(result.values));
  return ExitOk;
}

int runSample(Model &model, const CommandOptions &given) {
  CommandOptions options = given;
  const DistSpec &dist = model.dist(options.dist);
  const KernelSpec &kernel = kernelFor(model, dist, dist.sample, "sampler");
  takeParams(model, options);
  Runner runner(model, kernel);
  Evaluation how{options.batch.value_or(defaultBatch),
                 options.seed.value_or(0)};
  std::vector<int64_t> shape{widthOf(dist.fields)};
  if (dist.fields.size() == 1)
    shape = dist.fields[0].shape;
  Type type = kernel.results[kernel.result("value")].type;
  if (type == Type::Bool)
    type = Type::I32;
  RowWriter writer(options.out, type, options.count, shape,
                   columnNames(model, dist));
  // Piece by piece: memory does not grow with -n.
  constexpr int64_t piece = 1 << 18;
  LostRows lost;
  for (int64_t at = 0; at < options.count; at += piece) {
    const Table drawn = drawRows(runner, std::min(piece, options.count - at),
                                 options.firstSample + at, how);
    lost.look(drawn);
    writer.append(drawn);
  }
  writer.commit();
  if (lost.count())
    fmt::print(stderr, "warning: {}\n", lost.text("value", dist));
  fmt::print("wrote {} samples to '{}'\n", options.count, options.out);
  return ExitOk;
}

} // namespace rill::rt
