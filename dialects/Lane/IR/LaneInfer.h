// Shared pieces of the lane operations' type inference. Private to IR/.
#ifndef RILL_LANE_LANEINFER_H
#define RILL_LANE_LANEINFER_H

#include "Lane/IR/LaneDialect.h"

namespace rill::lane {

/// The rate rule: true if all values are invariant.
bool joinInv(mlir::ValueRange values);

/// True if `axes` are ascending axes of a tensor of this rank.
bool ascendingAxes(llvm::ArrayRef<int64_t> axes, int64_t rank);

/// Result of the operands' common type.
llvm::LogicalResult
inferElementwise(std::optional<mlir::Location> loc, mlir::ValueRange operands,
                 llvm::SmallVectorImpl<mlir::Type> &inferred);
/// As above, with element i1.
llvm::LogicalResult inferPredicate(std::optional<mlir::Location> loc,
                                   mlir::ValueRange operands,
                                   llvm::SmallVectorImpl<mlir::Type> &inferred);
/// The type of the last two operands, chosen by the first.
llvm::LogicalResult inferSelect(std::optional<mlir::Location> loc,
                                mlir::ValueRange operands,
                                llvm::SmallVectorImpl<mlir::Type> &inferred);

} // namespace rill::lane

#endif
