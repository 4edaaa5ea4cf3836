//===- TileLanes.cpp - Samples in other lanes than their own --------------===//
//
// Between the steps of a loop that samples leave one by one, those that stay
// are moved to the first lanes of the chunk. Moves are few (a sample is moved
// about once) and small beside the products of a step.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/TileEmitter.h"

using namespace mlir;
using namespace rill;
using namespace rill::cpu;
using namespace rill::tile;

/// How many samples the chunk at hand has.
Value TileEmitter::chunkSamples() {
  Value left = e.isub(slot(Batch), e.imul(chunkFirst, lanes));
  return e.imin(e.imul(chunkTiles, lanes), left);
}

Value TileEmitter::placeOf(Value buffer, Value position) {
  slotIndex = e.udiv(position, lanes);
  tile = e.iadd(chunkFirst, slotIndex);
  Value lane = e.isub(position, e.imul(slotIndex, lanes));
  Ref ref = resolve(buffer);
  return pointer(ref, {}, {}, e.imul(lane, size(ref.type.getElementType())));
}

/// The element of a lane as an integer of its size.
static Type wordOf(Emitter &e, int64_t bytes) {
  return IntegerType::get(e.b.getContext(), 8 * bytes);
}

void TileEmitter::exchange(Value buffer, Value one, Value other) {
  Type word = wordOf(e, size(bufOf(buffer).getElementType()));
  Value first = placeOf(buffer, one), second = placeOf(buffer, other);
  e.loop(bufOf(buffer).getFootprint(), [&](Value row) {
    Value at = e.imul(row, pitch);
    Value here = e.at(first, at, e.i8), there = e.at(second, at, e.i8);
    Value kept = e.load(word, here);
    e.store(e.load(word, there), here);
    e.store(kept, there);
  });
}

void TileEmitter::emit(PositionsOp op) {
  auto kept = std::make_tuple(slotIndex, tile, active);
  e.loop(e.num(0), chunkSamples(), 1, [&](Value position) {
    e.store(e.trunc(position, e.i32), placeOf(op.getOrder(), position));
  });
  std::tie(slotIndex, tile, active) = kept;
}

/// How many samples of the chunk live.
Value TileEmitter::countLive(Value live) {
  auto bits = IntegerType::get(e.b.getContext(), W);
  return e.loop(
      e.num(0), chunkTiles, 1, {e.num(0)}, [&](Value index, ValueRange sum) {
        slotIndex = index;
        tile = e.iadd(chunkFirst, index);
        active = e.imin(e.num(lanes), e.isub(slot(Batch), e.imul(tile, lanes)));
        Value address = pointer(resolve(live), {}, {}), count = sum[0];
        for (int64_t v = 0; v * W < lanes; ++v) {
          Value here = readLanes(e.i1, offset(address, v * W));
          here = e.band(here, sampleMask({e.num(0), v}));
          Value mask = LLVM::BitcastOp::create(e.b, e.loc, bits, here);
          Value ones = LLVM::CtPopOp::create(e.b, e.loc, bits, mask);
          count = e.iadd(count, e.zext(ones, e.i64));
        }
        return Values{count};
      })[0];
}

/// The first `count` lanes are those that the samples which live will have:
/// each of these that does not live makes room for one from beyond.
void TileEmitter::emit(CompactOp op) {
  auto kept = std::make_tuple(slotIndex, tile, active);
  Value count = countLive(op.getLive()), samples = chunkSamples();
  Value some = e.band(e.icmp(LLVM::ICmpPredicate::sgt, count, e.num(0)),
                      e.icmp(LLVM::ICmpPredicate::slt, count, samples));
  // Few samples fit into the narrow body anyway.
  some = e.band(some, e.icmp(LLVM::ICmpPredicate::sgt, samples, e.num(16)));
  e.ifThen(some, [&] {
    Value room = e.stack(e.i64, int64_t(program.getChunk()) * lanes, 64);
    auto lives = [&](Value position) {
      return e.zext(e.load(e.i8, placeOf(op.getLive(), position)), e.i64);
    };
    e.loop(e.num(0), count, 1, {e.num(0)},
           [&](Value position, ValueRange found) {
             e.store(position, e.at(room, found[0], e.i64));
             return Values{e.iadd(found[0], e.isub(e.num(1), lives(position)))};
           });
    e.loop(count, samples, 1, {e.num(0)},
           [&](Value position, ValueRange taken) {
             Value stays = lives(position);
             e.ifThen(e.icmp(LLVM::ICmpPredicate::ne, stays, e.num(0)), [&] {
               Value to = e.load(e.i64, e.at(room, taken[0], e.i64));
               exchange(op.getOrder(), position, to);
               for (Value buffer : op.getValues())
                 exchange(buffer, position, to);
             });
             return Values{e.iadd(taken[0], stays)};
           });
  });
  std::tie(slotIndex, tile, active) = kept;
}

void TileEmitter::emit(RestoreOp op) {
  auto kept = std::make_tuple(slotIndex, tile, active);
  Value samples = chunkSamples();
  int64_t most = int64_t(program.getChunk()) * lanes;
  Value away = e.loop(
      e.num(0), samples, 1, {e.num(0)}, [&](Value position, ValueRange count) {
        Value own = e.load(e.i32, placeOf(op.getOrder(), position));
        Value moved =
            e.icmp(LLVM::ICmpPredicate::ne, own, e.trunc(position, e.i32));
        return Values{e.iadd(count[0], e.zext(moved, e.i64))};
      })[0];
  Value any = e.icmp(LLVM::ICmpPredicate::ne, away, e.num(0));
  for (Value buffer : op.getValues()) {
    int64_t bytes = size(bufOf(buffer).getElementType());
    Type word = wordOf(e, bytes);
    Value home = e.stack(word, most, 64);
    Value rows = e.imul(e.zext(any, e.i64), bufOf(buffer).getFootprint());
    e.loop(e.num(0), rows, 1, [&](Value row) {
      Value at = e.imul(row, pitch);
      e.loop(e.num(0), samples, 1, [&](Value position) {
        Value own = e.load(e.i32, placeOf(op.getOrder(), position));
        Value here = e.at(placeOf(buffer, position), at, e.i8);
        e.store(e.load(word, here), e.at(home, e.zext(own, e.i64), word));
      });
      e.loop(e.num(0), samples, 1, [&](Value position) {
        Value here = e.at(placeOf(buffer, position), at, e.i8);
        e.store(e.load(word, e.at(home, position, word)), here);
      });
    });
  }
  std::tie(slotIndex, tile, active) = kept;
}
