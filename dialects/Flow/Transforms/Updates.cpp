// The judgement of one update; see Updates.h.
#include "Flow/Transforms/Updates.h"

#include "Flow/Analysis/Facts.h"
#include "Flow/Analysis/Origins.h"
#include "Flow/Analysis/Trends.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;

llvm::DenseSet<Value> rill::flow::dependentValues(Block &block) {
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

/// True if the elements name each of 0 .. count-1 once.
static bool isPermutation(ArrayRef<int64_t> elements, int64_t count) {
  llvm::SmallDenseSet<int64_t> seen(elements.begin(), elements.end());
  return int64_t(elements.size()) == count && int64_t(seen.size()) == count;
}

/// The first way: a chain of injective operations, through the values
/// `dependent`.
static UpdateVerdict judgeChain(UpdateOp update,
                                const llvm::DenseSet<Value> &dependent) {
  Block &block = update.getBody().front();
  Ranges ranges;
  Range space{update.getLo().convertToDouble(),
              update.getHi().convertToDouble()};
  for (const Fact &fact : factsAt(update))
    ranges.assume(fact.value, fact.range);
  ranges.assume(block.getArgument(0), space);

  UpdateVerdict verdict;
  verdict.own = dependent;
  verdict.range = space;
  Value value = block.getTerminator()->getOperand(0);
  if (!dependent.contains(value)) {
    verdict.ignoresPlace = true;
    return refused(verdict, Refusal::NotInjective, nullptr,
                   "the new value does not depend on the old one");
  }
  SmallVector<Chain::Step> backwards;
  Origins origins(block.getArgument(0));
  while (value != block.getArgument(0)) {
    Operation *op = value.getDefiningOp();
    if (auto elements = origins.of(value);
        elements &&
        isPermutation(*elements,
                      lane::typeOf(block.getArgument(0)).getNumElements())) {
      Chain::Step step;
      step.value = value;
      step.elements.assign(elements->begin(), elements->end());
      backwards.push_back(step);
      break;
    }
    SmallVector<unsigned> uses;
    for (OpOperand &operand : op->getOpOperands())
      if (dependent.contains(operand.get()))
        uses.push_back(operand.getOperandNumber());
    if (uses.size() != 1) {
      Dependence dependence(block.getArgument(0));
      bool mixes = dependence.readsOthers(op->getResult(0));
      verdict.occursTwice = true;
      return refused(
          verdict, mixes ? Refusal::MixesElements : Refusal::NotInjective, op,
          isa<OdeOp>(op) ? "the field reads the place itself, beside "
                           "its state"
          : mixes        ? "what the place is combined with reads "
                           "the whole place"
                         : "the place occurs more than once");
    }
    Verdict link = judge(op, uses.front(), ranges);
    if (link.refusal != Refusal::None) {
      verdict.value = link.culprit;
      return refused(verdict, link.refusal, op, link.why);
    }
    Range range = ranges.of(op->getOperand(uses.front()));
    backwards.push_back({op, uses.front(), range.hi <= 0, {}, {}});
    value = op->getOperand(uses.front());
  }
  llvm::StringSet<> seen;
  for (Chain::Step &step : llvm::reverse(backwards)) {
    addForm(verdict.form, seen,
            step.op ? judge(step.op, step.operand, ranges).form
                    : "rearrangement");
    verdict.chain.steps.push_back(step);
  }
  if (verdict.form.empty())
    verdict.form = "identity";
  verdict.accepted = true;
  return verdict;
}

/// The second way: no chain, but a proof that each element of the new value is
/// strictly monotone in the old one.
static bool proveMonotone(UpdateOp update, UpdateVerdict &verdict) {
  Block &block = update.getBody().front();
  Value after = block.getTerminator()->getOperand(0);
  if (after.getType() != block.getArgument(0).getType())
    return false;
  Ranges ranges;
  ranges.assume(block.getArgument(0), verdict.range);
  Trend trend = Trends(block.getArgument(0), ranges, verdict.own).of(after);
  if (!trend.isProof() || !llvm::is_sorted(trend.axes)) {
    if (verdict.occursTwice && verdict.refusal == Refusal::NotInjective &&
        trend.culprit) {
      verdict.culprit = trend.culprit;
      verdict.why += ", and no proof that it is monotone: " + trend.why;
    }
    return false;
  }
  Chain::Step step;
  step.value = after;
  step.increasing = trend.direction == Trend::Increasing;
  verdict.chain.steps.assign({step});
  verdict.refusal = Refusal::None;
  verdict.accepted = true;
  verdict.form =
      step.increasing ? "strictly increasing" : "strictly decreasing";
  return true;
}

/// The last way: a rank-one change whose determinant has one sign.
static void proveRankOne(UpdateOp update, UpdateVerdict &verdict) {
  std::optional<RankOne> change = matchRankOne(update);
  if (!change)
    return;
  if (!change->determinant.excludesZero()) {
    verdict.refusal = Refusal::MayCollapse;
    verdict.culprit =
        update.getBody().front().getTerminator()->getOperand(0).getDefiningOp();
    verdict.why = "its determinant 1 + dot(w, u) s' lies in " +
                  change->determinant.str() + ", which includes 0";
    return;
  }
  verdict.refusal = Refusal::None;
  verdict.accepted = true;
  verdict.form = "rank one";
  verdict.rankOne = change;
}

/// Whether a refused chain leaves room for another way.
static bool mayHaveOtherProof(const UpdateVerdict &verdict) {
  return !verdict.accepted && !verdict.ignoresPlace &&
         (verdict.refusal == Refusal::NotInjective ||
          verdict.refusal == Refusal::MixesElements ||
          verdict.refusal == Refusal::FactorMayBeZero);
}

/// One of the first two ways, through the values `own`.
static UpdateVerdict judgeThrough(UpdateOp update,
                                  const llvm::DenseSet<Value> &own) {
  UpdateVerdict verdict = judgeChain(update, own);
  if (mayHaveOtherProof(verdict))
    proveMonotone(update, verdict);
  return verdict;
}

/// The third way: each element as before, with a context that reads earlier
/// elements of the place.
static void judgeCausality(UpdateOp update, UpdateVerdict &verdict) {
  Block &block = update.getBody().front();
  Value after = block.getTerminator()->getOperand(0);
  if (lane::typeOf(after).getShape() !=
      lane::typeOf(block.getArgument(0)).getShape())
    return;
  Dependence dependence(block.getArgument(0));
  std::optional<Causality> causality = findCausality(block, after, dependence);
  if (!causality) {
    verdict.anything = whereAnything(block, after, dependence);
    return;
  }
  // The same values as before: there is no context that reads the place.
  if (causality->own.size() == verdict.own.size())
    return;
  verdict = judgeThrough(update, causality->own);
  if (verdict.accepted)
    verdict.causal = std::move(causality->order);
}

/// With the author's inverse all that is left to derive is the
/// log-determinant: a diagonal Jacobian's.
static UpdateVerdict judgeByAuthor(UpdateOp update) {
  Block &block = update.getBody().front();
  Value after = block.getTerminator()->getOperand(0);
  UpdateVerdict verdict;
  verdict.byAuthor = true;
  verdict.own = dependentValues(block);
  verdict.range = {update.getLo().convertToDouble(),
                   update.getHi().convertToDouble()};
  Dependence dependence(block.getArgument(0));
  if (!dependence.of(after)) {
    verdict.ignoresPlace = true;
    return refused(verdict, Refusal::NotInjective, nullptr,
                   "the new value does not depend on the old one");
  }
  if (after.getType() != block.getArgument(0).getType() ||
      !dependence.isDiagonal(after)) {
    for (Operation &op : block.without_terminator())
      if (llvm::any_of(op.getResults(),
                       [&](Value v) { return dependence.mixes(v); }))
        return refused(verdict, Refusal::MixesElements, &op,
                       "it brings several elements of the place together");
    return refused(verdict, Refusal::MixesElements, nullptr,
                   "it moves or drops elements of the place");
  }
  Chain::Step step;
  step.value = after;
  verdict.chain.steps.assign({step});
  verdict.form = "elementwise";
  verdict.accepted = true;
  return verdict;
}

UpdateVerdict rill::flow::judgeUpdate(UpdateOp update) {
  if (!update.getInverse().empty())
    return judgeByAuthor(update);
  UpdateVerdict verdict =
      judgeThrough(update, dependentValues(update.getBody().front()));
  if (!verdict.accepted &&
      (verdict.refusal == Refusal::MixesElements || verdict.occursTwice))
    judgeCausality(update, verdict);
  if (mayHaveOtherProof(verdict))
    proveRankOne(update, verdict);
  return verdict;
}

bool rill::flow::isOneWay(Region &flow) {
  bool found = false;
  flow.walk([&](UpdateOp update) {
    UpdateVerdict verdict = judgeUpdate(update);
    found |= verdict.accepted && verdict.isOneWay();
  });
  return found;
}
