// Rows, columns and diagonals of lane values at static places. Private to
// Transforms/.
#ifndef RILL_LANE_TRANSFORMS_PICK_H
#define RILL_LANE_TRANSFORMS_PICK_H

#include "Lane/IR/LaneBuilder.h"

namespace rill::lane {

/// 0, 1, .. count - 1.
inline llvm::SmallVector<int64_t> allOf(int64_t count) {
  return llvm::to_vector(llvm::seq<int64_t>(0, count));
}

/// Where `rows` names one, that is, is not negative.
llvm::SmallVector<int64_t> placesOf(llvm::ArrayRef<int64_t> rows);

/// Elements `places` along `axis`, in this order.
mlir::Value pick(mlir::Value v, int64_t axis, llvm::ArrayRef<int64_t> places,
                 LaneBuilder &b);

/// The adjoint of `pick`: adds into zeros, `size` along `axis`.
mlir::Value place(mlir::Value v, int64_t axis, llvm::ArrayRef<int64_t> places,
                  int64_t size, LaneBuilder &b);

/// The diagonal of a square matrix.
mlir::Value diagonalOf(mlir::Value matrix, LaneBuilder &b);

/// Multiplies the columns of an invariant matrix by an invariant factor
/// (null: ones), which is null then. What varies with the sample stays apart.
void absorb(mlir::Value &factor, mlir::Value &matrix, LaneBuilder &b);

} // namespace rill::lane

#endif
