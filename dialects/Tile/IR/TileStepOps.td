// Steps: what is done for one tile (or, on mem buffers, once).
//
// All buffers of a step are written in full before the next step. A buffer
// that a step writes overlaps none that it reads, except where a cluster reads
// exactly the row it writes at the same point.
#ifndef RILL_TILE_STEP_OPS_TD
#define RILL_TILE_STEP_OPS_TD

include "Tile/IR/TileOpBase.td"

//===-- moving ------------------------------------------------------------===//

def Tile_LoadOp : Tile_Op<"load"> {
  let summary = "the tile's samples from a caller's array";
  let description = [{
    Lanes that are not samples get zero.
    1. Shapes and elements are equal.
  }];
  let arguments = (ins Tile_Ext:$source, Tile_Rows:$target);
  let assemblyFormat = [{
    $source `->` $target attr-dict `:` type($source) `->` type($target)
  }];
  let hasVerifier = 1;
}

def Tile_StoreOp : Tile_Op<"store"> {
  let summary = "the tile's samples to a caller's array";
  let description = [{
    A mem source is the same for every sample.
    1. Shapes and elements are equal.
  }];
  let arguments = (ins Tile_RowsOrMem:$source, Tile_Ext:$target);
  let assemblyFormat = [{
    $source `->` $target attr-dict `:` type($source) `->` type($target)
  }];
  let hasVerifier = 1;
}

def Tile_CopyOp : Tile_Op<"copy"> {
  let summary = "copies elements, possibly at static indices";
  let description = [{
    With `indices`, element i along `dim` of the target is element `indices[i]`
    along `dim` of the source.
    1. Shapes (but for `dim` with `indices`) and elements are equal.
    2. A mem target has a mem source.
    3. There is one index per element of the target along `dim`, in range.
  }];
  let arguments = (ins Tile_RowsOrMem:$source, Tile_RowsOrMem:$target,
                       OptionalAttr<I64Attr>:$dim,
                       OptionalAttr<DenseI64ArrayAttr>:$indices);
  let assemblyFormat = [{
    $source `->` $target (`dim` $dim^ `at` $indices)? attr-dict `:`
    type($source) `->` type($target)
  }];
  let hasVerifier = 1;
}

def Tile_ScatterAddOp : Tile_Op<"scatter_add"> {
  let summary = "adds elements at static indices";
  let description = [{
    The target is set to zero, then element i along `dim` of the source is added
    to element `indices[i]` of the target, in the order of i.
    1. Shapes (but for `dim`) and elements are equal; layouts are equal.
    2. There is one index per element of the source along `dim`, in range.
  }];
  let arguments = (ins Tile_RowsOrMem:$source, Tile_RowsOrMem:$target,
                       I64Attr:$dim, DenseI64ArrayAttr:$indices);
  let assemblyFormat = [{
    $source `->` $target `dim` $dim `at` $indices attr-dict `:`
    type($source) `->` type($target)
  }];
  let hasVerifier = 1;
}

def Tile_PackOp : Tile_Op<"pack"> {
  let summary = "matrices to the layout of the product kernel";
  let description = "1. Shapes and elements are equal.";
  let arguments = (ins Tile_Mem:$source, Tile_Packed:$target);
  let assemblyFormat = [{
    $source `->` $target attr-dict `:` type($source) `->` type($target)
  }];
  let hasVerifier = 1;
}

def Tile_TransposeOp : Tile_Op<"transpose"> {
  let summary = "rows to [lane][element]: the operand of an outer product";
  let description = "1. Shapes and elements are equal.";
  let arguments = (ins Tile_Rows:$source, Tile_Cols:$target);
  let assemblyFormat = [{
    $source `->` $target attr-dict `:` type($source) `->` type($target)
  }];
  let hasVerifier = 1;
}

//===-- clusters ----------------------------------------------------------===//

def Tile_YieldOp : Tile_Op<"yield", [Pure, Terminator,
    ParentOneOf<["MapOp", "MatmulOp", "DotOp"]>]> {
  let summary = "the values of a cluster's region at one point";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange{}); }]>];
}

// A step with a region of elementwise lane operations on scalars, run at every
// point of an iteration space. `ins` are read at the point, `outs` take what
// the region yields as `puts` say.
class Tile_Cluster<string mnemonic, dag extra, dag attributes = (ins)>
    : Tile_Op<mnemonic, [AttrSizedOperandSegments,
                         SingleBlockImplicitTerminator<"YieldOp">]> {
  let arguments = !con(extra, (ins Variadic<Tile_Readable>:$ins,
                                   Variadic<Tile_Any>:$outs,
                                   DenseI32ArrayAttr:$puts),
                        attributes);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    YieldOp getYield();
    Put getPut(unsigned i) { return static_cast<Put>(getPuts()[i]); }
  }];
}

