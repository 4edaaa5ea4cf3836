//===- TilePhases.cpp - Programs, phases, groups, chunks ------------------===//
//
// The control of a kernel: its run function goes through the phases; every
// `tiles` and `reduce` phase is a task function that RillCall.parallel calls.
// Both share an environment of 8-byte slots in the frame of the run function.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/TileEmitter.h"

#include "rill/abi.h"

#include "llvm/ADT/MapVector.h"

#include <cstddef>

using namespace mlir;
using namespace rill;
using namespace rill::cpu;
using namespace rill::tile;

//===----------------------------------------------------------------------===//
// Environment
//===----------------------------------------------------------------------===//

Type TileEmitter::slotType(int which) {
  switch (which) {
  case Call:
  case Scratch:
  case Sinks:
  case Workers:
  case Stored:
  case Prepared:
    return e.ptr;
  default:
    return e.i64;
  }
}

Value TileEmitter::slot(int which) {
  if (which < Per)
    return slots[which];
  return e.load(slotType(which), slotAddress(which));
}

Value TileEmitter::field(int64_t bytes, Type type) {
  return e.load(type, offset(slot(Call), bytes));
}

static int64_t round64(int64_t bytes) { return (bytes + 63) / 64 * 64; }

int64_t TileEmitter::scratchBytes() { return round64(program.getScratch()); }
int64_t TileEmitter::sinkPitch() { return round64(program.getSink()); }

int64_t TileEmitter::workerPitch() {
  int64_t rows =
      program.getLocal() + program.getChunk() * program.getChunkRows();
  return round64(rows * pitch) + 64;
}

void TileEmitter::fillEnv(Value call) {
  auto set = [&](int which, Value value) {
    slots[which] = value;
    e.store(value, slotAddress(which));
  };
  set(Call, call);
  Value batch = field(offsetof(RillCall, batch), e.i64);
  set(Batch, batch);
  Value tiles = e.udiv(e.iadd(batch, lanes - 1), lanes);
  set(Tiles, tiles);
  Value workers = e.imax(
      e.sext(field(offsetof(RillCall, workers), e.i32), e.i64), e.num(1));
  Value workspace = field(offsetof(RillCall, workspace), e.ptr);
  set(Scratch, workspace);
  Value sinks = offset(workspace, scratchBytes());
  set(Sinks, sinks);
  Value groups = e.imax(e.imin(tiles, e.num(program.getMaxGroups())), e.num(1));
  Value arenas = e.at(sinks, e.imul(groups, sinkPitch()), e.i8);
  set(Workers, arenas);
  set(Stored, e.at(arenas, e.imul(workers, workerPitch()), e.i8));
  set(Prepared, field(offsetof(RillCall, prepared), e.ptr));
}

/// At the start of a task function: the environment's values and the steps of
/// the repeats around the phase.
void TileEmitter::enterTask(Operation *phase, Block &entry) {
  env = entry.getArgument(0);
  for (int which = 0; which < Per; ++which)
    slots[which] = e.load(slotType(which), slotAddress(which));
  stepValues.clear();
  int depth = 0;
  for (auto repeat = phase->getParentOfType<RepeatOp>(); repeat;
       repeat = repeat->getParentOfType<RepeatOp>())
    ++depth;
  for (auto repeat = phase->getParentOfType<RepeatOp>(); repeat;
       repeat = repeat->getParentOfType<RepeatOp>())
    stepValues[repeat.getStep()] = slot(FirstStep + --depth);
}

//===----------------------------------------------------------------------===//
// Run and workspace
//===----------------------------------------------------------------------===//

LLVM::LLVMFuncOp TileEmitter::emitWorkspace() {
  auto function = e.beginFunction(symbol + "_workspace", e.i64, {e.i64, e.i64},
                                  /*internal=*/false);
  Block &entry = function.getBody().front();
  Value batch = entry.getArgument(0);
  Value workers = e.imax(entry.getArgument(1), e.num(1));
  Value tiles = e.udiv(e.iadd(batch, lanes - 1), lanes);
  Value groups = e.imax(e.imin(tiles, e.num(program.getMaxGroups())), e.num(1));
  Value total = e.iadd(e.imul(groups, sinkPitch()), scratchBytes());
  total = e.iadd(total, e.imul(workers, workerPitch()));
  total = e.iadd(total, e.imul(tiles, int64_t(program.getStored()) * pitch));
  e.ret(total);
  return function;
}

