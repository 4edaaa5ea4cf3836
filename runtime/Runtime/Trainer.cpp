//===- Trainer.cpp - The training loop ------------------------------------===//

#include "Runtime/Trainer.h"
#include "Runtime/Conditions.h"
#include "Runtime/Error.h"
#include "Runtime/Evaluate.h"
#include "Runtime/Io.h"
#include "Runtime/Progress.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rill::rt {

// Draws of a validation are the same at every step, so that steps compare; no
// step of training has this number.
static constexpr int64_t validationStep = -1;

int64_t validationInterval(int64_t validRows, int64_t batch) {
  return std::max<int64_t>(100, (4 * validRows + batch - 1) / batch);
}

/// One `train` in progress: its kernels, rows and optimiser.
class Trainer::Job {
public:
  Job(Model &model, const TrainSpec &spec, const DataSet *data, uint64_t seed);

  int64_t batch() const { return order ? order->batch() : spec.batch; }
  int64_t every() const;
  /// Initial values of the trained parameters, from the first batch.
  void initialize();
  OptimizerState initialState() { return optimizer.initialState(values()); }
  /// Loss and gradient of a step at the present parameters; an Error unless
  /// both are finite.
  double gradient(int64_t step);
  void update(int64_t step, OptimizerState &state);
  /// The mean loss over the validation rows, of the averaged parameters where
  /// there are any; NaN without such rows.
  double validate(const OptimizerState &state);
  /// An Error if a condition on parameters does not hold after `step` steps, in
  /// the parameters or (with `averages`) in their averages.
  void requireConditions(int64_t step,
                         const OptimizerState *averages = nullptr);
  bool validates() const { return valid && valid->rows() > 0; }
  /// The parameters that a validation judges.
  const Buffer &judged(const OptimizerState &state) const {
    return spec.ema > 0 ? state.average : model.params().values();
  }

private:
  const Buffer &values() const { return model.params().values(); }
  std::vector<const void *> batchRows(const Runner &runner, int64_t step);
  const KernelSpec &kernel(const std::string &name) const {
    return *model.plan().findKernel(name);
  }

  Model &model;
  TrainSpec spec;
  uint64_t seed;
  Params averaged;
  Runner grad, loss;
  Conditions conditions, averagedConditions;
  Optimizer optimizer;
  Buffer gradients;
  std::vector<void *> gradOut;
  double norm = 0, lossDouble = 0;
  float lossFloat = 0;
  std::optional<BatchOrder> order;
  std::optional<TypedRows> rows, valid, gathered;
};

/// Where each result of the gradient kernel goes: the loss, then the arrays.
static std::vector<void *> gradientOutputs(const KernelSpec &spec,
                                           const Layout &layout,
                                           Buffer &gradients, void *lossFloat,
                                           void *lossDouble) {
  std::vector<void *> out;
  for (const ResultSpec &result : spec.results) {
    if (result.role == "grad")
      out.push_back(layout.at(gradients, result.param));
    else if (result.role == "loss")
      out.push_back(result.type == Type::F64 ? lossDouble : lossFloat);
    else
      throw internalError("gradient kernel '" + spec.name + "' returns a " +
                          result.role);
  }
  return out;
}

Trainer::Job::Job(Model &model, const TrainSpec &spec, const DataSet *data,
                  uint64_t seed)
    : model(model), spec(spec), seed(seed), averaged(model.params()),
      grad(model, kernel(spec.grad)),
      loss(model, kernel(spec.loss), spec.ema > 0 ? &averaged : nullptr),
      conditions(model, spec), averagedConditions(model, spec, &averaged),
      optimizer(model.params().layout(), spec.params, spec, model.pool()),
      gradients(model.params().layout().bytes()) {
  gradOut = gradientOutputs(grad.spec(), model.params().layout(), gradients,
                            &lossFloat, &lossDouble);
  if (!data)
    return;
  const std::vector<Field> &fields = data->spec->fields;
  // Every epoch gathers from all rows, by their numbers in the file.
  rows.emplace(typedFor(grad, data->all, fields));
  valid.emplace(typedFor(loss, data->part("valid"), fields));
  order.emplace(data->split.train, spec.batch, seed);
  gathered.emplace(*rows, order->batch());
}

int64_t Trainer::Job::every() const {
  if (spec.every > 0)
    return spec.every;
  return validationInterval(valid ? valid->rows() : 0, batch());
}

std::vector<const void *> Trainer::Job::batchRows(const Runner &runner,
                                                  int64_t step) {
  if (runner.inputs().empty() || !order)
    return {};
  gathered->gather(*rows, order->rows(step), batch());
  return gathered->pointers(0);
}

void Trainer::Job::initialize() {
  if (spec.init.empty())
    return; // an earlier training started all of it
  Runner init(model, kernel(spec.init));
  initializeParams(model, init, batchRows(init, 0), batch(), seed);
}

