// Constraints of constants and shape operations.
// RUN: rill-opt %s --verify-diagnostics --split-input-file

// const: 1
func.func @f() {
  // expected-error @+1 {{must be invariant lane tensor}}
  %0 = lane.const 1.0 : !lane.t<3xf32>
  return
}

// -----

// const: 2, shape
func.func @f() {
  // expected-error @+1 {{(2) elements 'tensor<2xf64>' do not fit}}
  %0 = lane.const elements dense<1.0> : tensor<2xf64> : !lane.t<3xf32, inv>
  return
}

// -----

// const: 2, element: precision is the type's affair
func.func @f() {
  // expected-error @+1 {{(2) elements 'tensor<3xf32>' do not fit}}
  %0 = lane.const elements dense<1.0> : tensor<3xf32> : !lane.t<3xf32, inv>
  return
}

// -----

// const: 3
func.func @f() {
  // expected-error @+1 {{(3) 5.000000e-01 is not a value of}}
  %0 = lane.const 0.5 : !lane.t<i32, inv>
  return
}

// -----

// iota: 1
func.func @f() {
  // expected-error @+1 {{must be invariant lane tensor}}
  %0 = lane.iota 0 : !lane.t<3xf32>
  return
}

// -----

// iota: 2
func.func @f() {
  // expected-error @+1 {{(2) 1 is not an axis of}}
  %0 = lane.iota 1 : !lane.t<3xf32, inv>
  return
}

// -----

// batch_size: 1
func.func @f() {
  // expected-error @+1 {{(1) result must be a scalar}}
  %0 = lane.batch_size : !lane.t<3xf32, inv>
  return
}

// -----

// spread: 1, ascending
func.func @f(%x: !lane.t<2x3xf32>) {
  // expected-error @+1 {{(1) dims do not place the axes}}
  %0 = lane.spread %x [1, 0] : (!lane.t<2x3xf32>) -> !lane.t<3x2xf32>
  return
}

// -----

// spread: 1, one per axis
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(1) dims do not place the axes}}
  %0 = lane.spread %x [] : (!lane.t<3xf32>) -> !lane.t<2x3xf32>
  return
}

// -----

// spread: 2
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(2) axis 0 of '!lane.t<3xf32>' does not fit axis 0}}
  %0 = lane.spread %x [0] : (!lane.t<3xf32>) -> !lane.t<2x3xf32>
  return
}

// -----

// spread: 3
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(3) result must be varying}}
  %0 = lane.spread %x [1] : (!lane.t<3xf32>) -> !lane.t<2x3xf32, inv>
  return
}

// -----

// reshape: 1
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(1) turns}}
  %0 = lane.reshape %x : (!lane.t<3xf32>) -> !lane.t<2xf32>
  return
}

// -----

// reshape: 2
func.func @f(%x: !lane.t<3xf32, inv>) {
  // expected-error @+1 {{(2) result must be invariant}}
  %0 = lane.reshape %x : (!lane.t<3xf32, inv>) -> !lane.t<3x1xf32>
  return
}

// -----

// permute: 1
func.func @f(%x: !lane.t<2x3xf32>) {
  // expected-error @+2 {{(1) perm is not a permutation}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.permute %x [0, 0] : (!lane.t<2x3xf32>) -> !lane.t<2x2xf32>
  return
}

// -----

// slice: 1, per axis
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) needs one offset, size and stride per axis}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.slice %x [0, 0] [1] [1] : (!lane.t<3xf32>) -> !lane.t<1xf32>
  return
}

// -----

// slice: 1, positive
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) size and stride of axis 0 must be positive}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.slice %x [0] [1] [0] : (!lane.t<3xf32>) -> !lane.t<1xf32>
  return
}

// -----

// slice: 2
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(2) takes elements 1 to 3 of axis 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.slice %x [1] [2] [2] : (!lane.t<3xf32>) -> !lane.t<2xf32>
  return
}

// -----

// pad: 1, per axis
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) needs one low, high and interior per axis}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.pad %x [1] [] [0] : (!lane.t<3xf32>) -> !lane.t<4xf32>
  return
}

// -----

// pad: 1, not negative
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) padding of axis 0 is negative}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.pad %x [-1] [0] [0] : (!lane.t<3xf32>) -> !lane.t<2xf32>
  return
}

// -----

// concat: 1, an operand
func.func @f() {
  // expected-error @+2 {{(1) has no operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.concat 0 : () -> !lane.t<3xf32>
  return
}

// -----

// concat: 1, an axis
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) 1 is not an axis of}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.concat 1 %x, %x : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
  return
}

// -----

// concat: 2
func.func @f(%x: !lane.t<3xf32>, %y: !lane.t<2x3xf32>) {
  // expected-error @+2 {{(2) '!lane.t<2x3xf32>' cannot follow}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.concat 0 %x, %y : (!lane.t<3xf32>, !lane.t<2x3xf32>) -> !lane.t<6xf32>
  return
}

// -----

// gather: 1, an index
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) has no index}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.gather 0 %x [] : (!lane.t<3xf32>) -> !lane.t<1xf32>
  return
}

// -----

// gather: 1, in range
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) index 3 is outside of axis 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.gather 0 %x [3] : (!lane.t<3xf32>) -> !lane.t<1xf32>
  return
}

// -----

// scatter_add: 1, one index per element
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(1) has 2 indices for axis 0}}
  %0 = lane.scatter_add 0 %x [0, 1] : (!lane.t<3xf32>) -> !lane.t<4xf32>
  return
}

// -----

// scatter_add: 1, in range
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{(1) index 4 is outside of axis 0}}
  %0 = lane.scatter_add 0 %x [0, 1, 4] : (!lane.t<3xf32>) -> !lane.t<4xf32>
  return
}

// -----

// scatter_add: 2
func.func @f(%x: !lane.t<3x2xf32>) {
  // expected-error @+1 {{(2) turns}}
  %0 = lane.scatter_add 0 %x [0, 1, 2] : (!lane.t<3x2xf32>) -> !lane.t<4x3xf32>
  return
}

// -----

// reverse: 1
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) dims are not distinct axes}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.reverse %x [0, 0] : (!lane.t<3xf32>) -> !lane.t<3xf32>
  return
}
