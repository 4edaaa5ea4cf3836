// Derivatives of the scan. Forward mode carries tangents beside the values.
// Reverse mode runs the steps the other way round over what the forward loop
// stacked: carried values and results of contractions, solves and inner loops;
// elementwise work is done again. Both give ordinary loops, so derivatives
// nest.
#include "Lane/Diff/Differentiation.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace rill::lane {

// Which body arguments are active, given the operands that are: a fixpoint,
// since a carried value may become active in a later step. `inner` is filled
// with the active values of the body. Index k stands for operand k.
static SmallVector<bool> argumentActivity(LoopOp loop, Activity &inner,
                                          function_ref<bool(Value)> isActive) {
  auto arguments = loop.getBlock().getArguments().drop_front();
  size_t firstCarry = loop.getConsts().size();
  SmallVector<bool> flags = llvm::map_to_vector(loop.getOperands(), isActive);
  for (bool changed = true; changed;) {
    changed = false;
    inner.clear();
    for (auto [flag, argument] : llvm::zip_equal(flags, arguments))
      if (flag)
        inner.insert(argument);
    blockActivity(loop.getBlock(), inner);
    for (auto [k, v] : llvm::enumerate(loop.getYieldedCarries()))
      if (!flags[firstCarry + k] && inner.contains(v))
        flags[firstCarry + k] = changed = true;
  }
  return flags;
}

void LoopOp::activity(Activity &active) {
  Activity inner;
  auto flags = argumentActivity(*this, inner,
                                [&](Value v) { return active.contains(v); });
  size_t firstCarry = getConsts().size();
  for (auto [k, pair] :
       llvm::enumerate(llvm::zip_equal(getResults(), getYield().getValues()))) {
    auto [result, v] = pair;
    // Who does not live ends with what was carried in.
    bool kept = getLive() && k < getInits().size() && flags[firstCarry + k];
    if (kept || inner.contains(v))
      active.insert(result);
  }
}

static SmallVector<Type> typesOf(ValueRange values) {
  return SmallVector<Type>(values.getTypes());
}

// Clones the operations of `from`, not its terminator.
static void cloneBody(Block &from, OpBuilder &builder, IRMapping &map) {
  for (Operation &op : from.without_terminator())
    builder.clone(op, map);
}

// The argument of the new body that says who lives; null if all do.
static Value mapLive(LoopOp loop, IRMapping &map) {
  return loop.getLive() ? map.lookup(loop.getLive()) : Value();
}

//===-- forward -----------------------------------------------------------===//

void LoopOp::tangent(Tangents &t) {
  Activity inner;
  auto flags =
      argumentActivity(*this, inner, [&](Value v) { return (bool)t.get(v); });
  // Each group of operands, followed by its tangents.
  SmallVector<Value> groups[3] = {SmallVector<Value>(getConsts()),
                                  SmallVector<Value>(getInits()),
                                  SmallVector<Value>(getXs())};
  auto groupOf = [&](size_t k) {
    return k < getConsts().size()                       ? 0
           : k < getConsts().size() + getInits().size() ? 1
                                                        : 2;
  };
  for (auto [k, operand] : llvm::enumerate(getOperands()))
    if (flags[k])
      groups[groupOf(k)].push_back(t.getDense(operand, getLoc()));
  SmallVector<Type> slices = typesOf(getYieldedYs());
  for (Value v : getYieldedYs())
    if (inner.contains(v))
      slices.push_back(v.getType());

  LoopOp loop = LoopOp::create(t.builder, getLoc(), getCount(), getReverse(),
                               groups[0], groups[1], groups[2], slices);
  if (Attribute mark = (*this)->getAttr(checkpointMark))
    loop->setAttr(checkpointMark, mark);
  OpBuilder body = OpBuilder::atBlockEnd(&loop.getBlock());
  Tangents inside(body);
  IRMapping map;
  map.map(getStep(), loop.getStep());
  Block::BlockArgListType arguments[3] = {loop.getConstArgs(),
                                          loop.getCarryArgs(), loop.getXArgs()};
  ValueRange primals[3] = {getConsts(), getInits(), getXs()};
  for (size_t group = 0, k = 0; group < 3; ++group) {
    size_t tangent = primals[group].size();
    for (size_t i = 0; i < primals[group].size(); ++i, ++k) {
      Value argument = arguments[group][i];
      map.map(getBlock().getArgument(k + 1), argument);
      if (flags[k])
        inside.set(argument, arguments[group][tangent++]);
    }
  }
  cloneBody(getBlock(), body, map);
  // The yield stands while tangents are made: a loop inside is replaced by one
  // with tangents, and what the yield reads is replaced with it.
  SmallVector<Value> yielded;
  for (Value v : getYield().getValues())
    yielded.push_back(map.lookup(v));
  YieldOp yield = YieldOp::create(body, getLoc(), yielded, mapLive(*this, map));
  if (failed(blockTangents(loop.getBlock(), inside))) {
    t.failed = true;
    return;
  }
  body.setInsertionPoint(yield);
  yielded.clear();
  size_t firstCarry = getConsts().size();
  auto yieldGroup = [&](ValueRange values, auto wantsTangent) {
    llvm::append_range(yielded, values);
    for (auto [k, v] : llvm::enumerate(values))
      if (wantsTangent(k))
        yielded.push_back(inside.getDense(v, getLoc()));
  };
  SmallVector<Value> primal(yield.getValues());
  yieldGroup(ValueRange(primal).take_front(getInits().size()),
             [&](size_t k) { return flags[firstCarry + k]; });
  yieldGroup(ValueRange(primal).drop_front(getInits().size()),
             [&](size_t k) { return inner.contains(getYieldedYs()[k]); });
  yield.getValuesMutable().assign(yielded);

  size_t finalTangent = getFinals().size(), yTangent = getYs().size();
  for (auto [k, pair] :
       llvm::enumerate(llvm::zip(getFinals(), loop.getFinals()))) {
    std::get<0>(pair).replaceAllUsesWith(std::get<1>(pair));
    if (flags[firstCarry + k])
      t.set(std::get<1>(pair), loop.getFinals()[finalTangent++]);
  }
  for (auto [old, y, slice] :
       llvm::zip(getYs(), loop.getYs(), getYieldedYs())) {
    old.replaceAllUsesWith(y);
    if (inner.contains(slice))
      t.set(y, loop.getYs()[yTangent++]);
  }
}

