//===- Clusters.cpp - Steps with a region ---------------------------------===//
//
// Elementwise clusters with reductions, and products with an epilogue. Part of
// class Lowering.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Lowering.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

/// What a cluster reads and writes, over the box of its step.
struct Lowering::Cluster {
  SmallVector<Value> leaves; // lane values read: numbers have no `ins`
  SmallVector<View> ins;     // one per leaf
  SmallVector<Value> yields; // lane values yielded
  SmallVector<View> outs;
  SmallVector<int32_t> puts;

  SmallVector<Value> operands(Lowering &lowering) {
    SmallVector<Value> values;
    for (View &in : ins)
      if (!in.splat)
        values.push_back(in.step ? in.step : lowering.materialize(in));
    return values;
  }
  SmallVector<Value> targets(Lowering &lowering) {
    SmallVector<Value> values;
    for (View &out : outs)
      values.push_back(lowering.materialize(out));
    return values;
  }
};

void Lowering::gather(Step &step, Cluster &cluster) {
  DenseSet<Value> made;
  if (step.kind == Step::product)
    made.insert(step.anchor->getResult(0));
  llvm::SetVector<Value> leaves;
  for (Operation *op : step.members) {
    for (Value operand : op->getOperands())
      if (!made.contains(operand))
        leaves.insert(operand);
    if (!isa<lane::ReduceOp, lane::ReduceBatchOp>(op))
      made.insert(op->getResult(0));
  }
  for (Value leaf : leaves) {
    cluster.leaves.push_back(leaf);
    cluster.ins.push_back(resolve(viewOf(leaf)));
  }
}

static Put putOf(lane::ReduceKind kind) {
  switch (kind) {
  case lane::ReduceKind::sum:
    return Put::sum;
  case lane::ReduceKind::prod:
    return Put::prod;
  case lane::ReduceKind::max:
    return Put::max;
  case lane::ReduceKind::min:
    return Put::min;
  case lane::ReduceKind::any:
    return Put::any;
  case lane::ReduceKind::all:
    return Put::all;
  case lane::ReduceKind::logsumexp:
    break;
  }
  llvm_unreachable("log-sum-exp is legalised");
}

static Put putOf(lane::BatchKind kind) {
  switch (kind) {
  case lane::BatchKind::sum:
    return Put::batch_sum;
  case lane::BatchKind::max:
    return Put::batch_max;
  case lane::BatchKind::min:
    return Put::batch_min;
  }
  llvm_unreachable("every kind is handled");
}

// A product's points may come in another order than the axes of a sum over the
// batch: then the sink has the points' order.
View Lowering::batchOut(lane::ReduceBatchOp op, Groups points) {
  Put put = putOf(op.getKind());
  View dense;
  lane::TensorType type = lane::typeOf(op.getResult());
  dense.shape.assign(type.getShape().begin(), type.getShape().end());
  SmallVector<int64_t> strides = denseStrides(Layout::lanes, dense.shape);
  dense.strides.assign(strides.begin(), strides.end());
  if (points.empty() || dense.merge(points))
    return laneSink(op.getResult(), put);
  Shape unit;
  SmallVector<SmallVector<int64_t>> axes;
  for (int64_t axis : flattened(points)) {
    unit.push_back(dense.shape[axis]);
    axes.push_back({axis});
  }
  View sink = sinkFor(op.getResult(), Layout::lanes, unit, axes, put);
  Shape order(unit.size());
  for (auto [axis, from] : llvm::enumerate(flattened(points)))
    order[from] = axis;
  return sink.permute(order);
}

void Lowering::addOuts(Step &step, Cluster &cluster, Groups points) {
  auto add = [&](Value yielded, View out, Put put) {
    cluster.yields.push_back(yielded);
    cluster.outs.push_back(out);
    cluster.puts.push_back(int32_t(put));
  };
  if (step.kind == Step::map)
    for (Value value : step.stored)
      add(value, place(value), Put::store);
  for (Operation *op : step.members) {
    if (auto reduce = dyn_cast<lane::ReduceOp>(op))
      add(reduce.getX(), place(reduce.getResult()), putOf(reduce.getKind()));
    if (auto reduce = dyn_cast<lane::ReduceBatchOp>(op))
      add(reduce.getX(), batchOut(reduce, points), putOf(reduce.getKind()));
  }
}

