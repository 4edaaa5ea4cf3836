// Emission of values; see Values.h.
#include "Flow/Transforms/Values.h"

#include "Flow/Transforms/Cuts.h"
#include "Flow/Transforms/Matrices.h"
#include "Flow/Transforms/Ode.h"
#include "Lane/IR/LaneCalculus.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

/// The mean over the batch.
static Value emitFirst(FirstOp first, IRMapping &known, LaneBuilder &b) {
  Value x = known.lookup(first.getX());
  if (lane::isInvariant(x))
    return x;
  auto scalar = lane::typeOf(x).withShape({}).withInv(true);
  Value count = lane::BatchSizeOp::create(b.builder, b.loc, scalar);
  x = b.withRate(x, true);
  return b.div(x, b.spread(count, {}, lane::typeOf(x).getShape()));
}

static std::optional<SmallVector<Value>>
emitWith(Block &source, ValueRange inputs, LaneBuilder &b, EmitBlock emit) {
  IRMapping map;
  for (auto [argument, input] : llvm::zip_equal(source.getArguments(), inputs))
    map.map(argument, input);
  return emit(source, map, b);
}

bool rill::flow::emitCalculus(Operation &calculus, IRMapping &known,
                              ParamScope &params, LaneBuilder &b,
                              EmitBlock emit) {
  LaneBuilder here(b.builder, calculus.getLoc());
  Block &source = calculus.getRegion(0).front();
  SmallVector<Value> inputs;
  for (Value v : calculus.getOperands().take_front(source.getNumArguments()))
    inputs.push_back(known.lookup(v));
  // What starts parameters or judges them must not stay inside: nothing leaves
  // the region but its values. That is done by a walk outside, of which nothing
  // else is used.
  if ((params.initial || params.judging) &&
      !emitWith(source, inputs, here, emit))
    return false;
  ParamScope outside = params;

  Operation *made = here.builder.cloneWithoutRegions(calculus, known);
  Region &region = made->getRegion(0);
  Block *block = new Block();
  region.push_back(block);
  for (Value input : inputs)
    block->addArgument(input.getType(), calculus.getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(block);
  LaneBuilder inside(builder, calculus.getLoc());
  auto values = emitWith(source, block->getArguments(), inside, emit);
  params = std::move(outside);
  if (!values) {
    made->erase();
    return false;
  }
  for (auto [value, original] :
       llvm::zip_equal(*values, source.getTerminator()->getOperands()))
    value = inside.withRate(value, lane::isInvariant(original));
  lane::YieldOp::create(builder, calculus.getLoc(), *values);
  lane::isolate(made);
  return true;
}

bool rill::flow::emitValue(Operation &op, IRMapping &known, ParamScope &params,
                           LaneBuilder &b, Fault &fault) {
  LaneBuilder at(b.builder, op.getLoc());
  if (auto product = dyn_cast<MatVecOp>(op)) {
    known.map(product.getResult(),
              applyMatrix(product.getStructure(),
                          known.lookup(product.getMatrix()),
                          known.lookup(product.getX()), at));
    return true;
  }
  if (auto first = dyn_cast<FirstOp>(op)) {
    known.map(first.getResult(), emitFirst(first, known, at));
    return true;
  }
  // A place that is read in parts, within an update of it.
  if (auto split = dyn_cast<SplitOp>(op)) {
    cut(split.getPlace(), split.getResults(), split.getParts(), known, at);
    return true;
  }
  if (auto join = dyn_cast<JoinOp>(op)) {
    glue(join.getXs(), join.getParts(), join.getPlace(), known, at);
    return true;
  }
  if (auto ode = dyn_cast<OdeOp>(op)) {
    auto lookup = [&](Value v) { return known.lookup(v); };
    known.map(ode.getResult(),
              emitOde(ode, known.lookup(ode.getX()), lookup,
                      /*backwards=*/false, /*wantLogDet=*/false, at)
                  .first);
    return true;
  }
  if (!lane::isCalculus(op)) {
    b.builder.clone(op, known);
    return true;
  }
  auto emit = [&](Block &block, IRMapping &map,
                  LaneBuilder &inside) -> std::optional<SmallVector<Value>> {
    for (Operation &inner : block.without_terminator())
      if (!emitForward(inner, map, params, inside, fault))
        return std::nullopt;
    SmallVector<Value> results;
    for (Value v : block.getTerminator()->getOperands())
      results.push_back(map.lookup(v));
    return results;
  };
  return emitCalculus(op, known, params, b, emit);
}

void rill::flow::emitValue(Operation &op, IRMapping &known, LaneBuilder &b) {
  ParamScope none;
  Fault fault{nullptr, {}};
  bool emitted = emitValue(op, known, none, b, fault);
  assert(emitted && "internal error: a value that its update does not know");
  (void)emitted;
}