//===-- reverse -----------------------------------------------------------===//

static bool isKept(Operation &op) {
  return isa<ContractOp, TriSolveOp, LoopOp>(op);
}

// Steps of a loop that samples leave at will are done again from their carried
// values: room for what every possible step computes would be mostly empty.
static bool keepsCarriesOnly(LoopOp loop) {
  return loop.getLive() || loop->hasAttr(checkpointMark);
}

LoopOp keepForReverse(LoopOp loop) {
  SmallVector<LoopOp> inner(loop.getBlock().getOps<LoopOp>());
  for (LoopOp nested : inner)
    keepForReverse(nested);
  SmallVector<Value> kept(loop.getCarryArgs().begin(),
                          loop.getCarryArgs().end());
  for (Operation &op : loop.getBlock())
    if (isKept(op) && !keepsCarriesOnly(loop))
      llvm::append_range(kept, op.getResults());
  SmallVector<Type> slices = typesOf(loop.getYieldedYs());
  llvm::append_range(slices, ValueRange(kept).getTypes());

  OpBuilder builder(loop);
  LoopOp wide =
      LoopOp::create(builder, loop.getLoc(), loop.getCount(), loop.getReverse(),
                     loop.getConsts(), loop.getInits(), loop.getXs(), slices);
  wide->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
  wide->setAttr(keptMark, builder.getI64IntegerAttr(loop.getYs().size()));
  Block &body = wide.getBlock();
  YieldOp yield = loop.getYield();
  yield.getValuesMutable().append(kept);
  for (auto [from, to] :
       llvm::zip_equal(loop.getBlock().getArguments(), body.getArguments()))
    from.replaceAllUsesWith(to);
  body.getOperations().splice(body.end(), loop.getBlock().getOperations());
  for (auto [from, to] : llvm::zip(loop.getFinals(), wide.getFinals()))
    from.replaceAllUsesWith(to);
  for (auto [from, to] : llvm::zip(loop.getYs(), wide.getYs()))
    from.replaceAllUsesWith(to);
  loop.erase();
  return wide;
}

namespace {
// Builds the reverse of one loop that keeps what its reverse needs.
class ReverseLoop {
public:
  ReverseLoop(LoopOp loop, Adjoints &outer)
      : loop(loop), outer(outer), loc(loop.getLoc()) {
    auto mark = loop->getAttrOfType<IntegerAttr>(keptMark);
    assert(mark && "a loop is prepared by keepForReverse");
    ownYs = mark.getInt();
  }
  void run();

private:
  void findLive();
  Masked liveOutside(LaneBuilder &b, Value v);
  Masked liveSteps(LaneBuilder &b, Value v);
  void collectOperands();
  void cloneForward();
  LogicalResult sweep();
  void finish();
  Value mapped(size_t operand) {
    return map.lookup(loop.getBlock().getArgument(operand + 1));
  }