double Trainer::Job::gradient(int64_t step) {
  grad.run(batchRows(grad, step), gradOut, {batch(), seed, step, 0});
  const double value =
      grad.spec().results[0].type == Type::F64 ? lossDouble : lossFloat;
  norm = optimizer.norm(gradients);
  if (std::isfinite(value) && std::isfinite(norm))
    return value;
  const bool badLoss = !std::isfinite(value);
  throw Error(fmt::format("training stopped at step {}: the {} is {}", step,
                          badLoss ? "loss" : "norm of the gradient",
                          badLoss ? value : norm),
              "the parameters before this step are finite, its batch is not "
              "within what they can evaluate",
              "lower the learning rate, clip the gradient, or look at the data "
              "for outliers");
}

void Trainer::Job::update(int64_t step, OptimizerState &state) {
  optimizer.step(step, gradients, norm, model.params().edit(), state);
}

double Trainer::Job::validate(const OptimizerState &state) {
  if (spec.ema > 0)
    averaged.edit() = state.average;
  const Type type = loss.spec().results[0].type;
  double sum = 0;
  for (int64_t at = 0; at < valid->rows(); at += defaultBatch) {
    const int64_t n = std::min(defaultBatch, valid->rows() - at);
    double value = 0;
    loss.run(valid->pointers(at), {&value}, {n, seed, validationStep, at});
    sum += double(n) * loadElement(&value, type, 0);
  }
  return sum / double(valid->rows());
}

void Trainer::Job::requireConditions(int64_t step,
                                     const OptimizerState *averages) {
  if (averages)
    averaged.edit() = averages->average;
  auto violated = (averages ? averagedConditions : conditions).violated();
  if (!violated)
    return;
  if (step == 0)
    throw Error("training stopped before its first step: " + *violated,
                "what was proved of the model rests on this condition",
                "start the parameters where it holds");
  throw Error(fmt::format("training stopped at step {}: {}{}", step, *violated,
                          averages ? ", for the averaged parameters" : ""),
              "what was proved of the model rests on this condition",
              "the checkpoint holds parameters for which it holds; lower the "
              "learning rate, or write the parameter so that it always holds");
}

Trainer::Trainer(Model &model, TrainOptions options)
    : model(model), options(std::move(options)) {}

Trainer::~Trainer() = default;

TrainSpec Trainer::specOf(size_t train) const {
  TrainSpec spec = model.plan().trains[train];
  if (options.steps)
    spec.steps = *options.steps;
  if (options.batch)
    spec.batch = *options.batch;
  return spec;
}

const DataSet *Trainer::dataFor(const TrainSpec &spec) {
  if (spec.data.empty())
    return nullptr;
  auto it = sets.find(spec.data);
  if (it != sets.end())
    return &it->second;
  DataSet set =
      loadData(*model.plan().findData(spec.data), options.data, model);
  if (set.split.train.empty())
    throw Error(fmt::format("data '{}' have no row to train on", spec.data),
                fmt::format("of {} rows {} are held out and {} for validation",
                            set.all.rows, set.split.held.size(),
                            set.split.valid.size()),
                "give more rows, or lower 'hold' and 'valid'");
  return &sets.emplace(spec.data, std::move(set)).first->second;
}

/// Takes up the checkpoint, or refuses to write over one that is unfinished.
void Trainer::begin() {
  const std::string path = checkpointPath(options.out);
  removeStaleTemporaries(path);
  removeStaleTemporaries(options.out);
  const bool there = fileExists(path);
  if (options.resume) {
    if (!there)
      throw Error(fmt::format("there is no checkpoint '{}'", path),
                  "a training leaves it beside the file of --out",
                  "start without --resume");
    state = loadCheckpoint(path, model.plan(), model.params());
    if (options.seed && *options.seed != state.seed)
      throw Error(fmt::format("--seed {} differs from the checkpoint's {}",
                              *options.seed, state.seed),
                  "a training continues with the seed it began with",
                  "leave --seed out");
    for (const auto &[name, seed] : state.splits)
      options.data.splitSeeds.emplace(name, seed);
    resumed = true;
    return;
  }
  if (there && !options.fresh) {
    bool finished = true;
    try {
      // Finished, but not yet written out, is unfinished.
      finished =
          TensorFile::read(path, "checkpoint").value("finished") == "1" &&
          fileExists(options.out);
    } catch (const Error &) {
      // Unreadable: nothing that could be continued is lost.
    }
    if (!finished)
      throw Error(fmt::format("'{}' holds an unfinished training", path),
                  "starting anew would lose it",
                  "continue it with --resume, or discard it with --fresh");
  }
  state.seed = options.seed.value_or(1);
}

void Trainer::save(const TrainState &now) {
  saveCheckpoint(checkpointPath(options.out), model.plan(), model.params(),
                 now);
}

