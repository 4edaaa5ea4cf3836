//===- SplitRates.cpp - Loops cut by rate ---------------------------------===//
//
// A loop that mixes rates becomes up to three: `early` computes what depends
// on invariant values alone (parameters' charts), `main` the varying values and
// bare batch reductions, `late` works on the reduced values (adjoints of
// charts). Values between them are stacked. What does not even depend on the
// step leaves the loop. Loops over whole batches stay as they are.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Rewrites.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

/// Only renames elements or is a constant: may be done anywhere, for nothing.
static bool isTrivial(Operation *op) {
  if (auto reshape = dyn_cast<lane::ReshapeOp>(op))
    return isa<BlockArgument>(reshape.getX());
  return isa<lane::ConstOp, lane::IotaOp, lane::SpreadOp, lane::SliceOp,
             lane::PermuteOp, lane::ReverseOp>(op);
}

namespace {

class LoopSplitter {
public:
  explicit LoopSplitter(lane::LoopOp loop) : loop(loop), b(loop) {}
  void run();

private:
  enum class Part { early, main, late };
  enum { count = 3 };

  void hoistConstants();
  void classify();
  Part partOf(Operation *op);
  void need(Part part, Value value);
  void collectNeeds();
  lane::LoopOp build(Part part);
  void replaceResults();

  bool isEarly(Value value) { return early.contains(value); }
  /// Where the value `v` of the body is computed.
  Part home(Value v);

  lane::LoopOp loop;
  OpBuilder b;
  DenseSet<Value> early;
  SmallVector<Part> carryPart;
  /// Values of other parts that a part reads, in order of discovery.
  llvm::SetVector<Value> imports[count];
  /// Values that a part yields as stacked results.
  llvm::SetVector<Value> exports[count];
  /// Operations cloned into a part.
  DenseSet<Operation *> members[count];
  /// Arguments of the old body that a part reads.
  DenseSet<Value> arguments[count];
  /// Stacked result of an exported value.
  DenseMap<Value, Value> stackOf;
  lane::LoopOp built[count];
};

} // namespace

// Invariant values that depend on the loop's constants only are computed
// before it.
void LoopSplitter::hoistConstants() {
  Block &body = loop.getBlock();
  IRMapping outside;
  for (auto [argument, value] :
       llvm::zip(loop.getConstArgs(), loop.getConsts()))
    if (lane::isInvariant(value))
      outside.map(argument, value);
  SmallVector<Operation *> moved;
  for (Operation &op : body.without_terminator()) {
    if (!isInvariantOp(&op) || !llvm::all_of(op.getOperands(), [&](Value v) {
          return outside.contains(v);
        }))
      continue;
    b.clone(op, outside);
    if (!isTrivial(&op))
      moved.push_back(&op);
  }
  SmallVector<Value> added;
  unsigned at = 1 + loop.getConsts().size();
  for (Operation *op : moved)
    for (Value result : op->getResults()) {
      bool read = llvm::any_of(result.getUsers(), [&](Operation *user) {
        return !llvm::is_contained(moved, user);
      });
      if (!read)
        continue;
      BlockArgument argument =
          body.insertArgument(at++, result.getType(), loop.getLoc());
      result.replaceAllUsesWith(argument);
      added.push_back(outside.lookup(result));
    }
  for (Operation *op : llvm::reverse(moved))
    op->erase();
  loop.getConstsMutable().append(added);
}

void LoopSplitter::classify() {
  for (Value carry : loop.getCarryArgs())
    carryPart.push_back(lane::isInvariant(carry) ? Part::early : Part::main);
  bool stable;
  do {
    stable = true;
    early.clear();
    early.insert(loop.getStep());
    for (Value value : loop.getConstArgs())
      if (lane::isInvariant(value))
        early.insert(value);
    for (Value value : loop.getXArgs())
      if (lane::isInvariant(value))
        early.insert(value);
    for (auto [k, value] : llvm::enumerate(loop.getCarryArgs()))
      if (carryPart[k] == Part::early)
        early.insert(value);
    for (Operation &op : loop.getBlock().without_terminator())
      if (isInvariantOp(&op) &&
          llvm::all_of(op.getOperands(), [&](Value v) { return isEarly(v); }))
        for (Value result : op.getResults())
          early.insert(result);
    for (auto [k, next] : llvm::enumerate(loop.getYieldedCarries()))
      if (carryPart[k] == Part::early && !isEarly(next)) {
        carryPart[k] = accumulatedSums(loop, k) ? Part::main : Part::late;
        stable = false;
      }
  } while (!stable);
}

LoopSplitter::Part LoopSplitter::home(Value v) {
  if (isEarly(v))
    return Part::early;
  if (Operation *op = v.getDefiningOp())
    return partOf(op);
  for (auto [k, carry] : llvm::enumerate(loop.getCarryArgs()))
    if (carry == v)
      return carryPart[k];
  return Part::main;
}

LoopSplitter::Part LoopSplitter::partOf(Operation *op) {
  if (llvm::all_of(op->getResults(), [&](Value v) { return isEarly(v); }))
    return Part::early;
  if (!isInvariantOp(op))
    return Part::main;
  // The additions of an accumulated carry stay where the sums are.
  Operation *user = op;
  while (isa<lane::AddOp>(user) && user->hasOneUse()) {
    OpOperand &use = *user->use_begin();
    if (auto yield = dyn_cast<lane::YieldOp>(use.getOwner())) {
      unsigned k = use.getOperandNumber();
      if (k < carryPart.size() && carryPart[k] == Part::main &&
          lane::isInvariant(loop.getCarryArgs()[k]))
        return Part::main;
      break;
    }
    user = use.getOwner();
  }
  return Part::late;
}

