//===- TileClusters.cpp - Steps with a region -----------------------------===//
//
// Syntax and verifiers of map, matmul and dot, which share the form
//   (%a = %x : T, ..) -> (store %y : T, ..) { region }.
//
//===----------------------------------------------------------------------===//
#include "Tile/IR/TileOps.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

YieldOp MapOp::getYield() { return cast<YieldOp>(getBlock().getTerminator()); }
YieldOp MatmulOp::getYield() {
  return cast<YieldOp>(getBlock().getTerminator());
}
YieldOp DotOp::getYield() { return cast<YieldOp>(getBlock().getTerminator()); }

/// The scalar lane type of a cluster's argument that reads `value`.
static lane::TensorType scalarOf(Value value) {
  MLIRContext *context = value.getContext();
  if (value.getType().isIndex())
    return lane::tensorOf({}, IntegerType::get(context, 32), /*inv=*/true);
  BufType type = bufOf(value);
  return lane::tensorOf({}, type.getElementType(), type.isInvariant());
}

//===-- syntax ------------------------------------------------------------===//

static ParseResult parseIns(OpAsmParser &parser, OperationState &result,
                            SmallVectorImpl<OpAsmParser::Argument> &arguments,
                            int32_t &count) {
  auto one = [&]() -> ParseResult {
    OpAsmParser::Argument argument;
    OpAsmParser::UnresolvedOperand operand;
    Type type;
    if (parser.parseArgument(argument) || parser.parseEqual() ||
        parser.parseOperand(operand) || parser.parseColonType(type) ||
        parser.resolveOperand(operand, type, result.operands))
      return failure();
    ++count;
    Builder &b = parser.getBuilder();
    if (auto buf = dyn_cast<BufType>(type))
      argument.type =
          lane::tensorOf({}, buf.getElementType(), buf.isInvariant());
    else
      argument.type = lane::tensorOf({}, b.getI32Type(), true);
    arguments.push_back(argument);
    return success();
  };
  return parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, one);
}

static ParseResult parseOuts(OpAsmParser &parser, OperationState &result,
                             SmallVectorImpl<int32_t> &puts) {
  auto one = [&]() -> ParseResult {
    StringRef word;
    OpAsmParser::UnresolvedOperand operand;
    Type type;
    SMLoc at = parser.getCurrentLocation();
    if (parser.parseKeyword(&word))
      return failure();
    std::optional<Put> put = symbolizePut(word);
    if (!put)
      return parser.emitError(at, "unknown destination '") << word << "'";
    puts.push_back(static_cast<int32_t>(*put));
    return failure(parser.parseOperand(operand) ||
                   parser.parseColonType(type) ||
                   parser.resolveOperand(operand, type, result.operands));
  };
  return parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, one);
}

/// `ins -> outs attr-dict region`; `lead` are the arguments before the ins.
static ParseResult parseCluster(OpAsmParser &parser, OperationState &result,
                                SmallVector<OpAsmParser::Argument> lead,
                                SmallVector<int32_t> segments) {
  SmallVector<int32_t> puts;
  int32_t ins = 0;
  if (parseIns(parser, result, lead, ins) || parser.parseArrow() ||
      parseOuts(parser, result, puts) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*result.addRegion(), lead))
    return failure();
  segments.push_back(ins);
  segments.push_back(puts.size());
  Builder &b = parser.getBuilder();
  result.addAttribute("puts", b.getDenseI32ArrayAttr(puts));
  result.addAttribute("operandSegmentSizes", b.getDenseI32ArrayAttr(segments));
  return success();
}

