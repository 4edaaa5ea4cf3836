// Cuts of places; see Cuts.h.
#include "Flow/Transforms/Cuts.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

Value rill::flow::flatten(Value x, LaneBuilder &b) {
  return b.reshape(x, {lane::typeOf(x).getNumElements()});
}

/// The elements `indices` of a flat value: a slice where they are evenly apart.
static Value pick(Value flat, ArrayRef<int64_t> indices, LaneBuilder &b) {
  int64_t n = indices.size();
  int64_t stride = n > 1 ? indices[1] - indices[0] : 1;
  bool even = stride > 0;
  for (int64_t k = 1; k < n; ++k)
    even &= indices[k] - indices[k - 1] == stride;
  if (even)
    return lane::SliceOp::create(
        b.builder, b.loc, flat, ArrayRef<int64_t>{indices[0]},
        ArrayRef<int64_t>{n}, ArrayRef<int64_t>{stride});
  return lane::GatherOp::create(b.builder, b.loc, flat, 0, indices);
}

void rill::flow::cut(Value whole, ValueRange pieces, ArrayAttr parts,
                     IRMapping &known, LaneBuilder &b) {
  Value flat = flatten(known.lookup(whole), b);
  for (auto [piece, part] : llvm::zip(pieces, parts))
    if (!known.contains(piece))
      known.map(piece, b.reshape(pick(flat, indicesOf(part), b),
                                 lane::typeOf(piece).getShape()));
}

void rill::flow::glue(ValueRange pieces, ArrayAttr parts, Value whole,
                      IRMapping &known, LaneBuilder &b) {
  SmallVector<Value> flat;
  SmallVector<int64_t> order; // position in the concatenation -> element
  auto sorted = llvm::to_vector(llvm::seq<unsigned>(0, parts.size()));
  llvm::sort(sorted, [&](unsigned x, unsigned y) {
    return indicesOf(parts[x])[0] < indicesOf(parts[y])[0];
  });
  for (unsigned k : sorted) {
    flat.push_back(flatten(known.lookup(pieces[k]), b));
    llvm::append_range(order, indicesOf(parts[k]));
  }
  Value joined = flat.size() == 1
                     ? flat[0]
                     : lane::ConcatOp::create(b.builder, b.loc, 0, flat);
  if (!llvm::is_sorted(order)) {
    SmallVector<int64_t> back(order.size());
    for (auto [position, element] : llvm::enumerate(order))
      back[element] = position;
    joined = lane::GatherOp::create(b.builder, b.loc, joined, 0, back);
  }
  known.map(whole, b.reshape(joined, lane::typeOf(whole).getShape()));
}

Value rill::flow::rearrange(Value x, ArrayRef<int64_t> elements,
                            ArrayRef<int64_t> shape, LaneBuilder &b) {
  return b.reshape(
      lane::GatherOp::create(b.builder, b.loc, flatten(x, b), 0, elements),
      shape);
}
