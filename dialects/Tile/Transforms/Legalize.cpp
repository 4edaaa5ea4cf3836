//===- Legalize.cpp - Lane operations in the terms of steps ---------------===//
//
// Rewrites that leave a function in the lane dialect but with fewer kinds of
// operations: log-sum-exp by its parts, products without free letters as
// elementwise work, letters of one factor summed beforehand. No scheduling.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Rewrites.h"

#include "Lane/IR/LaneBuilder.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

/// x summed (or maximised) over `dims`.
static Value reduced(OpBuilder &b, Location loc, lane::ReduceKind kind, Value x,
                     ArrayRef<int64_t> dims) {
  return lane::ReduceOp::create(b, loc, kind, x, dims);
}

/// `x`, which lacks the axes `dims`, repeated along them to `shape`.
static Value repeated(OpBuilder &b, Location loc, Value x,
                      ArrayRef<int64_t> dims, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> kept;
  for (int64_t axis = 0; axis < int64_t(shape.size()); ++axis)
    if (!llvm::is_contained(dims, axis))
      kept.push_back(axis);
  return lane::SpreadOp::create(b, loc, x, kept, shape);
}

// log sum exp(x) = m + log sum exp(x - m) with m the maximum; where that is not
// finite m = 0, so that all -inf give -inf, and +inf and NaN go through.
static void expandLogSumExp(lane::ReduceOp op) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  lane::LaneBuilder lane(b, loc);
  Value x = op.getX();
  ArrayRef<int64_t> dims = op.getDims();
  Value most = reduced(b, loc, lane::ReduceKind::max, x, dims);
  Value finite = lane::IsFiniteOp::create(b, loc, most);
  Value shift = lane.select(finite, most, lane.constant(most, 0));
  Value wide = repeated(b, loc, shift, dims, lane::typeOf(x).getShape());
  Value sum =
      reduced(b, loc, lane::ReduceKind::sum, lane.exp(lane.sub(x, wide)), dims);
  op.getResult().replaceAllUsesWith(lane.add(lane.log(sum), shift));
  op.erase();
}

/// Sums `x` over the letters that neither `other` nor the result has.
static Value sumLone(OpBuilder &b, Location loc, Value x, std::string &letters,
                     const std::string &other, const std::string &result) {
  SmallVector<int64_t> lone;
  std::string kept;
  for (auto [axis, letter] : llvm::enumerate(letters))
    if (other.find(letter) == std::string::npos &&
        result.find(letter) == std::string::npos)
      lone.push_back(axis);
    else
      kept.push_back(letter);
  if (lone.empty())
    return x;
  letters = kept;
  return reduced(b, loc, lane::ReduceKind::sum, x, lone);
}

/// `x` with letters `from` as a tensor over `to`, repeated where it lacks one.
static Value aligned(OpBuilder &b, Location loc, Value x,
                     const std::string &from, const std::string &to,
                     ArrayRef<int64_t> shape) {
  SmallVector<int64_t> perm, dims;
  for (auto [axis, letter] : llvm::enumerate(to)) {
    size_t at = from.find(letter);
    if (at == std::string::npos)
      continue;
    perm.push_back(at);
    dims.push_back(axis);
  }
  if (!llvm::is_sorted(perm))
    x = lane::PermuteOp::create(b, loc, x, perm);
  if (dims.size() == to.size())
    return x;
  return lane::SpreadOp::create(b, loc, x, dims, shape);
}

/// Whether a put is one at the step of a loop around it: a place in memory.
static bool isAtStep(lane::PutOp op) {
  auto index = dyn_cast<BlockArgument>(op.getIndex());
  auto loop = index ? dyn_cast<lane::LoopOp>(index.getOwner()->getParentOp())
                    : lane::LoopOp();
  return loop && index == loop.getStep();
}

// Any other index may be each sample's own.
static void expandPut(lane::PutOp op) {
  OpBuilder b(op);
  lane::LaneBuilder lane(b, op.getLoc());
  ArrayRef<int64_t> shape = lane::typeOf(op.getX()).getShape();
  auto positions = lane::typeOf(op.getIndex()).withShape(shape).withInv(true);
  Value here =
      lane.compare(lane::Predicate::eq,
                   lane::IotaOp::create(b, op.getLoc(), positions, op.getDim()),
                   lane.spread(op.getIndex(), {}, shape));
  int64_t dim = op.getDim();
  Value wide = repeated(b, op.getLoc(), op.getSlice(), dim, shape);
  op.getResult().replaceAllUsesWith(lane.select(here, wide, op.getX()));
  op.erase();
}

