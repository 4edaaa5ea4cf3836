// Canonical arithmetic and rates. A rewrite keeps every value's bits, except
// that numbers known at compile time are combined in f64. Rates: `vary` moves
// towards the results, so that what is one value for the batch is computed
// once.
#include "Lane/IR/LaneRewrites.h"
#include "Lane/IR/LaneBuilder.h"
#include <cmath>

using namespace mlir;

namespace rill::lane {

void LaneDialect::getCanonicalizationPatterns(
    RewritePatternSet &patterns) const {
  addArithmeticRewrites(patterns);
  addRateRewrites(patterns);
  addShapeRewrites(patterns);
  addPlacementRewrites(patterns);
}

static std::optional<double> numberOf(Value v) {
  auto constant = v.getDefiningOp<ConstOp>();
  return constant ? constant.getSplat() : std::nullopt;
}

//===-- numbers -----------------------------------------------------------===//

bool holds(Predicate predicate, double x, double y) {
  switch (predicate) {
  case Predicate::lt:
    return x < y;
  case Predicate::le:
    return x <= y;
  case Predicate::gt:
    return x > y;
  case Predicate::ge:
    return x >= y;
  case Predicate::eq:
    return x == y;
  case Predicate::ne:
    return x != y;
  }
  llvm_unreachable("all predicates are covered");
}

// The value of an operation on numbers; nullopt if it is not computed here.
static std::optional<double> evaluate(Operation *op, ArrayRef<double> x) {
  using Result = std::optional<double>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](NegOp) { return -x[0]; })
      .Case([&](AbsOp) { return std::abs(x[0]); })
      .Case([&](SqOp) { return x[0] * x[0]; })
      .Case([&](SqrtOp) { return std::sqrt(x[0]); })
      .Case([&](RecipOp) { return 1 / x[0]; })
      .Case([&](ExpOp) { return std::exp(x[0]); })
      .Case([&](LogOp) { return std::log(x[0]); })
      .Case([&](AddOp) { return x[0] + x[1]; })
      .Case([&](SubOp) { return x[0] - x[1]; })
      .Case([&](MulOp) { return x[0] * x[1]; })
      .Case([&](DivOp) { return x[0] / x[1]; })
      .Case([&](NotOp) { return x[0] == 0; })
      .Case([&](CompareOp c) { return holds(c.getPredicate(), x[0], x[1]); })
      .Case([&](ConvertOp convert) -> Result {
        if (convert.getX().getType().isFloat())
          return std::nullopt;
        return convert.getType().isBool() ? x[0] != 0 : x[0];
      })
      .Default(Result());
}

namespace {
// Elementwise operations on numbers are numbers.
struct FoldNumbers : OpTraitRewritePattern<Elementwise> {
  using OpTraitRewritePattern::OpTraitRewritePattern;
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    SmallVector<double> numbers;
    for (Value v : op->getOperands()) {
      std::optional<double> number = numberOf(v);
      if (!number)
        return failure();
      numbers.push_back(*number);
    }
    std::optional<double> value = evaluate(op, numbers);
    TensorType type = typeOf(op->getResult(0));
    if (!value || (type.isIndex() && std::abs(*value) > 2147483647.0))
      return failure();
    rewriter.replaceOpWithNewOp<ConstOp>(op, type, *value);
    return success();
  }
};

// A permuted table of numbers is a table of numbers.
struct PermuteOfConst : OpRewritePattern<PermuteOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PermuteOp op,
                                PatternRewriter &rewriter) const override {
    auto constant = op.getX().getDefiningOp<ConstOp>();
    if (!constant || constant.getSplat())
      return failure();
    TensorType from = op.getX().getType(), to = op.getType();
    SmallVector<double> elements;
    for (int64_t i = 0; i < to.getNumElements(); ++i) {
      // Coordinates of element i of the result, back to front.
      SmallVector<int64_t> at(from.getRank());
      int64_t rest = i;
      for (int64_t k = to.getRank() - 1; k >= 0; --k) {
        at[op.getPerm()[k]] = rest % to.getDim(k);
        rest /= to.getDim(k);
      }
      int64_t source = 0;
      for (int64_t k = 0; k < from.getRank(); ++k)
        source = source * from.getDim(k) + at[k];
      elements.push_back(constant.getElement(source));
    }
    rewriter.replaceOpWithNewOp<ConstOp>(op, to, ArrayRef<double>(elements));
    return success();
  }
};

