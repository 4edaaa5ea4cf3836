// Staircases; see Staircase.h. Every value of the update's body becomes a block
// of one step: the same operation on a narrower axis. What does not depend on
// the place is cut into blocks before the loop.
#include "Flow/Transforms/Staircase.h"

#include "Flow/Transforms/Cuts.h"
#include "Flow/Transforms/Derivation.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;
using Shape = llvm::SmallVector<int64_t>;

/// Elements `table` along an axis; a zero where it says -1.
static Value gatherOrZero(Value x, int64_t axis, ArrayRef<int64_t> table,
                          LaneBuilder &b) {
  Shape shape(lane::typeOf(x).getShape()), indices(table);
  if (llvm::is_contained(table, -1)) {
    for (int64_t &index : indices)
      index = index < 0 ? shape[axis] : index;
    shape[axis] = 1;
    Value zero = b.zero(lane::typeOf(x).withShape(shape));
    x = lane::ConcatOp::create(b.builder, b.loc, axis, ValueRange{x, zero});
  }
  return lane::GatherOp::create(b.builder, b.loc, x, axis, indices);
}

/// [.., steps * width, ..] as [steps, .., width, ..].
static Value stepsFirst(Value x, const Layout &layout, LaneBuilder &b) {
  Shape shape(lane::typeOf(x).getShape()), perm{layout.axis};
  shape[layout.axis] = layout.steps();
  shape.insert(shape.begin() + layout.axis + 1, layout.width);
  for (int64_t axis = 0; axis < int64_t(shape.size()); ++axis)
    if (axis != layout.axis)
      perm.push_back(axis);
  return b.permute(b.reshape(x, shape), perm);
}

namespace {
class Staircase {
public:
  Staircase(UpdateOp update, const UpdateVerdict &verdict,
            const Schedule &schedule, IRMapping &local, LaneBuilder &b)
      : block(update.getBody().front()), order(*verdict.causal),
        verdict(verdict), schedule(schedule), local(local), b(b) {}

  Value run(Value result,
            llvm::function_ref<Value(Value, IRMapping &, LaneBuilder &)> undo);

private:
  bool inSteps(Value v) const { return schedule.layouts.count(v) != 0; }
  Value free(Value v) { return local.lookup(v); }
  /// Remembers that the loop reads the blocks of a value: of its axis cut by
  /// `layout`.
  void stack(Operation *op, unsigned operand, Value whole,
             const Layout &layout);
  void share(Operation *op, unsigned operand, Value whole);
  void prepare(Operation *op);
  void prepareContract(lane::ContractOp op);

  Value operandOf(Operation *op, unsigned operand);
  Value emit(Operation *op);
  Value emitContract(lane::ContractOp op);
  Value emitMove(Operation *op, ArrayRef<int64_t> shape);
  Value keptOf(Value v);

  Block &block;
  const CausalOrder &order;
  const UpdateVerdict &verdict;
  const Schedule &schedule;
  IRMapping &local;
  LaneBuilder &b;

  using Key = std::pair<Operation *, unsigned>;
  SmallVector<Value> consts, stacks;
  std::map<Key, unsigned> constOf, stackOf;
  lane::LoopOp loop;
  LaneBuilder *in = nullptr; ///< inside of the loop
  llvm::DenseMap<Value, Value> blocks, kept;
};
} // namespace

void Staircase::stack(Operation *op, unsigned operand, Value whole,
                      const Layout &layout) {
  Shape table(layout.table);
  for (int64_t &index : table)
    index = std::max<int64_t>(index, 0); // slots without an element: any
  Value rows =
      lane::GatherOp::create(b.builder, b.loc, whole, layout.axis, table);
  stackOf[{op, operand}] = stacks.size();
  stacks.push_back(stepsFirst(rows, layout, b));
}

void Staircase::share(Operation *op, unsigned operand, Value whole) {
  constOf[{op, operand}] = consts.size();
  consts.push_back(whole);
}

