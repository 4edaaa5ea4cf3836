//===- TileSteps.cpp - Verifiers of steps without a region ----------------===//
//
// Shapes, layouts and elements of the operations of TileStepOps.td. Clusters
// are in TileClusters.cpp.
//
//===----------------------------------------------------------------------===//
#include "Tile/IR/TileOps.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

/// Constraint 1 of most steps: `a` and `b` have one shape and element.
static LogicalResult sameTensor(Operation *op, Value a, Value b) {
  BufType x = bufOf(a), y = bufOf(b);
  if (x.getShape() != y.getShape() || x.getElementType() != y.getElementType())
    return op->emitOpError("constraint 1: shapes and elements must be equal");
  return success();
}

/// The space of the buffer that `value` is a view of, if that is in sight.
static std::optional<Space> spaceOf(Value value) {
  while (auto view = value.getDefiningOp<ViewOp>())
    value = view.getSource();
  if (auto buffer = value.getDefiningOp<BufferOp>())
    return buffer.getSpace();
  return std::nullopt;
}

/// A target in mem is computed from mem alone.
static LogicalResult memFromMem(Operation *op, Value target,
                                ValueRange sources) {
  if (!bufOf(target).isInvariant())
    return success();
  for (Value source : sources)
    if (auto type = dyn_cast<BufType>(source.getType());
        type && type.isVarying())
      return op->emitOpError("a mem target needs mem operands");
  return success();
}

LogicalResult LoadOp::verify() {
  return sameTensor(*this, getSource(), getTarget());
}
LogicalResult StoreOp::verify() {
  return sameTensor(*this, getSource(), getTarget());
}
LogicalResult PackOp::verify() {
  return sameTensor(*this, getSource(), getTarget());
}
LogicalResult TransposeOp::verify() {
  return sameTensor(*this, getSource(), getTarget());
}

/// `narrow` is `wide` with another dimension `dim`, whose elements are the
/// places `indices` of the other's.
static LogicalResult verifyIndexed(Operation *op, BufType indexed,
                                   BufType listed, int64_t dim,
                                   ArrayRef<int64_t> indices) {
  if (indexed.getRank() != listed.getRank() || dim < 0 ||
      dim >= indexed.getRank() ||
      indexed.getElementType() != listed.getElementType())
    return op->emitOpError("constraint 1: shapes and elements must agree");
  for (int64_t k = 0; k < indexed.getRank(); ++k)
    if (k != dim && indexed.getDim(k) != listed.getDim(k))
      return op->emitOpError("constraint 1: shapes must agree but for 'dim'");
  if (int64_t(indices.size()) != listed.getDim(dim))
    return op->emitOpError("one index per element along 'dim'");
  for (int64_t index : indices)
    if (index < 0 || index >= indexed.getDim(dim))
      return op->emitOpError("index ") << index << " is out of range";
  return success();
}

LogicalResult CopyOp::verify() {
  if (failed(memFromMem(*this, getTarget(), getSource())))
    return failure();
  if (getDim().has_value() != getIndices().has_value())
    return emitOpError("constraint 3: 'dim' and indices go together");
  if (!getIndices())
    return sameTensor(*this, getSource(), getTarget());
  return verifyIndexed(*this, bufOf(getSource()), bufOf(getTarget()), *getDim(),
                       *getIndices());
}

LogicalResult ScatterAddOp::verify() {
  if (bufOf(getSource()).getLayout() != bufOf(getTarget()).getLayout())
    return emitOpError("constraint 1: layouts must be equal");
  return verifyIndexed(*this, bufOf(getTarget()), bufOf(getSource()), getDim(),
                       getIndices());
}

LogicalResult OuterOp::verify() {
  BufType rows = bufOf(getRows()), cols = bufOf(getCols());
  BufType sink = bufOf(getSink());
  if (rows.getRank() != 2 || cols.getRank() != 2 || sink.getRank() != 2 ||
      rows.getDim(0) != cols.getDim(0) || rows.getDim(1) != sink.getDim(0) ||
      cols.getDim(1) != sink.getDim(1) ||
      rows.getElementType() != sink.getElementType() ||
      cols.getElementType() != sink.getElementType())
    return emitOpError("constraint 1: rows [K, I], cols [K, J], sink [I, J]");
  if (auto columns = getColumns())
    if (int64_t(columns->size()) != 2 * sink.getDim(0) ||
        failed(verifyColumns(*columns, sink.getDim(1))))
      return emitOpError("constraint 2: for each row 0 <= from <= to <= J");
  return success();
}

