// Orders in which an update is causal; see Causality.h.
#include "Flow/Analysis/Causality.h"

#include "Lane/Interp/Known.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::Array;

std::string CausalOrder::str() const {
  std::string text =
      axis < 0 ? "the elements in order" : "axis " + std::to_string(axis);
  return reverse ? text + ", back to front" : text;
}

static CausalOrder orderOf(ArrayRef<int64_t> shape, int64_t axis,
                           bool reverse) {
  CausalOrder order;
  order.axis = axis;
  order.reverse = reverse;
  int64_t count = 1, inner = 1;
  for (int64_t extent : shape)
    count *= extent;
  if (axis >= 0)
    for (int64_t extent : shape.drop_front(axis + 1))
      inner *= extent;
  order.steps = axis < 0 ? count : shape[axis];
  for (int64_t k = 0; k < count; ++k) {
    int64_t at = axis < 0 ? k : k / inner % shape[axis];
    order.position.push_back(reverse ? order.steps - 1 - at : at);
  }
  return order;
}

/// Along each axis and against it, then through all elements of several axes.
static SmallVector<CausalOrder> ordersOf(ArrayRef<int64_t> shape) {
  SmallVector<CausalOrder> orders;
  for (int64_t axis = 0; axis < int64_t(shape.size()); ++axis)
    if (shape[axis] > 1)
      for (bool reverse : {false, true})
        orders.push_back(orderOf(shape, axis, reverse));
  if (shape.size() > 1 || orders.empty())
    for (bool reverse : {false, true})
      orders.push_back(orderOf(shape, -1, reverse));
  return orders;
}

namespace {
/// Which element of the place each element of a value is made of, in one order.
/// Numbers are elements plus one; 0 is none.
class OwnElements {
public:
  OwnElements(Block &block, Dependence &dependence, const CausalOrder &order)
      : dependence(dependence) {
    latest.push_back(-1);
    for (int64_t n = 1; n < dependence.numSets(); ++n) {
      int64_t last = -1;
      for (unsigned element : dependence.set(n).set_bits())
        last = std::max(last, order.position[element]);
      latest.push_back(last);
    }
    position = order.position;
    Value place = block.getArgument(0);
    Array all = Array::filled(lane::typeOf(place).getShape(), true, 1);
    for (auto [k, number] : llvm::enumerate(all.data))
      number = double(k + 1);
    own.try_emplace(place, std::move(all));
    for (Operation &op : block.without_terminator())
      visit(&op);
  }

  bool has(Value value) const { return own.count(value) != 0; }

  /// The values on the way from the place to `after`, contexts left out.
  llvm::DenseSet<Value> valuesBehind(Value after) const {
    llvm::DenseSet<Value> result{after};
    SmallVector<Value> work{after};
    while (!work.empty())
      if (Operation *op = work.pop_back_val().getDefiningOp())
        for (Value v : followed.lookup(op))
          if (result.insert(v).second)
            work.push_back(v);
    return result;
  }

private:
  void visit(Operation *op);
  bool isStrict(Value context, int64_t k, int64_t element);
  bool combine(Operation *op, Array &result);
  bool collect(Operation *op, Array &result);
  bool contract(lane::ContractOp op, Array &result);
  bool merge(double &number, double with);

  Dependence &dependence;
  SmallVector<int64_t> latest; ///< of each set, the last position
  SmallVector<int64_t> position;
  llvm::DenseMap<Value, Array> own;
  /// The operands that hold the element that the result is made of.
  llvm::DenseMap<Operation *, SmallVector<Value, 2>> followed;
};
} // namespace

/// Element k of a context is known before `element` is (both plain numbers).
bool OwnElements::isStrict(Value context, int64_t k, int64_t element) {
  const Array *sets = dependence.of(context);
  return !sets || latest[int64_t(sets->data[k])] < position[element];
}

/// False if two elements of the place meet.
bool OwnElements::merge(double &number, double with) {
  if (number == 0)
    number = with;
  return with == 0 || number == with;
}

/// An elementwise operation: each operand is context throughout, or else made
/// of the result's own element throughout.
bool OwnElements::combine(Operation *op, Array &result) {
  unsigned count = op->getNumOperands();
  SmallVector<bool> follows(count, true), context(count, true);
  for (int64_t k = 0, n = result.sampleSize(); k < n; ++k) {
    double &number = result.data[k];
    for (Value v : op->getOperands())
      if (auto it = own.find(v); it != own.end())
        if (double with = it->second.data[k];
            number == 0 ||
            position[int64_t(with) - 1] > position[int64_t(number) - 1])
          number = with;
    for (auto [i, v] : llvm::enumerate(op->getOperands())) {
      auto it = own.find(v);
      follows[i] &= it != own.end() && it->second.data[k] == number;
      context[i] &= isStrict(v, k, int64_t(number) - 1);
    }
  }
  for (unsigned i = 0; i < count; ++i) {
    if (!follows[i] && !context[i])
      return false;
    if (!context[i])
      followed[op].push_back(op->getOperand(i));
  }
  return followed.count(op) != 0;
}

