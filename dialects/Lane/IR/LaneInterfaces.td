// Interfaces of lane operations.
#ifndef RILL_LANE_INTERFACES_TD
#define RILL_LANE_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Lane_Differentiable : OpInterface<"Differentiable"> {
  let cppNamespace = "::rill::lane";
  let description = [{
    How an operation is differentiated, forward and in reverse. An active
    operation with neither this interface nor the trait `ZeroDerivative` is an
    internal error of the compiler, never a silent zero. A null value is a
    symbolic zero throughout.
  }];
  let methods = [
    InterfaceMethod<[{
        Emits the tangents of the results, given some of the operands'.
      }], "void", "tangent", (ins "::rill::lane::Tangents &":$tangents)>,
    InterfaceMethod<[{
        Adds to the adjoints of the active operands, given some of the results'.
      }], "void", "adjoint", (ins "::rill::lane::Adjoints &":$adjoints)>,
    InterfaceMethod<[{
        Marks the results that depend differentiably on an active operand.
      }], "void", "activity", (ins "::rill::lane::Activity &":$active), "", [{
        ::rill::lane::defaultActivity($_op, active);
      }]>,
  ];
}

#endif
