// Where the elements of a value come from: through operations that only move
// elements about, which element of one source each of them is.
#ifndef RILL_FLOW_ANALYSIS_ORIGINS_H
#define RILL_FLOW_ANALYSIS_ORIGINS_H

#include "Flow/IR/FlowOps.h"
#include "llvm/ADT/DenseMap.h"

#include <optional>

namespace rill::flow {

class Origins {
public:
  explicit Origins(mlir::Value source) : source(source) {}

  /// For each element of `value`, in row-major order, the element of the source
  /// that it is; nothing if any is computed.
  std::optional<llvm::SmallVector<int64_t>> of(mlir::Value value);

private:
  std::optional<llvm::SmallVector<int64_t>> compute(mlir::Operation *op);
  std::optional<llvm::SmallVector<int64_t>> partOf(SplitOp split,
                                                   unsigned part);
  mlir::Value source;
  llvm::DenseMap<mlir::Value, std::optional<llvm::SmallVector<int64_t>>> known;
};

} // namespace rill::flow

#endif
