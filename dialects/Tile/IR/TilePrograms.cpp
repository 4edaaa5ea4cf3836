//===- TilePrograms.cpp - Programs, phases, loops and buffers -------------===//
//
// Syntax and verifiers of the operations of TileProgramOps.td.
//
//===----------------------------------------------------------------------===//
#include "Tile/IR/TileOps.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

//===-- loops -------------------------------------------------------------===//

// tile.loop %l = 8 reverse { .. }
template <typename OpTy>
static ParseResult parseCounted(OpAsmParser &parser, OperationState &result) {
  OpAsmParser::Argument step;
  int64_t count = 0;
  Builder &b = parser.getBuilder();
  step.type = b.getIndexType();
  if (parser.parseArgument(step) || parser.parseEqual() ||
      parser.parseInteger(count))
    return failure();
  result.addAttribute("count", b.getI64IntegerAttr(count));
  if (succeeded(parser.parseOptionalKeyword("reverse")))
    result.addAttribute("reverse", b.getUnitAttr());
  return failure(parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
                 parser.parseRegion(*result.addRegion(), step));
}

template <typename OpTy> static void printCounted(OpAsmPrinter &p, OpTy op) {
  p << " ";
  p.printRegionArgument(op.getStep(), {}, /*omitType=*/true);
  p << " = " << op.getCount() << (op.getReverse() ? " reverse" : "");
  p.printOptionalAttrDictWithKeyword(op->getAttrs(), {"count", "reverse"});
  p << " ";
  p.printRegion(op.getBody(), /*printEntryBlockArgs=*/false);
}

ParseResult LoopOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseCounted<LoopOp>(parser, result);
}
void LoopOp::print(OpAsmPrinter &p) { printCounted(p, *this); }
ParseResult RepeatOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseCounted<RepeatOp>(parser, result);
}
void RepeatOp::print(OpAsmPrinter &p) { printCounted(p, *this); }

//===-- reduce ------------------------------------------------------------===//

// tile.reduce (batch_sum %s : S -> %t : T, ..)
ParseResult ReduceOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<int32_t> kinds;
  SmallVector<OpAsmParser::UnresolvedOperand> sinks, targets;
  SmallVector<Type> sinkTypes, targetTypes;
  auto one = [&]() -> ParseResult {
    StringRef word;
    SMLoc at = parser.getCurrentLocation();
    if (parser.parseKeyword(&word))
      return failure();
    std::optional<Put> put = symbolizePut(word);
    if (!put)
      return parser.emitError(at, "unknown reduction '") << word << "'";
    kinds.push_back(static_cast<int32_t>(*put));
    return failure(parser.parseOperand(sinks.emplace_back()) ||
                   parser.parseColonType(sinkTypes.emplace_back()) ||
                   parser.parseArrow() ||
                   parser.parseOperand(targets.emplace_back()) ||
                   parser.parseColonType(targetTypes.emplace_back()));
  };
  SMLoc at = parser.getCurrentLocation();
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, one) ||
      parser.parseOptionalAttrDict(result.attributes) ||
      parser.resolveOperands(sinks, sinkTypes, at, result.operands) ||
      parser.resolveOperands(targets, targetTypes, at, result.operands))
    return failure();
  Builder &b = parser.getBuilder();
  int32_t n = kinds.size();
  result.addAttribute("kinds", b.getDenseI32ArrayAttr(kinds));
  result.addAttribute("operandSegmentSizes", b.getDenseI32ArrayAttr({n, n}));
  return success();
}

void ReduceOp::print(OpAsmPrinter &p) {
  p << " (";
  for (unsigned k = 0; k < getSinks().size(); ++k) {
    Value sink = getSinks()[k], target = getTargets()[k];
    p << (k ? ", " : "") << stringifyPut(getKind(k)) << " " << sink << " : "
      << sink.getType() << " -> " << target << " : " << target.getType();
  }
  p << ")";
  p.printOptionalAttrDict((*this)->getAttrs(),
                          {"kinds", "operandSegmentSizes"});
}

LogicalResult ReduceOp::verify() {
  if (getSinks().size() != getTargets().size() ||
      getKinds().size() != getSinks().size())
    return emitOpError("constraint 1: one kind and one target per sink");
  for (auto [k, sink, target] : llvm::enumerate(getSinks(), getTargets())) {
    BufType from = bufOf(sink), to = bufOf(target);
    if (!isBatch(getKind(k)))
      return emitOpError("constraint 1: kinds are batch_sum, batch_max, "
                         "batch_min");
    if (from.getShape() != to.getShape() ||
        from.getElementType() != to.getElementType())
      return emitOpError("constraint 1: a target has its sink's shape and "
                         "element");
  }
  return success();
}

//===-- nesting -----------------------------------------------------------===//

static bool isStep(Operation &op) {
  return isa<LoadOp, StoreOp, CopyOp, ScatterAddOp, PackOp, TransposeOp, MapOp,
             MatmulOp, DotOp, OuterOp, LookupOp, LookupAddOp, TakeOp, CumsumOp,
             TriSolveOp, DrawOp>(op);
}

