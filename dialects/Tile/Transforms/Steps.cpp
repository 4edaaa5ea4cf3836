//===- Steps.cpp - Operations gathered into steps -------------------------===//
//
// See Steps.h.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Steps.h"

#include "Tile/Transforms/Rewrites.h"
#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace rill;
using namespace rill::tile;

bool rill::tile::isFree(Operation *op) {
  if (auto gather = dyn_cast<lane::GatherOp>(op))
    return progression(gather.getIndices()).has_value();
  if (auto concat = dyn_cast<lane::ConcatOp>(op))
    return concat.getXs().size() == 1;
  return isa<lane::ConstOp, lane::IotaOp, lane::SpreadOp, lane::ReshapeOp,
             lane::PermuteOp, lane::SliceOp, lane::ReverseOp, lane::VaryOp>(op);
}

Value rill::tile::rootOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isFree(op) || op->getNumOperands() == 0)
      break;
    value = op->getOperand(0);
  }
  return value;
}

static bool isElementwise(Operation *op) {
  return op->hasTrait<lane::Elementwise>() || isa<lane::BatchSizeOp>(op);
}

static Shape shapeOf(Value value) {
  ArrayRef<int64_t> shape = lane::typeOf(value).getShape();
  return Shape(shape.begin(), shape.end());
}

//===-- assemblies --------------------------------------------------------===//

static Piece pieceOf(lane::PadOp pad) {
  Piece piece{pad.getX(), {}, {}};
  for (auto [low, interior] : llvm::zip(pad.getLow(), pad.getInterior())) {
    piece.offsets.push_back(low);
    piece.steps.push_back(interior + 1);
  }
  return piece;
}

/// Marks the elements of `piece` in a tensor of this shape; false if one was.
static bool mark(const Piece &piece, ArrayRef<int64_t> shape,
                 llvm::BitVector &taken) {
  View all;
  all.shape.assign(shape.begin(), shape.end());
  SmallVector<int64_t> dense = denseStrides(Layout::rows, shape);
  Shape sizes = shapeOf(piece.value);
  int64_t n = lane::typeOf(piece.value).getNumElements();
  for (int64_t i = 0; i < n; ++i) {
    int64_t rest = i, at = 0;
    for (int64_t axis = int64_t(sizes.size()) - 1; axis >= 0; --axis) {
      int64_t index = rest % sizes[axis];
      rest /= sizes[axis];
      at += (piece.offsets[axis] + index * piece.steps[axis]) * dense[axis];
    }
    if (taken.test(at))
      return false;
    taken.set(at);
  }
  return true;
}

/// The pads that `op`, a pad or a tree of additions of pads that nothing else
/// reads, puts together; false if it is something else or they overlap.
static bool padsOf(Operation *op, const DenseSet<Operation *> &listed,
                   SmallVectorImpl<Operation *> &inner,
                   SmallVectorImpl<Piece> &pieces, llvm::BitVector &taken) {
  SmallVector<Operation *> open{op};
  while (!open.empty()) {
    Operation *next = open.pop_back_val();
    if (!next || !listed.contains(next) ||
        (next != op && !next->getResult(0).hasOneUse()))
      return false;
    if (next != op)
      inner.push_back(next);
    if (auto pad = dyn_cast<lane::PadOp>(next)) {
      pieces.push_back(pieceOf(pad));
      if (!mark(pieces.back(), lane::typeOf(pad.getResult()).getShape(), taken))
        return false;
    } else if (auto add = dyn_cast<lane::AddOp>(next)) {
      open.push_back(add.getY().getDefiningOp());
      open.push_back(add.getX().getDefiningOp());
    } else {
      return false;
    }
  }
  return true;
}

static Step stepOfConcat(lane::ConcatOp concat) {
  Step step(Step::assembly);
  int64_t offset = 0, dim = concat.getDim();
  for (Value part : concat.getXs()) {
    int64_t rank = lane::typeOf(part).getRank();
    Piece piece{part, Shape(rank, 0), Shape(rank, 1)};
    piece.offsets[dim] = offset;
    offset += lane::typeOf(part).getDim(dim);
    step.pieces.push_back(piece);
  }
  return step;
}

//===-- forming -----------------------------------------------------------===//

/// Box that a member runs over.
static Shape boxOf(Operation *op) {
  if (isa<lane::ReduceOp, lane::ReduceBatchOp>(op))
    return shapeOf(op->getOperand(0));
  return shapeOf(op->getResult(0));
}