/// A reduction over repeats of one element of the place.
bool OwnElements::collect(Operation *op, Array &result) {
  auto reduce = cast<lane::ReduceOp>(op);
  const Array &from = own.find(reduce.getX())->second;
  for (int64_t k = 0, n = from.sampleSize(); k < n; ++k) {
    int64_t rest = k, to = 0, stride = 1;
    for (size_t axis = from.shape.size(); axis-- > 0; rest /= from.shape[axis])
      if (!llvm::is_contained(reduce.getDims(), int64_t(axis))) {
        to += rest % from.shape[axis] * stride;
        stride *= from.shape[axis];
      }
    if (!merge(result.data[to], from.data[k]))
      return false;
  }
  return true;
}

/// A product summed over repeats of one element of the place.
bool OwnElements::contract(lane::ContractOp op, Array &result) {
  auto spec = *lane::ContractSpec::parse(op.getSpec());
  lane::TensorType shapeX = lane::typeOf(op.getX()),
                   shapeY = lane::typeOf(op.getY());
  std::string order = spec.result;
  for (char letter : spec.x + spec.y)
    if (order.find(letter) == std::string::npos)
      order.push_back(letter);
  SmallVector<int64_t> extents;
  for (char letter : order)
    extents.push_back(spec.x.find(letter) != std::string::npos
                          ? shapeX.getDim(spec.x.find(letter))
                          : shapeY.getDim(spec.y.find(letter)));
  auto element = [&](const std::string &letters, ArrayRef<int64_t> index,
                     lane::TensorType type) {
    int64_t k = 0;
    for (auto [axis, letter] : llvm::enumerate(letters))
      k = k * type.getDim(axis) + index[order.find(letter)];
    return k;
  };
  int64_t total = 1;
  for (int64_t extent : extents)
    total *= extent;
  int64_t summed = total / std::max<int64_t>(result.sampleSize(), 1);
  SmallVector<int64_t> index(order.size(), 0);
  for (int64_t n = 0; n < total; ++n) {
    int64_t x = element(spec.x, index, shapeX),
            y = element(spec.y, index, shapeY);
    auto ownX = own.find(op.getX()), ownY = own.find(op.getY());
    double here = 0, &number = result.data[n / summed];
    if (ownX != own.end() && !merge(here, ownX->second.data[x]))
      return false;
    if (ownY != own.end() && !merge(here, ownY->second.data[y]))
      return false;
    if (here == 0 || !merge(number, here))
      return false;
    if (ownX == own.end() && !isStrict(op.getX(), x, int64_t(here) - 1))
      return false;
    if (ownY == own.end() && !isStrict(op.getY(), y, int64_t(here) - 1))
      return false;
    for (size_t i = order.size(); i-- > 0;) {
      if (++index[i] < extents[i])
        break;
      index[i] = 0;
    }
  }
  return true;
}

void OwnElements::visit(Operation *op) {
  if (op->getNumResults() != 1 ||
      llvm::none_of(op->getOperands(), [&](Value v) { return has(v); }))
    return;
  Value value = op->getResult(0);
  Array result = Array::filled(lane::typeOf(value).getShape(), true, 1);
  bool kept = false;
  if (op->hasTrait<lane::Elementwise>()) {
    kept = combine(op, result);
  } else if (auto product = dyn_cast<lane::ContractOp>(op)) {
    kept = contract(product, result);
  } else if (isa<lane::ReduceOp>(op)) {
    kept = collect(op, result);
  } else if (llvm::all_of(op->getOperands(), [&](Value v) { return has(v); })) {
    SmallVector<const Array *> inputs;
    for (Value v : op->getOperands())
      inputs.push_back(&own.find(v)->second);
    if (auto moved = lane::moveElements(op, inputs)) {
      result = std::move(*moved);
      kept = llvm::all_of(result.data, [](double n) { return n != 0; });
    }
  }
  if (!kept)
    return;
  own.try_emplace(value, std::move(result));
  if (!op->hasTrait<lane::Elementwise>())
    for (Value v : op->getOperands())
      if (has(v))
        followed[op].push_back(v);
}

