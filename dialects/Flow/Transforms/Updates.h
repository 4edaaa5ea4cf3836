// One update: its chain from the place to the next value, the verdict on it,
// and its derivation in either direction.
#ifndef RILL_FLOW_TRANSFORMS_UPDATES_H
#define RILL_FLOW_TRANSFORMS_UPDATES_H

#include "Flow/Analysis/Causality.h"
#include "Flow/Analysis/Injectivity.h"
#include "Flow/IR/FlowOps.h"
#include "Flow/Transforms/RankOne.h"
#include "llvm/ADT/DenseSet.h"

namespace rill::flow {

/// A chain of steps from the place to the yielded value.
struct Chain {
  /// An operation with the one operand that depends on the place; or, with a
  /// null operation, a rearrangement of the place's elements into `value`:
  /// element k of the value is element `elements[k]` of the place.
  struct Step {
    mlir::Operation *op = nullptr;
    unsigned operand = 0;
    bool negative = false; ///< the operand's values are negative throughout
    mlir::Value value;
    llvm::SmallVector<int64_t> elements;
    /// A null operation without elements: `value` is monotone in the place,
    /// element by element.
    bool increasing = false;
    bool isMonotone() const { return !op && elements.empty(); }
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
  bool byAuthor = false; ///< undone by the update's own inverse
  std::string why;
  std::string form; ///< "affine", "exp, affine", "rearrangement", ...
  Chain chain;
  Range range = Range::all(); ///< of the place's elements
  /// Accepted without a chain, in the forward direction only.
  std::optional<RankOne> rankOne;
  bool isOneWay() const { return rankOne.has_value(); }
  /// The values of the update that its steps lead through; what else it reads
  /// is context.
  llvm::DenseSet<mlir::Value> own;
  /// The order in which the context comes first, if it reads the place too.
  std::optional<CausalOrder> causal;
  /// For a context that reads the whole place: where it becomes so.
  mlir::Operation *anything = nullptr;
};

/// The values of a block that depend on its first argument, itself included.
llvm::DenseSet<mlir::Value> dependentValues(mlir::Block &block);

/// Judges an update: an analysis over its formula alone.
UpdateVerdict judgeUpdate(UpdateOp update);

/// Whether some update in the flow has no inverse.
bool isOneWay(mlir::Region &flow);

} // namespace rill::flow

#endif
