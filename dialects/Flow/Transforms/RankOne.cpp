// Rank-one updates; see RankOne.h.
#include "Flow/Transforms/RankOne.h"

#include "Flow/Analysis/Facts.h"
#include "Flow/Transforms/Updates.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

namespace {
/// Bounds of the derivative of scalar formulas in one value.
class Slopes {
public:
  Slopes(Value variable, const llvm::DenseSet<Value> &dependent, Ranges &ranges)
      : variable(variable), dependent(dependent), ranges(ranges) {}

  /// None for an operation without a rule.
  std::optional<Range> of(Value value);

private:
  std::optional<Range> chain(Range outer, Value inner) {
    std::optional<Range> slope = of(inner);
    if (!slope)
      return std::nullopt;
    return multiplyRanges(outer, *slope);
  }
  std::optional<Range> ofSum(Value x, Value y, double sign);
  std::optional<Range> compute(Value value);

  llvm::DenseMap<Value, std::optional<Range>> known;
  Value variable;
  const llvm::DenseSet<Value> &dependent;
  Ranges &ranges;
};
} // namespace

std::optional<Range> Slopes::ofSum(Value x, Value y, double sign) {
  std::optional<Range> a = of(x), b = chain(Range::point(sign), y);
  if (!a || !b)
    return std::nullopt;
  return addRanges(*a, *b);
}

std::optional<Range> Slopes::of(Value value) {
  if (auto it = known.find(value); it != known.end())
    return it->second;
  std::optional<Range> slope = compute(value);
  known[value] = slope;
  return slope;
}

std::optional<Range> Slopes::compute(Value value) {
  using Result = std::optional<Range>;
  if (value == variable)
    return Range::point(1);
  if (!dependent.contains(value))
    return Range::point(0);
  Operation *op = value.getDefiningOp();
  if (!op || lane::typeOf(value).getRank() != 0)
    return std::nullopt;
  Range closedUnit{0, 1, true, false};
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](lane::AddOp o) { return ofSum(o.getX(), o.getY(), 1); })
      .Case([&](lane::SubOp o) { return ofSum(o.getX(), o.getY(), -1); })
      .Case([&](lane::NegOp o) { return chain(Range::point(-1), o.getX()); })
      .Case([&](lane::MulOp o) -> Result {
        Result a = chain(ranges.of(o.getY()), o.getX());
        Result b = chain(ranges.of(o.getX()), o.getY());
        if (!a || !b)
          return std::nullopt;
        return addRanges(*a, *b);
      })
      .Case<lane::TanhOp, lane::AtanOp, lane::AsinhOp>(
          [&](Operation *o) { return chain(closedUnit, o->getOperand(0)); })
      .Case([&](lane::SigmoidOp o) {
        return chain({0, 0.25, true, false}, o.getX());
      })
      .Case([&](lane::SoftplusOp o) { return chain({0, 1}, o.getX()); })
      .Case<lane::SinOp, lane::CosOp>([&](Operation *o) {
        return chain({-1, 1, false, false}, o->getOperand(0));
      })
      .Case([&](lane::ExpOp o) {
        return chain(ranges.of(o.getResult()), o.getX());
      })
      .Default([](Operation *) -> Result { return std::nullopt; });
}

/// Splits a product into its one factor that depends on the place, the number
/// that its constants make, and the one other factor.
static bool splitProduct(Value product, const llvm::DenseSet<Value> &dependent,
                         Value &varying, double &scale, Value &other) {
  if (auto mul = product.getDefiningOp<lane::MulOp>();
      mul && dependent.contains(product))
    return splitProduct(mul.getX(), dependent, varying, scale, other) &&
           splitProduct(mul.getY(), dependent, varying, scale, other);
  if (auto negative = product.getDefiningOp<lane::NegOp>()) {
    scale = -scale;
    return splitProduct(negative.getX(), dependent, varying, scale, other);
  }
  if (dependent.contains(product)) {
    bool first = !varying;
    varying = product;
    return first;
  }
  if (std::optional<double> number = constantSplat(product)) {
    scale *= *number;
    return true;
  }
  bool first = !other;
  other = product;
  return first;
}

/// The scalar w . x in the body, and w; null if there is not just one.
static Value findDot(Block &body, const llvm::DenseSet<Value> &dependent,
                     Value &normal) {
  Value place = body.getArgument(0), found;
  for (Operation &op : body.without_terminator()) {
    if (op.getNumResults() != 1)
      continue;
    std::optional<Dot> dot = dotOf(op.getResult(0));
    if (!dot)
      continue;
    Value side = dot->x == place ? dot->y : dot->y == place ? dot->x : Value();
    if (!side || dependent.contains(side))
      continue;
    if (found)
      return {};
    found = op.getResult(0);
    normal = side;
  }
  return found;
}

