// Tangents and adjoints of a block, and the walk over it in both modes.
#include "Lane/Diff/Differentiation.h"

using namespace mlir;

namespace rill::lane {

//===-- tangents ----------------------------------------------------------===//

Value Tangents::getExact(Value v, Location loc) {
  Value t = get(v);
  return t ? LaneBuilder(builder, loc).withRate(t, isInvariant(v)) : t;
}

Value Tangents::getDense(Value v, Location loc) {
  if (Value t = getExact(v, loc))
    return t;
  return LaneBuilder(builder, loc).zero(typeOf(v));
}

void Tangents::set(Value v, Value tangent) {
  if (!tangent)
    return;
  assert(typeOf(tangent).getShape() == typeOf(v).getShape() &&
         "a tangent has its value's shape");
  assert((isInvariant(tangent) || !isInvariant(v)) &&
         "the tangent of an invariant value is invariant");
  map[v] = tangent;
}

//===-- adjoints ----------------------------------------------------------===//

Masked Adjoints::getMasked(Value v, Location loc) {
  auto it = map.find(v);
  if (it == map.end())
    return {};
  LaneBuilder b(builder, loc);
  Masked m = it->second;
  m.value = b.withRate(m.value, isInvariant(v));
  return m;
}

Value Adjoints::get(Value v, Location loc) {
  Masked m = getMasked(v, loc);
  return m.value ? LaneBuilder(builder, loc).masked(m.mask, m.value) : Value();
}

Value Adjoints::getDense(Value v, Location loc) {
  if (Value g = get(v, loc))
    return g;
  return LaneBuilder(builder, loc).zero(typeOf(v));
}

void Adjoints::add(Value v, Masked c, Location loc) {
  if (!c.value || !wants(v))
    return;
  assert(typeOf(c.value).getShape() == typeOf(v).getShape() &&
         "an adjoint has its value's shape");
  LaneBuilder b(builder, loc);
  auto joint = [&](Masked m) { return b.masked(m.mask, m.value); };
  bool varies = !isInvariant(c.value) || (c.mask && !isInvariant(c.mask));
  if (isInvariant(v) && varies) {
    Value some = c.mask && mayBlowUp(v) ? b.anySample(c.mask) : Value();
    c = {b.withRate(joint(c), /*inv=*/true), some};
  }
  Masked &sum = map[v];
  if (!sum.value) {
    sum = c;
  } else if (sum.mask == c.mask) {
    sum.value = b.add(sum.value, c.value);
  } else {
    // Where neither mask holds the sum is zero, and stays so further up.
    bool carry = sum.mask && c.mask && mayBlowUp(v);
    Value either = carry ? b.logicalOr(sum.mask, c.mask) : Value();
    sum = {b.add(joint(sum), joint(c)), either};
  }
}

void Adjoints::move(Operation *op, Value v,
                    function_ref<Value(LaneBuilder &, Value)> map) {
  if (!wants(v))
    return;
  LaneBuilder b(builder, op->getLoc());
  Masked g = getMasked(op->getResult(0), op->getLoc());
  if (g.mask && !mayBlowUp(v))
    g = b.masked(g.mask, g.value);
  add(v, {map(b, g.value), g.mask ? map(b, g.mask) : Value()}, op->getLoc());
}

void Adjoints::gather(Operation *op, Value v, function_ref<Value(Value)> map) {
  if (!wants(v))
    return;
  LaneBuilder b(builder, op->getLoc());
  Masked g = getMasked(op->getResult(0), op->getLoc());
  Value mask = mayBlowUp(v) ? b.reached(g.mask, map) : Value();
  add(v, {map(b.masked(g.mask, g.value)), mask}, op->getLoc());
}

// True if `v` stays in a range whatever its inputs are, as far as this looks.
bool Adjoints::isBounded(Value v) {
  Operation *op = v.getDefiningOp();
  if (!op)
    return false;
  if (auto it = bounded.find(op); it != bounded.end())
    return it->second;
  if (isa<TanhOp, SigmoidOp, SinOp, CosOp, AtanOp, ErfOp, ErfcOp, SignOp,
          ConstOp>(op))
    return true;
  bool found =
      isa<AddOp, SubOp, MulOp, NegOp, AbsOp, MaxOp, MinOp, SelectOp, SliceOp,
          GatherOp, ConcatOp, PermuteOp, ReshapeOp, SpreadOp, VaryOp>(op) &&
      llvm::all_of(op->getOperands(), [&](Value operand) {
        return !typeOf(operand).isFloat() || isBounded(operand);
      });
  return bounded[op] = found;
}

// The value or a partial derivative may be infinite at this operation.
bool Adjoints::isUnbounded(Operation *op) {
  if (isa<ExpOp, Expm1Op, SinhOp, CoshOp>(op)) // only by overflow
    return !isBounded(op->getOperand(0));
  return op->hasTrait<Unbounded>();
}

bool Adjoints::mayBlowUp(Value v) {
  Operation *op = v.getDefiningOp();
  if (!op)
    return false;
  if (auto it = blowUp.find(op); it != blowUp.end())
    return it->second;
  bool found = isUnbounded(op) || op->getNumRegions() != 0 ||
               llvm::any_of(op->getOperands(),
                            [&](Value operand) { return mayBlowUp(operand); });
  return blowUp[op] = found;
}

//===-- elementwise -------------------------------------------------------===//

void elementwiseTangent(Operation *op, ElementwiseRule rule, Tangents &t) {
  LaneBuilder b(t.builder, op->getLoc());
  Value sum;
  for (OpOperand &operand : op->getOpOperands()) {
    Value d = t.get(operand.get());
    if (!d)
      continue;
    Masked m = rule(b, operand.getOperandNumber(), d);
    Value term = b.masked(m.mask, m.value);
    sum = sum ? b.add(sum, term) : term;
  }
  t.set(op->getResult(0), sum);
}

void elementwiseAdjoint(Operation *op, ElementwiseRule rule, Adjoints &a) {
  LaneBuilder b(a.builder, op->getLoc());
  Masked g = a.getMasked(op->getResult(0), op->getLoc());
  for (OpOperand &operand : op->getOpOperands()) {
    if (!a.wants(operand.get()))
      continue;
    Masked c = rule(b, operand.getOperandNumber(), g.value);
    if (g.mask)
      c.mask = c.mask ? b.logicalAnd(g.mask, c.mask) : g.mask;
    a.add(operand.get(), c, op->getLoc());
  }
}

//===-- blocks ------------------------------------------------------------===//

void defaultActivity(Operation *op, Activity &active) {
  auto isActive = [&](Value v) { return active.contains(v); };
  if (llvm::any_of(op->getOperands(), isActive))
    for (Value result : op->getResults())
      active.insert(result);
}

void blockActivity(Block &block, Activity &active) {
  for (Operation &op : block.without_terminator()) {
    if (auto rules = dyn_cast<Differentiable>(op))
      rules.activity(active);
    else if (!op.hasTrait<ZeroDerivative>())
      defaultActivity(&op, active);
  }
}

// An active operation without a rule must not become a silent zero.
static LogicalResult noRule(Operation *op) {
  return op->emitError() << "internal error: '" << op->getName()
                         << "' has no derivative rule (calls are inlined "
                            "before differentiation)";
}

static SmallVector<Operation *> operationsOf(Block &block) {
  return llvm::map_to_vector(block.without_terminator(),
                             [](Operation &op) { return &op; });
}

LogicalResult blockTangents(Block &block, Tangents &tangents) {
  auto active = [&](Value v) { return (bool)tangents.get(v); };
  for (Operation *op : operationsOf(block)) {
    if (op->hasTrait<ZeroDerivative>() ||
        llvm::none_of(op->getOperands(), active))
      continue;
    auto rules = dyn_cast<Differentiable>(op);
    if (!rules)
      return noRule(op);
    tangents.builder.setInsertionPointAfter(op);
    rules.tangent(tangents);
    if (tangents.failed)
      return failure();
  }
  return success();
}

LogicalResult blockAdjoints(Block &block, Adjoints &adjoints) {
  auto reached = [&](Value v) { return adjoints.has(v); };
  SmallVector<Operation *> operations = operationsOf(block);
  for (Operation *op : llvm::reverse(operations)) {
    if (op->hasTrait<ZeroDerivative>() ||
        llvm::none_of(op->getResults(), reached))
      continue;
    auto rules = dyn_cast<Differentiable>(op);
    if (!rules)
      return noRule(op);
    rules.adjoint(adjoints);
    if (adjoints.failed)
      return failure();
  }
  return success();
}

} // namespace rill::lane
