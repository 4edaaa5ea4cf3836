// Constraints of loop, vjp and jvp.
// RUN: rill-opt %s --verify-diagnostics --split-input-file

// loop: 1
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(1) count 0 is not positive}}
  %f = lane.loop 0 (%i) inits(%v = %x : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
    lane.yield %v : !lane.t<3xf32>
  }
  return
}

// -----

// loop: 2, the body's argument for a stacked input
func.func @f(%x: !lane.t<4x3xf32>) {
  // expected-error @+1 {{(2) argument 1 has type '!lane.t<2xf32>', its operand gives '!lane.t<3xf32>'}}
  %y = "lane.loop"(%x) <{count = 4 : i64, operandSegmentSizes = array<i32: 0, 0, 1>, resultSegmentSizes = array<i32: 0, 1>}> ({
  ^bb0(%i: !lane.t<i32, inv>, %s: !lane.t<2xf32>):
    "lane.yield"(%s) : (!lane.t<2xf32>) -> ()
  }) : (!lane.t<4x3xf32>) -> !lane.t<4x2xf32>
  return
}

// -----

// loop: 2, the step
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(2) the step is not an invariant i32 scalar}}
  %y = "lane.loop"(%x) <{count = 4 : i64, operandSegmentSizes = array<i32: 0, 1, 0>, resultSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%i: !lane.t<i32>, %s: !lane.t<3xf32>):
    "lane.yield"(%s) : (!lane.t<3xf32>) -> ()
  }) : (!lane.t<3xf32>) -> !lane.t<3xf32>
  return
}

// -----

// loop: 2, a stacked input has one slice per step
func.func @f(%x: !lane.t<5x3xf32>) {
  // expected-error @+1 {{(2) stacked input 0 has type '!lane.t<5x3xf32>', not 4 slices}}
  %y = lane.loop 4 (%i) xs(%s = %x : !lane.t<5x3xf32>) -> (| !lane.t<4x3xf32>) {
    lane.yield %s : !lane.t<3xf32>
  }
  return
}

// -----

// loop: 3, an invariant start cannot become varying
func.func @f(%x: !lane.t<3xf32, inv>, %k: !lane.t<3xf32>) {
  // expected-error @+1 {{(3) carried value 0 starts as '!lane.t<3xf32, inv>', is yielded as '!lane.t<3xf32>'}}
  %f = lane.loop 4 (%i) consts(%c = %k : !lane.t<3xf32>) inits(%v = %x : !lane.t<3xf32, inv>) -> (!lane.t<3xf32, inv>) {
    %0 = lane.mul %v, %c : (!lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return
}

// -----

// loop: 3, as many yielded as carried
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(3) carries 1 values and stacks 0 but yields 2}}
  %f = lane.loop 4 (%i) inits(%v = %x : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
    lane.yield %v, %v : !lane.t<3xf32>, !lane.t<3xf32>
  }
  return
}

// -----

// loop: 4, the rate of a stacked result
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(4) stacked result has type '!lane.t<4x3xf32, inv>' for slices '!lane.t<3xf32>'}}
  %f, %y = lane.loop 4 (%i) inits(%v = %x : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<4x3xf32, inv>) {
    lane.yield %v, %v : !lane.t<3xf32>, !lane.t<3xf32>
  }
  return
}

// -----

// vjp: 1, a float input
func.func @f(%x: !lane.t<3xi32>) {
  // expected-error @+1 {{(1) wrt 0 does not name a float input once}}
  %v, %d = lane.vjp [0] (%a = %x : !lane.t<3xi32>) seeds() -> (!lane.t<3xi32> | !lane.t<3xf32>) {
    lane.yield %a : !lane.t<3xi32>
  }
  return
}

// -----

// vjp: 2
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(2) the body does not yield the values}}
  %v, %d = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%x : !lane.t<3xf32>) -> (!lane.t<3xf32, inv> | !lane.t<3xf32>) {
    lane.yield %a : !lane.t<3xf32>
  }
  return
}

// -----

// vjp: 3, one per value
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(3) cotangents: needs 1, has 0}}
  %v, %d = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds() -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    lane.yield %a : !lane.t<3xf32>
  }
  return
}

// -----

// vjp: 3, the rate of a cotangent is its value's
func.func @f(%x: !lane.t<3xf32>, %s: !lane.t<3xf32, inv>) {
  // expected-error @+1 {{(3) cotangents: '!lane.t<3xf32, inv>' for '!lane.t<3xf32>'}}
  %v, %d = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%s : !lane.t<3xf32, inv>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    lane.yield %a : !lane.t<3xf32>
  }
  return
}

// -----