  LoopOp loop, reverse;
  Adjoints &outer;
  Location loc;
  size_t ownYs;
  SmallVector<bool> flags;
  SmallVector<size_t> consts, carries, xs; // active operands, by position
  SmallVector<size_t> ys;                  // own stacked results with adjoint
  SmallVector<Value> reverseConsts, inits, stacks;
  SmallVector<Type> slices;
  SmallVector<bool> handed; // per result: an operand has an adjoint
  bool mixes = false;       // whether samples reach each other inside
  Value live; // i1 scalar: where any adjoint of the results counts; or null
  Value liveForAny; // i1 scalar, invariant: where it does for any sample
  IRMapping map;
};
} // namespace

// If all adjoints of the loop's results are masked (its result may not have
// been taken) and something inside can turn a zero into NaN, the mask goes in.
void ReverseLoop::findLive() {
  bool unbounded = false;
  loop.getBody().walk([&](Operation *op) {
    unbounded |= op->hasTrait<Unbounded>();
    mixes |= !isa<LoopOp>(op) && llvm::any_of(op->getResults(), isInvariant) &&
             !llvm::all_of(op->getOperands(), isInvariant);
  });
  if (!unbounded)
    return;
  LaneBuilder b(outer.builder, loc);
  Value any;
  for (Value result : loop.getResults()) {
    Masked m = outer.getMasked(result, loc);
    if (m.value && !m.mask)
      return;
    if (!m.value)
      continue;
    auto axes =
        llvm::to_vector(llvm::seq<int64_t>(0, typeOf(m.mask).getRank()));
    Value some = b.reduce(ReduceKind::any, m.mask, axes);
    any = any ? b.logicalOr(any, some) : some;
  }
  live = any;
  liveForAny = b.anySample(live);
}

// `v` with the mask of the live scalar of its rate.
static Masked liveOnly(LaneBuilder &b, Value v, Value live, Value liveForAny) {
  Value scalar = isInvariant(v) ? liveForAny : live;
  if (!scalar)
    return v;
  return {v, b.spread(scalar, {}, typeOf(v).getShape())};
}

// `v`, an adjoint of an operand, where some result counts that it leads to: of
// any sample, if there are sums over the batch inside.
Masked ReverseLoop::liveOutside(LaneBuilder &b, Value v) {
  return liveOnly(b, v, mixes ? liveForAny : live, liveForAny);
}

void ReverseLoop::collectOperands() {
  findLive();
  llvm::append_range(reverseConsts, loop.getConsts());
  if (live)
    reverseConsts.append({live, liveForAny});
  Activity inner;
  flags =
      argumentActivity(loop, inner, [&](Value v) { return outer.wants(v); });
  size_t firstCarry = loop.getConsts().size(),
         firstX = firstCarry + loop.getInits().size();
  for (size_t k = 0; k < flags.size(); ++k)
    if (flags[k])
      (k < firstCarry ? consts : k < firstX ? carries : xs).push_back(k);
  for (size_t k : carries)
    inits.push_back(outer.getDense(loop.getFinals()[k - firstCarry], loc));
  LaneBuilder b(outer.builder, loc);
  for (size_t k : consts)
    inits.push_back(b.zero(typeOf(loop.getOperand(k))));
  llvm::append_range(stacks, loop.getXs());
  llvm::append_range(stacks, loop.getYs().drop_front(ownYs));
  for (size_t k = 0; k < ownYs; ++k)
    if (Value g = outer.get(loop.getYs()[k], loc)) {
      ys.push_back(k);
      stacks.push_back(g);
    }
  for (size_t k : xs)
    slices.push_back(typeOf(loop.getOperand(k)).sliced());
}

// The body's values again, from the consts, slices and kept carries.
void ReverseLoop::cloneForward() {
  map.map(loop.getStep(), reverse.getStep());
  for (auto [from, to] : llvm::zip(loop.getConstArgs(), reverse.getConstArgs()))
    map.map(from, to);
  auto arguments = reverse.getXArgs();
  for (auto [from, to] : llvm::zip(loop.getXArgs(), arguments))
    map.map(from, to);
  for (auto [from, to] : llvm::zip(loop.getCarryArgs(),
                                   arguments.drop_front(loop.getXs().size())))
    map.map(from, to);
  OpBuilder body = OpBuilder::atBlockEnd(&reverse.getBlock());
  cloneBody(loop.getBlock(), body, map);
}

