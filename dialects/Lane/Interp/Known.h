// Elements that are known before any run: of constants and of what exact
// operations make of them, element by element. A mask written as a comparison
// of indices is known, and so are the zeros of a weight that it multiplies.
#ifndef RILL_LANE_INTERP_KNOWN_H
#define RILL_LANE_INTERP_KNOWN_H

#include "Lane/IR/LaneOps.h"
#include "Lane/Interp/Array.h"
#include "llvm/ADT/DenseMap.h"

#include <memory>
#include <optional>

namespace rill::lane {

/// Where the elements of an operation that only moves them come from: `inputs`
/// hold numbers (one array of one sample per operand), the result has these
/// numbers where the operation puts them and 0 where it puts zeros. Nothing if
/// the operation computes.
std::optional<Array> moveElements(mlir::Operation *op,
                                  llvm::ArrayRef<const Array *> inputs);

/// Known elements of values, found on demand. An element counts as known only
/// if arithmetic in double and in float agree on it, so that every precision
/// of a program sees the same masks. Of a value in a loop, what holds at every
/// step is known.
class Known {
public:
  /// Row-major elements, NaN where not known; null if none is.
  const Array *of(mlir::Value value);
  /// Whether element `k` is known to be zero.
  bool isZero(mlir::Value value, int64_t k) {
    const Array *found = of(value);
    return found && found->data[k] == 0;
  }

private:
  struct Both {
    Array wide, narrow, agreed;
  };
  const Both *find(mlir::Value value);
  std::optional<Both> compute(mlir::Operation *op);
  std::optional<Both> ofArgument(mlir::BlockArgument argument);
  llvm::DenseMap<mlir::Value, std::unique_ptr<Both>> found;
};

} // namespace rill::lane

#endif
