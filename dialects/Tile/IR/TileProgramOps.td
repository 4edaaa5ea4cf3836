// Programs, phases, loops and buffers of the tile dialect.
#ifndef RILL_TILE_PROGRAM_OPS_TD
#define RILL_TILE_PROGRAM_OPS_TD

include "Tile/IR/TileOpBase.td"

def Tile_ProgramOp : Tile_Op<"program", [IsolatedFromAbove, Symbol, SingleBlock,
                                         NoTerminator, NoRegionArguments]> {
  let summary = "one kernel: buffers and phases";
  let description = [{
    `args` and `results` are the buffer types of the caller's arrays in ABI
    order (`ext` where the value varies, else `mem`). `element` is the
    program's float (f32 or f64); a row takes `lanes` times its size in bytes.
    Sizes are what buffers of each space need in all, in the space's unit.
    1. `lanes` is a multiple of 16.
    2. The body holds buffers, constants, views and phases only.
    3. Every buffer lies within its space.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$element,
      TypeArrayAttr:$args, TypeArrayAttr:$results,
      I64Attr:$lanes,          // samples of a tile
      I64Attr:$chunk,          // tiles a worker keeps at a time, at most
      I64Attr:$prepared,       // bytes of the prepared memory
      I64Attr:$scratch,        // bytes, one for the call
      I64Attr:$sink,           // bytes, per group
      I64Attr:$local,          // rows, per worker
      I64Attr:$chunk_rows,     // rows, per worker and tile of a chunk
      I64Attr:$stored);        // rows, per tile of the batch
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name $element $args `->` $results attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    /// The greatest number of groups of any tiles phase.
    int64_t getMaxGroups();
  }];
}

