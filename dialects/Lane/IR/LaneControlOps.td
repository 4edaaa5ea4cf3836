// Operations with a region: the scan `loop` and the calculus operations.
#ifndef RILL_LANE_CONTROL_OPS_TD
#define RILL_LANE_CONTROL_OPS_TD

include "Lane/IR/LaneOpBase.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Lane_YieldOp : Lane_Op<"yield", [Pure, Terminator, ReturnLike,
                                     AttrSizedOperandSegments,
                                     ParentOneOf<["LoopOp", "VjpOp", "JvpOp",
                                                  "DivergenceOp"]>]> {
  let summary = "the values of a region";
  let description = [{
    With `while %live` (see `loop`) the values of a step count only for the
    samples that live.
  }];
  let arguments = (ins Variadic<Lane_Any>:$values, Optional<Lane_Bool>:$live);
  let assemblyFormat = [{
    attr-dict ($values^ `:` type($values))? (`while` $live^ `:` type($live))?
  }];
  let builders = [
    OpBuilder<(ins), [{
      build($_builder, $_state, ::mlir::ValueRange{}, ::mlir::Value());
    }]>,
    OpBuilder<(ins "::mlir::ValueRange":$values), [{
      build($_builder, $_state, values, ::mlir::Value());
    }]>];
}

def Lane_LoopOp : Op<Lane_Dialect, "loop", [Pure, IsolatedFromAbove,
    DeclareOpInterfaceMethods<Lane_Differentiable, ["activity"]>,
    AttrSizedOperandSegments, AttrSizedResultSegments,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "a scan of known length";
  let description = [{
    Runs the body for steps 0 .. count-1 (`reverse`: downwards). The body's
    arguments are the step (i32, invariant), the consts, the carried values and
    one slice of each stacked input; it yields the new carried values, then one
    slice of each stacked result. Stacked results are in step order either way.

    ```
    %z, %steps = lane.loop 8 reverse (%i) consts(%c = %w : T) inits(%v = %x : T)
                 xs(%p = %ps : T) -> (T | T) { ... lane.yield %v1, %y : T, T }
    ```
    1. `count` is positive.
    2. The body's arguments are as said, each of exactly the type of its operand
       (a stacked input `[count, s...]` gives `[s...]`).
    3. Initial, yielded and final carried values have one type (rate included).
    4. A stacked result is `[count, s...]` for a yielded `[s...]`, same rate.

    `lane.yield .. while %live`: a sample for which `live` is false at a step
    keeps its varying carried values. Its stacked slices may be read only where
    the same `live` holds, but for slices of `live` itself: a lowering may skip
    a step at which no sample lives, and leaves false in stacked i1 slices then.
    An invariant carried value changes at every step; the values that it sums
    over the batch are zero for samples that do not live.
    5. `live` is an argument of the body, not the step: a varying i1 scalar.
  }];
  let arguments = (ins I64Attr:$count, UnitAttr:$reverse,
                       Variadic<Lane_Any>:$consts, Variadic<Lane_Any>:$inits,
                       Variadic<Lane_Any>:$xs);
  let results = (outs Variadic<Lane_Any>:$finals, Variadic<Lane_Any>:$ys);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    // Makes the body block with its arguments and no terminator. `ySlices` are
    // the types of one slice of each stacked result.
    OpBuilder<(ins "int64_t":$count, "bool":$reverse,
                   "::mlir::ValueRange":$consts, "::mlir::ValueRange":$inits,
                   "::mlir::ValueRange":$xs, "::mlir::TypeRange":$ySlices)>];
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    ::mlir::BlockArgument getStep() { return getBlock().getArgument(0); }
    ::mlir::Block::BlockArgListType getConstArgs();
    ::mlir::Block::BlockArgListType getCarryArgs();
    ::mlir::Block::BlockArgListType getXArgs();
    YieldOp getYield();
    ::mlir::OperandRange getYieldedCarries();
    ::mlir::OperandRange getYieldedYs();
    /// The argument that says which samples take part in a step, or null.
    ::mlir::Value getLive();
  }];
}

