// Constants, shapes, tables, reductions, products and draws of the lane
// dialect. "Rate rule" in a constraint: the result is invariant exactly when
// all operands are.
#ifndef RILL_LANE_STRUCTURAL_OPS_TD
#define RILL_LANE_STRUCTURAL_OPS_TD

include "Lane/IR/LaneOpBase.td"

//===-- constants ---------------------------------------------------------===//

def Lane_ConstOp : Lane_StatedOp<"const", [ConstantLike, Lane_ZeroDerivative]> {
  let summary = "a constant, one number or all elements";
  let description = [{
    The value does not depend on the type's precision: numbers are f64 (exact
    for i32 and i1), dense elements are f64 for floats, i32 or i1 otherwise.
    1. The result is invariant.
    2. Dense elements have the result's shape and the element named above.
    3. A number for i32 or i1 is a value of that type.
  }];
  let arguments = (ins AnyAttr:$value);
  let results = (outs Lane_InvAny:$result);
  let assemblyFormat = "custom<ConstValue>($value) attr-dict `:` qualified(type($result))";
  let hasFolder = 1;
  let builders = [
    OpBuilder<(ins "::rill::lane::TensorType":$type, "double":$value)>,
    OpBuilder<(ins "::rill::lane::TensorType":$type,
                   "::llvm::ArrayRef<double>":$elements)>,
  ];
  let extraClassDeclaration = [{
    /// The one number of all elements, if it is given as such.
    std::optional<double> getSplat();
    /// Element `i` in row-major order, as f64.
    double getElement(int64_t i);
  }];
}

def Lane_IotaOp : Lane_StatedOp<"iota", [Lane_ZeroDerivative]> {
  let summary = "0, 1, 2, ... along axis `dim`";
  let description = [{
    1. The result is invariant, its element float or i32.
    2. `dim` is an axis of the result.
  }];
  let arguments = (ins I64Attr:$dim);
  let results = (outs Lane_InvNum:$result);
  let assemblyFormat = "$dim attr-dict `:` qualified(type($result))";
}

def Lane_BatchSizeOp : Lane_StatedOp<"batch_size", [Lane_ZeroDerivative]> {
  let summary = "the number of samples in the whole batch";
  let description = "1. The result is an invariant scalar, float or i32.";
  let results = (outs Lane_InvNum:$result);
  let assemblyFormat = "attr-dict `:` qualified(type($result))";
}

//===-- shapes ------------------------------------------------------------===//

def Lane_SpreadOp : Lane_StatedOp<"spread", [Lane_Rules]> {
  let hasFolder = 1;
  let summary = "repeats x along new axes";
  let description = [{
    Axis k of the operand becomes axis `dims[k]` of the result; along the other
    axes of the result the operand repeats. A scalar has no `dims`.
    1. `dims` names one axis of the result per axis of the operand, ascending.
    2. These axes have the operand's dimensions.
    3. Element type is kept; rate rule.
  }];
  let arguments = (ins Lane_Any:$x, DenseI64ArrayAttr:$dims);
  let results = (outs Lane_Any:$result);
  let assemblyFormat = [{
    $x $dims attr-dict `:` functional-type(operands, results)
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x,
      "::llvm::ArrayRef<int64_t>":$dims, "::llvm::ArrayRef<int64_t>":$shape)>];
}

def Lane_ReshapeOp : Lane_StatedOp<"reshape", [Lane_Rules]> {
  let hasFolder = 1;
  let summary = "the same elements, row-major, in another shape";
  let description = [{
    1. The number of elements is kept.
    2. Element type is kept; rate rule.
  }];
  let arguments = (ins Lane_Any:$x);
  let results = (outs Lane_Any:$result);
  let builders = [OpBuilder<(ins "::mlir::Value":$x,
                                 "::llvm::ArrayRef<int64_t>":$shape)>];
}

