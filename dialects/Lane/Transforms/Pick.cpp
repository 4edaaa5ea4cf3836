// Static places; see Pick.h.
#include "Lane/Transforms/Pick.h"

using namespace mlir;

namespace rill::lane {

SmallVector<int64_t> placesOf(ArrayRef<int64_t> rows) {
  SmallVector<int64_t> places;
  for (auto [place, row] : llvm::enumerate(rows))
    if (row >= 0)
      places.push_back(place);
  return places;
}

static bool isRun(ArrayRef<int64_t> places) {
  for (auto [k, place] : llvm::enumerate(places))
    if (place != places.front() + int64_t(k))
      return false;
  return !places.empty();
}

static bool isAll(ArrayRef<int64_t> places, int64_t size) {
  return int64_t(places.size()) == size && isRun(places) && places.front() == 0;
}

Value pick(Value v, int64_t axis, ArrayRef<int64_t> places, LaneBuilder &b) {
  if (isAll(places, typeOf(v).getDim(axis)))
    return v;
  if (isRun(places))
    return SliceOp::create(b.builder, b.loc, v, axis, places.front(),
                           int64_t(places.size()));
  return GatherOp::create(b.builder, b.loc, v, axis, places);
}

Value place(Value v, int64_t axis, ArrayRef<int64_t> places, int64_t size,
            LaneBuilder &b) {
  if (isAll(places, size))
    return v;
  return ScatterAddOp::create(b.builder, b.loc, v, axis, places, size);
}

Value diagonalOf(Value matrix, LaneBuilder &b) {
  int64_t n = typeOf(matrix).getDim(0);
  SmallVector<int64_t> offsets{0}, sizes{n}, strides{n + 1};
  return SliceOp::create(b.builder, b.loc, b.reshape(matrix, {n * n}), offsets,
                         sizes, strides);
}

void absorb(Value &factor, Value &matrix, LaneBuilder &b) {
  if (!factor || !isInvariant(factor) || !isInvariant(matrix))
    return;
  matrix = b.mul(matrix, b.spread(factor, {1}, typeOf(matrix).getShape()));
  factor = {};
}

} // namespace rill::lane
