//===- Conditions.h - `require` ---------------------------------*- C++ -*-===//
//
// The conditions on parameters that a training rests on. Proofs of the compiler
// use them, so they are evaluated after every step and when parameters are
// loaded.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_CONDITIONS_H
#define RILL_RUNTIME_CONDITIONS_H

#include "Runtime/Model.h"

#include <optional>

namespace rill::rt {

class Conditions {
public:
  /// Of a program's `train`, for `params` (default: the model's), which must
  /// outlive this.
  Conditions(Model &model, const TrainSpec &train,
             const Params *params = nullptr);

  /// The first condition that does not hold, for a message: "'require s < 2'
  /// does not hold in step 3 of its repeat".
  std::optional<std::string> violated();

private:
  std::optional<Runner> runner; ///< none: the training states no condition
  std::vector<std::vector<double>> storage; ///< room for either precision
  std::vector<void *> out;
};

/// An Error if the model's parameters violate a condition of the program.
void requireConditions(Model &model);

} // namespace rill::rt
#endif
