//===- Steps.h - Operations gathered into steps -------------------*- C++
//-*-===//
//
// Forms steps from use-def chains: elementwise operations and reductions over
// one box share a loop; those that read a product directly join its epilogue.
// It decides which operations go together and which values need memory, and
// emits nothing.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TILE_TRANSFORMS_STEPS_H
#define RILL_TILE_TRANSFORMS_STEPS_H

#include "Tile/Transforms/View.h"

namespace rill::tile {

/// One part of an assembled value.
struct Piece {
  mlir::Value value;
  Shape offsets, steps; // where it lies
};

struct Step {
  enum Kind {
    map,      ///< elementwise operations and reductions over `dims`
    product,  ///< a contraction (`anchor`) with an epilogue over its result
    assembly, ///< concat, pad or a sum of pads: pieces, the rest zero
    loop,
    other,
  };
  explicit Step(Kind kind) : kind(kind) {}
  Kind kind;
  Shape dims;
  /// Axes that reductions of a map remove; unset while there is none.
  std::optional<Shape> reduced;
  mlir::Operation *anchor = nullptr;
  llvm::SmallVector<mlir::Operation *> members;
  llvm::SmallVector<Piece> pieces;
  bool covers = true; ///< the pieces leave no gap
  /// Results of members (and of the anchor of a product) that need memory.
  llvm::SmallVector<mlir::Value> stored;
};

/// True for operations that only rename elements: their results are views.
bool isFree(mlir::Operation *op);

/// The value that `value` is a view of.
mlir::Value rootOf(mlir::Value value);

/// Steps for `ops`, which are in order and in one block.
std::vector<Step> formSteps(llvm::ArrayRef<mlir::Operation *> ops);

} // namespace rill::tile

#endif // RILL_TILE_TRANSFORMS_STEPS_H
