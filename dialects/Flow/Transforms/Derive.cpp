// Derivation by knownness; see Derive.h.
#include "Flow/Transforms/Derive.h"

#include "Flow/Transforms/Charts.h"
#include "Flow/Transforms/Matrices.h"
#include "Flow/Transforms/Monotone.h"
#include "Flow/Transforms/Updates.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;
using LaneType = lane::TensorType;

//===-- values ------------------------------------------------------------===//

/// Clones one value operation; structured products become lane code and
/// `first` a mean over the batch.
static void cloneOp(Operation &op, IRMapping &known, LaneBuilder &b) {
  LaneBuilder at(b.builder, op.getLoc());
  if (auto product = dyn_cast<MatVecOp>(op)) {
    known.map(product.getResult(),
              applyMatrix(product.getStructure(),
                          known.lookup(product.getMatrix()),
                          known.lookup(product.getX()), at));
    return;
  }
  if (auto first = dyn_cast<FirstOp>(op)) {
    Value x = known.lookup(first.getX());
    if (!lane::isInvariant(x)) {
      LaneType scalar = lane::typeOf(x).withShape({}).withInv(true);
      Value count = lane::BatchSizeOp::create(b.builder, op.getLoc(), scalar);
      x = at.withRate(x, true);
      x = at.div(x, at.spread(count, {}, lane::typeOf(x).getShape()));
    }
    known.map(first.getResult(), x);
    return;
  }
  b.builder.clone(op, known);
}

/// Values that `region` uses from outside, in order of first use.
static llvm::SetVector<Value> captures(Region &region) {
  llvm::SetVector<Value> used;
  region.walk([&](Operation *op) {
    for (Value v : op->getOperands())
      if (!region.isAncestor(v.getParentRegion()))
        used.insert(v);
  });
  return used;
}

static bool allKnown(IRMapping &known, ValueRange values) {
  return llvm::all_of(values, [&](Value v) { return known.contains(v); });
}

static bool isMatrixChart(StringRef chart) {
  return chart == "plu" || chart == "orthogonal" || chart == "lower_unit" ||
         chart == "permutation";
}

Value rill::flow::materialiseParam(ParamOp param, ParamScope &params,
                                   IRMapping &known, LaneBuilder &b) {
  LaneBuilder at(b.builder, param.getLoc());
  int64_t index = param.getIndex();
  if (params.initial && !params.collected.count(index)) {
    IRMapping local(known);
    Block &init = param.getInit().front();
    for (Operation &op : init.without_terminator())
      cloneOp(op, local, at);
    Value value = local.lookup(init.getTerminator()->getOperand(0));
    params.collected[index] = isMatrixChart(param.getChart())
                                  ? value
                                  : chartToRaw(param.getChart(), value, at);
  }
  Value raw =
      params.initial ? params.collected.at(index) : params.raws.at(index);
  return isMatrixChart(param.getChart())
             ? raw
             : chartToValue(param.getChart(), raw, at);
}

SmallVector<int64_t> rill::flow::paramsIn(Region &region) {
  llvm::SetVector<int64_t> indices;
  region.walk([&](ParamOp param) { indices.insert(param.getIndex()); });
  return indices.takeVector();
}

//===-- cutting and gluing ------------------------------------------------===//

static Value flatten(Value x, LaneBuilder &b) {
  return b.reshape(x, {lane::typeOf(x).getNumElements()});
}

/// The elements `indices` of a flat value: a slice where they are evenly apart.
static Value pick(Value flat, ArrayRef<int64_t> indices, LaneBuilder &b) {
  int64_t n = indices.size();
  int64_t stride = n > 1 ? indices[1] - indices[0] : 1;
  bool even = stride > 0;
  for (int64_t k = 1; k < n; ++k)
    even &= indices[k] - indices[k - 1] == stride;
  if (even)
    return lane::SliceOp::create(
        b.builder, b.loc, flat, ArrayRef<int64_t>{indices[0]},
        ArrayRef<int64_t>{n}, ArrayRef<int64_t>{stride});
  return lane::GatherOp::create(b.builder, b.loc, flat, 0, indices);
}

