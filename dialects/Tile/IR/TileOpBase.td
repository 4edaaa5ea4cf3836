// Base classes of tile operations.
#ifndef RILL_TILE_OP_BASE_TD
#define RILL_TILE_OP_BASE_TD

include "Tile/IR/TileEnums.td"
include "Tile/IR/TileTypes.td"
include "Lane/IR/LaneEnums.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Tile_Op<string mnemonic, list<Trait> traits = []>
    : Op<Tile_Dialect, mnemonic, traits>;

// Holds other operations in one block without a terminator.
class Tile_Body<string mnemonic, list<Trait> traits = []>
    : Tile_Op<mnemonic, !listconcat([SingleBlock, NoTerminator, NoRegionArguments],
                                    traits)> {
  let regions = (region SizedRegion<1>:$body);
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
  }];
}

#endif
