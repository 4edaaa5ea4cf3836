// Origins of elements; see Origins.h.
#include "Flow/Analysis/Origins.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using Elements = llvm::SmallVector<int64_t>;
using Shape = llvm::ArrayRef<int64_t>;

/// The multi-index of element `flat` of this shape.
static Elements unravel(int64_t flat, Shape shape) {
  Elements index(shape.size());
  for (size_t axis = shape.size(); axis-- > 0;) {
    index[axis] = flat % shape[axis];
    flat /= shape[axis];
  }
  return index;
}

static int64_t ravel(Shape index, Shape shape) {
  int64_t flat = 0;
  for (auto [i, extent] : llvm::zip(index, shape))
    flat = flat * extent + i;
  return flat;
}

/// Elements of a result of `shape` whose element at an index is the operand's
/// element at move(index).
static Elements moved(const Elements &from, Shape fromShape, Shape shape,
                      llvm::function_ref<void(Elements &)> move) {
  Elements result;
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  for (int64_t k = 0; k < count; ++k) {
    Elements index = unravel(k, shape);
    move(index);
    result.push_back(from[ravel(index, fromShape)]);
  }
  return result;
}

std::optional<Elements> Origins::of(Value value) {
  if (value == source) {
    Elements all(lane::typeOf(value).getNumElements());
    for (auto [k, element] : llvm::enumerate(all))
      element = int64_t(k);
    return all;
  }
  if (auto it = known.find(value); it != known.end())
    return it->second;
  std::optional<Elements> result;
  Operation *op = value.getDefiningOp();
  if (auto split = dyn_cast_if_present<SplitOp>(op))
    result = partOf(split, cast<OpResult>(value).getResultNumber());
  else if (op && op->getNumResults() == 1)
    result = compute(op);
  known[value] = result;
  return result;
}

std::optional<Elements> Origins::partOf(SplitOp split, unsigned part) {
  std::optional<Elements> whole = of(split.getPlace());
  if (!whole)
    return std::nullopt;
  Elements result;
  for (int64_t element : indicesOf(split.getParts()[part]))
    result.push_back((*whole)[element]);
  return result;
}

/// The elements of a join from those of its parts.
static Elements joined(JoinOp join, ArrayRef<Elements> parts) {
  Elements result(lane::typeOf(join.getPlace()).getNumElements());
  for (auto [part, indices] : llvm::zip(parts, join.getParts()))
    for (auto [k, element] : llvm::enumerate(indicesOf(indices)))
      result[element] = part[k];
  return result;
}

std::optional<Elements> Origins::compute(Operation *op) {
  if (!isa<lane::ReshapeOp, lane::PermuteOp, lane::SliceOp, lane::GatherOp,
           lane::ReverseOp, lane::ConcatOp, JoinOp>(op))
    return std::nullopt;
  SmallVector<Elements> inputs;
  for (Value v : op->getOperands()) {
    std::optional<Elements> input = of(v);
    if (!input)
      return std::nullopt;
    inputs.push_back(std::move(*input));
  }
  Shape from = lane::typeOf(op->getOperand(0)).getShape();
  Shape shape = lane::typeOf(op->getResult(0)).getShape();
  return llvm::TypeSwitch<Operation *, Elements>(op)
      .Case([&](JoinOp join) { return joined(join, inputs); })
      .Case([&](lane::ReshapeOp) { return inputs[0]; })
      .Case([&](lane::PermuteOp permute) {
        return moved(inputs[0], from, shape, [&](Elements &index) {
          Elements result(index.size());
          for (auto [k, axis] : llvm::enumerate(permute.getPerm()))
            result[axis] = index[k];
          index = result;
        });
      })
      .Case([&](lane::SliceOp slice) {
        return moved(inputs[0], from, shape, [&](Elements &index) {
          for (size_t k = 0; k < index.size(); ++k)
            index[k] = slice.getOffsets()[k] + index[k] * slice.getStrides()[k];
        });
      })
      .Case([&](lane::GatherOp gather) {
        return moved(inputs[0], from, shape, [&](Elements &index) {
          int64_t &i = index[gather.getDim()];
          i = gather.getIndices()[i];
        });
      })
      .Case([&](lane::ReverseOp reverse) {
        return moved(inputs[0], from, shape, [&](Elements &index) {
          for (int64_t axis : reverse.getDims())
            index[axis] = from[axis] - 1 - index[axis];
        });
      })
      .Case([&](lane::ConcatOp concat) {
        Elements result;
        int64_t count = lane::typeOf(concat.getResult()).getNumElements();
        for (int64_t k = 0; k < count; ++k) {
          Elements index = unravel(k, shape);
          int64_t &i = index[concat.getDim()];
          size_t part = 0;
          Shape partShape = from;
          while (i >= partShape[concat.getDim()]) {
            i -= partShape[concat.getDim()];
            partShape = lane::typeOf(op->getOperand(++part)).getShape();
          }
          result.push_back(inputs[part][ravel(index, partShape)]);
        }
        return result;
      });
}