/// A value without the signs in front of it, and their product.
static std::pair<Value, double> withoutSign(Value value) {
  double sign = 1;
  while (auto negative = value.getDefiningOp<lane::NegOp>()) {
    value = negative.getX();
    sign = -sign;
  }
  return {value, sign};
}

/// What the facts around the update say of w . u.
static Range rangeOfDot(UpdateOp update, const RankOne &change) {
  auto [normal, normalSign] = withoutSign(change.normal);
  auto [direction, directionSign] = withoutSign(change.direction);
  for (const Fact &fact : factsAt(update))
    if (std::optional<Dot> dot = dotOf(fact.value)) {
      auto [x, xSign] = withoutSign(dot->x);
      auto [y, ySign] = withoutSign(dot->y);
      if ((sameFormula(x, normal) && sameFormula(y, direction)) ||
          (sameFormula(y, normal) && sameFormula(x, direction)))
        return multiplyRanges(
            fact.range,
            Range::point(xSign * ySign * normalSign * directionSign));
    }
  return Range::all();
}

std::optional<RankOne> rill::flow::matchRankOne(UpdateOp update) {
  Block &body = update.getBody().front();
  Value place = body.getArgument(0);
  Value after = body.getTerminator()->getOperand(0);
  Operation *sum = after.getDefiningOp();
  if (!isa_and_present<lane::AddOp, lane::SubOp>(sum) ||
      lane::typeOf(place).getRank() != 1)
    return std::nullopt;
  RankOne change;
  Value term;
  if (sum->getOperand(0) == place) {
    term = sum->getOperand(1);
    change.scale = isa<lane::SubOp>(sum) ? -1 : 1;
  } else if (sum->getOperand(1) == place && isa<lane::AddOp>(sum)) {
    term = sum->getOperand(0);
  } else {
    return std::nullopt;
  }
  llvm::DenseSet<Value> dependent = dependentValues(body);
  Value varying;
  if (!splitProduct(term, dependent, varying, change.scale, change.direction) ||
      !varying || !change.direction)
    return std::nullopt;
  auto spread = varying.getDefiningOp<lane::SpreadOp>();
  if (!spread || lane::typeOf(spread.getX()).getRank() != 0)
    return std::nullopt;
  change.profile = spread.getX();
  change.dot = findDot(body, dependent, change.normal);
  if (!change.dot)
    return std::nullopt;
  Ranges ranges;
  std::optional<Range> slope =
      Slopes(change.dot, dependent, ranges).of(change.profile);
  if (!slope)
    return std::nullopt;
  Range product =
      multiplyRanges(multiplyRanges(rangeOfDot(update, change), *slope),
                     Range::point(change.scale));
  change.determinant = addRanges(Range::point(1), product);
  return change;
}

Value rill::flow::emitRankOneLogDet(const RankOne &change, Block &body,
                                    llvm::function_ref<Value(Value)> lookup,
                                    LaneBuilder &b) {
  // The profile's derivative in w . x, by forward mode.
  llvm::DenseSet<Value> dependent = dependentValues(body);
  SmallVector<Operation *> between;
  llvm::DenseSet<Value> after{change.dot};
  llvm::SetVector<Value> context;
  for (Operation &op : body.without_terminator()) {
    if (llvm::none_of(op.getOperands(),
                      [&](Value v) { return after.contains(v); }) ||
        lane::typeOf(op.getResult(0)).getRank() != 0)
      continue;
    between.push_back(&op);
    after.insert(op.getResult(0));
    for (Value v : op.getOperands())
      if (!after.contains(v))
        context.insert(v);
  }
  SmallVector<Value> inputs{lookup(change.dot)};
  for (Value v : context)
    inputs.push_back(lookup(v));
  Value one =
      b.withRate(b.constant(inputs[0], 1), lane::isInvariant(inputs[0]));
  auto jvp =
      lane::JvpOp::create(b.builder, b.loc, ArrayRef<int64_t>{0}, inputs,
                          ValueRange{one}, TypeRange{change.profile.getType()});
  OpBuilder inside = OpBuilder::atBlockEnd(&jvp.getBlock());
  IRMapping values;
  values.map(change.dot, jvp.getBlock().getArgument(0));
  for (auto [v, arg] :
       llvm::zip(context, jvp.getBlock().getArguments().drop_front()))
    values.map(v, arg);
  for (Operation *op : between)
    inside.clone(*op, values);
  lane::YieldOp::create(inside, b.loc,
                        ValueRange{values.lookup(change.profile)});
  Value slope = jvp.getDerivatives()[0];
  Value dot = b.contract(*lane::ContractSpec::parse("a,a->"),
                         lookup(change.normal), lookup(change.direction),
                         /*batch=*/false);
  Value change1 = b.mul(b.mul(dot, slope), change.scale);
  if (change.determinant.isNegative())
    return b.log(b.sub(-1.0, change1));
  return b.unary<lane::Log1pOp>(change1);
}
