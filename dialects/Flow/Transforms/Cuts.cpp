// Cuts of places; see Cuts.h.
#include "Flow/Transforms/Cuts.h"

#include "llvm/ADT/MapVector.h"

#include <map>

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

bool rill::flow::shareCuts(Operation *at, ValueRange pieces, ArrayAttr parts,
                           Value whole, IRMapping &known, LaneBuilder &b) {
  if (llvm::all_of(pieces, [&](Value v) { return known.contains(v); }))
    return false;
  // For each element a known piece and where in it the element stands.
  std::map<int64_t, std::pair<Value, int64_t>> found;
  auto note = [&](Operation *cut, ValueRange others, ArrayAttr where) {
    if (cut != at)
      for (auto [piece, part] : llvm::zip(others, where))
        if (known.contains(piece))
          for (auto [k, element] : llvm::enumerate(indicesOf(part)))
            found.try_emplace(element, piece, int64_t(k));
  };
  if (auto join = whole.getDefiningOp<JoinOp>())
    note(join, join.getXs(), join.getParts());
  for (Operation *user : whole.getUsers())
    if (auto split = dyn_cast<SplitOp>(user))
      note(split, split.getResults(), split.getParts());
  bool any = false;
  for (auto [piece, part] : llvm::zip(pieces, parts)) {
    ArrayRef<int64_t> elements = indicesOf(part);
    if (known.contains(piece) || !llvm::all_of(elements, [&](int64_t element) {
          return found.count(element);
        }))
      continue;
    // The known pieces one after the other, and the elements out of them.
    llvm::MapVector<Value, int64_t> starts;
    SmallVector<Value> flat;
    SmallVector<int64_t> indices;
    int64_t length = 0;
    for (int64_t element : elements) {
      auto [source, position] = found.at(element);
      if (starts.try_emplace(source, length).second) {
        flat.push_back(flatten(known.lookup(source), b));
        length += lane::typeOf(source).getNumElements();
      }
      indices.push_back(starts[source] + position);
    }
    Value joined = flat.size() == 1
                       ? flat[0]
                       : lane::ConcatOp::create(b.builder, b.loc, 0, flat);
    known.map(piece, b.reshape(pick(joined, indices, b),
                               lane::typeOf(piece).getShape()));
    any = true;
  }
  return any;
}

Value rill::flow::rearrange(Value x, ArrayRef<int64_t> elements,
                            ArrayRef<int64_t> shape, LaneBuilder &b) {
  return b.reshape(
      lane::GatherOp::create(b.builder, b.loc, flatten(x, b), 0, elements),
      shape);
}
