// The pass lane-simplify-loops: rebuilds loops with only the operands and
// results that matter. It moves and merges, and never changes a computation.
#include "Lane/Transforms/Passes.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace rill::lane {

#define GEN_PASS_DEF_LANESIMPLIFYLOOPS
#include "Lane/Transforms/LanePasses.h.inc"

namespace {
// What of one loop is needed, and the loop rebuilt with just that.
class Simplifier {
public:
  explicit Simplifier(LoopOp loop)
      : loop(loop), consts(loop.getConsts().size()),
        carries(loop.getInits().size()), ys(loop.getYs().size()) {}
  bool run();

private:
  bool enterInvariant();
  bool mergeArguments();
  Value stackOf(Value v, int64_t count);
  bool bypassResults();
  void findNeeded();
  bool isUnchanging(size_t carry) {
    return loop.getYieldedCarries()[carry] == loop.getCarryArgs()[carry];
  }
  bool rebuild();

  LoopOp loop;
  size_t consts, carries, ys;
  SmallVector<bool> live; // per result; an unchanging carry is not
  llvm::DenseSet<Value> needed;
};
} // namespace

// A varied invariant enters as what it is and is varied inside, and a constant
// stands inside itself: there the body's rewrites see them.
bool Simplifier::enterInvariant() {
  bool changed = false;
  OpBuilder body = OpBuilder::atBlockBegin(&loop.getBlock());
  auto enter = [&](MutableOperandRange operands,
                   Block::BlockArgListType arguments) {
    for (auto [operand, argument] : llvm::zip(operands, arguments)) {
      auto vary = operand.get().getDefiningOp<VaryOp>();
      if (!vary || argument == loop.getLive())
        continue;
      operand.set(vary.getX());
      argument.setType(typeOf(argument).withInv(true));
      auto inside = VaryOp::create(body, loop.getLoc(), argument);
      argument.replaceAllUsesExcept(inside, inside);
      changed = true;
    }
  };
  for (auto [v, argument] : llvm::zip(loop.getConsts(), loop.getConstArgs()))
    if (Operation *constant = v.getDefiningOp<ConstOp>();
        constant && !argument.use_empty() && argument != loop.getLive()) {
      argument.replaceAllUsesWith(body.clone(*constant)->getResult(0));
      changed = true;
    }
  enter(loop.getConstsMutable(), loop.getConstArgs());
  enter(loop.getXsMutable(), loop.getXArgs());
  return changed;
}

