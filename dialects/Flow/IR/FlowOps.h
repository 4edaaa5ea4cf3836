// The flow dialect (Rationale.md): updates of places, before any derivation.
#ifndef RILL_FLOW_FLOWOPS_H
#define RILL_FLOW_FLOWOPS_H

#include "Lane/IR/LaneOps.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "Flow/IR/FlowDialect.h.inc"

#define GET_OP_CLASSES
#include "Flow/IR/FlowOps.h.inc"

namespace rill::flow {

/// The element indices of one part of a split or join.
inline llvm::ArrayRef<int64_t> indicesOf(mlir::Attribute part) {
  return llvm::cast<mlir::DenseI64ArrayAttr>(part).asArrayRef();
}

} // namespace rill::flow

#endif
