//===- Trainer.h - The training loop ----------------------------*- C++ -*-===//
//
// Runs the `train` declarations of a program: initial values, minibatches,
// optimiser, validation, checkpoints. What it computes depends on program,
// data and seeds only; resuming continues bit for bit.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_TRAINER_H
#define RILL_RUNTIME_TRAINER_H

#include "Runtime/Checkpoint.h"
#include "Runtime/Data.h"
#include "Runtime/Interrupt.h"
#include "Runtime/Model.h"

#include <cstdio>
#include <optional>

namespace rill::rt {

struct TrainOptions {
  std::string out;     ///< parameter file to write
  bool resume = false; ///< continue the checkpoint beside it
  bool fresh = false;  ///< start anew although there is an unfinished one
  std::optional<int64_t> steps, batch; ///< instead of the program's
  std::optional<uint64_t> seed;        ///< default 1, or the checkpoint's
  DataSources data;
  double checkpointSeconds = 10; ///< at most this much work is lost
  std::FILE *log = stderr;       ///< progress
};

/// What a training came to.
struct TrainResult {
  int signal = 0; ///< interrupted by this signal; a checkpoint was written
  int64_t step = 0;
  ParamsOrigin origin;
};

/// Trains the model's parameters and writes them to `options.out`. After an
/// interrupt nothing but the checkpoint is written. A loss or gradient that is
/// NaN or infinite is an Error; the last good checkpoint stays.
class Trainer {
public:
  Trainer(Model &model, TrainOptions options);
  ~Trainer();

  TrainResult run();
  /// Data sets by name, loaded by run().
  const std::map<std::string, DataSet> &data() const { return sets; }

private:
  class Job;

  void begin();
  const DataSet *dataFor(const TrainSpec &spec);
  TrainSpec specOf(size_t train) const;
  void save(const TrainState &state);
  void requireFinite() const;
  bool trainOne(Interrupt &interrupt);

  Model &model;
  TrainOptions options;
  TrainState state;
  bool resumed = false;
  std::map<std::string, DataSet> sets;
};

/// Steps between validations where the program does not say: often enough to
/// find the best step, and less than a tenth of the training's time.
int64_t validationInterval(int64_t validRows, int64_t batch);

} // namespace rill::rt
#endif
