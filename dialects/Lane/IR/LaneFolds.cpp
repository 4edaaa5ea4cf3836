// Folds: the result is an operand or a constant, for every operand that IEEE
// arithmetic knows. x + 0 is not x (it turns -0 into 0), x * 0 is not 0.
// Rewrites that build new operations are in LaneRewrites.cpp.
#include "Lane/IR/LaneOps.h"

using namespace mlir;

namespace rill::lane {

// True if all elements of `v` are this number, zeros being told apart by sign.
static bool isNumber(Value v, double number) {
  auto constant = v.getDefiningOp<ConstOp>();
  std::optional<double> splat = constant ? constant.getSplat() : std::nullopt;
  return splat && *splat == number &&
         std::signbit(*splat) == std::signbit(number);
}

// `v` if it has exactly the type of the result, which must not change its rate.
static OpFoldResult sameType(Value v, Operation *op) {
  return v.getType() == op->getResult(0).getType() ? OpFoldResult(v)
                                                   : OpFoldResult();
}

// The number of all elements of a constant operand, as the result's value.
static OpFoldResult splatOf(Value v) {
  auto constant = v.getDefiningOp<ConstOp>();
  std::optional<double> splat = constant ? constant.getSplat() : std::nullopt;
  if (!splat)
    return {};
  return FloatAttr::get(Float64Type::get(v.getContext()), *splat);
}

OpFoldResult ConstOp::fold(FoldAdaptor) { return getValue(); }

//===-- elementwise -------------------------------------------------------===//

OpFoldResult NegOp::fold(FoldAdaptor) {
  if (auto inner = getX().getDefiningOp<NegOp>())
    return inner.getX();
  return {};
}

OpFoldResult AddOp::fold(FoldAdaptor) {
  double zero = getType().isFloat() ? -0.0 : 0.0;
  if (isNumber(getY(), zero))
    return sameType(getX(), *this);
  return isNumber(getX(), zero) ? sameType(getY(), *this) : OpFoldResult();
}

OpFoldResult SubOp::fold(FoldAdaptor) {
  return isNumber(getY(), 0.0) ? sameType(getX(), *this) : OpFoldResult();
}

OpFoldResult MulOp::fold(FoldAdaptor) {
  if (isNumber(getY(), 1))
    return sameType(getX(), *this);
  return isNumber(getX(), 1) ? sameType(getY(), *this) : OpFoldResult();
}

OpFoldResult DivOp::fold(FoldAdaptor) {
  return isNumber(getY(), 1) ? sameType(getX(), *this) : OpFoldResult();
}

OpFoldResult PowOp::fold(FoldAdaptor) {
  return isNumber(getY(), 1) ? sameType(getX(), *this) : OpFoldResult();
}

OpFoldResult NotOp::fold(FoldAdaptor) {
  if (auto inner = getX().getDefiningOp<NotOp>())
    return inner.getX();
  return {};
}

OpFoldResult AndOp::fold(FoldAdaptor) {
  if (getX() == getY())
    return getX();
  for (auto [v, other] : {std::pair(getX(), getY()), std::pair(getY(), getX())})
    if (isNumber(v, 1) || isNumber(other, 0))
      return sameType(other, *this);
  return {};
}

OpFoldResult OrOp::fold(FoldAdaptor) {
  if (getX() == getY())
    return getX();
  for (auto [v, other] : {std::pair(getX(), getY()), std::pair(getY(), getX())})
    if (isNumber(v, 0) || isNumber(other, 1))
      return sameType(other, *this);
  return {};
}

OpFoldResult SelectOp::fold(FoldAdaptor) {
  if (getX() == getY() || isNumber(getCondition(), 1))
    return sameType(getX(), *this);
  return isNumber(getCondition(), 0) ? sameType(getY(), *this) : OpFoldResult();
}

//===-- shapes ------------------------------------------------------------===//

static bool isIota(ArrayRef<int64_t> indices) {
  return llvm::equal(indices, llvm::seq<int64_t>(0, indices.size()));
}

OpFoldResult SpreadOp::fold(FoldAdaptor) {
  if (getX().getType() == getType())
    return getX();
  return splatOf(getX());
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getX().getType() == getType())
    return getX();
  return splatOf(getX());
}

OpFoldResult PermuteOp::fold(FoldAdaptor) {
  if (isIota(getPerm()))
    return getX();
  return splatOf(getX());
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (getX().getType() == getType())
    return getX();
  return splatOf(getX());
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  if (getX().getType() == getType())
    return getX();
  return isNumber(getX(), 0) ? splatOf(getX()) : OpFoldResult();
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getXs().size() == 1)
    return getXs().front();
  OpFoldResult first = splatOf(getXs().front());
  if (first &&
      llvm::all_of(getXs(), [&](Value x) { return splatOf(x) == first; }))
    return first;
  return {};
}

OpFoldResult GatherOp::fold(FoldAdaptor) {
  if (getX().getType() == getType() && isIota(getIndices()))
    return getX();
  return splatOf(getX());
}

OpFoldResult ScatterAddOp::fold(FoldAdaptor) {
  if (getX().getType() == getType() && isIota(getIndices()))
    return getX();
  return isNumber(getX(), 0) ? splatOf(getX()) : OpFoldResult();
}

OpFoldResult ReverseOp::fold(FoldAdaptor) {
  if (llvm::all_of(getDims(),
                   [&](int64_t k) { return getType().getDim(k) == 1; }))
    return getX();
  if (auto inner = getX().getDefiningOp<ReverseOp>())
    if (inner.getDims() == getDims())
      return inner.getX();
  return splatOf(getX());
}

OpFoldResult ReduceOp::fold(FoldAdaptor) {
  return getDims().empty() ? OpFoldResult(getX()) : OpFoldResult();
}

} // namespace rill::lane
