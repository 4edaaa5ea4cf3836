// Finite differences of the interpreter; see FiniteDifference.h.
#include "FiniteDifference.h"
#include "Lane/IR/LaneOps.h"
#include "rill/philox.h"
#include <cmath>

namespace rill::lane::random {

Inner inner(llvm::ArrayRef<Array> w, llvm::ArrayRef<Array> a) {
  assert(w.size() == a.size() && "one weight per array");
  Inner sum;
  for (size_t r = 0; r < w.size(); ++r)
    for (size_t k = 0; k < w[r].data.size(); ++k) {
      double term = w[r].data[k] * a[r].data[k];
      sum.value += term;
      sum.magnitude += std::fabs(term);
    }
  return sum;
}

std::vector<Array> randomLike(llvm::ArrayRef<Array> like, uint64_t seed) {
  std::vector<Array> made(like.begin(), like.end());
  uint64_t state = philox::mix(seed);
  for (Array &a : made)
    for (double &v : a.data)
      v = float(
          2 * philox::uniform64(philox::mix(state += 0x9E3779B97F4A7C15u)) - 1);
  return made;
}

std::vector<Array> floatsOf(mlir::TypeRange types,
                            llvm::ArrayRef<Array> arrays) {
  std::vector<Array> floats;
  for (auto [type, array] : llvm::zip_equal(types, arrays))
    if (llvm::cast<TensorType>(type).isFloat())
      floats.push_back(array);
  return floats;
}

static llvm::Expected<double> valueAt(mlir::func::FuncOp function,
                                      std::vector<Array> x,
                                      llvm::ArrayRef<Array> u, double h,
                                      llvm::ArrayRef<Array> w,
                                      const InterpContext &context) {
  size_t next = 0;
  for (auto [type, array] : llvm::zip_equal(function.getArgumentTypes(), x)) {
    if (!llvm::cast<TensorType>(type).isFloat())
      continue;
    for (size_t k = 0; k < array.data.size(); ++k)
      array.data[k] += h * u[next].data[k];
    ++next;
  }
  auto results = interpret(function, x, context);
  if (!results)
    return results.takeError();
  return inner(w, floatsOf(function.getResultTypes(), *results)).value;
}

llvm::Expected<Estimate> differentiate(mlir::func::FuncOp function,
                                       llvm::ArrayRef<Array> x,
                                       llvm::ArrayRef<Array> u,
                                       llvm::ArrayRef<Array> w,
                                       const InterpContext &context) {
  constexpr int levels = 6;
  double table[levels][levels], bends[levels], h = 0x1p-6;
  auto here = valueAt(function, x, u, 0, w, context);
  if (!here)
    return here.takeError();
  Estimate best = {0, INFINITY};
  for (int i = 0; i < levels; ++i, h /= 2) {
    auto up = valueAt(function, x, u, h, w, context);
    if (!up)
      return up.takeError();
    auto down = valueAt(function, x, u, -h, w, context);
    if (!down)
      return down.takeError();
    table[i][0] = (*up - *down) / (2 * h);
    bends[i] = (*up - 2 * *here + *down) / h;
    double factor = 4;
    for (int j = 1; j <= i; ++j, factor *= 4) {
      table[i][j] = table[i][j - 1] +
                    (table[i][j - 1] - table[i - 1][j - 1]) / (factor - 1);
      double error = std::fmax(std::fabs(table[i][j] - table[i][j - 1]),
                               std::fabs(table[i][j] - table[i - 1][j - 1]));
      if (error <= best.error)
        best = {table[i][j], error};
    }
  }
  // The slopes to the left and right differ by h f'' where f is smooth, so that
  // this vanishes; at a kink in x itself (a tie of two values) it does not,
  // though central differences settle on the slopes' mean.
  best.error = std::fmax(best.error,
                         std::fabs(2 * bends[levels - 1] - bends[levels - 2]));
  return best;
}

} // namespace rill::lane::random
