//===- Checkpoint.h - The state of a training on disk -----------*- C++ -*-===//
//
// Everything that a training needs to continue bit for bit: parameters,
// moments, average, best parameters so far, and where it is. One safetensors
// file, replaced atomically.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_CHECKPOINT_H
#define RILL_RUNTIME_CHECKPOINT_H

#include "Runtime/Optimizer.h"
#include "Runtime/ParamsFile.h"

#include <limits>

namespace rill::rt {

struct TrainState {
  size_t train = 0; ///< which `train` of the program
  int64_t step = 0; ///< steps done of it
  uint64_t seed = 0;
  int64_t batch = 0;
  uint64_t fingerprint = 0;               ///< of the data, 0 without data
  std::map<std::string, uint64_t> splits; ///< split seed of each data set
  bool finished = false;                  ///< every train is done

  OptimizerState optimizer;
  Buffer best; ///< parameters of the best validation so far; empty before it
  int64_t bestStep = -1;
  double bestLoss = std::numeric_limits<double>::infinity();
  int64_t stale = 0; ///< validations since the best
};

/// The file beside `out` that holds an unfinished training.
std::string checkpointPath(const std::string &out);

void saveCheckpoint(const std::string &path, const Plan &plan,
                    const Params &params, const TrainState &state);

/// Reads parameters and state. Errors as for parameter files, and a checkpoint
/// of another precision.
TrainState loadCheckpoint(const std::string &path, const Plan &plan,
                          Params &params);

} // namespace rill::rt
#endif
