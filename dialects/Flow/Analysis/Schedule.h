// The schedule of a causal inverse: which elements of each value can be
// computed at which step, so that every one is computed once. A hidden unit's
// step is read off what it depends on; nothing is declared.
#ifndef RILL_FLOW_ANALYSIS_SCHEDULE_H
#define RILL_FLOW_ANALYSIS_SCHEDULE_H

#include "Flow/Transforms/Updates.h"
#include "llvm/ADT/SetVector.h"

namespace rill::flow {

/// How a value is spread over the steps: `width` indices of one axis at each.
struct Layout {
  int64_t axis = 0, width = 1;
  /// The index along the axis at [step * width + slot], or -1: no element.
  llvm::SmallVector<int64_t> table;

  int64_t steps() const { return int64_t(table.size()) / width; }
  /// The slot of each index, or -1; and its step, or -1.
  llvm::SmallVector<int64_t> slots(int64_t extent) const;
  llvm::SmallVector<int64_t> times(int64_t extent) const;
  /// This shape with the axis of one step only.
  llvm::SmallVector<int64_t> blockShape(llvm::ArrayRef<int64_t> shape) const;
  bool operator==(const Layout &other) const = default;
};

/// Where the elements of a block of a movement come from.
struct BlockMove {
  /// Of each element of the block, its element in the blocks of the dependent
  /// operands one after the other; -1 where it comes from none at any step.
  llvm::SmallVector<int64_t> elements;
  /// At some steps some come from values that do not depend on the place.
  bool mixed = false;
};

/// Step t computes what depends on the elements found in steps before it, then
/// finds the elements of its own.
struct Schedule {
  int64_t steps = 1;
  /// Of every value that must be computed in steps, and of the place.
  llvm::DenseMap<mlir::Value, Layout> layouts;
  /// Values of which a step reads what earlier steps computed, too.
  llvm::SetVector<mlir::Value> kept;
  llvm::DenseMap<mlir::Operation *, BlockMove> moves;
  /// Operations on the way, in order.
  llvm::SmallVector<mlir::Operation *> ops;
};

/// The schedule of an accepted causal update; nothing if its formula is not of
/// a kind that can be cut into equal steps.
std::optional<Schedule> findSchedule(UpdateOp update,
                                     const UpdateVerdict &verdict);

} // namespace rill::flow

#endif
