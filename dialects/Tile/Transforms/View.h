//===- View.h - Where a lane value lies ---------------------------*- C++
//-*-===//
//
// During lowering every lane value is a view: a strided part of a buffer, one
// number, or the step of a loop. Shape operations only change views. Nothing
// here emits operations; Lowering turns views into `tile.view`.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TILE_TRANSFORMS_VIEW_H
#define RILL_TILE_TRANSFORMS_VIEW_H

#include "Tile/IR/TileOps.h"

namespace rill::tile {

using Shape = llvm::SmallVector<int64_t, 4>;

struct View {
  /// The buffer (rows, mem, lanes or a unit layout); null for a number or step.
  mlir::Value base;
  int64_t offset = 0;
  /// Loop steps and what one step moves.
  llvm::SmallVector<std::pair<mlir::Value, int64_t>, 2> terms;
  Shape shape, strides;
  mlir::Type element;
  /// One number for all elements.
  std::optional<double> splat;
  /// The step of a loop, as an i32 scalar.
  mlir::Value step;

  static View ofBuffer(mlir::Value buffer);
  static View ofNumber(double number, llvm::ArrayRef<int64_t> shape,
                       mlir::Type element);
  static View ofStep(mlir::Value step);

  int64_t rank() const { return shape.size(); }
  int64_t elements() const;
  bool isMemory() const { return base != nullptr; }
  bool isRows() const { return base && bufOf(base).isVarying(); }
  bool isMem() const { return base && bufOf(base).isInvariant(); }
  bool isDense() const;
  /// The same elements of the same memory, in the same order.
  bool operator==(const View &other) const;

  /// Axis k becomes axis dims[k] of `to`; other axes repeat.
  View spread(llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<int64_t> to) const;
  View permute(llvm::ArrayRef<int64_t> perm) const;
  View slice(llvm::ArrayRef<int64_t> offsets, llvm::ArrayRef<int64_t> sizes,
             llvm::ArrayRef<int64_t> steps) const;
  View reverse(llvm::ArrayRef<int64_t> dims) const;
  /// The same elements in row-major order in another shape; nullopt if strides
  /// cannot express it.
  std::optional<View> reshape(llvm::ArrayRef<int64_t> to) const;
  /// Element `step` along the first axis, which is removed.
  View at(mlir::Value step) const;
  /// Element `index` along the first axis, which is removed.
  View at(int64_t index) const;
  /// Groups of neighbouring axes made one axis each (an empty group gives an
  /// axis of one element); nullopt if strides cannot express it.
  std::optional<View>
  merge(llvm::ArrayRef<llvm::SmallVector<int64_t>> groups) const;
};

/// The common difference of `indices` if they are an arithmetic progression (1
/// for a single index).
std::optional<int64_t> progression(llvm::ArrayRef<int64_t> indices);

} // namespace rill::tile

#endif // RILL_TILE_TRANSFORMS_VIEW_H