LLVM::LLVMFuncOp TileEmitter::emitRun() {
  emitTasks(program.getBlock());
  auto function = e.beginFunction(symbol, e.i32, {e.ptr}, /*internal=*/false);
  env = e.stack(e.i64, SlotCount);
  fillEnv(function.getBody().front().getArgument(0));
  stepValues.clear();
  phases(program.getBlock());
  e.ret(e.integer(e.i32, 0));
  return function;
}

void TileEmitter::emitTasks(Block &block) {
  for (Operation &op : block) {
    if (auto tiles = dyn_cast<TilesOp>(op))
      emitTask(tiles);
    else if (auto reduce = dyn_cast<ReduceOp>(op))
      emitTask(reduce);
    else if (auto repeat = dyn_cast<RepeatOp>(op))
      emitTasks(repeat.getBlock());
  }
}

LLVM::LLVMFuncOp TileEmitter::beginTask() {
  return e.beginFunction(symbol + "_task" + std::to_string(tasks.size()),
                         Type(), {e.ptr, e.i64, e.i64}, /*internal=*/true);
}

void TileEmitter::phases(Block &block) {
  for (Operation &op : block)
    llvm::TypeSwitch<Operation *>(&op)
        .Case<OnceOp, TilesOp, ReduceOp, RepeatOp>([&](auto op) { phase(op); })
        .Default([](Operation *) {}); // buffers, constants, views
}

void TileEmitter::phase(OnceOp op) {
  if (!op.getPrepared())
    return steps(op.getBlock());
  Value valid = field(offsetof(RillCall, prepared_valid), e.i32);
  Value stale = e.icmp(LLVM::ICmpPredicate::eq, valid, e.integer(e.i32, 0));
  e.ifThen(stale, [&] { steps(op.getBlock()); });
}

void TileEmitter::phase(RepeatOp op) {
  int depth = 0;
  for (auto outer = op->getParentOfType<RepeatOp>(); outer;
       outer = outer->getParentOfType<RepeatOp>())
    ++depth;
  assert(FirstStep + depth < SlotCount && "internal error: repeats too deep");
  e.loop(op.getCount(), [&](Value index) {
    Value step = op.getReverse()
                     ? e.isub(e.num(int64_t(op.getCount()) - 1), index)
                     : index;
    stepValues[op.getStep()] = step;
    e.store(step, slotAddress(FirstStep + depth));
    phases(op.getBlock());
  });
}

void TileEmitter::runTasks(LLVM::LLVMFuncOp task, Value count) {
  Value parallel = field(offsetof(RillCall, parallel), e.ptr);
  Value given = e.icmp(LLVM::ICmpPredicate::ne, parallel, e.null());
  Value several = e.icmp(LLVM::ICmpPredicate::sgt, count, e.num(1));
  e.ifElse(
      e.band(given, several),
      [&] {
        auto type = LLVM::LLVMFunctionType::get(
            LLVM::LLVMVoidType::get(e.b.getContext()),
            {e.ptr, e.i64, e.ptr, e.ptr});
        Value pool = field(offsetof(RillCall, pool), e.ptr);
        LLVM::CallOp::create(
            e.b, e.loc, type,
            ValueRange{parallel, pool, count, e.address(task), env});
        return Values();
      },
      [&] {
        e.loop(e.num(0), count, 1,
               [&](Value index) { e.call(task, {env, index, e.num(0)}); });
        return Values();
      });
}

static bool isSink(Value value) {
  BufferOp buffer = rootOf(value);
  return buffer && buffer.getSpace() == Space::sink;
}

