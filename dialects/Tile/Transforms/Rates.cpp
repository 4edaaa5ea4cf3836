//===- Rates.cpp - What runs per call, per tile, per batch ----------------===//
//
// Questions about the rate of operations and loops, asked by the split of
// loops and by the phases. Nothing is changed here.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Rewrites.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

static bool isInv(Value value) {
  auto type = dyn_cast<lane::TensorType>(value.getType());
  return type && type.getInv();
}

// A loop may have varying values inside though none goes in or out.
bool rill::tile::isInvariantOp(Operation *op) {
  auto invariant = [](Operation *inner) {
    return llvm::all_of(inner->getOperands(), isInv) &&
                   llvm::all_of(inner->getResults(), isInv)
               ? WalkResult::advance()
               : WalkResult::interrupt();
  };
  return op->getNumResults() && !op->walk(invariant).wasInterrupted();
}

bool rill::tile::isBatchReduction(Operation *op) {
  return !isa<lane::LoopOp>(op) && reducesBatch(op);
}

bool rill::tile::reducesBatch(Operation *op) {
  return llvm::any_of(op->getResults(), isInv) && !isInvariantOp(op);
}

/// Results of `op` that depend on a value of `tainted` or on a batch reduction.
static void taint(Operation *op, DenseSet<Value> &tainted) {
  bool dirty = llvm::any_of(
      op->getOperands(), [&](Value value) { return tainted.contains(value); });
  bool reduces = reducesBatch(op);
  for (Value result : op->getResults())
    if (dirty || (reduces && isInv(result)))
      tainted.insert(result);
}

bool rill::tile::isBatchLoop(lane::LoopOp loop) {
  Block &body = loop.getBlock();
  for (Operation &op : body)
    if (auto inner = dyn_cast<lane::LoopOp>(op); inner && isBatchLoop(inner))
      return true;
  DenseSet<Value> tainted;
  size_t before;
  do {
    before = tainted.size();
    for (Operation &op : body.without_terminator())
      taint(&op, tainted);
    for (auto [argument, next] :
         llvm::zip(loop.getCarryArgs(), loop.getYieldedCarries()))
      if (tainted.contains(next) && isInv(argument))
        tainted.insert(argument);
  } while (tainted.size() != before);
  return llvm::any_of(body.without_terminator(), [&](Operation &op) {
    return !isInvariantOp(&op) && llvm::any_of(op.getOperands(), [&](Value v) {
      return tainted.contains(v) && isInv(v);
    });
  });
}

/// True if `value` is a sum over the batch, or such sums gathered by a loop.
static bool isBatchSum(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !reducesBatch(op))
    return false;
  if (auto reduce = dyn_cast<lane::ReduceBatchOp>(op))
    return reduce.getKind() == lane::BatchKind::sum;
  if (auto loop = dyn_cast<lane::LoopOp>(op)) {
    unsigned k = cast<OpResult>(value).getResultNumber();
    return k < loop.getFinals().size() && accumulatedSums(loop, k);
  }
  return true;
}

std::optional<SmallVector<Value>> rill::tile::accumulatedSums(lane::LoopOp loop,
                                                              unsigned k) {
  Value argument = loop.getCarryArgs()[k];
  if (!isInv(argument))
    return std::nullopt;
  SmallVector<Value> sums, open{loop.getYieldedCarries()[k]};
  unsigned carried = 0;
  while (!open.empty()) {
    Value value = open.pop_back_val();
    if (!value.hasOneUse())
      return std::nullopt;
    if (value == argument)
      ++carried;
    else if (isBatchSum(value))
      sums.push_back(value);
    else if (auto add = value.getDefiningOp<lane::AddOp>())
      open.append({add.getX(), add.getY()});
    else
      return std::nullopt;
  }
  if (carried != 1 || sums.empty())
    return std::nullopt;
  return sums;
}
