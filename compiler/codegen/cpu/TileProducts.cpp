//===- TileProducts.cpp - pack, matmul and dot ----------------------------===//
//
// `matmul` keeps a block of accumulators in registers over k and runs its
// region on them; `dot` likewise for two operands that vary. Every accumulator
// is one chain over k. `pack` lays weights out for the block kernel.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/TileEmitter.h"

using namespace mlir;
using namespace rill;
using namespace rill::cpu;
using namespace rill::tile;

template <typename OpTy>
void TileEmitter::epilogue(OpTy op, Value accumulator, ArrayRef<Operand> ins,
                           ArrayRef<Operand> outs, ArrayRef<Value> point,
                           Lanes at, bool rows) {
  Values arguments{accumulator};
  for (const Operand &operand : ins)
    arguments.push_back(readOperand(operand, point, at, rows));
  Values values = evaluate(op.getBlock(), arguments, {}, rows);
  for (unsigned k = 0; k < outs.size(); ++k)
    put(op.getPut(k), values[k], outs[k], point, at);
}

/// Short blocks get several steps of k per turn, so that the loop's own
/// instructions stay few beside the products.
Values TileEmitter::chain(int64_t accumulators, Type type, Columns columns,
                          function_ref<Values(Value, ValueRange)> step) {
  Values values(accumulators, e.real(type, 0));
  int64_t unroll = 1;
  while (unroll * accumulators < 16 && unroll < 8)
    unroll *= 2;
  auto turns = [&](Value from, Value to, int64_t together) {
    values =
        e.loop(from, to, together, values, [&](Value k, ValueRange carried) {
          Values next(carried.begin(), carried.end());
          for (int64_t u = 0; u < together; ++u)
            next = step(e.iadd(k, u), next);
          return next;
        });
  };
  Value count = e.isub(columns.to, columns.from);
  Value whole = e.iadd(columns.from, e.imul(e.udiv(count, unroll), unroll));
  turns(columns.from, whole, unroll);
  auto last = Emitter::constant(columns.to);
  if (auto k = Emitter::constant(whole); k && last)
    for (; *k < *last; ++*k)
      values = step(e.num(*k), values);
  else if (unroll > 1)
    turns(whole, columns.to, 1);
  return values;
}

/// What a product visits of groups of its rows, each `height` rows after the
/// one before: a table, if zeros are known.
TileEmitter::Visits TileEmitter::visitsOf(MatmulOp op, int64_t firstRow,
                                          int64_t groups, int64_t height) {
  Visits visits;
  auto support = op.getSupport();
  if (!support || !groups)
    return visits;
  ArrayRef<int32_t> columns = *support;
  int64_t rows = bufOf(op.getWeights()).getDim(1);
  int64_t steps = columns.size() / (2 * rows);
  SmallVector<int64_t> table;
  for (int64_t t = 0; t < steps; ++t)
    for (int64_t g = 0; g < groups; ++g) {
      int64_t from = bufOf(op.getWeights()).getDim(2), to = 0;
      for (int64_t r = 0; r < height; ++r) {
        int64_t at = 2 * (t * rows + firstRow + g * height + r);
        if (columns[at] == columns[at + 1])
          continue; // a row of zeros
        from = std::min<int64_t>(from, columns[at]);
        to = std::max<int64_t>(to, columns[at + 1]);
      }
      table.append({std::min(from, to), to});
    }
  visits.table = tableOf(table);
  if (op.getStep())
    visits.first = e.imul(stepOf(op.getStep()), groups);
  return visits;
}

TileEmitter::Columns TileEmitter::columnsOf(MatmulOp op, const Visits &visits,
                                            Value group) {
  if (!visits.table)
    return {e.num(0), e.num(bufOf(op.getX()).getDim(2))};
  Value at = visits.first ? e.iadd(visits.first, group) : group;
  Value entry = e.at(visits.table, e.imul(at, 2), e.i64);
  return {e.load(e.i64, entry), e.load(e.i64, e.at(entry, 1, e.i64))};
}

