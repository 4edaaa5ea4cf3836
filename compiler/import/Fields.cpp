//===- Fields.cpp - Vector fields as operations ---------------------------===//
//
// The region of `ode`: a function of the state, the time and whatever else it
// reads, which becomes its context. Part of class RegionImporter.
//
//===----------------------------------------------------------------------===//

#include "import/Regions.h"

#include "Flow/IR/FlowOps.h"
#include "Lane/IR/LaneBuilder.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;

/// What the block uses from outside, in order of first use.
static llvm::SetVector<Value> captures(Block &block) {
  llvm::SetVector<Value> used;
  block.walk([&](Operation *op) {
    for (Value v : op->getOperands())
      if (!block.getParent()->isAncestor(v.getParentRegion()))
        used.insert(v);
  });
  return used;
}

void RegionImporter::importOde(const Op &op) {
  const typed::Region &region = op.regions.front();
  Location at = loc(op);
  Value x = values.at(op.operands[0]);
  auto state = lane::typeOf(x).withInv(false);
  auto numbers = [&](const char *name) {
    return b.getDenseF64ArrayAttr(
        std::get<std::vector<double>>(op.attrs.at(name)));
  };
  auto number = [&](const char *name) {
    return b.getF64FloatAttr(std::get<double>(op.attrs.at(name)));
  };
  auto count = [&](const char *name) {
    return b.getI64IntegerAttr(std::get<int64_t>(op.attrs.at(name)));
  };
  auto ode = flow::OdeOp::create(
      b, at, state, x, ValueRange{}, number("from"), number("to"), numbers("a"),
      numbers("b"), numbers("error"), count("order"), count("steps"),
      number("rtol"), number("atol"));
  OpBuilder::InsertionGuard guard(b);
  Block *block =
      b.createBlock(&ode.getBody(), {}, {state, state.withShape({})}, {at, at});
  for (auto [id, argument] : llvm::zip(region.args, block->getArguments()))
    bind(id, argument);
  Operation *outer = std::exchange(field, ode);
  Value v = import(region)[0];
  field = outer;
  b.setInsertionPointToEnd(block);
  v = lane::LaneBuilder(b, at).withRate(v, false);
  flow::YieldOp::create(b, at, ValueRange{v});
  for (Value outside : captures(*block)) {
    Value inside = block->addArgument(outside.getType(), outside.getLoc());
    outside.replaceUsesWithIf(inside, [&](OpOperand &use) {
      return block->getParent()->isAncestor(use.getOwner()->getParentRegion());
    });
    ode.getContextMutable().append(outside);
  }
  bindResults(op, ode);
}