template <typename OpTy>
static void printCluster(OpAsmPrinter &p, OpTy op, unsigned lead,
                         ArrayRef<StringRef> elided) {
  p << " (";
  for (unsigned k = 0; k < op.getIns().size(); ++k) {
    Value in = op.getIns()[k];
    p << (k ? ", " : "");
    p.printRegionArgument(op.getBlock().getArgument(lead + k), {}, true);
    p << " = " << in << " : " << in.getType();
  }
  p << ") -> (";
  for (unsigned k = 0; k < op.getOuts().size(); ++k) {
    Value out = op.getOuts()[k];
    p << (k ? ", " : "") << stringifyPut(op.getPut(k)) << " " << out << " : "
      << out.getType();
  }
  p << ")";
  SmallVector<StringRef> hidden(elided);
  hidden.append({"puts", "operandSegmentSizes"});
  p.printOptionalAttrDictWithKeyword(op->getAttrs(), hidden);
  p << " ";
  p.printRegion(op.getBody(), /*printEntryBlockArgs=*/false);
}

// tile.map [8, 64] reduced 1 ins -> outs region
ParseResult MapOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<int64_t> dims;
  int64_t reduced = 0;
  auto one = [&] { return parser.parseInteger(dims.emplace_back()); };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square, one))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("reduced")) &&
      parser.parseInteger(reduced))
    return failure();
  Builder &b = parser.getBuilder();
  result.addAttribute("dims", b.getDenseI64ArrayAttr(dims));
  result.addAttribute("reduced", b.getI64IntegerAttr(reduced));
  return parseCluster(parser, result, {}, {});
}

void MapOp::print(OpAsmPrinter &p) {
  p << " [";
  llvm::interleaveComma(getDims(), p);
  p << "]";
  if (getReduced())
    p << " reduced " << getReduced();
  printCluster(p, *this, 0, {"dims", "reduced"});
}

/// A bound on what one run of a support may say, far above any matrix.
constexpr int32_t mostRows = 1 << 24;

ParseResult rill::tile::parseColumns(OpAsmParser &parser,
                                     DenseI32ArrayAttr &attribute) {
  SmallVector<int32_t> columns;
  auto run = [&]() -> ParseResult {
    int32_t from, to, times = 1;
    if (parser.parseInteger(from) || parser.parseColon() ||
        parser.parseInteger(to))
      return failure();
    SMLoc at = parser.getCurrentLocation();
    if (succeeded(parser.parseOptionalStar()) && parser.parseInteger(times))
      return failure();
    if (times < 1 || times > mostRows)
      return parser.emitError(at, "a run of so many rows");
    for (int32_t k = 0; k < times; ++k)
      columns.append({from, to});
    return success();
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square, run))
    return failure();
  attribute = parser.getBuilder().getDenseI32ArrayAttr(columns);
  return success();
}

void rill::tile::printColumns(OpAsmPrinter &p, Operation *,
                              DenseI32ArrayAttr attribute) {
  ArrayRef<int32_t> columns = attribute;
  p << "[";
  for (ArrayRef<int32_t> rest = columns; !rest.empty();) {
    size_t run = 1;
    while (2 * run < rest.size() &&
           rest.slice(2 * run, 2) == rest.take_front(2))
      ++run;
    p << (rest.size() < columns.size() ? ", " : "") << rest[0] << ":"
      << rest[1];
    if (run > 1)
      p << " * " << run;
    rest = rest.drop_front(2 * run);
  }
  p << "]";
}

LogicalResult rill::tile::verifyColumns(ArrayRef<int32_t> columns,
                                        int64_t width) {
  for (size_t k = 0; k < columns.size(); k += 2)
    if (int32_t from = columns[k], to = columns[k + 1];
        from < 0 || to < from || to > width)
      return failure();
  return success();
}

/// `within support (at %step)?`, into the attributes and operands.
static ParseResult parseSupport(OpAsmParser &parser, OperationState &result,
                                int32_t &steps) {
  if (parser.parseOptionalKeyword("within"))
    return success();
  DenseI32ArrayAttr support;
  if (parseColumns(parser, support))
    return failure();
  result.addAttribute("support", support);
  if (parser.parseOptionalKeyword("at"))
    return success();
  steps = 1;
  OpAsmParser::UnresolvedOperand step;
  return failure(parser.parseOperand(step) ||
                 parser.resolveOperand(step, parser.getBuilder().getIndexType(),
                                       result.operands));
}

