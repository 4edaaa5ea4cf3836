// An active operation without derivative rule is an error of the compiler, in
// both modes and inside loops: never a zero.
// RUN: rill-opt %s --lane-differentiate --verify-diagnostics --split-input-file

func.func private @callee(!lane.t<3xf32>) -> !lane.t<3xf32>

func.func @reverse(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    // expected-error @+1 {{internal error: 'func.call' has no derivative rule}}
    %0 = func.call @callee(%a) : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// -----

func.func private @callee(!lane.t<3xf32>) -> !lane.t<3xf32>

func.func @forward(%x: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.jvp [0] (%a = %x : !lane.t<3xf32>) seeds(%x : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    // expected-error @+1 {{internal error: 'func.call' has no derivative rule}}
    %0 = func.call @callee(%a) : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// -----

func.func private @callee(!lane.t<3xf32>) -> !lane.t<3xf32>

func.func @in_a_loop(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %f = lane.loop 2 (%i) inits(%u = %a : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
      // expected-error @+1 {{internal error: 'func.call' has no derivative rule}}
      %0 = func.call @callee(%u) : (!lane.t<3xf32>) -> !lane.t<3xf32>
      lane.yield %0 : !lane.t<3xf32>
    }
    lane.yield %f : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// -----

func.func private @callee(!lane.t<3xf32>) -> !lane.t<3xf32>

// What is not active needs no rule.
func.func @inactive(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = func.call @callee(%b) : (!lane.t<3xf32>) -> !lane.t<3xf32>
    %1 = lane.mul %0, %a : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %1 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}
