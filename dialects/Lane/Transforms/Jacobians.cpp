// Jacobians in factored form, forward from x; their traces are in
// Divergence.cpp. See Jacobians.h.
#include "Lane/Transforms/Jacobians.h"

#include "Lane/Diff/Differentiation.h"
#include "Lane/Interp/Known.h"
#include "Lane/Transforms/Pick.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace rill::lane {

// More terms than this are not worth following: tangents are as good then.
static constexpr size_t mostTerms = 16;

bool Chain::isVarying() const {
  auto varies = [](Value v) { return v && !isInvariant(v); };
  return varies(factor) || varies(scale) ||
         llvm::any_of(layers, [&](const Layer &layer) {
           return varies(layer.factor) || varies(layer.weight);
         });
}

Jacobians::Jacobians(Value x, OpBuilder &builder)
    : x(x), size(typeOf(x).getNumElements()), builder(builder) {
  known[x] = {Chain{{}, allOf(size), {}, {}}};
}

const Jacobian &Jacobians::of(Value v) const {
  static const Jacobian none;
  auto it = known.find(v);
  return it == known.end() ? none : it->second;
}

//===-- sums of terms -----------------------------------------------------===//

/// a + b, of this type; null is one.
static Value sumOf(Value a, Value b, TensorType type, LaneBuilder &build) {
  auto orOne = [&](Value v) { return v ? v : build.constant(type, 1); };
  return build.add(orOne(a), orOne(b));
}

/// Whether no element has a row in both.
static bool areApart(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  return llvm::all_of(llvm::zip_equal(a, b), [](auto pair) {
    return std::get<0>(pair) < 0 || std::get<1>(pair) < 0;
  });
}

// Adds a term to the Jacobian of `v`. Terms that differ in their last diagonal
// alone are one, as of x sigmoid(x); so are parts of a place that come together
// again.
static void addTerm(Jacobian &sum, Chain term, Value v, LaneBuilder &b) {
  for (Chain &old : sum) {
    if (old.layers != term.layers)
      continue;
    bool plain = !old.factor && !term.factor;
    if (old.rows == term.rows && plain) {
      TensorType scalar = typeOf(v).withShape({});
      old.scale = sumOf(old.scale, term.scale, scalar, b);
      return;
    }
    if (old.rows == term.rows && old.scale == term.scale) {
      old.factor = sumOf(old.factor, term.factor, typeOf(v), b);
      return;
    }
    if (plain && old.scale == term.scale && areApart(old.rows, term.rows)) {
      for (auto [row, other] : llvm::zip_equal(old.rows, term.rows))
        row = std::max(row, other);
      return;
    }
  }
  sum.push_back(std::move(term));
}

//===-- operations --------------------------------------------------------===//

// The derivative of `op` by one operand, applied to d: its own rule.
Value Jacobians::tangent(Operation *op, Value operand, Value d) {
  Tangents tangents(builder);
  tangents.set(operand, d);
  cast<Differentiable>(op).tangent(tangents);
  return tangents.get(op->getResult(0));
}

// A scalar that all elements of `v` are, as far as this looks: it commutes with
// every matrix, so that a factor in time needs no diagonal.
// `seen` holds the answers so far: operands are shared.
static Value uniform(Value v, OpBuilder &builder,
                     DenseMap<Value, Value> &seen) {
  if (typeOf(v).getRank() == 0)
    return v;
  Operation *op = v.getDefiningOp();
  if (!op)
    return {};
  if (auto constant = dyn_cast<ConstOp>(op)) {
    std::optional<double> number = constant.getSplat();
    if (!number)
      return {};
    return LaneBuilder(builder, op->getLoc())
        .constant(typeOf(v).withShape({}), *number);
  }
  if (auto spread = dyn_cast<SpreadOp>(op))
    return spread.getDims().empty() ? spread.getX() : Value();
  if (!op->hasTrait<Elementwise>() && !isa<VaryOp>(op))
    return {};
  if (auto it = seen.find(v); it != seen.end())
    return it->second;
  seen[v] = {};
  IRMapping scalars;
  for (Value operand : op->getOperands()) {
    Value scalar = uniform(operand, builder, seen);
    if (!scalar)
      return {};
    scalars.map(operand, scalar);
  }
  Value result = builder.clone(*op, scalars)->getResult(0);
  result.setType(typeOf(v).withShape({}));
  seen[v] = result;
  return result;
}

bool Jacobians::elementwise(Operation *op) {
  Value result = op->getResult(0);
  LaneBuilder b(builder, op->getLoc());
  llvm::SmallSetVector<Value, 4> operands;
  operands.insert(op->operand_begin(), op->operand_end());
  int64_t varying = 0;
  for (Value operand : operands)
    for (Chain term : Jacobian(of(operand))) {
      Value ones = b.constant(operand, 1);
      Value factor = tangent(op, operand, term.factor ? term.factor : ones);
      if (!factor)
        return false;
      bool same = factor == ones; // as for adding a bias
      Value scalar =
          same || term.factor ? Value() : uniform(factor, builder, uniforms);
      if (scalar)
        term.scale = term.scale ? b.mul(term.scale, scalar) : scalar;
      else if (!same)
        term.factor = factor;
      varying += !same && !isInvariant(factor);
      addTerm(known[result], std::move(term), result, b);
    }
  // One product per element and term, instead of one per tangent.
  if (varying)
    instead += (size - varying) * typeOf(result).getNumElements();
  return true;
}