def Lane_PermuteOp : Lane_InferredOp<"permute", [Lane_Rules]> {
  let hasFolder = 1;
  let summary = "axis k of the result is axis perm[k] of x";
  let description = "1. `perm` is a permutation of the axes.";
  let arguments = (ins Lane_Any:$x, DenseI64ArrayAttr:$perm);
  let results = (outs Lane_Any:$result);
  let assemblyFormat = [{
    $x $perm attr-dict `:` functional-type(operands, results)
  }];
}

def Lane_SliceOp : Lane_InferredOp<"slice", [Lane_Rules]> {
  let hasFolder = 1;
  let summary = "a strided box of x";
  let description = [{
    Element i of the result along an axis is element offset + i * stride.
    1. One offset, size and stride per axis; sizes and strides are positive.
    2. Every element taken lies in x.
  }];
  let arguments = (ins Lane_Any:$x, DenseI64ArrayAttr:$offsets,
                       DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$strides);
  let results = (outs Lane_Any:$result);
  let assemblyFormat = [{
    $x $offsets $sizes $strides attr-dict `:`
    functional-type(operands, results)
  }];
  let builders = [
    // Elements [offset, offset + size) of one axis, all of the others.
    OpBuilder<(ins "::mlir::Value":$x, "int64_t":$dim, "int64_t":$offset,
                   "int64_t":$size)>];
}

def Lane_PadOp : Lane_InferredOp<"pad", [Lane_Rules]> {
  let hasFolder = 1;
  let summary = "x among zeros (i1: false): the adjoint of slice";
  let description = [{
    `low` zeros before, `high` after, `interior` between neighbours.
    1. One number of each kind per axis, none negative.
  }];
  let arguments = (ins Lane_Any:$x, DenseI64ArrayAttr:$low,
                       DenseI64ArrayAttr:$high, DenseI64ArrayAttr:$interior);
  let results = (outs Lane_Any:$result);
  let assemblyFormat = [{
    $x $low $high $interior attr-dict `:` functional-type(operands, results)
  }];
}

def Lane_ConcatOp : Lane_InferredOp<"concat", [Lane_Rules]> {
  let hasFolder = 1;
  let summary = "one after the other along axis `dim`";
  let description = [{
    1. At least one operand; `dim` is an axis.
    2. All have one element type and, but for `dim`, one shape.
  }];
  let arguments = (ins I64Attr:$dim, Variadic<Lane_Any>:$xs);
  let results = (outs Lane_Any:$result);
  let assemblyFormat = [{
    $dim $xs attr-dict `:` functional-type(operands, results)
  }];
}

def Lane_GatherOp : Lane_InferredOp<"gather", [Lane_Rules]> {
  let hasFolder = 1;
  let summary = "static indices along one axis";
  let description = [{
    Element i along `dim` of the result is element `indices[i]` of x.
    1. `dim` is an axis, `indices` are not empty and lie in it.
  }];
  let arguments = (ins Lane_Any:$x, I64Attr:$dim, DenseI64ArrayAttr:$indices);
  let results = (outs Lane_Any:$result);
  let assemblyFormat = [{
    $dim $x $indices attr-dict `:` functional-type(operands, results)
  }];
}

def Lane_ScatterAddOp : Lane_StatedOp<"scatter_add", [Lane_Rules]> {
  let hasFolder = 1;
  let summary = "adds into zeros at static indices: the adjoint of gather";
  let description = [{
    Element i along `dim` of x is added to element `indices[i]` of the result,
    in the order of i.
    1. One index per element of x along `dim`; they lie in the result's axis.
    2. The other axes and the element type are kept; rate rule.
  }];
  let arguments = (ins Lane_Num:$x, I64Attr:$dim, DenseI64ArrayAttr:$indices);
  let results = (outs Lane_Num:$result);
  let assemblyFormat = [{
    $dim $x $indices attr-dict `:` functional-type(operands, results)
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "int64_t":$dim,
      "::llvm::ArrayRef<int64_t>":$indices, "int64_t":$size)>];
}

