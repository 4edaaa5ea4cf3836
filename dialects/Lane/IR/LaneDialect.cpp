// Registration, type syntax and inlining of the lane dialect.
#include "Lane/IR/LaneDialect.h"
#include "Lane/IR/LaneOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Transforms/InliningUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#include "Lane/IR/LaneDialect.cpp.inc"
#include "Lane/IR/LaneEnums.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "Lane/IR/LaneTypes.cpp.inc"

namespace rill::lane {

namespace {
// Every lane operation is pure and has structured regions: all may be inlined.
struct LaneInliner : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(Region *, Region *, bool, IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(Operation *, Operation *, bool) const final {
    return true;
  }
};
} // namespace

void LaneDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "Lane/IR/LaneTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "Lane/IR/LaneOps.cpp.inc"
      >();
  addInterfaces<LaneInliner>();
}

Operation *LaneDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  auto tensor = dyn_cast<TensorType>(type);
  if (!tensor || !isa<FloatAttr, DenseElementsAttr>(value))
    return nullptr;
  return ConstOp::create(builder, loc, tensor.withInv(true), value);
}

//===-- type --------------------------------------------------------------===//

int64_t TensorType::getNumElements() const {
  int64_t n = 1;
  for (int64_t dim : getShape())
    n *= dim;
  return n;
}

TensorType TensorType::stacked(int64_t count) const {
  SmallVector<int64_t> shape{count};
  shape.append(getShape().begin(), getShape().end());
  return withShape(shape);
}

Type TensorType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Type element;
  bool inv = false;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseDimensionList(shape, false) ||
      parser.parseType(element))
    return {};
  if (succeeded(parser.parseOptionalComma())) {
    if (parser.parseKeyword("inv"))
      return {};
    inv = true;
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<TensorType>(loc, parser.getContext(), shape, element,
                                       inv);
}

void TensorType::print(AsmPrinter &printer) const {
  printer << "<";
  for (int64_t dim : getShape())
    printer << dim << "x";
  printer << getElementType() << (getInv() ? ", inv>" : ">");
}

LogicalResult TensorType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> shape, Type element,
                                 bool inv) {
  for (int64_t dim : shape)
    if (dim < 1)
      return emitError() << "(1) dimension " << dim << " is not positive";
  if (!element.isF32() && !element.isF64() && !element.isInteger(32) &&
      !element.isInteger(1))
    return emitError() << "(2) element " << element
                       << " is none of f32, f64, i32, i1";
  return success();
}

} // namespace rill::lane
