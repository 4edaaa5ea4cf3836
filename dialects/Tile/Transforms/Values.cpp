//===- Values.cpp - Buffers and views of lane values ----------------------===//
//
// Where a value lies, where a result goes, and moving elements between such
// places. Part of class Lowering.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Lowering.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

// Lowering chooses no space: it says `local` (or `sink`) and no place.
Value Lowering::newBuffer(Layout layout, ArrayRef<int64_t> shape, Type type,
                          bool isSink) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&program.getBlock());
  auto buffer =
      BufferOp::create(b, loc, BufType::get(layout, shape, type),
                       isSink ? Space::sink : Space::local, int64_t(-1));
  if (scope && !isSink)
    scopes[buffer] = scope;
  return buffer;
}

View Lowering::newView(bool varying, ArrayRef<int64_t> shape, Type type) {
  Value buffer = newBuffer(varying ? Layout::rows : Layout::mem, shape, type);
  if (!varying)
    writers[buffer] = phase;
  return View::ofBuffer(buffer);
}

//===-- views -------------------------------------------------------------===//

static DenseElementsAttr iotaOf(lane::TensorType type, int64_t dim) {
  int64_t inner = 1;
  for (int64_t d : type.getShape().drop_front(dim + 1))
    inner *= d;
  SmallVector<double> reals;
  SmallVector<int32_t> integers;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    reals.push_back(i / inner % type.getDim(dim));
    integers.push_back(i / inner % type.getDim(dim));
  }
  Type element = type.isFloat() ? Type(Float64Type::get(type.getContext()))
                                : type.getElementType();
  auto shaped = RankedTensorType::get(type.getShape(), element);
  return type.isFloat() ? DenseElementsAttr::get(shaped, ArrayRef(reals))
                        : DenseElementsAttr::get(shaped, ArrayRef(integers));
}

static View constantView(OpBuilder &b, Location loc, ProgramOp program,
                         lane::TensorType type, ElementsAttr value) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&program.getBlock());
  auto buffer =
      BufType::get(Layout::mem, type.getShape(), type.getElementType());
  return View::ofBuffer(ConstantOp::create(b, loc, buffer, value));
}

View Lowering::deriveView(Operation *op, Value value) {
  lane::TensorType type = lane::typeOf(value);
  ArrayRef<int64_t> shape = type.getShape();
  if (auto constant = dyn_cast<lane::ConstOp>(op)) {
    if (std::optional<double> splat = constant.getSplat())
      return View::ofNumber(*splat, shape, type.getElementType());
    return constantView(b, loc, program, type,
                        cast<ElementsAttr>(constant.getValue()));
  }
  if (auto iota = dyn_cast<lane::IotaOp>(op))
    return constantView(b, loc, program, type, iotaOf(type, iota.getDim()));
  View x = viewOf(op->getOperand(0));
  if (isa<lane::VaryOp, lane::ConcatOp>(op))
    return x;
  if (auto spread = dyn_cast<lane::SpreadOp>(op)) {
    View memory = x.step ? inMemory(x) : x;
    return memory.spread(spread.getDims(), shape);
  }
  if (auto permute = dyn_cast<lane::PermuteOp>(op))
    return x.permute(permute.getPerm());
  if (auto slice = dyn_cast<lane::SliceOp>(op))
    return x.slice(slice.getOffsets(), slice.getSizes(), slice.getStrides());
  if (auto reverse = dyn_cast<lane::ReverseOp>(op))
    return x.reverse(reverse.getDims());
  if (auto gather = dyn_cast<lane::GatherOp>(op)) {
    Shape offsets(x.rank(), 0), steps(x.rank(), 1);
    offsets[gather.getDim()] = gather.getIndices().front();
    steps[gather.getDim()] = *progression(gather.getIndices());
    return x.slice(offsets, shape, steps);
  }
  if (std::optional<View> view = x.reshape(shape))
    return *view;
  View dense = newView(x.isRows(), x.shape, x.element);
  emitCopy(x, dense);
  return *dense.reshape(shape);
}

View Lowering::viewOf(Value value) {
  if (auto found = views.find(value); found != views.end())
    return found->second;
  Operation *op = value.getDefiningOp();
  if (!op || !isFree(op)) {
    internalError(op ? op : function, "a value is used before it is computed");
    return View::ofNumber(0, lane::typeOf(value).getShape(),
                          lane::typeOf(value).getElementType());
  }
  View view = deriveView(op, value);
  views[value] = view;
  return view;
}

View Lowering::place(Value value) {
  if (auto found = views.find(value); found != views.end())
    return found->second;
  lane::TensorType type = lane::typeOf(value);
  View view;
  if (auto inside = insides.find(value); inside != insides.end()) {
    auto [whole, part] = inside->second;
    view = part(place(whole));
  } else if (auto given = destinations.find(value);
             given != destinations.end()) {
    view = given->second;
    if (view.isMem())
      writers[view.base] = phase;
  } else {
    view = newView(!type.getInv(), type.getShape(), type.getElementType());
  }
  if (zeroFilled.contains(value))
    emitFill(view, 0);
  views[value] = view;
  return view;
}

