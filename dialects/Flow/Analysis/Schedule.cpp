// Schedules of causal inverses; see Schedule.h. Demand goes backwards from the
// contexts of the chain: which elements are needed, and when at the latest.
#include "Flow/Analysis/Schedule.h"

#include "Lane/Interp/Known.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::Array;
using Index = llvm::SmallVector<int64_t>;

Index Layout::slots(int64_t extent) const {
  Index result(extent, -1);
  for (auto [k, index] : llvm::enumerate(table))
    if (index >= 0)
      result[index] = int64_t(k) % width;
  return result;
}

Index Layout::times(int64_t extent) const {
  Index result(extent, -1);
  for (auto [k, index] : llvm::enumerate(table))
    if (index >= 0)
      result[index] = int64_t(k) / width;
  return result;
}

Index Layout::blockShape(ArrayRef<int64_t> shape) const {
  Index result(shape);
  result[axis] = width;
  return result;
}

static Index unravel(int64_t flat, ArrayRef<int64_t> shape) {
  Index index(shape.size());
  for (size_t axis = shape.size(); axis-- > 0; flat /= shape[axis])
    index[axis] = flat % shape[axis];
  return index;
}

static int64_t ravel(ArrayRef<int64_t> index, ArrayRef<int64_t> shape) {
  int64_t flat = 0;
  for (auto [i, extent] : llvm::zip(index, shape))
    flat = flat * extent + i;
  return flat;
}

namespace {
class Scheduler {
public:
  Scheduler(UpdateOp update, const UpdateVerdict &verdict)
      : block(update.getBody().front()), verdict(verdict),
        order(*verdict.causal), dependence(block.getArgument(0)) {}

  std::optional<Schedule> run();

private:
  static constexpr int64_t never = -1, any = -2;

  /// When each needed element of a value is computed: never (not needed), any
  /// (as soon as possible) or a step.
  Index &wishesOf(Value v) {
    Index &wishes = demands[v];
    if (wishes.empty())
      wishes.assign(lane::typeOf(v).getNumElements(), never);
    return wishes;
  }
  bool demand(Value v, int64_t k, int64_t time);
  bool settle(Value v);
  std::optional<Layout> layoutOf(Value v, ArrayRef<int64_t> times);
  bool visit(Operation *op);
  bool visitElementwise(Operation *op, const Index &times);
  bool visitMove(Operation *op, const Index &times);
  bool visitReduce(lane::ReduceOp op, const Index &times);
  bool visitContract(lane::ContractOp op, const Index &times);
  bool planMove(Operation *op);
  bool depends(Value v) { return dependence.of(v) != nullptr; }

  Block &block;
  const UpdateVerdict &verdict;
  const CausalOrder &order;
  Dependence dependence;
  Schedule schedule;
  llvm::DenseMap<Value, Index> demands;
  /// Elements of kept values: the first step that reads them.
  llvm::DenseMap<Value, Index> reads;
};
} // namespace

/// False if two uses want an element at different steps.
bool Scheduler::demand(Value v, int64_t k, int64_t time) {
  int64_t &wish = wishesOf(v)[k];
  if (time == any)
    wish = wish == never ? any : wish;
  else if (wish == never || wish == any)
    wish = time;
  return time == any || wish == time;
}

std::optional<Layout> Scheduler::layoutOf(Value v, ArrayRef<int64_t> times) {
  ArrayRef<int64_t> shape = lane::typeOf(v).getShape();
  for (int64_t axis = 0; axis < int64_t(shape.size()); ++axis) {
    Index along(shape[axis], never);
    bool fits = true;
    for (auto [k, time] : llvm::enumerate(times)) {
      if (time == never || time >= schedule.steps)
        continue;
      int64_t &at = along[unravel(int64_t(k), shape)[axis]];
      fits &= at == never || at == time;
      at = time;
    }
    if (!fits)
      continue;
    std::vector<Index> blocks(schedule.steps);
    for (auto [index, time] : llvm::enumerate(along))
      if (time != never)
        blocks[time].push_back(int64_t(index));
    Layout layout;
    layout.axis = axis;
    for (const Index &indices : blocks)
      layout.width = std::max(layout.width, int64_t(indices.size()));
    for (const Index &indices : blocks)
      for (int64_t slot = 0; slot < layout.width; ++slot)
        layout.table.push_back(slot < int64_t(indices.size()) ? indices[slot]
                                                              : -1);
    return layout;
  }
  return std::nullopt;
}

