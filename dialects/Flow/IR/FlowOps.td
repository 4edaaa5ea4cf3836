// The flow dialect: reversible programs on places, as users wrote them. Places
// are SSA values of lane type; cutting and gluing them is explicit.
#ifndef RILL_FLOW_OPS_TD
#define RILL_FLOW_OPS_TD

include "Lane/IR/LaneTypes.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Flow_Dialect : Dialect {
  let name = "flow";
  let cppNamespace = "::rill::flow";
  let summary = "reversible programs on places";
  let dependentDialects = ["::rill::lane::LaneDialect"];
}

class Flow_Op<string mnemonic, list<Trait> traits = []>
    : Op<Flow_Dialect, mnemonic, traits>;

def Flow_YieldOp : Flow_Op<"yield", [Pure, Terminator, ReturnLike]> {
  let summary = "the values of a region";
  let arguments = (ins Variadic<Lane_Any>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{
    build($_builder, $_state, ::mlir::ValueRange{});
  }]>];
}

def Flow_SplitOp : Flow_Op<"split", [Pure]> {
  let summary = "cuts a place into disjoint parts";
  let description = [{
    `parts[k]` lists the row-major elements of the place that result k holds, in
    the order of result k's own row-major elements.
    1. Every element of the place belongs to exactly one part.
    2. A result has as many elements as its part, of the place's element type.
  }];
  let arguments = (ins Lane_Any:$place, ArrayAttr:$parts);
  let results = (outs Variadic<Lane_Any>:$results);
  let assemblyFormat = [{
    $place $parts attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Flow_JoinOp : Flow_Op<"join", [Pure]> {
  let summary = "glues disjoint parts to a place: the inverse of split";
  let description = [{
    1. Every element of the place belongs to exactly one part.
    2. An operand has as many elements as its part, of the place's element type.
  }];
  let arguments = (ins Variadic<Lane_Any>:$xs, ArrayAttr:$parts);
  let results = (outs Lane_Any:$place);
  let assemblyFormat = [{
    $xs $parts attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Flow_UpdateOp : Flow_Op<"update", [Pure,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "gives a place its next value";
  let description = [{
    The region is a function of the place's value (its one argument) that yields
    the next value; it holds everything that depends on that value. What it uses
    from outside is its context. `name` is the place's, `spelling` the source of
    the formula, `lo` and `hi` bound the elements of the place's space. A second
    region, if any, is the author's inverse: from the next value to the place's.
    1. The region has one argument, of the place's type, and yields one value.
    2. The result has the yielded value's type.
    3. The inverse has one argument, of the result's type, and yields one value
       of the place's type.
  }];
  let arguments = (ins Lane_Any:$place, StrAttr:$name, StrAttr:$spelling,
                       F64Attr:$lo, F64Attr:$hi);
  let results = (outs Lane_Any:$result);
  let regions = (region SizedRegion<1>:$body, MaxSizedRegion<1>:$inverse);
  let assemblyFormat = [{
    $place attr-dict `:` type($place) `->` type($result) $body
    (`inverse` $inverse^)?
  }];
  let hasVerifier = 1;
}

def Flow_RepeatOp : Flow_Op<"repeat", [Pure,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "the same step several times, each with its own instances";
  let description = [{
    Parameters declared in the region are stacked along a new first axis.
    1. `count` is positive.
    2. The region's arguments are the step (i32, invariant) and the places.
    3. It yields the places, each in its own type.
  }];
  let arguments = (ins I64Attr:$count, Variadic<Lane_Any>:$places);
  let results = (outs Variadic<Lane_Any>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $count `(` $places `)` attr-dict `:` functional-type($places, $results)
    $body
  }];
  let hasVerifier = 1;
}

def Flow_ScanOp : Flow_Op<"scan", [Pure, AttrSizedOperandSegments,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "a pass through the first axis of places, with carried values";
  let description = [{
    Step t has slice t of each place and the values that step t - 1 carried on.
    1. `count` is positive and the extent of each place's first axis.
    2. The region's arguments are the step (i32, invariant), one slice per
       place and the carried values, varying.
    3. It yields the next slices and the next carried values, each of its type;
       results are the places of these slices.
  }];
  let arguments = (ins I64Attr:$count, Variadic<Lane_Any>:$places,
                       Variadic<Lane_Any>:$inits);
  let results = (outs Variadic<Lane_Any>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $count `(` $places `:` type($places) `)` `carries` `(`
    ($inits^ `:` type($inits))? `)` attr-dict `->` type($results) $body
  }];
  let hasVerifier = 1;
}

def Flow_ParamOp : Flow_Op<"param"> {
  let summary = "an instance's parameter";
  let description = [{
    `index` is the parameter's number in the program, `chart` how its raw array
    becomes a value (Transforms/Charts.h). The region yields the initial value.
    Of a matrix space (chart `plu`, ...) the result is the raw array, which only
    `matvec` may use.
    1. The region has no arguments and yields one value of the result's shape.
    2. The result is invariant.
  }];
  let arguments = (ins I64Attr:$index, StrAttr:$path, StrAttr:$chart);
  let results = (outs Lane_InvFloat:$value);
  let regions = (region SizedRegion<1>:$init);
  let assemblyFormat = [{
    $index $path $chart attr-dict `:` type($value) $init
  }];
  let hasVerifier = 1;
}

def Flow_RequireOp : Flow_Op<"require"> {
  let summary = "a condition on parameters";
  let description = [{
    Must hold whenever the flow is used; training checks it after every step.
    `spelling` is its source.
    1. The condition is a scalar truth value.
  }];
  let arguments = (ins Lane_Any:$condition, StrAttr:$spelling);
  let assemblyFormat = "$condition $spelling attr-dict `:` type($condition)";
  let hasVerifier = 1;
}

def Flow_FirstOp : Flow_Op<"first", [Pure]> {
  let summary = "the mean over the first batch of training";
  let description = [{
    1. Stands in the region of a `param`.
    2. The result is invariant and of the operand's shape.
  }];
  let arguments = (ins Lane_Float:$x);
  let results = (outs Lane_InvFloat:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Flow_MatVecOp : Flow_Op<"matvec", [Pure]> {
  let summary = "the product of a structured matrix with a vector";
  let description = [{
    `matrix` is the raw array of a parameter whose chart is `structure`: plu,
    orthogonal, lower_unit or permutation. All are invertible for every raw value.
    The vectors are the last axis; each is multiplied by itself.
    1. `matrix` is [D, D], operand and result [.., D] of one shape.
  }];
  let arguments = (ins Lane_InvFloat:$matrix, Lane_Float:$x, StrAttr:$structure);
  let results = (outs Lane_Float:$result);
  let assemblyFormat = [{
    $structure $matrix `,` $x attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Flow_OdeOp : Flow_Op<"ode", [Pure, IsolatedFromAbove,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "a state moved along a vector field from one time to another";
  let description = [{
    The region is the field: its arguments are the state, the time (a varying
    scalar) and the context, it yields the velocity. The explicit Runge-Kutta
    method of s stages has `a` (rows below the diagonal, one after the other)
    and `b`; with `error` (weights of the error estimate, of order `order`)
    steps are chosen per sample by `rtol` and `atol`, else there are `steps` of
    them; `steps` is also the most that are tried.
    1. The region's arguments are as said: a varying state, then of the
       operands' types; it yields one value of the state's type.
    2. `a` has s (s - 1) / 2 numbers, `error` s or none.
    3. `steps` is positive, `from` is not `to`.
    4. The result is the state, varying.
  }];
  let arguments = (ins Lane_Float:$x, Variadic<Lane_Any>:$context,
                       F64Attr:$from, F64Attr:$to, DenseF64ArrayAttr:$a,
                       DenseF64ArrayAttr:$b, DenseF64ArrayAttr:$error,
                       I64Attr:$order, I64Attr:$steps, F64Attr:$rtol,
                       F64Attr:$atol);
  let results = (outs Lane_Float:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $x `(` $context `)` `from` $from `to` $to attr-dict `:`
    functional-type(operands, results) $body
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    bool isAdaptive() { return !getError().empty(); }
    int64_t getStages() { return getB().size(); }
  }];
}

#endif
