// Emission of operations that only compute values, and of derivatives whose
// region is written in the flow and prob dialects.
#ifndef RILL_FLOW_TRANSFORMS_VALUES_H
#define RILL_FLOW_TRANSFORMS_VALUES_H

#include "Flow/Transforms/Derive.h"

namespace rill::flow {

/// Emits a block at a builder, given its arguments; what its terminator is
/// given, or nothing after a fault.
using EmitBlock =
    llvm::function_ref<std::optional<llvm::SmallVector<mlir::Value>>(
        mlir::Block &, mlir::IRMapping &, lane::LaneBuilder &)>;

/// Emits a vjp or jvp with its region emitted by `emit`. Parameters that the
/// region declares are started or read outside of it. False after a fault.
bool emitCalculus(mlir::Operation &calculus, mlir::IRMapping &known,
                  ParamScope &params, lane::LaneBuilder &builder,
                  EmitBlock emit);

/// Clones one value operation; structured products become lane code, `first` a
/// mean over the batch. False, and `fault` set, if a derivative among its
/// operations could not be emitted.
bool emitValue(mlir::Operation &op, mlir::IRMapping &known, ParamScope &params,
               lane::LaneBuilder &builder, Fault &fault);

} // namespace rill::flow

#endif
