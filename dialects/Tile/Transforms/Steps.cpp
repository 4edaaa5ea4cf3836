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
  /// The first step at which `op` can be, as far as `operand` goes.
  int earliest(Value operand, bool member);
  bool accepts(const Step &step, Operation *op, ArrayRef<int64_t> dims);
  void markStored();

  ArrayRef<Operation *> ops;
  DenseSet<Operation *> listed;
  std::vector<Step> steps;
  DenseMap<Operation *, int> at;
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

int Former::earliest(Value operand, bool member) {
  Value root = rootOf(operand);
  Operation *op = root.getDefiningOp();
  auto found = op ? at.find(op) : at.end();
  if (found == at.end())
    return 0;
  const Step &step = steps[found->second];
  bool inRegister = member && operand == root &&
                    (step.kind == Step::map || step.kind == Step::product) &&
                    !isa<lane::ReduceOp>(op);
  return found->second + !inRegister;
}

/// Box that a member runs over.
static Shape boxOf(Operation *op) {
  if (isa<lane::ReduceOp, lane::ReduceBatchOp>(op))
    return shapeOf(op->getOperand(0));
  return shapeOf(op->getResult(0));
}

bool Former::accepts(const Step &step, Operation *op, ArrayRef<int64_t> dims) {
  if (ArrayRef(step.dims) != dims)
    return false;
  if (step.kind == Step::product)
    return !isa<lane::ReduceOp>(op);
  if (step.kind != Step::map)
    return false;
  auto reduce = dyn_cast<lane::ReduceOp>(op);
  return !reduce || !step.reduced || ArrayRef(*step.reduced) == reduce.getDims();
}

int Former::append(Step step, Operation *op) {
  steps.push_back(std::move(step));
  at[op] = steps.size() - 1;
  return at[op];
}

void Former::addMember(Operation *op) {
  Shape dims = boxOf(op);
  int first = 0;
  for (Value operand : op->getOperands())
    first = std::max(first, earliest(operand, true));
  int chosen = -1;
  for (int k = first; k < int(steps.size()) && chosen < 0; ++k)
    if ((k == first || steps[k].kind == Step::map) &&
        accepts(steps[k], op, dims))
      chosen = k;
  if (chosen < 0) {
    Step step(Step::map);
    step.dims = dims;
    chosen = append(step, op);
  }
  at[op] = chosen;
  steps[chosen].members.push_back(op);
  if (auto reduce = dyn_cast<lane::ReduceOp>(op))
    steps[chosen].reduced =
        Shape(reduce.getDims().begin(), reduce.getDims().end());
}

void Former::add(Operation *op) {
  if (auto found = assemblies.find(op); found != assemblies.end()) {
    Step step = found->second;
    step.anchor = op;
    append(step, op);
    return;
  }
  if (isElementwise(op) || isa<lane::ReduceOp, lane::ReduceBatchOp>(op))
    return addMember(op);
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
  markStored();
  return std::move(steps);
}

std::vector<Step> rill::tile::formSteps(ArrayRef<Operation *> ops) {
  return Former(ops).run();
}