/// Times of a value whose uses have all been seen, and its layout.
bool Scheduler::settle(Value v) {
  Index &times = wishesOf(v);
  const Array *sets = dependence.of(v);
  const Index &first = reads[v];
  for (auto [k, time] : llvm::enumerate(times)) {
    if (time == never)
      continue;
    int64_t least = 0;
    for (unsigned element : dependence.set(int64_t(sets->data[k])).set_bits())
      least = std::max(least, order.position[element] + 1);
    if (time == any)
      time = least;
    if (time < least || (!first.empty() && first[k] >= 0 && time > first[k]))
      return false;
  }
  std::optional<Layout> layout = layoutOf(v, times);
  if (!layout)
    return false;
  schedule.layouts[v] = *layout;
  return true;
}

bool Scheduler::visitElementwise(Operation *op, const Index &times) {
  lane::Known &known = dependence.known();
  for (auto [k, time] : llvm::enumerate(times)) {
    if (time == never)
      continue;
    for (auto [i, v] : llvm::enumerate(op->getOperands())) {
      if (!depends(v))
        continue;
      if (isa<lane::MulOp>(op) &&
          known.isZero(op->getOperand(1 - i), int64_t(k)))
        continue;
      if (isa<lane::SelectOp>(op) && i > 0)
        if (const Array *condition = known.of(op->getOperand(0));
            condition && condition->data[k] == condition->data[k] &&
            (condition->data[k] != 0) != (i == 1))
          continue;
      if (!demand(v, int64_t(k), time))
        return false;
    }
  }
  return true;
}

/// The elements of the result by number: operand by operand, from 1.
static std::optional<Array> sources(Operation *op) {
  std::vector<Array> numbers;
  double next = 1;
  for (Value v : op->getOperands()) {
    numbers.push_back(Array::filled(lane::typeOf(v).getShape(), true, 1));
    for (double &number : numbers.back().data)
      number = next++;
  }
  SmallVector<const Array *> inputs;
  for (Array &array : numbers)
    inputs.push_back(&array);
  return lane::moveElements(op, inputs);
}

bool Scheduler::visitMove(Operation *op, const Index &times) {
  std::optional<Array> from = sources(op);
  if (!from)
    return false;
  for (auto [k, time] : llvm::enumerate(times)) {
    int64_t number = int64_t(from->data[k]) - 1;
    if (time == never || number < 0)
      continue;
    for (Value v : op->getOperands()) {
      int64_t count = lane::typeOf(v).getNumElements();
      if (number < count && number >= 0 && depends(v) &&
          !demand(v, number, time))
        return false;
      number -= count;
    }
  }
  return true;
}

bool Scheduler::visitReduce(lane::ReduceOp op, const Index &times) {
  ArrayRef<int64_t> shape = lane::typeOf(op.getX()).getShape();
  ArrayRef<int64_t> kept = lane::typeOf(op.getResult()).getShape();
  for (int64_t k = 0, n = lane::typeOf(op.getX()).getNumElements(); k < n;
       ++k) {
    Index index = unravel(k, shape), to;
    for (auto [axis, i] : llvm::enumerate(index))
      if (!llvm::is_contained(op.getDims(), int64_t(axis)))
        to.push_back(i);
    int64_t time = times[ravel(to, kept)];
    if (time != never && !demand(op.getX(), k, time))
      return false;
  }
  return true;
}

