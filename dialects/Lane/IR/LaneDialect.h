// The lane dialect and its type `!lane.t<2x3xf32[, inv]>`: one tensor per
// sample, or one for the whole batch. Operations are in LaneOps.h.
#ifndef RILL_LANE_LANEDIALECT_H
#define RILL_LANE_LANEDIALECT_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"

#include "Lane/IR/LaneDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "Lane/IR/LaneTypes.h.inc"

#include "Lane/IR/LaneEnums.h.inc"

namespace rill::lane {

/// The type of a value that is known to be a lane tensor.
inline TensorType typeOf(mlir::Value value) {
  return llvm::cast<TensorType>(value.getType());
}

/// True if `value` is one value for the whole batch.
inline bool isInvariant(mlir::Value value) { return typeOf(value).getInv(); }

/// Shorthand for `TensorType::get`, varying unless `inv`.
inline TensorType tensorOf(llvm::ArrayRef<int64_t> shape, mlir::Type element,
                           bool inv = false) {
  return TensorType::get(element.getContext(), shape, element, inv);
}

} // namespace rill::lane

#endif
