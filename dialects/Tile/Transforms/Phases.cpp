//===- Phases.cpp - A block cut into phases -------------------------------===//
//
// Which operations run once, over all tiles, or after a reduction over the
// batch; the phases in order; loops over whole batches. Part of class Lowering.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Lowering.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

//===-- levels ------------------------------------------------------------===//

// Level k runs: invariant operations, loops over whole batches, one pass over
// the tiles, the reduction of its sinks. An operation is at the first level at
// which its operands are there.
Lowering::Levels Lowering::computeLevels(Block &block) {
  Levels levels;
  for (Operation &op : block.without_terminator()) {
    auto loop = dyn_cast<lane::LoopOp>(op);
    bool batchLoop = loop && !isInvariantOp(loop) && isBatchLoop(loop);
    int level = 0;
    for (Value operand : op.getOperands()) {
      auto found = levels.ready.find(operand);
      if (found == levels.ready.end())
        continue;
      // A loop over batches reads what earlier passes have stored.
      bool stored = batchLoop && levels.byTiles.contains(operand);
      level = std::max(level, found->second + stored);
    }
    bool tiles = !batchLoop && !isInvariantOp(&op);
    levels.of[&op] = level;
    levels.count = std::max(levels.count, level + 1);
    for (Value result : op.getResults()) {
      bool reduced = (tiles || batchLoop) && lane::isInvariant(result);
      levels.ready[result] = level + reduced;
      levels.count = std::max(levels.count, level + 1 + reduced);
      if (tiles && !reduced)
        levels.byTiles.insert(result);
    }
  }
  return levels;
}

//===-- phases ------------------------------------------------------------===//

void Lowering::inOnce(function_ref<void()> emit) {
  auto once = OnceOp::create(b, loc, /*prepared=*/false);
  once.getBody().emplaceBlock();
  inside(once, emit);
  if (once.getBlock().empty() && !llvm::is_contained(firstOnces, once))
    once.erase();
}

bool Lowering::isPrepared(Operation *op) {
  auto impure = [](Operation *inner) {
    return isa<lane::DrawOp, lane::BatchSizeOp>(inner) ? WalkResult::interrupt()
                                                       : WalkResult::advance();
  };
  if (op->walk(impure).wasInterrupted())
    return false;
  return llvm::all_of(op->getOperands(), [&](Value operand) {
    return preparedValues.contains(operand);
  });
}

void Lowering::lowerOnce(Ops ops) {
  lowerOps(ops);
  // Views that need a copy get it here, not in a pass over the tiles.
  for (Operation *op : ops)
    if (isFree(op) && op->getNumOperands() && !failed)
      viewOf(op->getResult(0));
}

void Lowering::lowerTiles(function_ref<void()> emit, int64_t natural) {
  OpBuilder::InsertionGuard guard(b);
  int64_t chunk = options.chunk ? options.chunk : natural;
  auto tiles = TilesOp::create(b, loc, chunk, int64_t(1), int64_t(1));
  Operation *outer = phase;
  phase = tiles;
  layerMajor = chunk > 1;
  pinned = false;
  each = {};
  loaded.clear();
  b.setInsertionPointToEnd(&tiles.getBody().emplaceBlock());
  if (!layerMajor) {
    perTile();
    pinned = true;
  }
  emit();
  each = {};
  pinned = false;
  loaded.clear();
  if (!failed)
    setGrid(tiles, natural);
  b.setInsertionPointAfter(tiles);
  emitReduce();
  phase = outer;
}

/// Bytes of the sinks of a phase, roughly: what a group has to itself.
static int64_t sinkBytes(ArrayRef<Sink> sinks) {
  int64_t bytes = 0;
  for (const Sink &sink : sinks) {
    BufType type = bufOf(sink.buffer);
    int64_t n = type.getFootprint();
    if (type.getLayout() == Layout::lanes)
      n *= virtualLanes;
    bytes += n * type.getElementType().getIntOrFloatBitWidth() / 8;
  }
  return bytes;
}