/// `%acc = %x, %y : X, Y support? ins -> outs region`
static ParseResult parseProduct(OpAsmParser &parser, OperationState &result,
                                bool supported) {
  OpAsmParser::Argument accumulator;
  OpAsmParser::UnresolvedOperand x, y;
  Type xType, yType;
  if (parser.parseArgument(accumulator) || parser.parseEqual() ||
      parser.parseOperand(x) || parser.parseComma() || parser.parseOperand(y) ||
      parser.parseColonType(xType) || parser.parseComma() ||
      parser.parseType(yType) ||
      parser.resolveOperand(x, xType, result.operands) ||
      parser.resolveOperand(y, yType, result.operands))
    return failure();
  auto xBuf = dyn_cast<BufType>(xType), yBuf = dyn_cast<BufType>(yType);
  if (!xBuf || !yBuf)
    return parser.emitError(parser.getNameLoc(), "factors must be buffers");
  accumulator.type = lane::tensorOf({}, yBuf.getElementType(),
                                    xBuf.isInvariant() && yBuf.isInvariant());
  SmallVector<int32_t> segments{1, 1};
  if (supported && parseSupport(parser, result, segments.emplace_back(0)))
    return failure();
  return parseCluster(parser, result, {accumulator}, segments);
}

template <typename OpTy>
static void printProduct(OpAsmPrinter &p, OpTy op, Value x, Value y) {
  p << " ";
  p.printRegionArgument(op.getBlock().getArgument(0), {}, true);
  p << " = " << x << ", " << y << " : " << x.getType() << ", " << y.getType();
}

ParseResult MatmulOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseProduct(parser, result, /*supported=*/true);
}
void MatmulOp::print(OpAsmPrinter &p) {
  printProduct(p, *this, getWeights(), getX());
  if (getSupport()) {
    p << " within ";
    printColumns(p, *this, getSupportAttr());
  }
  if (getStep())
    p << " at " << getStep();
  printCluster(p, *this, 1, {"support"});
}
ParseResult DotOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseProduct(parser, result, /*supported=*/false);
}
void DotOp::print(OpAsmPrinter &p) {
  printProduct(p, *this, getX(), getY());
  printCluster(p, *this, 1, {});
}

//===-- verifiers ---------------------------------------------------------===//

// Constraint 2 of map.
template <typename OpTy> static LogicalResult verifyRegion(OpTy op) {
  for (Operation &inner : op.getBlock().without_terminator()) {
    if (!inner.hasTrait<lane::Elementwise>() &&
        !isa<lane::ConstOp, lane::BatchSizeOp, lane::VaryOp>(inner))
      return op.emitOpError("constraint 2: '")
             << inner.getName() << "' is not elementwise";
    for (Value result : inner.getResults())
      if (lane::typeOf(result).getRank() != 0)
        return op.emitOpError("constraint 2: the region computes on scalars");
  }
  return success();
}

// Constraint 4 of map, for the ins from argument `lead` on.
template <typename OpTy>
static LogicalResult verifyTypes(OpTy op, unsigned lead) {
  Block &block = op.getBlock();
  if (block.getNumArguments() != lead + op.getIns().size())
    return op.emitOpError("constraint 4: one argument per in");
  for (auto [k, in] : llvm::enumerate(op.getIns()))
    if (block.getArgument(lead + k).getType() != scalarOf(in))
      return op.emitOpError("constraint 4: argument ")
             << lead + k << " is not " << scalarOf(in);
  ValueRange yielded = op.getYield().getValues();
  if (yielded.size() != op.getOuts().size() ||
      op.getPuts().size() != op.getOuts().size())
    return op.emitOpError("constraint 4: one value and one put per out");
  for (auto [value, out] : llvm::zip(yielded, op.getOuts())) {
    auto type = dyn_cast<lane::TensorType>(value.getType());
    if (!type || type.getRank() ||
        type.getElementType() != bufOf(out).getElementType())
      return op.emitOpError("constraint 4: yielded value and buffer differ");
  }
  return success();
}