// Makes `value` available in `part`: as an argument of the old loop, by
// computing it there, or stacked by the part that has it.
void LoopSplitter::need(Part part, Value value) {
  unsigned p = unsigned(part);
  Operation *op = value.getDefiningOp();
  bool carried = llvm::is_contained(loop.getCarryArgs(), value);
  if (!op && !(carried && home(value) != part)) {
    arguments[p].insert(value);
    return;
  }
  Part at = home(value);
  if (op && (at == part || (at == Part::early && isTrivial(op)))) {
    if (members[p].insert(op).second)
      for (Value operand : op->getOperands())
        need(part, operand);
    return;
  }
  if (imports[p].insert(value) && exports[unsigned(at)].insert(value))
    need(at, value);
}

void LoopSplitter::collectNeeds() {
  for (auto [k, next] : llvm::enumerate(loop.getYieldedCarries()))
    need(carryPart[k], next);
  if (loop.getLive())
    need(Part::main, loop.getLive());
  for (Value y : loop.getYieldedYs()) {
    Part at = home(y);
    exports[unsigned(at)].insert(y);
    need(at, y);
  }
}

lane::LoopOp LoopSplitter::build(Part part) {
  unsigned p = unsigned(part);
  SmallVector<Value> consts, inits, xs, oldConsts, oldCarries, oldXs;
  for (auto [argument, value] :
       llvm::zip(loop.getConstArgs(), loop.getConsts()))
    if (arguments[p].contains(argument)) {
      consts.push_back(value);
      oldConsts.push_back(argument);
    }
  SmallVector<Value> nexts;
  for (auto [k, argument] : llvm::enumerate(loop.getCarryArgs()))
    if (carryPart[k] == part) {
      Value init = loop.getInits()[k];
      if (part == Part::main && lane::isInvariant(argument)) {
        auto type = lane::typeOf(init); // what it adds to comes afterwards
        init = lane::ConstOp::create(b, loop.getLoc(), type, 0.0);
      }
      inits.push_back(init);
      oldCarries.push_back(argument);
      nexts.push_back(loop.getYieldedCarries()[k]);
    }
  for (auto [argument, value] : llvm::zip(loop.getXArgs(), loop.getXs()))
    if (arguments[p].contains(argument)) {
      xs.push_back(value);
      oldXs.push_back(argument);
    }
  for (Value value : imports[p]) {
    xs.push_back(stackOf.lookup(value));
    oldXs.push_back(value);
  }
  if (inits.empty() && exports[p].empty())
    return {};
  SmallVector<Type> slices;
  for (Value value : exports[p])
    slices.push_back(value.getType());
  auto made =
      lane::LoopOp::create(b, loop.getLoc(), loop.getCount(), loop.getReverse(),
                           consts, inits, xs, slices);
  IRMapping map;
  map.map(loop.getStep(), made.getStep());
  for (auto [from, to] : llvm::zip(oldConsts, made.getConstArgs()))
    map.map(from, to);
  for (auto [from, to] : llvm::zip(oldCarries, made.getCarryArgs()))
    map.map(from, to);
  for (auto [from, to] : llvm::zip(oldXs, made.getXArgs()))
    map.map(from, to);
  OpBuilder inner = OpBuilder::atBlockEnd(&made.getBlock());
  for (Operation &op : loop.getBlock().without_terminator())
    if (members[p].contains(&op))
      inner.clone(op, map);
  SmallVector<Value> yielded;
  for (Value value : nexts)
    yielded.push_back(map.lookup(value));
  for (Value value : exports[p])
    yielded.push_back(map.lookup(value));
  Value live = part == Part::main && loop.getLive() ? map.lookup(loop.getLive())
                                                    : Value();
  lane::YieldOp::create(inner, loop.getLoc(), yielded, live);
  for (auto [value, stack] : llvm::zip(exports[p], made.getYs()))
    stackOf[value] = stack;
  return made;
}

void LoopSplitter::replaceResults() {
  unsigned next[count] = {0, 0, 0};
  for (auto [k, final] : llvm::enumerate(loop.getFinals())) {
    unsigned p = unsigned(carryPart[k]);
    Value value = built[p].getFinals()[next[p]++];
    if (carryPart[k] == Part::main && lane::isInvariant(value)) {
      auto zero = loop.getInits()[k].getDefiningOp<lane::ConstOp>();
      if (!zero || zero.getSplat() != 0.0)
        value =
            lane::AddOp::create(b, loop.getLoc(), loop.getInits()[k], value);
    }
    final.replaceAllUsesWith(value);
  }
  for (auto [y, yielded] : llvm::zip(loop.getYs(), loop.getYieldedYs()))
    y.replaceAllUsesWith(stackOf.lookup(yielded));
}

void LoopSplitter::run() {
  hoistConstants();
  classify();
  collectNeeds();
  for (Part part : {Part::early, Part::main, Part::late})
    built[unsigned(part)] = build(part);
  replaceResults();
  loop.erase();
}

void rill::tile::splitRates(Operation *root) {
  SmallVector<lane::LoopOp> loops;
  root->walk([&](lane::LoopOp loop) { loops.push_back(loop); });
  // Inner loops come first, so that their parts have one rate each.
  for (lane::LoopOp loop : loops)
    if (!isInvariantOp(loop) && !isBatchLoop(loop))
      LoopSplitter(loop).run();
}
