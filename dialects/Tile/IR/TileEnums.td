// The closed sets of names of the tile dialect.
#ifndef RILL_TILE_ENUMS_TD
#define RILL_TILE_ENUMS_TD

include "mlir/IR/EnumAttr.td"

class Tile_Enum<string name, string what, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, what, cases> {
  let cppNamespace = "::rill::tile";
}

// How a buffer's elements lie in memory.
def Tile_Layout : Tile_Enum<"Layout", "memory layout", [
  I32EnumAttrCase<"rows", 0>,   // one row of S lanes per element
  I32EnumAttrCase<"mem", 1>,    // one element per element: invariant
  I32EnumAttrCase<"packed", 2>, // matrices laid out for the product kernel
  I32EnumAttrCase<"cols", 3>,   // transposed rows: [lane][element]
  I32EnumAttrCase<"lanes", 4>,  // 16 partial results per element
  I32EnumAttrCase<"blocks", 5>, // matrices laid out for the outer product
  I32EnumAttrCase<"ext", 6>]>;  // the caller's [batch][element]

// Which memory a buffer is part of.
def Tile_Space : Tile_Enum<"Space", "memory space", [
  I32EnumAttrCase<"arg", 0>, I32EnumAttrCase<"result", 1>,
  I32EnumAttrCase<"prepared", 2>, I32EnumAttrCase<"scratch", 3>,
  I32EnumAttrCase<"sink", 4>, I32EnumAttrCase<"local", 5>,
  I32EnumAttrCase<"chunk", 6>, I32EnumAttrCase<"stored", 7>]>;

// What becomes of one value that a cluster's region yields.
def Tile_Put : Tile_Enum<"Put", "destination of a yielded value", [
  I32EnumAttrCase<"store", 0>,
  I32EnumAttrCase<"sum", 1>, I32EnumAttrCase<"prod", 2>,
  I32EnumAttrCase<"max", 3>, I32EnumAttrCase<"min", 4>,
  I32EnumAttrCase<"any", 5>, I32EnumAttrCase<"all", 6>,
  I32EnumAttrCase<"batch_sum", 7>, I32EnumAttrCase<"batch_max", 8>,
  I32EnumAttrCase<"batch_min", 9>]>;

#endif