static void legalizeContract(lane::ContractOp op) {
  lane::ContractSpec spec = *lane::ContractSpec::parse(op.getSpec());
  OpBuilder b(op);
  Location loc = op.getLoc();
  Value x = sumLone(b, loc, op.getX(), spec.x, spec.y, spec.result);
  Value y = sumLone(b, loc, op.getY(), spec.y, spec.x, spec.result);
  bool changed = x != op.getX() || y != op.getY();
  auto lacks = [](const std::string &letters, const std::string &of) {
    return llvm::any_of(of, [&](char letter) {
      return letters.find(letter) == std::string::npos;
    });
  };
  bool plain = !lacks(spec.x, spec.y) && !lacks(spec.y, spec.x);
  if (plain && !op.getBatch()) {
    // No letter of one factor alone: elementwise products, perhaps summed.
    std::string order = spec.result;
    SmallVector<int64_t> dims, shape;
    for (char letter : spec.x)
      if (order.find(letter) == std::string::npos)
        order.push_back(letter);
    for (auto [axis, letter] : llvm::enumerate(order)) {
      shape.push_back(lane::typeOf(x).getDim(spec.x.find(letter)));
      if (axis >= spec.result.size())
        dims.push_back(axis);
    }
    Value left = aligned(b, loc, x, spec.x, order, shape);
    Value right = aligned(b, loc, y, spec.y, order, shape);
    Value product = lane::MulOp::create(b, loc, left, right);
    if (!dims.empty())
      product = reduced(b, loc, lane::ReduceKind::sum, product, dims);
    op.getResult().replaceAllUsesWith(product);
    op.erase();
    return;
  }
  if (!changed)
    return;
  auto fresh = lane::ContractOp::create(b, loc, spec.canonical().str(), x, y,
                                        op.getBatch());
  op.getResult().replaceAllUsesWith(fresh.getResult());
  op.erase();
}

// z > 0 exactly where relu(z) > 0: the mask needs no memory but the activation.
static void readActivation(lane::ReluOp relu) {
  for (Operation *user : llvm::make_early_inc_range(relu.getX().getUsers())) {
    auto compare = dyn_cast<lane::CompareOp>(user);
    if (!compare || compare->getBlock() != relu->getBlock() ||
        compare.getPredicate() != lane::Predicate::gt ||
        compare.getX() != relu.getX())
      continue;
    auto zero = compare.getY().getDefiningOp<lane::ConstOp>();
    if (!zero || zero.getSplat() != 0.0)
      continue;
    if (compare->isBeforeInBlock(relu))
      relu->moveBefore(compare);
    compare.getXMutable().assign(relu.getResult());
  }
}

/// The additions of a tree rooted at `op` that nothing else reads, and what
/// they add.
static void terms(lane::AddOp op, SmallVectorImpl<Value> &pads,
                  SmallVectorImpl<Value> &others) {
  for (Value term : {op.getX(), op.getY()}) {
    auto add = term.getDefiningOp<lane::AddOp>();
    if (add && add->hasOneUse() && add->getBlock() == op->getBlock())
      terms(add, pads, others);
    else
      (term.getDefiningOp<lane::PadOp>() && term.hasOneUse() ? pads : others)
          .push_back(term);
  }
}

// Pads are added first, so that they are put together where they do not
// overlap. This changes no sum but for the sign of a zero: of three terms at an
// element, at least one is the zero of a pad.
static void gatherPads(lane::AddOp op) {
  auto next = op->hasOneUse() ? dyn_cast<lane::AddOp>(*op->user_begin())
                              : lane::AddOp();
  if (next && next->getBlock() == op->getBlock())
    return;
  SmallVector<Value> pads, others;
  terms(op, pads, others);
  if (pads.size() < 2 || others.empty() || others.size() > 1)
    return;
  OpBuilder b(op);
  Value sum = pads.front();
  for (Value pad : ArrayRef(pads).drop_front())
    sum = lane::AddOp::create(b, op.getLoc(), sum, pad);
  sum = lane::AddOp::create(b, op.getLoc(), others.front(), sum);
  op.getResult().replaceAllUsesWith(sum);
  op.erase();
}

// What a sample that does not live keeps becomes a choice in the loop's body;
// that nobody may live is then only a chance to skip the step.
static void freezeCarries(lane::LoopOp loop) {
  Value live = loop.getLive();
  lane::YieldOp yield = loop.getYield();
  OpBuilder b(yield);
  for (unsigned k = 0; k < loop.getInits().size(); ++k) {
    Value before = loop.getCarryArgs()[k], after = yield.getValues()[k];
    if (lane::isInvariant(before) || before == after)
      continue;
    ArrayRef<int64_t> shape = lane::typeOf(before).getShape();
    Value here = lane::SpreadOp::create(b, loop.getLoc(), live,
                                        ArrayRef<int64_t>{}, shape);
    Value kept = lane::SelectOp::create(b, loop.getLoc(), here, after, before);
    yield->setOperand(k, kept);
  }
}

void rill::tile::legalize(Operation *root) {
  root->walk([](lane::LoopOp loop) {
    if (loop.getLive())
      freezeCarries(loop);
  });
  root->walk([](Operation *op) {
    if (auto stop = dyn_cast<lane::StopOp>(op)) {
      stop.getResult().replaceAllUsesWith(stop.getX());
      stop.erase();
    } else if (auto reduce = dyn_cast<lane::ReduceOp>(op)) {
      if (reduce.getKind() == lane::ReduceKind::logsumexp)
        expandLogSumExp(reduce);
    } else if (auto put = dyn_cast<lane::PutOp>(op)) {
      if (!isAtStep(put))
        expandPut(put);
    } else if (auto contract = dyn_cast<lane::ContractOp>(op)) {
      legalizeContract(contract);
    } else if (auto relu = dyn_cast<lane::ReluOp>(op)) {
      readActivation(relu);
    }
  });
  SmallVector<lane::AddOp> additions;
  root->walk([&](lane::AddOp add) { additions.push_back(add); });
  for (lane::AddOp add : llvm::reverse(additions))
    gatherPads(add);
}
