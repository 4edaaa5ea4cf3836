// Builders and verifiers of lane operations whose result type is stated, and
// the syntax of constants. Inferred ones are in LaneInfer.cpp, operations with
// regions in LaneControl.cpp, folds in LaneFolds.cpp.
#include "Lane/IR/LaneOps.h"
#include "Lane/Diff/Differentiation.h"
#include "Lane/IR/LaneInfer.h"
#include <charconv>
#include <cmath>
#include <numbers>

using namespace mlir;

namespace rill::lane {

static ParseResult parseConstValue(OpAsmParser &parser, Attribute &value);
static void printConstValue(OpAsmPrinter &printer, Operation *op,
                            Attribute value);

} // namespace rill::lane

using namespace rill::lane;
#include "Lane/IR/LaneInterfaces.cpp.inc"
#define GET_OP_CLASSES
#include "Lane/IR/LaneOps.cpp.inc"

namespace rill::lane {

// Checks the rate rule and that the element type is kept; `n` is the number of
// the constraint in the operation's description.
static LogicalResult verifyKept(Operation *op, int n) {
  TensorType x = typeOf(op->getOperand(0)), r = typeOf(op->getResult(0));
  if (x.getElementType() != r.getElementType())
    return op->emitOpError() << "(" << n << ") turns " << x << " into " << r;
  if (r.getInv() != joinInv(op->getOperands()))
    return op->emitOpError()
           << "(" << n << ") result must be "
           << (r.getInv() ? "varying" : "invariant") << " as its operands are";
  return success();
}

//===-- const -------------------------------------------------------------===//

// `elements dense<..> : tensor<..>`, or a number: `2`, `-0.5`, `inf`, `nan`.
static ParseResult parseConstValue(OpAsmParser &parser, Attribute &value) {
  if (succeeded(parser.parseOptionalKeyword("elements")))
    return parser.parseAttribute(value);
  bool minus = succeeded(parser.parseOptionalMinus());
  double number = 0;
  int64_t whole = 0;
  OptionalParseResult integer;
  if (succeeded(parser.parseOptionalKeyword("inf")))
    number = std::numeric_limits<double>::infinity();
  else if (succeeded(parser.parseOptionalKeyword("nan")))
    number = std::numeric_limits<double>::quiet_NaN();
  else if (integer = parser.parseOptionalInteger(whole); integer.has_value())
    number = whole;
  else if (parser.parseFloat(number))
    return failure();
  if (integer.has_value() && failed(*integer))
    return failure();
  value = parser.getBuilder().getF64FloatAttr(minus ? -number : number);
  return success();
}

// The shortest digits that read back as the same f64, as a float literal.
static std::string digitsOf(double v) {
  char buffer[40];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, v).ptr;
  std::string text(buffer, end);
  size_t exponent = text.find('e');
  if (text.find('.') == std::string::npos)
    text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  return text;
}

static void printConstValue(OpAsmPrinter &printer, Operation *op,
                            Attribute value) {
  auto number = dyn_cast<FloatAttr>(value);
  if (!number) {
    printer << "elements " << value;
    return;
  }
  double v = number.getValueAsDouble();
  if (std::isinf(v))
    printer << (v < 0 ? "-inf" : "inf");
  else if (std::isnan(v))
    printer << "nan";
  else if (!typeOf(op->getResult(0)).isFloat() && v == std::trunc(v))
    printer << (int64_t)v;
  else
    printer << digitsOf(v);
}

LogicalResult ConstOp::verify() {
  TensorType type = getType(); // (1) by the result's constraint
  if (auto dense = dyn_cast<DenseElementsAttr>(getValue())) {
    Type element = dense.getElementType();
    bool fits =
        type.isFloat() ? element.isF64() : element == type.getElementType();
    if (!fits || dense.getType().getShape() != type.getShape())
      return emitOpError() << "(2) elements " << dense.getType()
                           << " do not fit " << type;
    return success();
  }
  auto number = dyn_cast<FloatAttr>(getValue());
  if (!number || !number.getType().isF64())
    return emitOpError("(2) value is neither a number nor dense elements");
  double v = number.getValueAsDouble();
  if ((type.isIndex() && (v != std::trunc(v) || std::abs(v) > 2147483648.0)) ||
      (type.isBool() && v != 0 && v != 1))
    return emitOpError() << "(3) " << v << " is not a value of " << type;
  return success();
}

