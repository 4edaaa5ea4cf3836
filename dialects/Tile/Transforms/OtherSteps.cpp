//===- OtherSteps.cpp - Assemblies, tables and the like -------------------===//
//
// Values put together from parts, and operations that have a step of their own.
// Part of class Lowering.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Lowering.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

//===-- assemblies --------------------------------------------------------===//

static View pieceView(const View &whole, const Piece &piece) {
  return whole.slice(piece.offsets, lane::typeOf(piece.value).getShape(),
                     piece.steps);
}

// A part that a step of this block produces is produced in place.
void Lowering::planPlaces(ArrayRef<Step> steps) {
  DenseSet<Operation *> producers;
  for (const Step &step : steps) {
    if (step.anchor)
      producers.insert(step.anchor);
    producers.insert(step.members.begin(), step.members.end());
  }
  for (const Step &step : steps) {
    if (step.kind != Step::assembly)
      continue;
    Value whole = step.anchor->getResult(0);
    if (!step.covers)
      zeroFilled.insert(whole);
    for (const Piece &piece : step.pieces) {
      Value part = piece.value;
      if (!part.getDefiningOp() || !producers.contains(part.getDefiningOp()) ||
          insides.count(part) || destinations.count(part) ||
          lane::isInvariant(part) != lane::isInvariant(whole))
        continue;
      insides[part] = {whole,
                       [piece](View view) { return pieceView(view, piece); }};
    }
  }
}

void Lowering::emitAssembly(Step &step) {
  View whole = place(step.anchor->getResult(0));
  for (const Piece &piece : step.pieces)
    emitCopy(viewOf(piece.value), pieceView(whole, piece));
}

//===-- operations of their own -------------------------------------------===//

/// A splat as invariant memory of the object.
static View constantOf(OpBuilder &b, Location loc, ProgramOp program,
                       const View &view) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&program.getBlock());
  bool real = isa<FloatType>(view.element);
  Type type = real ? Type(b.getF64Type()) : view.element;
  auto shaped = RankedTensorType::get(view.shape, type);
  Attribute number = real ? Attribute(b.getF64FloatAttr(*view.splat))
                          : Attribute(b.getIntegerAttr(type, *view.splat));
  return View::ofBuffer(ConstantOp::create(
      b, loc, BufType::get(Layout::mem, view.shape, view.element),
      DenseElementsAttr::get(shaped, number)));
}

View Lowering::rowsOf(View view) {
  view = resolve(view);
  if (view.isRows())
    return view;
  View rows = newView(/*varying=*/true, view.shape, view.element);
  emitCopy(view, rows);
  return rows;
}

static View withLast(View view, int64_t dim) {
  SmallVector<int64_t> perm;
  for (int64_t axis = 0; axis < view.rank(); ++axis)
    if (axis != dim)
      perm.push_back(axis);
  perm.push_back(dim);
  return view.permute(perm);
}

void Lowering::emitLookup(lane::LookupOp op) {
  View table = viewOf(op.getTable());
  if (table.splat)
    table = constantOf(b, loc, program, table);
  Value index = materialize(viewOf(op.getIndex()));
  LookupOp::create(b, loc, materialize(table), index,
                   materialize(place(op.getResult())));
}

void Lowering::emitLookupAdd(lane::LookupAddOp op) {
  Value index = materialize(viewOf(op.getIndex()));
  Value update = materialize(viewOf(op.getUpdate()));
  Value result = op.getResult();
  Value target;
  if (reducesBatch(op)) {
    SmallVector<SmallVector<int64_t>> axes;
    for (int64_t axis = 0; axis < lane::typeOf(result).getRank(); ++axis)
      axes.push_back({axis});
    target = materialize(sinkFor(result, Layout::mem,
                                 lane::typeOf(result).getShape(), axes,
                                 Put::batch_sum));
  } else {
    target = materialize(place(result));
  }
  LookupAddOp::create(b, loc, index, update, target);
}

void Lowering::emitTake(lane::TakeOp op) {
  View index = resolve(viewOf(op.getIndex()));
  Value at = index.step ? index.step : materialize(index);
  Value x = materialize(viewOf(op.getX()));
  TakeOp::create(b, loc, x, at, materialize(place(op.getResult())),
                 op.getDim());
}

