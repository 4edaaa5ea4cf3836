// Passes over the lane dialect; each is in the file of its name.
#ifndef RILL_LANE_PASSES_TD
#define RILL_LANE_PASSES_TD

include "mlir/Pass/PassBase.td"

def LaneDifferentiate : Pass<"lane-differentiate", "::mlir::ModuleOp"> {
  let summary = "expand vjp, jvp and divergence, innermost first";
  let description = [{
    Adjoint and tangent code is ordinary lane code, so any nesting of the two
    works. Calls must have been inlined. An active operation without derivative
    rule is an internal error.
  }];
  let dependentDialects = ["::rill::lane::LaneDialect"];
}

def LaneSimplifyLoops : Pass<"lane-simplify-loops"> {
  let summary = "keep in loops only what changes and is used";
  let description = [{
    Removes dead carried values, stacked results and inputs, makes consts of
    carried values that never change, merges equal operands and results and
    moves code that does not depend on the step out of the loop.
  }];
  let dependentDialects = ["::rill::lane::LaneDialect"];
}

def LaneClean : Pass<"lane-clean"> {
  let summary = "canonical forms, common code and loops until nothing changes";
  let dependentDialects = ["::rill::lane::LaneDialect"];
}

def LaneCheckRates : Pass<"lane-check-rates", "::mlir::ModuleOp"> {
  let summary = "check the rates of entry points against their metadata";
  let description = [{
    Parameters and scalars enter invariant, data and latents varying; gradients,
    parameters and losses leave invariant, log-densities varying. A mismatch is
    an internal error: the importer or a derivation lost a batch reduction.
  }];
}

#endif