void ConstOp::build(OpBuilder &builder, OperationState &state, TensorType type,
                    double value) {
  build(builder, state, type.withInv(true), builder.getF64FloatAttr(value));
}

void ConstOp::build(OpBuilder &builder, OperationState &state, TensorType type,
                    ArrayRef<double> elements) {
  SmallVector<Attribute> values;
  Type element = type.isFloat() ? builder.getF64Type() : type.getElementType();
  for (double v : elements)
    values.push_back(type.isFloat()
                         ? Attribute(builder.getF64FloatAttr(v))
                         : builder.getIntegerAttr(element, (int64_t)v));
  auto dense = DenseElementsAttr::get(
      RankedTensorType::get(type.getShape(), element), values);
  build(builder, state, type.withInv(true), dense);
}

std::optional<double> ConstOp::getSplat() {
  if (auto number = dyn_cast<FloatAttr>(getValue()))
    return number.getValueAsDouble();
  if (!cast<DenseElementsAttr>(getValue()).isSplat())
    return std::nullopt;
  return getElement(0);
}

double ConstOp::getElement(int64_t i) {
  if (auto number = dyn_cast<FloatAttr>(getValue()))
    return number.getValueAsDouble();
  auto dense = cast<DenseElementsAttr>(getValue());
  if (isa<FloatType>(dense.getElementType()))
    return dense.getValues<double>()[i];
  APInt v = dense.getValues<APInt>()[i];
  return v.getBitWidth() == 1 ? (double)v.getBoolValue()
                              : (double)v.getSExtValue();
}

LogicalResult IotaOp::verify() {
  if (getDim() >= (uint64_t)getType().getRank())
    return emitOpError() << "(2) " << getDim() << " is not an axis of "
                         << getType();
  return success();
}

LogicalResult BatchSizeOp::verify() {
  if (getType().getRank() != 0)
    return emitOpError("(1) result must be a scalar");
  return success();
}

//===-- elementwise -------------------------------------------------------===//

LogicalResult CompareOp::verify() {
  bool ordered =
      getPredicate() != Predicate::eq && getPredicate() != Predicate::ne;
  if (getX().getType().isBool() && ordered)
    return emitOpError("(4) values of i1 are not ordered");
  return success();
}

void ConvertOp::build(OpBuilder &builder, OperationState &state, Value x,
                      Type element) {
  build(builder, state, typeOf(x).withElementType(element), x);
}

LogicalResult ConvertOp::verify() {
  TensorType x = getX().getType(), r = getType();
  if (x.getShape() != r.getShape())
    return emitOpError() << "(1) turns " << x << " into " << r;
  if (x.getInv() != r.getInv())
    return emitOpError("(3) changes the rate");
  bool fits = (x.isIndex() && (r.isFloat() || r.isBool())) ||
              (x.isFloat() && r.isIndex()) ||
              (x.isBool() && (r.isFloat() || r.isIndex()));
  if (!fits)
    return emitOpError() << "(4) does not turn " << x.getElementType()
                         << " into " << r.getElementType();
  return success();
}

//===-- shapes ------------------------------------------------------------===//

void SpreadOp::build(OpBuilder &builder, OperationState &state, Value x,
                     ArrayRef<int64_t> dims, ArrayRef<int64_t> shape) {
  build(builder, state, typeOf(x).withShape(shape), x,
        builder.getDenseI64ArrayAttr(dims));
}

LogicalResult SpreadOp::verify() {
  TensorType x = getX().getType(), r = getType();
  if ((int64_t)getDims().size() != x.getRank() ||
      !ascendingAxes(getDims(), r.getRank()))
    return emitOpError() << "(1) dims do not place the axes of " << x << " in "
                         << r;
  for (auto [k, axis] : llvm::enumerate(getDims()))
    if (x.getDim(k) != r.getDim(axis))
      return emitOpError() << "(2) axis " << k << " of " << x
                           << " does not fit axis " << axis << " of " << r;
  return verifyKept(*this, 3);
}

void ReshapeOp::build(OpBuilder &builder, OperationState &state, Value x,
                      ArrayRef<int64_t> shape) {
  build(builder, state, typeOf(x).withShape(shape), x);
}

LogicalResult ReshapeOp::verify() {
  if (getX().getType().getNumElements() != getType().getNumElements())
    return emitOpError() << "(1) turns " << getX().getType() << " into "
                         << getType();
  return verifyKept(*this, 2);
}