/// The axes of `head` followed by those of `tail`.
static SmallVector<int64_t> joined(ArrayRef<int64_t> head,
                                   ArrayRef<int64_t> tail) {
  SmallVector<int64_t> all(head);
  all.append(tail.begin(), tail.end());
  return all;
}

LogicalResult LookupOp::verify() {
  BufType table = bufOf(getTable()), index = bufOf(getIndex());
  BufType target = bufOf(getTarget());
  if (table.getRank() < 1 || !index.getElementType().isInteger(32) ||
      target.getElementType() != table.getElementType() ||
      target.getShape() !=
          ArrayRef(joined(index.getShape(), table.getShape().drop_front())))
    return emitOpError("constraint 1: table [K, r..], index [i..] of i32, "
                       "target [i.., r..]");
  return memFromMem(*this, getTarget(), getIndex());
}

LogicalResult LookupAddOp::verify() {
  BufType index = bufOf(getIndex()), update = bufOf(getUpdate());
  BufType target = bufOf(getTarget());
  if (target.getRank() < 1 || !index.getElementType().isInteger(32) ||
      target.getElementType() != update.getElementType() ||
      update.getShape() !=
          ArrayRef(joined(index.getShape(), target.getShape().drop_front())))
    return emitOpError("constraint 1: index [i..] of i32, update [i.., r..], "
                       "target [K, r..]");
  std::optional<Space> space = spaceOf(getTarget());
  bool perTile = index.isVarying() || update.isVarying();
  if (space && (*space == Space::sink) != perTile)
    return emitOpError("constraint 1: the target is a sink exactly when rows "
                       "are read");
  return success();
}

LogicalResult TakeOp::verify() {
  BufType x = bufOf(getX()), target = bufOf(getTarget());
  int64_t dim = getDim();
  if (dim < 0 || dim >= x.getRank())
    return emitOpError("constraint 1: 'dim' is no axis of x");
  SmallVector<int64_t> want(x.getShape());
  want.erase(want.begin() + dim);
  auto index = dyn_cast<BufType>(getIndex().getType());
  if (target.getShape() != ArrayRef(want) ||
      target.getElementType() != x.getElementType() ||
      (index && (index.getRank() || !index.getElementType().isInteger(32))))
    return emitOpError("constraint 1: target is x without 'dim', the index an "
                       "i32 scalar");
  return memFromMem(*this, getTarget(), {getX(), getIndex()});
}

LogicalResult CumsumOp::verify() {
  BufType x = bufOf(getX());
  if (x.getRank() < 1 || x.getLayout() != bufOf(getTarget()).getLayout())
    return emitOpError("constraint 1: one layout and a positive rank");
  return sameTensor(*this, getX(), getTarget());
}

LogicalResult TriSolveOp::verify() {
  BufType matrix = bufOf(getMatrix()), rhs = bufOf(getRhs());
  if (matrix.getRank() != 2 || rhs.getRank() != 1 ||
      matrix.getDim(0) != matrix.getDim(1) ||
      matrix.getDim(0) != rhs.getDim(0) ||
      matrix.getElementType() != rhs.getElementType())
    return emitOpError("constraint 1: A [n, n], b [n]");
  if (failed(memFromMem(*this, getTarget(), {getMatrix(), getRhs()})))
    return failure();
  return sameTensor(*this, getRhs(), getTarget());
}

LogicalResult DrawOp::verify() {
  for (Value index : getIndices())
    if (auto type = dyn_cast<BufType>(index.getType());
        type && (!type.isInvariant() || type.getRank() ||
                 !type.getElementType().isInteger(32)))
      return emitOpError("constraint 1: indices are i32 mem scalars");
  bool bits = getLaw() == lane::Law::bits;
  if (bits != bufOf(getTarget()).getElementType().isInteger(32))
    return emitOpError("'bits' gives i32, the other laws floats");
  return success();
}
