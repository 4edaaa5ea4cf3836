//===- TileOuter.cpp - Transposes, outer products, reductions of groups ---===//
//
// A weight's adjoint is held in registers block by block over a whole chunk:
// the long operand comes as transposed vectors, the short one as broadcasts
// from memory. A `blocks` sink is row-major with rows padded to 16.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/TileEmitter.h"

using namespace mlir;
using namespace rill;
using namespace rill::cpu;
using namespace rill::tile;

//===----------------------------------------------------------------------===//
// Transposition in registers
//===----------------------------------------------------------------------===//

/// A square of W vectors: first inside the 128-bit parts, then the parts.
void TileEmitter::transposeVectors(SmallVectorImpl<Value> &rows) {
  int64_t inner = 128 / real.getWidth(), parts = W / inner;
  SmallVector<Value> next(rows.size());
  auto zip = [&](Value x, Value y, int64_t width, bool high) {
    // Within every part: units of `width` elements, interleaved.
    SmallVector<int32_t> mask;
    int64_t half = inner / 2;
    for (int64_t part = 0; part < parts; ++part)
      for (int64_t k = 0; k < half; k += width)
        for (int64_t source = 0; source < 2; ++source)
          for (int64_t u = 0; u < width; ++u)
            mask.push_back(source * W + part * inner + (high ? half : 0) + k +
                           u);
    return e.shuffle(x, y, mask);
  };
  // In groups of `inner` rows.
  for (int64_t width = 1; width < inner; width *= 2) {
    for (int64_t base = 0; base < W; base += inner)
      for (int64_t k = 0; k < inner / 2; ++k) {
        int64_t x, y;
        if (width == 1) {
          x = base + 2 * k, y = x + 1;
        } else {
          x = base + k, y = base + k + 2;
        }
        Value low = zip(rows[x], rows[y], width, false);
        Value high = zip(rows[x], rows[y], width, true);
        next[base + 2 * k] = low;
        next[base + 2 * k + 1] = high;
      }
    rows.assign(next.begin(), next.end());
  }
  // rows[g * inner + c], part p, is column p * inner + c of rows g * inner ..
  // Gather the parts of all groups.
  auto pick = [&](Value x, Value y, bool odd) {
    SmallVector<int32_t> mask;
    for (int64_t source = 0; source < 2; ++source)
      for (int64_t part = odd; part < parts; part += 2)
        for (int64_t u = 0; u < inner; ++u)
          mask.push_back(source * W + part * inner + u);
    return e.shuffle(x, y, mask);
  };
  if (parts == 1)
    return;
  for (int64_t c = 0; c < inner; ++c) {
    auto row = [&](int64_t g) { return rows[g * inner + c]; };
    if (parts == 2) {
      next[c] = pick(row(0), row(1), false);
      next[inner + c] = pick(row(0), row(1), true);
      continue;
    }
    Value even01 = pick(row(0), row(1), false);
    Value odd01 = pick(row(0), row(1), true);
    Value even23 = pick(row(2), row(3), false);
    Value odd23 = pick(row(2), row(3), true);
    next[c] = pick(even01, even23, false);
    next[2 * inner + c] = pick(even01, even23, true);
    next[inner + c] = pick(odd01, odd23, false);
    next[3 * inner + c] = pick(odd01, odd23, true);
  }
  rows.assign(next.begin(), next.end());
}

void TileEmitter::emit(TransposeOp op) {
  Ref source = resolve(op.getSource()), target = resolve(op.getTarget());
  ArrayRef<int64_t> shape = source.type.getShape();
  ArrayRef<int64_t> strides = source.type.getStrides();
  int64_t J = shape.back(), bytes = size(real), width = padded(J);
  VectorType V = Emitter::vec(real, W);
  SmallVector<int64_t> unitStrides =
      denseStrides(Layout::mem, shape.drop_back());
  auto block = [&](ArrayRef<Value> unit, Value j, int64_t count, Value lane) {
    SmallVector<Value> rows;
    SmallVector<Value> point(unit);
    point.push_back(j);
    for (int64_t k = 0; k < W; ++k) {
      if (k >= count) {
        rows.push_back(e.real(V, 0));
        continue;
      }
      point.back() = e.iadd(j, k);
      rows.push_back(
          e.load(V, pointer(source, point, strides, e.imul(lane, bytes))));
    }
    transposeVectors(rows);
    Value first =
        pointer(target, unit, unitStrides,
                e.iadd(e.imul(lane, width * bytes), e.imul(j, bytes)));
    for (int64_t k = 0; k < W; ++k)
      e.store(rows[k], offset(first, k * width * bytes));
  };
  points(shape.drop_back(), [&](ArrayRef<Value> unit) {
    e.loop(e.num(0), e.num(lanes), W, [&](Value lane) {
      e.loop(J / W, [&](Value i) { block(unit, e.imul(i, W), W, lane); });
      if (J % W)
        block(unit, e.num(J / W * W), J % W, lane);
    });
  });
}

