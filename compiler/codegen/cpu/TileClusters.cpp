//===- TileClusters.cpp - Regions at points: operands, results, map -------===//
//
// How clusters read their operands and put their results, and `map`, which
// runs its region over a box of points, a few vectors of lanes at a time.
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
  Value bytes =
      e.iadd(e.imul(at.first, size(element)), at.v * W * size(element));
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
  Value address = pointer(out.ref, point, out.strides, e.imul(partial, bytes));
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
    return e.select(
        e.icmp(max ? LLVM::ICmpPredicate::sgt : LLVM::ICmpPredicate::slt, x, y),
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

/// True if neighbouring points of the last axis are neighbours in every out,
/// and in every in neighbours or the same.
bool TileEmitter::runsDensely(MapOp op, ArrayRef<Operand> operands) {
  for (auto [index, operand] : llvm::enumerate(operands)) {
    if (operand.strides.empty())
      return false;
    int64_t stride = operand.strides.back();
    bool isOut = index >= op.getIns().size();
    if (stride != 1 && (isOut || stride != 0))
      return false;
  }
  return true;
}

/// An invariant cluster in vectors over its last axis.
void TileEmitter::mapMemory(MapOp op, ArrayRef<Operand> ins,
                            ArrayRef<Operand> outs, ArrayRef<int64_t> dims) {
  int64_t count = dims.back(), whole = count / W * W;
  points(dims.drop_back(), [&](ArrayRef<Value> outer) {
    auto at = [&](Value last, bool wide) {
      SmallVector<Value> point(outer);
      point.push_back(last);
      Values arguments;
      for (const Operand &in : ins) {
        bool along = !in.index && in.strides.back() == 1;
        if (wide && along)
          arguments.push_back(readLanes(in.ref.type.getElementType(),
                                        pointer(in.ref, point, in.strides)));
        else
          arguments.push_back(readOperand(in, point, {e.num(0), 0}, wide));
      }
      Values values = evaluate(op.getBlock(), arguments, {}, wide);
      for (auto [value, out] : llvm::zip(values, outs))
        write(value, pointer(out.ref, point, out.strides));
    };
    e.loop(e.num(0), e.num(whole), W, [&](Value last) { at(last, true); });
    e.loop(e.num(whole), e.num(count), 1, [&](Value last) { at(last, false); });
  });
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
  if (!rows && !reduced && runsDensely(op, operands))
    return mapMemory(op, ins, outs, outer.dims);
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
  Values final =
      points(inner.dims, start, [&](ArrayRef<Value> in, ValueRange carried) {
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
            next.push_back(sums[k]
                               ? values[k]
                               : combine(op.getPut(k), mine[index], values[k]));
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
