//===- Support.cpp - Where weights are known to be zero -------------------===//
//
// Masks of autoregressive networks, and the parts of a staircase that later
// steps fill, are zeros that are known before any run. Ordered by degree they
// stand in blocks at the ends of rows, and a product need not visit them; nor
// need the adjoint of such a weight be summed up where a known zero takes it.
// The proof is that of the model level's causality (Lane/Interp/Known).
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Lowering.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

namespace {

/// Row-major offsets of the points of some axes.
SmallVector<int64_t> offsetsOf(ArrayRef<int64_t> shape,
                               ArrayRef<int64_t> axes) {
  SmallVector<int64_t> offsets{0};
  for (int64_t axis : axes) {
    int64_t stride = 1;
    for (int64_t inner : shape.drop_front(axis + 1))
      stride *= inner;
    SmallVector<int64_t> next;
    for (int64_t offset : offsets)
      for (int64_t k = 0; k < shape[axis]; ++k)
        next.push_back(offset + k * stride);
    offsets = std::move(next);
  }
  return offsets;
}

/// The columns of every row outside which `elements` are zero, whatever the
/// batch axes: from, to, from, to, ... .
SmallVector<int32_t> columnsOf(ArrayRef<double> elements,
                               ArrayRef<SmallVector<int64_t>> offsets) {
  SmallVector<int32_t> columns;
  const auto &[batches, rows, all] =
      std::tie(offsets[0], offsets[1], offsets[2]);
  for (int64_t row : rows) {
    int32_t from = all.size(), to = 0;
    for (auto [k, column] : llvm::enumerate(all))
      for (int64_t batch : batches)
        if (elements[batch + row + column] != 0) { // unknown is NaN
          from = std::min<int32_t>(from, k);
          to = std::max<int32_t>(to, k + 1);
        }
    columns.push_back(std::min(from, to));
    columns.push_back(to);
  }
  return columns;
}

/// A few zeros are not worth a table.
bool excludesLittle(ArrayRef<int32_t> columns, int64_t width) {
  int64_t visited = 0, all = columns.size() / 2 * width;
  for (size_t k = 0; k < columns.size(); k += 2)
    visited += columns[k + 1] - columns[k];
  return visited > all - all / 8;
}

/// Marks the elements of `value` that are read. One that only meets known zeros
/// is not, also as a slice of a stack that a later loop reads.
void markRead(Value value, lane::Known &known, std::vector<double> &read) {
  auto all = [&] { read.assign(read.size(), 1); };
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (auto mul = dyn_cast<lane::MulOp>(user)) {
      Value other = mul->getOperand(1 - use.getOperandNumber());
      const lane::Array *factor = known.of(other);
      if (!factor || other == value)
        return all();
      for (auto [mark, element] : llvm::zip(read, factor->data))
        mark = element != 0 ? 1 : mark; // unknown is NaN
    } else if (auto yield = dyn_cast<lane::YieldOp>(user)) {
      auto loop = dyn_cast<lane::LoopOp>(yield->getParentOp());
      int64_t slice = int64_t(use.getOperandNumber()) -
                      (loop ? int64_t(loop.getYieldedCarries().size()) : 0);
      if (!loop || slice < 0 || slice >= int64_t(loop.getYs().size()))
        return all();
      for (OpOperand &stackUse : loop.getYs()[slice].getUses()) {
        auto reader = dyn_cast<lane::LoopOp>(stackUse.getOwner());
        int64_t at =
            int64_t(stackUse.getOperandNumber()) -
            (reader
                 ? int64_t(reader.getConsts().size() + reader.getInits().size())
                 : 0);
        if (!reader || at < 0)
          return all();
        markRead(reader.getXArgs()[at], known, read);
      }
    } else {
      return all();
    }
  }
}

} // namespace

// `axes` are those of batches, rows and columns. The weights of a staircase are
// slices of a stack, with zeros that differ from step to step.
Support Lowering::supportOf(Value weights, Groups axes) {
  ArrayRef<int64_t> shape = lane::typeOf(weights).getShape();
  SmallVector<SmallVector<int64_t>> offsets;
  for (const auto &group : axes)
    offsets.push_back(offsetsOf(shape, group));
  Support support;
  SmallVector<int32_t> columns;
  auto argument = dyn_cast<BlockArgument>(weights);
  auto loop = argument
                  ? dyn_cast<lane::LoopOp>(argument.getOwner()->getParentOp())
                  : lane::LoopOp();
  const lane::Array *stack = nullptr;
  if (loop)
    for (auto [inner, outer] : llvm::zip(loop.getXArgs(), loop.getXs()))
      if (inner == weights && !outer.getDefiningOp<lane::LoopOp>())
        stack = known.of(outer);
  if (stack) {
    int64_t size = lane::typeOf(weights).getNumElements();
    for (int64_t t = 0; t < int64_t(loop.getCount()); ++t)
      columns.append(
          columnsOf(ArrayRef(stack->data).slice(t * size, size), offsets));
    support.step = stepOf.lookup(loop);
  } else if (const lane::Array *elements = known.of(weights)) {
    columns = columnsOf(elements->data, offsets);
  } else {
    return {};
  }
  if (excludesLittle(columns, offsets[2].size()))
    return {};
  support.columns = b.getDenseI32ArrayAttr(columns);
  return support;
}

DenseI32ArrayAttr Lowering::readColumns(Value sum, Groups axes) {
  std::vector<double> read(lane::typeOf(sum).getNumElements(), 0);
  markRead(sum, known, read);
  ArrayRef<int64_t> shape = lane::typeOf(sum).getShape();
  SmallVector<SmallVector<int64_t>> offsets{
      {0}, offsetsOf(shape, axes[0]), offsetsOf(shape, axes[1])};
  SmallVector<int32_t> columns = columnsOf(read, offsets);
  if (excludesLittle(columns, offsets[2].size()))
    return {};
  return b.getDenseI32ArrayAttr(columns);
}
