// Constraints of elementwise operations, in the order of their numbers.
// RUN: rill-opt %s --verify-diagnostics --split-input-file

// 1: nothing is broadcast
func.func @f(%x: !lane.t<3xf32>, %y: !lane.t<f32>) {
  // expected-error @+2 {{(1) operands differ in shape}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.add %x, %y : (!lane.t<3xf32>, !lane.t<f32>) -> !lane.t<3xf32>
  return
}

// -----

// 2: one element type
func.func @f(%x: !lane.t<3xf32>, %y: !lane.t<3xf64>) {
  // expected-error @+2 {{(2) operands differ in element}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.add %x, %y : (!lane.t<3xf32>, !lane.t<3xf64>) -> !lane.t<3xf32>
  return
}

// -----

// 3: an invariant result needs invariant operands
func.func @f(%x: !lane.t<3xf32>, %y: !lane.t<3xf32, inv>) {
  // expected-error @+2 {{are incompatible with return type(s) of operation}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.mul %x, %y : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
  return
}

// -----

// 3: invariant operands give an invariant result
func.func @f(%y: !lane.t<3xf32, inv>) {
  // expected-error @+2 {{are incompatible with return type(s) of operation}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.exp %y : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return
}

// -----

// operands of log are floats
func.func @f(%x: !lane.t<3xi32>) {
  // expected-error @+1 {{must be lane tensor of f32 or f64}}
  %0 = lane.log %x : (!lane.t<3xi32>) -> !lane.t<3xi32>
  return
}

// -----

// operands of and are bools
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{must be lane tensor of i1}}
  %0 = lane.and %x, %x : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return
}

// -----

// select: 1
func.func @f(%c: !lane.t<2xi1>, %x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) operands differ in shape}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.select %c, %x, %x : (!lane.t<2xi1>, !lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return
}

// -----

// select: 3, the condition counts
func.func @f(%c: !lane.t<3xi1>, %x: !lane.t<3xf32, inv>) {
  // expected-error @+2 {{are incompatible with return type(s) of operation}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.select %c, %x, %x : (!lane.t<3xi1>, !lane.t<3xf32, inv>, !lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
  return
}

// -----

// compare: 4
func.func @f(%x: !lane.t<3xi1>) {
  // expected-error @+1 {{(4) values of i1 are not ordered}}
  %0 = lane.compare lt %x, %x : (!lane.t<3xi1>, !lane.t<3xi1>) -> !lane.t<3xi1>
  return
}

// -----

// convert: 1
func.func @f(%x: !lane.t<3xi32>) {
  // expected-error @+1 {{(1) turns '!lane.t<3xi32>' into '!lane.t<2xf32>'}}
  %0 = lane.convert %x : (!lane.t<3xi32>) -> !lane.t<2xf32>
  return
}

// -----

// convert: 3
func.func @f(%x: !lane.t<3xi32>) {
  // expected-error @+1 {{(3) changes the rate}}
  %0 = lane.convert %x : (!lane.t<3xi32>) -> !lane.t<3xf32, inv>
  return
}

// -----

// convert: 4
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(4) does not turn 'f32' into 'f64'}}
  %0 = lane.convert %x : (!lane.t<3xf32>) -> !lane.t<3xf64>
  return
}