static bool isPhase(Operation &op) {
  return isa<OnceOp, TilesOp, ReduceOp, RepeatOp>(op);
}

/// True for what handles all tiles of a chunk at once.
static bool isForChunk(Operation &op) {
  return isa<OuterOp, PositionsOp, CompactOp, RestoreOp>(op);
}

/// True if `op` uses memory that belongs to a tile or a group.
static bool isPerTile(Operation &op) {
  return llvm::any_of(op.getOperands(), [](Value value) {
    auto type = dyn_cast<BufType>(value.getType());
    return type && type.getLayout() != Layout::mem &&
           type.getLayout() != Layout::packed;
  });
}

static LogicalResult verifyHolds(Operation *parent, Block &block,
                                 function_ref<bool(Operation &)> allowed,
                                 StringRef constraint) {
  for (Operation &op : block)
    if (!allowed(op))
      return parent->emitOpError(constraint)
             << ": may not hold '" << op.getName() << "'";
  return success();
}

LogicalResult OnceOp::verify() {
  auto allowed = [](Operation &op) {
    return isa<LoopOp, ViewOp>(op) || (isStep(op) && !isPerTile(op));
  };
  return verifyHolds(*this, getBlock(), allowed, "constraint 1");
}

LogicalResult TilesOp::verify() {
  if (int64_t(getGroups()) < 1 || int64_t(getMinTiles()) < 1 ||
      int64_t(getChunk()) < 1)
    return emitOpError("constraint 2: chunk, groups and min must be positive");
  auto allowed = [](Operation &op) {
    return isa<LoopOp, ViewOp, EachOp>(op) || isForChunk(op);
  };
  return verifyHolds(*this, getBlock(), allowed, "constraint 1");
}

LogicalResult EachOp::verify() {
  auto allowed = [](Operation &op) {
    return isa<LoopOp, WhereOp, ViewOp>(op) || isStep(op);
  };
  return verifyHolds(*this, getBlock(), allowed, "constraint 1");
}

LogicalResult WhereOp::verify() {
  BufType live = bufOf(getLive());
  if (live.getRank() != 0 || !live.getElementType().isInteger(1))
    return emitOpError("constraint 2: 'live' is no scalar of i1");
  auto allowed = [](Operation &op) {
    return isa<LoopOp, WhereOp, ViewOp>(op) || isStep(op);
  };
  return verifyHolds(*this, getBlock(), allowed, "constraint 1");
}

static bool isScalar(Value buffer, unsigned width) {
  BufType type = bufOf(buffer);
  return type.getRank() == 0 && type.getElementType().isInteger(width);
}

/// Constraints of operations that move samples between lanes.
static LogicalResult verifyLanes(Operation *op, Value order,
                                 ValueRange values) {
  if (!isScalar(order, 32))
    return op->emitOpError("constraint 1: 'order' is no scalar of i32");
  llvm::SmallDenseSet<Value> seen;
  for (Value value : values)
    if (!value.getDefiningOp<BufferOp>() || !seen.insert(value).second)
      return op->emitOpError("constraint 2: values are buffers, each once");
  return success();
}

LogicalResult PositionsOp::verify() {
  return verifyLanes(*this, getOrder(), {});
}

LogicalResult CompactOp::verify() {
  if (!isScalar(getLive(), 1))
    return emitOpError("constraint 1: 'live' is no scalar of i1");
  Value live = getLive();
  while (auto view = live.getDefiningOp<ViewOp>())
    live = view.getSource();
  if (!llvm::is_contained(getValues(), live) ||
      llvm::is_contained(getValues(), getOrder()))
    return emitOpError("constraint 3: the values have the buffer of 'live' and "
                       "not that of 'order'");
  return verifyLanes(*this, getOrder(), getValues());
}

LogicalResult RestoreOp::verify() {
  return verifyLanes(*this, getOrder(), getValues());
}

LogicalResult LoopOp::verify() {
  if (int64_t(getCount()) < 1)
    return emitOpError("constraint 1: count must be positive");
  // A loop holds what the nearest phase or `each` around it may hold.
  Operation *around = (*this)->getParentOp();
  while (isa_and_nonnull<LoopOp, WhereOp>(around))
    around = around->getParentOp();
  auto allowed = [&](Operation &op) {
    if (isa<LoopOp, ViewOp>(op))
      return true;
    if (isa_and_nonnull<TilesOp>(around))
      return isa<EachOp>(op) || isForChunk(op);
    if (isa<WhereOp>(op))
      return isa_and_nonnull<EachOp>(around);
    return isStep(op) && (!isa_and_nonnull<OnceOp>(around) || !isPerTile(op));
  };
  return verifyHolds(*this, getBlock(), allowed, "a loop of this phase");
}

LogicalResult RepeatOp::verify() {
  if (int64_t(getCount()) < 1)
    return emitOpError("constraint 2: count must be positive");
  auto allowed = [](Operation &op) { return isPhase(op) || isa<ViewOp>(op); };
  return verifyHolds(*this, getBlock(), allowed, "constraint 1");
}