/// `op` on scalars; its rate follows from the operands'.
static Operation *cloneScalar(OpBuilder &b, Operation *op, IRMapping &map) {
  OperationState state(op->getLoc(), op->getName());
  bool inv = true;
  for (Value operand : op->getOperands()) {
    state.operands.push_back(map.lookup(operand));
    inv &= lane::isInvariant(state.operands.back());
  }
  state.addAttributes(op->getAttrs());
  Type type = lane::typeOf(op->getResult(0)).getElementType();
  state.types.push_back(lane::tensorOf({}, type, inv));
  Operation *clone = b.create(state);
  map.map(op->getResult(0), clone->getResult(0));
  return clone;
}

void Lowering::fillRegion(Step &step, Cluster &cluster, Region &region,
                          Type accumulator) {
  Block &block = region.emplaceBlock();
  OpBuilder inner(b.getContext());
  inner.setInsertionPointToEnd(&block);
  IRMapping map;
  if (accumulator)
    map.map(step.anchor->getResult(0), block.addArgument(accumulator, loc));
  for (auto [leaf, view] : llvm::zip(cluster.leaves, cluster.ins)) {
    auto scalar = lane::tensorOf({}, view.element, !view.isRows());
    if (view.splat)
      map.map(leaf, lane::ConstOp::create(inner, loc, scalar, *view.splat));
    else
      map.map(leaf, block.addArgument(scalar, loc));
  }
  for (Operation *op : step.members)
    if (!isa<lane::ReduceOp, lane::ReduceBatchOp>(op))
      cloneScalar(inner, op, map);
  SmallVector<Value> yielded;
  for (Value value : cluster.yields)
    yielded.push_back(map.lookup(value));
  YieldOp::create(inner, loc, yielded);
}

//===-- maps --------------------------------------------------------------===//

/// Makes neighbouring axes one where all views allow it, and drops axes of one
/// element. The last `reduced` axes stay apart from the others. Views of
/// `partial` lack the reduced axes.
static void mergeAxes(Shape &dims, int64_t &reduced, ArrayRef<View *> full,
                      ArrayRef<View *> partial) {
  auto drop = [&](int64_t axis) {
    bool kept = axis < int64_t(dims.size()) - reduced;
    dims.erase(dims.begin() + axis);
    auto erase = [&](View *view) {
      view->shape.erase(view->shape.begin() + axis);
      view->strides.erase(view->strides.begin() + axis);
    };
    for (View *view : full)
      erase(view);
    for (View *view : partial)
      if (kept)
        erase(view);
    reduced -= !kept;
  };
  for (int64_t axis = int64_t(dims.size()) - 1; axis >= 0; --axis) {
    bool kept = axis < int64_t(dims.size()) - reduced;
    if (dims[axis] == 1 && (kept || reduced > 1))
      drop(axis);
  }
  for (int64_t axis = int64_t(dims.size()) - 2; axis >= 0; --axis) {
    int64_t border = int64_t(dims.size()) - reduced;
    if ((axis < border) != (axis + 1 < border))
      continue;
    auto fits = [&](View *view) {
      return view->strides[axis] == view->strides[axis + 1] * dims[axis + 1];
    };
    bool kept = axis < border;
    if (!llvm::all_of(full, fits) || (kept && !llvm::all_of(partial, fits)))
      continue;
    int64_t size = dims[axis] * dims[axis + 1];
    auto widen = [&](View *view) { view->shape[axis + 1] = size; };
    for (View *view : full)
      widen(view);
    for (View *view : partial)
      if (kept)
        widen(view);
    dims[axis + 1] = size;
    drop(axis);
  }
}

