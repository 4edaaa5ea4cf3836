// The tile dialect: scheduled, allocated, target-neutral programs over a tile
// of samples. See docs/decisions/0005-tile-programs.md.
#ifndef RILL_TILE_DIALECT_TD
#define RILL_TILE_DIALECT_TD

include "mlir/IR/OpBase.td"

def Tile_Dialect : Dialect {
  let name = "tile";
  let cppNamespace = "::rill::tile";
  let summary = "scheduled, allocated programs over a tile of samples";
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["::rill::lane::LaneDialect"];
}

#endif
