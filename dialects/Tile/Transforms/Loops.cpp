//===- Loops.cpp - Blocks of operations as steps --------------------------===//
//
// The steps of a block in order, and loops within a phase: carried values in
// place, stacked values by views, the loop over the tiles of a chunk inside or
// outside. Part of class Lowering.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Lowering.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

void Lowering::perTile() {
  if (each || isa_and_nonnull<OnceOp>(phase))
    return;
  each = EachOp::create(b, loc);
  each.getBody().emplaceBlock();
  b.setInsertionPointToEnd(&each.getBlock());
}

void Lowering::perChunk() {
  if (!each || pinned)
    return;
  b.setInsertionPointAfter(each);
  each = {};
}

void Lowering::lowerOps(Ops ops) {
  std::vector<Step> steps = formSteps(ops);
  planPlaces(steps);
  for (Step &step : steps)
    if (!failed)
      emitStep(step);
}

void Lowering::emitStep(Step &step) {
  switch (step.kind) {
  case Step::map:
    return emitMap(step);
  case Step::product:
    return emitProduct(step);
  case Step::assembly:
    return emitAssembly(step);
  case Step::loop:
    return emitLoop(cast<lane::LoopOp>(step.anchor));
  case Step::other:
    return emitOther(step.anchor);
  }
}

