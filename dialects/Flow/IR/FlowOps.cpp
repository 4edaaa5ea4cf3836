// Verifiers of the flow dialect. A failure here is the importer's fault.
#include "Flow/IR/FlowOps.h"
#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;

#include "Flow/IR/FlowDialect.cpp.inc"
#define GET_OP_CLASSES
#include "Flow/IR/FlowOps.cpp.inc"

void FlowDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "Flow/IR/FlowOps.cpp.inc"
      >();
}

static LogicalResult verifyParts(Operation *op, lane::TensorType whole,
                                 TypeRange pieces, ArrayAttr parts) {
  if (pieces.size() != parts.size())
    return op->emitOpError("has ")
           << pieces.size() << " pieces for " << parts.size() << " parts";
  int64_t count = whole.getNumElements();
  llvm::BitVector seen(count);
  for (auto [k, piece, part] : llvm::enumerate(pieces, parts)) {
    auto list = dyn_cast<DenseI64ArrayAttr>(part);
    auto type = cast<lane::TensorType>(piece);
    if (!list)
      return op->emitOpError("part ") << k << " is no list of elements";
    // Constraint 2.
    if (type.getNumElements() != list.size() ||
        type.getElementType() != whole.getElementType())
      return op->emitOpError("piece ") << k << " does not fit its part";
    for (int64_t i : list.asArrayRef()) {
      // Constraint 1.
      if (i < 0 || i >= count)
        return op->emitOpError("part ")
               << k << " names element " << i << " of " << count;
      if (seen.test(i))
        return op->emitOpError("element ") << i << " is in two parts";
      seen.set(i);
    }
  }
  if (!seen.all()) // Constraint 1.
    return op->emitOpError("element ")
           << seen.find_first_unset() << " is in no part";
  return success();
}

LogicalResult SplitOp::verify() {
  return verifyParts(*this, lane::typeOf(getPlace()), getResultTypes(),
                     getParts());
}

LogicalResult JoinOp::verify() {
  return verifyParts(*this, lane::typeOf(getPlace()), getXs().getTypes(),
                     getParts());
}

LogicalResult UpdateOp::verify() {
  Block &block = getBody().front();
  auto yield = cast<YieldOp>(block.getTerminator());
  if (block.getNumArguments() != 1 || yield.getNumOperands() != 1 ||
      block.getArgument(0).getType() != getPlace().getType()) // 1.
    return emitOpError("needs a region from the place to its next value");
  if (yield.getOperand(0).getType() != getResult().getType()) // 2.
    return emitOpError("has the result type ")
           << getResult().getType() << " but yields "
           << yield.getOperand(0).getType();
  if (getInverse().empty())
    return success();
  Block &inverse = getInverse().front();
  auto back = cast<YieldOp>(inverse.getTerminator());
  if (inverse.getNumArguments() != 1 || back.getNumOperands() != 1 ||
      inverse.getArgument(0).getType() != getResult().getType() ||
      back.getOperand(0).getType() != getPlace().getType()) // 3.
    return emitOpError("needs an inverse from its result to the place");
  return success();
}

LogicalResult RepeatOp::verify() {
  if (static_cast<int64_t>(getCount()) <= 0) // 1.
    return emitOpError("needs a positive count");
  Block &block = getBody().front();
  auto yield = cast<YieldOp>(block.getTerminator());
  auto step = block.getNumArguments() == 0
                  ? lane::TensorType()
                  : cast<lane::TensorType>(block.getArgument(0).getType());
  if (!step || !step.isIndex() || !step.getInv() || step.getRank() != 0 ||
      block.getNumArguments() != getPlaces().size() + 1) // 2.
    return emitOpError("needs region arguments for the step and the places");
  for (auto [k, type] : llvm::enumerate(getPlaces().getTypes()))
    if (block.getArgument(k + 1).getType() != type) // 2.
      return emitOpError("region argument ") << k + 1 << " is not the place's";
  if (TypeRange(getPlaces()) != TypeRange(yield.getValues()) ||
      TypeRange(getPlaces()) != getResultTypes()) // 3.
    return emitOpError("changes the type of a place from step to step");
  return success();
}

