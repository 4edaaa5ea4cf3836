// Cutting places into parts and gluing them again, as lane operations.
#ifndef RILL_FLOW_TRANSFORMS_CUTS_H
#define RILL_FLOW_TRANSFORMS_CUTS_H

#include "Flow/IR/FlowOps.h"
#include "Lane/IR/LaneBuilder.h"

namespace rill::flow {

/// All elements of x in row-major order.
mlir::Value flatten(mlir::Value x, lane::LaneBuilder &builder);

/// Element k of the result, of this shape, is element `elements[k]` of x.
mlir::Value rearrange(mlir::Value x, llvm::ArrayRef<int64_t> elements,
                      llvm::ArrayRef<int64_t> shape,
                      lane::LaneBuilder &builder);

/// Makes known the pieces of a known whole; `parts` as in `flow.split`.
void cut(mlir::Value whole, mlir::ValueRange pieces, mlir::ArrayAttr parts,
         mlir::IRMapping &known, lane::LaneBuilder &builder);

/// Makes known the whole of which all pieces are known.
void glue(mlir::ValueRange pieces, mlir::ArrayAttr parts, mlir::Value whole,
          mlir::IRMapping &known, lane::LaneBuilder &builder);

/// Makes known those pieces of a cut of `whole` whose elements all lie in known
/// pieces of other cuts of it: of those that it is split into, and of those
/// that it was joined from. Whether there was one. `at` is the cut itself.
bool shareCuts(mlir::Operation *at, mlir::ValueRange pieces,
               mlir::ArrayAttr parts, mlir::Value whole, mlir::IRMapping &known,
               lane::LaneBuilder &builder);

} // namespace rill::flow

#endif
