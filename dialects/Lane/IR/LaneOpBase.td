// Base classes of lane operations and the traits they share.
#ifndef RILL_LANE_OP_BASE_TD
#define RILL_LANE_OP_BASE_TD

include "Lane/IR/LaneDialect.td"
include "Lane/IR/LaneEnums.td"
include "Lane/IR/LaneInterfaces.td"
include "Lane/IR/LaneTypes.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Lane_Trait<string name> : NativeOpTrait<name> {
  let cppNamespace = "::rill::lane";
}
// One result of the operands' common shape, computed element by element.
def Lane_Elementwise : Lane_Trait<"Elementwise">;
// The derivative is zero everywhere it exists.
def Lane_ZeroDerivative : Lane_Trait<"ZeroDerivative">;

// The value or a partial derivative may be infinite at a finite operand.
def Lane_Unbounded : Lane_Trait<"Unbounded">;
// Derivative rules are written in ../Diff.
def Lane_Rules : DeclareOpInterfaceMethods<Lane_Differentiable>;

class Lane_Op<string mnemonic, list<Trait> traits = []>
    : Op<Lane_Dialect, mnemonic, traits> {
  let assemblyFormat =
      "operands attr-dict `:` functional-type(operands, results)";
}

// A pure operation whose result type follows from operands and attributes.
class Lane_InferredOp<string mnemonic, list<Trait> traits = []>
    : Lane_Op<mnemonic, !listconcat([Pure, InferTypeOpAdaptor], traits)>;

// A pure operation whose result shape is stated; the verifier checks it.
class Lane_StatedOp<string mnemonic, list<Trait> traits = []>
    : Lane_Op<mnemonic, !listconcat([Pure], traits)> {
  let hasVerifier = 1;
}

#endif