static void cut(Value whole, ValueRange pieces, ArrayAttr parts,
                IRMapping &known, LaneBuilder &b) {
  Value flat = flatten(known.lookup(whole), b);
  for (auto [piece, part] : llvm::zip(pieces, parts))
    if (!known.contains(piece))
      known.map(piece, b.reshape(pick(flat, indicesOf(part), b),
                                 lane::typeOf(piece).getShape()));
}

static void glue(ValueRange pieces, ArrayAttr parts, Value whole,
                 IRMapping &known, LaneBuilder &b) {
  SmallVector<Value> flat;
  SmallVector<int64_t> order; // position in the concatenation -> element
  auto sorted = llvm::to_vector(llvm::seq<unsigned>(0, parts.size()));
  llvm::sort(sorted, [&](unsigned x, unsigned y) {
    return indicesOf(parts[x])[0] < indicesOf(parts[y])[0];
  });
  for (unsigned k : sorted) {
    flat.push_back(flatten(known.lookup(pieces[k]), b));
    llvm::append_range(order, indicesOf(parts[k]));
  }
  Value joined = flat.size() == 1
                     ? flat[0]
                     : lane::ConcatOp::create(b.builder, b.loc, 0, flat);
  if (!llvm::is_sorted(order)) {
    SmallVector<int64_t> back(order.size());
    for (auto [position, element] : llvm::enumerate(order))
      back[element] = position;
    joined = lane::GatherOp::create(b.builder, b.loc, joined, 0, back);
  }
  known.map(whole, b.reshape(joined, lane::typeOf(whole).getShape()));
}

//===-- the sweep ---------------------------------------------------------===//

namespace {
class Derivation {
public:
  Derivation(LaneBuilder &b, ParamScope &params, bool inverse, bool wantLogDet,
             Fault &fault)
      : b(b), params(params), inverse(inverse), wantLogDet(wantLogDet),
        fault(fault) {}

  IRMapping known;
  Value logDet;

  bool solve(Block &block, ValueRange targets);
  bool step(Operation &op);

private:
  bool runSplit(Operation &op, ValueRange pieces, ArrayAttr parts, Value whole);
  bool runUpdate(UpdateOp update);
  void runForward(const Chain::Step &step, Range range, Block &block,
                  IRMapping &local);
  Value runBackward(const Chain::Step &step, Value after, Range range,
                    Block &block, IRMapping &local);
  bool runRepeat(RepeatOp repeat);
  bool runParam(ParamOp param);
  void addLogDet(Value contribution, bool negate);
  bool stopped(Operation *op, ValueRange needed);

  LaneBuilder &b;
  ParamScope &params;
  bool inverse, wantLogDet;
  Fault &fault;
};
} // namespace

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

/// Remembers the first reason why `op` could not run.
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
  if (known.contains(whole) && !allKnown(known, pieces)) {
    cut(whole, pieces, parts, known, at);
    return true;
  }
  if (!known.contains(whole) && allKnown(known, pieces)) {
    glue(pieces, parts, whole, known, at);
    return true;
  }
  return false;
}

bool Derivation::runUpdate(UpdateOp update) {
  bool forward = known.contains(update.getPlace());
  if (forward == known.contains(update.getResult()))
    return false;
  llvm::SetVector<Value> context = captures(update.getBody());
  if (stopped(update, context.getArrayRef()))
    return false;

  UpdateVerdict verdict = judgeUpdate(update);
  assert(verdict.accepted && "internal error: derivation of a refused update");
  Block &block = update.getBody().front();
  IRMapping local(known);
  llvm::DenseSet<Value> dependent = dependentValues(block);
  for (Operation &op : block.without_terminator())
    if (!dependent.contains(op.getResult(0)))
      cloneOp(op, local, b);
  if (forward) {
    local.map(block.getArgument(0), known.lookup(update.getPlace()));
    for (const Chain::Step &step : verdict.chain.steps)
      runForward(step, verdict.range, block, local);
    known.map(update.getResult(),
              local.lookup(block.getTerminator()->getOperand(0)));
    return true;
  }
  Value value = known.lookup(update.getResult());
  for (const Chain::Step &step : llvm::reverse(verdict.chain.steps))
    value = runBackward(step, value, verdict.range, block, local);
  known.map(update.getPlace(), value);
  return true;
}