/// True if products in the loop make it worth to run its body over all tiles of
/// a chunk before the next step.
static bool hasProducts(lane::LoopOp loop) {
  return loop.walk([](lane::ContractOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

bool rill::tile::sharesLanes(lane::LoopOp loop) {
  auto varies = [](Value value) { return !lane::isInvariant(value); };
  if (!loop.getLive() || !loop.getYs().empty() || !hasProducts(loop) ||
      llvm::any_of(loop.getXs(), varies) ||
      !llvm::all_of(loop.getInits(), varies) ||
      !llvm::is_contained(loop.getCarryArgs(), loop.getLive()))
    return false;
  // Draws know a sample by its lane, and sums over the batch have an order.
  return !loop.walk([](Operation *op) {
                auto contract = dyn_cast<lane::ContractOp>(op);
                bool batch = contract && contract.getBatch();
                return batch || isa<lane::DrawOp, lane::ReduceBatchOp,
                                    lane::LookupAddOp>(op)
                           ? WalkResult::interrupt()
                           : WalkResult::advance();
              })
              .wasInterrupted();
}

SmallVector<Value> Lowering::sharedBuffers(lane::LoopOp loop,
                                           ArrayRef<View> carries) {
  llvm::SetVector<Value> buffers;
  auto add = [&](const View &view) {
    if (!view.isRows())
      return;
    Value base = view.base;
    while (auto inner = base.getDefiningOp<ViewOp>())
      base = inner.getSource();
    buffers.insert(base);
  };
  for (const View &carry : carries)
    add(carry);
  for (Value value : loop.getConsts())
    add(resolve(viewOf(value)));
  return buffers.takeVector();
}

/// True if the loop's carried value `k` is a batch sum: it has no memory.
static bool isSink(lane::LoopOp loop, unsigned k, bool once) {
  return !once && lane::isInvariant(loop.getInits()[k]);
}

void Lowering::bindLoop(lane::LoopOp loop, Value step, ArrayRef<View> carries) {
  views[loop.getStep()] = View::ofStep(step);
  stepOf[loop] = step;
  for (auto [argument, value] :
       llvm::zip(loop.getConstArgs(), loop.getConsts()))
    views[argument] = resolve(viewOf(value));
  for (auto [argument, view] : llvm::zip(loop.getCarryArgs(), carries))
    views[argument] = view;
  for (auto [argument, value] : llvm::zip(loop.getXArgs(), loop.getXs()))
    views[argument] = resolve(viewOf(value)).at(step);
}

// The initial value's memory serves for the carried one if nothing else reads
// it and it is a buffer of its own.
View Lowering::carriedPlace(lane::LoopOp loop, unsigned k) {
  Value init = loop.getInits()[k], final = loop.getFinals()[k];
  View view = resolve(viewOf(init));
  bool own = init.hasOneUse() && rootOf(init) == init && view.base &&
             !destinations.count(init) && !insides.count(init) &&
             !destinations.count(final) && !insides.count(final) &&
             view == View::ofBuffer(view.base) &&
             view.base.getDefiningOp<BufferOp>() &&
             int64_t(view.base.getDefiningOp<BufferOp>().getAt()) < 0 &&
             scopes.lookup(view.base.getDefiningOp()) == scope &&
             !isa<OnceOp>(phase);
  if (own) {
    views[final] = view;
    return view;
  }
  View carried = place(final);
  emitCopy(view, carried);
  return carried;
}

void Lowering::emitLoop(lane::LoopOp loop) {
  bool once = isa<OnceOp>(phase);
  // Samples leave a loop tile by tile, unless they share the chunk's lanes.
  Value live = loop.getLive();
  bool sharing = !once && layerMajor && !pinned && sharesLanes(loop);
  bool overChunk =
      sharing || (!once && !live && layerMajor && !pinned && hasProducts(loop));
  if (!once)
    perTile();
  SmallVector<View> carries, stacks;
  for (unsigned k = 0; k < loop.getInits().size(); ++k)
    carries.push_back(isSink(loop, k, once) ? View() : carriedPlace(loop, k));
  for (Value y : loop.getYs())
    stacks.push_back(!once && lane::isInvariant(y) ? View() : place(y));
  for (ValueRange values :
       {ValueRange(loop.getConsts()), ValueRange(loop.getXs())})
    for (Value value : values)
      resolve(viewOf(value)); // loaded before the loop, not in it
  // A step that is skipped writes nothing: nobody lived then.
  for (auto [y, stack] : llvm::zip(loop.getYs(), stacks))
    if (live && lane::typeOf(y).isBool() && stack.base)
      emitFill(stack, 0);
  if (overChunk)
    perChunk();
  SmallVector<Value> shared;
  Value order;
  if (sharing) {
    shared = sharedBuffers(loop, carries);
    order = newBuffer(Layout::rows, {}, b.getI32Type());
    PositionsOp::create(b, loc, order);
  }
  auto made = LoopOp::create(b, loc, loop.getCount(), loop.getReverse());
  Block &body = made.getBody().emplaceBlock();
  body.addArgument(b.getIndexType(), loc);
  Operation *outerScope = scope;
  bool outerPinned = pinned;
  scope = made;
  pinned = pinned || (!once && !overChunk);
  b.setInsertionPointToEnd(&body);
  bindLoop(loop, made.getStep(), carries);
  if (sharing) {
    perTile();
    pinned = true;
  }
  if (live) {
    View view = resolve(viewOf(live));
    if (!view.isRows()) {
      View rows = newView(/*varying=*/true, {}, b.getI1Type());
      emitCopy(view, rows);
      view = rows;
    }
    auto where = WhereOp::create(b, loc, materialize(view));
    b.setInsertionPointToEnd(&where.getBody().emplaceBlock());
  }
  for (auto [value, stack] : llvm::zip(loop.getYieldedYs(), stacks))
    if (Operation *op = value.getDefiningOp();
        op && stack.base && !isFree(op) && !destinations.count(value))
      destinations[value] = stack.at(made.getStep());
  // Additions of batch sums to carried ones are the sinks' affair.
  SmallVector<Operation *> ops;
  for (Operation &op : loop.getBlock().without_terminator())
    if (once || !isa<lane::AddOp>(op) || !isInvariantOp(&op))
      ops.push_back(&op);
  lowerOps(ops);
  if (failed)
    return;
  emitYields(loop, carries, stacks, made.getStep());
  pinned = outerPinned;
  if (overChunk)
    perChunk();
  if (sharing)
    CompactOp::create(b, loc, materialize(viewOf(live)), order, shared);
  scope = outerScope;
  b.setInsertionPointAfter(made);
  if (sharing)
    RestoreOp::create(b, loc, order, shared);
}

// Stacked results that no step wrote in place, then the carried values.
void Lowering::emitYields(lane::LoopOp loop, ArrayRef<View> carries,
                          ArrayRef<View> stacks, Value step) {
  for (auto [value, stack] : llvm::zip(loop.getYieldedYs(), stacks))
    if (stack.base)
      emitCopy(viewOf(value), stack.at(step));
  SmallVector<Move, 0> copies;
  for (auto [value, carry] : llvm::zip(loop.getYieldedCarries(), carries))
    if (carry.base)
      copies.push_back({viewOf(value), carry});
  emitParallelCopy(copies);
}
