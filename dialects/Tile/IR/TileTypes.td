// The tile dialect's one type: a view of memory.
#ifndef RILL_TILE_TYPES_TD
#define RILL_TILE_TYPES_TD

include "Tile/IR/TileDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Tile_BufType : TypeDef<Tile_Dialect, "Buf"> {
  let mnemonic = "buf";
  let summary = "a strided view of memory";
  let description = [{
    `!tile.buf<rows, 2x3xf32>`, with strides that are not row-major:
    `!tile.buf<mem, 2x3xf32, [1, 2]>`. Strides count rows (layout `rows`),
    elements (`mem`, `ext`), groups of 16 (`lanes`). The other layouts have no
    strides: the last two axes (`packed`, `blocks`) or the last axis (`cols`) is
    a unit in a layout of its own, and units follow each other densely.
    1. Dimensions are positive; the element is f32, f64, i32 or i1.
    2. One stride per axis, of any sign, only for rows, mem and lanes.
    3. packed and blocks have at least two axes, cols at least one; floats.
  }];
  let parameters = (ins "::rill::tile::Layout":$layout,
                        ArrayRefParameter<"int64_t">:$shape,
                        "::mlir::Type":$elementType,
                        ArrayRefParameter<"int64_t">:$strides);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [
    // Dense, row-major.
    TypeBuilderWithInferredContext<(ins "::rill::tile::Layout":$layout,
        "::llvm::ArrayRef<int64_t>":$shape, "::mlir::Type":$elementType), [{
      return $_get(elementType.getContext(), layout, shape, elementType,
                   ::rill::tile::denseStrides(layout, shape));
    }]>,
    TypeBuilderWithInferredContext<(ins "::rill::tile::Layout":$layout,
        "::llvm::ArrayRef<int64_t>":$shape, "::mlir::Type":$elementType,
        "::llvm::ArrayRef<int64_t>":$strides), [{
      return $_get(elementType.getContext(), layout, shape, elementType,
                   strides);
    }]>,
  ];
  let extraClassDeclaration = [{
    int64_t getRank() const { return getShape().size(); }
    int64_t getDim(int64_t axis) const { return getShape()[axis]; }
    int64_t getNumElements() const;
    /// Axes that are inside one unit: 2 for packed and blocks, 1 for cols.
    int64_t getUnitRank() const;
    /// Row-major without holes (always true for layouts with units).
    bool isDense() const;
    bool isVarying() const { return getLayout() == Layout::rows; }
    bool isInvariant() const { return getLayout() == Layout::mem; }
    /// Elements (mem, ext), rows (rows), groups of 16 elements (lanes) of a
    /// dense buffer; elements that one packed, cols or blocks buffer occupies
    /// (`lanes` are the samples of a tile, used by cols only).
    int64_t getFootprint(int64_t lanes = 0) const;
  }];
}

class Tile_Of<string pred, string what>
    : Type<And<[CPred<"::llvm::isa<::rill::tile::BufType>($_self)">,
                SubstLeaves<"$_self", "::llvm::cast<::rill::tile::BufType>($_self)",
                            CPred<pred>>]>,
           what, "::rill::tile::BufType">;
class Tile_Has<string layout>
    : Tile_Of<"$_self.getLayout() == ::rill::tile::Layout::" # layout,
              layout # " buffer">;

def Tile_Any : Tile_Of<"true", "buffer">;
def Tile_Rows : Tile_Has<"rows">;
def Tile_Mem : Tile_Has<"mem">;
def Tile_Packed : Tile_Has<"packed">;
def Tile_Cols : Tile_Has<"cols">;
def Tile_Blocks : Tile_Has<"blocks">;
def Tile_Ext : Tile_Has<"ext">;
def Tile_RowsOrMem : Tile_Of<"$_self.isVarying() || $_self.isInvariant()",
                             "rows or mem buffer">;
// What a cluster may read: rows, mem, or the index of a surrounding loop.
def Tile_Readable : AnyTypeOf<[Tile_RowsOrMem, Index]>;

#endif
