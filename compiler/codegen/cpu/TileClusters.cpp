//===- TileClusters.cpp - map, matmul and dot -----------------------------===//
//
// Steps with a region. `map` runs its region over a box of points, a few
// vectors of lanes at a time; `matmul` keeps a block of accumulators in
// registers over k and runs the region on them; `dot` likewise for two
// operands that vary. Every accumulator is one chain over k.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/TileEmitter.h"

#include <limits>

using namespace mlir;
using namespace rill;
using namespace rill::cpu;
using namespace rill::tile;

TileEmitter::Operand TileEmitter::operandOf(Value value,
                                            ArrayRef<int64_t> strides) {
  if (value.getType().isIndex())
    return {Ref(), e.trunc(stepOf(value), e.i32),
            SmallVector<int64_t>(strides)};
  Ref ref = resolve(value);
  if (strides.empty())
    strides = ref.type.getStrides();
  return {ref, Value(), SmallVector<int64_t>(strides)};
}

Value TileEmitter::readOperand(const Operand &operand, ArrayRef<Value> point,
                               Lanes at, bool rows) {
  if (operand.index)
    return rows ? broadcast(operand.index) : operand.index;
  Type element = operand.ref.type.getElementType();
  if (operand.ref.type.isInvariant()) {
    Value scalar =
        readScalar(element, pointer(operand.ref, point, operand.strides));
    return rows ? broadcast(scalar) : scalar;
  }
  Value bytes = e.iadd(e.imul(at.first, size(element)),
                       at.v * W * size(element));
  return readLanes(element,
                   pointer(operand.ref, point, operand.strides, bytes));
}

/// Which of these lanes are samples.
Value TileEmitter::sampleMask(Lanes at) {
  VectorType type = Emitter::vec(e.i32, W);
  SmallVector<int64_t> iota;
  for (int64_t k = 0; k < W; ++k)
    iota.push_back(at.v * W + k);
  Value left = e.trunc(e.isub(active, at.first), e.i32);
  return e.icmp(LLVM::ICmpPredicate::slt, e.lanesOf(type, iota),
                e.splat(left, type));
}

void TileEmitter::put(Put kind, Value value, const Operand &out,
                      ArrayRef<Value> point, Lanes at) {
  Type element = out.ref.type.getElementType();
  int64_t bytes = size(element);
  if (!isBatch(kind)) {
    Value extra;
    if (out.ref.type.isVarying())
      extra = e.iadd(e.imul(at.first, bytes), at.v * W * bytes);
    write(value, pointer(out.ref, point, out.strides, extra));
    return;
  }
  // Lane s goes to partial result s mod 16.
  Value partial = e.num(0);
  if (W < 16)
    partial = Emitter::constant(at.first)
                  ? e.num((*Emitter::constant(at.first) + at.v * W) % 16)
                  : e.band(e.iadd(at.first, at.v * W), e.num(15));
  Value address =
      pointer(out.ref, point, out.strides, e.imul(partial, bytes));
  Value old = e.load(value.getType(), address);
  Value mixed = combine(kind, old, value);
  e.store(e.select(sampleMask(at), mixed, old), address);
}

static bool isMax(Put kind) {
  return kind == Put::max || kind == Put::batch_max;
}

Value TileEmitter::combine(Put kind, Value x, Value y) {
  bool isReal = isa<FloatType>(Emitter::element(x.getType()));
  switch (kind) {
  case Put::sum:
  case Put::batch_sum:
    return isReal ? e.add(x, y) : e.addI(x, y);
  case Put::prod:
    return isReal ? e.mul(x, y) : e.mulI(x, y);
  case Put::any:
    return e.bor(x, y);
  case Put::all:
    return e.band(x, y);
  case Put::store:
    return y;
  case Put::max:
  case Put::min:
  case Put::batch_max:
  case Put::batch_min:
    break;
  }
  bool max = isMax(kind);
  if (!isReal)
    return e.select(e.icmp(max ? LLVM::ICmpPredicate::sgt
                               : LLVM::ICmpPredicate::slt,
                           x, y),
                    x, y);
  Value better = max ? e.maxOr(x, y) : e.minOr(x, y);
  return e.select(e.isNan(x), x, better);
}

