// Builders, syntax and verifiers of lane operations with a region: loop, vjp,
// jvp and divergence.
#include "Lane/IR/LaneOps.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;

namespace rill::lane {

using Operands = SmallVector<OpAsmParser::UnresolvedOperand>;
using Arguments = SmallVector<OpAsmParser::Argument>;

//===-- shared syntax -----------------------------------------------------===//

// `(%a = %x : T, ...)`: arguments of the region with their operands.
static ParseResult parseBindings(OpAsmParser &parser, Arguments &arguments,
                                 Operands &operands, SmallVector<Type> &types) {
  return parser.parseCommaSeparatedList(
      OpAsmParser::Delimiter::Paren, [&]() -> ParseResult {
        return failure(parser.parseArgument(arguments.emplace_back()) ||
                       parser.parseEqual() ||
                       parser.parseOperand(operands.emplace_back()) ||
                       parser.parseColonType(types.emplace_back()));
      });
}

static void printBindings(OpAsmPrinter &printer, ValueRange arguments,
                          ValueRange operands) {
  printer << "(";
  llvm::interleaveComma(
      llvm::zip_equal(arguments, operands), printer, [&](auto pair) {
        auto [argument, operand] = pair;
        printer << argument << " = " << operand << " : " << operand.getType();
      });
  printer << ")";
}

// `-> (T, T | T)`: two groups of results.
static ParseResult parseResultGroups(OpAsmParser &parser, OperationState &state,
                                     std::array<int32_t, 2> &sizes) {
  sizes = {0, 0};
  if (parser.parseArrow() || parser.parseLParen())
    return failure();
  int group = 0;
  if (succeeded(parser.parseOptionalVerticalBar()))
    group = 1;
  while (failed(parser.parseOptionalRParen())) {
    Type type;
    if (parser.parseType(type))
      return failure();
    state.addTypes(type);
    ++sizes[group];
    if (!group && succeeded(parser.parseOptionalVerticalBar()))
      group = 1;
    else if (failed(parser.parseOptionalComma()))
      return parser.parseRParen();
  }
  return success();
}

static void printResultGroups(OpAsmPrinter &printer, TypeRange first,
                              TypeRange second) {
  printer << " -> (";
  llvm::interleaveComma(first, printer);
  if (!second.empty()) {
    printer << (first.empty() ? "| " : " | ");
    llvm::interleaveComma(second, printer);
  }
  printer << ")";
}

//===-- loop --------------------------------------------------------------===//

void LoopOp::build(OpBuilder &builder, OperationState &state, int64_t count,
                   bool reverse, ValueRange consts, ValueRange inits,
                   ValueRange xs, TypeRange ySlices) {
  OpBuilder::InsertionGuard guard(builder);
  for (ValueRange group : {consts, inits, xs})
    state.addOperands(group);
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.count = builder.getI64IntegerAttr(count);
  if (reverse)
    properties.reverse = builder.getUnitAttr();
  llvm::copy(ArrayRef<int32_t>{(int32_t)consts.size(), (int32_t)inits.size(),
                               (int32_t)xs.size()},
             properties.operandSegmentSizes.begin());
  llvm::copy(ArrayRef<int32_t>{(int32_t)inits.size(), (int32_t)ySlices.size()},
             properties.resultSegmentSizes.begin());
  state.addTypes(inits.getTypes());
  for (Type type : ySlices)
    state.addTypes(cast<TensorType>(type).stacked(count));
  Block *block = builder.createBlock(state.addRegion());
  auto i32 = TensorType::get(builder.getContext(), {}, builder.getI32Type(),
                             /*inv=*/true);
  block->addArgument(i32, state.location);
  for (ValueRange group : {consts, inits})
    for (Value v : group)
      block->addArgument(v.getType(), state.location);
  for (Value v : xs)
    block->addArgument(typeOf(v).sliced(), state.location);
}

Block::BlockArgListType LoopOp::getConstArgs() {
  return getBlock().getArguments().slice(1, getConsts().size());
}
Block::BlockArgListType LoopOp::getCarryArgs() {
  return getBlock().getArguments().slice(1 + getConsts().size(),
                                         getInits().size());
}
Block::BlockArgListType LoopOp::getXArgs() {
  return getBlock().getArguments().take_back(getXs().size());
}
YieldOp LoopOp::getYield() { return cast<YieldOp>(getBlock().getTerminator()); }
OperandRange LoopOp::getYieldedCarries() {
  return getYield().getValues().take_front(getInits().size());
}
OperandRange LoopOp::getYieldedYs() {
  return getYield().getValues().drop_front(getInits().size());
}
Value LoopOp::getLive() { return getYield().getLive(); }

ParseResult LoopOp::parse(OpAsmParser &parser, OperationState &state) {
  Properties &properties = state.getOrAddProperties<Properties>();
  Builder &builder = parser.getBuilder();
  int64_t count;
  if (parser.parseInteger(count))
    return failure();
  properties.count = builder.getI64IntegerAttr(count);
  if (succeeded(parser.parseOptionalKeyword("reverse")))
    properties.reverse = builder.getUnitAttr();

  Arguments arguments(1);
  if (parser.parseLParen() || parser.parseArgument(arguments[0]) ||
      parser.parseRParen())
    return failure();
  Operands operands;
  SmallVector<Type> types;
  SmallVector<int32_t> sizes;
  SMLoc loc = parser.getCurrentLocation();
  for (StringRef group : {"consts", "inits", "xs"}) {
    size_t before = operands.size();
    if (succeeded(parser.parseOptionalKeyword(group)) &&
        parseBindings(parser, arguments, operands, types))
      return failure();
    sizes.push_back(operands.size() - before);
  }
  llvm::copy(sizes, properties.operandSegmentSizes.begin());
  std::array<int32_t, 2> results;
  if (parser.resolveOperands(operands, types, loc, state.operands) ||
      parseResultGroups(parser, state, results))
    return failure();
  llvm::copy(results, properties.resultSegmentSizes.begin());

  arguments[0].type = TensorType::get(builder.getContext(), {},
                                      builder.getIntegerType(32), true);
  size_t firstX = 1 + sizes[0] + sizes[1];
  for (auto [k, type] : llvm::enumerate(types)) {
    auto tensor = dyn_cast<TensorType>(type);
    if (!tensor || (k + 1 >= firstX && tensor.getRank() == 0))
      return parser.emitError(loc)
             << "operand of type " << type << " cannot enter a loop here";
    arguments[k + 1].type = k + 1 >= firstX ? tensor.sliced() : tensor;
  }
  if (parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
      parser.parseRegion(*state.addRegion(), arguments))
    return failure();
  return success();
}

void LoopOp::print(OpAsmPrinter &printer) {
  printer << " " << getCount();
  if (getReverse())
    printer << " reverse";
  printer << " (" << getStep() << ")";
  auto group = [&](StringRef name, ValueRange arguments, ValueRange operands) {
    if (operands.empty())
      return;
    printer << " " << name;
    printBindings(printer, arguments, operands);
  };
  group("consts", getConstArgs(), getConsts());
  group("inits", getCarryArgs(), getInits());
  group("xs", getXArgs(), getXs());
  printResultGroups(printer, getFinals().getTypes(), getYs().getTypes());
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getDiscardableAttrDictionary().getValue());
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult LoopOp::verify() {
  int64_t count = getCount();
  if (count < 1)
    return emitOpError() << "(1) count " << count << " is not positive";
  Block &block = getBlock();
  if (block.getNumArguments() != 1 + getNumOperands())
    return emitOpError() << "(2) the body has " << block.getNumArguments()
                         << " arguments for the step and " << getNumOperands()
                         << " operands";
  auto step = dyn_cast<TensorType>(getStep().getType());
  if (!step || !step.isIndex() || step.getRank() != 0 || !step.getInv())
    return emitOpError("(2) the step is not an invariant i32 scalar");
  size_t firstX = getConsts().size() + getInits().size();
  for (auto [k, operand] : llvm::enumerate(getOperands())) {
    TensorType type = typeOf(operand);
    if (k >= firstX && (type.getRank() == 0 || type.getDim(0) != count))
      return emitOpError() << "(2) stacked input " << k - firstX << " has type "
                           << type << ", not " << count << " slices";
    TensorType want = k >= firstX ? type.sliced() : type;
    if (block.getArgument(k + 1).getType() != want)
      return emitOpError() << "(2) argument " << k + 1 << " has type "
                           << block.getArgument(k + 1).getType()
                           << ", its operand gives " << want;
  }
  size_t carried = getInits().size();
  if (getFinals().size() != carried ||
      getYield().getValues().size() != carried + getYs().size())
    return emitOpError() << "(3) carries " << carried << " values and stacks "
                         << getYs().size() << " but yields "
                         << getYield().getValues().size();
  for (size_t k = 0; k < carried; ++k) {
    Type want = getInits()[k].getType();
    if (getFinals()[k].getType() != want ||
        getYield().getOperand(k).getType() != want)
      return emitOpError() << "(3) carried value " << k << " starts as " << want
                           << ", is yielded as "
                           << getYield().getOperand(k).getType()
                           << " and ends as " << getFinals()[k].getType();
  }
  for (auto [y, slice] : llvm::zip_equal(getYs(), getYieldedYs()))
    if (typeOf(y) != typeOf(slice).stacked(count))
      return emitOpError() << "(4) stacked result has type " << y.getType()
                           << " for slices " << slice.getType();
  if (Value live = getLive()) {
    auto argument = dyn_cast<BlockArgument>(live);
    if (!argument || argument.getOwner() != &block || live == getStep())
      return emitOpError("(5) 'while' reads no argument of the body");
    if (typeOf(live).getRank() != 0 || typeOf(live).getInv())
      return emitOpError() << "(5) 'while' of type " << live.getType()
                           << ", not a varying i1 scalar";
  }
  return success();
}

//===-- vjp, jvp ----------------------------------------------------------===//

YieldOp VjpOp::getYield() { return cast<YieldOp>(getBlock().getTerminator()); }
YieldOp JvpOp::getYield() { return cast<YieldOp>(getBlock().getTerminator()); }

static bool isFloat(Type type) { return cast<TensorType>(type).isFloat(); }

template <typename Op>
static void buildCalculus(OpBuilder &builder, OperationState &state,
                          ArrayRef<int64_t> wrt, ValueRange inputs,
                          ValueRange seeds, TypeRange values,
                          TypeRange derivatives) {
  OpBuilder::InsertionGuard guard(builder);
  state.addOperands(inputs);
  state.addOperands(seeds);
  state.addTypes(values);
  state.addTypes(derivatives);
  auto &properties = state.getOrAddProperties<typename Op::Properties>();
  properties.wrt = builder.getDenseI64ArrayAttr(wrt);
  properties.operandSegmentSizes = {(int32_t)inputs.size(),
                                    (int32_t)seeds.size()};
  properties.resultSegmentSizes = {(int32_t)values.size(),
                                   (int32_t)derivatives.size()};
  Block *block = builder.createBlock(state.addRegion());
  for (Value v : inputs)
    block->addArgument(v.getType(), state.location);
}

void VjpOp::build(OpBuilder &builder, OperationState &state,
                  ArrayRef<int64_t> wrt, ValueRange inputs, ValueRange seeds,
                  TypeRange values) {
  SmallVector<Type> adjoints;
  for (int64_t k : wrt)
    adjoints.push_back(inputs[k].getType());
  buildCalculus<VjpOp>(builder, state, wrt, inputs, seeds, values, adjoints);
}

void JvpOp::build(OpBuilder &builder, OperationState &state,
                  ArrayRef<int64_t> wrt, ValueRange inputs, ValueRange seeds,
                  TypeRange values) {
  SmallVector<Type> tangents;
  llvm::copy_if(values, std::back_inserter(tangents), isFloat);
  buildCalculus<JvpOp>(builder, state, wrt, inputs, seeds, values, tangents);
}

template <typename Op>
static ParseResult parseCalculus(OpAsmParser &parser, OperationState &state) {
  auto &properties = state.getOrAddProperties<typename Op::Properties>();
  SmallVector<int64_t> wrt;
  Arguments arguments;
  Operands inputs, seeds;
  SmallVector<Type> inputTypes, seedTypes;
  SMLoc loc = parser.getCurrentLocation();
  auto parseIndex = [&] { return parser.parseInteger(wrt.emplace_back()); };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square,
                                     parseIndex) ||
      parseBindings(parser, arguments, inputs, inputTypes) ||
      parser.parseKeyword("seeds") || parser.parseLParen())
    return failure();
  if (failed(parser.parseOptionalRParen()))
    if (parser.parseOperandList(seeds) ||
        parser.parseColonTypeList(seedTypes) || parser.parseRParen())
      return failure();
  std::array<int32_t, 2> results;
  if (parser.resolveOperands(inputs, inputTypes, loc, state.operands) ||
      parser.resolveOperands(seeds, seedTypes, loc, state.operands) ||
      parseResultGroups(parser, state, results))
    return failure();
  properties.wrt = parser.getBuilder().getDenseI64ArrayAttr(wrt);
  properties.operandSegmentSizes = {(int32_t)inputs.size(),
                                    (int32_t)seeds.size()};
  properties.resultSegmentSizes = results;
  for (auto [argument, type] : llvm::zip_equal(arguments, inputTypes))
    argument.type = type;
  return failure(parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
                 parser.parseRegion(*state.addRegion(), arguments));
}

