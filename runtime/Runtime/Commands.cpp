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

std::string heldReport(Model &model, const DistSpec &dist,
                       const DataSet &data) {
  if (dist.logp.empty() || data.split.held.empty())
    return "";
  const Table held = inputsOf(dist, *data.spec, data.part("held"));
  Runner runner(model, *model.plan().findKernel(dist.logp));
  Table values;
  values.values = evaluateRows(runner, held, dist.inputs(), "logp");
  values.rows = held.rows;
  values.width = 1;
  LostRows lost;
  lost.look(values);
  const double mean = meanOfKnown(values.values);
  const std::string kind =
      dist.kind == "exact" ? "" : fmt::format(" ({})", dist.kind);
  std::string text =
      fmt::format("held-out log-likelihood{} {:.4f} nats", kind, mean);
  // A Gaussian that is not told the conditions is no yardstick.
  bool continuous = dist.conditions.empty();
  for (const Field &field : dist.fields)
    continuous = continuous && field.continuous();
  const auto gaussian =
      continuous
          ? Gaussian::fit(inputsOf(dist, *data.spec, data.part("train")))
          : std::nullopt;
  if (gaussian) {
    const double base = gaussian->meanLogDensity(held);
    text +=
        fmt::format(" (full Gaussian {:.4f}, gain {:.4f})", base, mean - base);
  }
  text += fmt::format(", {} rows", held.rows - lost.count());
  return lost.count() ? text + "; " + lost.text("log-density", dist) : text;
}

/// The mean of a training's own loss over the held rows.
static std::string heldLoss(Model &model, const TrainSpec &spec,
                            const DataSet &data) {
  const Table held = data.part("held");
  Runner runner(model, *model.plan().findKernel(spec.loss));
  if (held.rows == 0 || runner.inputs().empty())
    return "";
  const TypedRows rows = typedFor(runner, held, data.spec->fields);
  const Type type = runner.spec().results[0].type;
  double sum = 0;
  for (int64_t at = 0; at < held.rows; at += defaultBatch) {
    const int64_t n = std::min(defaultBatch, held.rows - at);
    double value = 0;
    runner.run(rows.pointers(at), {&value}, {n, 0, 0, at});
    sum += double(n) * loadElement(&value, type, 0);
  }
  return fmt::format("held-out {} {:.4f}, {} rows", spec.objective,
                     sum / double(held.rows), held.rows);
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
  for (const TrainSpec &spec : model.plan().trains) {
    // A training that was finished before a resumed one is not reported again.
    const auto data = trainer.data().find(spec.data);
    if (data == trainer.data().end())
      continue;
    if (spec.models.empty()) {
      const std::string report = heldLoss(model, spec, data->second);
      if (!report.empty())
        fmt::print("{}: {}\n", fmt::join(spec.instances, ", "), report);
    }
    for (const std::string &name : spec.models) {
      const DistSpec *dist = model.plan().findDist(name);
      if (!dist)
        continue;
      // A law that no field of the rows is the subject of has its loss only.
      const std::string report = fits(*dist, *data->second.spec)
                                     ? heldReport(model, *dist, data->second)
                                     : heldLoss(model, spec, data->second);
      if (!report.empty())
        fmt::print("{}: {}\n", name, report);
    }
  }
  return ExitOk;
}

int runLogp(Model &model, const CommandOptions &given) {
  CommandOptions options = given;
  const DistSpec &dist = model.dist(options.dist);
  const KernelSpec &kernel = kernelFor(model, dist, dist.logp, "log-density");
  takeParams(model, options);
  const DataSpec *data = model.plan().dataOf(dist);
  const Table subject = readRows(options.in, "input file", dist.fields,
                                 subjectColumns(dist, data));
  const Given conditions(dist, data, options.given);
  conditions.requireRows(subject.rows, "input file '" + options.in + "'");
  const Table rows = subject.beside(conditions.at(0, subject.rows));
  Runner runner(model, kernel);
  Evaluation how{options.batch.value_or(defaultBatch),
                 options.seed.value_or(0)};
  Table result;
  result.values = evaluateRows(runner, rows, dist.inputs(), "logp", how);
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
  const Given conditions(dist, model.plan().dataOf(dist), options.given);
  if (!options.count && !conditions.given())
    throw Error("how many samples is not said", "",
                "add -n N, or a row of conditions for each: --given FILE",
                ExitUsage);
  const int64_t count = options.count.value_or(conditions.rows());
  if (conditions.given() && count != conditions.rows())
    throw Error(fmt::format("-n asks for {} samples, --given '{}' has {} rows",
                            count, options.given, conditions.rows()),
                "each sample has its own conditions", "leave -n out",
                ExitUsage);
  Runner runner(model, kernel);
  Evaluation how{options.batch.value_or(defaultBatch),
                 options.seed.value_or(0)};
  std::vector<int64_t> shape{widthOf(dist.fields)};
  if (dist.fields.size() == 1)
    shape = dist.fields[0].shape;
  Type type = Type::I32; // of all fields: a class is a number among numbers
  for (const ResultSpec &result : kernel.results)
    if (result.role == "value" && result.type != Type::Bool &&
        result.type != Type::I32)
      type = result.type;
  RowWriter writer(options.out, type, count, shape,
                   subjectColumns(dist, model.plan().dataOf(dist)));
  // Piece by piece: memory does not grow with -n.
  constexpr int64_t piece = 1 << 18;
  LostRows lost;
  for (int64_t at = 0; at < count; at += piece) {
    const int64_t n = std::min(piece, count - at);
    const Table drawn = drawRows(runner, n, options.firstSample + at, how,
                                 conditions.at(at, n), conditions.fields());
    lost.look(drawn);
    writer.append(drawn);
  }
  writer.commit();
  if (lost.count())
    fmt::print(stderr, "warning: {}\n", lost.text("value", dist));
  fmt::print("wrote {} samples to '{}'\n", count, options.out);
  return ExitOk;
}

} // namespace rill::rt
