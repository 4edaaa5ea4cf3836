//===- Info.cpp - What a program is ---------------------------------------===//
//
// The `info` command: spaces, parameters, kinds with their reasons, directions
// and work, as the plan states them.
//
//===----------------------------------------------------------------------===//

#include "Runtime/Commands.h"
#include "Runtime/Cpu.h"
#include "Runtime/Error.h"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rill::rt {

static int64_t sizeOf(const Plan &plan, const std::vector<int> &params) {
  int64_t n = 0;
  for (int p : params)
    n += plan.params[p].size();
  return n;
}

static void printDist(Model &model, const DistSpec &dist) {
  const Plan &plan = model.plan();
  fmt::print("\ndist {}: {}{}\n", dist.name, textOf(dist.fields),
             dist.name == plan.main ? " (main)" : "");
  fmt::print("  likelihood  {}{}\n", dist.kind,
             dist.why.empty() ? "" : ": " + dist.why);
  const auto flags = conditionFlags(plan);
  for (const Condition &condition : dist.conditions)
    fmt::print("  given       {}: {}{}{}\n", condition.field.name,
               condition.field.text(),
               !condition.hasDefault ? ""
               : std::isnan(condition.value)
                   ? " = null"
                   : fmt::format(" = {}", condition.value),
               flags.count(condition.field.name)
                   ? fmt::format(" (logp, sample: --{})", condition.field.name)
                   : "");
  fmt::print("  parameters  {} numbers in {} arrays\n",
             sizeOf(plan, dist.params), dist.params.size());
  if (!dist.densityDirection.empty())
    fmt::print("  density     {}\n", dist.densityDirection);
  if (!dist.samplingDirection.empty())
    fmt::print("  sampling    {}\n", dist.samplingDirection);
  for (const std::string &name : {dist.logp, dist.sample}) {
    const KernelSpec *kernel = plan.findKernel(name);
    if (!kernel)
      continue;
    const int64_t scratch = model.code(*kernel).workspace[model.isa()](
        defaultBatch, model.pool().workers());
    fmt::print("  {:<11} {:.0f} FLOP of products and {:.0f} bytes of scratch "
               "per sample\n",
               name == dist.logp ? "logp" : "sample", kernel->flops,
               double(scratch) / double(defaultBatch));
  }
}

static void printParams(const Plan &plan) {
  if (plan.params.empty())
    return;
  size_t width = 0;
  for (const ParamSpec &param : plan.params)
    width = std::max(width, param.path.size());
  fmt::print("\nparameters (each * is a step)\n");
  for (const ParamSpec &param : plan.params) {
    std::string steps =
        param.stack.empty()
            ? ""
            : fmt::format(" x {}", fmt::join(param.stack, " x "));
    fmt::print("  {:<{}}  {}{}{}\n", param.path, width, param.space, steps,
               param.chart == "identity" ? ""
                                         : ", saved before " + param.chart);
  }
}

static void printTrains(const Plan &plan) {
  for (const TrainSpec &train : plan.trains)
    fmt::print(
        "\ntrain {}{}: {} (rate {}), batch {}, {} steps\n",
        fmt::join(train.instances.empty() ? train.models : train.instances,
                  ", "),
        train.data.empty() ? "" : " on " + train.data, train.optimizer.kind,
        train.optimizer.lr, train.batch, train.steps);
  for (const DataSpec &data : plan.data)
    if (!data.kernel.empty())
      fmt::print("\ndata {}: {}, {} rows that the program draws, {:.0f} % held "
                 "out, {:.0f} % for validation\n",
                 data.name, textOf(data.fields), data.rows, 100 * data.hold,
                 100 * data.valid);
    else
      fmt::print("\ndata {}: {} from '{}', {:.0f} % held out, {:.0f} % for "
                 "validation\n",
                 data.name, textOf(data.fields), data.path, 100 * data.hold,
                 100 * data.valid);
}

int runInfo(Model &model, const CommandOptions &options) {
  const Plan &plan = model.plan();
  int64_t total = 0;
  for (const ParamSpec &param : plan.params)
    total += param.size();
  fmt::print("program {} ({}, model {})\n", plan.name, plan.precision,
             plan.hash);
  fmt::print("  {} trained numbers, {} bytes; runs on {} with {} thread{}\n",
             total, total * sizeOf(plan.type()), isaName(model.isa()),
             model.pool().workers(), model.pool().workers() == 1 ? "" : "s");
  for (const DistSpec &dist : plan.dists)
    if (!dist.ofChecks())
      printDist(model, dist);
  printParams(plan);
  printTrains(plan);
  if (!options.params.empty()) {
    CommandOptions copy = options;
    const ParamsOrigin origin = takeParams(model, copy);
    fmt::print("\n'{}' fits: step {}, seed {}\n", options.params, origin.step,
               origin.seed);
  }
  return ExitOk;
}

} // namespace rill::rt
