// The prob dialect: laws and the uses of their members. What a law is made of
// (a flow on a base, or members given by formulas) stays whole until every
// derivation has run.
#ifndef RILL_PROB_OPS_TD
#define RILL_PROB_OPS_TD

include "Lane/IR/LaneTypes.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Prob_Dialect : Dialect {
  let name = "prob";
  let cppNamespace = "::rill::prob";
  let summary = "laws and the uses of their members";
  let dependentDialects = ["::rill::lane::LaneDialect"];
}

class Prob_Op<string mnemonic, list<Trait> traits = []>
    : Op<Prob_Dialect, mnemonic, traits>;

def Prob_DistOp : Prob_Op<"dist", [Symbol, IsolatedFromAbove]> {
  let summary = "a law";
  let description = [{
    `form` is members, pull or push. Of a pull or push, `flow` is a flow on the
    place that is its first argument (flow dialect), further arguments are
    conditions, and `base` names the base's law. A pull's flow leads from the
    subject to the base, a push's from the base to the subject. Of members,
    `logp` has the subject's values and the conditions as arguments and yields a
    scalar, `sample` has the conditions and yields the subject; either may be
    empty. `subject` and `base_space` are spaces as users write them; `bridge`
    names what would lead from where the flow ends to the base's space when the
    two differ.
    1. A pull or push has a flow and a base and no members; members have neither.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$form,
                       OptionalAttr<FlatSymbolRefAttr>:$base,
                       StrAttr:$subject, StrAttr:$kind);
  let regions = (region AnyRegion:$flow, AnyRegion:$logp, AnyRegion:$sample);
  let assemblyFormat = [{
    $form $sym_name (`of` $base^)? `on` $subject `kind` $kind attr-dict
    `flow` $flow `logp` $logp `sample` $sample
  }];
  let hasVerifier = 1;
}

class Prob_MemberOp<string mnemonic> : Prob_Op<mnemonic, [Pure]> {
  let arguments = (ins FlatSymbolRefAttr:$dist, Variadic<Lane_Any>:$operands);
  let assemblyFormat = [{
    $dist `(` $operands `)` attr-dict `:` functional-type($operands, results)
  }];
}

def Prob_LogpOp : Prob_MemberOp<"logp"> {
  let summary = "the log-density of a value under a law";
  let results = (outs Lane_Float:$result);
}
def Prob_SampleOp : Prob_MemberOp<"sample"> {
  let summary = "one draw per sample; the operands are conditions";
  let results = (outs Variadic<Lane_Any>:$results);
}
def Prob_LatentOp : Prob_MemberOp<"latent"> {
  let summary = "the base's value of a subject, and log |d base / d subject|";
  let results = (outs Lane_Float:$value, Lane_Float:$log_det);
}
def Prob_GenerateOp : Prob_MemberOp<"generate"> {
  let summary = "the subject of a base's value, and log |d subject / d base|";
  let results = (outs Lane_Float:$value, Lane_Float:$log_det);
}

#endif