/// Element k of the result, of this shape, is element `elements[k]` of x.
static Value rearrange(Value x, ArrayRef<int64_t> elements,
                       ArrayRef<int64_t> shape, LaneBuilder &b) {
  return b.reshape(
      lane::GatherOp::create(b.builder, b.loc, flatten(x, b), 0, elements),
      shape);
}

void Derivation::runForward(const Chain::Step &step, Range range, Block &block,
                            IRMapping &local) {
  auto lookup = [&](Value v) { return local.lookup(v); };
  Value place = local.lookup(block.getArgument(0));
  if (step.isMonotone()) {
    auto [value, slope] =
        emitMonotone({block, step.increasing, range, lookup}, place,
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
  cloneOp(*step.op, local, b);
  if (!wantLogDet)
    return;
  LaneBuilder at(b.builder, step.op->getLoc());
  Link link{step.op, step.operand, step.negative, lookup};
  addLogDet(emitLogDerivative(link,
                              local.lookup(step.op->getOperand(step.operand)),
                              local.lookup(step.op->getResult(0)), at),
            /*negate=*/false);
}

Value Derivation::runBackward(const Chain::Step &step, Value after, Range range,
                              Block &block, IRMapping &local) {
  auto lookup = [&](Value v) { return local.lookup(v); };
  if (step.isMonotone()) {
    MonotoneMap map{block, step.increasing, range, lookup};
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
  Link link{step.op, step.operand, step.negative, lookup};
  Value before = emitInverse(link, after, at);
  if (wantLogDet)
    addLogDet(emitLogDerivative(link, before, after, at), /*negate=*/true);
  return before;
}

bool Derivation::runParam(ParamOp param) {
  if (known.contains(param.getValue()))
    return false;
  if (params.initial && stopped(param, captures(param.getInit()).getArrayRef()))
    return false;
  known.map(param.getValue(), materialiseParam(param, params, known, b));
  return true;
}

/// The type of one step's raw array of each parameter in `region`.
static std::map<int64_t, LaneType> rawTypes(Region &region) {
  std::map<int64_t, LaneType> types;
  region.walk([&](ParamOp param) {
    LaneType type = lane::typeOf(param.getValue());
    for (Operation *up = param->getParentOp(); up != region.getParentOp();
         up = up->getParentOp())
      if (auto repeat = dyn_cast<RepeatOp>(up))
        type = type.stacked(repeat.getCount());
    types[param.getIndex()] = type;
  });
  return types;
}

bool Derivation::runRepeat(RepeatOp repeat) {
  bool forward = allKnown(known, repeat.getPlaces());
  ValueRange from = forward ? ValueRange(repeat.getPlaces())
                            : ValueRange(repeat.getResults());
  ValueRange to = forward ? ValueRange(repeat.getResults())
                          : ValueRange(repeat.getPlaces());
  if (allKnown(known, to) || !allKnown(known, from))
    return false;
  llvm::SetVector<Value> context;
  Region &region = repeat.getBody();
  region.walk([&](Operation *op) {
    // What only initial values read is not needed once they are loaded.
    if (!params.initial && op->getParentOfType<ParamOp>())
      return;
    for (Value v : op->getOperands())
      if (!region.isAncestor(v.getParentRegion()))
        context.insert(v);
  });
  if (stopped(repeat, context.getArrayRef()))
    return false;

  LaneBuilder at(b.builder, repeat.getLoc());
  SmallVector<Value> consts, inits, xs;
  for (Value v : context)
    consts.push_back(known.lookup(v));
  for (Value v : from)
    inits.push_back(known.lookup(v));
  LaneType scalar = lane::typeOf(inits[0]).withShape({}).withInv(false);
  if (wantLogDet)
    inits.push_back(logDet ? at.withRate(logDet, false) : at.zero(scalar));
  std::map<int64_t, LaneType> raws = rawTypes(region);
  SmallVector<Type> slices;
  for (auto &[index, type] : raws) {
    if (params.initial)
      slices.push_back(type);
    else
      xs.push_back(params.raws.at(index));
  }
  auto loop =
      lane::LoopOp::create(b.builder, repeat.getLoc(), repeat.getCount(),
                           !forward, consts, inits, xs, slices);
  Block &body = loop.getBlock();
  OpBuilder insideBuilder = OpBuilder::atBlockEnd(&body);
  LaneBuilder inside(insideBuilder, repeat.getLoc());
  ParamScope scope;
  scope.initial = params.initial;
  if (!params.initial)
    for (auto [entry, arg] : llvm::zip(raws, loop.getXArgs()))
      scope.raws[entry.first] = arg;
  Derivation step(inside, scope, inverse, wantLogDet, fault);
  for (auto [outer, arg] : llvm::zip(context, loop.getConstArgs()))
    step.known.map(outer, arg);
  Block &source = region.front();
  step.known.map(source.getArgument(0), loop.getStep());
  ValueRange enter = forward
                         ? ValueRange(source.getArguments().drop_front())
                         : ValueRange(source.getTerminator()->getOperands());
  ValueRange leave = forward ? ValueRange(source.getTerminator()->getOperands())
                             : ValueRange(source.getArguments().drop_front());
  for (auto [value, arg] : llvm::zip(enter, loop.getCarryArgs()))
    step.known.map(value, arg);
  if (wantLogDet)
    step.logDet = loop.getCarryArgs().back();
  if (!step.solve(source, leave)) {
    loop.erase();
    return false;
  }
  SmallVector<Value> yields;
  for (Value v : leave)
    yields.push_back(step.known.lookup(v));
  if (wantLogDet)
    yields.push_back(inside.withRate(step.logDet, false));
  if (params.initial)
    for (auto &[index, type] : raws) {
      if (!scope.collected.count(index)) // no derivation needed it: start it
        region.walk([&, index = index](ParamOp param) {
          if (int64_t(param.getIndex()) == index &&
              !scope.collected.count(index))
            materialiseParam(param, scope, step.known, inside);
        });
      yields.push_back(scope.collected.at(index));
    }
  lane::YieldOp::create(insideBuilder, repeat.getLoc(), yields);
  for (auto [value, result] : llvm::zip(to, loop.getFinals()))
    known.map(value, result);
  if (wantLogDet)
    logDet = loop.getFinals().back();
  if (params.initial)
    for (auto [entry, result] : llvm::zip(raws, loop.getYs()))
      params.collected[entry.first] = result;
  return true;
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
  if (auto param = dyn_cast<ParamOp>(op))
    return runParam(param);
  if (allKnown(known, op.getResults()) || !allKnown(known, op.getOperands()))
    return false;
  cloneOp(op, known, b);
  return true;
}

bool Derivation::solve(Block &block, ValueRange targets) {
  for (bool changed = true; changed && !allKnown(known, targets);) {
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
  return allKnown(known, targets);
}

bool rill::flow::emitForward(Operation &op, IRMapping &known,
                             ParamScope &params, LaneBuilder &b, Fault &fault) {
  Derivation derivation(b, params, /*inverse=*/false, /*wantLogDet=*/false,
                        fault);
  derivation.known = known;
  derivation.step(op);
  known = derivation.known;
  return allKnown(known, op.getResults());
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