/// What `op` reads beside blocks, made before the loop.
void Staircase::prepare(Operation *op) {
  if (auto contract = dyn_cast<lane::ContractOp>(op))
    return prepareContract(contract);
  const Layout &layout = schedule.layouts.find(op->getResult(0))->second;
  if (op->hasTrait<lane::Elementwise>()) {
    for (auto [i, v] : llvm::enumerate(op->getOperands()))
      if (!inSteps(v) && !constantSplat(v))
        stack(op, i, free(v), layout);
    return;
  }
  auto move = schedule.moves.find(op);
  if (move == schedule.moves.end() || !move->second.mixed)
    return;
  // The whole movement with zeros for what is found in steps, and where the
  // elements of the first kind are.
  IRMapping zeros, marks;
  for (Value v : op->getOperands()) {
    Value zero = b.zero(lane::typeOf(v));
    zeros.map(v, inSteps(v) ? zero : free(v));
    auto mark =
        lane::typeOf(v).withElementType(b.builder.getI1Type()).withInv(true);
    marks.map(v, b.constant(mark, inSteps(v) ? 1 : 0));
  }
  auto type = lane::typeOf(op->getResult(0));
  bool inv = llvm::all_of(op->getOperands(), [&](Value v) {
    return lane::isInvariant(zeros.lookup(v));
  });
  for (bool mark : {false, true}) {
    OperationState made(b.loc, op->getName());
    for (Value v : op->getOperands())
      made.addOperands(mark ? marks.lookup(v) : zeros.lookup(v));
    made.addAttributes(op->getAttrs());
    made.addTypes(
        mark ? Type(type.withElementType(b.builder.getI1Type()).withInv(true))
             : Type(type.withInv(inv)));
    stack(op, mark ? 1 : 0, b.builder.create(made)->getResult(0), layout);
  }
}

/// Position of `letter` in the letters of an operand, or -1.
static int64_t axisOf(const std::string &letters, char letter) {
  size_t at = letters.find(letter);
  return at == std::string::npos ? -1 : int64_t(at);
}

void Staircase::prepareContract(lane::ContractOp op) {
  auto spec = *lane::ContractSpec::parse(op.getSpec());
  const Layout &layout = schedule.layouts.find(op.getResult())->second;
  char own = spec.result[layout.axis];
  for (unsigned i : {0u, 1u}) {
    Value v = op->getOperand(i), other = op->getOperand(1 - i);
    if (inSteps(v))
      continue;
    const std::string &letters = i == 0 ? spec.x : spec.y;
    const std::string &others = i == 0 ? spec.y : spec.x;
    Value whole = free(v);
    // The axis that meets a kept value takes that value's order.
    if (inSteps(other) && axisOf(others, own) < 0) {
      const Layout &with = schedule.layouts.find(other)->second;
      int64_t axis = axisOf(letters, others[with.axis]);
      if (axis >= 0)
        whole = gatherOrZero(whole, axis, with.table, b);
    }
    if (int64_t axis = axisOf(letters, own); axis >= 0) {
      Layout rows = layout;
      rows.axis = axis;
      stack(op, i, whole, rows);
    } else {
      share(op, i, whole);
    }
  }
}

/// A value of earlier steps and this one, its axis in the order of its layout.
Value Staircase::keptOf(Value v) {
  Value buffer = kept.lookup(v);
  const Layout &layout = schedule.layouts.find(v)->second;
  Shape shape(lane::typeOf(v).getShape());
  shape[layout.axis] = layout.steps() * layout.width;
  return in->reshape(buffer, shape);
}

Value Staircase::operandOf(Operation *op, unsigned operand) {
  Value v = op->getOperand(operand);
  if (inSteps(v))
    return blocks.lookup(v);
  if (auto it = stackOf.find({op, operand}); it != stackOf.end())
    return loop.getXArgs()[it->second];
  if (auto it = constOf.find({op, operand}); it != constOf.end())
    return loop.getConstArgs()[it->second];
  const Layout &layout = schedule.layouts.find(op->getResult(0))->second;
  auto type = lane::typeOf(v);
  return in->constant(type.withShape(layout.blockShape(type.getShape())),
                      *constantSplat(v));
}