/// Checks that a resumed training goes on with the same rows and batch.
static void requireSameRun(const TrainState &state, uint64_t fingerprint,
                           int64_t batch) {
  if (state.fingerprint != fingerprint)
    throw Error("the data are not those that the training began with",
                "their numbers, order or split differ",
                "give the same file, or start anew with --fresh");
  if (state.batch != batch)
    throw Error(
        fmt::format("the batch is {}, the checkpoint's {}", batch, state.batch),
        "a training continues with the batch it began with",
        fmt::format("give --batch {}", state.batch));
}

/// The last update is judged by no loss: it must at least be finite, before
/// anything on disk is replaced by it.
void Trainer::requireFinite() const {
  const int bad = model.params().firstNonFinite();
  if (bad >= 0)
    throw Error(fmt::format("training stopped: the last step left '{}' not "
                            "finite",
                            model.plan().params[bad].path),
                "the checkpoint holds the parameters before it",
                "lower the learning rate or clip the gradient");
}

/// Trains `state.train` from `state.step` on; false after an interrupt.
bool Trainer::trainOne(Interrupt &interrupt) {
  const TrainSpec spec = specOf(state.train);
  const DataSet *data = dataFor(spec);
  Job job(model, spec, data, state.seed);
  const uint64_t fingerprint = data ? data->fingerprint() : 0;
  if (data)
    state.splits[data->spec->name] = data->splitSeed;
  if (resumed) {
    requireSameRun(state, fingerprint, job.batch());
  } else {
    job.initialize();
    job.requireConditions(0);
    state.optimizer = job.initialState();
    state.best = Buffer();
    state.bestStep = -1;
    state.bestLoss = std::numeric_limits<double>::infinity();
    state.stale = 0;
  }
  state.fingerprint = fingerprint;
  state.batch = job.batch();
  const int64_t every = job.every();
  auto saved = std::chrono::steady_clock::time_point::min();
  Progress progress(options.log, state.step, spec.steps);
  while (state.step < spec.steps) {
    if (spec.patience > 0 && state.stale >= spec.patience) {
      progress.line(fmt::format("stopped early: no better validation since "
                                "step {}",
                                state.bestStep));
      break;
    }
    const double loss = job.gradient(state.step);
    // Here the parameters are known to give a finite loss and gradient: only
    // such a state is worth keeping.
    const auto now = std::chrono::steady_clock::now();
    const bool due = saved == saved.min() ||
                     std::chrono::duration<double>(now - saved).count() >=
                         options.checkpointSeconds;
    if (due || interrupt.signal()) {
      save(state);
      saved = now;
    }
    if (interrupt.signal()) {
      progress.end();
      return false;
    }
    job.update(state.step, state.optimizer);
    ++state.step;
    job.requireConditions(state.step);
    if (job.validates() &&
        (state.step % every == 0 || state.step == spec.steps)) {
      if (spec.ema > 0)
        job.requireConditions(state.step, &state.optimizer);
      const double valid = job.validate(state.optimizer);
      if (!std::isfinite(valid))
        progress.line(fmt::format("step {}: the validation loss is {}; a row "
                                  "may lie outside of the support",
                                  state.step, valid));
      ++state.stale;
      if (valid < state.bestLoss) {
        state.bestLoss = valid;
        state.bestStep = state.step;
        state.best = job.judged(state.optimizer);
        state.stale = 0;
      }
      progress.validated(valid, state.bestLoss, state.bestStep);
    }
    progress.step(state.step, loss);
  }
  progress.end();
  requireFinite();
  if (spec.ema > 0)
    job.requireConditions(state.step, &state.optimizer);
  state.finished = state.train + 1 == model.plan().trains.size();
  if (state.finished)
    save(state);
  model.params().edit() =
      Buffer(state.best.size() ? state.best : job.judged(state.optimizer));
  return true;
}

TrainResult Trainer::run() {
  if (model.plan().trains.empty())
    throw Error("the program trains nothing", "it has no 'train' declaration",
                "add 'train MODEL on DATA { minimize nll; ... }'");
  begin();
  // Before any work: a data file that is missing should not cost a training.
  // What the program draws needs the parameters of its turn.
  for (size_t t = state.train; t < model.plan().trains.size(); ++t) {
    const TrainSpec spec = specOf(t);
    if (!spec.data.empty() && model.plan().findData(spec.data)->kernel.empty())
      dataFor(spec);
  }
  if (!resumed)
    initializeUntrained(model, state.seed);
  Interrupt interrupt;
  TrainResult result;
  for (;; ++state.train) {
    if (!trainOne(interrupt)) {
      result.signal = interrupt.signal();
      result.step = state.step;
      return result;
    }
    if (state.finished)
      break;
    state.step = 0;
    resumed = false;
  }
  result.step = state.bestStep >= 0 ? state.bestStep : state.step;
  result.origin = {state.seed, result.step, state.splits};
  try {
    saveParams(options.out, model.plan(), model.params(), result.origin);
  } catch (const Error &error) {
    throw Error(error.what(), error.why,
                fmt::format("the training is complete in '{}'; make room, then "
                            "'train --out {} --resume' writes its parameters",
                            checkpointPath(options.out), options.out));
  }
  return result;
}

} // namespace rill::rt
