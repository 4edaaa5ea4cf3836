// Structured matrices; see Matrices.h.
#include "Flow/Transforms/Matrices.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

/// The raw array with everything but row `i`, column `j` where keep(i, j) put
/// to zero.
static Value masked(Value raw, bool (*keep)(int64_t, int64_t), LaneBuilder &b) {
  lane::TensorType type = lane::typeOf(raw);
  int64_t n = type.getDim(0);
  SmallVector<double> mask;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j)
      mask.push_back(keep(i, j));
  Value ones =
      lane::ConstOp::create(b.builder, b.loc, type.withInv(true), mask);
  return b.mul(raw, ones);
}

static bool below(int64_t i, int64_t j) { return j < i; }
static bool above(int64_t i, int64_t j) { return j > i; }
static bool diagonal(int64_t i, int64_t j) { return i == j; }

static Value diagonalOf(Value raw, LaneBuilder &b) {
  return b.reduce(lane::ReduceKind::sum, masked(raw, diagonal, b), {1});
}

static Value product(Value matrix, Value x, LaneBuilder &b) {
  return b.contract(*lane::ContractSpec::parse("ab,b->a"), matrix, x, false);
}

static Value triSolve(Value matrix, Value rhs, bool lower, bool unit,
                      LaneBuilder &b) {
  return lane::TriSolveOp::create(b.builder, b.loc, matrix, rhs, lower, unit,
                                  /*transpose=*/false);
}

/// The upper factor of `plu` with its positive diagonal.
static Value upperFactor(Value raw, LaneBuilder &b) {
  ArrayRef<int64_t> shape = lane::typeOf(raw).getShape();
  Value scale = b.spread(b.exp(diagonalOf(raw, b)), {0}, shape);
  return b.add(masked(raw, above, b), masked(scale, diagonal, b));
}

/// y - 2 v (v . y) / (v . v) for each row v of raw; a zero row does nothing.
static Value reflectAll(Value raw, Value x, bool reverse, LaneBuilder &b) {
  lane::TensorType type = lane::typeOf(raw);
  auto loop = lane::LoopOp::create(b.builder, b.loc, type.getDim(0), reverse,
                                   ValueRange{}, ValueRange{x}, ValueRange{raw},
                                   TypeRange{});
  OpBuilder inner = OpBuilder::atBlockEnd(&loop.getBlock());
  LaneBuilder in(inner, b.loc);
  Value y = loop.getCarryArgs()[0], v = loop.getXArgs()[0];
  ArrayRef<int64_t> shape = lane::typeOf(y).getShape();
  Value size = in.reduce(lane::ReduceKind::sum, in.sq(v), {0});
  Value safe = in.select(in.compare(lane::Predicate::gt, size, 0.0), size,
                         in.constant(size, 1));
  Value dot = in.contract(*lane::ContractSpec::parse("a,a->"), v, y, false);
  Value factor = in.spread(in.mul(in.div(dot, safe), 2.0), {}, shape);
  Value next = in.sub(y, in.mul(factor, v));
  lane::YieldOp::create(inner, b.loc, ValueRange{next});
  return loop.getFinals()[0];
}

/// P x, or P^T x, for a permutation matrix P, which is never trained.
static Value permuted(Value raw, Value x, bool transpose, LaneBuilder &b) {
  Value fixed = b.unary<lane::StopOp>(raw);
  return b.contract(
      *lane::ContractSpec::parse(transpose ? "ba,b->a" : "ab,b->a"), fixed, x,
      false);
}

static Value applyToVector(StringRef structure, Value raw, Value x,
                           LaneBuilder &b) {
  if (structure == "permutation")
    return permuted(raw, x, /*transpose=*/false, b);
  if (structure == "orthogonal")
    return reflectAll(raw, x, /*reverse=*/true, b);
  Value y = x;
  if (structure == "plu")
    y = product(upperFactor(raw, b), x, b);
  return b.add(y, product(masked(raw, below, b), y, b));
}

static Value solveForVector(StringRef structure, Value raw, Value y,
                            LaneBuilder &b) {
  if (structure == "permutation")
    return permuted(raw, y, /*transpose=*/true, b);
  if (structure == "orthogonal")
    return reflectAll(raw, y, /*reverse=*/false, b);
  Value x = triSolve(raw, y, /*lower=*/true, /*unit=*/true, b);
  if (structure == "plu")
    x = triSolve(upperFactor(raw, b), x, /*lower=*/false, /*unit=*/false, b);
  return x;
}

/// `product` of the matrix with each of the last axis' vectors.
static Value eachRow(Value (*product)(StringRef, Value, Value, LaneBuilder &),
                     StringRef structure, Value raw, Value x, LaneBuilder &b) {
  lane::TensorType type = lane::typeOf(x);
  if (type.getRank() == 1)
    return product(structure, raw, x, b);
  int64_t width = type.getShape().back();
  int64_t rows = type.getNumElements() / width;
  lane::TensorType row = type.withShape({width}).withInv(false);
  Value flat = b.withRate(b.reshape(x, {rows, width}), false);
  auto loop =
      lane::LoopOp::create(b.builder, b.loc, rows, false, ValueRange{raw},
                           ValueRange{}, ValueRange{flat}, TypeRange{row});
  OpBuilder inner = OpBuilder::atBlockEnd(&loop.getBlock());
  LaneBuilder in(inner, b.loc);
  Value y = product(structure, loop.getConstArgs()[0], loop.getXArgs()[0], in);
  lane::YieldOp::create(inner, b.loc, ValueRange{in.withRate(y, false)});
  return b.reshape(loop.getYs()[0], type.getShape());
}

Value rill::flow::applyMatrix(StringRef structure, Value raw, Value x,
                              LaneBuilder &b) {
  return eachRow(applyToVector, structure, raw, x, b);
}

Value rill::flow::solveMatrix(StringRef structure, Value raw, Value y,
                              LaneBuilder &b) {
  return eachRow(solveForVector, structure, raw, y, b);
}

Value rill::flow::logDetMatrix(StringRef structure, Value raw, int64_t rows,
                               LaneBuilder &b) {
  if (structure != "plu")
    return {};
  Value one = b.reduce(lane::ReduceKind::sum, diagonalOf(raw, b), {0});
  return rows == 1 ? one : b.mul(one, double(rows));
}
