// Which elements of a place each element of a value depends on, by the formula
// alone: masks that are known before any run cut dependence off. Grades along
// an axis and orders of evaluation are read off it (Causality.h).
#ifndef RILL_FLOW_ANALYSIS_DEPENDENCE_H
#define RILL_FLOW_ANALYSIS_DEPENDENCE_H

#include "Flow/IR/FlowOps.h"
#include "Lane/Interp/Known.h"
#include "llvm/ADT/BitVector.h"

#include <map>
#include <memory>

namespace rill::flow {

class Dependence {
public:
  /// `place`: the value whose elements others depend on.
  /// `throughSteps`: across updates, repeats and scans too, for a flow's start.
  explicit Dependence(mlir::Value place, bool throughSteps = false);

  /// Row-major, for each element of the value the number of the set that it
  /// depends on; null if no element depends on the place.
  const lane::Array *of(mlir::Value value);

  /// Whether some element of the value depends on several of the place.
  bool mixes(mlir::Value value);
  /// Whether it mixes, or is of the place's shape and some element k depends on
  /// another element than k.
  bool readsOthers(mlir::Value value);
  /// Whether each element k of a value of the place's shape depends on element
  /// k of the place and on no other: a diagonal Jacobian without zeros by form.
  bool isDiagonal(mlir::Value value);

  /// The elements of the place in set `number`; set 0 is empty.
  const llvm::BitVector &set(int64_t number) const { return sets[number]; }
  int64_t numSets() const { return int64_t(sets.size()); }

  lane::Known &known() { return constants; }

private:
  using Sets = std::optional<lane::Array>;
  int64_t numberOf(const llvm::BitVector &set);
  int64_t unite(int64_t a, int64_t b);
  Sets compute(mlir::Operation *op, unsigned result);
  Sets elementwise(mlir::Operation *op);
  Sets contraction(lane::ContractOp op);
  Sets reduction(lane::ReduceOp op);
  Sets cumulative(lane::CumsumOp op);
  Sets pieces(mlir::ValueRange parts, mlir::ArrayAttr indices,
              mlir::Value whole);
  /// Of a step of a flow: its region once, or a step at a time.
  lane::Array update(UpdateOp op);
  lane::Array repeat(RepeatOp op, unsigned result);
  lane::Array scan(ScanOp op, unsigned result);
  void bind(mlir::Value value, const lane::Array &sets);
  void forget(mlir::Block &block);
  /// Every element depends on all that any operand does.
  lane::Array everything(mlir::Operation *op, mlir::Value result);
  /// The set of element k of a value, 0 if it does not depend.
  int64_t at(mlir::Value value, int64_t k);

  mlir::Value place;
  bool throughSteps;
  lane::Known constants;
  std::vector<llvm::BitVector> sets;
  std::map<std::vector<uint64_t>, int64_t> numbers;
  std::map<std::pair<int64_t, int64_t>, int64_t> unions;
  llvm::DenseMap<mlir::Value, std::unique_ptr<lane::Array>> found;
};

/// For each element of a flow's end, the elements of its start that it may
/// depend on. What is proved is that it does not depend on the others.
llvm::SmallVector<llvm::BitVector> dependenceOfFlow(mlir::Region &flow);

} // namespace rill::flow

#endif
