// Canonical shapes: operations that only move or repeat elements are composed,
// and work is done on the smaller side of a repetition. No arithmetic changes,
// but for sums of repeated elements, which become products.
#include "Lane/IR/LaneBuilder.h"
#include "Lane/IR/LaneRewrites.h"
#include <cmath>

using namespace mlir;

namespace rill::lane {

using Numbers = SmallVector<int64_t>;

static bool isNumber(Value v) {
  auto constant = v.getDefiningOp<ConstOp>();
  return constant && constant.getSplat();
}

namespace {
//===-- like on like ------------------------------------------------------===//

struct ReshapeOfReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<ReshapeOp>();
    if (!inner)
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, inner.getX(),
                                           op.getType().getShape());
    return success();
  }
};

struct PermuteOfPermute : OpRewritePattern<PermuteOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PermuteOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<PermuteOp>();
    if (!inner)
      return failure();
    Numbers perm;
    for (int64_t axis : op.getPerm())
      perm.push_back(inner.getPerm()[axis]);
    rewriter.replaceOpWithNewOp<PermuteOp>(op, inner.getX(), perm);
    return success();
  }
};

struct SpreadOfSpread : OpRewritePattern<SpreadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SpreadOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<SpreadOp>();
    if (!inner)
      return failure();
    Numbers dims;
    for (int64_t axis : inner.getDims())
      dims.push_back(op.getDims()[axis]);
    rewriter.replaceOpWithNewOp<SpreadOp>(op, inner.getX(), dims,
                                          op.getType().getShape());
    return success();
  }
};

struct SliceOfSlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<SliceOp>();
    if (!inner)
      return failure();
    Numbers offsets, strides;
    for (int64_t k = 0; k < op.getType().getRank(); ++k) {
      offsets.push_back(inner.getOffsets()[k] +
                        op.getOffsets()[k] * inner.getStrides()[k]);
      strides.push_back(op.getStrides()[k] * inner.getStrides()[k]);
    }
    rewriter.replaceOpWithNewOp<SliceOp>(op, inner.getX(), offsets,
                                         op.getSizes(), strides);
    return success();
  }
};

struct GatherOfGather : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<GatherOp>();
    if (!inner || inner.getDim() != op.getDim())
      return failure();
    Numbers indices;
    for (int64_t i : op.getIndices())
      indices.push_back(inner.getIndices()[i]);
    rewriter.replaceOpWithNewOp<GatherOp>(op, inner.getX(), op.getDim(),
                                          indices);
    return success();
  }
};

struct FlattenConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> parts;
    for (Value x : op.getXs()) {
      auto inner = x.getDefiningOp<ConcatOp>();
      if (inner && inner.getDim() == op.getDim())
        llvm::append_range(parts, inner.getXs());
      else
        parts.push_back(x);
    }
    if (parts.size() == op.getXs().size())
      return failure();
    rewriter.replaceOpWithNewOp<ConcatOp>(op, op.getDim(), parts);
    return success();
  }
};

//===-- slices ------------------------------------------------------------===//

// Indices with one positive stride are a slice.
struct GatherIsSlice : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    ArrayRef<int64_t> indices = op.getIndices();
    int64_t stride = indices.size() > 1 ? indices[1] - indices[0] : 1;
    if (stride < 1)
      return failure();
    for (size_t i = 1; i < indices.size(); ++i)
      if (indices[i] - indices[i - 1] != stride)
        return failure();
    TensorType type = op.getX().getType();
    Numbers offsets(type.getRank(), 0), sizes(type.getShape()),
        strides(type.getRank(), 1);
    offsets[op.getDim()] = indices[0];
    sizes[op.getDim()] = indices.size();
    strides[op.getDim()] = stride;
    rewriter.replaceOpWithNewOp<SliceOp>(op, op.getX(), offsets, sizes,
                                         strides);
    return success();
  }
};