/// The height is a matter of the packed layout, so it may depend on the
/// instruction set only.
static int64_t blockHeight(const IsaInfo &isa) {
  return isa.registers == 32 ? 6 : isa.fma ? 6 : 4;
}

/// Vectors of lanes beside each other in a block.
static int64_t blockVectors(const IsaInfo &isa, int64_t vectors) {
  int64_t most = isa.registers == 32 ? 4 : 2;
  while (vectors % most)
    --most;
  return most;
}

void TileEmitter::emit(PackOp op) {
  Ref source = resolve(op.getSource()), target = resolve(op.getTarget());
  ArrayRef<int64_t> shape = source.type.getShape();
  ArrayRef<int64_t> strides = source.type.getStrides();
  Type element = source.type.getElementType();
  int64_t rank = shape.size(), M = shape[rank - 2], K = shape[rank - 1];
  int64_t bytes = size(element);
  BlockSplit split = BlockSplit::of(M, blockHeight(e.isa));
  // Units follow each other densely in row-major order of the other axes.
  SmallVector<int64_t> unitStrides =
      denseStrides(Layout::mem, shape.drop_back(2));
  auto block = [&](Value from, Value to, Value row, int64_t height) {
    e.loop(K, [&](Value k) {
      if (strides[rank - 2] == 1) { // a column as one vector
        Value at =
            e.iadd(e.imul(row, bytes), e.imul(k, strides[rank - 1] * bytes));
        Value column =
            e.load(Emitter::vec(element, height), e.at(from, at, e.i8));
        Value put = e.iadd(e.imul(row, K), e.imul(k, height));
        return e.store(column, e.at(to, put, element));
      }
      for (int64_t r = 0; r < height; ++r) {
        Value at = e.iadd(e.imul(e.iadd(row, r), strides[rank - 2] * bytes),
                          e.imul(k, strides[rank - 1] * bytes));
        Value value = e.load(element, e.at(from, at, e.i8));
        Value put = e.iadd(e.imul(row, K), e.iadd(e.imul(k, height), r));
        e.store(value, e.at(to, put, element));
      }
    });
  };
  points(shape.drop_back(2), [&](ArrayRef<Value> unit) {
    Value from = pointer(source, unit, strides.drop_back(2));
    Value to = pointer(target, unit, unitStrides);
    e.loop(split.taller, [&](Value i) {
      block(from, to, e.imul(i, split.height + 1), split.height + 1);
    });
    e.loop(split.count - split.taller, [&](Value i) {
      Value row =
          e.iadd(e.imul(i, split.height), split.taller * (split.height + 1));
      block(from, to, row, split.height);
    });
  });
}

void TileEmitter::emit(MatmulOp op) {
  SmallVector<Operand> ins, outs;
  for (Value in : op.getIns())
    ins.push_back(operandOf(in));
  for (Value out : op.getOuts())
    outs.push_back(operandOf(out));
  Ref weights = resolve(op.getWeights()), x = resolve(op.getX());
  ArrayRef<int64_t> w = weights.type.getShape();
  int64_t N = x.type.getDim(1);
  BlockSplit split = BlockSplit::of(w[1], blockHeight(e.isa));
  int64_t rest = split.count - split.taller;
  int64_t restRow = split.taller * (split.height + 1);
  Visits tall = visitsOf(op, 0, split.taller, split.height + 1);
  Visits others = visitsOf(op, restRow, rest, split.height);
  e.loop(w[0], [&](Value b) {
    e.loop(N, [&](Value n) {
      Value matrix = pointer(weights, {b}, {1});
      Value input = pointer(x, {b, n}, x.type.getStrides().take_front(2));
      auto wide = [&] {
        e.loop(split.taller, [&](Value i) {
          matmulBlock(op, ins, outs, matrix, input, {b, n},
                      e.imul(i, split.height + 1), split.height + 1,
                      columnsOf(op, tall, i));
        });
        e.loop(rest, [&](Value i) {
          matmulBlock(op, ins, outs, matrix, input, {b, n},
                      e.iadd(e.imul(i, split.height), restRow), split.height,
                      columnsOf(op, others, i));
        });
        return Values();
      };
      auto single = [&] {
        matmulSample(op, ins, outs, matrix, input, {b, n}, 0, split.taller,
                     split.height + 1);
        matmulSample(op, ins, outs, matrix, input, {b, n}, restRow, rest,
                     split.height);
        return Values();
      };
      if (computed == lanes)
        wide();
      else
        e.ifElse(e.icmp(LLVM::ICmpPredicate::eq, active, e.num(1)), single,
                 wide);
    });
  });
}

