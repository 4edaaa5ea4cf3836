// Private to the interpreter: what evaluates one operation. Each group of
// operations has its file and returns nothing for operations of other groups.
#ifndef RILL_LANE_INTERP_EVALUATE_H
#define RILL_LANE_INTERP_EVALUATE_H

#include "Lane/IR/LaneOps.h"
#include "Lane/Interp/Interp.h"
#include <optional>

namespace rill::lane::interp {

using Inputs = llvm::ArrayRef<const Array *>;

/// An error at the operation's place.
llvm::Error fail(mlir::Operation *op, const llvm::Twine &what);

/// Context and rounding of one call of the interpreter.
class Machine {
public:
  explicit Machine(const InterpContext &context);

  const InterpContext &context;

  /// Zeros of this type.
  Array make(TensorType type, double value = 0) const;
  /// Samples an array of this rate holds.
  int64_t samples(bool inv) const { return inv ? 1 : context.batch; }

  /// A value that an inexact operation has computed.
  double perturb(double value);
  /// sum + term, as one step of a longer sum.
  double accumulate(double sum, double term) { return perturb(sum + term); }

private:
  uint64_t noiseState;
};

using Result = std::optional<llvm::Expected<Array>>;

Result evaluateElementwise(mlir::Operation *op, Inputs in, Machine &machine);
Result evaluateShape(mlir::Operation *op, Inputs in, Machine &machine);
Result evaluateSum(mlir::Operation *op, Inputs in, Machine &machine);
Result evaluateProduct(mlir::Operation *op, Inputs in, Machine &machine);
Result evaluateBatch(mlir::Operation *op, Inputs in, Machine &machine);

/// Calls `f` with every index of `shape`, in row-major order.
template <typename F> void forEachIndex(llvm::ArrayRef<int64_t> shape, F f) {
  llvm::SmallVector<int64_t, 4> index(shape.size(), 0);
  for (int64_t n = Array::sizeOf(shape); n > 0; --n) {
    f(llvm::ArrayRef<int64_t>(index));
    for (int64_t d = int64_t(shape.size()) - 1; d >= 0; --d) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
}

/// The row-major number of an index.
inline int64_t linear(llvm::ArrayRef<int64_t> shape,
                      llvm::ArrayRef<int64_t> index) {
  int64_t n = 0;
  for (size_t d = 0; d < shape.size(); ++d)
    n = n * shape[d] + index[d];
  return n;
}

} // namespace rill::lane::interp

#endif
