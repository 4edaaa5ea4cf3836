//===- ParamsFile.cpp - Parameters on disk --------------------------------===//

#include "Runtime/ParamsFile.h"
#include "Runtime/Error.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rill::rt {

static const char splitPrefix[] = "split_seed.";

Metadata identityOf(const Plan &plan) {
  return {{"format", "rill"},
          {"program", plan.name},
          {"hash", plan.hash},
          {"precision", plan.precision}};
}

void requireSameProgram(const TensorFile &file, const Plan &plan,
                        const std::string &where) {
  if (file.value("format") != "rill")
    throw Error(where + " was not written by a Rill program",
                "its metadata lack format = rill and the model's hash",
                "name the file that 'train --out' wrote");
  if (file.value("hash") != plan.hash)
    throw Error(
        fmt::format("{} is from another program", where),
        fmt::format("it was trained by '{}' (model {}), this is '{}' (model "
                    "{}): instances or shapes differ",
                    file.value("program"), file.value("hash"), plan.name,
                    plan.hash),
        "use the program that trained it, or train again");
}

std::vector<Tensor> instanceTensors(const std::vector<ParamSpec> &specs,
                                    const Layout &layout, const Buffer &values,
                                    const std::string &prefix) {
  std::vector<Tensor> tensors;
  for (size_t p = 0; p < specs.size(); ++p)
    for (int64_t i = 0; i < specs[p].instances(); ++i)
      tensors.push_back({prefix + instanceName(specs[p], i), layout.type,
                         specs[p].shape,
                         layout.at(values, int(p)) +
                             i * specs[p].width() * sizeOf(layout.type)});
  return tensors;
}

void saveParams(const std::string &path, const Plan &plan, const Params &params,
                const ParamsOrigin &origin) {
  Metadata meta = identityOf(plan);
  meta["seed"] = std::to_string(origin.seed);
  meta["step"] = std::to_string(origin.step);
  for (const auto &[name, seed] : origin.splits)
    meta[splitPrefix + name] = std::to_string(seed);
  writeTensors(
      path, instanceTensors(params.specs(), params.layout(), params.values()),
      meta);
}

static void loadInstance(const TensorFile &file, const ParamSpec &spec,
                         int64_t instance, int param, Params &params,
                         const std::string &where) {
  const std::string name = instanceName(spec, instance);
  const Tensor *tensor = file.find(name);
  if (!tensor) {
    std::vector<std::string> names;
    for (const Tensor &t : file.all())
      names.push_back(t.name);
    throw Error(fmt::format("{} lacks the parameter '{}'", where, name),
                fmt::format("it has {} tensors{}", names.size(),
                            didYouMean(name, names)),
                "use the file that this program's 'train --out' wrote");
  }
  if (tensor->shape != spec.shape)
    throw Error(
        fmt::format("{}: parameter '{}' has another shape", where, name),
        fmt::format("found [{}], this program has [{}]",
                    fmt::join(tensor->shape, ", "),
                    fmt::join(spec.shape, ", ")),
        "train again with this program");
  for (int64_t i = 0; i < spec.width(); ++i) {
    double value = tensor->get(i);
    if (!std::isfinite(value))
      throw Error(
          fmt::format("{}: parameter '{}' holds {}", where, name, value),
          "a trained parameter is finite", "train again");
    params.set(param, instance * spec.width() + i, value);
  }
}

static uint64_t toNumber(const std::string &text) {
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

ParamsOrigin loadParams(const std::string &path, const Plan &plan,
                        Params &params) {
  const TensorFile file = TensorFile::read(path, "parameter file");
  const std::string where = fmt::format("parameter file '{}'", path);
  if (file.value("kind") == "checkpoint")
    throw Error(where + " is a checkpoint of a training",
                "it holds optimiser state beside the parameters",
                "finish it with 'train --resume', or name the file of --out");
  // Shapes first: a file of the same names but other shapes has another hash,
  // and which shape differs says more than that the hash does.
  size_t expected = 0;
  bool namesFit = file.value("format") == "rill";
  for (const ParamSpec &spec : plan.params)
    for (int64_t i = 0; i < spec.instances(); ++i, ++expected)
      namesFit = namesFit && file.find(instanceName(spec, i));
  if (!namesFit || expected != file.all().size())
    requireSameProgram(file, plan, where);
  for (size_t p = 0; p < plan.params.size(); ++p)
    for (int64_t i = 0; i < plan.params[p].instances(); ++i)
      loadInstance(file, plan.params[p], i, int(p), params, where);
  requireSameProgram(file, plan, where);
  ParamsOrigin origin;
  origin.seed = toNumber(file.value("seed"));
  origin.step = int64_t(toNumber(file.value("step")));
  for (const auto &[key, value] : file.metadata())
    if (key.rfind(splitPrefix, 0) == 0)
      origin.splits[key.substr(sizeof splitPrefix - 1)] = toNumber(value);
  return origin;
}

} // namespace rill::rt