LogicalResult ScanOp::verify() {
  int64_t count = getCount();
  for (Type type : getPlaces().getTypes()) {
    auto place = cast<lane::TensorType>(type);
    if (count <= 0 || place.getRank() == 0 || place.getDim(0) != count) // 1.
      return emitOpError("goes through an axis of another extent than ")
             << count;
  }
  Block &block = getBody().front();
  auto yield = cast<YieldOp>(block.getTerminator());
  auto step = block.getNumArguments() == 0
                  ? lane::TensorType()
                  : cast<lane::TensorType>(block.getArgument(0).getType());
  unsigned places = getPlaces().size(), carries = getInits().size();
  if (!step || !step.isIndex() || !step.getInv() || step.getRank() != 0 ||
      block.getNumArguments() != 1 + places + carries) // 2.
    return emitOpError("needs region arguments for the step, the slices and "
                       "the carried values");
  for (unsigned k = 0; k < places; ++k) {
    auto slice = cast<lane::TensorType>(block.getArgument(1 + k).getType());
    if (slice.stacked(count) != getPlaces()[k].getType()) // 2.
      return emitOpError("region argument ") << 1 + k << " is not the slice's";
  }
  for (unsigned k = 0; k < carries; ++k) {
    auto carry =
        cast<lane::TensorType>(block.getArgument(1 + places + k).getType());
    auto init = cast<lane::TensorType>(getInits()[k].getType());
    if (carry != init.withInv(false)) // 2.
      return emitOpError("region argument ")
             << 1 + places + k << " is not the carried value's";
  }
  TypeRange arguments(block.getArgumentTypes());
  if (arguments.drop_front() != TypeRange(yield.getValues()) ||
      TypeRange(getPlaces()) != getResultTypes()) // 3.
    return emitOpError("changes the type of a slice or of a carried value");
  return success();
}

LogicalResult ParamOp::verify() {
  Block &block = getInit().front();
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || block.getNumArguments() != 0 || yield.getNumOperands() != 1 ||
      lane::typeOf(yield.getOperand(0)).getShape() !=
          lane::typeOf(getValue()).getShape()) // 1.
    return emitOpError("needs a region that yields its initial value");
  return success(); // 2. is the result's constraint
}

LogicalResult RequireOp::verify() {
  auto type = lane::typeOf(getCondition());
  if (!type.isBool() || type.getRank() != 0) // 1.
    return emitOpError("needs a scalar truth value");
  return success();
}

LogicalResult FirstOp::verify() {
  if (!(*this)->getParentOfType<ParamOp>()) // 1.
    return emitOpError("stands outside of a parameter's initial value");
  if (lane::typeOf(getX()).getShape() !=
      lane::typeOf(getResult()).getShape()) // 2.
    return emitOpError("changes the shape");
  return success();
}

LogicalResult MatVecOp::verify() {
  ArrayRef<int64_t> matrix = lane::typeOf(getMatrix()).getShape();
  ArrayRef<int64_t> shape = lane::typeOf(getX()).getShape();
  if (matrix.size() != 2 || matrix[0] != matrix[1] || shape.empty() ||
      shape.back() != matrix[1] ||
      lane::typeOf(getResult()).getShape() != shape) // 1.
    return emitOpError("needs a [D, D] matrix and vectors of D");
  return success();
}

LogicalResult OdeOp::verify() {
  Block &block = getBody().front();
  auto yield = cast<YieldOp>(block.getTerminator());
  auto state = lane::typeOf(getX()).withInv(false);
  SmallVector<Type> wanted{state, state.withShape({})};
  llvm::append_range(wanted, getContext().getTypes());
  if (block.getArgumentTypes() != ArrayRef<Type>(wanted) ||
      yield.getNumOperands() != 1 ||
      yield.getOperand(0).getType() != state) // 1.
    return emitOpError("needs a region from state, time and context to the "
                       "velocity");
  int64_t stages = getStages();
  if (stages == 0 || int64_t(getA().size()) != stages * (stages - 1) / 2 ||
      (isAdaptive() && int64_t(getError().size()) != stages)) // 2.
    return emitOpError("has no table of a method with ") << stages << " stages";
  if (int64_t(getSteps()) <= 0 || getFrom() == getTo()) // 3.
    return emitOpError("needs steps between two different times");
  if (getResult().getType() != state) // 4.
    return emitOpError("gives a state of another type");
  return success();
}