std::optional<Causality> rill::flow::findCausality(Block &block, Value after,
                                                   Dependence &dependence) {
  for (Operation &op : block.without_terminator())
    for (Value v : op.getResults())
      dependence.of(v); // all sets are numbered before orders look at them
  for (CausalOrder &order :
       ordersOf(lane::typeOf(block.getArgument(0)).getShape())) {
    OwnElements own(block, dependence, order);
    if (own.has(after))
      return Causality{std::move(order), own.valuesBehind(after)};
  }
  return std::nullopt;
}

Grade rill::flow::gradeAlong(Value value, int64_t axis,
                             Dependence &dependence) {
  const Array *sets = dependence.of(value);
  Grade grade = Grade::None;
  if (!sets)
    return grade;
  CausalOrder order = orderOf(sets->shape, axis, false);
  for (auto [k, number] : llvm::enumerate(sets->data))
    for (unsigned j : dependence.set(int64_t(number)).set_bits()) {
      int64_t from = order.position[j], to = order.position[k];
      grade = join(grade, from < to   ? Grade::Before
                          : from > to ? Grade::Behind
                                      : Grade::Same);
    }
  return grade;
}

static Grade gradeOfBlock(Value start, Value end, int64_t axis);

static Grade gradeOfStep(Operation *op, int64_t axis) {
  if (auto update = dyn_cast<UpdateOp>(op)) {
    Block &body = update.getBody().front();
    Value after = body.getTerminator()->getOperand(0);
    if (lane::typeOf(after).getShape() !=
        lane::typeOf(update.getPlace()).getShape())
      return Grade::Anything;
    Dependence dependence(body.getArgument(0));
    return gradeAlong(after, axis, dependence);
  }
  if (isa<ScanOp>(op)) // carried values hand on what lies before
    return axis == 0 ? Grade::BeforeOrSame : Grade::Anything;
  auto repeat = cast<RepeatOp>(op);
  Block &body = repeat.getBody().front();
  if (body.getNumArguments() != 2)
    return Grade::Anything;
  Grade one = gradeOfBlock(body.getArgument(1),
                           body.getTerminator()->getOperand(0), axis);
  Grade all = one;
  for (int64_t n = 1; n < int64_t(repeat.getCount()) && n < 4; ++n)
    all = compose(one, all);
  return all;
}

/// From place to place, back from the end.
static Grade gradeOfBlock(Value start, Value end, int64_t axis) {
  Grade grade = Grade::Same;
  while (end != start) {
    Operation *op = end.getDefiningOp();
    if (!isa_and_nonnull<UpdateOp, RepeatOp, ScanOp>(op) ||
        op->getNumResults() != 1)
      return Grade::Anything;
    grade = compose(grade, gradeOfStep(op, axis));
    end = op->getOperand(0);
  }
  return grade;
}

Grade rill::flow::gradeOfFlow(Region &body, int64_t axis) {
  return gradeOfBlock(body.front().getArgument(0),
                      body.front().getTerminator()->getOperand(0), axis);
}

Operation *rill::flow::whereAnything(Block &block, Value after,
                                     Dependence &dependence) {
  llvm::DenseSet<Operation *> behind;
  SmallVector<Value> work{after};
  while (!work.empty()) {
    Operation *op = work.pop_back_val().getDefiningOp();
    if (op && op->getBlock() == &block && behind.insert(op).second)
      work.append(op->operand_begin(), op->operand_end());
  }
  ArrayRef<int64_t> shape = lane::typeOf(block.getArgument(0)).getShape();
  SmallVector<CausalOrder> orders = ordersOf(shape);
  // Whether some element of the place may read what depends on this set.
  auto isUsable = [&](const llvm::BitVector &set) {
    return llvm::any_of(orders, [&](CausalOrder &order) {
      return llvm::all_of(set.set_bits(), [&](unsigned element) {
        return order.position[element] < order.steps - 1;
      });
    });
  };
  Operation *last = nullptr;
  for (Operation &op : block.without_terminator()) {
    if (!behind.contains(&op) || op.hasTrait<lane::Elementwise>())
      continue;
    for (Value v : op.getResults()) {
      const Array *sets = dependence.of(v);
      if (!sets)
        continue;
      llvm::SmallDenseSet<int64_t> numbers;
      for (double number : sets->data)
        numbers.insert(int64_t(number));
      for (int64_t number = 1; number < dependence.numSets(); ++number) {
        if (!numbers.contains(number))
          continue;
        if (!isUsable(dependence.set(number)))
          return &op;
        if (dependence.set(number).count() > 1)
          last = &op;
      }
    }
  }
  return last;
}