bool Jacobians::move(Operation *op) {
  Value result = op->getResult(0);
  LaneBuilder b(builder, op->getLoc());
  llvm::SmallSetVector<Value, 4> operands;
  operands.insert(op->operand_begin(), op->operand_end());
  for (Value operand : operands)
    for (Chain term : Jacobian(of(operand))) {
      // The rows themselves are moved, counted from one: a zero is nothing.
      std::vector<Array> rows;
      for (Value v : op->getOperands()) {
        rows.push_back(Array::filled(typeOf(v).getShape(), true, 1));
        if (v == operand)
          for (auto [to, row] : llvm::zip_equal(rows.back().data, term.rows))
            to = double(row + 1);
      }
      SmallVector<const Array *> inputs;
      for (const Array &array : rows)
        inputs.push_back(&array);
      std::optional<Array> moved = moveElements(op, inputs);
      if (!moved)
        return false;
      term.rows.clear();
      for (double row : moved->data)
        term.rows.push_back(int64_t(row) - 1);
      if (llvm::all_of(term.rows, [](int64_t row) { return row < 0; }))
        continue; // nothing of it is left
      if (term.factor)
        term.factor = tangent(op, operand, term.factor);
      addTerm(known[result], std::move(term), result, b);
    }
  return true;
}

Value Jacobians::multiply(StringRef spec, Value x, Value y, LaneBuilder &b) {
  ContractSpec letters = *ContractSpec::parse(spec);
  if (!isInvariant(x) || !isInvariant(y)) {
    int64_t count = typeOf(x).getNumElements();
    for (auto [letter, extent] : llvm::zip(letters.y, typeOf(y).getShape()))
      if (!StringRef(letters.x).contains(letter))
        count *= extent;
    made += count;
  }
  return b.contract(letters, x, y, /*batch=*/false);
}

// The term of matrix . u, given that of u.
bool Jacobians::compose(Chain &term, Value matrix, LaneBuilder &b) {
  SmallVector<int64_t> places = placesOf(term.rows), rows;
  for (int64_t place : places)
    rows.push_back(term.rows[place]);
  matrix = pick(matrix, 1, places, b);
  Value factor = term.factor;
  if (factor)
    factor = pick(b.reshape(factor, {int64_t(term.rows.size())}), 0, places, b);
  absorb(factor, matrix, b);
  int64_t height = typeOf(matrix).getDim(0);
  if (term.layers.empty()) {
    // An element of x that comes in twice has no one place on the diagonal.
    llvm::SmallDenseSet<int64_t> distinct(rows.begin(), rows.end());
    if (factor && distinct.size() != rows.size())
      return false;
    if (factor)
      factor = place(factor, 0, rows, size, b);
    term.layers.push_back({factor, place(matrix, 1, rows, size, b)});
  } else {
    Value &last = term.layers.back().weight;
    last = pick(last, 0, rows, b);
    if (factor)
      term.layers.push_back({factor, matrix});
    else
      last = multiply("ab,bc->ac", matrix, last, b);
  }
  term.rows = allOf(height);
  term.factor = {};
  return true;
}

/// `v` with axes `letters` as the matrix [rows, columns].
static Value matrixOf(Value v, StringRef letters, StringRef rows,
                      StringRef columns, LaneBuilder &b) {
  SmallVector<int64_t> perm, shape{1, 1};
  for (auto [k, side] : llvm::enumerate(ArrayRef{rows, columns}))
    for (char letter : side) {
      perm.push_back(letters.find(letter));
      shape[k] *= typeOf(v).getDim(perm.back());
    }
  if (!llvm::is_sorted(perm))
    v = b.permute(v, perm);
  return b.reshape(v, shape);
}

bool Jacobians::contract(ContractOp op) {
  ContractSpec spec = *ContractSpec::parse(op.getSpec());
  bool first = isActive(op.getX());
  if (op.getBatch() || first == isActive(op.getY()))
    return false;
  Value u = first ? op.getX() : op.getY(), w = first ? op.getY() : op.getX();
  StringRef inner = first ? spec.x : spec.y, own = first ? spec.y : spec.x;
  StringRef outer = spec.result;
  // A matrix proper: every letter of the weight is summed over, and one of u,
  // or left, and none of u. Else it acts on parts of u separately.
  auto isOf = [](StringRef letters) {
    return [letters](char letter) { return letters.contains(letter); };
  };
  if (llvm::any_of(inner, isOf(outer)) || !llvm::all_of(inner, isOf(own)) ||
      !llvm::all_of(outer, isOf(own)) ||
      own.size() != inner.size() + outer.size())
    return false;
  LaneBuilder b(builder, op.getLoc());
  Value matrix = matrixOf(w, own, outer, inner, b);
  const Jacobian terms = of(u);
  if (llvm::any_of(terms, [](const Chain &term) { return term.isVarying(); }))
    instead += size * typeOf(matrix).getNumElements();
  for (Chain term : terms) {
    if (!compose(term, matrix, b))
      return false;
    addTerm(known[op.getResult()], std::move(term), op.getResult(), b);
  }
  return true;
}

bool Jacobians::follow(Operation *op) {
  if (auto product = dyn_cast<ContractOp>(op))
    return contract(product);
  if (op->hasTrait<Elementwise>())
    return elementwise(op);
  if (isa<VaryOp>(op)) {
    known[op->getResult(0)] = Jacobian(of(op->getOperand(0)));
    return true;
  }
  return move(op);
}

bool Jacobians::follow(Block &block) {
  SmallVector<Operation *> operations = llvm::map_to_vector(
      block.without_terminator(), [](Operation &op) { return &op; });
  for (Operation *op : operations) {
    if (op->hasTrait<ZeroDerivative>() ||
        llvm::none_of(op->getOperands(), [&](Value v) { return isActive(v); }))
      continue;
    if (op->getNumResults() != 1 || !isa<Differentiable>(op))
      return false;
    builder.setInsertionPointAfter(op);
    if (!follow(op) || of(op->getResult(0)).size() > mostTerms)
      return false;
  }
  return true;
}

} // namespace rill::lane
