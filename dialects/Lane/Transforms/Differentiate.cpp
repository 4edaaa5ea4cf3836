// The pass lane-differentiate: expands vjp and jvp by the rules in ../Diff, and
// divergences (Divergence.cpp).
#include "Lane/Diff/Differentiation.h"
#include "Lane/IR/LaneCalculus.h"
#include "Lane/Transforms/Passes.h"

using namespace mlir;

namespace rill::lane {

#define GEN_PASS_DEF_LANEDIFFERENTIATE
#include "Lane/Transforms/LanePasses.h.inc"

static void addSeeds(Block &block, ValueRange seeds, Location loc) {
  for (Value seed : seeds)
    block.addArgument(seed.getType(), loc);
}

LogicalResult expandVjp(VjpOp op) {
  Block &block = op.getBlock();
  Location loc = op.getLoc();
  for (LoopOp loop : SmallVector<LoopOp>(block.getOps<LoopOp>()))
    keepForReverse(loop);
  addSeeds(block, op.getSeeds(), loc);

  Activity active;
  for (int64_t k : op.getWrt())
    active.insert(block.getArgument(k));
  blockActivity(block, active);
  OpBuilder builder(op.getYield());
  Adjoints adjoints(builder, active);
  size_t seed = op.getInputs().size();
  for (Value v : op.getYield().getValues())
    if (typeOf(v).isFloat())
      adjoints.add(v, Value(block.getArgument(seed++)), loc);
  if (failed(blockAdjoints(block, adjoints)))
    return failure();
  SmallVector<Value> derivatives;
  for (int64_t k : op.getWrt())
    derivatives.push_back(adjoints.getDense(block.getArgument(k), loc));
  block.walk([](LoopOp loop) { loop->removeAttr(keptMark); });
  inlineRegion(op, derivatives);
  return success();
}

LogicalResult expandJvp(JvpOp op) {
  Block &block = op.getBlock();
  Location loc = op.getLoc();
  addSeeds(block, op.getSeeds(), loc);
  OpBuilder builder(op.getYield());
  Tangents tangents(builder);
  for (auto [i, k] : llvm::enumerate(op.getWrt()))
    tangents.set(block.getArgument(k),
                 block.getArgument(op.getInputs().size() + i));
  if (failed(blockTangents(block, tangents)))
    return failure();
  builder.setInsertionPoint(op.getYield());
  SmallVector<Value> derivatives;
  for (Value v : op.getYield().getValues())
    if (typeOf(v).isFloat())
      derivatives.push_back(tangents.getDense(v, loc));
  inlineRegion(op, derivatives);
  return success();
}

static LogicalResult expand(Operation *op) {
  if (auto vjp = dyn_cast<VjpOp>(op))
    return expandVjp(vjp);
  if (auto jvp = dyn_cast<JvpOp>(op))
    return expandJvp(jvp);
  expandDivergence(cast<DivergenceOp>(op));
  return success();
}

namespace {
struct Differentiate : impl::LaneDifferentiateBase<Differentiate> {
  /// The first derivative that holds no other; null if none is left.
  Operation *innermost() {
    Operation *found = nullptr;
    getOperation()->walk<WalkOrder::PostOrder>([&](Operation *op) {
      if (!isCalculus(*op))
        return WalkResult::advance();
      found = op;
      return WalkResult::interrupt();
    });
    return found;
  }

  void runOnOperation() override {
    // Inner operations before outer ones, each looked up anew: cleaning may
    // have erased or merged some that were still to come. An outer derivative
    // should see clean code: it is cleaned when all in it are expanded.
    constexpr StringLiteral unclean = "rill.unclean";
    while (Operation *op = innermost()) {
      if (op->removeAttr(unclean))
        cleanUp(op);
      Operation *outer = op->getParentOp();
      while (outer && !isCalculus(*outer))
        outer = outer->getParentOp();
      if (outer)
        outer->setAttr(unclean, UnitAttr::get(&getContext()));
      if (failed(expand(op)))
        return signalPassFailure();
    }
    // With no derivative left to come, stop is only its operand.
    getOperation()->walk([](StopOp stop) {
      stop.getResult().replaceAllUsesWith(stop.getX());
      stop.erase();
    });
  }
};
} // namespace

} // namespace rill::lane