View Lowering::resolve(View view) {
  if (!view.base || bufOf(view.base).getLayout() != Layout::ext ||
      !isa_and_nonnull<TilesOp>(phase))
    return view;
  Value &rows = loaded[view.base];
  if (!rows) {
    BufType type = bufOf(view.base);
    perTile();
    Operation *outer = scope;
    scope = nullptr;
    rows = newBuffer(Layout::rows, type.getShape(), type.getElementType());
    scope = outer;
    LoadOp::create(b, loc, view.base, rows);
  }
  view.base = rows;
  return view;
}

Value Lowering::materialize(View view) {
  view = inMemory(resolve(view));
  BufType from = bufOf(view.base);
  auto to =
      BufType::get(from.getLayout(), view.shape, view.element, view.strides);
  if (from == to && view.offset == 0 && view.terms.empty())
    return view.base;
  SmallVector<Value> indices;
  SmallVector<int64_t> scales;
  for (auto [step, scale] : view.terms) {
    indices.push_back(step);
    scales.push_back(scale);
  }
  return ViewOp::create(b, loc, to, view.base, view.offset,
                        b.getDenseI64ArrayAttr(scales), indices);
}

View Lowering::inMemory(View view) {
  if (view.isMemory())
    return view;
  if (!view.element) { // after an internal error
    view.element = element;
    view.splat = 0;
  }
  bool once = isa_and_nonnull<OnceOp>(phase);
  View memory = newView(!once, view.shape, view.element);
  emitCopy(view, memory);
  return memory;
}

View Lowering::grouped(View view, Groups groups) {
  view = inMemory(resolve(view));
  if (std::optional<View> merged = view.merge(groups))
    return *merged;
  View dense =
      newDense(view.isRows(), view.shape, flattened(groups), view.element);
  emitCopy(view, dense);
  return *dense.merge(groups);
}

SmallVector<int64_t> rill::tile::flattened(Groups groups) {
  SmallVector<int64_t> order;
  for (const auto &group : groups)
    order.append(group.begin(), group.end());
  return order;
}

View Lowering::newDense(bool varying, ArrayRef<int64_t> shape,
                        ArrayRef<int64_t> order, Type type) {
  Shape turned, back(order.size());
  for (auto [axis, from] : llvm::enumerate(order)) {
    turned.push_back(shape[from]);
    back[from] = axis;
  }
  return newView(varying, turned, type).permute(back);
}

Value Lowering::unitView(Value buffer, ArrayRef<Value> steps) {
  if (steps.empty())
    return buffer;
  BufType type = bufOf(buffer);
  ArrayRef<int64_t> shape = type.getShape();
  SmallVector<int64_t> scales(steps.size());
  int64_t stride = 1;
  for (int64_t axis = type.getRank() - 3; axis >= 0; --axis) {
    if (axis < int64_t(steps.size()))
      scales[axis] = stride;
    stride *= shape[axis];
  }
  auto to = BufType::get(type.getLayout(), shape.drop_front(steps.size()),
                         type.getElementType());
  return ViewOp::create(b, loc, to, buffer, int64_t(0),
                        b.getDenseI64ArrayAttr(scales), steps);
}

//===-- moving elements ---------------------------------------------------===//

void Lowering::emitFill(View target, double number) {
  emitCopy(View::ofNumber(number, target.shape, target.element), target);
}

// Numbers and steps are written by a cluster, memory is copied.
void Lowering::emitCopy(View source, View target) {
  if (target.isRows())
    perTile();
  source = resolve(source);
  if (source == target)
    return;
  Value to = materialize(target);
  if (source.isMemory()) {
    CopyOp::create(b, loc, materialize(source), to, IntegerAttr(),
                   DenseI64ArrayAttr());
    return;
  }
  SmallVector<Value> ins;
  if (source.step)
    ins.push_back(source.step);
  auto map =
      MapOp::create(b, loc, target.shape, int64_t(0), ins, ValueRange{to},
                    ArrayRef<int32_t>{int32_t(Put::store)});
  OpBuilder inner(b.getContext());
  Block &block = map.getBody().emplaceBlock();
  inner.setInsertionPointToEnd(&block);
  auto scalar = lane::tensorOf({}, source.element, /*inv=*/true);
  Value value =
      source.step
          ? Value(block.addArgument(scalar, loc))
          : Value(lane::ConstOp::create(inner, loc, scalar, *source.splat));
  YieldOp::create(inner, loc, value);
}

// All sources are read before any target is written: what would be overwritten
// goes through memory of its own.
void Lowering::emitParallelCopy(ArrayRef<Move> copies) {
  SmallVector<Move, 0> todo;
  for (auto [source, target] : copies) {
    source = resolve(source);
    if (source == target)
      continue;
    bool clash = llvm::any_of(copies, [&, from = source](const Move &other) {
      return from.base && other.second.base == from.base;
    });
    if (clash) {
      View aside = newView(source.isRows(), source.shape, source.element);
      emitCopy(source, aside);
      source = aside;
    }
    todo.push_back({source, target});
  }
  for (auto &[source, target] : todo)
    emitCopy(source, target);
}