// More groups serve more threads, but each has its sinks to write and to reduce
// again: large ones are given the work of several tiles at least. The grid
// decides the order of sums: it must not depend on an option.
void Lowering::setGrid(TilesOp tiles, int64_t natural) {
  int64_t bytes = sinkBytes(sinks);
  bool small = bytes <= (int64_t(1) << 18);
  tiles.setGroups(bytes == 0 ? 256 : small ? 32 : 16);
  tiles.setMinTiles(std::max<int64_t>(natural, bytes == 0 ? 1 : small ? 2 : 8));
}

void Lowering::lowerLevel(Block &block, Levels &levels, int level,
                          function_ref<void()> after) {
  SmallVector<Operation *> prepared, once, tiles;
  SmallVector<lane::LoopOp> repeats;
  bool first = level == 0 && block.getParentOp() == function.getOperation();
  for (Operation &op : block.without_terminator()) {
    if (levels.of[&op] != level)
      continue;
    auto loop = dyn_cast<lane::LoopOp>(op);
    if (loop && !isInvariantOp(loop) && isBatchLoop(loop)) {
      repeats.push_back(loop);
    } else if (!isInvariantOp(&op)) {
      tiles.push_back(&op);
    } else if (first && isPrepared(&op)) {
      prepared.push_back(&op);
      for (Value result : op.getResults()) {
        preparedValues.insert(result);
        destinations.erase(result); // the caller's array is written every call
      }
    } else {
      once.push_back(&op);
    }
  }
  if (first) {
    inside(firstOnces[1], [&] { lowerOnce(prepared); });
    inside(firstOnces[0], [&] { lowerOnce(once); });
  } else if (!once.empty()) {
    inOnce([&] { lowerOnce(once); });
  }
  for (lane::LoopOp loop : repeats)
    if (!failed)
      lowerRepeat(loop);
  bool work = llvm::any_of(tiles, [](Operation *op) { return !isFree(op); });
  if (failed || (!work && !after))
    return;
  lowerTiles(
      [&] {
        lowerOps(tiles);
        if (after && !failed)
          after();
      },
      chunkFor(tiles));
}

// What leaves the function is stored by the pass that has it.
void Lowering::lowerPhases(Block &block) {
  Levels levels = computeLevels(block);
  bool outermost = block.getParentOp() == function.getOperation();
  DenseMap<int, SmallVector<unsigned>> stores;
  if (outermost)
    for (auto [k, value] :
         llvm::enumerate(block.getTerminator()->getOperands()))
      if (!lane::isInvariant(value))
        stores[levels.ready.lookup(value)].push_back(k);
  for (int level = 0; level < levels.count && !failed; ++level) {
    ArrayRef<unsigned> here = stores[level];
    auto after = [&] {
      for (unsigned k : here)
        emitStore(block.getTerminator()->getOperand(k), results[k]);
    };
    if (here.empty())
      lowerLevel(block, levels, level, {});
    else
      lowerLevel(block, levels, level, after);
  }
}

void Lowering::emitStore(Value value, Value target) {
  perTile();
  View view = viewOf(value);
  Value source = materialize(view);
  StoreOp::create(b, loc, source, target);
}

//===-- loops over whole batches ------------------------------------------===//

