// What the derivative rules of lane operations work with: activity, tangents
// and adjoints of the values of one block. The driver that expands `vjp` and
// `jvp` is Transforms/Differentiate.cpp.
#ifndef RILL_LANE_DIFFERENTIATION_H
#define RILL_LANE_DIFFERENTIATION_H

#include "Lane/IR/LaneBuilder.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace rill::lane {

/// The values that depend differentiably on an input of the derivative.
class Activity {
public:
  bool contains(mlir::Value v) const { return values.contains(v); }
  void insert(mlir::Value v) {
    if (typeOf(v).isFloat())
      values.insert(v);
  }
  void clear() { values.clear(); }

private:
  llvm::DenseSet<mlir::Value> values;
};

/// Forward mode. A tangent has its value's shape; it is invariant if its value
/// is, and may be if its value varies. Null is zero.
class Tangents {
public:
  explicit Tangents(mlir::OpBuilder &builder) : builder(builder) {}

  mlir::Value get(mlir::Value v) const { return map.lookup(v); }
  /// As `get`, in exactly the value's type; null is still zero.
  mlir::Value getExact(mlir::Value v, mlir::Location loc);
  /// As `getExact`, with zero as a constant.
  mlir::Value getDense(mlir::Value v, mlir::Location loc);
  void set(mlir::Value v, mlir::Value tangent);

  mlir::OpBuilder &builder;
  bool failed = false; // set by a rule that has reported an error

private:
  llvm::DenseMap<mlir::Value, mlir::Value> map;
};

/// A derivative that counts where `mask` holds and is zero elsewhere, whatever
/// `value` is there (it may be NaN). A null mask holds everywhere.
struct Masked {
  Masked() = default;
  Masked(mlir::Value value, mlir::Value mask = {}) : value(value), mask(mask) {}

  mlir::Value value, mask;
};

/// Reverse mode. An adjoint has exactly its value's type when it is read: a
/// contribution that varies is summed over the batch into an invariant value,
/// an invariant one is spread over the batch before a varying value passes it
/// on. Adjoints are kept with their mask so that the branch which a select did
/// not take cannot turn a zero into NaN further up.
class Adjoints {
public:
  Adjoints(mlir::OpBuilder &builder, Activity &active)
      : builder(builder), active(active) {}

  bool wants(mlir::Value v) const { return active.contains(v); }
  /// The adjoint in exactly the value's type, masked; null is zero.
  mlir::Value get(mlir::Value v, mlir::Location loc);
  /// The adjoint with its mask still apart.
  Masked getMasked(mlir::Value v, mlir::Location loc);
  /// As `get`, with zero as a constant.
  mlir::Value getDense(mlir::Value v, mlir::Location loc);
  bool has(mlir::Value v) const { return map.contains(v); }
  /// Adds a contribution of the value's shape; ignored if it is not wanted.
  void add(mlir::Value v, Masked contribution, mlir::Location loc);
  /// As `add` with the result's adjoint moved by a linear map of positions,
  /// which moves its mask likewise.
  void move(mlir::Operation *op, mlir::Value v,
            llvm::function_ref<mlir::Value(LaneBuilder &, mlir::Value)> map);
  /// As `move` for a linear map that adds elements up: a place counts where one
  /// that counts is added to it.
  void gather(mlir::Operation *op, mlir::Value v,
              llvm::function_ref<mlir::Value(mlir::Value)> map);
  /// True if an operation that `v` is computed from in its block may turn a
  /// zero adjoint into NaN: only then are masks worth carrying.
  bool mayBlowUp(mlir::Value v);

  mlir::OpBuilder &builder;
  Activity &active;
  bool failed = false; // set by a rule that has reported an error

private:
  bool isBounded(mlir::Value v);
  bool isUnbounded(mlir::Operation *op);

  llvm::DenseMap<mlir::Value, Masked> map;
  llvm::DenseMap<mlir::Operation *, bool> blowUp, bounded;
};

/// The derivative of an elementwise operation with respect to operand `i`,
/// applied to `d` (a tangent of the operand or an adjoint of the result).
using ElementwiseRule =
    llvm::function_ref<Masked(LaneBuilder &, unsigned i, mlir::Value d)>;
void elementwiseTangent(mlir::Operation *op, ElementwiseRule rule, Tangents &);
void elementwiseAdjoint(mlir::Operation *op, ElementwiseRule rule, Adjoints &);

/// Marks what is active in a block whose arguments have been marked.
void blockActivity(mlir::Block &block, Activity &active);
/// Emits tangents after each operation of the block, given its arguments'.
llvm::LogicalResult blockTangents(mlir::Block &block, Tangents &tangents);
/// Emits adjoints at the builder's place, given those of the yielded values.
llvm::LogicalResult blockAdjoints(mlir::Block &block, Adjoints &adjoints);

/// The mark of a loop that already stacks what its reverse needs (an
/// implementation detail of the loop's rule, removed by the driver): the number
/// of its own stacked results, before the added ones.
inline constexpr llvm::StringLiteral keptMark = "lane.kept_after";

/// The mark of a loop whose reverse does its steps again from the carried
/// values: what a step computes is too much to keep for all of them.
inline constexpr llvm::StringLiteral checkpointMark = "lane.checkpoint";

/// Adds to a loop, and to loops in it, stacked results for carried values and
/// for the results of contractions, solves and inner loops. Returns the loop
/// that replaced it.
LoopOp keepForReverse(LoopOp loop);

} // namespace rill::lane

#endif