// x * -1 is -x, (-x) * c is x * -c, (-x) * (-y) is x * y, x * 2 * 4 is x * 8.
struct CanonicalMul : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;
  static bool powerOfTwo(double v) {
    int exponent;
    return std::isfinite(v) && std::abs(std::frexp(v, &exponent)) == 0.5 &&
           std::abs(exponent) < 60;
  }
  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    LaneBuilder b(rewriter, op.getLoc());
    Value x = op.getX(), y = op.getY();
    if (numberOf(x))
      std::swap(x, y);
    std::optional<double> number = numberOf(y);
    auto negated = x.getDefiningOp<NegOp>();
    if (number == -1.0 && x.getType() == op.getType()) {
      rewriter.replaceOpWithNewOp<NegOp>(op, x);
      return success();
    }
    if (number && negated) {
      rewriter.replaceOp(op, b.mul(negated.getX(), -*number));
      return success();
    }
    auto product = x.getDefiningOp<MulOp>();
    if (number && product && powerOfTwo(*number)) {
      std::optional<double> other = numberOf(product.getY());
      if (other && powerOfTwo(*other)) {
        rewriter.replaceOp(op, b.mul(product.getX(), *number * *other));
        return success();
      }
    }
    if (auto other = y.getDefiningOp<NegOp>(); other && negated) {
      rewriter.replaceOp(op, b.mul(negated.getX(), other.getX()));
      return success();
    }
    return failure();
  }
};

// x + -y is x - y.
struct AddOfNeg : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getX(), y = op.getY();
    if (!y.getDefiningOp<NegOp>())
      std::swap(x, y);
    auto negated = y.getDefiningOp<NegOp>();
    if (!negated)
      return failure();
    rewriter.replaceOpWithNewOp<SubOp>(op, x, negated.getX());
    return success();
  }
};

// x - -y is x + y.
struct SubOfNeg : OpRewritePattern<SubOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SubOp op,
                                PatternRewriter &rewriter) const override {
    auto negated = op.getY().getDefiningOp<NegOp>();
    if (!negated)
      return failure();
    rewriter.replaceOpWithNewOp<AddOp>(op, op.getX(), negated.getX());
    return success();
  }
};

// -(x * c) is x * -c, -(c / x) is -c / x.
struct NegOfScaled : OpRewritePattern<NegOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(NegOp op,
                                PatternRewriter &rewriter) const override {
    LaneBuilder b(rewriter, op.getLoc());
    if (auto mul = op.getX().getDefiningOp<MulOp>())
      if (auto number = numberOf(mul.getY())) {
        rewriter.replaceOp(op, b.mul(mul.getX(), -*number));
        return success();
      }
    if (auto div = op.getX().getDefiningOp<DivOp>())
      if (auto number = numberOf(div.getX())) {
        rewriter.replaceOp(op, b.div(-*number, div.getY()));
        return success();
      }
    return failure();
  }
};

// (-x)^2 is x^2.
struct SqOfNeg : OpRewritePattern<SqOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SqOp op,
                                PatternRewriter &rewriter) const override {
    auto negated = op.getX().getDefiningOp<NegOp>();
    if (!negated)
      return failure();
    rewriter.replaceOpWithNewOp<SqOp>(op, negated.getX());
    return success();
  }
};

// x^2 is sq, x^0 is 1 (also for NaN, as C says).
struct PowOfNumber : OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PowOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<double> number = numberOf(op.getY());
    LaneBuilder b(rewriter, op.getLoc());
    if (number == 2.0)
      rewriter.replaceOp(op,
                         b.withRate(b.sq(op.getX()), op.getType().getInv()));
    else if (number == 0.0)
      rewriter.replaceOp(
          op, b.withRate(b.constant(op.getType(), 1), op.getType().getInv()));
    else
      return failure();
    return success();
  }
};

// select of a negated condition swaps; inside a branch the condition is known.
struct CanonicalSelect : OpRewritePattern<SelectOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SelectOp op,
                                PatternRewriter &rewriter) const override {
    Value condition = op.getCondition(), x = op.getX(), y = op.getY();
    if (auto negated = condition.getDefiningOp<NotOp>()) {
      condition = negated.getX();
      std::swap(x, y);
    }
    auto inner = x.getDefiningOp<SelectOp>();
    if (inner && inner.getCondition() == condition)
      x = inner.getX();
    inner = y.getDefiningOp<SelectOp>();
    if (inner && inner.getCondition() == condition)
      y = inner.getY();
    if (condition == op.getCondition() && x == op.getX() && y == op.getY())
      return failure();
    LaneBuilder b(rewriter, op.getLoc());
    rewriter.replaceOp(
        op, b.withRate(b.select(condition, x, y), op.getType().getInv()));
    return success();
  }
};