Value Staircase::emitContract(lane::ContractOp op) {
  auto spec = *lane::ContractSpec::parse(op.getSpec());
  const Layout &layout = schedule.layouts.find(op.getResult())->second;
  char own = spec.result[layout.axis];
  Value sides[2];
  for (unsigned i : {0u, 1u}) {
    Value v = op->getOperand(i), other = op->getOperand(1 - i);
    const std::string &letters = i == 0 ? spec.x : spec.y;
    const std::string &others = i == 0 ? spec.y : spec.x;
    bool isBlock = axisOf(letters, own) >= 0;
    if (inSteps(v) && !isBlock) {
      sides[i] = keptOf(v);
      const Layout &with = schedule.layouts.find(v)->second;
      char letter = letters[with.axis];
      if (axisOf(spec.result, letter) >= 0) {
        // An axis of the result: back in its own order.
        Shape back(lane::typeOf(v).getDim(with.axis), -1);
        for (auto [k, index] : llvm::enumerate(with.table))
          if (index >= 0)
            back[index] = int64_t(k);
        sides[i] = gatherOrZero(sides[i], with.axis, back, *in);
      }
      continue;
    }
    sides[i] = operandOf(op, i);
    // A block whose other axis meets a kept value.
    if (inSteps(v) && inSteps(other) && axisOf(others, own) < 0) {
      const Layout &with = schedule.layouts.find(other)->second;
      char letter = others[with.axis];
      int64_t axis = axisOf(letters, letter);
      if (axis >= 0 && axisOf(spec.result, letter) < 0)
        sides[i] = gatherOrZero(sides[i], axis, with.table, *in);
    }
  }
  return lane::ContractOp::create(in->builder, in->loc, op.getSpec(), sides[0],
                                  sides[1], /*batch=*/false);
}

Value Staircase::emitMove(Operation *op, ArrayRef<int64_t> shape) {
  const BlockMove &move = schedule.moves.find(op)->second;
  SmallVector<Value> flat;
  for (Value v : op->getOperands())
    if (inSteps(v))
      flat.push_back(flatten(blocks.lookup(v), *in));
  Value joined =
      flat.size() == 1
          ? flat[0]
          : Value(lane::ConcatOp::create(in->builder, in->loc, 0, flat));
  Shape elements(move.elements);
  for (int64_t &element : elements)
    element = std::max<int64_t>(element, 0);
  bool same = int64_t(elements.size()) == lane::typeOf(joined).getNumElements();
  for (auto [k, element] : llvm::enumerate(elements))
    same &= element == int64_t(k);
  if (!same)
    joined = lane::GatherOp::create(in->builder, in->loc, joined, 0, elements);
  Value made = in->reshape(joined, shape);
  if (!move.mixed)
    return made;
  Value fixed = loop.getXArgs()[stackOf.at({op, 0})];
  Value mark = loop.getXArgs()[stackOf.at({op, 1})];
  return in->select(mark, made, in->withRate(fixed, lane::isInvariant(made)));
}

Value Staircase::emit(Operation *op) {
  auto type = lane::typeOf(op->getResult(0));
  const Layout &layout = schedule.layouts.find(op->getResult(0))->second;
  Shape shape = layout.blockShape(type.getShape());
  if (auto contract = dyn_cast<lane::ContractOp>(op))
    return emitContract(contract);
  if (schedule.moves.count(op))
    return emitMove(op, shape);
  OperationState state(in->loc, op->getName());
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    state.addOperands(operandOf(op, i));
  state.addAttributes(op->getAttrs());
  bool inv = llvm::all_of(state.operands, lane::isInvariant);
  state.addTypes(type.withShape(shape).withInv(inv));
  return in->builder.create(state)->getResult(0);
}