void SliceOp::build(OpBuilder &builder, OperationState &state, Value x,
                    int64_t dim, int64_t offset, int64_t size) {
  TensorType type = typeOf(x);
  SmallVector<int64_t> offsets(type.getRank(), 0), sizes(type.getShape()),
      strides(type.getRank(), 1);
  offsets[dim] = offset;
  sizes[dim] = size;
  build(builder, state, x, offsets, sizes, strides);
}

void ScatterAddOp::build(OpBuilder &builder, OperationState &state, Value x,
                         int64_t dim, ArrayRef<int64_t> indices, int64_t size) {
  SmallVector<int64_t> shape(typeOf(x).getShape());
  shape[dim] = size;
  build(builder, state, typeOf(x).withShape(shape), x, dim, indices);
}

LogicalResult ScatterAddOp::verify() {
  TensorType x = getX().getType(), r = getType();
  int64_t dim = getDim();
  if (dim < 0 || dim >= x.getRank() || x.getRank() != r.getRank())
    return emitOpError() << "(1) " << dim << " is not an axis of " << x
                         << " and " << r;
  if ((int64_t)getIndices().size() != x.getDim(dim))
    return emitOpError() << "(1) has " << getIndices().size()
                         << " indices for axis " << dim << " of " << x;
  for (int64_t i : getIndices())
    if (i < 0 || i >= r.getDim(dim))
      return emitOpError() << "(1) index " << i << " is outside of axis " << dim
                           << " of " << r;
  for (int64_t k = 0; k < x.getRank(); ++k)
    if (k != dim && x.getDim(k) != r.getDim(k))
      return emitOpError() << "(2) turns " << x << " into " << r;
  return verifyKept(*this, 2);
}

void LookupAddOp::build(OpBuilder &builder, OperationState &state, Value index,
                        Value update, int64_t rows) {
  TensorType type = typeOf(update);
  SmallVector<int64_t> shape{rows};
  llvm::append_range(shape,
                     type.getShape().drop_front(typeOf(index).getRank()));
  build(builder, state, type.withShape(shape).withInv(true), index, update);
}

LogicalResult LookupAddOp::verify() {
  TensorType index = getIndex().getType(), update = getUpdate().getType();
  if (update.getRank() < index.getRank() ||
      update.getShape().take_front(index.getRank()) != index.getShape())
    return emitOpError() << "(1) update " << update
                         << " does not begin with the axes of " << index;
  auto rest = update.getShape().drop_front(index.getRank());
  TensorType r = getType();
  if (r.getRank() == 0 || r.getShape().drop_front() != rest ||
      r.getElementType() != update.getElementType())
    return emitOpError() << "(2) result " << r << " is not a table of "
                         << update;
  return success();
}

LogicalResult DrawOp::verify() {
  for (Value index : getIndices())
    if (!isInvariant(index))
      return emitOpError("(1) an index is varying");
  if (getType().getInv() == getPerSample())
    return emitOpError() << "(2) result must be "
                         << (getPerSample() ? "varying" : "invariant");
  if (getType().isIndex() != (getLaw() == Law::bits))
    return emitOpError() << "(3) " << stringifyLaw(getLaw())
                         << " does not give " << getType();
  return success();
}

//===-- contraction specs -------------------------------------------------===//

std::optional<ContractSpec> ContractSpec::parse(StringRef text) {
  size_t arrow = text.find("->");
  if (arrow == StringRef::npos)
    return std::nullopt;
  StringRef in = text.substr(0, arrow), result = text.substr(arrow + 2);
  if (in.count(',') != 1)
    return std::nullopt;
  auto [x, y] = in.split(',');
  for (StringRef part : {x, y, result})
    if (!llvm::all_of(part, [](char c) { return c >= 'a' && c <= 'z'; }))
      return std::nullopt;
  return ContractSpec{x.str(), y.str(), result.str()};
}

ContractSpec ContractSpec::canonical() const {
  char names[26] = {};
  char next = 'a';
  auto rename = [&](const std::string &letters) {
    std::string out;
    for (char c : letters) {
      char &name = names[c - 'a'];
      if (!name)
        name = next++;
      out += name;
    }
    return out;
  };
  std::string newX = rename(x), newY = rename(y);
  return {newX, newY, rename(result)};
}

std::string ContractSpec::str() const { return x + "," + y + "->" + result; }

} // namespace rill::lane