// Shared by vjp and jvp: `operands` enter the region, `seeds` are the given
// cotangents or tangents, `derivatives` the derived ones.
class Lane_CalculusOp<string mnemonic> : Op<Lane_Dialect, mnemonic, [Pure,
    IsolatedFromAbove, AttrSizedOperandSegments, AttrSizedResultSegments,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let arguments = (ins DenseI64ArrayAttr:$wrt, Variadic<Lane_Any>:$inputs,
                       Variadic<Lane_Float>:$seeds);
  let results = (outs Variadic<Lane_Any>:$values,
                      Variadic<Lane_Float>:$derivatives);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    // Makes the body block with one argument per input and no terminator.
    // `valueTypes` are the types that the region will yield.
    OpBuilder<(ins "::llvm::ArrayRef<int64_t>":$wrt,
                   "::mlir::ValueRange":$inputs, "::mlir::ValueRange":$seeds,
                   "::mlir::TypeRange":$valueTypes)>];
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    YieldOp getYield();
  }];
}

def Lane_VjpOp : Lane_CalculusOp<"vjp"> {
  let summary = "values of a region and adjoints of its inputs";
  let description = [{
    `%v, %g = lane.vjp [0] (%a = %x : T) seeds(%c : T) -> (T | T) { ... }`
    The region is a function of the inputs. Results are its values, then for
    each input named in `wrt` its adjoint, given one cotangent (seed) per float
    value of the region.
    1. `wrt` names distinct float inputs.
    2. The body's arguments have the inputs' types, the values the yielded ones.
    3. One seed per float value, of exactly its type.
    4. One adjoint per `wrt`, of exactly the input's type.
  }];
}

def Lane_JvpOp : Lane_CalculusOp<"jvp"> {
  let summary = "values of a region and their tangents";
  let description = [{
    `%v, %t = lane.jvp [0] (%a = %x : T) seeds(%d : T) -> (T | T) { ... }`
    Results are the region's values, then for each float value its tangent,
    given one tangent (seed) per input named in `wrt`.
    1. `wrt` names distinct float inputs.
    2. The body's arguments have the inputs' types, the values the yielded ones.
    3. One seed per `wrt`, of exactly the input's type.
    4. One tangent per float value, of exactly its type.
  }];
}

def Lane_DivergenceOp : Op<Lane_Dialect, "divergence", [Pure,
    IsolatedFromAbove, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "the value of a region and the trace of its Jacobian";
  let description = [{
    `%v, %d = lane.divergence(%x, %a) : (T, U) -> (T, S) { ^bb0.. }`
    The region is a field: a function of its first input x with a value of as
    many elements. Results are its value and the sum over k of the derivative of
    the value's element k by x's element k. The `xLabels` leading axes of x and
    the `labels` leading axes of the value count indices: there is one divergence
    for each index of the value.
    1. There is a first input; it and the value are floats of one element type.
    2. The body's arguments have the inputs' types, the value the yielded one.
    3. Behind the leading axes x and the value have as many elements.
    4. The divergence has the value's leading axes, its element type and rate.
  }];
  let arguments = (ins Variadic<Lane_Any>:$inputs,
                       DefaultValuedAttr<I64Attr, "0">:$xLabels,
                       DefaultValuedAttr<I64Attr, "0">:$labels);
  let results = (outs Lane_Float:$value, Lane_Float:$divergence);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `(` $inputs `)` attr-dict `:` functional-type($inputs, results) $body
  }];
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    // Makes the body block with one argument per input and no terminator.
    OpBuilder<(ins "::mlir::ValueRange":$inputs, "int64_t":$xLabels,
                   "int64_t":$labels, "::mlir::Type":$value)>];
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    YieldOp getYield();
    /// The elements of x, and of the value, at one index.
    int64_t getCount();
  }];
}

#endif