// vjp: 4, the rate of an adjoint is its input's
func.func @f(%x: !lane.t<3xf32, inv>, %s: !lane.t<3xf32, inv>) {
  // expected-error @+1 {{(4) adjoints: '!lane.t<3xf32>' for '!lane.t<3xf32, inv>'}}
  %v, %d = lane.vjp [0] (%a = %x : !lane.t<3xf32, inv>) seeds(%s : !lane.t<3xf32, inv>) -> (!lane.t<3xf32, inv> | !lane.t<3xf32>) {
    lane.yield %a : !lane.t<3xf32, inv>
  }
  return
}

// -----

// jvp: 3
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(3) tangents: needs 1, has 0}}
  %v, %d = lane.jvp [0] (%a = %x : !lane.t<3xf32>) seeds() -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    lane.yield %a : !lane.t<3xf32>
  }
  return
}

// -----

// jvp: 4
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(4) tangents of values: needs 1, has 0}}
  %v = lane.jvp [0] (%a = %x : !lane.t<3xf32>) seeds(%x : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
    lane.yield %a : !lane.t<3xf32>
  }
  return
}

// -----

// vjp: nothing from outside
func.func @f(%x: !lane.t<3xf32>, %w: !lane.t<3xf32>) {
  // expected-note @+1 {{required by region isolation constraints}}
  %v, %d = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%x : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    // expected-error @+1 {{using value defined outside the region}}
    %0 = lane.mul %a, %w : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return
}

// -----

// loop: 5, an argument of the body
func.func @f(%x: !lane.t<f32>) {
  // expected-error @+1 {{(5) 'while' reads no argument of the body}}
  %f = lane.loop 4 (%i) inits(%v = %x : !lane.t<f32>) -> (!lane.t<f32>) {
    %c = lane.compare lt %v, %v : (!lane.t<f32>, !lane.t<f32>) -> !lane.t<i1>
    lane.yield %v : !lane.t<f32> while %c : !lane.t<i1>
  }
  return
}

// -----

// loop: 5, a scalar
func.func @f(%x: !lane.t<f32>, %l: !lane.t<3xi1>) {
  // expected-error @+1 {{(5) 'while' of type '!lane.t<3xi1>', not a varying i1 scalar}}
  %f = lane.loop 4 (%i) consts(%c = %l : !lane.t<3xi1>) inits(%v = %x : !lane.t<f32>) -> (!lane.t<f32>) {
    lane.yield %v : !lane.t<f32> while %c : !lane.t<3xi1>
  }
  return
}

// -----

// loop: 5, one for each sample
func.func @f(%x: !lane.t<f32>, %l: !lane.t<i1, inv>) {
  // expected-error @+1 {{(5) 'while' of type '!lane.t<i1, inv>', not a varying i1 scalar}}
  %f = lane.loop 4 (%i) consts(%c = %l : !lane.t<i1, inv>) inits(%v = %x : !lane.t<f32>) -> (!lane.t<f32>) {
    lane.yield %v : !lane.t<f32> while %c : !lane.t<i1, inv>
  }
  return
}

// -----

// divergence: 1
func.func @f(%x: !lane.t<3xf64>) {
  // expected-error @+1 {{(1) the first input is not of the value's float type}}
  %v, %d = lane.divergence(%x) : (!lane.t<3xf64>) -> (!lane.t<3xf32>, !lane.t<f32>) {
  ^bb0(%a: !lane.t<3xf64>):
    %0 = lane.const 1.0 : !lane.t<3xf32, inv>
    %1 = lane.vary %0 : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
    lane.yield %1 : !lane.t<3xf32>
  }
  return
}

// -----

// divergence: 2
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(2) the body does not yield the value}}
  %v, %d = lane.divergence(%x) : (!lane.t<3xf32>) -> (!lane.t<3xf32, inv>, !lane.t<f32, inv>) {
  ^bb0(%a: !lane.t<3xf32>):
    lane.yield %a : !lane.t<3xf32>
  }
  return
}

// -----

// divergence: 2, arguments
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(2) the body's arguments are not the inputs}}
  %v, %d = lane.divergence(%x) : (!lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<f32>) {
  ^bb0(%a: !lane.t<3xf32>, %b: !lane.t<3xf32>):
    lane.yield %a : !lane.t<3xf32>
  }
  return
}

// -----

// divergence: 3
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(3) a value of type '!lane.t<2xf32>' is no field of an x of type '!lane.t<3xf32>'}}
  %v, %d = lane.divergence(%x) : (!lane.t<3xf32>) -> (!lane.t<2xf32>, !lane.t<f32>) {
  ^bb0(%a: !lane.t<3xf32>):
    %0 = lane.slice %a [0] [2] [1] : (!lane.t<3xf32>) -> !lane.t<2xf32>
    lane.yield %0 : !lane.t<2xf32>
  }
  return
}

// -----

// divergence: 4
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(4) a divergence of type '!lane.t<3xf32>', not '!lane.t<f32>'}}
  %v, %d = lane.divergence(%x) : (!lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  ^bb0(%a: !lane.t<3xf32>):
    lane.yield %a : !lane.t<3xf32>
  }
  return
}
