// All operations of the tile dialect; docs/decisions/0005 says what they mean.
#ifndef RILL_TILE_OPS_TD
#define RILL_TILE_OPS_TD

include "Tile/IR/TileProgramOps.td"
include "Tile/IR/TileStepOps.td"

#endif
