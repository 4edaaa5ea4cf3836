//===- Sinks.cpp - Reductions over the batch ------------------------------===//
//
// Sums over the batch go to sinks of the group, and from there by `reduce` to
// one value. Part of class Lowering.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Lowering.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

/// The value outside the loop `loop` that `value` of its body goes to, and
/// whether it is one slice of it (else it adds to all of it).
static std::pair<Value, bool> outward(lane::LoopOp loop, Value value) {
  unsigned carries = loop.getFinals().size();
  while (true) {
    Operation *next = nullptr;
    for (OpOperand &use : value.getUses()) {
      unsigned k = use.getOperandNumber();
      if (isa<lane::YieldOp>(use.getOwner()))
        return k < carries ? std::pair(Value(loop.getFinals()[k]), false)
                           : std::pair(Value(loop.getYs()[k - carries]), true);
      next = use.getOwner();
    }
    if (!isa_and_nonnull<lane::AddOp>(next))
      return {};
    value = next->getResult(0);
  }
}

View Lowering::sinkFor(Value reduction, Layout layout, ArrayRef<int64_t> unit,
                       Groups unitGroups, Put kind) {
  Value top = reduction;
  SmallVector<Value> steps;
  Shape shape;
  while (top.getParentBlock() != phaseBlock) {
    auto loop = cast<lane::LoopOp>(top.getParentBlock()->getParentOp());
    auto [outer, slice] = outward(loop, top);
    if (!outer) {
      internalError(loop, "a batch reduction goes nowhere");
      Type type = lane::typeOf(reduction).getElementType();
      return View::ofBuffer(newBuffer(layout, unit, type, /*isSink=*/true));
    }
    if (slice) {
      steps.insert(steps.begin(), stepOf.lookup(loop));
      shape.insert(shape.begin(), int64_t(loop.getCount()));
    }
    top = outer;
  }
  int64_t lead = shape.size();
  shape.append(unit.begin(), unit.end());
  SmallVector<SmallVector<int64_t>> groups;
  for (int64_t axis = 0; axis < lead; ++axis)
    groups.push_back({axis});
  for (const auto &group : unitGroups) {
    groups.emplace_back();
    for (int64_t axis : group)
      groups.back().push_back(axis + lead);
  }
  Value buffer;
  for (Sink &sink : sinks)
    if (sink.top == top && sink.kind == kind && sink.groups == groups &&
        bufOf(sink.buffer).getLayout() == layout)
      buffer = sink.buffer;
  if (!buffer) {
    Type type = lane::typeOf(reduction).getElementType();
    buffer = newBuffer(layout, shape, type, /*isSink=*/true);
    sinks.push_back({top, buffer, kind, groups});
  }
  return laneSinkOf(buffer, steps);
}

// Blocks have no strides: the view keeps whole units.
View Lowering::laneSinkOf(Value buffer, ArrayRef<Value> steps) {
  if (bufOf(buffer).getUnitRank())
    return View::ofBuffer(unitView(buffer, steps));
  View view = View::ofBuffer(buffer);
  for (Value step : steps)
    view = view.at(step);
  return view;
}

View Lowering::laneSink(Value reduction, Put kind) {
  SmallVector<SmallVector<int64_t>> axes;
  for (int64_t axis = 0; axis < lane::typeOf(reduction).getRank(); ++axis)
    axes.push_back({axis});
  return sinkFor(reduction, Layout::lanes, lane::typeOf(reduction).getShape(),
                 axes, kind);
}

//===-- outer products ----------------------------------------------------===//

static SmallVector<int64_t> axesOf(const std::string &operand,
                                   const std::string &letters) {
  SmallVector<int64_t> axes;
  for (char letter : letters)
    axes.push_back(operand.find(letter));
  return axes;
}

static int64_t sizeOf(const View &view, ArrayRef<int64_t> axes) {
  int64_t n = 1;
  for (int64_t axis : axes)
    n *= view.shape[axis];
  return n;
}

// Small or grouped products: a cluster over all letters that adds into lanes.
void Lowering::emitBatchProducts(lane::ContractOp op,
                                 const lane::ContractSpec &spec) {
  std::string letters = spec.result;
  for (char letter : spec.x)
    if (letters.find(letter) == std::string::npos)
      letters.push_back(letter);
  View x = resolve(viewOf(op.getX())), y = resolve(viewOf(op.getY()));
  Shape dims(letters.size());
  auto spreadTo = [&](View &view, const std::string &own) {
    Shape strides;
    for (char letter : letters) {
      size_t at = own.find(letter);
      strides.push_back(at == std::string::npos ? 0 : view.strides[at]);
    }
    view.shape = dims;
    view.strides = strides;
  };
  for (auto [axis, letter] : llvm::enumerate(letters)) {
    size_t at = spec.x.find(letter);
    dims[axis] =
        at != std::string::npos ? x.shape[at] : y.shape[spec.y.find(letter)];
  }
  x = inMemory(x);
  y = inMemory(y);
  spreadTo(x, spec.x);
  spreadTo(y, spec.y);
  View out = laneSink(op.getResult(), Put::batch_sum);
  spreadTo(out, spec.result);
  SmallVector<Value> ins{materialize(x), materialize(y)};
  Value target = materialize(out);
  auto map = MapOp::create(b, loc, dims, int64_t(0), ins, target,
                           ArrayRef<int32_t>{int32_t(Put::batch_sum)});
  Block &block = map.getBody().emplaceBlock();
  OpBuilder inner = OpBuilder::atBlockEnd(&block);
  Value left =
      block.addArgument(lane::tensorOf({}, x.element, !x.isRows()), loc);
  Value right =
      block.addArgument(lane::tensorOf({}, y.element, !y.isRows()), loc);
  Value product = lane::MulOp::create(inner, loc, left, right);
  YieldOp::create(inner, loc, product);
}