// A slice of gathered rows gathers fewer; other axes are cut before.
struct SliceOfGather : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto gather = op.getX().getDefiningOp<GatherOp>();
    if (!gather)
      return failure();
    int64_t dim = gather.getDim();
    Numbers indices, offsets(op.getOffsets()), sizes(op.getSizes()),
        strides(op.getStrides());
    for (int64_t i = 0; i < sizes[dim]; ++i)
      indices.push_back(gather.getIndices()[offsets[dim] + i * strides[dim]]);
    offsets[dim] = 0;
    strides[dim] = 1;
    sizes[dim] = gather.getX().getType().getDim(dim);
    Value x = SliceOp::create(rewriter, op.getLoc(), gather.getX(), offsets,
                              sizes, strides);
    rewriter.replaceOpWithNewOp<GatherOp>(op, x, dim, indices);
    return success();
  }
};

// Rows that all come from one part of a concat.
struct GatherOfConcat : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getX().getDefiningOp<ConcatOp>();
    if (!concat || concat.getDim() != op.getDim())
      return failure();
    int64_t start = 0;
    for (Value part : concat.getXs()) {
      int64_t n = typeOf(part).getDim(op.getDim());
      Numbers inside;
      for (int64_t i : op.getIndices())
        if (i >= start && i < start + n)
          inside.push_back(i - start);
      start += n;
      if (inside.size() != op.getIndices().size())
        continue;
      LaneBuilder b(rewriter, op.getLoc());
      Value rows =
          GatherOp::create(rewriter, op.getLoc(), part, op.getDim(), inside);
      rewriter.replaceOp(op, b.withRate(rows, op.getType().getInv()));
      return success();
    }
    return failure();
  }
};

// The parts of a concat that a slice of unit stride touches.
struct SliceOfConcat : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getX().getDefiningOp<ConcatOp>();
    if (!concat)
      return failure();
    int64_t dim = concat.getDim(), stride = op.getStrides()[dim];
    int64_t begin = op.getOffsets()[dim],
            end = begin + (op.getSizes()[dim] - 1) * stride + 1;
    SmallVector<Value> parts;
    int64_t start = 0;
    for (Value x : concat.getXs()) {
      int64_t n = typeOf(x).getDim(dim), low = std::max(begin, start),
              high = std::min(end, start + n);
      if (low < high) {
        Numbers offsets(op.getOffsets()), sizes(op.getSizes());
        offsets[dim] = low - start;
        sizes[dim] = (high - low - 1) / stride + 1;
        bool whole = low == begin && high == end;
        if (!whole && stride != 1)
          return failure();
        parts.push_back(SliceOp::create(rewriter, op.getLoc(), x, offsets,
                                        sizes, op.getStrides()));
      }
      start += n;
    }
    LaneBuilder b(rewriter, op.getLoc());
    Value result = parts.size() == 1
                       ? parts.front()
                       : ConcatOp::create(rewriter, op.getLoc(), dim, parts);
    // A part may be invariant where the whole varies.
    rewriter.replaceOp(op, b.withRate(result, op.getType().getInv()));
    return success();
  }
};

// A slice of what pad has put between zeros: data, or zeros alone.
struct SliceOfPad : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getX().getDefiningOp<PadOp>();
    if (!pad)
      return failure();
    Numbers offsets;
    bool inside = true;
    LaneBuilder b(rewriter, op.getLoc());
    for (int64_t k = 0; k < op.getType().getRank(); ++k) {
      int64_t low = pad.getLow()[k], n = pad.getX().getType().getDim(k);
      int64_t first = op.getOffsets()[k] - low,
              last = first + (op.getSizes()[k] - 1) * op.getStrides()[k];
      if (pad.getInterior()[k] == 0 && (last < 0 || first >= n)) {
        TensorType type = op.getType();
        rewriter.replaceOp(op, b.zero(type));
        return success();
      }
      inside &= pad.getInterior()[k] == 0 && first >= 0 && last < n;
      offsets.push_back(first);
    }
    if (!inside)
      return failure();
    rewriter.replaceOpWithNewOp<SliceOp>(op, pad.getX(), offsets, op.getSizes(),
                                         op.getStrides());
    return success();
  }
};