namespace {

class Former {
public:
  explicit Former(ArrayRef<Operation *> ops) : ops(ops) {
    listed.insert(ops.begin(), ops.end());
  }
  std::vector<Step> run();

private:
  void findAssemblies();
  void add(Operation *op);
  void addMember(Operation *op);
  int append(Step step, Operation *op);
  /// The first step over `dims` at which a member can read `operand`.
  int earliest(Value operand, ArrayRef<int64_t> dims);
  bool accepts(const Step &step, Operation *op, ArrayRef<int64_t> dims);
  std::optional<int> search(Operation *op, int first, ArrayRef<int64_t> dims);
  void put(Operation *op, int k);
  void raise(Operation *op, int k);
  void settle(Operation *op);
  void settleOperands(ValueRange values);
  void sinkMembers();
  bool sinks(int k, Operation *op);
  void markStored();

  ArrayRef<Operation *> ops;
  DenseSet<Operation *> listed;
  std::vector<Step> steps;
  DenseMap<Operation *, int> at;
  /// Members without a step yet, and the first that could take them.
  DenseMap<Operation *, int> pending;
  std::map<Operation *, Step> assemblies;
  DenseSet<Operation *> absorbed;
};

} // namespace

void Former::findAssemblies() {
  for (Operation *op : llvm::reverse(ops)) {
    if (absorbed.contains(op) || !isa<lane::AddOp, lane::PadOp>(op))
      continue;
    Step step(Step::assembly);
    SmallVector<Operation *> inner;
    llvm::BitVector taken(lane::typeOf(op->getResult(0)).getNumElements());
    if (!padsOf(op, listed, inner, step.pieces, taken))
      continue;
    step.covers = taken.all();
    absorbed.insert(inner.begin(), inner.end());
    assemblies.insert({op, step});
  }
}

int Former::earliest(Value operand, ArrayRef<int64_t> dims) {
  Value root = rootOf(operand);
  Operation *op = root.getDefiningOp();
  if (auto found = pending.find(op); op && found != pending.end()) {
    if (operand == root && ArrayRef(boxOf(op)) == dims)
      return found->second;
    settle(op);
  }
  auto found = op ? at.find(op) : at.end();
  if (found == at.end())
    return 0;
  const Step &step = steps[found->second];
  bool inRegister = operand == root && !isa<lane::ReduceOp>(op) &&
                    (step.kind == Step::map || step.kind == Step::product) &&
                    ArrayRef(step.dims) == dims;
  return found->second + !inRegister;
}

bool Former::accepts(const Step &step, Operation *op, ArrayRef<int64_t> dims) {
  if (ArrayRef(step.dims) != dims)
    return false;
  if (step.kind == Step::product)
    return !isa<lane::ReduceOp>(op);
  if (step.kind != Step::map)
    return false;
  auto reduce = dyn_cast<lane::ReduceOp>(op);
  return !reduce || !step.reduced ||
         ArrayRef(*step.reduced) == reduce.getDims();
}

int Former::append(Step step, Operation *op) {
  steps.push_back(std::move(step));
  at[op] = steps.size() - 1;
  return at[op];
}

std::optional<int> Former::search(Operation *op, int first,
                                  ArrayRef<int64_t> dims) {
  for (int k = first; k < int(steps.size()); ++k)
    if ((k == first || steps[k].kind == Step::map) &&
        accepts(steps[k], op, dims))
      return k;
  return std::nullopt;
}

/// Members that wait and read `op`, which is at step `k` or later, wait for
/// that.
void Former::raise(Operation *op, int k) {
  for (Operation *user : op->getUsers()) {
    auto found = pending.find(user);
    if (found == pending.end() || found->second >= k)
      continue;
    found->second = k;
    raise(user, k);
  }
}

// With what it reads and is not placed yet.
void Former::put(Operation *op, int k) {
  pending.erase(op);
  at[op] = k;
  for (Value operand : op->getOperands())
    if (Operation *maker = operand.getDefiningOp(); pending.contains(maker))
      put(maker, k);
  steps[k].members.push_back(op);
  raise(op, k);
  if (auto reduce = dyn_cast<lane::ReduceOp>(op))
    steps[k].reduced = Shape(reduce.getDims().begin(), reduce.getDims().end());
}

void Former::settle(Operation *op) {
  Shape dims = boxOf(op);
  if (std::optional<int> k = search(op, pending.lookup(op), dims))
    return put(op, *k);
  Step step(Step::map);
  step.dims = dims;
  steps.push_back(std::move(step));
  put(op, steps.size() - 1);
}