// Negated (in)equality is the other one; orders are not, because of NaN.
struct NotOfEquality : OpRewritePattern<NotOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(NotOp op,
                                PatternRewriter &rewriter) const override {
    auto compare = op.getX().getDefiningOp<CompareOp>();
    if (!compare)
      return failure();
    Predicate p = compare.getPredicate();
    if (p != Predicate::eq && p != Predicate::ne)
      return failure();
    rewriter.replaceOpWithNewOp<CompareOp>(
        op, p == Predicate::eq ? Predicate::ne : Predicate::eq, compare.getX(),
        compare.getY());
    return success();
  }
};

// A condition or its negation holds; a fold cannot make the varying constant.
struct OrOfNegation : OpRewritePattern<OrOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(OrOp op,
                                PatternRewriter &rewriter) const override {
    auto negates = [](Value x, Value y) {
      auto negated = x.getDefiningOp<NotOp>();
      return negated && negated.getX() == y;
    };
    if (!negates(op.getX(), op.getY()) && !negates(op.getY(), op.getX()))
      return failure();
    LaneBuilder b(rewriter, op.getLoc());
    rewriter.replaceOp(
        op, b.withRate(b.constant(op.getType(), 1), op.getType().getInv()));
    return success();
  }
};

//===-- contractions ------------------------------------------------------===//

// An outer product whose result has the axes of y first.
static bool isTurnedOuter(const ContractSpec &spec) {
  return !spec.x.empty() && !spec.y.empty() && spec.result == spec.y + spec.x;
}

// Letters in order of appearance, an invariant operand before a varying one, an
// outer product in the order of its result; a product without sum is mul.
struct CanonicalContract : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ContractOp op,
                                PatternRewriter &rewriter) const override {
    ContractSpec spec = *ContractSpec::parse(op.getSpec());
    Value x = op.getX(), y = op.getY();
    if (!op.getBatch() && spec.x == spec.y && spec.y == spec.result) {
      rewriter.replaceOpWithNewOp<MulOp>(op, x, y);
      return success();
    }
    bool turned = isInvariant(x) == isInvariant(y) && isTurnedOuter(spec);
    if ((isInvariant(y) && !isInvariant(x)) || turned) {
      std::swap(x, y);
      std::swap(spec.x, spec.y);
    }
    std::string text = spec.canonical().str();
    if (x == op.getX() && text == op.getSpec())
      return failure();
    rewriter.replaceOpWithNewOp<ContractOp>(op, text, x, y, op.getBatch());
    return success();
  }
};

//===-- rates -------------------------------------------------------------===//

// Operations that compute each sample's result from its own operands by the
// rate rule: `vary` may pass through them.
static bool followsRateRule(Operation *op) {
  if (op->hasTrait<Elementwise>())
    return true;
  if (auto contract = dyn_cast<ContractOp>(op))
    return !contract.getBatch();
  return isa<SpreadOp, ReshapeOp, PermuteOp, SliceOp, PadOp, ConcatOp, GatherOp,
             ScatterAddOp, ReverseOp, LookupOp, TakeOp, PutOp, ReduceOp,
             CumsumOp, TriSolveOp>(op);
}

// vary(x) beside another varying operand is x; where it is all that varies, the
// operation is done once and its result varied.
struct MoveVary : RewritePattern {
  explicit MoveVary(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!followsRateRule(op))
      return failure();
    SmallVector<Value> operands(op->getOperands());
    bool found = false, inv = true;
    for (Value &v : operands) {
      if (auto vary = v.getDefiningOp<VaryOp>()) {
        v = vary.getX();
        found = true;
      }
      inv &= isInvariant(v);
    }
    if (!found)
      return failure();
    IRMapping map;
    map.map(op->getOperands(), operands);
    Operation *fresh = rewriter.clone(*op, map);
    Value result = fresh->getResult(0);
    result.setType(typeOf(result).withInv(inv));
    LaneBuilder b(rewriter, op->getLoc());
    rewriter.replaceOp(op, b.withRate(result, isInvariant(op->getResult(0))));
    return success();
  }
};