def Lane_ReverseOp : Lane_InferredOp<"reverse", [Lane_Rules]> {
  let hasFolder = 1;
  let summary = "back to front along the named axes";
  let description = "1. `dims` are distinct axes.";
  let arguments = (ins Lane_Any:$x, DenseI64ArrayAttr:$dims);
  let results = (outs Lane_Any:$result);
  let assemblyFormat = [{
    $x $dims attr-dict `:` functional-type(operands, results)
  }];
}

//===-- tables ------------------------------------------------------------===//

def Lane_LookupOp : Lane_InferredOp<"lookup", [Lane_Rules]> {
  let summary = "rows of an invariant table";
  let description = [{
    `table: [K, rest...]`, `index: [i...]` give `[i..., rest...]`. An index is
    in [0, K); the importer proves it or clamps.
    1. The table is invariant and has a first axis.
    2. The result is invariant exactly when the index is.
  }];
  let arguments = (ins Lane_InvAny:$table, Lane_Int:$index);
  let results = (outs Lane_Any:$result);
}

def Lane_LookupAddOp : Lane_StatedOp<"lookup_add", [Lane_Rules]> {
  let summary = "adds rows into a table of zeros: the adjoint of lookup";
  let description = [{
    `index: [i...]`, `update: [i..., rest...]` give an invariant table
    `[K, rest...]`: the sum over the batch in sample order and, within one
    sample, in the order of the index. An invariant index and update count once.
    1. The update's leading axes are the index's shape.
    2. The result is invariant, `[K, rest...]`, of the update's element type.
  }];
  let arguments = (ins Lane_Int:$index, Lane_Num:$update);
  let results = (outs Lane_InvNum:$result);
  let builders = [OpBuilder<(ins "::mlir::Value":$index,
                                 "::mlir::Value":$update, "int64_t":$rows)>];
}

def Lane_TakeOp : Lane_InferredOp<"take", [Lane_Rules]> {
  let summary = "one slice of x at a run-time index";
  let description = [{
    The axis `dim` is removed. The index is in range; the importer proves it or
    clamps.
    1. `dim` is an axis of x.
  }];
  let arguments = (ins Lane_Any:$x, Lane_IntScalar:$index, I64Attr:$dim);
  let results = (outs Lane_Any:$result);
  let assemblyFormat = [{
    $dim $x `,` $index attr-dict `:` functional-type(operands, results)
  }];
}

def Lane_PutOp : Lane_InferredOp<"put", [Lane_Rules]> {
  let summary = "x with one slice, at a run-time index, replaced";
  let description = [{
    Element `index` along `dim` of the result is `slice`; the others are x's. The
    index is in range. A loop that carries x and puts at its own step writes in
    place.
    1. `dim` is an axis of x.
    2. `slice` has x's shape without that axis, and x's element type.
  }];
  let arguments = (ins Lane_Any:$x, Lane_Any:$slice, Lane_IntScalar:$index,
                       I64Attr:$dim);
  let results = (outs Lane_Any:$result);
  let assemblyFormat = [{
    $dim $x `,` $slice `,` $index attr-dict `:`
    functional-type(operands, results)
  }];
}

//===-- reductions and products -------------------------------------------===//

def Lane_ReduceOp : Lane_InferredOp<"reduce", [Lane_Rules]> {
  let hasFolder = 1;
  let summary = "reduction over axes, which are removed";
  let description = [{
    `logsumexp` has one shift for all elements; all -inf give -inf.
    1. `dims` are distinct axes, ascending.
    2. `any` and `all` take i1, `logsumexp` floats, the rest numbers.
  }];
  let arguments = (ins Lane_ReduceKind:$kind, Lane_Any:$x,
                       DenseI64ArrayAttr:$dims);
  let results = (outs Lane_Any:$result);
  let assemblyFormat = [{
    $kind $x $dims attr-dict `:` functional-type(operands, results)
  }];
}