static bool hasSinks(Operation *phase) {
  return phase
      ->walk([](Operation *op) {
        return llvm::any_of(op->getOperands(), isSink) && !isa<ViewOp>(op)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

void TileEmitter::phase(TilesOp op) {
  int64_t groups = op.getGroups(), least = op.getMinTiles();
  Value tiles = slot(Tiles);
  Value per = e.imax(e.udiv(e.iadd(tiles, groups - 1), groups), e.num(1));
  per = e.imul(e.udiv(e.iadd(per, least - 1), least), least);
  Value count = LLVM::UDivOp::create(e.b, e.loc,
                                     e.iadd(tiles, e.isub(per, e.num(1))), per);
  e.store(per, slotAddress(Per));
  if (hasSinks(op)) {
    // An empty batch still has one group: its sinks hold the neutral element.
    count = e.imax(count, e.num(1));
    e.store(count, slotAddress(Groups));
  }
  runTasks(tasks.lookup(op), count);
}

void TileEmitter::phase(ReduceOp op) {
  runTasks(tasks.lookup(op), e.num(taskCounts.lookup(op)));
}

//===----------------------------------------------------------------------===//
// Tasks
//===----------------------------------------------------------------------===//

void TileEmitter::emitTask(TilesOp op) {
  auto function = beginTask();
  tasks[op] = function;
  Block &entry = function.getBody().front();
  enterTask(op, entry);
  group = entry.getArgument(1);
  worker = entry.getArgument(2);
  int64_t most = op.getChunk();
  Value per = slot(Per);
  Value first = e.imul(group, per);
  groupFirst = first;
  if (hasSinks(op))
    emptySinks(op);
  Value last = e.imin(e.iadd(first, per), slot(Tiles));
  e.loop(first, last, most, [&](Value index) {
    chunkFirst = index;
    chunkTiles =
        most == 1 ? e.num(1) : e.imin(e.num(most), e.isub(last, index));
    inEach = false;
    slotIndex = e.num(0);
    tile = chunkFirst;
    chunk(op.getBlock());
  });
  e.ret();
}

/// What the phase accumulates into, with the kind of each sink; and which of
/// them need not be emptied unless there is no sample at all.
static llvm::MapVector<Operation *, Put> sinksOf(TilesOp phase) {
  llvm::MapVector<Operation *, Put> sinks;
  phase.walk([&](Operation *op) {
    auto puts = op->getAttrOfType<DenseI32ArrayAttr>("puts");
    unsigned outs = puts ? op->getNumOperands() - puts.size() : 0;
    for (auto [index, operand] : llvm::enumerate(op->getOperands()))
      if (isSink(operand) && !isa<ViewOp>(op))
        sinks[rootOf(operand)] = puts && index >= outs
                                     ? static_cast<Put>(puts[index - outs])
                                     : Put::batch_sum;
  });
  return sinks;
}

/// Sums begin at zero; greatest and least elsewhere.
void TileEmitter::emptySinks(TilesOp op) {
  llvm::DenseSet<Operation *> overwritten;
  op.walk([&](OuterOp outer) {
    if (writesWholeSink(outer))
      overwritten.insert(rootOf(outer.getSink()));
  });
  Value none = e.icmp(LLVM::ICmpPredicate::sge, groupFirst, slot(Tiles));
  for (auto [buffer, kind] : sinksOf(op)) {
    auto empty = [&, buffer = cast<BufferOp>(buffer), kind = kind] {
      emptySink(buffer, kind);
    };
    if (overwritten.contains(buffer))
      e.ifThen(none, empty);
    else
      empty();
  }
}

void TileEmitter::emptySink(BufferOp buffer, Put kind) {
  BufType type = bufOf(buffer.getResult());
  Type element = type.getElementType();
  Value address = pointer(resolve(buffer.getResult()), {}, {});
  int64_t count = type.getFootprint();
  if (type.getLayout() == Layout::lanes)
    count *= 16;
  int64_t whole = count / W * W;
  Value many = neutral(kind, Emitter::vec(element, W));
  e.loop(e.num(0), e.num(whole), W,
         [&](Value at) { e.store(many, e.at(address, at, element)); });
  e.loop(e.num(whole), e.num(count), 1, [&](Value at) {
    e.store(neutral(kind, element), e.at(address, at, element));
  });
}

void TileEmitter::chunk(Block &block) {
  for (Operation &op : block)
    llvm::TypeSwitch<Operation *>(&op)
        .Case([&](EachOp op) { each(op); })
        .Case<OuterOp, PositionsOp, CompactOp, RestoreOp>(
            [&](auto op) { emit(op); })
        .Case([&](LoopOp op) { loopOp(op, [&](Block &body) { chunk(body); }); })
        .Default([](Operation *) {});
}

void TileEmitter::loopOp(LoopOp op, function_ref<void(Block &)> body) {
  e.loop(op.getCount(), [&](Value index) {
    stepValues[op.getStep()] =
        op.getReverse() ? e.isub(e.num(int64_t(op.getCount()) - 1), index)
                        : index;
    body(op.getBlock());
  });
}

/// The condition of steps that are all that `op` runs, or null.
static Value onlyWhere(EachOp op) {
  Value live;
  for (Operation &inner : op.getBlock()) {
    if (isa<ViewOp>(inner))
      continue;
    auto where = dyn_cast<WhereOp>(inner);
    if (!where || live)
      return nullptr;
    live = where.getLive();
  }
  return live;
}

/// A program without weight gradients has a second body for tiles of at most
/// 16 samples: one row must not cost a whole tile, nor the last samples of many
/// that share lanes.
void TileEmitter::each(EachOp op) {
  auto phase = op->getParentOfType<TilesOp>();
  bool narrow = lanes > 16 &&
                !phase->walk([](OuterOp) { return WalkResult::interrupt(); })
                     .wasInterrupted();
  e.loop(e.num(0), chunkTiles, 1, [&](Value index) {
    inEach = true;
    slotIndex = index;
    tile = e.iadd(chunkFirst, index);
    active = e.imin(e.num(lanes), e.isub(slot(Batch), e.imul(tile, lanes)));
    auto body = [&](int64_t count) {
      computed = count;
      steps(op.getBlock());
      return Values();
    };
    if (!narrow) {
      body(lanes);
    } else {
      Value few = e.icmp(LLVM::ICmpPredicate::sle, active, e.num(16));
      if (Value live = onlyWhere(op)) {
        computed = lanes;
        Value beyond = anySample(live, /*from=*/16);
        few = e.bor(
            few, e.icmp(LLVM::ICmpPredicate::eq, beyond, e.integer(e.i1, 0)));
      }
      e.ifElse(few, [&] { return body(16); }, [&] { return body(lanes); });
    }
    inEach = false;
  });
}

/// Whether the i1 scalar holds for any sample of the tile in lane `from` (a
/// multiple of the vector) or later.
Value TileEmitter::anySample(Value live, int64_t from) {
  Value address = pointer(resolve(live), {}, {}), any;
  for (int64_t v = from / W; v * W < computed; ++v) {
    Value here = readLanes(e.i1, offset(address, v * W));
    here = e.band(here, sampleMask({e.num(0), v}));
    any = any ? e.bor(any, here) : here;
  }
  auto bits = IntegerType::get(e.b.getContext(), W);
  Value mask = LLVM::BitcastOp::create(e.b, e.loc, bits, any);
  return e.icmp(LLVM::ICmpPredicate::ne, mask, e.integer(bits, 0));
}

void TileEmitter::steps(Block &block) {
  for (Operation &op : block)
    step(op);
}

void TileEmitter::step(Operation &op) {
  llvm::TypeSwitch<Operation *>(&op)
      .Case([&](LoopOp op) { loopOp(op, [&](Block &body) { steps(body); }); })
      .Case([&](WhereOp op) {
        e.ifThen(anySample(op.getLive()), [&] { steps(op.getBlock()); });
      })
      .Case<LoadOp, StoreOp, CopyOp, ScatterAddOp, PackOp, TransposeOp, OuterOp,
            MapOp, MatmulOp, DotOp, LookupOp, LookupAddOp, TakeOp, CumsumOp,
            TriSolveOp, DrawOp>([&](auto op) { emit(op); })
      .Case<ViewOp, BufferOp, ConstantOp>([](auto) {})
      .Default([](Operation *op) {
        op->emitError("internal error: no CPU code for this step");
        llvm::report_fatal_error("internal error: unknown tile step");
      });
}