/// The carried value of a loop that nothing but `op` reads.
static bool isLastUseOfCarry(lane::PutOp op) {
  auto x = dyn_cast<BlockArgument>(op.getX());
  auto loop =
      x ? dyn_cast<lane::LoopOp>(x.getOwner()->getParentOp()) : lane::LoopOp();
  return loop && x.hasOneUse() && llvm::is_contained(loop.getCarryArgs(), x);
}

// A carried value is changed where it lies; else it is copied first.
void Lowering::emitPut(lane::PutOp op) {
  View x = resolve(viewOf(op.getX())), target;
  Value result = op.getResult();
  bool inPlace = isLastUseOfCarry(op) && x.base &&
                 lane::isInvariant(op.getX()) == lane::isInvariant(result) &&
                 !destinations.count(result) && !insides.count(result);
  if (inPlace) {
    target = x;
    views[result] = target;
  } else {
    target = place(result);
    emitCopy(target.isRows() ? rowsOf(x) : inMemory(x), target);
  }
  SmallVector<int64_t> perm{int64_t(op.getDim())};
  for (int64_t axis = 0; axis < target.rank(); ++axis)
    if (axis != int64_t(op.getDim()))
      perm.push_back(axis);
  View slot = target.permute(perm).at(resolve(viewOf(op.getIndex())).step);
  View slice = viewOf(op.getSlice());
  emitCopy(target.isRows() ? rowsOf(slice) : inMemory(slice), slot);
}

void Lowering::emitCumsum(lane::CumsumOp op) {
  int64_t dim = op.getDim();
  View x = viewOf(op.getX()), target = place(op.getResult());
  x = target.isRows() ? rowsOf(x) : inMemory(x);
  if (op.getReverse()) {
    x = x.reverse(dim);
    target = target.reverse(dim);
  }
  CumsumOp::create(b, loc, materialize(withLast(x, dim)),
                   materialize(withLast(target, dim)), op.getExclusive());
}

void Lowering::emitOther(Operation *op) {
  if (!isa<OnceOp>(phase))
    perTile();
  if (auto contract = dyn_cast<lane::ContractOp>(op))
    return emitBatchContract(contract);
  if (auto lookup = dyn_cast<lane::LookupOp>(op))
    return emitLookup(lookup);
  if (auto add = dyn_cast<lane::LookupAddOp>(op))
    return emitLookupAdd(add);
  if (auto take = dyn_cast<lane::TakeOp>(op))
    return emitTake(take);
  if (auto put = dyn_cast<lane::PutOp>(op))
    return emitPut(put);
  if (auto cumsum = dyn_cast<lane::CumsumOp>(op))
    return emitCumsum(cumsum);
  if (auto gather = dyn_cast<lane::GatherOp>(op)) {
    Value source = materialize(viewOf(gather.getX()));
    CopyOp::create(b, loc, source, materialize(place(gather.getResult())),
                   b.getI64IntegerAttr(gather.getDim()),
                   gather.getIndicesAttr());
    return;
  }
  if (auto scatter = dyn_cast<lane::ScatterAddOp>(op)) {
    View target = place(scatter.getResult());
    View x = viewOf(scatter.getX());
    Value source = materialize(target.isRows() ? rowsOf(x) : x);
    ScatterAddOp::create(b, loc, source, materialize(target), scatter.getDim(),
                         scatter.getIndices());
    return;
  }
  if (auto solve = dyn_cast<lane::TriSolveOp>(op)) {
    Value matrix = materialize(viewOf(solve.getMatrix()));
    Value rhs = materialize(viewOf(solve.getRhs()));
    TriSolveOp::create(b, loc, matrix, rhs,
                       materialize(place(solve.getResult())), solve.getLower(),
                       solve.getUnit(), solve.getTranspose());
    return;
  }
  if (auto draw = dyn_cast<lane::DrawOp>(op)) {
    SmallVector<Value> indices;
    for (Value index : draw.getIndices()) {
      View view = viewOf(index);
      if (view.splat)
        view = constantOf(b, loc, program, view);
      indices.push_back(view.step ? view.step : materialize(view));
    }
    DrawOp::create(b, loc, draw.getLaw(), draw.getSite(), indices,
                   materialize(place(draw.getResult())));
    return;
  }
  internalError(op, "this operation has no step");
}
