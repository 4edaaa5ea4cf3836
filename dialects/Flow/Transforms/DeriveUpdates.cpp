// Updates in a derivation: forwards, or with the chain peeled backwards; see
// Derive.h.
#include "Flow/Transforms/Derivation.h"

#include "Flow/Transforms/Causal.h"
#include "Flow/Transforms/Cuts.h"
#include "Flow/Transforms/Monotone.h"
#include "Flow/Transforms/Ode.h"
#include "Flow/Transforms/Staircase.h"
#include "Flow/Transforms/Values.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

bool Derivation::runUpdate(UpdateOp update) {
  bool forward = known.contains(update.getPlace());
  if (forward == known.contains(update.getResult()))
    return false;
  llvm::SetVector<Value> context = captures(update.getBody());
  if (!forward)
    context.insert_range(captures(update.getInverse()));
  if (stopped(update, context.getArrayRef()))
    return false;

  UpdateVerdict verdict = judgeUpdate(update);
  assert(verdict.accepted && "internal error: derivation of a refused update");
  if (verdict.isOneWay() && !forward) {
    if (!fault.op)
      fault = {update, {}};
    return false;
  }
  Block &block = update.getBody().front();
  IRMapping local(known);
  if (verdict.causal) {
    runCausal(update, verdict, forward, local);
    return true;
  }
  for (Operation &op : block.without_terminator())
    if (!verdict.own.contains(op.getResult(0)) &&
        !emitValue(op, local, params, b, fault))
      return false;
  if (forward) {
    local.map(block.getArgument(0), known.lookup(update.getPlace()));
    if (verdict.rankOne)
      runRankOne(*verdict.rankOne, block, local);
    for (const Chain::Step &step : verdict.chain.steps)
      runForward(step, verdict, block, local);
    known.map(update.getResult(),
              local.lookup(block.getTerminator()->getOperand(0)));
    return true;
  }
  Value value = known.lookup(update.getResult());
  if (verdict.byAuthor)
    value = runAuthorsInverse(update, verdict, value, local);
  else
    for (const Chain::Step &step : llvm::reverse(verdict.chain.steps))
      value = runBackward(step, value, verdict, block, local);
  known.map(update.getPlace(), value);
  return true;
}

/// The inverse is the author's; the log-determinant is that of the update.
Value Derivation::runAuthorsInverse(UpdateOp update,
                                    const UpdateVerdict &verdict, Value after,
                                    IRMapping &local) {
  Block &inverse = update.getInverse().front();
  IRMapping back(known);
  back.map(inverse.getArgument(0), after);
  for (Operation &op : inverse.without_terminator())
    emitValue(op, back, b);
  Value before = back.lookup(inverse.getTerminator()->getOperand(0));
  Block &block = update.getBody().front();
  local.map(block.getArgument(0), before);
  addLogDerivative(verdict.chain.steps.front(), verdict, block, local,
                   /*negate=*/true);
  return before;
}

void Derivation::runRankOne(const RankOne &change, Block &block,
                            IRMapping &local) {
  for (Operation &op : block.without_terminator())
    if (!local.contains(op.getResult(0)))
      emitValue(op, local, b);
  if (wantLogDet)
    addLogDet(emitRankOneLogDet(
                  change, block, [&](Value v) { return local.lookup(v); }, b),
              /*negate=*/false);
}

/// The triangular Jacobian has the chain's derivatives on its diagonal.
void Derivation::runCausal(UpdateOp update, const UpdateVerdict &verdict,
                           bool forward, IRMapping &local) {
  Block &block = update.getBody().front();
  Value place;
  if (forward) {
    place = known.lookup(update.getPlace());
  } else {
    auto undo = [&](Value value, IRMapping &context, LaneBuilder &at) {
      Derivation step(at, params, inverse, /*wantLogDet=*/false, fault);
      for (const Chain::Step &s : llvm::reverse(verdict.chain.steps))
        value = step.runBackward(s, value, verdict, block, context);
      return value;
    };
    Value result = known.lookup(update.getResult());
    if (auto schedule = findSchedule(update, verdict))
      place = emitStaircase(update, verdict, *schedule, result, local, b, undo);
    else
      place = emitCausalInverse(update, verdict, result, local, b, undo);
    known.map(update.getPlace(), place);
  }
  if (!forward && !wantLogDet)
    return;
  Value after = emitCausalForward(update, place, local, b);
  if (forward)
    known.map(update.getResult(), after);
  for (const Chain::Step &step : verdict.chain.steps)
    addLogDerivative(step, verdict, block, local, /*negate=*/!forward);
}