// An operation that finds no step waits for the first that reads it, so that
// masks and the like end up in the epilogue of a product.
void Former::addMember(Operation *op) {
  Shape dims = boxOf(op);
  int first = 0;
  // Once more, since settling one operand may have placed another.
  for (int pass = 0; pass < 2; ++pass)
    for (Value operand : op->getOperands())
      first = std::max(first, earliest(operand, dims));
  pending[op] = first;
  if (std::optional<int> k = search(op, first, dims))
    put(op, *k);
  else if (isa<lane::ReduceOp, lane::ReduceBatchOp>(op))
    settle(op);
}

void Former::settleOperands(ValueRange values) {
  for (Value value : values)
    if (Operation *maker = rootOf(value).getDefiningOp();
        pending.contains(maker))
      settle(maker);
}

void Former::add(Operation *op) {
  if (auto found = assemblies.find(op); found != assemblies.end()) {
    Step step = found->second;
    step.anchor = op;
    for (const Piece &piece : step.pieces)
      settleOperands(piece.value);
    append(step, op);
    return;
  }
  if (isElementwise(op) || isa<lane::ReduceOp, lane::ReduceBatchOp>(op))
    return addMember(op);
  settleOperands(op->getOperands());
  Step step(Step::other);
  if (auto concat = dyn_cast<lane::ConcatOp>(op))
    step = stepOfConcat(concat);
  else if (isa<lane::LoopOp>(op))
    step.kind = Step::loop;
  else if (auto contract = dyn_cast<lane::ContractOp>(op);
           contract && !contract.getBatch()) {
    step.kind = Step::product;
    step.dims = shapeOf(contract.getResult());
  }
  step.anchor = op;
  append(step, op);
}

/// True if `op` of step `k` is better done where its result is read: one later
/// step over the same box, which then reads the operands, from memory anyhow,
/// instead of the result.
bool Former::sinks(int k, Operation *op) {
  if (!op->hasTrait<lane::Elementwise>() || op->use_empty())
    return false;
  int target = -1;
  for (Operation *user : op->getUsers()) {
    auto found = at.find(user);
    if (found == at.end() || found->second == k ||
        !llvm::is_contained(steps[found->second].members, user) ||
        (target >= 0 && target != found->second))
      return false;
    target = found->second;
  }
  if (steps[target].dims != steps[k].dims)
    return false;
  int reads = 0;
  for (Value operand : op->getOperands()) {
    Operation *maker = rootOf(operand).getDefiningOp();
    bool here =
        maker && maker->getNumOperands() && at.count(maker) && at[maker] == k;
    bool stored = llvm::any_of(operand.getUsers(), [&](Operation *user) {
      return user != op && (!at.count(user) || at[user] != k);
    });
    if (here && !stored)
      return false;
    reads += !lane::isInvariant(operand);
  }
  if (reads > 1)
    return false;
  at[op] = target;
  llvm::erase(steps[k].members, op);
  auto &members = steps[target].members;
  members.insert(members.begin(), op);
  return true;
}

// Later operations first: what they read may follow them.
void Former::sinkMembers() {
  for (int k = 0; k < int(steps.size()); ++k) {
    if (steps[k].kind != Step::map)
      continue;
    SmallVector<Operation *> members(steps[k].members);
    for (Operation *op : llvm::reverse(members))
      sinks(k, op);
  }
}

// A result needs memory unless all that reads it are members of its own step.
void Former::markStored() {
  for (Step &step : steps) {
    SmallVector<Operation *> producers(step.members);
    if (step.kind == Step::product)
      producers.insert(producers.begin(), step.anchor);
    if (step.kind != Step::map && step.kind != Step::product)
      continue;
    for (Operation *op : producers) {
      if (isa<lane::ReduceOp, lane::ReduceBatchOp>(op))
        continue;
      bool inside = llvm::all_of(op->getUsers(), [&](Operation *user) {
        return llvm::is_contained(step.members, user);
      });
      if (!inside)
        step.stored.push_back(op->getResult(0));
    }
  }
}

std::vector<Step> Former::run() {
  findAssemblies();
  for (Operation *op : ops)
    if (!isFree(op) && !absorbed.contains(op))
      add(op);
  for (Operation *op : ops)
    if (pending.contains(op) && !op->use_empty())
      settle(op);
  sinkMembers();
  markStored();
  return std::move(steps);
}

std::vector<Step> rill::tile::formSteps(ArrayRef<Operation *> ops) {
  return Former(ops).run();
}
