// The judgement of one update; see Updates.h.
#include "Flow/Transforms/Updates.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;

/// The values of the update's region that depend on its place.
static llvm::DenseSet<Value> dependents(Block &block) {
  llvm::DenseSet<Value> dependent{block.getArgument(0)};
  for (Operation &op : block.without_terminator())
    if (llvm::any_of(op.getOperands(),
                     [&](Value v) { return dependent.contains(v); }))
      dependent.insert(op.result_begin(), op.result_end());
  return dependent;
}

static UpdateVerdict refused(UpdateVerdict verdict, Refusal refusal,
                             Operation *culprit, std::string why) {
  verdict.refusal = refusal;
  verdict.culprit = culprit;
  verdict.why = std::move(why);
  return verdict;
}

static void addForm(std::string &form, llvm::StringSet<> &seen,
                    const std::string &next) {
  if (!seen.insert(next).second)
    return;
  form += (form.empty() ? "" : ", ") + next;
}

/// True if a value that depends on the place was mixed over its elements on
/// the way: then it is no elementwise use of the place.
static bool mixesElements(Value value, const llvm::DenseSet<Value> &dependent) {
  SmallVector<Value> work{value};
  llvm::DenseSet<Value> seen;
  while (!work.empty()) {
    Value v = work.pop_back_val();
    Operation *op = v.getDefiningOp();
    if (!op || !dependent.contains(v) || !seen.insert(v).second)
      continue;
    if (isa<lane::ContractOp, lane::ReduceOp, lane::CumsumOp, MatVecOp,
            lane::ConcatOp, lane::SliceOp, lane::LoopOp, SplitOp>(op))
      return true;
    work.append(op->operand_begin(), op->operand_end());
  }
  return false;
}

UpdateVerdict rill::flow::judgeUpdate(UpdateOp update) {
  Block &block = update.getBody().front();
  llvm::DenseSet<Value> dependent = dependents(block);
  Ranges ranges;
  Range space{update.getLo().convertToDouble(),
              update.getHi().convertToDouble()};
  ranges.assume(block.getArgument(0), space);

  UpdateVerdict verdict;
  Value value = block.getTerminator()->getOperand(0);
  if (!dependent.contains(value)) {
    verdict.ignoresPlace = true;
    return refused(verdict, Refusal::NotInjective, nullptr,
                   "the new value does not depend on the old one");
  }
  SmallVector<Chain::Step> backwards;
  while (value != block.getArgument(0)) {
    Operation *op = value.getDefiningOp();
    SmallVector<unsigned> uses;
    for (OpOperand &operand : op->getOpOperands())
      if (dependent.contains(operand.get()))
        uses.push_back(operand.getOperandNumber());
    if (uses.size() != 1) {
      bool mixes = llvm::any_of(uses, [&](unsigned i) {
        return mixesElements(op->getOperand(i), dependent);
      });
      verdict.occursTwice = true;
      return refused(verdict,
                     mixes ? Refusal::MixesElements : Refusal::NotInjective, op,
                     mixes ? "what the place is combined with reads the whole "
                             "place"
                           : "the place occurs more than once");
    }
    Verdict link = judge(op, uses.front(), ranges);
    if (link.refusal != Refusal::None) {
      verdict.value = link.culprit;
      return refused(verdict, link.refusal, op, link.why);
    }
    Range range = ranges.of(op->getOperand(uses.front()));
    backwards.push_back({op, uses.front(), range.hi <= 0});
    value = op->getOperand(uses.front());
  }
  llvm::StringSet<> seen;
  for (Chain::Step &step : llvm::reverse(backwards)) {
    addForm(verdict.form, seen, judge(step.op, step.operand, ranges).form);
    verdict.chain.steps.push_back(step);
  }
  if (verdict.form.empty())
    verdict.form = "identity";
  verdict.accepted = true;
  return verdict;
}
