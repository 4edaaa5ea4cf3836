// Rank-one updates x := x + u * s(w . x), planar flows (Rezende and Mohamed
// 2015, eq. 10): by the matrix determinant lemma the determinant is
// 1 + (w . u) s'. There is no inverse in closed form.
#ifndef RILL_FLOW_TRANSFORMS_RANKONE_H
#define RILL_FLOW_TRANSFORMS_RANKONE_H

#include "Flow/Analysis/Ranges.h"
#include "Flow/IR/FlowOps.h"
#include "Lane/IR/LaneBuilder.h"

namespace rill::flow {

struct RankOne {
  mlir::Value direction; ///< u
  double scale = 1;      ///< constant factors of u
  mlir::Value normal;    ///< w
  mlir::Value dot;       ///< w . x, inside of the update
  mlir::Value profile;   ///< s, a scalar function of the former
  Range determinant;     ///< what is known of 1 + (w . u) s'
};

/// The update as a rank-one change, if it has this form.
std::optional<RankOne> matchRankOne(UpdateOp update);

/// log of the determinant's size, from the derived values of what the update reads
/// (`lookup`, also of `dot`).
mlir::Value
emitRankOneLogDet(const RankOne &change, mlir::Block &body,
                  llvm::function_ref<mlir::Value(mlir::Value)> lookup,
                  lane::LaneBuilder &builder);

} // namespace rill::flow

#endif