/// What changes nothing: -0 for sums, so that the first value stays itself.
Value TileEmitter::neutral(Put kind, Type type) {
  Type element = Emitter::element(type);
  bool isReal = isa<FloatType>(element);
  double infinity = std::numeric_limits<double>::infinity();
  switch (kind) {
  case Put::sum:
    return isReal ? e.real(type, -0.0) : e.integer(type, 0);
  case Put::prod:
    return isReal ? e.real(type, 1) : e.integer(type, 1);
  case Put::any:
    return e.integer(type, 0);
  case Put::all:
    return e.integer(type, -1);
  case Put::store:
  case Put::batch_sum:
    return isReal ? e.real(type, 0) : e.integer(type, 0);
  default:
    break;
  }
  if (isReal)
    return e.real(type, isMax(kind) ? -infinity : infinity);
  return e.integer(type, isMax(kind) ? std::numeric_limits<int32_t>::min()
                                     : std::numeric_limits<int32_t>::max());
}

//===----------------------------------------------------------------------===//
// map
//===----------------------------------------------------------------------===//

static BufType typeOrNull(Value value) {
  return dyn_cast<BufType>(value.getType());
}

/// Vectors at a time: more for short regions, which wait on memory.
int64_t TileEmitter::mapVectors(MapOp op) const {
  int64_t all = computed / W;
  int64_t want = op.getBlock().getOperations().size() > 8 ? 2 : 4;
  want = std::max(want, 16 / W);
  while (all % want)
    --want;
  return want;
}

void TileEmitter::emit(MapOp op) {
  SmallVector<BufType> types;
  bool rows = false;
  for (Value value : op.getOperands()) {
    BufType type = typeOrNull(value);
    types.push_back(type);
    rows |= type && type.getLayout() != Layout::mem;
  }
  int64_t reduced = op.getReduced(), rank = op.getDims().size();
  Axes outer = axesOf(op.getDims(), types, 0, rank - reduced);
  Axes inner = axesOf(op.getDims(), types, rank - reduced, reduced);
  SmallVector<Operand> operands;
  for (auto [index, value] : llvm::enumerate(op.getOperands())) {
    Operand operand = operandOf(value);
    operand.strides = outer.strides[index];
    operand.strides.append(inner.strides[index]);
    operands.push_back(operand);
  }
  auto ins = ArrayRef(operands).take_front(op.getIns().size());
  auto outs = ArrayRef(operands).drop_front(op.getIns().size());
  points(outer.dims, [&](ArrayRef<Value> point) {
    if (!rows)
      return mapPoint(op, ins, outs, inner, point, e.num(0), 1, rows);
    int64_t vectors = mapVectors(op);
    e.loop(e.num(0), e.num(computed), vectors * W, [&](Value lane) {
      mapPoint(op, ins, outs, inner, point, lane, vectors, rows);
    });
  });
}