void Lowering::emitMap(Step &step) {
  Cluster cluster;
  bool varying = !isa<OnceOp>(phase);
  if (varying)
    perTile();
  gather(step, cluster);
  addOuts(step, cluster, {});
  if (cluster.outs.empty())
    return;
  // Reduced axes last.
  Shape order, dims;
  int64_t reduced = 0;
  for (int64_t axis = 0; axis < int64_t(step.dims.size()); ++axis)
    if (!step.reduced || !llvm::is_contained(*step.reduced, axis))
      order.push_back(axis);
  if (step.reduced) {
    order.append(*step.reduced);
    reduced = step.reduced->size();
  }
  for (int64_t axis : order)
    dims.push_back(step.dims[axis]);
  SmallVector<View *> full, partial;
  for (View &in : cluster.ins)
    if (in.isMemory()) {
      in = in.permute(order);
      full.push_back(&in);
    }
  for (auto [out, put] : llvm::zip(cluster.outs, cluster.puts)) {
    if (isReduction(Put(put))) {
      partial.push_back(&out);
      continue;
    }
    out = out.permute(order);
    full.push_back(&out);
  }
  // A reduction over nothing cannot be said: one axis of one element.
  if (step.reduced && reduced == 0) {
    reduced = 1;
    dims.push_back(1);
    for (View *view : full) {
      view->shape.push_back(1);
      view->strides.push_back(0);
    }
  }
  mergeAxes(dims, reduced, full, partial);
  SmallVector<Value> ins = cluster.operands(*this);
  SmallVector<Value> outs = cluster.targets(*this);
  auto map = MapOp::create(b, loc, dims, reduced, ins, outs, cluster.puts);
  fillRegion(step, cluster, map.getBody(), Type());
}

//===-- products ----------------------------------------------------------===//

/// The letters of a contraction by role: in both factors and the result (B), in
/// the first and the result (M), in the second and the result (N), summed (K).
struct Lowering::Letters {
  std::string b, m, n, k;

  Letters(const std::string &first, const std::string &second,
          const std::string &result) {
    auto in = [](const std::string &text, char letter) {
      return text.find(letter) != std::string::npos;
    };
    for (char letter : result) {
      bool x = in(first, letter), y = in(second, letter);
      (x && y ? b : x ? m : n).push_back(letter);
    }
    for (char letter : first)
      if (!in(result, letter))
        k.push_back(letter);
  }
};

/// The axes of `operand` that bear the letters of each group.
static SmallVector<SmallVector<int64_t>> axesOf(const std::string &operand,
                                                ArrayRef<std::string> groups) {
  SmallVector<SmallVector<int64_t>> axes;
  for (const std::string &group : groups) {
    axes.emplace_back();
    for (char letter : group)
      axes.back().push_back(operand.find(letter));
  }
  return axes;
}

// New memory for a product's result is dense in the order of its points.
View Lowering::productPlace(Value value, ArrayRef<int64_t> order) {
  if (views.count(value) || destinations.count(value) || insides.count(value))
    return place(value);
  lane::TensorType type = lane::typeOf(value);
  return views[value] = newDense(!type.getInv(), type.getShape(), order,
                                 type.getElementType());
}

void Lowering::emitProduct(Step &step) {
  auto op = cast<lane::ContractOp>(step.anchor);
  lane::ContractSpec spec = *lane::ContractSpec::parse(op.getSpec());
  Value first = op.getX(), second = op.getY();
  bool varying = !isa<OnceOp>(phase);
  if (varying)
    perTile();
  // Weights come first; otherwise the order is the operands'.
  if (lane::isInvariant(second) && !lane::isInvariant(first)) {
    std::swap(first, second);
    std::swap(spec.x, spec.y);
  }
  View weights = resolve(viewOf(first));
  bool isWeights = varying && lane::isInvariant(first) && weights.isMem();
  Letters letters(spec.x, spec.y, spec.result);
  auto x = grouped(viewOf(second),
                   axesOf(spec.y, {letters.b, letters.n, letters.k}));
  isWeights &= x.isRows();
  auto firstAxes = axesOf(spec.x, {letters.b, letters.m, letters.k});
  auto points = isWeights
                    ? axesOf(spec.result, {letters.b, letters.n, letters.m})
                    : axesOf(spec.result, {letters.b, letters.m, letters.n});
  SmallVector<int64_t> order = flattened(points);

  Cluster cluster;
  gather(step, cluster);
  for (View &in : cluster.ins)
    if (in.isMemory())
      in = grouped(in, points);
  for (Value value : step.stored) {
    cluster.yields.push_back(value);
    cluster.outs.push_back(productPlace(value, order));
    cluster.puts.push_back(int32_t(Put::store));
  }
  addOuts(step, cluster, points);
  // What cannot be written in the order of the points goes through memory.
  SmallVector<Move, 0> after;
  for (View &out : cluster.outs) {
    if (std::optional<View> merged = out.merge(points)) {
      out = *merged;
      continue;
    }
    View dense = newDense(out.isRows(), out.shape, order, out.element);
    after.push_back({dense, out});
    out = *dense.merge(points);
  }
  Value left = isWeights ? packed(weights, firstAxes)
                         : materialize(grouped(weights, firstAxes));
  Value right = materialize(x);
  SmallVector<Value> ins = cluster.operands(*this);
  SmallVector<Value> outs = cluster.targets(*this);
  Type accumulator = lane::tensorOf({}, element, !varying);
  if (isWeights) {
    Support support = supportOf(first, firstAxes);
    auto made = MatmulOp::create(b, loc, left, right, support.step, ins, outs,
                                 cluster.puts, support.columns);
    fillRegion(step, cluster, made.getBody(), accumulator);
  } else {
    bool inv = bufOf(left).isInvariant() && bufOf(right).isInvariant();
    auto made = DotOp::create(b, loc, left, right, ins, outs, cluster.puts);
    fillRegion(step, cluster, made.getBody(), lane::tensorOf({}, element, inv));
  }
  for (auto &[from, to] : after)
    emitCopy(from, to);
}