// Constraint 3 of map. An invariant cluster touches no rows at all.
template <typename OpTy>
static LogicalResult verifyLayouts(OpTy op, bool invariant) {
  for (auto [k, out] : llvm::enumerate(op.getOuts())) {
    Layout want = isBatch(op.getPut(k)) ? Layout::lanes
                  : invariant           ? Layout::mem
                                        : Layout::rows;
    if (bufOf(out).getLayout() != want)
      return op.emitOpError("constraint 3: out ")
             << k << " must be " << stringifyLayout(want);
  }
  return success();
}

/// True if rows are read or written: the cluster runs per tile.
static bool touchesRows(ValueRange values) {
  return llvm::any_of(values, [](Value value) {
    auto type = dyn_cast<BufType>(value.getType());
    return type && type.getLayout() != Layout::mem;
  });
}

// Every in, and every out that is not reduced, has shape `dims`.
template <typename OpTy>
static LogicalResult verifyShapes(OpTy op, ArrayRef<int64_t> dims,
                                  int64_t reduced) {
  for (Value in : op.getIns())
    if (auto type = dyn_cast<BufType>(in.getType());
        type && type.getShape() != dims)
      return op.emitOpError("constraint 1: in of shape other than the box");
  for (auto [k, out] : llvm::enumerate(op.getOuts())) {
    bool reduces = isReduction(op.getPut(k));
    if (reduces && reduced < 1)
      return op.emitOpError("constraint 1: a reduction needs reduced axes");
    ArrayRef<int64_t> want = reduces ? dims.drop_back(reduced) : dims;
    if (bufOf(out).getShape() != want)
      return op.emitOpError("constraint 1: out ") << k << " of wrong shape";
  }
  return success();
}

LogicalResult MapOp::verify() {
  int64_t reduced = getReduced();
  if (reduced < 0 || reduced > int64_t(getDims().size()))
    return emitOpError("constraint 1: more axes reduced than there are");
  if (failed(verifyShapes(*this, getDims(), reduced)) ||
      failed(verifyRegion(*this)) ||
      failed(verifyLayouts(*this, !touchesRows(getOperands()))))
    return failure();
  return verifyTypes(*this, 0);
}

template <typename OpTy>
static LogicalResult verifyProduct(OpTy op, ArrayRef<int64_t> points,
                                   bool invariant) {
  for (unsigned k = 0; k < op.getOuts().size(); ++k)
    if (isReduction(op.getPut(k)))
      return op.emitOpError("constraint 2: no reductions over the points");
  if (failed(verifyShapes(op, points, 0)) || failed(verifyRegion(op)) ||
      failed(verifyLayouts(op, invariant)))
    return failure();
  return verifyTypes(op, 1);
}

LogicalResult MatmulOp::verify() {
  ArrayRef<int64_t> w = bufOf(getWeights()).getShape();
  ArrayRef<int64_t> x = bufOf(getX()).getShape();
  if (w.size() != 3 || x.size() != 3 || w[0] != x[0] || w[2] != x[2])
    return emitOpError("constraint 1: weights [B, M, K], x [B, N, K]");
  if (auto support = getSupport()) {
    size_t rows = 2 * w[1];
    if (getStep() ? support->size() % rows != 0 || support->empty()
                  : support->size() != rows)
      return emitOpError("constraint 3: two columns for each row, and for each "
                         "step");
    if (failed(verifyColumns(*support, w[2])))
      return emitOpError("constraint 3: columns are 0 <= from <= to <= K");
  } else if (getStep()) {
    return emitOpError("constraint 3: a step without a support");
  }
  return verifyProduct(*this, {w[0], x[1], w[1]}, false);
}

LogicalResult DotOp::verify() {
  ArrayRef<int64_t> x = bufOf(getX()).getShape();
  ArrayRef<int64_t> y = bufOf(getY()).getShape();
  if (x.size() != 3 || y.size() != 3 || x[0] != y[0] || x[2] != y[2])
    return emitOpError("constraint 1: x [B, M, K], y [B, N, K]");
  return verifyProduct(*this, {x[0], x[1], y[1]}, !touchesRows(getOperands()));
}
