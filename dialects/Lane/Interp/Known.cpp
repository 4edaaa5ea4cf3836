// Known elements; see Known.h. Evaluation is the interpreter's.
#include "Lane/Interp/Known.h"

#include "Lane/Interp/Evaluate.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;

namespace rill::lane {

static bool onlyMoves(Operation *op) {
  return llvm::isa<SpreadOp, ReshapeOp, PermuteOp, SliceOp, PadOp, ConcatOp,
                   GatherOp, ReverseOp>(op);
}

/// Operations whose result is the correctly rounded one in every precision.
static bool isExact(Operation *op) {
  return llvm::isa<AddOp, SubOp, MulOp, DivOp, NegOp, AbsOp, SignOp, SqOp,
                   FloorOp, MaxOp, MinOp, ReluOp, CompareOp, SelectOp,
                   ConvertOp, AndOp, OrOp, XorOp, NotOp>(op);
}

static std::optional<Array> take(interp::Result result) {
  if (!result)
    return std::nullopt;
  if (*result)
    return std::move(**result);
  llvm::consumeError(result->takeError());
  return std::nullopt;
}

std::optional<Array> moveElements(Operation *op,
                                  llvm::ArrayRef<const Array *> inputs) {
  if (!onlyMoves(op))
    return std::nullopt;
  InterpContext context;
  interp::Machine machine(context);
  return take(interp::evaluateShape(op, inputs, machine));
}

const Known::Both *Known::find(Value value) {
  if (auto it = found.find(value); it != found.end())
    return it->second.get();
  std::optional<Both> result;
  Operation *op = value.getDefiningOp();
  if (auto argument = llvm::dyn_cast<BlockArgument>(value))
    result = ofArgument(argument);
  else if (op->getNumResults() == 1 &&
           llvm::isa<lane::TensorType>(value.getType()))
    result = compute(op);
  if (result) {
    result->agreed = result->wide;
    bool any = false;
    for (auto [agreed, narrow] :
         llvm::zip(result->agreed.data, result->narrow.data)) {
      if (agreed != narrow)
        agreed = NAN;
      any |= !std::isnan(agreed);
    }
    if (!any)
      result = std::nullopt;
  }
  std::unique_ptr<Both> &entry = found[value];
  if (result)
    entry = std::make_unique<Both>(std::move(*result));
  return entry.get();
}

const Array *Known::of(Value value) {
  const Both *both = find(value);
  return both ? &both->agreed : nullptr;
}

/// `a` with zeros for what is not known.
static Array filled(Array a) {
  for (double &v : a.data)
    if (std::isnan(v))
      v = 0;
  return a;
}

static bool isKnown(const Array &a, int64_t k) {
  return !std::isnan(a.data[k]);
}

/// Forgets elements of `result` that depend on unknown ones of the inputs.
static void forget(Operation *op, llvm::ArrayRef<const Array *> in,
                   Array &result) {
  for (int64_t k = 0, n = result.sampleSize(); k < n; ++k) {
    bool known =
        llvm::all_of(in, [&](const Array *a) { return isKnown(*a, k); });
    if (llvm::isa<MulOp>(op)) // a known 0 makes 0 of anything
      known |= in[0]->data[k] == 0 || in[1]->data[k] == 0;
    if (llvm::isa<SelectOp>(op) && isKnown(*in[0], k))
      known = isKnown(*in[in[0]->data[k] != 0 ? 1 : 2], k);
    if (!known)
      result.data[k] = NAN;
  }
}

/// The slice that every step of a stack has, NaN where steps differ.
static Array commonSlice(const Array &stack) {
  Array slice;
  slice.shape.assign(stack.shape.begin() + 1, stack.shape.end());
  slice.inv = stack.inv;
  int64_t size = slice.sampleSize();
  slice.data.assign(stack.data.begin(), stack.data.begin() + size);
  for (int64_t k = size, n = stack.data.size(); k < n; ++k)
    if (stack.data[k] != slice.data[k % size])
      slice.data[k % size] = NAN;
  return slice;
}

std::optional<Known::Both> Known::ofArgument(BlockArgument argument) {
  auto loop = llvm::dyn_cast<LoopOp>(argument.getOwner()->getParentOp());
  if (!loop)
    return std::nullopt;
  auto copyOf = [&](Value v) -> std::optional<Both> {
    const Both *both = find(v);
    return both ? std::optional<Both>(*both) : std::nullopt;
  };
  for (auto [inner, outer] : llvm::zip(loop.getConstArgs(), loop.getConsts()))
    if (inner == argument)
      return copyOf(outer);
  for (auto [inner, outer] : llvm::zip(loop.getXArgs(), loop.getXs())) {
    if (inner != argument)
      continue;
    // A stack that another loop makes: what it yields at every step.
    if (auto maker = outer.getDefiningOp<LoopOp>()) {
      for (auto [y, yielded] : llvm::zip(maker.getYs(), maker.getYieldedYs()))
        if (y == outer)
          return copyOf(yielded);
      return std::nullopt;
    }
    const Both *stack = find(outer);
    if (!stack)
      return std::nullopt;
    Both result;
    result.wide = commonSlice(stack->wide);
    result.narrow = commonSlice(stack->narrow);
    return result;
  }
  return std::nullopt;
}

std::optional<Known::Both> Known::compute(Operation *op) {
  TensorType type = typeOf(op->getResult(0));
  bool constant = llvm::isa<ConstOp, IotaOp>(op);
  if (!constant && !onlyMoves(op) && !isExact(op) && !llvm::isa<VaryOp>(op))
    return std::nullopt;
  bool any = constant;
  for (Value v : op->getOperands())
    any |= find(v) != nullptr;
  if (!any)
    return std::nullopt;
  if (llvm::isa<VaryOp>(op))
    return *find(op->getOperand(0));
  Both result;
  for (bool single : {false, true}) {
    std::vector<Array> arrays, evaluated;
    for (Value v : op->getOperands()) {
      const Both *both = find(v);
      arrays.push_back(!both ? Array::filled(typeOf(v).getShape(), true, 1, NAN)
                       : single ? both->narrow
                                : both->wide);
    }
    InterpContext context;
    if (single)
      context.rounding = Rounding::Single;
    interp::Machine machine(context);
    llvm::SmallVector<const Array *> in, plain;
    for (Array &a : arrays)
      in.push_back(&a);
    for (Array &a : arrays)
      evaluated.push_back(filled(a));
    for (Array &a : evaluated)
      plain.push_back(&a);
    std::optional<Array> made =
        isExact(op) ? take(interp::evaluateElementwise(op, plain, machine))
                    : take(interp::evaluateShape(op, in, machine));
    if (!made)
      return std::nullopt;
    if (isExact(op))
      forget(op, in, *made);
    if (single && type.isFloat())
      for (double &v : made->data)
        v = static_cast<float>(v);
    (single ? result.narrow : result.wide) = std::move(*made);
  }
  return result;
}

} // namespace rill::lane
