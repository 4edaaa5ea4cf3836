// Derivatives of operations that choose or move elements: select, the shape
// operations, tables and the batch. All are linear in what they move.
#include "Lane/Diff/Differentiation.h"

using namespace mlir;

namespace rill::lane {

//===-- select ------------------------------------------------------------===//

void SelectOp::tangent(Tangents &t) {
  Value dx = t.get(getX()), dy = t.get(getY());
  LaneBuilder b(t.builder, getLoc());
  if (!dx)
    dx = b.constant(dy, 0);
  if (!dy)
    dy = b.constant(dx, 0);
  t.set(getResult(), b.select(getCondition(), dx, dy));
}

void SelectOp::adjoint(Adjoints &a) {
  LaneBuilder b(a.builder, getLoc());
  Masked g = a.getMasked(getResult(), getLoc());
  auto both = [&](Value mask) {
    return g.mask ? b.logicalAnd(g.mask, mask) : mask;
  };
  if (a.wants(getX()))
    a.add(getX(), {g.value, both(getCondition())}, getLoc());
  if (a.wants(getY()))
    a.add(getY(), {g.value, both(b.logicalNot(getCondition()))}, getLoc());
}

//===-- shapes ------------------------------------------------------------===//

// The tangent of a linear operation of one operand is itself.
template <typename Fn>
static void moveTangent(Operation *op, Tangents &t, Fn map) {
  LaneBuilder b(t.builder, op->getLoc());
  t.set(op->getResult(0), map(b, t.get(op->getOperand(0))));
}

// The axes of `shape` that `dims` does not name.
static SmallVector<int64_t> otherAxes(ArrayRef<int64_t> dims, int64_t rank) {
  SmallVector<int64_t> others;
  for (int64_t k = 0; k < rank; ++k)
    if (!llvm::is_contained(dims, k))
      others.push_back(k);
  return others;
}

void SpreadOp::tangent(Tangents &t) {
  moveTangent(*this, t, [&](LaneBuilder &b, Value d) {
    return b.spread(d, getDims(), getType().getShape());
  });
}

void SpreadOp::adjoint(Adjoints &a) {
  auto dims = otherAxes(getDims(), getType().getRank());
  if (dims.empty())
    return a.move(*this, getX(), [](LaneBuilder &, Value g) { return g; });
  LaneBuilder b(a.builder, getLoc());
  Masked g = a.getMasked(getResult(), getLoc());
  Masked c = b.reduce(ReduceKind::sum, b.masked(g.mask, g.value), dims);
  if (g.mask && a.mayBlowUp(getX()))
    c.mask = b.reduce(ReduceKind::any, g.mask, dims);
  a.add(getX(), c, getLoc());
}

void ReshapeOp::tangent(Tangents &t) {
  moveTangent(*this, t, [&](LaneBuilder &b, Value d) {
    return b.reshape(d, getType().getShape());
  });
}

void ReshapeOp::adjoint(Adjoints &a) {
  a.move(*this, getX(), [&](LaneBuilder &b, Value g) {
    return b.reshape(g, getX().getType().getShape());
  });
}

void PermuteOp::tangent(Tangents &t) {
  moveTangent(*this, t,
              [&](LaneBuilder &b, Value d) { return b.permute(d, getPerm()); });
}

void PermuteOp::adjoint(Adjoints &a) {
  SmallVector<int64_t> inverse(getPerm().size());
  for (auto [k, axis] : llvm::enumerate(getPerm()))
    inverse[axis] = k;
  a.move(*this, getX(),
         [&](LaneBuilder &b, Value g) { return b.permute(g, inverse); });
}

void SliceOp::tangent(Tangents &t) {
  moveTangent(*this, t, [&](LaneBuilder &b, Value d) -> Value {
    return SliceOp::create(b.builder, b.loc, d, getOffsets(), getSizes(),
                           getStrides());
  });
}

void SliceOp::adjoint(Adjoints &a) {
  SmallVector<int64_t> high, interior;
  for (int64_t k = 0; k < getType().getRank(); ++k) {
    int64_t last = getOffsets()[k] + (getSizes()[k] - 1) * getStrides()[k];
    high.push_back(getX().getType().getDim(k) - 1 - last);
    interior.push_back(getStrides()[k] - 1);
  }
  a.move(*this, getX(), [&](LaneBuilder &b, Value g) -> Value {
    return PadOp::create(b.builder, b.loc, g, getOffsets(), high, interior);
  });
}

void PadOp::tangent(Tangents &t) {
  moveTangent(*this, t, [&](LaneBuilder &b, Value d) -> Value {
    return PadOp::create(b.builder, b.loc, d, getLow(), getHigh(),
                         getInterior());
  });
}

void PadOp::adjoint(Adjoints &a) {
  SmallVector<int64_t> strides;
  for (int64_t interior : getInterior())
    strides.push_back(interior + 1);
  a.move(*this, getX(), [&](LaneBuilder &b, Value g) -> Value {
    return SliceOp::create(b.builder, b.loc, g, getLow(),
                           getX().getType().getShape(), strides);
  });
}

void ConcatOp::tangent(Tangents &t) {
  SmallVector<Value> parts;
  for (Value x : getXs()) {
    Value d = t.get(x);
    parts.push_back(d ? d : LaneBuilder(t.builder, getLoc()).constant(x, 0));
  }
  t.set(getResult(), ConcatOp::create(t.builder, getLoc(), getDim(), parts));
}

void ConcatOp::adjoint(Adjoints &a) {
  int64_t offset = 0;
  for (Value x : getXs()) {
    int64_t size = typeOf(x).getDim(getDim());
    a.move(*this, x, [&](LaneBuilder &b, Value g) -> Value {
      return SliceOp::create(b.builder, b.loc, g, getDim(), offset, size);
    });
    offset += size;
  }
}

void GatherOp::tangent(Tangents &t) {
  moveTangent(*this, t, [&](LaneBuilder &b, Value d) -> Value {
    return GatherOp::create(b.builder, b.loc, d, getDim(), getIndices());
  });
}

void GatherOp::adjoint(Adjoints &a) {
  a.gather(*this, getX(), [&](Value g) -> Value {
    return ScatterAddOp::create(a.builder, getLoc(), g, getDim(), getIndices(),
                                getX().getType().getDim(getDim()));
  });
}

void ScatterAddOp::tangent(Tangents &t) {
  moveTangent(*this, t, [&](LaneBuilder &b, Value d) -> Value {
    return ScatterAddOp::create(b.builder, b.loc, d, getDim(), getIndices(),
                                getType().getDim(getDim()));
  });
}

void ScatterAddOp::adjoint(Adjoints &a) {
  a.move(*this, getX(), [&](LaneBuilder &b, Value g) -> Value {
    return GatherOp::create(b.builder, b.loc, g, getDim(), getIndices());
  });
}

void ReverseOp::tangent(Tangents &t) {
  moveTangent(*this, t, [&](LaneBuilder &b, Value d) -> Value {
    return ReverseOp::create(b.builder, b.loc, d, getDims());
  });
}

void ReverseOp::adjoint(Adjoints &a) {
  a.move(*this, getX(), [&](LaneBuilder &b, Value g) -> Value {
    return ReverseOp::create(b.builder, b.loc, g, getDims());
  });
}

//===-- tables ------------------------------------------------------------===//

void LookupOp::tangent(Tangents &t) {
  t.set(getResult(),
        LookupOp::create(t.builder, getLoc(), t.get(getTable()), getIndex()));
}

// lookup_add sums over the batch itself where index or adjoint varies.
void LookupOp::adjoint(Adjoints &a) {
  a.gather(*this, getTable(), [&](Value g) -> Value {
    return LookupAddOp::create(a.builder, getLoc(), getIndex(), g,
                               getTable().getType().getDim(0));
  });
}

// The exact rate matters: an invariant update counts once, not per sample.
void LookupAddOp::tangent(Tangents &t) {
  t.set(getResult(), LookupAddOp::create(t.builder, getLoc(), getIndex(),
                                         t.getExact(getUpdate(), getLoc()),
                                         getType().getDim(0)));
}

void LookupAddOp::adjoint(Adjoints &a) {
  a.gather(*this, getUpdate(), [&](Value g) -> Value {
    return LookupOp::create(a.builder, getLoc(), g, getIndex());
  });
}

void TakeOp::tangent(Tangents &t) {
  moveTangent(*this, t, [&](LaneBuilder &b, Value d) -> Value {
    return TakeOp::create(b.builder, b.loc, d, getIndex(), getDim());
  });
}

/// Where the position along `dim` of a tensor of this shape is the index.
static Value positionIs(Value index, int64_t dim, ArrayRef<int64_t> shape,
                        LaneBuilder &b) {
  TensorType positions = typeOf(index).withShape(shape).withInv(true);
  return b.compare(Predicate::eq,
                   IotaOp::create(b.builder, b.loc, positions, dim),
                   b.spread(index, {}, shape));
}

// The adjoint lands where the position along `dim` is the index.
void TakeOp::adjoint(Adjoints &a) {
  LaneBuilder b(a.builder, getLoc());
  ArrayRef<int64_t> shape = getX().getType().getShape();
  int64_t dim = getDim();
  Value here = positionIs(getIndex(), dim, shape, b);
  a.move(*this, getX(), [&](LaneBuilder &b, Value g) -> Value {
    Value wide = b.spreadAlong(g, {dim}, shape);
    return typeOf(g).isBool() ? b.logicalAnd(here, wide) : b.masked(here, wide);
  });
}

void PutOp::tangent(Tangents &t) {
  t.set(getResult(),
        PutOp::create(t.builder, getLoc(), t.getDense(getX(), getLoc()),
                      t.getDense(getSlice(), getLoc()), getIndex(), getDim()));
}

void PutOp::adjoint(Adjoints &a) {
  LaneBuilder b(a.builder, getLoc());
  Value rest =
      b.logicalNot(positionIs(getIndex(), getDim(), getType().getShape(), b));
  a.move(*this, getX(), [&](LaneBuilder &b, Value g) -> Value {
    return typeOf(g).isBool() ? b.logicalAnd(rest, g) : b.masked(rest, g);
  });
  a.move(*this, getSlice(), [&](LaneBuilder &b, Value g) -> Value {
    return TakeOp::create(b.builder, b.loc, g, getIndex(), getDim());
  });
}

//===-- batch -------------------------------------------------------------===//

void VaryOp::tangent(Tangents &t) { t.set(getResult(), t.get(getX())); }

// Reading gives the adjoint of every sample, adding sums it over the batch.
void VaryOp::adjoint(Adjoints &a) {
  a.add(getX(), a.getMasked(getResult(), getLoc()), getLoc());
}

// Where several samples attain the extremum they share the derivative.
static Value attains(LaneBuilder &b, ReduceBatchOp op) {
  return b.compare(Predicate::eq, op.getX(), op.getResult());
}

static Value attainedBy(LaneBuilder &b, ReduceBatchOp op) {
  Value one = b.constant(op.getX(), 1);
  Value count = b.masked(attains(b, op), b.withRate(one, false));
  return b.withRate(count, true);
}

void ReduceBatchOp::tangent(Tangents &t) {
  LaneBuilder b(t.builder, getLoc());
  Value d = t.getExact(getX(), getLoc());
  if (getKind() == BatchKind::sum)
    return t.set(getResult(), b.withRate(d, true));
  Value sum = b.withRate(b.masked(attains(b, *this), d), true);
  t.set(getResult(), b.div(sum, attainedBy(b, *this)));
}

void ReduceBatchOp::adjoint(Adjoints &a) {
  Masked g = a.getMasked(getResult(), getLoc());
  if (getKind() == BatchKind::sum)
    return a.add(getX(), g, getLoc());
  LaneBuilder b(a.builder, getLoc());
  Value share = b.div(g.value, attainedBy(b, *this));
  Value hits = attains(b, *this);
  a.add(getX(), {share, g.mask ? b.logicalAnd(g.mask, hits) : hits}, getLoc());
}

} // namespace rill::lane
