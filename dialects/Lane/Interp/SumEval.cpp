// Reductions, cumulative sums and scattered sums of the interpreter. Sums run
// in row-major order of the operand.
#include "Lane/Interp/Evaluate.h"
#include <cmath>
#include <limits>

namespace rill::lane::interp {

using IndexRef = llvm::ArrayRef<int64_t>;
static constexpr double infinity = std::numeric_limits<double>::infinity();

static double wrap(double x) {
  return static_cast<int32_t>(static_cast<int64_t>(x));
}

/// sum + term in the type's arithmetic: i32 wraps.
static double plus(Machine &machine, TensorType type, double sum, double term) {
  return type.isIndex() ? wrap(sum + term) : machine.accumulate(sum, term);
}

static double startOf(ReduceKind kind, TensorType type) {
  bool ints = type.isIndex();
  switch (kind) {
  case ReduceKind::sum:
  case ReduceKind::any:
    return 0;
  case ReduceKind::prod:
  case ReduceKind::all:
    return 1;
  case ReduceKind::max:
    return ints ? INT32_MIN : -infinity;
  case ReduceKind::min:
    return ints ? INT32_MAX : infinity;
  case ReduceKind::logsumexp:
    return -infinity; // of the shift, a maximum
  }
  llvm_unreachable("reduce kind");
}

/// One more element. For logsumexp this finds the shift.
static double combine(Machine &machine, ReduceKind kind, TensorType type,
                      double acc, double x) {
  switch (kind) {
  case ReduceKind::sum:
    return plus(machine, type, acc, x);
  case ReduceKind::prod:
    return type.isIndex() ? wrap(int64_t(acc) * int64_t(x))
                          : machine.perturb(acc * x);
  case ReduceKind::max:
  case ReduceKind::logsumexp:
    return std::isnan(acc) || acc > x ? acc : x;
  case ReduceKind::min:
    return std::isnan(acc) || acc < x ? acc : x;
  case ReduceKind::any:
    return acc != 0 || x != 0;
  case ReduceKind::all:
    return acc != 0 && x != 0;
  }
  llvm_unreachable("reduce kind");
}

/// Which element of `r` each element of `x` goes to, when `dims` are removed.
static std::vector<int64_t> targets(const Array &x, IndexRef dims,
                                    const Array &r) {
  std::vector<int64_t> to;
  forEachIndex(x.shape, [&](IndexRef index) {
    llvm::SmallVector<int64_t, 4> kept;
    for (size_t d = 0; d < index.size(); ++d)
      if (!llvm::is_contained(dims, int64_t(d)))
        kept.push_back(index[d]);
    to.push_back(linear(r.shape, kept));
  });
  return to;
}

/// log(sum exp(x)) with the maxima in `r` as shifts. An infinite shift is the
/// result: all -inf, or some +inf.
static void addExponentials(const Array &x, const std::vector<int64_t> &to,
                            Array &r, Machine &machine) {
  Array sum = r;
  std::fill(sum.data.begin(), sum.data.end(), 0);
  for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s) {
    for (size_t k = 0; k < to.size(); ++k) {
      double term = machine.perturb(std::exp(x.at(s, k) - r.at(s, to[k])));
      sum.at(s, to[k]) = machine.accumulate(sum.at(s, to[k]), term);
    }
    for (int64_t k = 0, n = r.sampleSize(); k < n; ++k)
      if (std::isfinite(r.at(s, k)))
        r.at(s, k) = machine.perturb(r.at(s, k) +
                                     machine.perturb(std::log(sum.at(s, k))));
  }
}

static Array evaluateReduce(ReduceOp op, const Array &x, Machine &machine) {
  TensorType type = typeOf(op.getX());
  ReduceKind kind = op.getKind();
  Array r = machine.make(typeOf(op.getResult()), startOf(kind, type));
  std::vector<int64_t> to = targets(x, op.getDims(), r);
  for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s)
    for (size_t k = 0; k < to.size(); ++k)
      r.at(s, to[k]) = combine(machine, kind, type, r.at(s, to[k]), x.at(s, k));
  if (kind == ReduceKind::logsumexp)
    addExponentials(x, to, r, machine);
  return r;
}