void Derivation::addLogDerivative(const Chain::Step &step,
                                  const UpdateVerdict &verdict, Block &block,
                                  IRMapping &local, bool negate) {
  if (!wantLogDet)
    return;
  auto lookup = [&](Value v) { return local.lookup(v); };
  if (step.isMonotone()) {
    MonotoneMap map{block, verdict.own, step.increasing, verdict.range, lookup};
    Value place = local.lookup(block.getArgument(0));
    Value slope = emitMonotone(map, place, /*derivative=*/true, b).second;
    addLogDet(b.log(b.unary<lane::AbsOp>(slope)), negate);
  } else if (step.op) {
    LaneBuilder at(b.builder, step.op->getLoc());
    Link link{step.op, step.operand, step.negative, lookup};
    addLogDet(emitLogDerivative(link, lookup(step.op->getOperand(step.operand)),
                                lookup(step.op->getResult(0)), at),
              negate);
  }
}

void Derivation::runForward(const Chain::Step &step,
                            const UpdateVerdict &verdict, Block &block,
                            IRMapping &local) {
  auto lookup = [&](Value v) { return local.lookup(v); };
  Value place = local.lookup(block.getArgument(0));
  if (step.isMonotone()) {
    auto [value, slope] = emitMonotone(
        {block, verdict.own, step.increasing, verdict.range, lookup}, place,
        /*derivative=*/wantLogDet, b);
    local.map(step.value, value);
    if (wantLogDet)
      addLogDet(b.log(b.unary<lane::AbsOp>(slope)), /*negate=*/false);
    return;
  }
  if (!step.op) {
    local.map(step.value, rearrange(place, step.elements,
                                    lane::typeOf(step.value).getShape(), b));
    return;
  }
  if (auto ode = dyn_cast<OdeOp>(step.op)) {
    LaneBuilder at(b.builder, step.op->getLoc());
    auto [value, change] = emitOde(ode, local.lookup(ode.getX()), lookup,
                                   /*backwards=*/false, wantLogDet, at);
    local.map(ode.getResult(), value);
    addLogDet(change, /*negate=*/false);
    return;
  }
  emitValue(*step.op, local, b);
  addLogDerivative(step, verdict, block, local, /*negate=*/false);
}

Value Derivation::runBackward(const Chain::Step &step, Value after,
                              const UpdateVerdict &verdict, Block &block,
                              IRMapping &local) {
  auto lookup = [&](Value v) { return local.lookup(v); };
  if (step.isMonotone()) {
    MonotoneMap map{block, verdict.own, step.increasing, verdict.range, lookup};
    Value before = emitMonotoneInverse(map, after, b);
    if (wantLogDet)
      addLogDet(b.log(b.unary<lane::AbsOp>(
                    emitMonotone(map, before, /*derivative=*/true, b).second)),
                /*negate=*/true);
    return before;
  }
  if (!step.op) {
    ArrayRef<int64_t> placeShape =
        lane::typeOf(block.getArgument(0)).getShape();
    SmallVector<int64_t> back(step.elements.size());
    for (auto [k, element] : llvm::enumerate(step.elements))
      back[element] = k;
    return rearrange(after, back, placeShape, b);
  }
  LaneBuilder at(b.builder, step.op->getLoc());
  if (auto ode = dyn_cast<OdeOp>(step.op)) {
    // The same field backwards: its change is this direction's.
    auto [value, change] =
        emitOde(ode, after, lookup, /*backwards=*/true, wantLogDet, at);
    addLogDet(change, /*negate=*/false);
    return value;
  }
  Link link{step.op, step.operand, step.negative, lookup};
  Value before = emitInverse(link, after, at);
  if (wantLogDet)
    addLogDet(emitLogDerivative(link, before, after, at), /*negate=*/true);
  return before;
}