LogicalResult ReverseLoop::sweep() {
  OpBuilder body = OpBuilder::atBlockEnd(&reverse.getBlock());
  Activity active;
  for (size_t k = 0; k < flags.size(); ++k)
    if (flags[k])
      active.insert(mapped(k));
  blockActivity(reverse.getBlock(), active);
  Adjoints inside(body, active);
  size_t firstCarry = loop.getConsts().size();
  auto arguments = reverse.getCarryArgs();
  LaneBuilder b(body, loc);
  Value alive, aliveForAny;
  if (live) {
    alive = reverse.getConstArgs().drop_back().back();
    aliveForAny = reverse.getConstArgs().back();
  }
  // Through a batch sum of a later step the results of others may count on the
  // sample's carried values; at the last step only its own.
  Value carried = alive;
  if (live && mixes) {
    double last = loop.getReverse() ? 0 : double(loop.getCount()) - 1;
    Value earlier = b.compare(Predicate::ne, reverse.getStep(), last);
    carried = b.logicalOr(alive, b.logicalAnd(aliveForAny, earlier));
  }
  // Who did not live at this step has nothing to hand on through it.
  Value stepLive = mapLive(loop, map);
  if (stepLive) {
    alive = alive ? b.logicalAnd(alive, stepLive) : stepLive;
    carried = carried ? b.logicalAnd(carried, stepLive) : stepLive;
  }
  for (auto [i, k] : llvm::enumerate(carries))
    inside.add(map.lookup(loop.getYieldedCarries()[k - firstCarry]),
               liveOnly(b, arguments[i], carried, aliveForAny), loc);
  auto yAdjoints = reverse.getXArgs().take_back(ys.size());
  for (auto [i, k] : llvm::enumerate(ys))
    inside.add(map.lookup(loop.getYieldedYs()[k]),
               liveOnly(b, yAdjoints[i], alive, aliveForAny), loc);
  // Adjoints of consts go on from the sum so far.
  for (auto [i, k] : llvm::enumerate(consts))
    inside.add(mapped(k), Value(arguments[carries.size() + i]), loc);
  if (failed(blockAdjoints(reverse.getBlock(), inside)))
    return failure();
  // What got no adjoint is zero: yielded, for the shape of the loop, but not
  // handed on, so that it stays a symbolic zero outside.
  SmallVector<Value> yielded;
  for (auto *group : {&carries, &consts, &xs})
    for (size_t k : *group) {
      // Who does not live has its carried values' adjoints unchanged.
      bool kept = stepLive && group == &carries;
      handed.push_back(kept || inside.has(mapped(k)));
      yielded.push_back(inside.getDense(mapped(k), loc));
    }
  YieldOp::create(body, loc, yielded, stepLive);
  return success();
}

// Reads kept results instead of computing them again, and hands out adjoints.
void ReverseLoop::finish() {
  auto kept = loop.getYieldedYs().drop_front(ownYs + loop.getInits().size());
  auto arguments = reverse.getXArgs().slice(
      loop.getXs().size() + loop.getInits().size(), kept.size());
  for (auto [value, argument] : llvm::zip_equal(kept, arguments))
    map.lookup(value).replaceAllUsesWith(argument);
  LaneBuilder b(outer.builder, loc);
  size_t k = 0;
  for (auto *group : {&carries, &consts, &xs})
    for (size_t operand : *group) {
      Value result = reverse->getResult(k);
      if (handed[k++])
        outer.add(loop.getOperand(operand),
                  group == &xs ? liveSteps(b, result) : liveOutside(b, result),
                  loc);
    }
}

// The stacked adjoints `v`, where the sample lived at the step.
Masked ReverseLoop::liveSteps(LaneBuilder &b, Value v) {
  Masked m = liveOutside(b, v);
  auto argument = dyn_cast_or_null<BlockArgument>(loop.getLive());
  if (!argument || isInvariant(v))
    return m;
  size_t k = argument.getArgNumber() - 1, firstCarry = loop.getConsts().size(),
         firstX = firstCarry + loop.getInits().size();
  int64_t count = loop.getCount();
  Value steps = k < firstCarry ? b.spread(loop.getOperand(k), {}, {count})
                : k < firstX   ? Value(loop.getYs()[ownYs + k - firstCarry])
                               : loop.getOperand(k);
  steps = b.spread(steps, {0}, typeOf(v).getShape());
  m.mask = m.mask ? b.logicalAnd(m.mask, steps) : steps;
  return m;
}

void ReverseLoop::run() {
  collectOperands();
  reverse =
      LoopOp::create(outer.builder, loc, loop.getCount(), !loop.getReverse(),
                     reverseConsts, inits, stacks, slices);
  if (Attribute mark = loop->getAttr(checkpointMark))
    reverse->setAttr(checkpointMark, mark);
  cloneForward();
  outer.failed = failed(sweep());
  if (!outer.failed)
    finish();
}

void LoopOp::adjoint(Adjoints &a) { ReverseLoop(*this, a).run(); }

} // namespace rill::lane