/// `count` blocks of rows for the first lane alone, with rows of the result in
/// the vectors: one sample costs reading the weights once and little more.
void TileEmitter::matmulSample(MatmulOp op, ArrayRef<Operand> ins,
                               ArrayRef<Operand> outs, Value weights, Value x,
                               ArrayRef<Value> batch, int64_t firstRow,
                               int64_t count, int64_t height) {
  constexpr int64_t together = 8; // chains to hide the latency of fma
  int64_t K = bufOf(op.getX()).getDim(2);
  int64_t step = bufOf(op.getX()).getStrides()[2] * pitch;
  // Vectors read (and write) past a block's last row: prepared memory has room.
  VectorType V = Emitter::vec(real, llvm::PowerOf2Ceil(height));
  Value results = e.stack(real, (together + 1) * 8, 64);
  auto group = [&](Value row, int64_t blocks, Columns columns) {
    Value panel = e.at(weights, e.imul(row, K), real);
    Values sums = chain(blocks, V, columns, [&](Value k, ValueRange carried) {
      Value scalar = e.load(real, e.at(x, e.imul(k, step), e.i8));
      Value many = e.splat(scalar, V);
      Value column = e.at(panel, e.imul(k, height), real);
      Values next;
      for (int64_t b = 0; b < blocks; ++b) {
        Value weight = e.load(V, e.at(column, b * height * K, real));
        next.push_back(e.fma(weight, many, carried[b]));
      }
      return next;
    });
    for (int64_t b = 0; b < blocks; ++b)
      e.store(sums[b], e.at(results, b * height, real));
    e.loop(blocks * height, [&](Value r) {
      Value sum = e.load(real, e.at(results, r, real));
      VectorType L = Emitter::vec(real, W);
      epilogue(op, e.insert(e.real(L, 0), sum, 0), ins, outs,
               {batch[0], batch[1], e.iadd(row, r)}, {e.num(0), 0}, true);
    });
  };
  int64_t wide = count / together, left = count % together;
  int64_t rows = together * height, leftRow = firstRow + wide * rows;
  Visits visits = visitsOf(op, firstRow, wide, rows);
  e.loop(wide, [&](Value i) {
    group(e.iadd(e.imul(i, rows), firstRow), together,
          columnsOf(op, visits, i));
  });
  if (left)
    group(e.num(leftRow), left,
          columnsOf(op, visitsOf(op, leftRow, 1, left * height), e.num(0)));
}

