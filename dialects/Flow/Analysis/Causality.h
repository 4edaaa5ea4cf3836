// Causality of an update: each element of the new value reads its own element
// of the place, and beside it a context that only elements earlier in some
// order can change (grade `<` along an axis). Then the Jacobian is triangular
// and the inverse sequential in that order.
#ifndef RILL_FLOW_ANALYSIS_CAUSALITY_H
#define RILL_FLOW_ANALYSIS_CAUSALITY_H

#include "Flow/Analysis/Dependence.h"
#include "Flow/Analysis/Grades.h"
#include "llvm/ADT/DenseSet.h"

namespace rill::flow {

/// An order of a place's elements: when each is found, front to back along an
/// axis, back to front, or element after element.
struct CausalOrder {
  int64_t axis = -1; ///< -1: all elements in row-major order
  bool reverse = false;
  int64_t steps = 1;
  /// Of each element of the place, 0 .. steps-1; elements of one step share it.
  llvm::SmallVector<int64_t> position;

  /// "axis 0", "axis 1, back to front", "the elements in order".
  std::string str() const;
};

struct Causality {
  CausalOrder order;
  /// Values of the block whose every element is made of one element of the
  /// place and a context of grade `<`.
  llvm::DenseSet<mlir::Value> own;
};

/// The order in which `after`, a value of the block, is causal in the block's
/// first argument; nothing if there is none. `dependence` is of that argument.
std::optional<Causality> findCausality(mlir::Block &block, mlir::Value after,
                                       Dependence &dependence);

/// How a value of the place's shape depends on the place along one of its axes.
Grade gradeAlong(mlir::Value value, int64_t axis, Dependence &dependence);

/// How the end of a flow depends on its start along an axis of the place: its
/// updates' grades composed. Anything where the place is cut or changes shape.
Grade gradeOfFlow(mlir::Region &body, int64_t axis);

/// The operation behind `after` whose result no element may read in any order
/// along the place's first axis or against it: where dependence becomes
/// anything. Null if there is none.
mlir::Operation *whereAnything(mlir::Block &block, mlir::Value after,
                               Dependence &dependence);

} // namespace rill::flow

#endif