static Array evaluateCumsum(CumsumOp op, const Array &x, Machine &machine) {
  TensorType type = typeOf(op.getX());
  Array r = machine.make(typeOf(op.getResult()));
  int64_t dim = op.getDim(), size = x.shape[dim];
  int64_t stride = Array::sizeOf(IndexRef(x.shape).drop_front(dim + 1));
  for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s) {
    for (int64_t line = 0, n = r.sampleSize() / size; line < n; ++line) {
      int64_t first = line / stride * stride * size + line % stride;
      double sum = 0;
      for (int64_t i = 0; i < size; ++i) {
        int64_t k = first + (op.getReverse() ? size - 1 - i : i) * stride;
        double before = sum;
        sum = plus(machine, type, sum, x.at(s, k));
        r.at(s, k) = op.getExclusive() ? before : sum;
      }
    }
  }
  return r;
}

static Array evaluateScatterAdd(ScatterAddOp op, const Array &x,
                                Machine &machine) {
  TensorType type = typeOf(op.getResult());
  Array r = machine.make(type);
  std::vector<int64_t> to;
  forEachIndex(x.shape, [&](IndexRef index) {
    llvm::SmallVector<int64_t, 4> target(index);
    target[op.getDim()] = op.getIndices()[index[op.getDim()]];
    to.push_back(linear(r.shape, target));
  });
  for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s)
    for (size_t k = 0; k < to.size(); ++k)
      r.at(s, to[k]) = plus(machine, type, r.at(s, to[k]), x.at(s, k));
  return r;
}

static Array evaluateReduceBatch(ReduceBatchOp op, const Array &x,
                                 Machine &machine) {
  static constexpr ReduceKind kinds[] = {ReduceKind::sum, ReduceKind::max,
                                         ReduceKind::min};
  TensorType type = typeOf(op.getX());
  ReduceKind kind = kinds[static_cast<int>(op.getKind())];
  Array r = machine.make(typeOf(op.getResult()), startOf(kind, type));
  for (int64_t s = 0; s < machine.context.batch; ++s)
    for (int64_t k = 0, n = r.sampleSize(); k < n; ++k)
      r.data[k] = combine(machine, kind, type, r.data[k], x.at(s, k));
  return r;
}

static Result evaluateLookupAdd(LookupAddOp op, Inputs in, Machine &machine) {
  const Array &index = *in[0], &update = *in[1];
  TensorType type = typeOf(op.getResult());
  Array r = machine.make(type);
  int64_t row = r.sampleSize() / r.shape[0];
  int64_t samples = machine.samples(index.inv && update.inv);
  for (int64_t s = 0; s < samples; ++s) {
    for (int64_t i = 0, n = index.sampleSize(); i < n; ++i) {
      int64_t k = int64_t(index.at(s, i));
      if (k < 0 || k >= r.shape[0])
        return fail(op, "index " + llvm::Twine(k) + " outside [0, " +
                            llvm::Twine(r.shape[0]) + ")");
      for (int64_t j = 0; j < row; ++j)
        r.data[k * row + j] =
            plus(machine, type, r.data[k * row + j], update.at(s, i * row + j));
    }
  }
  return r;
}

Result evaluateSum(mlir::Operation *op, Inputs in, Machine &machine) {
  if (auto o = llvm::dyn_cast<ReduceOp>(op))
    return evaluateReduce(o, *in[0], machine);
  if (auto o = llvm::dyn_cast<CumsumOp>(op))
    return evaluateCumsum(o, *in[0], machine);
  if (auto o = llvm::dyn_cast<ScatterAddOp>(op))
    return evaluateScatterAdd(o, *in[0], machine);
  if (auto o = llvm::dyn_cast<ReduceBatchOp>(op))
    return evaluateReduceBatch(o, *in[0], machine);
  if (auto o = llvm::dyn_cast<LookupAddOp>(op))
    return evaluateLookupAdd(o, in, machine);
  return std::nullopt;
}

} // namespace rill::lane::interp