// A batch sum of what is the same for every sample is a product.
struct ReduceBatchOfVary : OpRewritePattern<ReduceBatchOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceBatchOp op,
                                PatternRewriter &rewriter) const override {
    auto vary = op.getX().getDefiningOp<VaryOp>();
    if (!vary)
      return failure();
    if (op.getKind() != BatchKind::sum) {
      rewriter.replaceOp(op, vary.getX());
      return success();
    }
    LaneBuilder b(rewriter, op.getLoc());
    TensorType type = op.getType();
    Value n = BatchSizeOp::create(rewriter, op.getLoc(), type.withShape({}));
    rewriter.replaceOp(op,
                       b.mul(vary.getX(), b.spread(n, {}, type.getShape())));
    return success();
  }
};

// (k / n) * n is k for the number of samples: the mean's factor, taken back.
struct MeanTimesBatchSize : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    for (auto [x, y] :
         {std::pair(op.getX(), op.getY()), std::pair(op.getY(), op.getX())}) {
      auto mean = x.getDefiningOp<DivOp>();
      if (!mean || mean.getY() != y || !y.getDefiningOp<BatchSizeOp>() ||
          mean.getX().getType() != op.getType())
        continue;
      rewriter.replaceOp(op, mean.getX());
      return success();
    }
    return failure();
  }
};

// The sign is cheaper after the batch sum than before.
struct ReduceBatchOfNeg : OpRewritePattern<ReduceBatchOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceBatchOp op,
                                PatternRewriter &rewriter) const override {
    auto neg = op.getX().getDefiningOp<NegOp>();
    if (!neg || op.getKind() != BatchKind::sum)
      return failure();
    LaneBuilder b(rewriter, op.getLoc());
    rewriter.replaceOp(op, b.neg(b.withRate(neg.getX(), true)));
    return success();
  }
};

// Repeating is cheaper after the batch sum than before.
struct ReduceBatchOfSpread : OpRewritePattern<ReduceBatchOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceBatchOp op,
                                PatternRewriter &rewriter) const override {
    auto spread = op.getX().getDefiningOp<SpreadOp>();
    if (!spread)
      return failure();
    Value sum = ReduceBatchOp::create(rewriter, op.getLoc(), op.getKind(),
                                      spread.getX());
    rewriter.replaceOpWithNewOp<SpreadOp>(op, sum, spread.getDims(),
                                          op.getType().getShape());
    return success();
  }
};

// The same for contractions over the batch, whose rule is stated.
struct BatchContractOfVary : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ContractOp op,
                                PatternRewriter &rewriter) const override {
    auto strip = [](Value v) {
      auto vary = v.getDefiningOp<VaryOp>();
      return vary ? Value(vary.getX()) : v;
    };
    Value x = strip(op.getX()), y = strip(op.getY());
    if (!op.getBatch() || (x == op.getX() && y == op.getY()))
      return failure();
    if (!isInvariant(x) || !isInvariant(y)) {
      rewriter.replaceOpWithNewOp<ContractOp>(op, op.getSpec(), x, y, true);
      return success();
    }
    LaneBuilder b(rewriter, op.getLoc());
    TensorType type = op.getType();
    Value once = ContractOp::create(rewriter, op.getLoc(), op.getSpec(), x, y);
    Value n = BatchSizeOp::create(rewriter, op.getLoc(), type.withShape({}));
    rewriter.replaceOp(op, b.mul(once, b.spread(n, {}, type.getShape())));
    return success();
  }
};
} // namespace

void addArithmeticRewrites(RewritePatternSet &patterns) {
  patterns.add<FoldNumbers, PermuteOfConst, CanonicalMul, AddOfNeg, SubOfNeg,
               NegOfScaled, SqOfNeg, PowOfNumber, CanonicalSelect,
               NotOfEquality, OrOfNegation, CanonicalContract>(
      patterns.getContext());
}

void addRateRewrites(RewritePatternSet &patterns) {
  patterns.add<MoveVary, ReduceBatchOfVary, ReduceBatchOfSpread,
               ReduceBatchOfNeg, MeanTimesBatchSize, BatchContractOfVary>(
      patterns.getContext());
}

} // namespace rill::lane
