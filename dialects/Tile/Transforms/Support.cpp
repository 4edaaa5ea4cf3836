//===- Support.cpp - Where weights are known to be zero -------------------===//
//
// Masks of autoregressive networks, and the parts of a staircase that later
// steps fill, are zeros that are known before any run. Ordered by degree they
// stand in blocks at the ends of rows, and a product need not visit them. The
// proof is that of the model level's causality (Lane/Interp/Known).
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

} // namespace

// `axes` are those of batches, rows and columns. The weights of a staircase are
// slices of a stack, with zeros that differ from step to step.
Support Lowering::supportOf(Value weights, Groups axes) {
  ArrayRef<int64_t> shape = lane::typeOf(weights).getShape();
  SmallVector<SmallVector<int64_t>> offsets;
  for (const auto &group : axes)
    offsets.push_back(offsetsOf(shape, group));
  int64_t rows = offsets[1].size(), steps = 1;
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
    steps = loop.getCount();
    int64_t size = lane::typeOf(weights).getNumElements();
    for (int64_t t = 0; t < steps; ++t)
      columns.append(
          columnsOf(ArrayRef(stack->data).slice(t * size, size), offsets));
    support.step = stepOf.lookup(loop);
  } else if (const lane::Array *elements = known.of(weights)) {
    columns = columnsOf(elements->data, offsets);
  } else {
    return {};
  }
  int64_t visited = 0, all = steps * rows * offsets[2].size();
  for (unsigned k = 0; k < columns.size(); k += 2)
    visited += columns[k + 1] - columns[k];
  // A few zeros are not worth a table.
  if (visited > all - all / 8)
    return {};
  support.columns = b.getDenseI32ArrayAttr(columns);
  return support;
}
