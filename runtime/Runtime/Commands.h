//===- Commands.h - What an executable can be asked to do -------*- C++ -*-===//
//
// One function per command line command, over parsed options. Parsing is in
// Cli; what a command computes is elsewhere: this is the glue, and the text
// that a user reads.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_COMMANDS_H
#define RILL_RUNTIME_COMMANDS_H

#include "Runtime/ConditionFlags.h"
#include "Runtime/Data.h"
#include "Runtime/Evaluate.h"
#include "Runtime/Given.h"
#include "Runtime/Model.h"
#include "Runtime/ParamsFile.h"

#include <optional>

namespace rill::rt {

/// The options of all commands; a command reads those that it declares.
struct CommandOptions {
  std::string program; ///< as called, for messages that name a command
  std::string params, in, given, out, dist;
  ConditionFlags conditions;
  DataSources data;
  std::optional<uint64_t> seed, splitSeed;
  std::optional<int64_t> steps, batch;
  std::optional<int64_t> count; ///< of samples
  int64_t firstSample = 0;
  double checkpointSeconds = 10;
  bool resume = false, fresh = false, json = false;
};

int runTrain(Model &model, const CommandOptions &options);
int runLogp(Model &model, const CommandOptions &options);
int runSample(Model &model, const CommandOptions &options);
int runCheck(Model &model, const CommandOptions &options);
int runTest(Model &model, const CommandOptions &options);
int runInfo(Model &model, const CommandOptions &options);
int runPlot(Model &model, const CommandOptions &options);

/// Loads --params into the model, and makes their split the one that data are
/// cut by unless --split-seed says otherwise. An Error if the program has
/// parameters and none are given.
ParamsOrigin takeParams(Model &model, CommandOptions &options);

/// The kernel of a dist for a query, or an Error that says why there is none.
const KernelSpec &kernelFor(const Model &model, const DistSpec &dist,
                            const std::string &kernel,
                            const std::string &query);

/// One line: how well `dist` does on the held-out rows, beside a Gaussian.
/// "" if there is nothing to say (no density, no held rows).
std::string heldReport(Model &model, const DistSpec &dist, const DataSet &data);

} // namespace rill::rt
#endif
