// Charts: how the raw array that is trained and saved becomes a value of the
// parameter's space, and back for initial values. One place for each formula.
//   identity             Real
//   softplus             Positive
//   interval LO HI       Unit, Interval: lo + (hi - lo) sigmoid(raw)
//   simplex              Simplex[K]: softmax over the last axis
//   plu, lower_unit, orthogonal, permutation   matrix spaces: the value is the
//   raw array
#ifndef RILL_FLOW_TRANSFORMS_CHARTS_H
#define RILL_FLOW_TRANSFORMS_CHARTS_H

#include "Lane/IR/LaneBuilder.h"

namespace rill::flow {

mlir::Value chartToValue(llvm::StringRef chart, mlir::Value raw,
                         lane::LaneBuilder &builder);
mlir::Value chartToRaw(llvm::StringRef chart, mlir::Value value,
                       lane::LaneBuilder &builder);

} // namespace rill::flow

#endif