void Lowering::lowerRepeat(lane::LoopOp loop) {
  SmallVector<View> carries, stacks;
  SmallVector<Move, 0> starts[2];
  for (auto [init, final] : llvm::zip(loop.getInits(), loop.getFinals())) {
    bool inv = lane::isInvariant(init);
    carries.push_back(place(final));
    starts[inv].push_back({viewOf(init), carries.back()});
  }
  for (Value y : loop.getYs())
    stacks.push_back(place(y));
  moveAll(starts[0], starts[1]);
  OpBuilder::InsertionGuard guard(b);
  auto repeat = RepeatOp::create(b, loc, loop.getCount(), loop.getReverse());
  Block &body = repeat.getBody().emplaceBlock();
  body.addArgument(b.getIndexType(), loc);
  b.setInsertionPointToEnd(&body);
  auto saved = std::make_pair(scope, phaseBlock);
  scope = repeat;
  phaseBlock = &loop.getBlock();
  bindLoop(loop, repeat.getStep(), carries);
  // Carried invariant values have their value from the start of a step.
  auto start = OnceOp::create(b, loc, /*prepared=*/false);
  start.getBody().emplaceBlock();
  for (View &carry : carries)
    if (carry.isMem())
      writers[carry.base] = start;
  for (auto [value, stack] : llvm::zip(loop.getYieldedYs(), stacks))
    if (Operation *op = value.getDefiningOp();
        op && !isFree(op) && !destinations.count(value))
      destinations[value] = stack.at(repeat.getStep());
  lowerPhases(loop.getBlock());
  if (failed)
    return;
  SmallVector<Move, 0> moves[2];
  for (auto [value, stack] : llvm::zip(loop.getYieldedYs(), stacks))
    moves[lane::isInvariant(value)].push_back(
        {viewOf(value), stack.at(repeat.getStep())});
  for (auto [value, carry] : llvm::zip(loop.getYieldedCarries(), carries))
    moves[lane::isInvariant(value)].push_back({viewOf(value), carry});
  moveAll(moves[0], moves[1]);
  if (start.getBlock().empty())
    start.erase();
  for (ArrayRef<View> made : {ArrayRef<View>(carries), ArrayRef<View>(stacks)})
    for (const View &view : made)
      if (view.isMem())
        writers[view.base] = repeat;
  std::tie(scope, phaseBlock) = saved;
}

/// Copies in a pass over the tiles, and in an `once`.
void Lowering::moveAll(ArrayRef<Move> varying, ArrayRef<Move> invariant) {
  auto moves = [](const Move &copy) { return !(copy.first == copy.second); };
  if (llvm::any_of(varying, moves))
    lowerTiles([&] { emitParallelCopy(varying); }, 1);
  if (llvm::any_of(invariant, moves))
    inOnce([&] { emitParallelCopy(invariant); });
}

//===-- schedule ----------------------------------------------------------===//

/// The value outside all loops that an operand of a loop's body comes from.
static Value outermost(Value value) {
  while (true) {
    value = rootOf(value);
    auto argument = dyn_cast<BlockArgument>(value);
    if (!argument)
      return value;
    auto loop = dyn_cast<lane::LoopOp>(argument.getOwner()->getParentOp());
    if (!loop || argument.getArgNumber() == 0)
      return value;
    value = loop->getOperand(argument.getArgNumber() - 1);
  }
}

static int64_t timesAround(Operation *op) {
  int64_t times = 1;
  while ((op = op->getParentOp()))
    if (auto loop = dyn_cast<lane::LoopOp>(op))
      times *= loop.getCount();
  return times;
}

// Layer-major when weights and their adjoints would not stay in half of the
// cache for one tile after the other; or for samples that share lanes.
int64_t Lowering::chunkFor(Ops ops) {
  int64_t elements = 0;
  DenseSet<Value> weights;
  auto count = [&](lane::ContractOp contract) {
    for (Value factor : {contract.getX(), contract.getY()})
      if (lane::isInvariant(factor))
        if (Value from = outermost(factor); weights.insert(from).second)
          elements += lane::typeOf(from).getNumElements();
    if (contract.getBatch())
      elements += lane::typeOf(contract.getResult()).getNumElements() *
                  timesAround(contract);
  };
  bool sharing = false;
  for (Operation *op : ops) {
    op->walk(count);
    op->walk([&](lane::LoopOp loop) { sharing |= sharesLanes(loop); });
  }
  int64_t bytes = elements * element.getIntOrFloatBitWidth() / 8;
  return sharing || bytes > options.cache / 2 ? 4 : 1;
}
