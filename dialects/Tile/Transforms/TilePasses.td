// Passes of the tile dialect.
#ifndef RILL_TILE_PASSES_TD
#define RILL_TILE_PASSES_TD

include "mlir/Pass/PassBase.td"

def LaneSplitRates : Pass<"lane-split-rates", "::mlir::ModuleOp"> {
  let summary = "cut loops by rate: invariant, varying, after the batch";
  let description = [{
    Within the lane dialect: see Transforms/SplitRates.cpp. Part of
    `lane-to-tile`; a pass of its own for tests.
  }];
  let dependentDialects = ["::rill::lane::LaneDialect"];
}

def LaneToTile : Pass<"lane-to-tile", "::mlir::ModuleOp"> {
  let summary = "lower entry functions to tile programs";
  let description = [{
    Every `func.func` with `rill.entry` becomes a `tile.program` of the same
    name and is erased. Calls must be inlined and calculus operations expanded.
    See docs/decisions/0005-tile-programs.md.
  }];
  let dependentDialects = ["::rill::lane::LaneDialect",
                           "::rill::tile::TileDialect"];
  let options = [
    Option<"lanes", "lanes", "int64_t", /*default=*/"0",
           "samples of a tile; 0: 64 for f32, 32 for f64">,
    Option<"chunk", "chunk", "int64_t", /*default=*/"0",
           "tiles of a chunk (1: tile-major); 0: by size of the parameters">,
    Option<"cache", "cache", "int64_t", /*default=*/"1048576",
           "bytes of a core's second-level cache that the choice reckons with">,
  ];
}

#endif