void Lowering::emitBatchContract(lane::ContractOp op) {
  lane::ContractSpec spec = *lane::ContractSpec::parse(op.getSpec());
  std::string i, j, k;
  bool grouped = false;
  for (char letter : spec.result) {
    bool inX = spec.x.find(letter) != std::string::npos;
    bool inY = spec.y.find(letter) != std::string::npos;
    grouped |= inX && inY;
    (inX ? i : j).push_back(letter);
  }
  for (char letter : spec.x)
    if (spec.result.find(letter) == std::string::npos)
      k.push_back(letter);
  View x = viewOf(op.getX()), y = viewOf(op.getY());
  SmallVector<int64_t> xAxes = axesOf(spec.x, i), yAxes = axesOf(spec.y, j);
  int64_t rows = sizeOf(x, xAxes), cols = sizeOf(y, yAxes);
  if (grouped || (rows < 8 && cols < 8))
    return emitBatchProducts(op, spec);
  // The longer operand is transposed: it fills the registers' lanes.
  std::string xLetters = spec.x, yLetters = spec.y;
  if (rows > cols) {
    std::swap(x, y);
    std::swap(i, j);
    std::swap(rows, cols);
    std::swap(xLetters, yLetters);
  }
  View left =
      this->grouped(rowsOf(x), {axesOf(xLetters, k), axesOf(xLetters, i)});
  View right =
      this->grouped(rowsOf(y), {axesOf(yLetters, k), axesOf(yLetters, j)});
  Value turned = newBuffer(Layout::cols, right.shape, element);
  TransposeOp::create(b, loc, materialize(right), turned);
  perChunk();
  SmallVector<SmallVector<int64_t>> axes{axesOf(spec.result, i),
                                         axesOf(spec.result, j)};
  View sink = sinkFor(op.getResult(), Layout::blocks, {rows, cols}, axes,
                      Put::batch_sum);
  OuterOp::create(b, loc, materialize(left), turned, sink.base,
                  readColumns(op.getResult(), axes));
}

//===-- reduce ------------------------------------------------------------===//

/// A sum of the elements of `parts`, of equal shapes, into `target`.
static void emitSum(OpBuilder &b, Location loc, ArrayRef<Value> parts,
                    Value target) {
  BufType type = bufOf(target);
  auto map = MapOp::create(b, loc, type.getShape(), int64_t(0), parts, target,
                           ArrayRef<int32_t>{int32_t(Put::store)});
  Block &block = map.getBody().emplaceBlock();
  OpBuilder inner = OpBuilder::atBlockEnd(&block);
  Value sum;
  for (unsigned k = 0; k < parts.size(); ++k) {
    Value part =
        block.addArgument(lane::tensorOf({}, type.getElementType(), true), loc);
    sum = sum ? lane::AddOp::create(inner, loc, sum, part).getResult() : part;
  }
  YieldOp::create(inner, loc, sum);
}

// One sink per value goes straight to its place, where strides can say it;
// several are summed afterwards.
void Lowering::emitReduce() {
  if (sinks.empty())
    return;
  DenseMap<Value, int> count;
  for (Sink &sink : sinks)
    ++count[sink.top];
  llvm::MapVector<Value, SmallVector<View>> parts;
  SmallVector<int32_t> kinds;
  SmallVector<Value> buffers, targets, written;
  for (Sink &sink : sinks) {
    View target = place(sink.top);
    std::optional<View> direct;
    if (count[sink.top] == 1)
      direct = target.merge(sink.groups);
    if (!direct) {
      View own = newDense(/*varying=*/false, target.shape,
                          flattened(sink.groups), target.element);
      parts[sink.top].push_back(own);
      direct = own.merge(sink.groups);
    }
    kinds.push_back(int32_t(sink.kind));
    buffers.push_back(sink.buffer);
    targets.push_back(materialize(*direct));
    written.push_back(direct->base);
  }
  auto reduce = ReduceOp::create(b, loc, kinds, buffers, targets);
  for (Value base : written)
    writers[base] = reduce;
  sinks.clear();
  if (parts.empty())
    return;
  inOnce([&] {
    for (auto &[top, views] : parts) {
      SmallVector<Value> terms;
      for (View &view : views)
        terms.push_back(materialize(view));
      View target = place(top);
      writers[target.base] = phase;
      emitSum(b, loc, terms, materialize(target));
    }
  });
}
