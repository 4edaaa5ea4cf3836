// Derivation by knownness; see Derive.h.
#include "Flow/Transforms/Derivation.h"

#include "Flow/Transforms/Charts.h"
#include "Flow/Transforms/Cuts.h"
#include "Flow/Transforms/Ode.h"
#include "Flow/Transforms/Values.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;
using LaneType = lane::TensorType;

//===-- values ------------------------------------------------------------===//

llvm::SetVector<Value> rill::flow::captures(Region &region) {
  llvm::SetVector<Value> used;
  region.walk([&](Operation *op) {
    for (Value v : op->getOperands())
      if (!region.isAncestor(v.getParentRegion()))
        used.insert(v);
  });
  return used;
}

static bool isMatrixChart(StringRef chart) {
  return chart == "plu" || chart == "orthogonal" || chart == "lower_unit" ||
         chart == "permutation";
}

Value rill::flow::materialiseParam(ParamOp param, ParamScope &params,
                                   IRMapping &known, LaneBuilder &b,
                                   Fault &fault) {
  LaneBuilder at(b.builder, param.getLoc());
  int64_t index = param.getIndex();
  if (params.starts(index) && !params.collected.count(index)) {
    IRMapping local(known);
    Block &init = param.getInit().front();
    for (Operation &op : init.without_terminator())
      if (!emitValue(op, local, params, at, fault))
        return {};
    Value value = local.lookup(init.getTerminator()->getOperand(0));
    params.collected[index] = isMatrixChart(param.getChart())
                                  ? value
                                  : chartToRaw(param.getChart(), value, at);
  }
  Value raw =
      params.starts(index) ? params.collected.at(index) : params.raws.at(index);
  return isMatrixChart(param.getChart())
             ? raw
             : chartToValue(param.getChart(), raw, at);
}

SmallVector<int64_t> rill::flow::paramsIn(Region &region) {
  llvm::SetVector<int64_t> indices;
  region.walk([&](ParamOp param) { indices.insert(param.getIndex()); });
  return indices.takeVector();
}

//===-- the sweep ---------------------------------------------------------===//

void Derivation::addLogDet(Value contribution, bool negate) {
  if (!contribution || !wantLogDet)
    return;
  auto dims = llvm::to_vector(
      llvm::seq<int64_t>(0, lane::typeOf(contribution).getRank()));
  if (!dims.empty())
    contribution = b.reduce(lane::ReduceKind::sum, contribution, dims);
  if (!logDet)
    logDet = negate ? b.neg(contribution) : contribution;
  else
    logDet = negate ? b.sub(logDet, contribution) : b.add(logDet, contribution);
}

bool Derivation::stopped(Operation *op, ValueRange needed) {
  for (Value v : needed)
    if (!known.contains(v)) {
      if (!fault.op)
        fault = {op, v};
      return true;
    }
  return false;
}

bool Derivation::runSplit(Operation &op, ValueRange pieces, ArrayAttr parts,
                          Value whole) {
  LaneBuilder at(b.builder, op.getLoc());
  if (known.contains(whole) && !knows(pieces)) {
    cut(whole, pieces, parts, known, at);
    return true;
  }
  if (!known.contains(whole) && knows(pieces)) {
    glue(pieces, parts, whole, known, at);
    return true;
  }
  return shareCuts(&op, pieces, parts, whole, known, at);
}

bool Derivation::runParam(ParamOp param) {
  if (known.contains(param.getValue()))
    return false;
  if (params.starts(param.getIndex()) &&
      stopped(param, captures(param.getInit()).getArrayRef()))
    return false;
  Value value = materialiseParam(param, params, known, b, fault);
  if (value)
    known.map(param.getValue(), value);
  return value != nullptr;
}

bool Derivation::step(Operation &op) {
  if (auto split = dyn_cast<SplitOp>(op))
    return runSplit(op, split.getResults(), split.getParts(), split.getPlace());
  if (auto join = dyn_cast<JoinOp>(op))
    return runSplit(op, join.getXs(), join.getParts(), join.getPlace());
  if (auto update = dyn_cast<UpdateOp>(op))
    return runUpdate(update);
  if (auto repeat = dyn_cast<RepeatOp>(op))
    return runRepeat(repeat);
  if (auto scan = dyn_cast<ScanOp>(op))
    return runScan(scan);
  if (auto param = dyn_cast<ParamOp>(op))
    return runParam(param);
  if (knows(op.getResults()) || !knows(op.getOperands()))
    return false;
  return emitValue(op, known, params, b, fault);
}

bool Derivation::solve(Block &block, ValueRange targets) {
  // Every parameter starts, also one that leads to no target.
  auto isDone = [&] {
    return knows(targets) &&
           (!params.initial ||
            llvm::all_of(block.getOps<ParamOp>(), [&](ParamOp param) {
              return known.contains(param.getValue());
            }));
  };
  for (bool changed = true; changed && !isDone();) {
    changed = false;
    fault = {};
    auto visit = [&](Operation &op) {
      if (!op.hasTrait<OpTrait::IsTerminator>())
        changed |= step(op);
    };
    if (inverse)
      for (Operation &op : llvm::reverse(block))
        visit(op);
    else
      for (Operation &op : block)
        visit(op);
  }
  if (!isDone())
    return false;
  if (params.judging)
    for (auto require : block.getOps<RequireOp>()) {
      ensure(require.getCondition());
      params.conditions.insert({require, known.lookup(require.getCondition())});
    }
  return true;
}

void Derivation::ensure(Value value) {
  if (known.contains(value))
    return;
  Operation *op = value.getDefiningOp();
  assert(op && "internal error: a condition on the sample");
  if (!isa<ParamOp>(op))
    for (Value operand : op->getOperands())
      ensure(operand);
  step(*op);
}

bool rill::flow::emitForward(Operation &op, IRMapping &known,
                             ParamScope &params, LaneBuilder &b, Fault &fault) {
  Derivation derivation(b, params, /*inverse=*/false, /*wantLogDet=*/false,
                        fault);
  derivation.known = known;
  derivation.step(op);
  known = derivation.known;
  return derivation.knows(op.getResults());
}

std::optional<Derived> rill::flow::deriveFlow(Region &body, Value from,
                                              ValueRange conditions,
                                              bool inverse, bool wantLogDet,
                                              ParamScope &params,
                                              LaneBuilder &b, Fault &fault) {
  Block &block = body.front();
  Derivation derivation(b, params, inverse, wantLogDet, fault);
  for (auto [arg, value] :
       llvm::zip(block.getArguments().drop_front(), conditions))
    derivation.known.map(arg, value);
  Value start = block.getArgument(0);
  Value end = block.getTerminator()->getOperand(0);
  derivation.known.map(inverse ? end : start, from);
  Value target = inverse ? start : end;
  if (!derivation.solve(block, target))
    return std::nullopt;
  Value logDet = derivation.logDet;
  LaneType scalar = lane::typeOf(from).withShape({}).withInv(false);
  if (wantLogDet)
    logDet = logDet ? b.withRate(logDet, false) : b.zero(scalar);
  return Derived{derivation.known.lookup(target), logDet};
}
