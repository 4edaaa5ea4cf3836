// Derivatives of contractions and triangular solves.
#include "Lane/Diff/Differentiation.h"

using namespace mlir;

namespace rill::lane {

//===-- contract ----------------------------------------------------------===//

void ContractOp::tangent(Tangents &t) {
  LaneBuilder b(t.builder, getLoc());
  auto term = [&](Value x, Value y) -> Value {
    return ContractOp::create(b.builder, b.loc, getSpec(), x, y, getBatch());
  };
  // With `batch` the exact rate keeps the sum over the batch what it is.
  auto tangentOf = [&](Value v) {
    return getBatch() ? t.getExact(v, getLoc()) : t.get(v);
  };
  Value dx = tangentOf(getX()), dy = tangentOf(getY()), sum;
  if (dx)
    sum = term(dx, getY());
  if (dy)
    sum = sum ? b.add(sum, term(getX(), dy)) : term(getX(), dy);
  t.set(getResult(), sum);
}

// Brings a value with axes `letters` to the axes `wanted`, repeating along
// letters that it lacks. Every one of `letters` is in `wanted`.
static Value expandTo(LaneBuilder &b, Value v, StringRef letters,
                      StringRef wanted, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> perm, dims;
  for (auto [axis, letter] : llvm::enumerate(wanted))
    if (size_t k = letters.find(letter); k != StringRef::npos) {
      perm.push_back(k);
      dims.push_back(axis);
    }
  if (!llvm::is_sorted(perm))
    v = b.permute(v, perm);
  return dims.size() == wanted.size() ? v : b.spread(v, dims, shape);
}

// Where an element of an operand meets no unmasked element of the result.
static Value operandMask(LaneBuilder &b, Value mask, StringRef result,
                         StringRef letters, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> gone;
  std::string left;
  for (auto [axis, letter] : llvm::enumerate(result)) {
    if (letters.contains(letter))
      left += letter;
    else
      gone.push_back(axis);
  }
  if (!gone.empty())
    mask = b.reduce(ReduceKind::any, mask, gone);
  return expandTo(b, mask, left, letters, shape);
}

// Adds the adjoint of one operand (axes `mine`), `other` being the second one.
static void contractAdjoint(ContractOp op, Adjoints &a, Value v, StringRef mine,
                            Value other, StringRef others) {
  if (!a.wants(v))
    return;
  LaneBuilder b(a.builder, op.getLoc());
  auto spec = *ContractSpec::parse(op.getSpec());
  Masked g = a.getMasked(op.getResult(), op.getLoc());
  g.value = b.masked(g.mask, g.value);
  ContractSpec back{spec.result, others.str(), ""};
  for (char letter : mine)
    if (StringRef(spec.result).contains(letter) || others.contains(letter))
      back.result += letter;
  bool batch = isInvariant(v) && !(isInvariant(g.value) && isInvariant(other));
  Value c = b.contract(back, g.value, other, batch);
  Masked total = expandTo(b, c, back.result, mine, typeOf(v).getShape());
  if (g.mask && a.mayBlowUp(v)) {
    Value mask =
        operandMask(b, g.mask, spec.result, mine, typeOf(v).getShape());
    total.mask = isInvariant(v) ? b.anySample(mask) : mask;
  }
  a.add(v, total, op.getLoc());
}

void ContractOp::adjoint(Adjoints &a) {
  auto spec = *ContractSpec::parse(getSpec());
  contractAdjoint(*this, a, getX(), spec.x, getY(), spec.y);
  contractAdjoint(*this, a, getY(), spec.y, getX(), spec.x);
}

//===-- tri_solve ---------------------------------------------------------===//

// The triangle that the solve reads, as a mask of [n, n].
static Value readTriangle(LaneBuilder &b, TriSolveOp op) {
  int64_t n = op.getType().getDim(0);
  SmallVector<double> mask;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) {
      bool inside = op.getLower() ? j < i : j > i;
      mask.push_back(inside || (i == j && !op.getUnit()));
    }
  auto type = tensorOf({n, n}, b.builder.getI1Type(), /*inv=*/true);
  return ConstOp::create(b.builder, b.loc, type, mask);
}

static Value solve(LaneBuilder &b, TriSolveOp op, Value rhs, bool transpose) {
  return TriSolveOp::create(b.builder, b.loc, op.getMatrix(), rhs,
                            op.getLower(), op.getUnit(), transpose);
}

// A x = b gives A dx = db - dA x.
void TriSolveOp::tangent(Tangents &t) {
  LaneBuilder b(t.builder, getLoc());
  Value rhs = t.get(getRhs());
  if (Value dA = t.get(getMatrix())) {
    ContractSpec spec{"ij", getTranspose() ? "i" : "j",
                      getTranspose() ? "j" : "i"};
    Value moved = b.contract(spec, b.masked(readTriangle(b, *this), dA),
                             getResult(), /*batch=*/false);
    rhs = rhs ? b.sub(rhs, moved) : b.neg(moved);
  }
  t.set(getResult(), solve(b, *this, rhs, getTranspose()));
}

// The adjoint of b is u of A^T u = g, that of A is -u x^T on the triangle read.
void TriSolveOp::adjoint(Adjoints &a) {
  LaneBuilder b(a.builder, getLoc());
  Masked g = a.getMasked(getResult(), getLoc());
  Value u = solve(b, *this, b.masked(g.mask, g.value), !getTranspose()), mask;
  // Element i of b is in the results from i on, in the order of the solve.
  if (g.mask && (a.mayBlowUp(getRhs()) || a.mayBlowUp(getMatrix())))
    mask = b.reached(g.mask, [&](Value counts) -> Value {
      bool upwards = getLower() != getTranspose();
      return CumsumOp::create(b.builder, b.loc, counts, 0, /*reverse=*/upwards,
                              /*exclusive=*/false);
    });
  a.add(getRhs(), {u, mask}, getLoc());
  if (!a.wants(getMatrix()))
    return;
  Value x = getResult();
  ContractSpec spec{"i", "j", getTranspose() ? "ji" : "ij"};
  bool batch = isInvariant(getMatrix()) && !(isInvariant(u) && isInvariant(x));
  Value outer = b.contract(spec, u, x, batch);
  Value read = readTriangle(b, *this);
  if (mask && a.mayBlowUp(getMatrix())) {
    mask = b.spread(isInvariant(getMatrix()) ? b.anySample(mask) : mask,
                    {getTranspose() ? 1 : 0}, typeOf(getMatrix()).getShape());
    read = b.logicalAnd(read, mask);
  }
  a.add(getMatrix(), {b.neg(outer), read}, getLoc());
}

} // namespace rill::lane