//===-- packing -----------------------------------------------------------===//

void Lowering::inside(Operation *once, function_ref<void()> emit) {
  OpBuilder::InsertionGuard guard(b);
  auto saved = std::make_tuple(phase, scope, each);
  phase = once;
  each = {};
  scope = once->getParentOp() == program.getOperation() ? nullptr
                                                        : once->getParentOp();
  b.setInsertionPointToEnd(&cast<OnceOp>(once).getBlock());
  emit();
  std::tie(phase, scope, each) = saved;
}

// Steps of loops around the product, but not around the place where the weights
// are made, become leading axes of the packed buffer.
Value Lowering::packed(View weights, Groups groups) {
  Operation *home = homeOf(weights.base);
  View full = weights;
  full.terms.clear();
  SmallVector<Value> steps;
  Shape counts, scales;
  for (auto [step, scale] : weights.terms) {
    Operation *loop = step.getParentBlock()->getParentOp();
    if (loop->isAncestor(home)) {
      full.terms.push_back({step, scale});
      continue;
    }
    steps.push_back(step);
    scales.push_back(scale);
    counts.push_back(isa<RepeatOp>(loop) ? cast<RepeatOp>(loop).getCount()
                                         : cast<LoopOp>(loop).getCount());
  }
  full.shape.insert(full.shape.begin(), counts.begin(), counts.end());
  full.strides.insert(full.strides.begin(), scales.begin(), scales.end());
  int64_t lead = counts.size();
  SmallVector<SmallVector<int64_t>> all;
  for (int64_t axis = 0; axis < lead; ++axis)
    all.push_back({axis});
  for (const auto &group : groups) {
    all.emplace_back();
    for (int64_t axis : group)
      all.back().push_back(axis + lead);
  }
  for (Pack &pack : packs)
    if (pack.source == full && pack.groups == all)
      return unitView(pack.buffer, steps);
  Value buffer;
  inside(home, [&] {
    View source = grouped(full, all);
    buffer = newBuffer(Layout::packed, source.shape, element);
    PackOp::create(b, loc, materialize(source), buffer);
  });
  packs.push_back({full, all, buffer});
  return unitView(buffer, steps);
}

// The `once` at whose end the buffer has its value.
Operation *Lowering::homeOf(Value buffer) {
  if (isa_and_nonnull<ConstantOp>(buffer.getDefiningOp()))
    return firstOnces[1];
  Operation *writer = writers.lookup(buffer);
  if (!writer)
    return preparedValues.contains(buffer) ? firstOnces[1] : firstOnces[0];
  if (isa<ReduceOp, RepeatOp>(writer)) {
    OpBuilder after(b.getContext());
    after.setInsertionPointAfter(writer);
    auto once = OnceOp::create(after, loc, /*prepared=*/false);
    once.getBody().emplaceBlock();
    writers[buffer] = once;
    return once;
  }
  return writer;
}
