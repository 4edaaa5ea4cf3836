// Shape operations, reductions and constants of random programs.
#include "Grower.h"
#include "llvm/ADT/STLExtras.h"

namespace rill::lane::random {

using mlir::Value;

Shape randomShape(Choices &choices, const ProgramOptions &options,
                  int64_t rank) {
  Shape shape;
  int64_t room = options.elements;
  for (int64_t d = 0; d < rank; ++d) {
    shape.push_back(choices.between(1, std::min(options.dimension, room)));
    room /= shape.back();
  }
  return shape;
}

Shape Grower::randomShape(int64_t rank) {
  return random::randomShape(choices, options, rank);
}

Shape Grower::randomPermutation(int64_t n) {
  Shape perm(n);
  for (int64_t d = 0; d < n; ++d)
    perm[d] = d;
  for (int64_t d = 0; d + 1 < n; ++d)
    std::swap(perm[d], perm[d + choices.below(uint32_t(n - d))]);
  return perm;
}

/// Repeats along new axes; the operand's shape must be part of the new one.
Item Grower::spread(Item item, Axes shape) {
  llvm::SmallVector<int64_t> dims;
  Axes from = item.type().getShape();
  for (size_t d = 0; d < shape.size() && dims.size() < from.size(); ++d)
    if (shape[d] == from[dims.size()])
      dims.push_back(int64_t(d));
  assert(dims.size() == from.size() && "the shape is not part of the other");
  return {b.spread(item.value, dims, shape), item.low, item.high};
}

static bool isPart(Axes from, Axes shape) {
  size_t found = 0;
  for (int64_t d : shape)
    if (found < from.size() && d == from[found])
      ++found;
  return found == from.size();
}

Item Grower::fit(Item item, Axes shape) {
  TensorType type = item.type();
  if (type.getShape() == shape)
    return item;
  auto same = itemsWhere([&](const Item &i) {
    return i.type().isFloat() && i.type().getShape() == shape;
  });
  if (!same.empty() && choices.chance(30))
    return pickLate(same);
  if (type.getNumElements() == Array::sizeOf(shape))
    return {b.reshape(item.value, shape), item.low, item.high};
  if (type.getRank() < int64_t(shape.size()) && isPart(type.getShape(), shape))
    return spread(item, shape);
  // Down to a scalar and up again.
  llvm::SmallVector<int64_t> dims;
  for (int64_t d = 0; d < type.getRank(); ++d)
    dims.push_back(d);
  double n = double(type.getNumElements());
  Item total = {b.reduce(ReduceKind::sum, item.value, dims), item.low * n,
                item.high * n};
  return spread(scaled(total, 1 / n), shape);
}

/// Steps of 1 to 3 along each axis, from anywhere.
Item Grower::strided(Item item) {
  llvm::SmallVector<int64_t> offsets, sizes, strides;
  for (int64_t d : item.type().getShape()) {
    offsets.push_back(choices.below(uint32_t(d)));
    strides.push_back(choices.between(1, 3));
    int64_t room = (d - 1 - offsets.back()) / strides.back() + 1;
    sizes.push_back(room - choices.below(uint32_t(room)));
  }
  return {SliceOp::create(b.builder, b.loc, item.value, Axes(offsets),
                          Axes(sizes), Axes(strides)),
          item.low, item.high};
}

Item Grower::padded(Item item) {
  llvm::SmallVector<int64_t> low, high, interior;
  for (int64_t d = 0; d < item.type().getRank(); ++d) {
    low.push_back(choices.below(3));
    high.push_back(choices.below(2));
    interior.push_back(choices.below(2));
  }
  return {PadOp::create(b.builder, b.loc, item.value, Axes(low), Axes(high),
                        Axes(interior)),
          std::fmin(item.low, 0), std::fmax(item.high, 0)};
}

Item Grower::concatenated(Item item) {
  int64_t dim = choices.below(uint32_t(item.type().getRank()));
  llvm::SmallVector<Value> parts = {item.value};
  for (int64_t n = choices.between(1, 2); n > 0; --n) {
    Item other = fit(pickFloat(), item.type().getShape());
    parts.push_back(other.value);
    item.low = std::fmin(item.low, other.low);
    item.high = std::fmax(item.high, other.high);
  }
  return {ConcatOp::create(b.builder, b.loc, dim, parts), item.low, item.high};
}

Item Grower::gathered(Item item) {
  int64_t dim = choices.below(uint32_t(item.type().getRank()));
  llvm::SmallVector<int64_t> indices;
  for (int64_t n = choices.between(1, 4); n > 0; --n)
    indices.push_back(choices.below(uint32_t(item.type().getDim(dim))));
  return {GatherOp::create(b.builder, b.loc, item.value, dim, Axes(indices)),
          item.low, item.high};
}

Item Grower::scattered(Item item) {
  int64_t dim = choices.below(uint32_t(item.type().getRank()));
  int64_t size = choices.between(1, options.dimension),
          n = item.type().getDim(dim);
  llvm::SmallVector<int64_t> indices;
  for (int64_t i = 0; i < n; ++i)
    indices.push_back(choices.below(uint32_t(size)));
  return {ScatterAddOp::create(b.builder, b.loc, item.value, dim, Axes(indices),
                               size),
          std::fmin(item.low, 0) * n, std::fmax(item.high, 0) * n};
}

bool Grower::growShape() {
  Item x = pickFloat();
  int64_t rank = x.type().getRank();
  if (rank == 0) {
    Item r = spread(x, randomShape(choices.between(1, 3)));
    return small(r.type().getShape()) && addFloat(r.value, r.low, r.high);
  }
  Item r = x;
  switch (choices.below(8)) {
  case 0:
    r = strided(x);
    break;
  case 1:
    r = padded(x);
    break;
  case 2:
    r = concatenated(x);
    break;
  case 3:
    r.value = b.permute(x.value, randomPermutation(rank));
    break;
  case 4:
    r = gathered(x);
    break;
  case 5:
    r = scattered(x);
    break;
  case 6: {
    llvm::SmallVector<int64_t> dims;
    for (int64_t d = 0; d < rank; ++d)
      if (choices.chance(60))
        dims.push_back(d);
    r.value = ReverseOp::create(b.builder, b.loc, x.value, Axes(dims));
    break;
  }
  case 7: {
    Shape shape(x.type().getShape());
    if (rank == 3)
      return false;
    shape.insert(shape.begin() + choices.below(uint32_t(rank + 1)),
                 choices.between(1, 3));
    r = spread(x, shape);
    break;
  }
  }
  return small(r.type().getShape()) && addFloat(r.value, r.low, r.high);
}

bool Grower::growReduce() {
  Item x = pickFloat();
  int64_t rank = x.type().getRank();
  if (rank == 0)
    return false;
  if (choices.chance(30)) {
    int64_t dim = choices.below(uint32_t(rank));
    double n = double(x.type().getDim(dim));
    bool reverse = choices.chance(50), exclusive = choices.chance(50);
    return addFloat(
        CumsumOp::create(b.builder, b.loc, x.value, dim, reverse, exclusive),
        std::fmin(x.low, 0) * n, std::fmax(x.high, 0) * n);
  }
  llvm::SmallVector<int64_t> dims;
  double n = 1;
  for (int64_t d = 0; d < rank; ++d)
    if (choices.chance(70)) {
      dims.push_back(d);
      n *= double(x.type().getDim(d));
    }
  switch (choices.below(5)) {
  case 0:
    return addFloat(b.reduce(ReduceKind::sum, x.value, dims), x.low * n,
                    x.high * n);
  case 1:
    x = within(x, -1.3, 1.3);
    return addFloat(b.reduce(ReduceKind::prod, x.value, dims),
                    -std::pow(1.3, n), std::pow(1.3, n));
  case 2:
    return addFloat(b.reduce(ReduceKind::logsumexp, x.value, dims), x.low,
                    x.high + std::log(n));
  case 3:
    return options.kinks &&
           addFloat(b.reduce(ReduceKind::max, x.value, dims), x.low, x.high);
  default:
    return options.kinks &&
           addFloat(b.reduce(ReduceKind::min, x.value, dims), x.low, x.high);
  }
}

bool Grower::growConstant() {
  Shape shape = randomShape(choices.between(0, 2));
  if (choices.chance(20))
    return addFloat(IotaOp::create(b.builder, b.loc,
                                   tensorOf({4, 3}, element, true),
                                   int64_t(choices.below(2))),
                    0, 3);
  if (options.batch && choices.chance(20))
    return addFloat(
        BatchSizeOp::create(b.builder, b.loc, tensorOf({}, element, true)), 0,
        double(batch));
  std::vector<double> elements = choices.reals(Array::sizeOf(shape), -2, 2);
  return addFloat(ConstOp::create(b.builder, b.loc,
                                  tensorOf(shape, element, true),
                                  llvm::ArrayRef<double>(elements)),
                  -2, 2);
}

} // namespace rill::lane::random