template <typename Op> static void printCalculus(Op op, OpAsmPrinter &printer) {
  printer << " [";
  llvm::interleaveComma(op.getWrt(), printer);
  printer << "] ";
  printBindings(printer, op.getBlock().getArguments(), op.getInputs());
  printer << " seeds(" << op.getSeeds();
  if (!op.getSeeds().empty())
    printer << " : " << op.getSeeds().getTypes();
  printer << ")";
  printResultGroups(printer, op.getValues().getTypes(),
                    op.getDerivatives().getTypes());
  printer.printOptionalAttrDictWithKeyword(
      op->getDiscardableAttrDictionary().getValue());
  printer << " ";
  printer.printRegion(op.getBody(), /*printEntryBlockArgs=*/false);
}

// Constraints 1 and 2 of both operations.
template <typename Op> static LogicalResult verifyCalculus(Op op) {
  llvm::SmallDenseSet<int64_t> seen;
  for (int64_t k : op.getWrt())
    if (k < 0 || k >= (int64_t)op.getInputs().size() ||
        !seen.insert(k).second || !isFloat(op.getInputs()[k].getType()))
      return op.emitOpError()
             << "(1) wrt " << k << " does not name a float input once";
  if (op.getBlock().getArgumentTypes() != op.getInputs().getTypes())
    return op.emitOpError("(2) the body's arguments are not the inputs");
  if (op.getYield().getOperandTypes() != op.getValues().getTypes())
    return op.emitOpError("(2) the body does not yield the values");
  return success();
}

