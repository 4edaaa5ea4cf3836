//===- Passes.h - Passes of the tile dialect ------------------*- C++ -*-===//
//
// lane-to-tile and its parts; registerTilePasses() names them for rill-opt.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TILE_TRANSFORMS_PASSES_H
#define RILL_TILE_TRANSFORMS_PASSES_H

#include "Tile/IR/TileOps.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace rill::tile {

#define GEN_PASS_DECL
#include "Tile/Transforms/TilePasses.h.inc"

#define GEN_PASS_REGISTRATION
#include "Tile/Transforms/TilePasses.h.inc"

/// lane-grad to tile: every entry function of a module to a tile program.
void populateTilePipeline(mlir::OpPassManager &manager,
                          const LaneToTileOptions &options = {});

} // namespace rill::tile

#endif // RILL_TILE_TRANSFORMS_PASSES_H
