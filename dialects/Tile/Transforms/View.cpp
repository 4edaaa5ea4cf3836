//===- View.cpp - Strides under shape operations --------------------------===//
//
// The algebra of View.h. It emits nothing.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/View.h"

using namespace mlir;
using namespace rill::tile;

View View::ofBuffer(Value buffer) {
  BufType type = bufOf(buffer);
  View view;
  view.base = buffer;
  view.shape.assign(type.getShape().begin(), type.getShape().end());
  view.strides.assign(type.getStrides().begin(), type.getStrides().end());
  view.element = type.getElementType();
  return view;
}

View View::ofNumber(double number, ArrayRef<int64_t> shape, Type element) {
  View view;
  view.splat = number;
  view.shape.assign(shape.begin(), shape.end());
  view.strides.assign(shape.size(), 0);
  view.element = element;
  return view;
}

View View::ofStep(Value step) {
  View view;
  view.step = step;
  view.element = IntegerType::get(step.getContext(), 32);
  return view;
}

int64_t View::elements() const {
  int64_t n = 1;
  for (int64_t d : shape)
    n *= d;
  return n;
}

bool View::isDense() const {
  SmallVector<int64_t> dense = denseStrides(Layout::rows, shape);
  for (auto [dim, is, want] : llvm::zip(shape, strides, dense))
    if (dim != 1 && is != want)
      return false;
  return true;
}

bool View::operator==(const View &other) const {
  if (base != other.base || offset != other.offset || terms != other.terms ||
      shape != other.shape || splat != other.splat || step != other.step)
    return false;
  for (auto [dim, a, b] : llvm::zip(shape, strides, other.strides))
    if (dim != 1 && a != b)
      return false;
  return true;
}

View View::spread(ArrayRef<int64_t> dims, ArrayRef<int64_t> to) const {
  View view = *this;
  view.shape.assign(to.begin(), to.end());
  view.strides.assign(to.size(), 0);
  for (auto [axis, dim] : llvm::enumerate(dims))
    view.strides[dim] = strides[axis];
  return view;
}

View View::permute(ArrayRef<int64_t> perm) const {
  View view = *this;
  for (auto [axis, from] : llvm::enumerate(perm)) {
    view.shape[axis] = shape[from];
    view.strides[axis] = strides[from];
  }
  return view;
}

View View::slice(ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                 ArrayRef<int64_t> steps) const {
  View view = *this;
  for (int64_t axis = 0; axis < rank(); ++axis) {
    view.offset += offsets[axis] * strides[axis];
    view.shape[axis] = sizes[axis];
    view.strides[axis] = strides[axis] * steps[axis];
  }
  return view;
}

View View::reverse(ArrayRef<int64_t> dims) const {
  View view = *this;
  for (int64_t axis : dims) {
    view.offset += (shape[axis] - 1) * strides[axis];
    view.strides[axis] = -strides[axis];
  }
  return view;
}

View View::at(Value loopStep) const {
  View view = *this;
  if (strides[0])
    view.terms.push_back({loopStep, strides[0]});
  view.shape.erase(view.shape.begin());
  view.strides.erase(view.strides.begin());
  return view;
}

View View::at(int64_t index) const {
  View view = *this;
  view.offset += index * strides[0];
  view.shape.erase(view.shape.begin());
  view.strides.erase(view.strides.begin());
  return view;
}

std::optional<View> View::merge(ArrayRef<SmallVector<int64_t>> groups) const {
  View view = *this;
  view.shape.clear();
  view.strides.clear();
  for (const SmallVector<int64_t> &group : groups) {
    int64_t size = 1, stride = 0;
    for (int64_t axis : llvm::reverse(group)) {
      if (shape[axis] == 1)
        continue;
      if (size != 1 && strides[axis] != stride * size)
        return std::nullopt;
      if (size == 1)
        stride = strides[axis];
      size *= shape[axis];
    }
    view.shape.push_back(size);
    view.strides.push_back(size == 1 ? 0 : stride);
  }
  return view;
}

// Axes of both shapes are matched in runs of equal products; each run of the
// operand must merge to one axis, which is then cut as the result wants.
std::optional<View> View::reshape(ArrayRef<int64_t> to) const {
  View view = *this;
  view.shape.assign(to.begin(), to.end());
  view.strides.assign(to.size(), 0);
  if (!base)
    return view;
  int64_t from = 0, into = 0, target = to.size();
  while (from < rank() || into < target) {
    SmallVector<int64_t> group;
    int64_t have = 1, want = 1, begin = into;
    do {
      if (have <= want && from < rank())
        have *= shape[from], group.push_back(from++);
      else
        want *= to[into++];
    } while (have != want || (from < rank() && shape[from] == 1));
    while (into < target && to[into] == 1)
      ++into;
    std::optional<View> one = merge({group});
    if (!one)
      return std::nullopt;
    int64_t stride = one->strides[0];
    for (int64_t axis = into - 1; axis >= begin; --axis) {
      view.strides[axis] = stride;
      stride *= to[axis];
    }
  }
  return view;
}

std::optional<int64_t> rill::tile::progression(ArrayRef<int64_t> indices) {
  if (indices.size() < 2)
    return 1;
  int64_t difference = indices[1] - indices[0];
  for (size_t k = 2; k < indices.size(); ++k)
    if (indices[k] - indices[k - 1] != difference)
      return std::nullopt;
  return difference;
}