def Tile_MapOp : Tile_Cluster<"map", (ins DenseI64ArrayAttr:$dims,
                                          I64Attr:$reduced)> {
  let summary = "an elementwise cluster with reductions";
  let description = [{
    Runs the region for every point of the box `dims`, in row-major order.

    ```
    tile.map [64] (%a = %x : T, %i = %l : index) -> (store %y : T, sum %q : T) {
      %0 = lane.exp %a ...
      tile.yield %0, %a : !lane.t<f32>, !lane.t<f32>
    }
    tile.map [8, 64] reduced 1 (...) -> (max %m : !tile.buf<rows, 8xf32>) ...
    ```
    Region arguments are scalars `!lane.t<f32>` (rows) or `!lane.t<f32, inv>`
    (mem; an index is i32). A value yielded to `store` is written at the point;
    to `sum prod max min any all` it is reduced over the last `reduced` axes in
    order, starting from its first value; to `batch_*` it is combined, for the
    lanes that are samples, into lane `s mod 16` of a sink.
    1. Every in and every `store` and `batch` out has shape `dims`; a reduced
       out lacks the last `reduced` axes; `reduced` is positive if there is one.
    2. The region holds elementwise lane operations, `lane.const`,
       `lane.batch_size` and `lane.vary` on scalars, and `tile.yield`.
    3. Outs of `batch` puts are lanes, the others rows, or mem if all ins and
       outs are.
    4. Element types of arguments and yielded values are those of the buffers.
  }];
}

def Tile_MatmulOp
    : Tile_Cluster<"matmul", (ins Tile_Packed:$weights, Tile_Rows:$x,
                                  Optional<Index>:$step),
                   (ins OptionalAttr<DenseI32ArrayAttr>:$support)> {
  let summary = "packed weights times rows, with an epilogue";
  let description = [{
    `weights: [B, M, K]`, `x: [B, N, K]`: at every point (b, n, m) the
    accumulator is the chain `acc = fma(w[b, m, k], x[b, n, k], acc)` over k
    upwards from zero. The region's first argument is the accumulator, the
    others the ins, as in `map`; the order of points is free.

    Weights that are known to be zero may be left out of their chains, which is
    the same for finite x (up to the sign of a zero result):
    `within [0:2 * 3, 1:4]` says for each row m from which k and up to which
    (exclusive) others can stand: here 0:2 for three rows, 1:4 for the last.
    With `at %step` a list of M follows the other, one for each step of a loop.
    1. Shapes are as said; every in and out has shape [B, N, M].
    2. Puts are `store`, `batch_*`.
    3. The support has 2 M numbers, or a multiple at a step;
       0 <= from <= to <= K.
  }];
}

def Tile_DotOp : Tile_Cluster<"dot", (ins Tile_RowsOrMem:$x,
                                          Tile_RowsOrMem:$y)> {
  let summary = "products of sample values, with an epilogue";
  let description = [{
    `x: [B, M, K]`, `y: [B, N, K]`: at every point (b, m, n) the accumulator is
    the chain `acc = fma(x[b, m, k], y[b, n, k], acc)` over k upwards from zero;
    then as `matmul`. All operands may be mem (in `once`).
    1. Shapes are as said; every in and out has shape [B, M, N].
    2. Puts are `store`, `batch_*`.
  }];
}

//===-- products into sinks -----------------------------------------------===//

def Tile_OuterOp : Tile_Op<"outer"> {
  let summary = "adds the outer products of all samples to a sink";
  let description = [{
    `rows: [K, I]`, `cols: [K, J]`, sink `[I, J]`: for every sample of the tile
    (of every tile of the chunk, where it stands outside `each`), for every k,
    `sink[i, j] = fma(rows[k, i], cols[k, j], sink[i, j])`; order: tiles, then k,
    then samples.

    `within [0:2 * 3, 1:4]` says which columns of each row of the sink anybody
    reads, as for `matmul`; others may be left at zero.
    1. Shapes are as said, elements equal.
    2. Columns are I times 0 <= from <= to <= J.
  }];
  let arguments = (ins Tile_Rows:$rows, Tile_Cols:$cols, Tile_Blocks:$sink,
                       OptionalAttr<DenseI32ArrayAttr>:$columns);
  let assemblyFormat = [{
    $rows `,` $cols `->` $sink (`within` custom<Columns>($columns)^)? attr-dict `:`
    type($rows) `,` type($cols) `->` type($sink)
  }];
  let hasVerifier = 1;
}