bool Scheduler::visitContract(lane::ContractOp op, const Index &times) {
  auto spec = *lane::ContractSpec::parse(op.getSpec());
  char own = spec.result[schedule.layouts[op.getResult()].axis];
  lane::Known &known = dependence.known();
  struct Side {
    Value value;
    std::string letters;
    ArrayRef<int64_t> shape;
    const Array *known;
    bool depends, block;
  };
  auto sideOf = [&](Value v, const std::string &letters) {
    bool has = letters.find(own) != std::string::npos;
    return Side{v,           letters,    lane::typeOf(v).getShape(),
                known.of(v), depends(v), has};
  };
  Side sides[2] = {sideOf(op.getX(), spec.x), sideOf(op.getY(), spec.y)};
  for (Side &side : sides)
    if (side.depends && !side.block) {
      schedule.kept.insert(side.value);
      Index &first = reads[side.value];
      if (first.empty())
        first.assign(lane::typeOf(side.value).getNumElements(), -1);
    }
  std::string order = spec.result;
  Index extents(lane::typeOf(op.getResult()).getShape());
  for (Side &side : sides)
    for (auto [letter, extent] : llvm::zip(side.letters, side.shape))
      if (order.find(letter) == std::string::npos) {
        order.push_back(letter);
        extents.push_back(extent);
      }
  SmallVector<Index> strides(2, Index(order.size(), 0));
  for (int s = 0; s < 2; ++s) {
    int64_t stride = 1;
    for (size_t i = sides[s].letters.size(); i-- > 0;
         stride *= sides[s].shape[i])
      strides[s][order.find(sides[s].letters[i])] = stride;
  }
  int64_t total = 1;
  for (int64_t extent : extents)
    total *= extent;
  int64_t summed = total / std::max<int64_t>(times.size(), 1);
  for (int64_t n = 0; n < total; ++n) {
    int64_t time = times[n / summed];
    if (time == never) {
      n += summed - 1 - n % summed;
      continue;
    }
    int64_t rest = n, at[2] = {0, 0};
    for (size_t i = order.size(); i-- > 0; rest /= extents[i])
      for (int s = 0; s < 2; ++s)
        at[s] += rest % extents[i] * strides[s][i];
    bool cut = false;
    for (int s = 0; s < 2; ++s)
      cut |= sides[s].known && sides[s].known->data[at[s]] == 0;
    for (int s = 0; s < 2; ++s) {
      // What a mask cuts off is read in a block, but need not be right.
      if (!sides[s].depends || cut)
        continue;
      if (!demand(sides[s].value, at[s], sides[s].block ? time : any))
        return false;
      if (!sides[s].block) {
        int64_t &first = reads[sides[s].value][at[s]];
        first = first < 0 ? time : std::min(first, time);
      }
    }
  }
  return true;
}

bool Scheduler::visit(Operation *op) {
  Value v = op->getResult(0);
  if (op->getNumResults() != 1 || !settle(v))
    return false;
  schedule.ops.push_back(op);
  Index times = wishesOf(v);
  if (op->hasTrait<lane::Elementwise>())
    return visitElementwise(op, times);
  if (auto reduce = dyn_cast<lane::ReduceOp>(op))
    return visitReduce(reduce, times);
  if (auto contract = dyn_cast<lane::ContractOp>(op))
    return visitContract(contract, times);
  return visitMove(op, times);
}

/// A movement within one step: which element of the operands' blocks each
/// element of the result's block is, the same at every step.
bool Scheduler::planMove(Operation *op) {
  std::optional<Array> from = sources(op);
  const Layout &layout = schedule.layouts[op->getResult(0)];
  ArrayRef<int64_t> shape = lane::typeOf(op->getResult(0)).getShape();
  Index block = layout.blockShape(shape);
  int64_t size = 1;
  for (int64_t extent : block)
    size *= extent;
  BlockMove move;
  move.elements.assign(size, -1);
  for (int64_t t = 0; t < schedule.steps; ++t)
    for (int64_t k = 0; k < size; ++k) {
      Index index = unravel(k, block);
      int64_t at = layout.table[t * layout.width + index[layout.axis]];
      if (at < 0)
        continue;
      index[layout.axis] = at;
      int64_t number = int64_t(from->data[ravel(index, shape)]) - 1;
      if (number < 0) {
        move.mixed = true;
        continue;
      }
      int64_t before = 0;
      for (Value v : op->getOperands()) {
        int64_t count = lane::typeOf(v).getNumElements();
        auto found = schedule.layouts.find(v);
        bool inBlocks = depends(v) && found != schedule.layouts.end();
        Index operandBlock;
        int64_t operandSize = 0;
        if (inBlocks) {
          operandBlock = found->second.blockShape(lane::typeOf(v).getShape());
          operandSize = 1;
          for (int64_t extent : operandBlock)
            operandSize *= extent;
        }
        if (number >= 0 && number < count) {
          if (!depends(v)) {
            move.mixed = true;
          } else if (inBlocks) {
            ArrayRef<int64_t> whole = lane::typeOf(v).getShape();
            Index place = unravel(number, whole);
            int64_t axis = found->second.axis;
            int64_t &along = place[axis];
            if (found->second.times(whole[axis])[along] != t)
              break; // not needed
            along = found->second.slots(whole[axis])[along];
            int64_t element = before + ravel(place, operandBlock);
            if (move.elements[k] >= 0 && move.elements[k] != element)
              return false;
            move.elements[k] = element;
          }
          break;
        }
        number -= count;
        before += operandSize;
      }
    }
  schedule.moves[op] = std::move(move);
  return true;
}