/// `height` rows of the result from `row` on, for all lanes.
void TileEmitter::matmulBlock(MatmulOp op, ArrayRef<Operand> ins,
                              ArrayRef<Operand> outs, Value weights, Value x,
                              ArrayRef<Value> batch, Value row, int64_t height,
                              Columns columns) {
  BufType type = bufOf(op.getX());
  int64_t K = type.getDim(2), step = type.getStrides()[2] * pitch;
  int64_t bytes = size(real);
  int64_t vectors = blockVectors(e.isa, computed / W);
  VectorType V = Emitter::vec(real, W);
  Value panel = e.at(weights, e.imul(row, K), real);
  e.loop(e.num(0), e.num(computed), vectors * W, [&](Value lane) {
    Value input = e.at(x, lane, real);
    Values sums =
        chain(height * vectors, V, columns, [&](Value k, ValueRange carried) {
          Value xs = e.at(input, e.imul(k, step), e.i8);
          Value ws = e.at(panel, e.imul(k, height), real);
          Values loaded, next;
          for (int64_t v = 0; v < vectors; ++v)
            loaded.push_back(e.load(V, offset(xs, v * W * bytes)));
          for (int64_t r = 0; r < height; ++r) {
            Value weight = broadcast(e.load(real, offset(ws, r * bytes)));
            for (int64_t v = 0; v < vectors; ++v)
              next.push_back(
                  e.fma(weight, loaded[v], carried[r * vectors + v]));
          }
          return next;
        });
    for (int64_t r = 0; r < height; ++r)
      for (int64_t v = 0; v < vectors; ++v)
        epilogue(op, sums[r * vectors + v], ins, outs,
                 {batch[0], batch[1], e.iadd(row, r)}, {lane, v}, true);
  });
}

void TileEmitter::emit(DotOp op) {
  SmallVector<Operand> ins, outs, factors;
  bool rows = false;
  for (Value value : op.getOperands())
    if (auto type = dyn_cast<BufType>(value.getType()))
      rows |= type.getLayout() != Layout::mem;
  for (Value in : op.getIns())
    ins.push_back(operandOf(in));
  for (Value out : op.getOuts())
    outs.push_back(operandOf(out));
  factors = {operandOf(op.getX()), operandOf(op.getY())};
  ArrayRef<int64_t> x = bufOf(op.getX()).getShape();
  int64_t B = x[0], M = x[1], N = bufOf(op.getY()).getDim(1);
  auto over = [&](int64_t count, function_ref<void(Value, int64_t)> body) {
    e.loop(count / 4, [&](Value i) { body(e.imul(i, 4), 4); });
    if (count % 4)
      body(e.num(count / 4 * 4), count % 4);
  };
  e.loop(B, [&](Value b) {
    over(M, [&](Value m, int64_t height) {
      over(N, [&](Value n, int64_t width) {
        dotBlock(op, factors, ins, outs, {b, m, n}, height, width, rows);
      });
    });
  });
}

/// A block of at most 4x4 products, for all lanes.
void TileEmitter::dotBlock(DotOp op, ArrayRef<Operand> factors,
                           ArrayRef<Operand> ins, ArrayRef<Operand> outs,
                           ArrayRef<Value> at, int64_t height, int64_t width,
                           bool rows) {
  int64_t K = factors[0].ref.type.getDim(2);
  Type type = valueType(real, rows);
  auto body = [&](Value lane) {
    Values sums = chain(
        height * width, type, {e.num(0), e.num(K)},
        [&](Value k, ValueRange carried) {
          Values xs, ys, next;
          for (int64_t m = 0; m < height; ++m)
            xs.push_back(readOperand(factors[0], {at[0], e.iadd(at[1], m), k},
                                     {lane, 0}, rows));
          for (int64_t n = 0; n < width; ++n)
            ys.push_back(readOperand(factors[1], {at[0], e.iadd(at[2], n), k},
                                     {lane, 0}, rows));
          for (int64_t m = 0; m < height; ++m)
            for (int64_t n = 0; n < width; ++n)
              next.push_back(e.fma(xs[m], ys[n], carried[m * width + n]));
          return next;
        });
    for (int64_t m = 0; m < height; ++m)
      for (int64_t n = 0; n < width; ++n)
        epilogue(op, sums[m * width + n], ins, outs,
                 {at[0], e.iadd(at[1], m), e.iadd(at[2], n)}, {lane, 0}, rows);
  };
  if (rows)
    e.loop(e.num(0), e.num(computed), W, body);
  else
    body(e.num(0));
}
