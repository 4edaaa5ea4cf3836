// What a random program's results need, by kind.
#include "Grower.h"
#include "llvm/ADT/SetVector.h"

namespace rill::lane::random {

using mlir::Operation;
using mlir::Value;

/// Operations that a result needs, those of regions included.
static llvm::SetVector<Operation *> liveOperations(mlir::func::FuncOp f) {
  llvm::SetVector<Operation *> live;
  live.insert(f.getBody().front().getTerminator());
  for (size_t k = 0; k < live.size(); ++k) {
    for (Value v : live[k]->getOperands())
      if (Operation *op = v.getDefiningOp())
        live.insert(op);
    for (mlir::Region &region : live[k]->getRegions())
      live.insert(region.front().getTerminator());
  }
  return live;
}

static std::string plainName(Operation *op) {
  return op->getName().stripDialect().str();
}

static std::string rates(ContractOp op) {
  bool x = isInvariant(op.getX()), y = isInvariant(op.getY());
  return x && y   ? "weights with weights"
         : x || y ? "weights with values"
                  : "values with values";
}

/// An operation by its name and what its result or first operand is made of.
static std::string nameOf(Operation *op) {
  std::string name = plainName(op);
  if (auto reduce = llvm::dyn_cast<ReduceOp>(op))
    name += " " + stringifyReduceKind(reduce.getKind()).str();
  if (auto compare = llvm::dyn_cast<CompareOp>(op))
    name += " " + stringifyPredicate(compare.getPredicate()).str();
  if (op->getNumOperands() == 0 || llvm::isa<LoopOp, VjpOp, JvpOp>(op))
    return name;
  Value subject = op->getOperand(llvm::isa<SelectOp>(op) ? 1 : 0);
  TensorType type = typeOf(subject);
  return name + (type.isIndex()  ? " of ints"
                 : type.isBool() ? " of truths"
                                 : "");
}

std::map<std::string, int> kindsOf(mlir::func::FuncOp f, const Shared &shared) {
  llvm::SetVector<Operation *> live = liveOperations(f);
  std::map<std::string, int> kinds;
  for (Operation *op : live) {
    if (!llvm::isa<LaneDialect>(op->getDialect()) || llvm::isa<YieldOp>(op))
      continue;
    ++kinds[nameOf(op)];
    if (auto contract = llvm::dyn_cast<ContractOp>(op))
      ++kinds["contract " + rates(contract) +
              (contract.getBatch() ? ", batch" : "")];
    if (op->getNumRegions() == 0)
      continue;
    if (auto loop = llvm::dyn_cast<LoopOp>(op)) {
      if (loop.getLive())
        ++kinds["loop, leaving"];
      if (loop->hasAttr("lane.checkpoint"))
        ++kinds["loop, checkpoint"];
      for (Value v : loop.getInits())
        if (typeOf(v).isIndex())
          ++kinds["loop, counting"];
    }
    for (Operation *outer = op->getParentOp(); outer != f.getOperation();
         outer = outer->getParentOp()) {
      auto loop = llvm::dyn_cast<LoopOp>(outer);
      std::string inside = plainName(op) + " in " + plainName(outer);
      ++kinds[inside];
      if (loop && loop.getLive())
        ++kinds[inside + ", leaving"];
      auto own = llvm::dyn_cast<LoopOp>(op);
      if (own && own.getLive())
        ++kinds["loop, leaving in " + plainName(outer)];
    }
  }
  for (auto &[name, last] : shared.patterns)
    if (live.contains(last))
      ++kinds[name];
  return kinds;
}

} // namespace rill::lane::random