// Checks one derivative (or seed) per primal, of the same type.
static LogicalResult verifyPaired(Operation *op, TypeRange primals,
                                  TypeRange derivatives, StringRef what) {
  if (primals == derivatives)
    return success();
  if (primals.size() != derivatives.size())
    return op->emitOpError() << what << ": needs " << primals.size() << ", has "
                             << derivatives.size();
  for (auto [primal, derivative] : llvm::zip_equal(primals, derivatives))
    if (primal != derivative)
      return op->emitOpError()
             << what << ": " << derivative << " for " << primal;
  return success();
}

template <typename Op> static SmallVector<Type> wrtTypes(Op op) {
  SmallVector<Type> types;
  for (int64_t k : op.getWrt())
    types.push_back(op.getInputs()[k].getType());
  return types;
}

template <typename Op> static SmallVector<Type> floatTypes(Op op) {
  SmallVector<Type> types;
  llvm::copy_if(op.getValues().getTypes(), std::back_inserter(types), isFloat);
  return types;
}

ParseResult VjpOp::parse(OpAsmParser &parser, OperationState &state) {
  return parseCalculus<VjpOp>(parser, state);
}
void VjpOp::print(OpAsmPrinter &printer) { printCalculus(*this, printer); }
LogicalResult VjpOp::verify() {
  if (failed(verifyCalculus(*this)) ||
      failed(verifyPaired(*this, floatTypes(*this), getSeeds().getTypes(),
                          "(3) cotangents")))
    return failure();
  return verifyPaired(*this, wrtTypes(*this), getDerivatives().getTypes(),
                      "(4) adjoints");
}

