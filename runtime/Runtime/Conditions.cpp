//===- Conditions.cpp - `require` -----------------------------------------===//

#include "Runtime/Conditions.h"
#include "Runtime/Error.h"
#include "Runtime/Table.h"

#include <fmt/format.h>

namespace rill::rt {

Conditions::Conditions(Model &model, const TrainSpec &train,
                       const Params *params) {
  if (train.require.empty())
    return;
  runner.emplace(model, *model.plan().findKernel(train.require), params);
  for (const ResultSpec &result : runner->spec().results)
    storage.emplace_back(result.width());
  for (std::vector<double> &room : storage)
    out.push_back(room.data());
}

/// Where in a repeat: " in step 3 of its repeat".
static std::string stepText(const ResultSpec &result, int64_t element) {
  if (result.shape.empty())
    return "";
  std::string text;
  for (size_t axis = result.shape.size(); axis-- > 0;) {
    text = fmt::format("{}{}{}", element % result.shape[axis],
                       text.empty() ? "" : ", ", text);
    element /= result.shape[axis];
  }
  return " in step " + text + " of its repeat";
}

std::optional<std::string> Conditions::violated() {
  if (!runner)
    return std::nullopt;
  runner->run({}, out, {1, 0, 0, 0});
  const std::vector<ResultSpec> &results = runner->spec().results;
  for (size_t k = 0; k < results.size(); ++k)
    for (int64_t i = 0; i < results[k].width(); ++i)
      if (loadElement(out[k], results[k].type, i) == 0)
        return fmt::format("'require {}' does not hold{}", results[k].name,
                           stepText(results[k], i));
  return std::nullopt;
}

void requireConditions(Model &model) {
  for (const TrainSpec &train : model.plan().trains)
    if (auto violated = Conditions(model, train).violated())
      throw Error("these parameters are not of this program: " + *violated,
                  "what was proved of the model rests on this condition",
                  "train the model, or correct the parameters");
}

} // namespace rill::rt
