//===- LaneToTile.cpp - Entry functions to tile programs ------------------===//
//
// The pass: rewrites within lane, then one Lowering per entry function. Here
// are also the program's arguments and results.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Lowering.h"

#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"

namespace rill::tile {
#define GEN_PASS_DEF_LANETOTILE
#define GEN_PASS_DEF_LANESPLITRATES
#include "Tile/Transforms/TilePasses.h.inc"
} // namespace rill::tile

using namespace mlir;
using namespace rill;
using namespace rill::tile;

//===-- arguments and results ---------------------------------------------===//

Lowering::Lowering(func::FuncOp function, const LaneToTileOptions &options)
    : function(function), options(options), b(function),
      loc(function.getLoc()) {}

void Lowering::internalError(Operation *op, StringRef why) {
  if (!failed)
    op->emitError("internal error: lane-to-tile: ")
        << why << ": '" << op->getName() << "'";
  failed = true;
}

static BufType callerType(Type type) {
  auto tensor = cast<lane::TensorType>(type);
  return BufType::get(tensor.getInv() ? Layout::mem : Layout::ext,
                      tensor.getShape(), tensor.getElementType());
}

/// The program's float: f64 if any value of the function is.
static Type floatOf(func::FuncOp function) {
  Type found = Float32Type::get(function.getContext());
  function.walk([&](Operation *op) {
    for (ValueRange values :
         {ValueRange(op->getOperands()), ValueRange(op->getResults())})
      for (Value value : values)
        if (auto type = dyn_cast<lane::TensorType>(value.getType());
            type && type.getElementType().isF64())
          found = type.getElementType();
  });
  return found;
}

static bool isParameter(func::FuncOp function, unsigned k) {
  auto role = function.getArgAttrOfType<StringAttr>(k, "rill.arg");
  return role && role.getValue().starts_with("param:");
}

void Lowering::declare() {
  element = floatOf(function);
  SmallVector<Attribute> arguments, outs;
  for (Type type : function.getArgumentTypes())
    arguments.push_back(TypeAttr::get(callerType(type)));
  for (Type type : function.getResultTypes())
    outs.push_back(TypeAttr::get(callerType(type)));
  int64_t lanes = options.lanes ? options.lanes : element.isF64() ? 32 : 64;
  program = ProgramOp::create(
      b, loc, function.getSymName(), element, b.getArrayAttr(arguments),
      b.getArrayAttr(outs), lanes, /*chunk=*/1, /*prepared=*/0, /*scratch=*/0,
      /*sink=*/0, /*local=*/0, /*chunk_rows=*/0, /*stored=*/0);
  b.setInsertionPointToEnd(&program.getBody().emplaceBlock());
  for (auto [k, type] : llvm::enumerate(function.getResultTypes()))
    results.push_back(
        BufferOp::create(b, loc, callerType(type), Space::result, int64_t(k)));
  for (BlockArgument argument : function.getArguments()) {
    unsigned k = argument.getArgNumber();
    BufType type = callerType(argument.getType());
    Value buffer = BufferOp::create(b, loc, type, Space::arg, int64_t(k));
    View view = View::ofBuffer(buffer);
    if (!view.isMem()) {
      // The caller's array as if it were rows; `resolve` loads it.
      SmallVector<int64_t> dense = denseStrides(Layout::rows, type.getShape());
      view.strides.assign(dense.begin(), dense.end());
    }
    views[argument] = view;
    if (isParameter(function, k)) {
      preparedValues.insert(argument);
      preparedValues.insert(buffer);
    }
  }
  for (bool prepared : {true, false}) {
    auto once = OnceOp::create(b, loc, prepared);
    once.getBody().emplaceBlock();
    firstOnces[prepared] = once;
  }
}

// An invariant result is written where it is computed, if that is an operation
// that runs at every call.
void Lowering::planResults(Operation *terminator) {
  for (auto [value, buffer] : llvm::zip(terminator->getOperands(), results)) {
    Operation *op = value.getDefiningOp();
    if (lane::isInvariant(value) && op && !isFree(op) &&
        !destinations.count(value))
      destinations[value] = View::ofBuffer(buffer);
  }
}

void Lowering::storeInvariants(Operation *terminator) {
  inOnce([&] {
    for (auto [value, buffer] : llvm::zip(terminator->getOperands(), results))
      if (lane::isInvariant(value))
        emitCopy(viewOf(value), View::ofBuffer(buffer));
  });
}

LogicalResult Lowering::run() {
  Block &body = function.getBody().front();
  declare();
  phaseBlock = &body;
  planResults(body.getTerminator());
  lowerPhases(body);
  if (!failed)
    storeInvariants(body.getTerminator());
  if (failed) {
    program.erase();
    return failure();
  }
  for (Operation *once : firstOnces)
    if (cast<OnceOp>(once).getBlock().empty())
      once->erase();
  allocate(program, scopes);
  // Buffers are equal only now that they have places.
  IRRewriter rewriter(b.getContext());
  DominanceInfo dominance(program);
  eliminateCommonSubExpressions(rewriter, dominance, program);
  return success();
}

//===-- passes ------------------------------------------------------------===//

namespace {

struct LaneSplitRates : tile::impl::LaneSplitRatesBase<LaneSplitRates> {
  void runOnOperation() override { splitRates(getOperation()); }
};

struct LaneToTile : tile::impl::LaneToTileBase<LaneToTile> {
  using Base::Base;

  /// Folds, and drops what nothing reads.
  LogicalResult clean() {
    OpPassManager cleaning(ModuleOp::getOperationName());
    cleaning.addPass(createCanonicalizerPass());
    cleaning.addPass(createCSEPass());
    return runPipeline(cleaning, getOperation());
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    LaneToTileOptions chosen{lanes, chunk, cache};
    legalize(module);
    chooseStacked(module);
    splitRates(module);
    if (failed(clean()))
      return signalPassFailure();
    SmallVector<func::FuncOp> entries;
    for (auto function : module.getOps<func::FuncOp>())
      if (function->hasAttr("rill.entry"))
        entries.push_back(function);
    for (func::FuncOp function : entries) {
      if (failed(Lowering(function, chosen).run()))
        return signalPassFailure();
      function.erase();
    }
  }
};

} // namespace

void rill::tile::populateTilePipeline(OpPassManager &manager,
                                      const LaneToTileOptions &options) {
  manager.addPass(createLaneToTile(options));
}