//===-- tables ------------------------------------------------------------===//

def Tile_LookupOp : Tile_Op<"lookup"> {
  let summary = "elements of an invariant table";
  let description = [{
    `table: [K, r...]`, `index: [i...]`, target `[i..., r...]`. Indices are
    clamped to the table: lanes that are not samples hold anything.
    1. Shapes are as said. A mem target has a mem index.
  }];
  let arguments = (ins Tile_Mem:$table, Tile_RowsOrMem:$index,
                       Tile_RowsOrMem:$target);
  let assemblyFormat = [{
    $table `,` $index `->` $target attr-dict `:`
    type($table) `,` type($index) `->` type($target)
  }];
  let hasVerifier = 1;
}

def Tile_LookupAddOp : Tile_Op<"lookup_add"> {
  let summary = "adds updates to a table";
  let description = [{
    `index: [i...]`, `update: [i..., r...]`, target `[K, r...]`. With rows the
    target is a mem sink: samples in order, within a sample the index in order.
    With mem the target is set to zero first.
    1. Shapes are as said. index and update may be of either layout, the target
       is a sink exactly when one of them is rows.
  }];
  let arguments = (ins Tile_RowsOrMem:$index, Tile_RowsOrMem:$update,
                       Tile_Mem:$target);
  let assemblyFormat = [{
    $index `,` $update `->` $target attr-dict `:`
    type($index) `,` type($update) `->` type($target)
  }];
  let hasVerifier = 1;
}

def Tile_TakeOp : Tile_Op<"take"> {
  let summary = "one slice of x at a run-time index";
  let description = [{
    Axis `dim` of x is removed. The index, clamped to the axis, is a scalar
    buffer or the index of a loop.
    1. Shapes are as said. A mem target has a mem x and no rows index.
  }];
  let arguments = (ins Tile_RowsOrMem:$x, Tile_Readable:$index,
                       Tile_RowsOrMem:$target, I64Attr:$dim);
  let assemblyFormat = [{
    $x `,` $index `->` $target `dim` $dim attr-dict `:`
    type($x) `,` type($index) `->` type($target)
  }];
  let hasVerifier = 1;
}

//===-- the rest ----------------------------------------------------------===//

def Tile_CumsumOp : Tile_Op<"cumsum"> {
  let summary = "running sums along the last axis";
  let description = [{
    Sums run upwards; a reversed sum has views with negative strides.
    1. Shapes, elements and layouts are equal; the rank is positive.
  }];
  let arguments = (ins Tile_RowsOrMem:$x, Tile_RowsOrMem:$target,
                       UnitAttr:$exclusive);
  let assemblyFormat = [{
    (`exclusive` $exclusive^)? $x `->` $target attr-dict `:`
    type($x) `->` type($target)
  }];
  let hasVerifier = 1;
}

def Tile_TriSolveOp : Tile_Op<"tri_solve"> {
  let summary = "x of A x = b for a triangular matrix";
  let description = [{
    As `lane.tri_solve`: reads the named triangle only; substitution in row
    order, each row the chain `acc = fma(-a[i, j], x[j], acc)` over solved j
    from acc = b[i] in the order solved, then (not `unit`) divided by a[i, i].
    1. A is [n, n], b and target [n]; a mem target has mem operands.
  }];
  let arguments = (ins Tile_RowsOrMem:$matrix, Tile_RowsOrMem:$rhs,
                       Tile_RowsOrMem:$target, UnitAttr:$lower, UnitAttr:$unit,
                       UnitAttr:$transpose);
  let assemblyFormat = [{
    $matrix `,` $rhs `->` $target attr-dict `:`
    type($matrix) `,` type($rhs) `->` type($target)
  }];
  let hasVerifier = 1;
}

def Tile_DrawOp : Tile_Op<"draw"> {
  let summary = "random numbers, a pure function of where they are drawn";
  let description = [{
    As `lane.draw`: Philox4x32-10 keyed by (seed, step, site, indices), counted
    by global sample index (rows) or zero (mem) and element.
    1. Indices are i32 mem scalars or loop indices.
  }];
  let arguments = (ins Lane_Law:$law, I64Attr:$site,
                       Variadic<Tile_Readable>:$indices,
                       Tile_RowsOrMem:$target);
  let assemblyFormat = [{
    $law $site (`(` $indices^ `:` type($indices) `)`)? `->` $target attr-dict
    `:` type($target)
  }];
  let hasVerifier = 1;
}

#endif
