// Derivatives of reductions over axes and of cumulative sums.
#include "Lane/Diff/Differentiation.h"

using namespace mlir;

namespace rill::lane {

// 1 where x attains its maximum or minimum along the reduced axes, shared if
// several elements do: the weights of a subgradient.
static Value extremumWeights(LaneBuilder &b, ReduceOp op) {
  Value x = op.getX();
  ArrayRef<int64_t> shape = typeOf(x).getShape();
  Value best = b.spreadAlong(op.getResult(), op.getDims(), shape);
  Value hits =
      ConvertOp::create(b.builder, b.loc, b.compare(Predicate::eq, x, best),
                        typeOf(x).getElementType());
  Value count = b.reduce(ReduceKind::sum, hits, op.getDims());
  return b.div(hits, b.spreadAlong(count, op.getDims(), shape));
}

// The softmax of x along the reduced axes; zero where all are -inf.
static Value softmaxWeights(LaneBuilder &b, ReduceOp op) {
  Value r = op.getResult(), x = op.getX();
  double inf = std::numeric_limits<double>::infinity();
  Value shift = b.select(b.compare(Predicate::eq, r, -inf), 0.0, r);
  return b.exp(
      b.sub(x, b.spreadAlong(shift, op.getDims(), typeOf(x).getShape())));
}

// Elements [offset, offset + size) of the last axis.
static Value sliceLast(LaneBuilder &b, Value x, int64_t offset, int64_t size) {
  return SliceOp::create(b.builder, b.loc, x, typeOf(x).getRank() - 1, offset,
                         size);
}

// Inclusive products along the last axis, in log2(n) steps.
static Value scanProducts(LaneBuilder &b, Value x, bool fromEnd) {
  int64_t axis = typeOf(x).getRank() - 1, n = typeOf(x).getDim(axis);
  SmallVector<int64_t> shape(typeOf(x).getShape());
  for (int64_t step = 1; step < n; step *= 2) {
    shape[axis] = step;
    Value ones = b.constant(typeOf(x).withShape(shape), 1);
    Value kept = sliceLast(b, x, fromEnd ? step : 0, n - step);
    SmallVector<Value> parts{ones, kept};
    if (fromEnd)
      std::swap(parts[0], parts[1]);
    x = b.mul(x, ConcatOp::create(b.builder, b.loc, axis, parts));
  }
  return x;
}

// The product of the other elements along the last axis: exact where some are
// zero, which total / x would not be, and so are its own derivatives.
static Value productOfOthers(LaneBuilder &b, Value x) {
  int64_t axis = typeOf(x).getRank() - 1, n = typeOf(x).getDim(axis);
  if (n == 1)
    return b.constant(x, 1);
  SmallVector<int64_t> shape(typeOf(x).getShape());
  shape[axis] = 1;
  Value one = b.constant(typeOf(x).withShape(shape), 1);
  Value before = sliceLast(b, scanProducts(b, x, false), 0, n - 1);
  Value after = sliceLast(b, scanProducts(b, x, true), 1, n - 1);
  auto concat = [&](ValueRange parts) -> Value {
    return ConcatOp::create(b.builder, b.loc, axis, parts);
  };
  return b.mul(concat({one, before}), concat({after, one}));
}

// The reduced axes are brought last and made one for the scan, then put back.
static Value productWeights(LaneBuilder &b, ReduceOp op) {
  Value x = op.getX();
  TensorType type = typeOf(x);
  SmallVector<int64_t> perm, flat, moved;
  int64_t n = 1;
  for (int64_t k = 0; k < type.getRank(); ++k)
    if (!llvm::is_contained(op.getDims(), k)) {
      perm.push_back(k);
      flat.push_back(type.getDim(k));
    }
  for (int64_t k : op.getDims()) {
    perm.push_back(k);
    n *= type.getDim(k);
  }
  flat.push_back(n);
  SmallVector<int64_t> inverse(perm.size());
  for (auto [k, axis] : llvm::enumerate(perm)) {
    inverse[axis] = k;
    moved.push_back(type.getDim(axis));
  }
  Value rows = b.reshape(b.permute(x, perm), flat);
  return b.permute(b.reshape(productOfOthers(b, rows), moved), inverse);
}

// The partial derivative by each element of x; null for sums, where it is one.
static Value reduceWeights(LaneBuilder &b, ReduceOp op) {
  switch (op.getKind()) {
  case ReduceKind::max:
  case ReduceKind::min:
    return extremumWeights(b, op);
  case ReduceKind::logsumexp:
    return softmaxWeights(b, op);
  case ReduceKind::prod:
    return productWeights(b, op);
  default: // any and all have no active operand
    return {};
  }
}

void ReduceOp::tangent(Tangents &t) {
  LaneBuilder b(t.builder, getLoc());
  Value d = t.get(getX());
  if (Value weights = reduceWeights(b, *this))
    d = b.mul(weights, d);
  t.set(getResult(), b.reduce(ReduceKind::sum, d, getDims()));
}

void ReduceOp::adjoint(Adjoints &a) {
  if (!a.wants(getX()))
    return;
  LaneBuilder b(a.builder, getLoc());
  ArrayRef<int64_t> shape = getX().getType().getShape();
  Masked g = a.getMasked(getResult(), getLoc());
  if (g.mask && !a.mayBlowUp(getX()))
    g = b.masked(g.mask, g.value);
  Value value = b.spreadAlong(g.value, getDims(), shape);
  if (Value weights = reduceWeights(b, *this))
    value = b.mul(value, weights);
  Value mask = g.mask ? b.spreadAlong(g.mask, getDims(), shape) : Value();
  a.add(getX(), {value, mask}, getLoc());
}

void CumsumOp::tangent(Tangents &t) {
  t.set(getResult(), CumsumOp::create(t.builder, getLoc(), t.get(getX()),
                                      getDim(), getReverse(), getExclusive()));
}

void CumsumOp::adjoint(Adjoints &a) {
  a.gather(*this, getX(), [&](Value g) -> Value {
    return CumsumOp::create(a.builder, getLoc(), g, getDim(), !getReverse(),
                            getExclusive());
  });
}

} // namespace rill::lane
