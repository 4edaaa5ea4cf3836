// One update: its chain from the place to the next value, the verdict on it,
// and its derivation in either direction.
#ifndef RILL_FLOW_TRANSFORMS_UPDATES_H
#define RILL_FLOW_TRANSFORMS_UPDATES_H

#include "Flow/Analysis/Injectivity.h"
#include "Flow/IR/FlowOps.h"

namespace rill::flow {

/// A chain of operations from the place to the yielded value, each with the
/// one operand that depends on the place.
struct Chain {
  struct Step {
    mlir::Operation *op;
    unsigned operand;
    bool negative = false; ///< the operand's values are negative throughout
  };
  llvm::SmallVector<Step> steps; ///< in order of evaluation
};

/// What was found out about one update.
struct UpdateVerdict {
  bool accepted = false;
  Refusal refusal = Refusal::None;
  /// For a refusal: the operation at fault and the value to blame.
  mlir::Operation *culprit = nullptr;
  mlir::Value value;
  bool occursTwice = false;
  bool ignoresPlace = false;
  std::string why;
  std::string form; ///< "affine", "exp, affine", "rearrangement", ...
  Chain chain;
};

/// Judges an update: an analysis over its formula alone.
UpdateVerdict judgeUpdate(UpdateOp update);

} // namespace rill::flow

#endif