Value Staircase::run(
    Value result,
    llvm::function_ref<Value(Value, IRMapping &, LaneBuilder &)> undo) {
  Value place = block.getArgument(0);
  auto type = lane::typeOf(place);
  // What does not depend on the place, once.
  llvm::DenseSet<Value> dependent = dependentValues(block);
  for (Operation &op : block.without_terminator())
    if (!dependent.contains(op.getResult(0)))
      emitValue(op, local, b);
  for (Operation *op : schedule.ops)
    prepare(op);
  Layout slices;
  slices.axis = order.axis;
  for (int64_t t = 0; t < order.steps; ++t)
    slices.table.push_back(order.reverse ? order.steps - 1 - t : t);
  stack(nullptr, 0, result, slices);
  for (const Chain::Step &step : verdict.chain.steps)
    for (unsigned i = 0; i < step.op->getNumOperands(); ++i) {
      Value v = step.op->getOperand(i);
      if (i != step.operand && !inSteps(v) && !constantSplat(v))
        stack(step.op, i, free(v), slices);
    }

  auto slice = type.withShape(slices.blockShape(type.getShape()));
  auto startOf = [&](lane::TensorType t) {
    return b.withRate(b.constant(t, insideOf(verdict.range)), false);
  };
  SmallVector<Value> inits{startOf(slice)};
  for (Value v : schedule.kept) {
    const Layout &layout = schedule.layouts.find(v)->second;
    Shape shape(lane::typeOf(v).getShape());
    shape[layout.axis] = layout.width;
    shape.insert(shape.begin() + layout.axis, layout.steps());
    auto buffer = lane::typeOf(v).withShape(shape).withInv(false);
    inits.push_back(v == place ? startOf(buffer) : b.zero(buffer));
  }
  SmallVector<Type> made{slice};
  loop = lane::LoopOp::create(b.builder, b.loc, order.steps, /*reverse=*/false,
                              consts, inits, stacks, made);
  OpBuilder inside = OpBuilder::atBlockEnd(&loop.getBlock());
  LaneBuilder inner2(inside, b.loc);
  in = &inner2;
  blocks[place] = loop.getCarryArgs()[0];
  for (auto [k, v] : llvm::enumerate(schedule.kept))
    kept[v] = loop.getCarryArgs()[k + 1];
  auto keep = [&](Value v) {
    if (!kept.count(v))
      return;
    int64_t axis = schedule.layouts.find(v)->second.axis;
    kept[v] = lane::PutOp::create(inside, b.loc, kept[v], blocks[v],
                                  loop.getStep(), axis);
  };
  keep(place);
  for (Operation *op : schedule.ops) {
    blocks[op->getResult(0)] = emit(op);
    keep(op->getResult(0));
  }
  IRMapping step;
  for (const Chain::Step &link : verdict.chain.steps)
    for (unsigned i = 0; i < link.op->getNumOperands(); ++i) {
      Value v = link.op->getOperand(i);
      if (i == link.operand)
        continue;
      if (inSteps(v))
        step.map(v, blocks.lookup(v));
      else if (auto it = stackOf.find({link.op, i}); it != stackOf.end())
        step.map(v, loop.getXArgs()[it->second]);
      else
        step.map(v, in->constant(lane::typeOf(v).withShape(slice.getShape()),
                                 *constantSplat(v)));
    }
  Value found = undo(loop.getXArgs()[stackOf.at({nullptr, 0})], step, *in);
  SmallVector<Value> yields{found};
  for (Value v : schedule.kept)
    yields.push_back(kept.lookup(v));
  yields.push_back(found);
  lane::YieldOp::create(inside, b.loc, yields);

  // [steps, .., 1, ..] back as the place.
  Value steps = loop.getYs()[0];
  Shape rest(lane::typeOf(steps).getShape());
  rest.erase(rest.begin() + order.axis + 1);
  Value whole = b.reshape(steps, rest); // the axis of extent 1 goes
  Shape order2;
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    order2.push_back(axis < order.axis    ? axis + 1
                     : axis == order.axis ? 0
                                          : axis);
  whole = b.permute(whole, order2);
  if (order.reverse)
    whole = lane::ReverseOp::create(b.builder, b.loc, whole,
                                    ArrayRef<int64_t>{order.axis});
  return whole;
}

Value rill::flow::emitStaircase(
    UpdateOp update, const UpdateVerdict &verdict, const Schedule &schedule,
    Value result, IRMapping &local, LaneBuilder &b,
    llvm::function_ref<Value(Value, IRMapping &, LaneBuilder &)> undo) {
  return Staircase(update, verdict, schedule, local, b).run(result, undo);
}