// Two operands of one group with the same value (for carries: the same next
// value too) are one.
bool Simplifier::mergeArguments() {
  bool changed = false;
  auto merge = [&](ValueRange operands, Block::BlockArgListType arguments,
                   auto same) {
    for (size_t i = 0; i < operands.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        if (operands[i] == operands[j] && same(i, j) &&
            !arguments[i].use_empty()) {
          arguments[i].replaceAllUsesWith(arguments[j]);
          changed = true;
          break;
        }
  };
  auto always = [](size_t, size_t) { return true; };
  merge(loop.getConsts(), loop.getConstArgs(), always);
  merge(loop.getXs(), loop.getXArgs(), always);
  merge(loop.getInits(), loop.getCarryArgs(), [&](size_t i, size_t j) {
    return loop.getYieldedCarries()[i] == loop.getYieldedCarries()[j];
  });
  return changed;
}

// `count` copies of a value along a new first axis.
Value Simplifier::stackOf(Value v, int64_t count) {
  OpBuilder builder(loop);
  TensorType type = typeOf(v).stacked(count);
  auto dims = llvm::to_vector(llvm::seq<int64_t>(1, type.getRank()));
  return SpreadOp::create(builder, loop.getLoc(), v, dims, type.getShape());
}

// Results that need no loop: equal ones, copies of stacked inputs and consts.
bool Simplifier::bypassResults() {
  bool changed = false;
  auto replace = [&](Value from, Value to) {
    if (from.use_empty())
      return;
    from.replaceAllUsesWith(to);
    changed = true;
  };
  auto slices = loop.getYieldedYs();
  for (size_t i = 0; i < ys; ++i) {
    for (auto [x, argument] : llvm::zip(loop.getXs(), loop.getXArgs()))
      if (slices[i] == argument)
        replace(loop.getYs()[i], x);
    for (size_t j = 0; j < i; ++j)
      if (slices[i] == slices[j])
        replace(loop.getYs()[i], loop.getYs()[j]);
    for (auto [v, argument] : llvm::zip(loop.getConsts(), loop.getConstArgs()))
      if (slices[i] == argument && !loop.getYs()[i].use_empty())
        replace(loop.getYs()[i], stackOf(v, loop.getCount()));
  }
  for (size_t i = 0; i < carries; ++i)
    for (size_t j = 0; j < i; ++j)
      if (loop.getYieldedCarries()[i] == loop.getYieldedCarries()[j] &&
          (!loop.getLive() || loop.getInits()[i] == loop.getInits()[j]))
        replace(loop.getFinals()[i], loop.getFinals()[j]);
  return changed;
}

// Marks everything that a live result is computed from; a carried value that is
// read becomes live itself.
void Simplifier::findNeeded() {
  live.assign(carries + ys, false);
  for (size_t k = 0; k < carries + ys; ++k)
    live[k] =
        !loop->getResult(k).use_empty() && !(k < carries && isUnchanging(k));
  YieldOp yield = loop.getYield();
  SmallVector<Value> work;
  auto want = [&](size_t k) { work.push_back(yield.getOperand(k)); };
  for (size_t k = 0; k < carries + ys; ++k)
    if (live[k])
      want(k);
  if (loop.getLive())
    work.push_back(loop.getLive());
  while (!work.empty()) {
    Value v = work.pop_back_val();
    if (!needed.insert(v).second)
      continue;
    if (Operation *op = v.getDefiningOp()) {
      llvm::append_range(work, op->getOperands());
      continue;
    }
    size_t k = cast<BlockArgument>(v).getArgNumber() - 1;
    if (k < consts || k >= consts + carries || v == loop.getStep())
      continue;
    k -= consts;
    if (!live[k] && !isUnchanging(k)) {
      live[k] = true;
      want(k);
    }
  }
}

bool Simplifier::rebuild() {
  SmallVector<Value> newConsts, newInits, newXs;
  SmallVector<BlockArgument> constArgs, carryArgs, xArgs;
  SmallVector<Type> slices;
  auto keep = [&](Value operand, BlockArgument argument, auto &operands,
                  auto &arguments) {
    operands.push_back(operand);
    arguments.push_back(argument);
  };
  for (auto [v, argument] : llvm::zip(loop.getConsts(), loop.getConstArgs()))
    if (needed.contains(argument))
      keep(v, argument, newConsts, constArgs);
  for (size_t k = 0; k < carries; ++k) {
    BlockArgument argument = loop.getCarryArgs()[k];
    if (live[k])
      keep(loop.getInits()[k], argument, newInits, carryArgs);
    else if (isUnchanging(k) && needed.contains(argument))
      keep(loop.getInits()[k], argument, newConsts, constArgs);
  }
  for (auto [v, argument] : llvm::zip(loop.getXs(), loop.getXArgs()))
    if (needed.contains(argument))
      keep(v, argument, newXs, xArgs);
  for (size_t k = 0; k < ys; ++k)
    if (live[carries + k])
      slices.push_back(loop.getYieldedYs()[k].getType());
  bool unchanged = newConsts.size() == consts && newInits.size() == carries &&
                   newXs.size() == loop.getXs().size() && slices.size() == ys;
  bool deadOps =
      llvm::any_of(loop.getBlock().without_terminator(), [&](Operation &op) {
        return llvm::none_of(op.getResults(),
                             [&](Value r) { return needed.contains(r); });
      });
  if (unchanged && !deadOps)
    return false;

  OpBuilder builder(loop);
  for (size_t k = 0; k < carries; ++k)
    if (isUnchanging(k))
      loop.getFinals()[k].replaceAllUsesWith(loop.getInits()[k]);
  if (slices.empty() && newInits.empty()) {
    loop.erase();
    return true;
  }
  LoopOp fresh =
      LoopOp::create(builder, loop.getLoc(), loop.getCount(), loop.getReverse(),
                     newConsts, newInits, newXs, slices);
  fresh->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
  IRMapping map;
  map.map(loop.getStep(), fresh.getStep());
  auto bind = [&](ArrayRef<BlockArgument> from, Block::BlockArgListType to) {
    for (auto [a, b] : llvm::zip_equal(from, to))
      map.map(a, b);
  };
  bind(constArgs, fresh.getConstArgs());
  bind(carryArgs, fresh.getCarryArgs());
  bind(xArgs, fresh.getXArgs());
  OpBuilder body = OpBuilder::atBlockEnd(&fresh.getBlock());
  for (Operation &op : loop.getBlock().without_terminator())
    if (llvm::any_of(op.getResults(),
                     [&](Value r) { return needed.contains(r); }))
      body.clone(op, map);
  SmallVector<Value> yielded;
  unsigned result = 0;
  for (size_t k = 0; k < carries + ys; ++k)
    if (live[k]) {
      yielded.push_back(map.lookup(loop.getYield().getOperand(k)));
      loop->getResult(k).replaceAllUsesWith(fresh->getResult(result++));
    }
  YieldOp::create(body, loop.getLoc(), yielded,
                  loop.getLive() ? map.lookup(loop.getLive()) : Value());
  loop.erase();
  return true;
}

bool Simplifier::run() {
  bool changed = enterInvariant();
  changed |= mergeArguments();
  changed |= bypassResults();
  findNeeded();
  return rebuild() || changed;
}

//===-- hoisting ----------------------------------------------------------===//

// Moving code out of a loop makes its value a const: worth it for what
// computes; what only stands for a number is copied along and stays inside too.
static bool isPlain(Operation &op) {
  return op.getNumRegions() == 0 && isPure(&op) &&
         !op.hasTrait<OpTrait::IsTerminator>();
}

static bool isNumber(Operation &op) {
  return op.getNumOperands() == 0 && !isa<DrawOp>(op);
}

// Moves what depends on consts alone, and is one value for the batch, before
// the loop. Returns true if anything moved.
static bool hoistInvariant(LoopOp loop) {
  llvm::SetVector<Operation *> fixed; // do not depend on the step
  auto isFixed = [&](Value v) {
    if (Operation *op = v.getDefiningOp())
      return fixed.contains(op);
    return llvm::is_contained(loop.getConstArgs(), v);
  };
  for (Operation &op : loop.getBlock().without_terminator())
    if (isPlain(op) && isInvariant(op.getResult(0)) &&
        llvm::all_of(op.getOperands(), isFixed))
      fixed.insert(&op);
  SmallVector<Value> hoisted;
  for (Operation *op : fixed)
    if (!isNumber(*op) && llvm::any_of(op->getUsers(), [&](Operation *user) {
          return !fixed.contains(user);
        }))
      hoisted.push_back(op->getResult(0));
  if (hoisted.empty())
    return false;

  IRMapping map;
  for (auto [argument, v] : llvm::zip(loop.getConstArgs(), loop.getConsts()))
    map.map(argument, v);
  OpBuilder builder(loop);
  for (Operation *op : fixed)
    builder.clone(*op, map);
  for (Value v : hoisted) {
    unsigned position = 1 + loop.getConsts().size();
    BlockArgument argument =
        loop.getBlock().insertArgument(position, v.getType(), v.getLoc());
    loop.getConstsMutable().append(map.lookup(v));
    v.replaceAllUsesWith(argument);
  }
  return true;
}

bool simplifyLoops(Operation *root) {
  bool any = false;
  for (bool changed = true; changed;) {
    changed = false;
    SmallVector<LoopOp> loops;
    root->walk<WalkOrder::PostOrder>(
        [&](LoopOp loop) { loops.push_back(loop); });
    // A rebuilt loop clones the loops inside it: handle one level of change at
    // a time, inner loops first.
    for (LoopOp loop : loops) {
      bool hoisted = hoistInvariant(loop);
      if (Simplifier(loop).run() || hoisted) {
        changed = any = true;
        break;
      }
    }
  }
  return any;
}

namespace {
struct SimplifyLoops : impl::LaneSimplifyLoopsBase<SimplifyLoops> {
  void runOnOperation() override { simplifyLoops(getOperation()); }
};
} // namespace

} // namespace rill::lane
