// Axes of a place through operations; see Elementwise.h.
#include "Flow/Analysis/Elementwise.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;

static Diagonal mixed(Operation *op, std::string why) {
  Diagonal result{Diagonal::Mixed};
  result.culprit = op;
  result.why = std::move(why);
  return result;
}

/// The meeting of two operands of one shape.
static Diagonal meet(Operation *op, const Diagonal &a, const Diagonal &b) {
  if (a.kind == Diagonal::Mixed || b.isConstant())
    return a;
  if (b.kind == Diagonal::Mixed || a.isConstant())
    return b;
  return a.axes == b.axes
             ? a
             : mixed(op, "it combines different elements of the place");
}

/// `d` where the operation leaves every axis in its place and acts along `dim`.
static Diagonal along(Operation *op, Diagonal d, int64_t dim) {
  return llvm::is_contained(d.axes, dim)
             ? mixed(op, "it acts along the elements of the place")
             : d;
}

static Diagonal reduceOf(lane::ReduceOp op, Diagonal d) {
  for (int64_t &axis : d.axes) {
    if (llvm::is_contained(op.getDims(), axis))
      return mixed(op, "it reduces over the elements of the place");
    axis -=
        llvm::count_if(op.getDims(), [&](int64_t dim) { return dim < axis; });
  }
  return d;
}

/// Slices and pads: nothing may change along the place's axes.
static Diagonal resized(Operation *op, Diagonal d) {
  ArrayRef<int64_t> from = lane::typeOf(op->getOperand(0)).getShape(),
                    to = lane::typeOf(op->getResult(0)).getShape();
  for (int64_t axis : d.axes)
    if (from[axis] != to[axis])
      return mixed(op, "it picks elements of the place");
  return d;
}

/// Axes that stand before everything that a reshape changes stay where they
/// are.
static Diagonal reshapeOf(lane::ReshapeOp op, Diagonal d) {
  ArrayRef<int64_t> from = lane::typeOf(op.getX()).getShape(),
                    to = lane::typeOf(op.getResult()).getShape();
  for (int64_t axis : d.axes)
    for (int64_t k = 0; k <= axis; ++k)
      if (k >= int64_t(to.size()) || from[k] != to[k])
        return mixed(op, "it rearranges the elements of the place");
  return d;
}

static Diagonal contractOf(lane::ContractOp op, Diagonal x, Diagonal y) {
  std::optional<lane::ContractSpec> spec =
      lane::ContractSpec::parse(op.getSpec());
  auto inResult = [&](Diagonal d, const std::string &letters) {
    for (int64_t &axis : d.axes) {
      size_t at = spec->result.find(letters[axis]);
      if (at == std::string::npos)
        return mixed(op, "it sums over the elements of the place");
      axis = int64_t(at);
    }
    return d;
  };
  return meet(op, inResult(x, spec->x), inResult(y, spec->y));
}

Diagonal ElementwiseUse::of(Value value) {
  if (value == place) {
    Diagonal own{Diagonal::Elementwise};
    for (int64_t axis = 0; axis < lane::typeOf(value).getRank(); ++axis)
      own.axes.push_back(axis);
    return own;
  }
  if (auto it = known.find(value); it != known.end())
    return it->second;
  Diagonal result;
  Operation *op = value.getDefiningOp();
  if (op && llvm::any_of(op->getOperands(),
                         [&](Value v) { return !of(v).isConstant(); }))
    result = compute(op);
  known[value] = result;
  return result;
}

Diagonal ElementwiseUse::compute(Operation *op) {
  for (Value v : op->getOperands())
    if (Diagonal d = of(v); d.kind == Diagonal::Mixed)
      return d;
  if (op->hasTrait<lane::Elementwise>()) {
    Diagonal result;
    for (Value v : op->getOperands())
      result = meet(op, result, of(v));
    return result;
  }
  Diagonal x = of(op->getOperand(0));
  return llvm::TypeSwitch<Operation *, Diagonal>(op)
      .Case([&](lane::SpreadOp o) {
        for (int64_t &axis : x.axes)
          axis = o.getDims()[axis];
        return x;
      })
      .Case([&](lane::PermuteOp o) {
        for (int64_t &axis : x.axes)
          axis = llvm::find(o.getPerm(), axis) - o.getPerm().begin();
        return x;
      })
      .Case([&](lane::ReshapeOp o) { return reshapeOf(o, x); })
      .Case<lane::SliceOp, lane::PadOp>(
          [&](Operation *o) { return resized(o, x); })
      .Case<lane::GatherOp, lane::CumsumOp>(
          [&](auto o) { return along(o, x, int64_t(o.getDim())); })
      .Case([&](lane::ReverseOp o) {
        Diagonal result = x;
        for (int64_t dim : o.getDims())
          result =
              result.kind == Diagonal::Mixed ? result : along(o, result, dim);
        return result;
      })
      .Case([&](lane::ConcatOp o) {
        Diagonal result;
        for (Value v : o.getXs())
          result = meet(o, result, of(v));
        return result.kind == Diagonal::Mixed
                   ? result
                   : along(o, result, int64_t(o.getDim()));
      })
      .Case([&](lane::ReduceOp o) { return reduceOf(o, x); })
      .Case([&](lane::ContractOp o) { return contractOf(o, x, of(o.getY())); })
      .Case([&](lane::LookupOp o) { return of(o.getIndex()); })
      .Default([&](Operation *o) {
        return mixed(o, "'" + o->getName().stripDialect().str() +
                            "' is not followed element by element");
      });
}