/// One point of the outer axes, all of the reduced ones, for some vectors.
void TileEmitter::mapPoint(MapOp op, ArrayRef<Operand> ins,
                           ArrayRef<Operand> outs, const Axes &inner,
                           ArrayRef<Value> outer, Value lane, int64_t vectors,
                           bool rows) {
  SmallVector<unsigned> reductions;
  for (unsigned k = 0; k < outs.size(); ++k)
    if (isReduction(op.getPut(k)))
      reductions.push_back(k);
  Values start;
  for (int64_t v = 0; v < vectors; ++v)
    for (unsigned k : reductions)
      start.push_back(neutral(
          op.getPut(k), valueType(outs[k].ref.type.getElementType(), rows)));
  Values final = points(
      inner.dims, start, [&](ArrayRef<Value> in, ValueRange carried) {
        SmallVector<Value> point(outer);
        point.append(in.begin(), in.end());
        Values next;
        for (int64_t v = 0; v < vectors; ++v) {
          Values arguments, sums(outs.size());
          for (const Operand &operand : ins)
            arguments.push_back(readOperand(operand, point, {lane, v}, rows));
          auto mine = carried.slice(v * reductions.size(), reductions.size());
          for (auto [index, k] : llvm::enumerate(reductions))
            if (op.getPut(k) == Put::sum &&
                isa<FloatType>(outs[k].ref.type.getElementType()))
              sums[k] = mine[index];
          Values values = evaluate(op.getBlock(), arguments, sums, rows);
          for (auto [index, k] : llvm::enumerate(reductions))
            next.push_back(sums[k] ? values[k]
                                   : combine(op.getPut(k), mine[index],
                                             values[k]));
          for (unsigned k = 0; k < outs.size(); ++k)
            if (!isReduction(op.getPut(k)))
              put(op.getPut(k), values[k], outs[k], point, {lane, v});
        }
        return next;
      });
  for (int64_t v = 0; v < vectors; ++v)
    for (auto [index, k] : llvm::enumerate(reductions))
      put(Put::store, final[v * reductions.size() + index], outs[k], outer,
          {lane, v});
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

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
Values TileEmitter::chain(int64_t accumulators, Type type, int64_t count,
                          function_ref<Values(Value, ValueRange)> step) {
  Values start(accumulators, e.real(type, 0));
  int64_t unroll = 1;
  while (unroll * accumulators < 16 && unroll < 8)
    unroll *= 2;
  int64_t whole = count / unroll * unroll;
  Values values = e.loop(
      e.num(0), e.num(whole), unroll, start, [&](Value k, ValueRange carried) {
        Values next(carried.begin(), carried.end());
        for (int64_t u = 0; u < unroll; ++u)
          next = step(e.iadd(k, u), next);
        return next;
      });
  for (int64_t k = whole; k < count; ++k)
    values = step(e.num(k), values);
  return values;
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
      Value row = e.iadd(e.imul(i, split.height),
                         split.taller * (split.height + 1));
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
  e.loop(w[0], [&](Value b) {
    e.loop(N, [&](Value n) {
      Value matrix = pointer(weights, {b}, {1});
      Value input = pointer(x, {b, n}, x.type.getStrides().take_front(2));
      e.loop(split.taller, [&](Value i) {
        matmulBlock(op, ins, outs, matrix, input, {b, n},
                    e.imul(i, split.height + 1), split.height + 1);
      });
      e.loop(split.count - split.taller, [&](Value i) {
        Value row = e.iadd(e.imul(i, split.height),
                           split.taller * (split.height + 1));
        matmulBlock(op, ins, outs, matrix, input, {b, n}, row, split.height);
      });
    });
  });
}

/// `height` rows of the result from `row` on, for all lanes.
void TileEmitter::matmulBlock(MatmulOp op, ArrayRef<Operand> ins,
                              ArrayRef<Operand> outs, Value weights, Value x,
                              ArrayRef<Value> batch, Value row,
                              int64_t height) {
  BufType type = bufOf(op.getX());
  int64_t K = type.getDim(2), step = type.getStrides()[2] * pitch;
  int64_t bytes = size(real);
  int64_t vectors = blockVectors(e.isa, computed / W);
  VectorType V = Emitter::vec(real, W);
  Value panel = e.at(weights, e.imul(row, K), real);
  e.loop(e.num(0), e.num(computed), vectors * W, [&](Value lane) {
    Value input = e.at(x, lane, real);
    Values sums = chain(
        height * vectors, V, K, [&](Value k, ValueRange carried) {
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
    if (BufType type = typeOrNull(value))
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
        height * width, type, K, [&](Value k, ValueRange carried) {
          Values xs, ys, next;
          for (int64_t m = 0; m < height; ++m)
            xs.push_back(readOperand(factors[0],
                                     {at[0], e.iadd(at[1], m), k}, {lane, 0},
                                     rows));
          for (int64_t n = 0; n < width; ++n)
            ys.push_back(readOperand(factors[1],
                                     {at[0], e.iadd(at[2], n), k}, {lane, 0},
                                     rows));
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