//===----------------------------------------------------------------------===//
// Outer products
//===----------------------------------------------------------------------===//

/// True if `op` alone writes its sink in this phase and every run of the
/// chunk's body writes each element exactly once: then the first chunk of a
/// group need not read it, and nobody need empty it.
bool TileEmitter::writesWholeSink(OuterOp op) {
  BufferOp root = rootOf(op.getSink());
  auto phase = op->getParentOfType<TilesOp>();
  bool alone = true;
  phase.walk([&](Operation *other) {
    if (other != op && !isa<ViewOp>(other))
      for (Value operand : other->getOperands())
        if (isa<BufType>(operand.getType()))
          alone &= rootOf(operand) != root;
  });
  // What may be skipped does not write for certain, nor are columns written
  // that nobody reads: a reduction sums them all the same.
  if (op->getParentOfType<WhereOp>() || op.getColumns())
    return false;
  if (!alone || (op->getParentOfType<EachOp>() && phase.getChunk() != 1))
    return false;
  BufType whole = bufOf(root.getResult());
  ArrayRef<int64_t> shape = whole.getShape();
  int64_t units =
      whole.getNumElements() / (shape.back() * shape[shape.size() - 2]);
  SmallVector<LoopOp> loops;
  for (auto loop = op->getParentOfType<LoopOp>(); loop;
       loop = loop->getParentOfType<LoopOp>())
    loops.push_back(loop);
  if (loops.empty())
    return units == 1;
  auto view = op.getSink().getDefiningOp<ViewOp>();
  return loops.size() == 1 && view && view.getSource() == root.getResult() &&
         view.getOffset() == 0 && view.getIndices().size() == 1 &&
         view.getIndices()[0] == loops[0].getStep() &&
         view.getScales()[0] == 1 && int64_t(loops[0].getCount()) == units;
}

/// For `count` blocks of rows the groups of columns that anybody reads, from
/// and to (which may be beyond the last); null where all are read.
Value TileEmitter::outerGroups(OuterOp op, int64_t firstRow, int64_t count,
                               int64_t height, int64_t firstColumn,
                               int64_t width) {
  auto columns = op.getColumns();
  if (!columns || !count)
    return nullptr;
  SmallVector<int64_t> table;
  for (int64_t block = 0; block < count; ++block) {
    int64_t from = bufOf(op.getSink()).getDim(1), to = 0;
    for (int64_t r = 0; r < height; ++r) {
      int64_t at = 2 * (firstRow + block * height + r);
      if ((*columns)[at] < (*columns)[at + 1]) {
        from = std::min<int64_t>(from, (*columns)[at]);
        to = std::max<int64_t>(to, (*columns)[at + 1]);
      }
    }
    from = std::max<int64_t>(from - firstColumn, 0) / width;
    to = (std::max<int64_t>(to - firstColumn, 0) + width - 1) / width;
    table.append({std::min(from, to), to});
  }
  return tableOf(table);
}

void TileEmitter::emit(OuterOp op) {
  int64_t I = bufOf(op.getRows()).getDim(1), J = bufOf(op.getCols()).getDim(1);
  int64_t vectors = (J + W - 1) / W;
  int64_t most = e.isa.registers == 32 ? 4 : 2;
  int64_t registers = e.isa.registers == 32 ? 24 : 12;
  auto columns = [&](int64_t from, int64_t groups, int64_t width) {
    if (!groups)
      return;
    BlockSplit split = BlockSplit::of(I, registers / width);
    auto blocks = [&](int64_t count, int64_t start, int64_t height) {
      Value table = outerGroups(op, start, count, height, from * W, width * W);
      e.loop(count, [&](Value index) {
        Value i = e.iadd(e.imul(index, height), start);
        Value first = e.num(0), end = e.num(groups);
        if (table) {
          Value entry = e.at(table, e.imul(index, 2), e.i64);
          first = e.load(e.i64, entry);
          end = e.imin(end, e.load(e.i64, e.at(entry, 1, e.i64)));
        }
        e.loop(first, end, 1, {}, [&](Value g, ValueRange) {
          outerBlock(op, i, e.iadd(e.imul(g, width * W), from * W), height,
                     width);
          return Values();
        });
      });
    };
    blocks(split.taller, 0, split.height + 1);
    blocks(split.count - split.taller, split.taller * (split.height + 1),
           split.height);
  };
  columns(0, vectors / most, most);
  columns(vectors / most * most, vectors % most ? 1 : 0, vectors % most);
}

