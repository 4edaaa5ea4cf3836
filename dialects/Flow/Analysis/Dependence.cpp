// Dependence of elements; see Dependence.h. Sets are numbered, so that values
// hold numbers and movements of elements are the interpreter's.
#include "Flow/Analysis/Dependence.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::Array;

Dependence::Dependence(Value place, bool throughSteps)
    : place(place), throughSteps(throughSteps) {
  int64_t count = lane::typeOf(place).getNumElements();
  llvm::BitVector none(count);
  numberOf(none);
  Array own = Array::filled(lane::typeOf(place).getShape(), true, 1);
  for (int64_t k = 0; k < count; ++k) {
    llvm::BitVector one(count);
    one.set(k);
    own.data[k] = double(numberOf(one));
  }
  found[place] = std::make_unique<Array>(std::move(own));
}

int64_t Dependence::numberOf(const llvm::BitVector &set) {
  auto data = set.getData();
  std::vector<uint64_t> key(data.begin(), data.end());
  auto [it, fresh] = numbers.emplace(std::move(key), int64_t(sets.size()));
  if (fresh)
    sets.push_back(set);
  return it->second;
}

int64_t Dependence::unite(int64_t a, int64_t b) {
  if (a == b || b == 0)
    return a;
  if (a == 0)
    return b;
  auto [it, fresh] = unions.emplace(std::minmax(a, b), 0);
  if (fresh) {
    llvm::BitVector both = sets[a];
    both |= sets[b];
    it->second = numberOf(both);
  }
  return it->second;
}

int64_t Dependence::at(Value value, int64_t k) {
  const Array *array = of(value);
  return array ? int64_t(array->data[k]) : 0;
}

const Array *Dependence::of(Value value) {
  if (auto it = found.find(value); it != found.end())
    return it->second.get();
  Sets result;
  Operation *op = value.getDefiningOp();
  // A step of a flow also reads what its region uses from outside.
  bool step = throughSteps && isa_and_nonnull<UpdateOp, RepeatOp, ScanOp>(op);
  if (step ||
      (op && llvm::any_of(op->getOperands(), [&](Value v) { return of(v); })))
    result = compute(op, cast<OpResult>(value).getResultNumber());
  std::unique_ptr<Array> &entry = found[value];
  if (result)
    entry = std::make_unique<Array>(std::move(*result));
  return entry.get();
}

bool Dependence::mixes(Value value) {
  const Array *array = of(value);
  return array && llvm::any_of(array->data, [&](double number) {
           return set(int64_t(number)).count() > 1;
         });
}

bool Dependence::readsOthers(Value value) {
  if (mixes(value))
    return true;
  const Array *array = of(value);
  if (!array ||
      lane::typeOf(value).getShape() != lane::typeOf(place).getShape())
    return false;
  for (auto [k, number] : llvm::enumerate(array->data))
    if (number != 0 && !set(int64_t(number)).test(k))
      return true;
  return false;
}

bool Dependence::isDiagonal(Value value) {
  const Array *array = of(value);
  return array &&
         lane::typeOf(value).getShape() == lane::typeOf(place).getShape() &&
         !readsOthers(value) && !llvm::is_contained(array->data, 0);
}

Array Dependence::everything(Operation *op, Value result) {
  int64_t all = 0;
  for (Value v : op->getOperands())
    if (const Array *array = of(v))
      for (double number : array->data)
        all = unite(all, int64_t(number));
  return Array::filled(lane::typeOf(result).getShape(), true, 1, double(all));
}

Dependence::Sets Dependence::elementwise(Operation *op) {
  Array result =
      Array::filled(lane::typeOf(op->getResult(0)).getShape(), true, 1);
  auto select = dyn_cast<lane::SelectOp>(op);
  const Array *condition =
      select ? constants.of(select.getCondition()) : nullptr;
  for (int64_t k = 0, n = result.sampleSize(); k < n; ++k) {
    // 0 times anything is no dependence, nor is the branch not taken.
    if (isa<lane::MulOp>(op) && (constants.isZero(op->getOperand(0), k) ||
                                 constants.isZero(op->getOperand(1), k)))
      continue;
    int64_t number = 0;
    for (auto [i, v] : llvm::enumerate(op->getOperands())) {
      bool taken = true;
      if (condition && condition->data[k] == condition->data[k])
        taken = i == (condition->data[k] != 0 ? 1 : 2);
      if (taken)
        number = unite(number, at(v, k));
    }
    result.data[k] = double(number);
  }
  return result;
}

/// Strides of the letters in an operand of this shape.
static std::map<char, int64_t> strides(StringRef letters,
                                       ArrayRef<int64_t> shape) {
  std::map<char, int64_t> result;
  int64_t stride = 1;
  for (size_t i = letters.size(); i-- > 0; stride *= shape[i])
    result[letters[i]] = stride;
  return result;
}

