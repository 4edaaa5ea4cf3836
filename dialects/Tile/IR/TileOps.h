//===- TileOps.h - The tile dialect ------------------------------*- C++
//-*-===//
//
// Scheduled, allocated, target-neutral programs over a tile of samples:
// docs/decisions/0005-tile-programs.md says what every operation means. The
// lowering from lane is in ../Transforms.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TILE_TILEOPS_H
#define RILL_TILE_TILEOPS_H

#include "Lane/IR/LaneOps.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "Tile/IR/TileDialect.h.inc"
#include "Tile/IR/TileEnums.h.inc"

namespace rill::tile {

/// Lane sums are always over this many partial results.
constexpr int64_t virtualLanes = 16;

/// Strides of a row-major tensor; empty for layouts that have none.
llvm::SmallVector<int64_t> denseStrides(Layout layout,
                                        llvm::ArrayRef<int64_t> shape);

/// True for batch_sum, batch_max, batch_min.
inline bool isBatch(Put put) { return put >= Put::batch_sum; }
/// True for reductions over axes of a cluster.
inline bool isReduction(Put put) { return put != Put::store && !isBatch(put); }

} // namespace rill::tile

#define GET_TYPEDEF_CLASSES
#include "Tile/IR/TileTypes.h.inc"

namespace rill::tile {
/// What a buffer takes of `space`: bytes of prepared, scratch and sink, rows of
/// local, chunk and stored.
int64_t extentOf(BufType type, Space space, int64_t lanes);

inline BufType bufOf(mlir::Value value) {
  return llvm::cast<BufType>(value.getType());
}

/// Columns from which and up to which something holds, row by row, as two
/// numbers each: `[0:2 * 3, 1:4]` for 0, 2, 0, 2, 0, 2, 1, 4.
mlir::ParseResult parseColumns(mlir::OpAsmParser &parser,
                               mlir::DenseI32ArrayAttr &columns);
void printColumns(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                  mlir::DenseI32ArrayAttr columns);
/// That every row has 0 <= from <= to <= width.
mlir::LogicalResult verifyColumns(llvm::ArrayRef<int32_t> columns,
                                  int64_t width);
} // namespace rill::tile

#define GET_OP_CLASSES
#include "Tile/IR/TileOps.h.inc"

#endif // RILL_TILE_TILEOPS_H