void TileEmitter::outerBlock(OuterOp op, Value i, Value j, int64_t height,
                             int64_t vectors) {
  BufType rowsType = bufOf(op.getRows());
  int64_t K = rowsType.getDim(0), bytes = size(real);
  int64_t sinkWidth = padded(bufOf(op.getSink()).getShape().back());
  int64_t colsWidth = padded(bufOf(op.getCols()).getDim(1));
  ArrayRef<int64_t> strides = rowsType.getStrides();
  VectorType V = Emitter::vec(real, W);
  Ref sink = resolve(op.getSink());
  Value home =
      pointer(sink, {}, {}, e.imul(e.iadd(e.imul(i, sinkWidth), j), bytes));
  auto place = [&](int64_t r, int64_t v) {
    return offset(home, (r * sinkWidth + v * W) * bytes);
  };
  auto held = [&] {
    Values values;
    for (int64_t r = 0; r < height; ++r)
      for (int64_t v = 0; v < vectors; ++v)
        values.push_back(e.load(V, place(r, v)));
    return values;
  };
  Values start;
  if (writesWholeSink(op)) {
    Value fresh = e.icmp(LLVM::ICmpPredicate::eq, chunkFirst, groupFirst);
    start = e.ifElse(
        fresh, [&] { return Values(height * vectors, e.real(V, 0)); }, held);
  } else {
    start = held();
  }

  auto tileSum = [&](Value samples, ValueRange carried) {
    Ref rows = resolve(op.getRows()), cols = resolve(op.getCols());
    return e.loop(e.num(0), e.num(K), 1, carried, [&](Value k, ValueRange in) {
      Value top = pointer(rows, {k, i}, strides);
      Value left = pointer(cols, {k}, {1}, e.imul(j, bytes));
      return e.loop(e.num(0), samples, 1, in, [&](Value lane, ValueRange sums) {
        Value column = e.at(left, e.imul(lane, colsWidth * bytes), e.i8);
        Value row = e.at(top, e.imul(lane, bytes), e.i8);
        Values loaded, next;
        for (int64_t v = 0; v < vectors; ++v)
          loaded.push_back(e.load(V, offset(column, v * W * bytes)));
        for (int64_t r = 0; r < height; ++r) {
          Value value = e.load(real, offset(row, r * strides[1] * pitch));
          Value many = broadcast(value);
          for (int64_t v = 0; v < vectors; ++v)
            next.push_back(e.fma(many, loaded[v], sums[r * vectors + v]));
        }
        return next;
      });
    });
  };
  Values sums;
  if (inEach) {
    sums = tileSum(active, start);
  } else {
    sums = e.loop(
        e.num(0), chunkTiles, 1, start, [&](Value index, ValueRange carried) {
          Value savedSlot = slotIndex, savedTile = tile;
          slotIndex = index;
          tile = e.iadd(chunkFirst, index);
          Value samples =
              e.imin(e.num(lanes), e.isub(slot(Batch), e.imul(tile, lanes)));
          Values next = tileSum(samples, carried);
          slotIndex = savedSlot;
          tile = savedTile;
          return next;
        });
  }
  for (int64_t r = 0; r < height; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      e.store(sums[r * vectors + v], place(r, v));
}

//===----------------------------------------------------------------------===//
// Reduction over groups
//===----------------------------------------------------------------------===//

/// Rows (all axes but the last) of a sink that one task reduces.
static int64_t rowsPerTask(BufType type) {
  int64_t width = type.getRank() ? type.getShape().back() : 1;
  if (type.getLayout() == Layout::lanes)
    width *= 16;
  return std::max<int64_t>(1, 4096 / width);
}

static int64_t rowCount(BufType type) {
  return type.getRank() ? type.getNumElements() / type.getShape().back() : 1;
}

void TileEmitter::emitTask(ReduceOp op) {
  auto function = beginTask();
  tasks[op] = function;
  Block &entry = function.getBody().front();
  enterTask(op, entry);
  Value index = entry.getArgument(1);
  group = e.num(0);
  int64_t before = 0;
  for (unsigned k = 0; k < op.getSinks().size(); ++k) {
    BufType type = bufOf(op.getSinks()[k]);
    int64_t rows = rowCount(type), per = rowsPerTask(type);
    int64_t count = (rows + per - 1) / per;
    Value inside =
        e.band(e.icmp(LLVM::ICmpPredicate::sge, index, e.num(before)),
               e.icmp(LLVM::ICmpPredicate::slt, index, e.num(before + count)));
    e.ifThen(inside, [&] {
      Value first = e.imul(e.isub(index, e.num(before)), per);
      reduceRows(op, k, first, e.imin(e.iadd(first, per), e.num(rows)));
    });
    before += count;
  }
  taskCounts[op] = before;
  e.ret();
}

/// Rows [first, last) of sink `k`: the tree over the groups in place, the tree
/// over partial results, then to the target.
void TileEmitter::reduceRows(ReduceOp op, unsigned k, Value first, Value last) {
  Put kind = op.getKind(k);
  Ref sink = resolve(op.getSinks()[k]), target = resolve(op.getTargets()[k]);
  BufType type = sink.type;
  bool partial = type.getLayout() == Layout::lanes;
  bool blocks = type.getLayout() == Layout::blocks;
  Type element = type.getElementType();
  int64_t bytes = size(element),
          J = type.getRank() ? type.getShape().back() : 1;
  int64_t width = partial ? J * 16 : blocks ? padded(J) : J;
  Value groups = slot(Groups);
  Value base = pointer(sink, {}, {});
  Value begin = e.imul(first, width), end = e.imul(last, width);

  // v[g] = v[g] op v[g + d] for d = 1, 2, 4 ..
  auto pair = [&](Value mine, Value other) {
    Value wide = e.iadd(begin, e.imul(e.udiv(e.isub(end, begin), W), W));
    auto at = [&](Value group_, Value index) {
      return e.at(group_, e.imul(index, bytes), e.i8);
    };
    auto step = [&](Type valueType, Value index) {
      Value sum = combine(kind, e.load(valueType, at(mine, index)),
                          e.load(valueType, at(other, index)));
      e.store(sum, at(mine, index));
    };
    e.loop(begin, wide, W,
           [&](Value index) { step(Emitter::vec(element, W), index); });
    e.loop(wide, end, 1, [&](Value index) { step(element, index); });
  };
  e.whileLess(e.num(1), groups, [&](Value distance) {
    Value twice = e.addI(distance, distance);
    e.whileLess(e.num(0), e.isub(groups, distance), [&](Value g) {
      Value mine = e.at(base, e.imul(g, sinkPitch()), e.i8);
      Value other = e.at(mine, e.imul(distance, sinkPitch()), e.i8);
      pair(mine, other);
      return e.iadd(g, twice);
    });
    return twice;
  });

  ArrayRef<int64_t> shape = type.getShape(), strides = target.type.getStrides();
  e.loop(first, last, 1, [&](Value row) {
    SmallVector<Value> outer =
        unflatten(row, type.getRank() ? shape.drop_back() : shape);
    Value line = e.at(base, e.imul(e.imul(row, width), bytes), e.i8);
    bool dense = !partial && type.getRank() && strides.back() == 1;
    int64_t whole = dense ? J / W * W : 0;
    if (whole) {
      SmallVector<Value> start(outer);
      start.push_back(e.num(0));
      Value to = pointer(target, start, strides);
      VectorType many = Emitter::vec(element, W);
      e.loop(e.num(0), e.num(whole), W, [&](Value j) {
        e.store(e.load(many, e.at(line, j, element)), e.at(to, j, element));
      });
    }
    e.loop(e.num(whole), e.num(J), 1, [&](Value j) {
      Value address = e.at(line, partial ? e.imul(j, 16) : j, element);
      Value value;
      if (partial) {
        Values parts;
        for (int64_t i = 0; i < 16; ++i)
          parts.push_back(e.load(element, offset(address, i * bytes)));
        for (int64_t half = 8; half; half /= 2)
          for (int64_t i = 0; i < half; ++i)
            parts[i] = combine(kind, parts[i], parts[i + half]);
        value = parts[0];
      } else {
        value = e.load(element, address);
      }
      SmallVector<Value> point(outer);
      if (type.getRank())
        point.push_back(j);
      e.store(value, pointer(target, point, strides));
    });
  });
}