Dependence::Sets Dependence::contraction(lane::ContractOp op) {
  auto spec = *lane::ContractSpec::parse(op.getSpec());
  auto xs = strides(spec.x, lane::typeOf(op.getX()).getShape());
  auto ys = strides(spec.y, lane::typeOf(op.getY()).getShape());
  std::map<char, int64_t> extents;
  for (auto [letter, extent] :
       llvm::zip(spec.x, lane::typeOf(op.getX()).getShape()))
    extents[letter] = extent;
  for (auto [letter, extent] :
       llvm::zip(spec.y, lane::typeOf(op.getY()).getShape()))
    extents[letter] = extent;
  std::string order = spec.result;
  for (auto [letter, extent] : extents)
    if (order.find(letter) == std::string::npos)
      order.push_back(letter);
  const Array *setsX = of(op.getX()), *setsY = of(op.getY());
  const Array *knownX = constants.of(op.getX()),
              *knownY = constants.of(op.getY());
  Array result =
      Array::filled(lane::typeOf(op.getResult()).getShape(), true, 1);
  int64_t total = 1;
  for (char letter : order)
    total *= extents[letter];
  int64_t summed = total / std::max<int64_t>(result.sampleSize(), 1);
  SmallVector<int64_t> index(order.size(), 0), stepX, stepY, size;
  for (char letter : order) {
    size.push_back(extents[letter]);
    stepX.push_back(xs.count(letter) ? xs[letter] : 0);
    stepY.push_back(ys.count(letter) ? ys[letter] : 0);
  }
  int64_t x = 0, y = 0;
  for (int64_t n = 0; n < total; ++n) {
    bool cut =
        (knownX && knownX->data[x] == 0) || (knownY && knownY->data[y] == 0);
    if (!cut) {
      double &number = result.data[n / summed];
      int64_t with = unite(setsX ? int64_t(setsX->data[x]) : 0,
                           setsY ? int64_t(setsY->data[y]) : 0);
      number = double(unite(int64_t(number), with));
    }
    for (size_t i = order.size(); i-- > 0;) {
      x += stepX[i];
      y += stepY[i];
      if (++index[i] < size[i])
        break;
      x -= stepX[i] * size[i];
      y -= stepY[i] * size[i];
      index[i] = 0;
    }
  }
  return result;
}

Dependence::Sets Dependence::reduction(lane::ReduceOp op) {
  Array result =
      Array::filled(lane::typeOf(op.getResult()).getShape(), true, 1);
  ArrayRef<int64_t> shape = lane::typeOf(op.getX()).getShape();
  const Array &from = *of(op.getX());
  for (int64_t k = 0, n = from.sampleSize(); k < n; ++k) {
    int64_t rest = k, to = 0, stride = 1;
    for (size_t axis = shape.size(); axis-- > 0; rest /= shape[axis])
      if (!llvm::is_contained(op.getDims(), int64_t(axis))) {
        to += rest % shape[axis] * stride;
        stride *= shape[axis];
      }
    double &number = result.data[to];
    number = double(unite(int64_t(number), int64_t(from.data[k])));
  }
  return result;
}

Dependence::Sets Dependence::cumulative(lane::CumsumOp op) {
  ArrayRef<int64_t> shape = lane::typeOf(op.getX()).getShape();
  int64_t inner = 1, extent = shape[op.getDim()];
  for (int64_t axis = op.getDim() + 1; axis < int64_t(shape.size()); ++axis)
    inner *= shape[axis];
  Array result = *of(op.getX());
  for (int64_t start = 0, n = result.sampleSize(); start < n;
       start += extent * inner)
    for (int64_t column = 0; column < inner; ++column) {
      int64_t sum = 0;
      for (int64_t i = 0; i < extent; ++i) {
        int64_t row = op.getReverse() ? extent - 1 - i : i;
        double &number = result.data[start + row * inner + column];
        int64_t with = unite(sum, int64_t(number));
        number = double(op.getExclusive() ? sum : with);
        sum = with;
      }
    }
  return result;
}

/// Of a join; `indices` say where the elements of each part go.
Dependence::Sets Dependence::pieces(ValueRange parts, ArrayAttr indices,
                                    Value whole) {
  Array result = Array::filled(lane::typeOf(whole).getShape(), true, 1);
  for (auto [part, list] : llvm::zip(parts, indices))
    for (auto [k, element] : llvm::enumerate(indicesOf(list)))
      result.data[element] = double(at(part, int64_t(k)));
  return result;
}

void Dependence::bind(Value value, const Array &sets) {
  found[value] = std::make_unique<Array>(sets);
}

