// Facts from conditions; see Facts.h.
#include "Flow/Analysis/Facts.h"

#include "Flow/IR/FlowOps.h"
#include "llvm/ADT/DenseSet.h"

#include <limits>

using namespace mlir;
using namespace rill;
using namespace rill::flow;

/// The range of x that `x REL bound` states; none for other relations.
static std::optional<Range> rangeOf(lane::Predicate relation, double bound) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  switch (relation) {
  case lane::Predicate::gt:
    return Range{bound, inf};
  case lane::Predicate::ge:
    return Range{bound, inf, false, true};
  case lane::Predicate::lt:
    return Range{-inf, bound};
  case lane::Predicate::le:
    return Range{-inf, bound, true, false};
  default:
    return std::nullopt;
  }
}

/// The relation with its sides exchanged.
static lane::Predicate mirrored(lane::Predicate relation) {
  switch (relation) {
  case lane::Predicate::gt:
    return lane::Predicate::lt;
  case lane::Predicate::ge:
    return lane::Predicate::le;
  case lane::Predicate::lt:
    return lane::Predicate::gt;
  case lane::Predicate::le:
    return lane::Predicate::ge;
  default:
    return relation;
  }
}

static void addFact(Value condition, SmallVector<Fact> &facts) {
  if (auto both = condition.getDefiningOp<lane::AndOp>()) {
    addFact(both.getX(), facts);
    addFact(both.getY(), facts);
    return;
  }
  auto compare = condition.getDefiningOp<lane::CompareOp>();
  if (!compare)
    return;
  if (std::optional<double> bound = constantSplat(compare.getY())) {
    if (auto range = rangeOf(compare.getPredicate(), *bound))
      facts.push_back({compare.getX(), *range});
  } else if (std::optional<double> bound = constantSplat(compare.getX())) {
    if (auto range = rangeOf(mirrored(compare.getPredicate()), *bound))
      facts.push_back({compare.getY(), *range});
  }
}

SmallVector<Fact> rill::flow::factsAt(Operation *op) {
  SmallVector<Fact> facts;
  for (; op && op->getBlock(); op = op->getParentOp())
    for (auto require : op->getBlock()->getOps<RequireOp>())
      addFact(require.getCondition(), facts);
  return facts;
}

std::optional<Dot> rill::flow::dotOf(Value value) {
  if (auto product = value.getDefiningOp<lane::ContractOp>()) {
    auto spec = *lane::ContractSpec::parse(product.getSpec());
    if (spec.x == spec.y && spec.x.size() == 1 && spec.result.empty())
      return Dot{product.getX(), product.getY()};
    return std::nullopt;
  }
  auto sum = value.getDefiningOp<lane::ReduceOp>();
  if (!sum || sum.getKind() != lane::ReduceKind::sum ||
      lane::typeOf(sum.getX()).getRank() != 1)
    return std::nullopt;
  if (auto product = sum.getX().getDefiningOp<lane::MulOp>())
    return Dot{product.getX(), product.getY()};
  if (auto square = sum.getX().getDefiningOp<lane::SqOp>())
    return Dot{square.getX(), square.getX()};
  return std::nullopt;
}

/// `equal`: pairs that were found equal, so that shared parts are looked at
/// once. (The first difference ends the search.)
static bool isSame(Value a, Value b,
                   llvm::DenseSet<std::pair<Value, Value>> &equal) {
  if (a == b || equal.contains({a, b}))
    return true;
  Operation *x = a.getDefiningOp(), *y = b.getDefiningOp();
  if (!x || !y || x->getName() != y->getName() || x->getNumRegions() != 0 ||
      !isPure(x) || isa<lane::DrawOp>(x) ||
      x->getAttrDictionary() != y->getAttrDictionary() ||
      x->getNumOperands() != y->getNumOperands() ||
      cast<OpResult>(a).getResultNumber() !=
          cast<OpResult>(b).getResultNumber())
    return false;
  for (auto [u, v] : llvm::zip(x->getOperands(), y->getOperands()))
    if (!isSame(u, v, equal))
      return false;
  equal.insert({a, b});
  return true;
}

bool rill::flow::sameFormula(Value a, Value b) {
  llvm::DenseSet<std::pair<Value, Value>> equal;
  return isSame(a, b, equal);
}
