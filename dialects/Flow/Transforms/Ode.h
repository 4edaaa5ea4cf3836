// Flows of vector fields: the solver of an `ode`, in either direction, with the
// integral of the divergence as the log-determinant. One emission for every
// explicit Runge-Kutta method.
#ifndef RILL_FLOW_TRANSFORMS_ODE_H
#define RILL_FLOW_TRANSFORMS_ODE_H

#include "Flow/IR/FlowOps.h"
#include "Lane/IR/LaneBuilder.h"

namespace rill::flow {

/// The state at the other end of `ode`, from `x` at its start (`backwards`: at
/// its end), and with `wantLogDet` the log-determinant of this direction: the
/// integral of the field's divergence along the solution, exact in space,
/// with the solver's error in time (Chen et al. 2018, eq. 8; Grathwohl et al.
/// 2019). `context` gives derived values.
std::pair<mlir::Value, mlir::Value>
emitOde(OdeOp ode, mlir::Value x,
        llvm::function_ref<mlir::Value(mlir::Value)> context, bool backwards,
        bool wantLogDet, lane::LaneBuilder &builder);

/// The field's operations at this place of emission, structured products as
/// lane operations: values of the region's arguments in `known`.
mlir::Value emitField(OdeOp ode, mlir::IRMapping &known,
                      lane::LaneBuilder &builder);

} // namespace rill::flow

#endif