/// The values of a region have other sets at its next step.
void Dependence::forget(Block &block) {
  block.walk([&](Operation *op) {
    for (Value v : op->getResults())
      found.erase(v);
    for (Region &region : op->getRegions())
      for (Value v : region.getArguments())
        found.erase(v);
  });
}

static Array independent(Value value) {
  return Array::filled(lane::typeOf(value).getShape(), true, 1);
}

Array Dependence::update(UpdateOp op) {
  Block &body = op.getBody().front();
  if (const Array *sets = of(op.getPlace()))
    bind(body.getArgument(0), *sets);
  Value after = body.getTerminator()->getOperand(0);
  const Array *sets = of(after);
  return sets ? *sets : independent(after);
}

Array Dependence::repeat(RepeatOp op, unsigned result) {
  Block &body = op.getBody().front();
  SmallVector<Array, 0> now;
  for (Value place : op.getPlaces()) {
    const Array *sets = of(place);
    now.push_back(sets ? *sets : independent(place));
  }
  for (int64_t step = 0; step < int64_t(op.getCount()); ++step) {
    forget(body);
    for (auto [k, sets] : llvm::enumerate(now))
      bind(body.getArgument(k + 1), sets);
    for (auto [k, after] :
         llvm::enumerate(body.getTerminator()->getOperands())) {
      const Array *sets = of(after);
      now[k] = sets ? *sets : independent(after);
    }
  }
  return now[result];
}

/// Slice t is made of all that its own slices, earlier ones and the values
/// carried from the start depend on.
Array Dependence::scan(ScanOp op, unsigned result) {
  Array all = independent(op->getResult(result));
  int64_t seen = 0, width = all.sampleSize() / int64_t(op.getCount());
  auto add = [&](Value value, int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k)
      seen = unite(seen, at(value, k));
  };
  auto addAll = [&](Value value) {
    add(value, 0, lane::typeOf(value).getNumElements());
  };
  for (Value start : op.getInits())
    addAll(start);
  op.getBody().walk([&](Operation *inner) { // the context, from outside
    for (Value v : inner->getOperands())
      if (!op.getBody().isAncestor(v.getParentRegion()))
        addAll(v);
  });
  for (int64_t t = 0; t < int64_t(op.getCount()); ++t) {
    for (Value place : op.getPlaces()) {
      int64_t size = lane::typeOf(place).getNumElements() / op.getCount();
      add(place, t * size, (t + 1) * size);
    }
    for (int64_t k = 0; k < width; ++k)
      all.data[t * width + k] = double(seen);
  }
  return all;
}

Dependence::Sets Dependence::compute(Operation *op, unsigned number) {
  Value value = op->getResult(number);
  if (auto split = dyn_cast<SplitOp>(op)) {
    Array result = Array::filled(lane::typeOf(value).getShape(), true, 1);
    for (auto [k, element] :
         llvm::enumerate(indicesOf(split.getParts()[number])))
      result.data[k] = double(at(split.getPlace(), element));
    return result;
  }
  if (auto join = dyn_cast<JoinOp>(op))
    return pieces(join.getXs(), join.getParts(), join.getPlace());
  if (auto step = dyn_cast<UpdateOp>(op))
    return update(step);
  if (auto steps = dyn_cast<RepeatOp>(op))
    return repeat(steps, number);
  if (auto steps = dyn_cast<ScanOp>(op))
    return scan(steps, number);
  if (op->hasTrait<lane::Elementwise>())
    return elementwise(op);
  SmallVector<Array, 0> inputs;
  for (Value v : op->getOperands()) {
    const Array *array = of(v);
    inputs.push_back(
        array ? *array : Array::filled(lane::typeOf(v).getShape(), true, 1));
  }
  SmallVector<const Array *> pointers;
  for (Array &array : inputs)
    pointers.push_back(&array);
  if (auto moved = lane::moveElements(op, pointers))
    return std::move(*moved);
  return llvm::TypeSwitch<Operation *, Sets>(op)
      .Case([&](lane::ContractOp o) { return contraction(o); })
      .Case([&](lane::ReduceOp o) { return reduction(o); })
      .Case([&](lane::CumsumOp o) { return cumulative(o); })
      .Default([&](Operation *o) { return everything(o, value); });
}

SmallVector<llvm::BitVector> rill::flow::dependenceOfFlow(Region &flow) {
  Value start = flow.front().getArgument(0),
        end = flow.front().getTerminator()->getOperand(0);
  Dependence dependence(start, /*throughSteps=*/true);
  const Array *sets = dependence.of(end);
  int64_t count = lane::typeOf(end).getNumElements();
  SmallVector<llvm::BitVector> result;
  for (int64_t k = 0; k < count; ++k)
    result.push_back(dependence.set(sets ? int64_t(sets->data[k]) : 0));
  return result;
}
