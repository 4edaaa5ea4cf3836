// Sums of values placed among zeros. Adjoints of slices and gathers of one
// value arrive as a sum of pads and scatters; where their places do not
// overlap, the sum is a concatenation, perhaps with its rows put in order.
#include "Lane/IR/LaneBuilder.h"
#include "Lane/IR/LaneRewrites.h"

using namespace mlir;

namespace rill::lane {

namespace {
// Rows of `value` along `axis` of the sum and where each one lands.
struct Placement {
  Value value;
  int64_t axis;
  SmallVector<int64_t> places;
};
} // namespace

// A pad along one axis.
static std::optional<Placement> placementOf(PadOp pad) {
  std::optional<int64_t> axis;
  for (int64_t k = 0; k < pad.getType().getRank(); ++k) {
    if (pad.getX().getType().getDim(k) == pad.getType().getDim(k))
      continue;
    if (axis)
      return std::nullopt;
    axis = k;
  }
  if (!axis)
    return std::nullopt;
  Placement p{pad.getX(), *axis, {}};
  for (int64_t i = 0; i < pad.getX().getType().getDim(*axis); ++i)
    p.places.push_back(pad.getLow()[*axis] +
                       i * (pad.getInterior()[*axis] + 1));
  return p;
}

static std::optional<Placement> placementOf(Value v) {
  if (auto pad = v.getDefiningOp<PadOp>())
    return placementOf(pad);
  auto scatter = v.getDefiningOp<ScatterAddOp>();
  if (!scatter)
    return std::nullopt;
  return Placement{scatter.getX(), (int64_t)scatter.getDim(),
                   SmallVector<int64_t>(scatter.getIndices())};
}

// The addends of a tree of sums that nothing else uses.
static void collectAddends(Value v, bool isRoot, SmallVectorImpl<Value> &out) {
  auto add = v.getDefiningOp<AddOp>();
  if (!add || (!isRoot && !v.hasOneUse()))
    return out.push_back(v);
  collectAddends(add.getX(), false, out);
  collectAddends(add.getY(), false, out);
}

// Puts disjoint placements together; `source[i]` is the row of their
// concatenation that belongs at place i, or -1 for a zero.
static Value assemble(LaneBuilder &b, ArrayRef<Placement> parts,
                      ArrayRef<int64_t> source, TensorType type) {
  int64_t axis = parts.front().axis;
  SmallVector<int64_t> shape(type.getShape());
  auto zeros = [&](int64_t n) {
    shape[axis] = n;
    return b.constant(type.withShape(shape), 0);
  };
  SmallVector<Value> values;
  SmallVector<int64_t> indices(source);
  SmallVector<const Placement *> sorted;
  bool blocks = true; // every part lands in one piece
  for (const Placement &p : parts) {
    sorted.push_back(&p);
    for (size_t i = 1; i < p.places.size(); ++i)
      blocks &= p.places[i] == p.places[i - 1] + 1;
  }
  if (blocks) {
    // In the order of their places, zeros filling the gaps.
    llvm::sort(sorted,
               [](auto *p, auto *q) { return p->places[0] < q->places[0]; });
    int64_t next = 0;
    for (const Placement *p : sorted) {
      if (p->places[0] > next)
        values.push_back(zeros(p->places[0] - next));
      values.push_back(p->value);
      next = p->places.back() + 1;
    }
    if (next < (int64_t)source.size())
      values.push_back(zeros(source.size() - next));
    return ConcatOp::create(b.builder, b.loc, axis, values);
  }
  int64_t rows = 0;
  for (const Placement &p : parts) {
    values.push_back(p.value);
    rows += p.places.size();
  }
  if (llvm::is_contained(source, -1))
    values.push_back(zeros(1));
  for (int64_t &i : indices)
    i = i < 0 ? rows : i;
  Value all = ConcatOp::create(b.builder, b.loc, axis, values);
  return GatherOp::create(b.builder, b.loc, all, axis, indices);
}

// Pads that interleave, and nothing else, are left as they are: a lowering can
// write each part to its rows, where concat and gather would move them twice.
static bool isAssembly(ArrayRef<Value> addends, ArrayRef<Placement> parts) {
  bool blocks = true;
  for (const Placement &p : parts)
    blocks &= p.places.size() == 1 || p.places[1] == p.places[0] + 1;
  return !blocks && llvm::all_of(addends, [](Value v) {
    return v.getDefiningOp<PadOp>() != nullptr;
  });
}

namespace {
struct AddOfPlacements : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    // Only whole sums: a part taken alone would be filled up with zeros.
    if (op->hasOneUse() && isa<AddOp>(*op->user_begin()))
      return failure();
    SmallVector<Value> addends, rest;
    collectAddends(op, /*isRoot=*/true, addends);
    SmallVector<Placement> parts;
    SmallVector<int64_t> source;
    int64_t rows = 0;
    for (Value v : addends) {
      std::optional<Placement> p = placementOf(v);
      if (p && parts.empty()) // the first part that fits names the axis
        source.assign(typeOf(v).getDim(p->axis), -1);
      bool fits = p && (parts.empty() || p->axis == parts.front().axis);
      // Twice the same place, in one value or in two, is a true sum.
      SmallVector<int64_t> trial(source);
      for (size_t i = 0; fits && i < p->places.size(); ++i) {
        fits = trial[p->places[i]] < 0;
        trial[p->places[i]] = rows + i;
      }
      if (!fits) {
        rest.push_back(v);
        continue;
      }
      source = trial;
      rows += p->places.size();
      parts.push_back(*p);
    }
    if (parts.size() < 2 || isAssembly(addends, parts))
      return failure();
    LaneBuilder b(rewriter, op.getLoc());
    Value sum = assemble(b, parts, source, op.getType());
    for (Value v : rest)
      sum = b.add(sum, v);
    rewriter.replaceOp(op, b.withRate(sum, op.getType().getInv()));
    return success();
  }
};

// Scattering to every place once is gathering by the inverse.
struct ScatterIsGather : OpRewritePattern<ScatterAddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ScatterAddOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getX().getType() != op.getType())
      return failure();
    SmallVector<int64_t> inverse(op.getIndices().size(), -1);
    for (auto [k, place] : llvm::enumerate(op.getIndices())) {
      if (inverse[place] >= 0)
        return failure();
      inverse[place] = k;
    }
    rewriter.replaceOpWithNewOp<GatherOp>(op, op.getX(), op.getDim(), inverse);
    return success();
  }
};
} // namespace

void addPlacementRewrites(RewritePatternSet &patterns) {
  patterns.add<AddOfPlacements, ScatterIsGather>(patterns.getContext());
}

} // namespace rill::lane
