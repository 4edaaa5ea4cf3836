//===- CheckCommand.cpp - The check command -------------------------------===//
//
// Runs a program's checks, or its unit tests, and prints one line for each.
//
//===----------------------------------------------------------------------===//

#include "Runtime/Checks.h"
#include "Runtime/Commands.h"
#include "Runtime/Error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace rill::rt {

static const char *verdictText(Verdict verdict) {
  return verdict == Verdict::Pass   ? "pass"
         : verdict == Verdict::Fail ? "FAIL"
                                    : "INCONCLUSIVE";
}

/// A check that cannot be measured fails, with its reason.
static CheckResult measureOrFail(CheckContext &context,
                                 const CheckSpec &check) {
  try {
    return measure(context, check);
  } catch (const Error &error) {
    CheckResult result;
    result.label = check.label;
    result.measured = NAN;
    result.required = check.relation;
    result.precision = "-";
    result.note = error.what();
    if (!error.why.empty())
      result.note += ": " + error.why;
    return result;
  }
}

static void printTable(const std::vector<CheckResult> &results) {
  size_t label = 5, required = 8;
  for (const CheckResult &r : results) {
    label = std::max(label, r.label.size());
    required = std::max(required, r.required.size());
  }
  fmt::print("{:<{}}  {:>12}  {:<{}}  {:<4}  {}\n", "check", label, "measured",
             "required", required, "in", "verdict");
  for (const CheckResult &r : results)
    fmt::print("{:<{}}  {:>12.4g}  {:<{}}  {:<4}  {}{}\n", r.label, label,
               r.measured, r.required, required, r.precision,
               verdictText(r.verdict),
               r.note.empty() ? "" : "  (" + r.note + ")");
}

int runCheck(Model &model, const CommandOptions &given) {
  CommandOptions options = given;
  takeParams(model, options);
  CheckContext context(
      model, options.data,
      {options.batch.value_or(defaultBatch), options.seed.value_or(0)});
  std::vector<CheckResult> results;
  for (const CheckSpec &check : model.plan().checks)
    results.push_back(measureOrFail(context, check));
  const auto &dists = model.plan().dists;
  const bool single =
      std::count_if(dists.begin(), dists.end(),
                    [](const DistSpec &d) { return !d.ofChecks(); }) == 1;
  for (const DistSpec &dist : dists)
    if (!dist.ofChecks() && (dist.name == model.plan().main || single))
      if (auto own = measureOwnError(context, dist))
        results.push_back(*own);
  if (results.empty()) {
    fmt::print("nothing to check\n");
    return ExitOk;
  }
  printTable(results);
  size_t failed = 0;
  for (const CheckResult &r : results)
    failed += r.verdict != Verdict::Pass;
  fmt::print("{} of {} hold\n", results.size() - failed, results.size());
  return failed ? ExitFailure : ExitOk;
}

int runTest(Model &model, const CommandOptions &options) {
  if (model.plan().tests.empty())
    throw Error("there are no tests to run",
                "test blocks are not part of an executable, or the program has "
                "none",
                "run them from the source: rill test FILE");
  const uint64_t seed = options.seed.value_or(1);
  initializeUntrained(model, seed);
  CheckContext context(model, options.data,
                       {options.batch.value_or(defaultBatch), seed});
  context.drawRowsOnly = true;
  size_t failed = 0;
  for (const TestSpec &test : model.plan().tests) {
    std::vector<CheckResult> bad;
    for (const CheckSpec &check : test.checks) {
      CheckResult result = measureOrFail(context, check);
      if (result.verdict != Verdict::Pass)
        bad.push_back(std::move(result));
    }
    fmt::print("{} {}\n", bad.empty() ? "pass" : "FAIL", test.label);
    if (!bad.empty())
      printTable(bad);
    failed += !bad.empty();
  }
  fmt::print("{} of {} tests pass\n", model.plan().tests.size() - failed,
             model.plan().tests.size());
  return failed ? ExitFailure : ExitOk;
}

} // namespace rill::rt
