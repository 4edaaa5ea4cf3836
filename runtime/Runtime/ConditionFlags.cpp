//===- ConditionFlags.cpp - Conditions on the command line ----------------===//

#include "Runtime/ConditionFlags.h"
#include "Runtime/Error.h"
#include "Runtime/Table.h"

#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <set>

namespace rill::rt {

static std::string textOf(const Condition &condition) {
  const std::string value =
      std::isnan(condition.value) ? "null" : fmt::format("{}", condition.value);
  return fmt::format(
      "{} that every row is given{} (default {})", condition.field.text(),
      condition.field.width() > 1 ? ", in each element" : "", value);
}

/// Options that the commands have themselves.
static bool isTaken(const std::string &name) {
  static const std::set<std::string> own = {
      "params", "in",   "out",          "given", "threads", "seed",
      "batch",  "dist", "first-sample", "help",  "n"};
  return own.count(name) != 0;
}

std::map<std::string, std::string> conditionFlags(const Plan &plan) {
  std::map<std::string, std::string> flags;
  for (const DistSpec &dist : plan.dists)
    for (const Condition &condition : dist.conditions)
      if (!dist.ofChecks() && condition.hasDefault &&
          !isTaken(condition.field.name))
        flags.emplace(condition.field.name, textOf(condition));
  return flags;
}

/// The number that an option says; NaN is null.
static double valueOf(const std::string &text, const Field &field) {
  const std::string flag = "--" + field.name;
  if (text == "null" && field.optional)
    return NAN;
  char *end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end || std::isnan(value))
    throw Error(fmt::format("{} takes a number{}, not '{}'", flag,
                            field.optional ? " or null" : "", text),
                "", fmt::format("its space is {}", field.text()), ExitUsage);
  const std::string why = whyOutside(value, field);
  if (!why.empty())
    throw Error(fmt::format("{} {} is outside of {}", flag, text, field.text()),
                why, "", ExitUsage);
  return value;
}

void takeConditions(Model &model, const std::string &dist,
                    const ConditionFlags &flags, const std::string &file) {
  for (const auto &[name, text] : flags) {
    if (text.empty())
      continue;
    const DistSpec &spec = model.dist(dist);
    const Condition *condition = nullptr;
    for (const Condition &c : spec.conditions)
      if (c.field.name == name && c.hasDefault)
        condition = &c;
    if (!condition)
      throw Error(fmt::format("'{}' has no condition '{}' with a default",
                              spec.name, name),
                  "", fmt::format("leave --{} out", name), ExitUsage);
    if (!file.empty())
      throw Error(fmt::format("--{} beside --given '{}'", name, file),
                  "the file has the conditions of every row",
                  "give one of them", ExitUsage);
    model.setDefault(spec.name, name, valueOf(text, condition->field));
  }
}

} // namespace rill::rt
