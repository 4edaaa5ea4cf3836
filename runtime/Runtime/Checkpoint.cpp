//===- Checkpoint.cpp - The state of a training on disk -------------------===//

#include "Runtime/Checkpoint.h"
#include "Runtime/Error.h"
#include "Runtime/Io.h"

#include <charconv>
#include <cstring>
#include <fmt/format.h>

namespace rill::rt {

static const char splitPrefix[] = "split_seed.";

std::string checkpointPath(const std::string &out) {
  return out + ".checkpoint";
}

/// A double as its 64 bits: text that gives back every bit.
static std::string bitsOf(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return fmt::format("{:016x}", bits);
}

static uint64_t number(const TensorFile &file, const std::string &key,
                       const std::string &where, int base = 10) {
  const std::string text = file.value(key);
  uint64_t value = 0;
  const char *end = text.data() + text.size();
  auto [stop, code] = std::from_chars(text.data(), end, value, base);
  if (code != std::errc() || stop != end)
    throw Error(where + " has a broken header",
                fmt::format("its entry '{}' is '{}'", key, text),
                "start again with 'train --fresh'");
  return value;
}

void saveCheckpoint(const std::string &path, const Plan &plan,
                    const Params &params, const TrainState &state) {
  Metadata meta = identityOf(plan);
  meta["kind"] = "checkpoint";
  meta["train"] = std::to_string(state.train);
  meta["step"] = std::to_string(state.step);
  meta["seed"] = std::to_string(state.seed);
  meta["batch"] = std::to_string(state.batch);
  meta["data"] = std::to_string(state.fingerprint);
  meta["finished"] = state.finished ? "1" : "0";
  meta["best_step"] = std::to_string(uint64_t(state.bestStep + 1));
  meta["best_loss"] = bitsOf(state.bestLoss);
  meta["stale"] = std::to_string(state.stale);
  for (const auto &[name, seed] : state.splits)
    meta[splitPrefix + name] = std::to_string(seed);
  std::vector<Tensor> tensors =
      instanceTensors(params.specs(), params.layout(), params.values());
  auto add = [&](const char *prefix, const Buffer &buffer) {
    if (!buffer.size())
      return;
    auto more =
        instanceTensors(params.specs(), params.layout(), buffer, prefix);
    tensors.insert(tensors.end(), more.begin(), more.end());
  };
  add("first/", state.optimizer.first);
  add("second/", state.optimizer.second);
  add("average/", state.optimizer.average);
  add("best/", state.best);
  writeTensors(path, tensors, meta);
}

/// Copies the tensors of one prefix; leaves `buffer` empty if there are none.
static void loadArrays(const TensorFile &file, const std::string &prefix,
                       const Params &params, Buffer &buffer,
                       const std::string &where) {
  const Layout &layout = params.layout();
  Buffer loaded(layout.bytes());
  size_t found = 0, wanted = 0;
  for (size_t p = 0; p < params.specs().size(); ++p) {
    const ParamSpec &spec = params.specs()[p];
    const int64_t bytes = spec.width() * sizeOf(layout.type);
    for (int64_t i = 0; i < spec.instances(); ++i, ++wanted) {
      const std::string name = prefix + instanceName(spec, i);
      const Tensor *tensor = file.find(name);
      if (!tensor)
        continue;
      if (tensor->shape != spec.shape || tensor->type != layout.type)
        throw Error(
            fmt::format("{}: '{}' has another shape or precision", where, name),
            "", "start again with 'train --fresh'");
      std::memcpy(layout.at(loaded, int(p)) + i * bytes, tensor->data,
                  size_t(bytes));
      ++found;
    }
  }
  if (found != 0 && found != wanted)
    throw Error(fmt::format("{} lacks {} of {} arrays '{}'", where,
                            wanted - found, wanted, prefix),
                "", "start again with 'train --fresh'");
  if (found != 0)
    buffer = std::move(loaded);
}

TrainState loadCheckpoint(const std::string &path, const Plan &plan,
                          Params &params) {
  const TensorFile file = TensorFile::read(path, "checkpoint");
  const std::string where = fmt::format("checkpoint '{}'", path);
  requireSameProgram(file, plan, where);
  if (file.value("kind") != "checkpoint")
    throw Error(where + " is a parameter file",
                "it has no optimiser state to continue from",
                "start again with 'train --fresh'");
  if (file.value("precision") != plan.precision)
    throw Error(fmt::format("{} is of precision {}, the program of {}", where,
                            file.value("precision"), plan.precision),
                "continuing bit for bit needs the same precision",
                "use the program that started the training");
  TrainState state;
  state.train = number(file, "train", where);
  state.step = int64_t(number(file, "step", where));
  state.seed = number(file, "seed", where);
  state.batch = int64_t(number(file, "batch", where));
  state.fingerprint = number(file, "data", where);
  state.finished = number(file, "finished", where) != 0;
  state.bestStep = int64_t(number(file, "best_step", where)) - 1;
  const uint64_t bits = number(file, "best_loss", where, 16);
  std::memcpy(&state.bestLoss, &bits, sizeof bits);
  state.stale = int64_t(number(file, "stale", where));
  for (const auto &[key, text] : file.metadata())
    if (key.rfind(splitPrefix, 0) == 0)
      state.splits[key.substr(sizeof splitPrefix - 1)] =
          number(file, key, where);
  Buffer values;
  loadArrays(file, "", params, values, where);
  if (values.size())
    params.edit() = std::move(values);
  loadArrays(file, "first/", params, state.optimizer.first, where);
  loadArrays(file, "second/", params, state.optimizer.second, where);
  loadArrays(file, "average/", params, state.optimizer.average, where);
  loadArrays(file, "best/", params, state.best, where);
  return state;
}

} // namespace rill::rt
