//===- StackChoice.cpp - Which value a reverse loop finds stacked ---------===//
//
// A reverse loop recomputes elementwise values from the products that the
// forward loop has stacked. Where all it wants of a stacked value is a chain of
// operations that the forward loop has done as well (bias and activation), the
// end of the chain is stacked instead: nothing is recomputed, and no more
// memory is used. Works on pairs of loops of one block.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Rewrites.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

/// The position of `value` among `outer`, or nothing.
static std::optional<unsigned> positionOf(ValueRange outer, Value value) {
  for (auto [k, candidate] : llvm::enumerate(outer))
    if (candidate == value)
      return k;
  return std::nullopt;
}

/// The value in the body of `forward` that has, at every step, what `value` has
/// in the body of `reverse`; null if none is known.
static Value counterpart(lane::LoopOp forward, lane::LoopOp reverse,
                         Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return {};
  if (value == reverse.getStep())
    return forward.getStep();
  if (auto k = positionOf(reverse.getConstArgs(), value)) {
    if (auto at = positionOf(forward.getConsts(), reverse.getConsts()[*k]))
      return forward.getConstArgs()[*at];
    return {};
  }
  auto k = positionOf(reverse.getXArgs(), value);
  if (!k)
    return {};
  Value outer = reverse.getXs()[*k];
  if (auto at = positionOf(forward.getYs(), outer))
    return ValueRange(forward.getYieldedYs())[*at];
  if (auto at = positionOf(forward.getXs(), outer))
    return forward.getXArgs()[*at];
  return {};
}

static bool sameConstant(Value a, Value b) {
  auto x = a.getDefiningOp<lane::ConstOp>(),
       y = b.getDefiningOp<lane::ConstOp>();
  return x && y && x.getValue() == y.getValue() && a.getType() == b.getType();
}

static bool isChainable(Operation *op) {
  return op->hasTrait<lane::Elementwise>() ||
         isa<lane::SliceOp, lane::ReshapeOp, lane::PermuteOp>(op);
}

/// The operation of `forward` that does to `from` what `op` does to `value`.
static Operation *matching(lane::LoopOp forward, lane::LoopOp reverse,
                           Operation *op, Value value, Value from) {
  for (Operation *candidate : from.getUsers()) {
    if (candidate->getName() != op->getName() ||
        candidate->getAttrDictionary() != op->getAttrDictionary() ||
        candidate->getResultTypes() != op->getResultTypes() || // of reshape
        candidate->getNumOperands() != op->getNumOperands())
      continue;
    auto agrees = [&](Value mine, Value theirs) {
      if (mine == value)
        return theirs == from;
      return sameConstant(mine, theirs) ||
             counterpart(forward, reverse, mine) == theirs;
    };
    OperandRange mine = op->getOperands(), theirs = candidate->getOperands();
    bool straight = llvm::all_of(llvm::zip(mine, theirs), [&](auto pair) {
      return agrees(std::get<0>(pair), std::get<1>(pair));
    });
    bool crossed = op->hasTrait<OpTrait::IsCommutative>() && mine.size() == 2 &&
                   agrees(mine[0], theirs[1]) && agrees(mine[1], theirs[0]);
    if (straight || crossed)
      return candidate;
  }
  return nullptr;
}

static void chooseFor(lane::LoopOp reverse, unsigned k) {
  Value outer = reverse.getXs()[k];
  auto forward = outer.getDefiningOp<lane::LoopOp>();
  if (!forward || !outer.hasOneUse() || lane::isInvariant(outer) ||
      forward.getCount() != reverse.getCount())
    return;
  auto at = positionOf(forward.getYs(), outer);
  if (!at)
    return;
  BlockArgument argument = reverse.getXArgs()[k];
  Value value = argument, from = ValueRange(forward.getYieldedYs())[*at];
  SmallVector<Operation *> chain;
  while (true) {
    llvm::SmallSetVector<Operation *, 4> users(value.user_begin(),
                                               value.user_end());
    if (users.size() != 1 || !isChainable(users.front()))
      break;
    Operation *next = matching(forward, reverse, users.front(), value, from);
    if (!next)
      break;
    chain.push_back(users.front());
    value = users.front()->getResult(0);
    from = next->getResult(0);
  }
  if (chain.empty())
    return;
  // The stacked result changes its type with what it holds.
  forward.getYield()->setOperand(forward.getFinals().size() + *at, from);
  outer.setType(lane::typeOf(from).stacked(forward.getCount()));
  argument.setType(from.getType());
  value.replaceAllUsesWith(argument);
  for (Operation *op : llvm::reverse(chain))
    op->erase();
}

void rill::tile::chooseStacked(Operation *root) {
  root->walk([](lane::LoopOp loop) {
    for (unsigned k = 0; k < loop.getXs().size(); ++k)
      chooseFor(loop, k);
  });
}