def Tile_BufferOp : Tile_Op<"buffer", [Pure]> {
  let summary = "memory at a fixed place of a space";
  let description = [{
    `at` is the position among the arguments (results) for `arg` (`result`),
    bytes (a multiple of 64) for `prepared`, `scratch` and `sink`, rows for
    `local`, `chunk` and `stored`. Buffers may overlap where their lives do not.
    1. arg and result are ext or mem; prepared and scratch mem or packed; sink
       mem, lanes or blocks; local, chunk rows or cols; stored rows.
    2. The type is dense.
  }];
  let arguments = (ins Tile_Space:$space, I64Attr:$at);
  let results = (outs Tile_Any:$result);
  let assemblyFormat = "$space $at attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Tile_ConstantOp : Tile_Op<"constant", [Pure]> {
  let summary = "invariant memory that is part of the object";
  let description = [{
    Elements are f64 for floats whatever the precision, i32 or i1 otherwise.
    1. The type is dense mem of the value's shape.
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Tile_Mem:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Tile_ViewOp : Tile_Op<"view", [Pure]> {
  let summary = "part of a buffer, possibly in another order";
  let description = [{
    Element zero of the result is at `offset + sum_k indices[k] * scales[k]`
    of the source, in the unit of the source's strides; for packed, blocks and
    cols in whole units. The result's type has shape and strides.
    1. The layout and element type are kept.
    2. One scale per index.
    3. packed, blocks and cols keep the axes of the unit.
  }];
  let arguments = (ins Tile_Any:$source, I64Attr:$offset,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$scales,
                       Variadic<Index>:$indices);
  let results = (outs Tile_Any:$result);
  let assemblyFormat = [{
    $source `+` $offset (`,` $indices^ `*` $scales)? attr-dict `:`
    type($source) `->` type($result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===-- phases ------------------------------------------------------------===//

def Tile_OnceOp : Tile_Body<"once"> {
  let summary = "invariant steps, on the calling thread";
  let description = [{
    With `prepared` it depends on parameters only, writes prepared memory only
    and is skipped when RillCall.prepared_valid.
    1. Holds loops, views and invariant steps.
  }];
  let arguments = (ins UnitAttr:$prepared);
  let assemblyFormat = "(`prepared` $prepared^)? attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def Tile_TilesOp : Tile_Body<"tiles"> {
  let summary = "one pass over all tiles";
  let description = [{
    The tiles of the batch are cut into groups of
    `ceil(tiles / groups)` tiles, rounded up to a multiple of `min_tiles`;
    groups run in parallel, each with its sinks, which begin empty. A group runs
    its chunks of `chunk` tiles in order, the last perhaps shorter; the body is
    what happens for one chunk.
    1. Holds loops, views, `each`, `outer` and what moves samples between lanes.
    2. `min_tiles` is positive and `groups` too.
  }];
  let arguments = (ins I64Attr:$chunk, I64Attr:$groups, I64Attr:$min_tiles);
  let assemblyFormat = [{
    `chunk` $chunk `groups` $groups `min` $min_tiles attr-dict-with-keyword
    $body
  }];
  let hasVerifier = 1;
}

def Tile_EachOp : Tile_Body<"each", [ParentOneOf<["TilesOp", "LoopOp"]>]> {
  let summary = "steps for every tile of the chunk, one tile after the other";
  let description = "1. Holds loops, views and steps.";
  let assemblyFormat = "attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def Tile_WhereOp : Tile_Body<"where", [ParentOneOf<["EachOp", "LoopOp",
                                                    "WhereOp"]>]> {
  let summary = "steps, if `live` holds for any sample of the tile";
  let description = [{
    Else nothing is written. Lanes that are not samples do not count.
    1. Holds loops, views and steps.
    2. `live` is a scalar of i1.
  }];
  let arguments = (ins Tile_Rows:$live);
  let assemblyFormat = "$live attr-dict `:` type($live) $body";
  let hasVerifier = 1;
}

//===-- samples in other lanes --------------------------------------------===//

// Samples that need many steps of a loop would keep whole tiles busy in which
// most are done. Between two steps those that live go to the first lanes of the
// chunk, so that tiles at its end have none; after the loop all go home. What a
// step computes for a sample does not depend on its lane.
class Tile_LanesOp<string mnemonic, dag operands>
    : Tile_Op<mnemonic, [ParentOneOf<["TilesOp", "LoopOp"]>]> {
  let arguments = operands;
  let hasVerifier = 1;
}

def Tile_PositionsOp : Tile_LanesOp<"positions", (ins Tile_Rows:$order)> {
  let summary = "every sample is in its own lane";
  let description = [{
    Writes to `order`, a scalar of i32, the place in the chunk of each lane.
    1. `order` is a scalar of i32.
  }];
  let assemblyFormat = "$order attr-dict `:` type($order)";
}

def Tile_CompactOp
    : Tile_LanesOp<"compact", (ins Tile_Rows:$live, Tile_Rows:$order,
                                   Variadic<Tile_Rows>:$values)> {
  let summary = "samples that live go to the first lanes of the chunk";
  let description = [{
    Exchanges lanes of `order` and of all rows of `values`.
    1. `live` is a scalar of i1, `order` one of i32.
    2. `values` are buffers, each once.
    3. The buffer of `live` is among them, that of `order` is not.
  }];
  let assemblyFormat = [{
    $live `,` $order `:` type($live) `,` type($order)
    `of` $values attr-dict `:` type($values)
  }];
}

def Tile_RestoreOp
    : Tile_LanesOp<"restore", (ins Tile_Rows:$order,
                                   Variadic<Tile_Rows>:$values)> {
  let summary = "all samples go back to their own lanes";
  let description = [{
    1. `order` is a scalar of i32.
    2. `values` are buffers, each once.
  }];
  let assemblyFormat = [{
    $order `:` type($order) `of` $values attr-dict `:` type($values)
  }];
}

def Tile_ReduceOp : Tile_Op<"reduce", [AttrSizedOperandSegments,
                                       ParentOneOf<["ProgramOp", "RepeatOp"]>]> {
  let summary = "a phase: the groups' sinks to one value";
  let description = [{
    `tile.reduce (sum %sink -> %target : types, ..)`: for every sink the tree over
    the groups, then (lanes) the tree over the 16 partial results. Kinds are
    batch_sum, batch_max, batch_min. With no sample at all the
    neutral element.
    1. One kind and one target per sink; a target is mem of the sink's shape
       and element, with any strides.
  }];
  let arguments = (ins DenseI32ArrayAttr:$kinds, Variadic<Tile_Any>:$sinks,
                       Variadic<Tile_Mem>:$targets);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    Put getKind(unsigned i) { return static_cast<Put>(getKinds()[i]); }
  }];
  let hasVerifier = 1;
}

def Tile_RepeatOp : Tile_Op<"repeat", [SingleBlock, NoTerminator,
                                       ParentOneOf<["ProgramOp", "RepeatOp"]>]> {
  let summary = "phases, `count` times";
  let description = [{
    The body's argument is the step; `reverse` visits steps downwards.
    1. Holds views and phases.
    2. `count` is positive.
  }];
  let arguments = (ins I64Attr:$count, UnitAttr:$reverse);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    ::mlir::BlockArgument getStep() { return getBlock().getArgument(0); }
  }];
}

def Tile_LoopOp : Tile_Op<"loop", [SingleBlock, NoTerminator,
    ParentOneOf<["OnceOp", "TilesOp", "EachOp", "LoopOp", "WhereOp"]>]> {
  let summary = "steps, `count` times";
  let description = [{
    The body's argument is the step; `reverse` visits steps downwards. Values
    are carried in memory. Holds what its parent may hold.
    1. `count` is positive.
  }];
  let arguments = (ins I64Attr:$count, UnitAttr:$reverse);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    ::mlir::BlockArgument getStep() { return getBlock().getArgument(0); }
  }];
}

#endif