std::optional<Schedule> Scheduler::run() {
  if (order.axis < 0)
    return std::nullopt;
  schedule.steps = order.steps;
  for (const Chain::Step &step : verdict.chain.steps) {
    if (!step.op)
      return std::nullopt;
    for (auto [i, v] : llvm::enumerate(step.op->getOperands()))
      if (i != step.operand && depends(v))
        for (auto [k, position] : llvm::enumerate(order.position))
          if (!demand(v, int64_t(k), position))
            return std::nullopt;
  }
  for (Operation &op : llvm::reverse(block.without_terminator()))
    if (op.getNumResults() == 1 && demands.count(op.getResult(0)) &&
        !visit(&op))
      return std::nullopt;
  for (Operation &op : block.without_terminator())
    for (Value v : op.getResults()) // of operations that are not followed
      if (demands.count(v) && !schedule.layouts.count(v))
        return std::nullopt;
  Value place = block.getArgument(0);
  if (demands.count(place) && !settle(place))
    return std::nullopt;
  if (demands.count(place)) {
    // The place arrives one position after it was found.
    ArrayRef<int64_t> shape = lane::typeOf(place).getShape();
    Index times;
    for (int64_t position : order.position)
      times.push_back(position + 1);
    for (auto [k, time] : llvm::enumerate(wishesOf(place)))
      if (time != never && time != times[k])
        return std::nullopt;
    Layout layout;
    layout.axis = order.axis;
    layout.table.assign(schedule.steps, -1);
    for (auto [k, time] : llvm::enumerate(times))
      if (time < schedule.steps)
        layout.table[time] = unravel(int64_t(k), shape)[order.axis];
    schedule.layouts[place] = std::move(layout);
  }
  std::reverse(schedule.ops.begin(), schedule.ops.end());
  for (Operation *op : schedule.ops) {
    const Layout &layout = schedule.layouts[op->getResult(0)];
    if (op->hasTrait<lane::Elementwise>()) {
      // One layout for all, so that blocks meet slot by slot.
      for (Value v : op->getOperands())
        if (auto it = schedule.layouts.find(v);
            it != schedule.layouts.end() && it->second != layout)
          return std::nullopt;
    } else if (auto reduce = dyn_cast<lane::ReduceOp>(op)) {
      const Layout &from = schedule.layouts[reduce.getX()];
      int64_t axis =
          from.axis - llvm::count_if(reduce.getDims(),
                                     [&](int64_t d) { return d < from.axis; });
      if (llvm::is_contained(reduce.getDims(), from.axis) ||
          axis != layout.axis || from.table != layout.table)
        return std::nullopt;
    } else if (auto contract = dyn_cast<lane::ContractOp>(op)) {
      auto spec = *lane::ContractSpec::parse(contract.getSpec());
      char own = spec.result[layout.axis];
      bool bothKept = true;
      for (auto [v, letters] : {std::pair(contract.getX(), spec.x),
                                std::pair(contract.getY(), spec.y)}) {
        auto it = schedule.layouts.find(v);
        bool block = letters.find(own) != std::string::npos;
        bothKept &= it != schedule.layouts.end() && !block;
        if (it == schedule.layouts.end() || !block)
          continue;
        if (letters[it->second.axis] != own || it->second.table != layout.table)
          return std::nullopt;
      }
      if (bothKept)
        return std::nullopt;
    } else if (!planMove(op)) {
      return std::nullopt;
    }
  }
  return std::move(schedule);
}

std::optional<Schedule> rill::flow::findSchedule(UpdateOp update,
                                                 const UpdateVerdict &verdict) {
  return Scheduler(update, verdict).run();
}
