// Contractions and triangular solves of the interpreter.
#include "Lane/Interp/Evaluate.h"

namespace rill::lane::interp {

/// The axes of one index space: sizes, and how far one step moves in each of
/// the operands and the result.
struct Axes {
  llvm::SmallVector<int64_t, 6> size, x, y, r;
  int64_t total() const { return Array::sizeOf(size); }
};

static int64_t strideOf(llvm::StringRef letters, llvm::ArrayRef<int64_t> shape,
                        char letter) {
  size_t axis = letters.find(letter);
  if (axis == llvm::StringRef::npos)
    return 0;
  return Array::sizeOf(shape.drop_front(axis + 1));
}

static Axes axesOf(llvm::StringRef letters, const ContractSpec &spec,
                   const Array &x, const Array &y, const Array &r) {
  Axes axes;
  for (char c : letters) {
    size_t inX = spec.x.find(c);
    axes.size.push_back(inX != std::string::npos ? x.shape[inX]
                                                 : y.shape[spec.y.find(c)]);
    axes.x.push_back(strideOf(spec.x, x.shape, c));
    axes.y.push_back(strideOf(spec.y, y.shape, c));
    axes.r.push_back(strideOf(spec.result, r.shape, c));
  }
  return axes;
}

static int64_t dot(llvm::ArrayRef<int64_t> index,
                   llvm::ArrayRef<int64_t> stride) {
  int64_t n = 0;
  for (size_t d = 0; d < index.size(); ++d)
    n += index[d] * stride[d];
  return n;
}

/// Letters summed over, in order of first appearance.
static std::string summedLetters(const ContractSpec &spec) {
  std::string letters;
  for (char c : spec.x + spec.y)
    if (spec.result.find(c) == std::string::npos &&
        letters.find(c) == std::string::npos)
      letters += c;
  return letters;
}

static Array evaluateContract(ContractOp op, const Array &x, const Array &y,
                              Machine &machine) {
  ContractSpec spec = *ContractSpec::parse(op.getSpec());
  Array r = machine.make(typeOf(op.getResult()));
  Axes outer = axesOf(spec.result, spec, x, y, r);
  Axes inner = axesOf(summedLetters(spec), spec, x, y, r);
  // Offsets of the summed elements, once for all samples.
  std::vector<std::pair<int64_t, int64_t>> terms;
  forEachIndex(inner.size, [&](llvm::ArrayRef<int64_t> i) {
    terms.emplace_back(dot(i, inner.x), dot(i, inner.y));
  });
  int64_t samples = machine.samples(x.inv && y.inv);
  bool noisy = machine.context.rounding == Rounding::Noise;
  for (int64_t s = 0; s < samples; ++s) {
    forEachIndex(outer.size, [&](llvm::ArrayRef<int64_t> i) {
      const double *px = x.sample(s) + dot(i, outer.x);
      const double *py = y.sample(s) + dot(i, outer.y);
      double sum = 0;
      if (noisy)
        for (auto [dx, dy] : terms)
          sum = machine.accumulate(sum, px[dx] * py[dy]);
      else
        for (auto [dx, dy] : terms)
          sum += px[dx] * py[dy];
      double &to = r.at(s, dot(i, outer.r));
      to = op.getBatch() ? machine.accumulate(to, sum) : sum;
    });
  }
  return r;
}

static Array evaluateTriSolve(TriSolveOp op, const Array &a, const Array &b,
                              Machine &machine) {
  Array r = machine.make(typeOf(op.getResult()));
  int64_t n = b.shape[0];
  // The transposed lower triangle is an upper one, solved from the end.
  bool forward = op.getLower() != op.getTranspose();
  auto element = [&](int64_t s, int64_t i, int64_t j) {
    return op.getTranspose() ? a.at(s, j * n + i) : a.at(s, i * n + j);
  };
  for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s) {
    for (int64_t step = 0; step < n; ++step) {
      int64_t i = forward ? step : n - 1 - step;
      double sum = b.at(s, i);
      for (int64_t done = 0; done < step; ++done) {
        int64_t j = forward ? done : n - 1 - done;
        sum = machine.accumulate(sum, -element(s, i, j) * r.at(s, j));
      }
      r.at(s, i) = op.getUnit() ? sum : machine.perturb(sum / element(s, i, i));
    }
  }
  return r;
}

Result evaluateProduct(mlir::Operation *op, Inputs in, Machine &machine) {
  if (auto o = llvm::dyn_cast<ContractOp>(op))
    return evaluateContract(o, *in[0], *in[1], machine);
  if (auto o = llvm::dyn_cast<TriSolveOp>(op))
    return evaluateTriSolve(o, *in[0], *in[1], machine);
  return std::nullopt;
}

} // namespace rill::lane::interp