struct SliceOfSpread : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto spread = op.getX().getDefiningOp<SpreadOp>();
    if (!spread)
      return failure();
    Numbers offsets, sizes, strides;
    for (int64_t axis : spread.getDims()) {
      offsets.push_back(op.getOffsets()[axis]);
      sizes.push_back(op.getSizes()[axis]);
      strides.push_back(op.getStrides()[axis]);
    }
    Value part = SliceOp::create(rewriter, op.getLoc(), spread.getX(), offsets,
                                 sizes, strides);
    rewriter.replaceOpWithNewOp<SpreadOp>(op, part, spread.getDims(),
                                          op.getType().getShape());
    return success();
  }
};

// Neighbouring parts that are neighbouring slices of one value are one slice.
struct ConcatOfSlices : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  // `b` continues `a` along `dim` and agrees with it elsewhere.
  static bool continues(SliceOp a, SliceOp b, int64_t dim) {
    if (!a || !b || a.getX() != b.getX() || a.getStrides() != b.getStrides())
      return false;
    for (int64_t k = 0; k < a.getType().getRank(); ++k)
      if (k != dim && (a.getOffsets()[k] != b.getOffsets()[k] ||
                       a.getSizes()[k] != b.getSizes()[k]))
        return false;
    return a.getOffsets()[dim] + a.getSizes()[dim] * a.getStrides()[dim] ==
           b.getOffsets()[dim];
  }
  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    int64_t dim = op.getDim();
    for (size_t i = 1; i < op.getXs().size(); ++i) {
      auto a = op.getXs()[i - 1].getDefiningOp<SliceOp>();
      auto b = op.getXs()[i].getDefiningOp<SliceOp>();
      if (!continues(a, b, dim))
        continue;
      Numbers sizes(a.getSizes());
      sizes[dim] += b.getSizes()[dim];
      SmallVector<Value> parts(op.getXs());
      parts[i - 1] = SliceOp::create(rewriter, op.getLoc(), a.getX(),
                                     a.getOffsets(), sizes, a.getStrides());
      parts.erase(parts.begin() + i);
      rewriter.replaceOpWithNewOp<ConcatOp>(op, dim, parts);
      return success();
    }
    return failure();
  }
};

//===-- repetition --------------------------------------------------------===//

// Elementwise work on values that all repeat alike is done before repeating.
struct ElementwiseOfSpreads : OpTraitRewritePattern<Elementwise> {
  using OpTraitRewritePattern::OpTraitRewritePattern;
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    SpreadOp first;
    for (Value v : op->getOperands()) {
      auto spread = v.getDefiningOp<SpreadOp>();
      if (!spread && !isNumber(v))
        return failure();
      if (spread && first &&
          (spread.getDims() != first.getDims() ||
           spread.getX().getType().getShape() !=
               first.getX().getType().getShape()))
        return failure();
      if (spread)
        first = spread;
    }
    if (!first)
      return failure();
    ArrayRef<int64_t> shape = first.getX().getType().getShape();
    LaneBuilder b(rewriter, op->getLoc());
    IRMapping map;
    for (Value v : op->getOperands()) {
      auto spread = v.getDefiningOp<SpreadOp>();
      map.map(v, spread ? Value(spread.getX())
                        : b.constant(typeOf(v).withShape(shape),
                                     *v.getDefiningOp<ConstOp>().getSplat()));
    }
    Value small = rewriter.clone(*op, map)->getResult(0);
    TensorType type = typeOf(op->getResult(0));
    small.setType(type.withShape(shape));
    rewriter.replaceOpWithNewOp<SpreadOp>(op, small, first.getDims(),
                                          type.getShape());
    return success();
  }
};

