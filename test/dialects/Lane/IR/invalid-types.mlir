// What is not a lane type.
// RUN: rill-opt %s --verify-diagnostics --split-input-file

// 1: a dimension must be positive
// expected-error @+1 {{(1) dimension 0 is not positive}}
func.func @f(%x: !lane.t<2x0xf32>)

// -----

// 2: elements are f32, f64, i32, i1
// expected-error @+1 {{(2) element 'i64' is none of f32, f64, i32, i1}}
func.func @f(%x: !lane.t<2xi64>)