//===-- programs and buffers ----------------------------------------------===//

int64_t ProgramOp::getMaxGroups() {
  int64_t most = 1;
  walk([&](TilesOp tiles) {
    most = std::max<int64_t>(most, tiles.getGroups());
  });
  return most;
}

/// Size of an element in memory in bytes; i1 takes one.
static int64_t bytesOf(Type element) {
  return element.isInteger(1) ? 1 : element.getIntOrFloatBitWidth() / 8;
}

int64_t rill::tile::extentOf(BufType type, Space space, int64_t lanes) {
  int64_t n = type.getFootprint(lanes);
  switch (space) {
  case Space::local:
  case Space::chunk:
  case Space::stored:
    return type.getLayout() == Layout::cols ? (n + lanes - 1) / lanes : n;
  default:
    if (type.getLayout() == Layout::lanes)
      n *= virtualLanes;
    return n * bytesOf(type.getElementType());
  }
}

LogicalResult ProgramOp::verify() {
  if (getLanes() < virtualLanes || getLanes() % virtualLanes)
    return emitOpError("constraint 1: lanes must be a multiple of 16");
  for (Operation &op : getBlock()) {
    if (!isa<BufferOp, ConstantOp, ViewOp>(op) && !isPhase(op))
      return emitOpError("constraint 2: may not hold '") << op.getName() << "'";
    auto buffer = dyn_cast<BufferOp>(op);
    if (!buffer)
      continue;
    BufType type = bufOf(buffer.getResult());
    int64_t at = buffer.getAt();
    auto within = [&](int64_t size) {
      return at >= 0 &&
             at + extentOf(type, buffer.getSpace(), getLanes()) <= size;
    };
    auto is = [&](ArrayAttr types) {
      return at >= 0 && at < int64_t(types.size()) &&
             cast<TypeAttr>(types[at]).getValue() == type;
    };
    bool good = true;
    switch (buffer.getSpace()) {
    case Space::arg:
      good = is(getArgs());
      break;
    case Space::result:
      good = is(getResults());
      break;
    case Space::prepared:
      good = within(getPrepared());
      break;
    case Space::scratch:
      good = within(getScratch());
      break;
    case Space::sink:
      good = within(getSink());
      break;
    case Space::local:
      good = within(getLocal());
      break;
    case Space::chunk:
      good = within(getChunkRows());
      break;
    case Space::stored:
      good = within(getStored());
      break;
    }
    if (!good)
      return buffer.emitOpError("constraint 3 of the program: lies outside ")
             << stringifySpace(buffer.getSpace());
  }
  return success();
}

static bool allows(Space space, Layout layout) {
  switch (space) {
  case Space::arg:
  case Space::result:
    return layout == Layout::ext || layout == Layout::mem;
  case Space::prepared:
  case Space::scratch:
    return layout == Layout::mem || layout == Layout::packed;
  case Space::sink:
    return layout == Layout::mem || layout == Layout::lanes ||
           layout == Layout::blocks;
  case Space::local:
  case Space::chunk:
    return layout == Layout::rows || layout == Layout::cols;
  case Space::stored:
    return layout == Layout::rows;
  }
  llvm_unreachable("every space is handled");
}

LogicalResult BufferOp::verify() {
  BufType type = bufOf(getResult());
  if (!allows(getSpace(), type.getLayout()))
    return emitOpError("constraint 1: ")
           << stringifySpace(getSpace()) << " holds no "
           << stringifyLayout(type.getLayout());
  if (!type.isDense())
    return emitOpError("constraint 2: a buffer is dense");
  bool bytes = getSpace() == Space::prepared || getSpace() == Space::scratch ||
               getSpace() == Space::sink;
  if (bytes && getAt() % 64)
    return emitOpError("'at' must be a multiple of 64 bytes");
  return success();
}

LogicalResult ConstantOp::verify() {
  BufType type = bufOf(getResult());
  auto value = getValue().getShapedType();
  Type element = type.getElementType();
  Type want =
      isa<FloatType>(element) ? Type(Float64Type::get(getContext())) : element;
  if (!type.isDense() || type.getShape() != value.getShape() ||
      value.getElementType() != want)
    return emitOpError("constraint 1: dense mem of the value's shape");
  return success();
}

LogicalResult ViewOp::verify() {
  BufType from = bufOf(getSource()), to = bufOf(getResult());
  if (from.getLayout() != to.getLayout() ||
      from.getElementType() != to.getElementType())
    return emitOpError("constraint 1: layout and element are kept");
  if (getScales().size() != getIndices().size())
    return emitOpError("constraint 2: one scale per index");
  int64_t unit = from.getUnitRank();
  if (from.getShape().take_back(unit) != to.getShape().take_back(unit))
    return emitOpError("constraint 3: the unit's axes are kept");
  return success();
}

OpFoldResult ViewOp::fold(FoldAdaptor) {
  if (getOffset() == 0 && getIndices().empty() &&
      getSource().getType() == getType())
    return getSource();
  return {};
}

#define GET_OP_CLASSES
#include "Tile/IR/TileOps.cpp.inc"
