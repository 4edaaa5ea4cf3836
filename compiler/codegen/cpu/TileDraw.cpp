//===- TileDraw.cpp - Random draws in vectors -----------------------------===//
//
// Repeats rill/philox.h on vectors of samples: the same key, counter and
// words, bit for bit. One block of four words serves four elements.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/TileEmitter.h"

#include "rill/abi.h"

#include <cstddef>

using namespace mlir;
using namespace rill;
using namespace rill::cpu;
using namespace rill::tile;

/// philox::mix and philox::absorb.
static Value absorb(Emitter &e, Value key, Value value) {
  auto k = [&](uint64_t bits) { return e.num(static_cast<int64_t>(bits)); };
  Value z = e.bxor(key, e.addI(value, k(0x9E3779B97F4A7C15u)));
  z = e.mulI(e.bxor(z, e.lshr(z, 30)), k(0xBF58476D1CE4E5B9u));
  z = e.mulI(e.bxor(z, e.lshr(z, 27)), k(0x94D049BB133111EBu));
  return e.bxor(z, e.lshr(z, 31));
}

Value TileEmitter::drawKey(DrawOp op) {
  Value key = absorb(e, e.num(0), field(offsetof(RillCall, seed), e.i64));
  key = absorb(e, key, field(offsetof(RillCall, step), e.i64));
  key = absorb(e, key, e.num(op.getSite()));
  for (Value index : op.getIndices()) {
    Value value = index.getType().isIndex()
                      ? stepOf(index)
                      : e.sext(readLane(resolve(index), {}, e.num(0)), e.i64);
    key = absorb(e, key, value);
  }
  return key;
}

/// Ten rounds on scalars or vectors of i32; `key` is an i64 scalar.
Values TileEmitter::philox(Values c, Value key) {
  Type type = c[0].getType(), wide = Emitter::like(type, e.i64);
  auto spread = [&](Value scalar) {
    auto vector = dyn_cast<VectorType>(type);
    return vector ? e.splat(scalar, vector) : scalar;
  };
  Value k0 = spread(e.trunc(key, e.i32));
  Value k1 = spread(e.trunc(e.lshr(key, 32), e.i32));
  auto product = [&](Value x, int64_t factor) {
    return e.mulI(e.zext(x, wide), e.integer(wide, factor));
  };
  for (int round = 0; round < 10; ++round) {
    Value p0 = product(c[0], 0xD2511F53), p1 = product(c[2], 0xCD9E8D57);
    auto high = [&](Value p) { return e.trunc(e.lshr(p, 32), type); };
    c = {e.bxor(e.bxor(high(p1), c[1]), k0), e.trunc(p1, type),
         e.bxor(e.bxor(high(p0), c[3]), k1), e.trunc(p0, type)};
    k0 = e.addI(k0, e.integer(type, int32_t(0x9E3779B9u)));
    k1 = e.addI(k1, e.integer(type, int32_t(0xBB67AE85u)));
  }
  return c;
}

/// Elements 4 block .. 4 block + count - 1 for the lanes from `lane` on.
void TileEmitter::drawBlock(DrawOp op, const Ref &target, Value key,
                            Value block, int64_t count, Value lane, bool rows) {
  Type words = valueType(e.i32, rows), type = valueType(real, rows);
  Value low = e.integer(words, 0), high = low;
  if (rows) {
    VectorType wide = Emitter::vec(e.i64, W);
    SmallVector<int64_t> iota;
    for (int64_t k = 0; k < W; ++k)
      iota.push_back(k);
    Value first =
        e.iadd(field(offsetof(RillCall, first_sample), e.i64), sampleOf(lane));
    Value sample = e.addI(e.splat(first, wide), e.lanesOf(wide, iota));
    low = e.trunc(sample, words);
    high = e.trunc(e.lshr(sample, 32), words);
  }
  Value number = e.trunc(block, e.i32);
  if (rows)
    number = broadcast(number);
  auto plane = [&](int64_t index) {
    return philox({low, high, number, e.integer(words, index)}, key);
  };
  Values first = plane(0), second;
  bool wideWords = real.isF64() && op.getLaw() != lane::Law::bits;
  if (wideWords)
    second = plane(1);
  for (int64_t k = 0; k < count; ++k) {
    Value word = first[k];
    if (wideWords) {
      Type wide = Emitter::like(words, e.i64);
      word = e.bor(e.shl(e.zext(word, wide), 32), e.zext(second[k], wide));
    }
    Value value = word;
    if (op.getLaw() == lane::Law::uniform)
      value = math.uniform(type, word);
    else if (op.getLaw() == lane::Law::normal)
      value = math.normal(type, word);
    SmallVector<Value> point =
        unflatten(e.iadd(e.imul(block, 4), k), target.type.getShape());
    writeAt(target, point, lane, value);
  }
}

void TileEmitter::emit(DrawOp op) {
  Ref target = resolve(op.getTarget());
  bool rows = target.type.isVarying();
  int64_t count = target.type.getNumElements();
  Value key = drawKey(op);
  overLanes(rows, [&](Value lane) {
    e.loop(count / 4, [&](Value block) {
      drawBlock(op, target, key, block, 4, lane, rows);
    });
    if (count % 4)
      drawBlock(op, target, key, e.num(count / 4), count % 4, lane, rows);
  });
}
