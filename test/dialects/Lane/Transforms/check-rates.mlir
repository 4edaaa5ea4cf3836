// Entry points against their metadata: each mismatch is an internal error.
// RUN: rill-opt %s --lane-check-rates --verify-diagnostics --split-input-file

func.func @good(%x: !lane.t<3xf32> {rill.arg = "data:x"}, %w: !lane.t<3xf32, inv> {rill.arg = "param:0"}) -> (!lane.t<3xf32> {rill.result = "logp"}, !lane.t<3xf32, inv> {rill.result = "grad:0"}, !lane.t<3xf32> {rill.result = "value"}) {
  return %x, %w, %x : !lane.t<3xf32>, !lane.t<3xf32, inv>, !lane.t<3xf32>
}

// -----

// expected-error @+1 {{internal error: argument 0 of 'data' is 'data:x' but has type '!lane.t<3xf32, inv>'; it must be varying}}
func.func @data(%x: !lane.t<3xf32, inv> {rill.arg = "data:x"}) {
  return
}

// -----

// expected-error @+1 {{argument 0 of 'parameter' is 'param:0' but has type '!lane.t<3xf32>'; it must be invariant}}
func.func @parameter(%w: !lane.t<3xf32> {rill.arg = "param:0"}) {
  return
}

// -----

// A gradient that varies has lost its sum over the batch.
// expected-error @+1 {{result 0 of 'gradient' is 'grad:0' but has type '!lane.t<3xf32>'; it must be invariant}}
func.func @gradient(%x: !lane.t<3xf32>) -> (!lane.t<3xf32> {rill.result = "grad:0"}) {
  return %x : !lane.t<3xf32>
}

// -----

// expected-error @+1 {{result 0 of 'density' is 'logp' but has type '!lane.t<f32, inv>'; it must be varying}}
func.func @density(%x: !lane.t<f32, inv>) -> (!lane.t<f32, inv> {rill.result = "logp"}) {
  return %x : !lane.t<f32, inv>
}