def Lane_CumsumOp : Lane_InferredOp<"cumsum", [Lane_Rules]> {
  let summary = "sums of all elements up to each along axis `dim`";
  let description = [{
    `reverse` sums from the end, `exclusive` leaves the element itself out.
    1. `dim` is an axis.
  }];
  let arguments = (ins Lane_Num:$x, I64Attr:$dim, UnitAttr:$reverse,
                       UnitAttr:$exclusive);
  let results = (outs Lane_Num:$result);
  let assemblyFormat = [{
    $dim (`reverse` $reverse^)? (`exclusive` $exclusive^)? $x attr-dict `:`
    functional-type(operands, results)
  }];
}

def Lane_ContractOp : Lane_InferredOp<"contract", [Lane_Rules]> {
  let summary = "sum of products over index letters";
  let description = [{
    `"ij,j->i"`: one letter per axis of x, y and the result; letters that the
    result lacks are summed over. With `batch` the result is invariant and
    sums over the batch too (once, if both operands are invariant, is refused:
    use mul by batch_size).
    1. One letter a-z per axis; no letter twice in one operand.
    2. A letter has one dimension.
    3. A letter of the result is a letter of x or y.
    4. With `batch` an operand is varying.
    5. Operands are floats of one element type.
  }];
  let arguments = (ins StrAttr:$spec, Lane_Float:$x, Lane_Float:$y,
                       UnitAttr:$batch);
  let results = (outs Lane_Float:$result);
  let assemblyFormat = [{
    $spec $x `,` $y (`batch` $batch^)? attr-dict `:`
    functional-type(operands, results)
  }];
}

def Lane_TriSolveOp : Lane_InferredOp<"tri_solve", [Lane_Rules, Lane_Unbounded]> {
  let summary = "x of A x = b for a triangular matrix";
  let description = [{
    Reads only the named triangle of A and, with `unit`, takes its diagonal for
    ones; `transpose` solves A^T x = b (of the named triangle of A itself).
    1. A is `[n, n]`, b is `[n]`, of one element type.
  }];
  let arguments = (ins Lane_Float:$matrix, Lane_Float:$rhs, UnitAttr:$lower,
                       UnitAttr:$unit, UnitAttr:$transpose);
  let results = (outs Lane_Float:$result);
}

//===-- batch and randomness ----------------------------------------------===//

def Lane_ReduceBatchOp : Lane_InferredOp<"reduce_batch", [Lane_Rules]> {
  let summary = "reduction over the samples of the whole batch";
  let description = [{
    1. The operand is varying, the result invariant.
    2. Shape and element type are kept.
  }];
  let arguments = (ins Lane_BatchKind:$kind, Lane_Num:$x);
  let results = (outs Lane_InvNum:$result);
  let assemblyFormat = [{
    $kind $x attr-dict `:` functional-type(operands, results)
  }];
}

def Lane_VaryOp : Lane_InferredOp<"vary", [Lane_Rules]> {
  let summary = "an invariant value as every sample's";
  let description = "1. The operand is invariant, the result varying.";
  let arguments = (ins Lane_InvAny:$x);
  let results = (outs Lane_Any:$result);
}

def Lane_DrawOp : Lane_StatedOp<"draw", [Lane_ZeroDerivative]> {
  let summary = "random numbers, a pure function of where they are drawn";
  let description = [{
    Philox4x32-10 keyed by (call seed, step, site, operands), counted by sample
    index (with `per_sample`) and element. `uniform` lies in the open (0, 1).
    1. Operands are invariant i32 scalars (loop indices).
    2. The result varies exactly with `per_sample`.
    3. `bits` gives i32, the other laws floats.
  }];
  let arguments = (ins Lane_Law:$law, I64Attr:$site, UnitAttr:$per_sample,
                       Variadic<Lane_IntScalar>:$indices);
  let results = (outs Lane_Num:$result);
  let assemblyFormat = [{
    $law $site (`per_sample` $per_sample^)? ($indices^)? attr-dict `:`
    functional-type(operands, results)
  }];
}

#endif
