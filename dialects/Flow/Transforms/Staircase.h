// The inverse of a causal update by its schedule: one loop over the steps in
// which each hidden element is computed once, when what it reads is known, and
// kept for later steps (of a masked network: a staircase through its layers; of
// attention: keys and values).
#ifndef RILL_FLOW_TRANSFORMS_STAIRCASE_H
#define RILL_FLOW_TRANSFORMS_STAIRCASE_H

#include "Flow/Analysis/Schedule.h"
#include "Flow/Transforms/Causal.h"

namespace rill::flow {

/// As emitCausalInverse, in the order of `schedule`.
mlir::Value emitStaircase(
    UpdateOp update, const UpdateVerdict &verdict, const Schedule &schedule,
    mlir::Value result, mlir::IRMapping &local, lane::LaneBuilder &builder,
    llvm::function_ref<mlir::Value(mlir::Value result, mlir::IRMapping &,
                                   lane::LaneBuilder &)>
        undo);

} // namespace rill::flow

#endif
