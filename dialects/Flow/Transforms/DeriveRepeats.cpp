// The derivation of a repeat: one loop over its steps, in either direction.
#include "Flow/Transforms/Derivation.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;
using LaneType = lane::TensorType;

/// The type of what `op` defines in every step of the repeats between it and
/// `region`.
static LaneType stackedBetween(LaneType type, Operation *op, Region &region) {
  for (Operation *up = op->getParentOp(); up != region.getParentOp();
       up = up->getParentOp())
    if (auto repeat = dyn_cast<RepeatOp>(up))
      type = type.stacked(repeat.getCount());
  return type;
}

/// The type of one step's raw array of each parameter in `region`.
static std::map<int64_t, LaneType> rawTypes(Region &region) {
  std::map<int64_t, LaneType> types;
  region.walk([&](ParamOp param) {
    types[param.getIndex()] =
        stackedBetween(lane::typeOf(param.getValue()), param, region);
  });
  return types;
}

bool Derivation::runRepeat(RepeatOp repeat) {
  bool forward = knows(repeat.getPlaces());
  ValueRange from = forward ? ValueRange(repeat.getPlaces())
                            : ValueRange(repeat.getResults());
  ValueRange to = forward ? ValueRange(repeat.getResults())
                          : ValueRange(repeat.getPlaces());
  if (knows(to) || !knows(from))
    return false;
  llvm::SetVector<Value> context;
  Region &region = repeat.getBody();
  region.walk([&](Operation *op) {
    // What only initial values read is not needed once they are loaded.
    if (auto param = op->getParentOfType<ParamOp>();
        param && !params.starts(param.getIndex()))
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
  SmallVector<int64_t> started, loaded;
  for (auto &[index, type] : raws) {
    if (params.starts(index)) {
      started.push_back(index);
      slices.push_back(type);
    } else {
      loaded.push_back(index);
      xs.push_back(params.raws.at(index));
    }
  }
  SmallVector<RequireOp> conditions;
  if (params.judging)
    region.walk([&](RequireOp require) {
      conditions.push_back(require);
      slices.push_back(stackedBetween(
          lane::typeOf(require.getCondition()).withInv(true), require, region));
    });
  auto loop =
      lane::LoopOp::create(b.builder, repeat.getLoc(), repeat.getCount(),
                           !forward, consts, inits, xs, slices);
  Block &body = loop.getBlock();
  OpBuilder insideBuilder = OpBuilder::atBlockEnd(&body);
  LaneBuilder inside(insideBuilder, repeat.getLoc());
  ParamScope scope;
  scope.initial = params.initial;
  scope.judging = params.judging;
  for (auto [index, arg] : llvm::zip(loaded, loop.getXArgs()))
    scope.raws[index] = arg;
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
  for (int64_t index : started) {
    if (!scope.collected.count(index)) // no derivation needed it: start it
      region.walk([&](ParamOp param) {
        if (int64_t(param.getIndex()) == index && !scope.collected.count(index))
          materialiseParam(param, scope, step.known, inside, fault);
      });
    yields.push_back(scope.collected.at(index));
  }
  for (RequireOp condition : conditions)
    yields.push_back(scope.conditions.lookup(condition));
  lane::YieldOp::create(insideBuilder, repeat.getLoc(), yields);
  for (auto [value, result] : llvm::zip(to, loop.getFinals()))
    known.map(value, result);
  if (wantLogDet)
    logDet = loop.getFinals().back();
  for (auto [index, result] : llvm::zip(started, loop.getYs()))
    params.collected[index] = result;
  for (auto [condition, result] :
       llvm::zip(conditions, loop.getYs().take_back(conditions.size())))
    params.conditions.insert({condition, result});
  return true;
}