ParseResult JvpOp::parse(OpAsmParser &parser, OperationState &state) {
  return parseCalculus<JvpOp>(parser, state);
}
void JvpOp::print(OpAsmPrinter &printer) { printCalculus(*this, printer); }
LogicalResult JvpOp::verify() {
  if (failed(verifyCalculus(*this)) ||
      failed(verifyPaired(*this, wrtTypes(*this), getSeeds().getTypes(),
                          "(3) tangents")))
    return failure();
  return verifyPaired(*this, floatTypes(*this), getDerivatives().getTypes(),
                      "(4) tangents of values");
}

//===-- divergence --------------------------------------------------------===//

YieldOp DivergenceOp::getYield() {
  return cast<YieldOp>(getBlock().getTerminator());
}

static int64_t countBehind(Type type, int64_t labels) {
  int64_t count = 1;
  for (int64_t extent : cast<TensorType>(type).getShape().drop_front(labels))
    count *= extent;
  return count;
}

int64_t DivergenceOp::getCount() {
  return countBehind(getValue().getType(), getLabels());
}

void DivergenceOp::build(OpBuilder &builder, OperationState &state,
                         ValueRange inputs, int64_t xLabels, int64_t labels,
                         Type value) {
  OpBuilder::InsertionGuard guard(builder);
  auto type = cast<TensorType>(value);
  state.addOperands(inputs);
  state.addTypes({type, type.withShape(type.getShape().take_front(labels))});
  auto &properties = state.getOrAddProperties<Properties>();
  properties.xLabels = builder.getI64IntegerAttr(xLabels);
  properties.labels = builder.getI64IntegerAttr(labels);
  Block *block = builder.createBlock(state.addRegion());
  for (Value v : inputs)
    block->addArgument(v.getType(), state.location);
}

LogicalResult DivergenceOp::verify() {
  if (getInputs().empty() || !isFloat(getInputs()[0].getType()) ||
      typeOf(getInputs()[0]).getElementType() !=
          typeOf(getValue()).getElementType())
    return emitOpError("(1) the first input is not of the value's float type");
  if (getBlock().getArgumentTypes() != getInputs().getTypes())
    return emitOpError("(2) the body's arguments are not the inputs");
  if (getYield().getOperandTypes() != TypeRange(getValue().getType()))
    return emitOpError("(2) the body does not yield the value");
  TensorType x = typeOf(getInputs()[0]), value = typeOf(getValue());
  auto has = [](TensorType type, int64_t labels) {
    return labels >= 0 && labels <= type.getRank();
  };
  if (!has(x, getXLabels()) || !has(value, getLabels()) ||
      countBehind(x, getXLabels()) != countBehind(value, getLabels()))
    return emitOpError() << "(3) a value of type " << value
                         << " is no field of an x of type " << x;
  TensorType want = value.withShape(value.getShape().take_front(getLabels()));
  if (typeOf(getDivergence()) != want)
    return emitOpError() << "(4) a divergence of type "
                         << getDivergence().getType() << ", not " << want;
  return success();
}

} // namespace rill::lane