struct ReduceOfSpread : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    auto spread = op.getX().getDefiningOp<SpreadOp>();
    if (!spread)
      return failure();
    TensorType wide = spread.getType();
    Numbers own, kept; // axes of the source reduced, places of the others
    int64_t count = 1, place = 0;
    for (int64_t axis = 0; axis < wide.getRank(); ++axis) {
      bool reduced = llvm::is_contained(op.getDims(), axis);
      auto it = llvm::find(spread.getDims(), axis);
      if (it == spread.getDims().end())
        count *= reduced ? wide.getDim(axis) : 1;
      else if (reduced)
        own.push_back(it - spread.getDims().begin());
      else
        kept.push_back(place);
      place += !reduced;
    }
    bool sum = op.getKind() == ReduceKind::sum;
    if (count > 1 && (op.getKind() == ReduceKind::prod ||
                      op.getKind() == ReduceKind::logsumexp))
      return failure();
    LaneBuilder b(rewriter, op.getLoc());
    Value small = b.reduce(op.getKind(), spread.getX(), own);
    Value scaled = sum && count > 1 ? b.mul(small, (double)count) : small;
    rewriter.replaceOpWithNewOp<SpreadOp>(op, scaled, kept,
                                          op.getType().getShape());
    return success();
  }
};

struct ReduceOfNumber : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    if (!isNumber(op.getX()) || op.getKind() == ReduceKind::prod ||
        op.getKind() == ReduceKind::logsumexp)
      return failure();
    double value = *op.getX().getDefiningOp<ConstOp>().getSplat();
    int64_t count =
        op.getX().getType().getNumElements() / op.getType().getNumElements();
    if (op.getKind() == ReduceKind::sum)
      value *= count;
    if (op.getType().isIndex() && std::abs(value) > 2147483647.0)
      return failure();
    rewriter.replaceOpWithNewOp<ConstOp>(op, op.getType(), value);
    return success();
  }
};

// Sums of sums are one sum; so with extrema, products and quantifiers.
struct ReduceOfReduce : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<ReduceOp>();
    if (!inner || inner.getKind() != op.getKind() || !inner->hasOneUse())
      return failure();
    Numbers dims(inner.getDims());
    int64_t place = 0;
    for (int64_t k = 0; k < inner.getX().getType().getRank(); ++k) {
      if (llvm::is_contained(inner.getDims(), k))
        continue;
      if (llvm::is_contained(op.getDims(), place++))
        dims.push_back(k);
    }
    llvm::sort(dims);
    rewriter.replaceOpWithNewOp<ReduceOp>(op, op.getKind(), inner.getX(), dims);
    return success();
  }
};

// Two sums over the same elements are one sum, so that terms which cancel do so
// one by one: log-densities of 64 steps are small sums of large terms.
template <typename Op> struct OneSumOfTwo : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    auto x = op.getX().template getDefiningOp<ReduceOp>();
    auto y = op.getY().template getDefiningOp<ReduceOp>();
    if (!x || !y || x == y || x.getKind() != ReduceKind::sum ||
        y.getKind() != ReduceKind::sum || x.getDims() != y.getDims() ||
        x.getX().getType() != y.getX().getType() || !x->hasOneUse() ||
        !y->hasOneUse())
      return failure();
    Value terms = Op::create(rewriter, op.getLoc(), x.getX(), y.getX());
    rewriter.replaceOpWithNewOp<ReduceOp>(op, ReduceKind::sum, terms,
                                          x.getDims());
    return success();
  }
};
} // namespace

void addShapeRewrites(RewritePatternSet &patterns) {
  patterns
      .add<ReshapeOfReshape, PermuteOfPermute, SpreadOfSpread, SliceOfSlice,
           GatherOfGather, FlattenConcat, GatherIsSlice, SliceOfConcat,
           SliceOfPad, SliceOfSpread, SliceOfGather, GatherOfConcat,
           ConcatOfSlices, ElementwiseOfSpreads, ReduceOfSpread, ReduceOfNumber,
           ReduceOfReduce, OneSumOfTwo<AddOp>, OneSumOfTwo<SubOp>>(
          patterns.getContext());
}

} // namespace rill::lane
