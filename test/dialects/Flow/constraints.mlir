// RUN: rill-opt %s --split-input-file --verify-diagnostics
// One wrong operation for each numbered constraint of the flow dialect.

func.func @split_1(%x: !lane.t<4xf32>) {
  // expected-error@+1 {{element 1 is in two parts}}
  %0:2 = flow.split %x [array<i64: 0, 1>, array<i64: 1, 2>] : (!lane.t<4xf32>) -> (!lane.t<2xf32>, !lane.t<2xf32>)
  return
}

// -----

func.func @split_1_missing(%x: !lane.t<4xf32>) {
  // expected-error@+1 {{element 3 is in no part}}
  %0:2 = flow.split %x [array<i64: 0, 1>, array<i64: 2>] : (!lane.t<4xf32>) -> (!lane.t<2xf32>, !lane.t<1xf32>)
  return
}

// -----

func.func @split_1_outside(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{names element 2 of 2}}
  %0:2 = flow.split %x [array<i64: 0>, array<i64: 2>] : (!lane.t<2xf32>) -> (!lane.t<1xf32>, !lane.t<1xf32>)
  return
}

// -----

func.func @split_2(%x: !lane.t<4xf32>) {
  // expected-error@+1 {{piece 0 does not fit its part}}
  %0:2 = flow.split %x [array<i64: 0, 1>, array<i64: 2, 3>] : (!lane.t<4xf32>) -> (!lane.t<3xf32>, !lane.t<2xf32>)
  return
}

// -----

func.func @join_1(%a: !lane.t<1xf32>, %b: !lane.t<1xf32>) {
  // expected-error@+1 {{element 0 is in two parts}}
  %0 = flow.join %a, %b [array<i64: 0>, array<i64: 0>] : (!lane.t<1xf32>, !lane.t<1xf32>) -> !lane.t<2xf32>
  return
}

// -----

func.func @join_2(%a: !lane.t<1xf32>, %b: !lane.t<2xf32>) {
  // expected-error@+1 {{piece 1 does not fit its part}}
  %0 = flow.join %a, %b [array<i64: 0>, array<i64: 1>] : (!lane.t<1xf32>, !lane.t<2xf32>) -> !lane.t<2xf32>
  return
}

// -----

func.func @update_1(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{needs a region from the place to its next value}}
  %0 = flow.update %x {name = "x", spelling = "x", lo = 0.0, hi = 1.0} : <2xf32> -> <2xf32> {
  ^bb0(%y: !lane.t<3xf32>):
    flow.yield %y : !lane.t<3xf32>
  }
  return
}

// -----

func.func @update_2(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{has the result type}}
  %0 = flow.update %x {name = "x", spelling = "x", lo = 0.0, hi = 1.0} : <2xf32> -> <3xf32> {
  ^bb0(%y: !lane.t<2xf32>):
    flow.yield %y : !lane.t<2xf32>
  }
  return
}

// -----

func.func @repeat_1(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{needs a positive count}}
  %0 = flow.repeat 0(%x) : (!lane.t<2xf32>) -> !lane.t<2xf32> {
  ^bb0(%i: !lane.t<i32, inv>, %y: !lane.t<2xf32>):
    flow.yield %y : !lane.t<2xf32>
  }
  return
}

// -----

func.func @repeat_2(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{needs region arguments for the step and the places}}
  %0 = flow.repeat 2(%x) : (!lane.t<2xf32>) -> !lane.t<2xf32> {
  ^bb0(%y: !lane.t<2xf32>):
    flow.yield %y : !lane.t<2xf32>
  }
  return
}

// -----

func.func @repeat_3(%x: !lane.t<2xf32>, %z: !lane.t<3xf32>) {
  // expected-error@+1 {{changes the type of a place from step to step}}
  %0 = flow.repeat 2(%x) : (!lane.t<2xf32>) -> !lane.t<2xf32> {
  ^bb0(%i: !lane.t<i32, inv>, %y: !lane.t<2xf32>):
    flow.yield %z : !lane.t<3xf32>
  }
  return
}

// -----

func.func @param_1() {
  // expected-error@+1 {{needs a region that yields its initial value}}
  %0 = flow.param 0 "p.b" "identity" : <2xf32, inv> {
    %1 = lane.const 0.0 : !lane.t<3xf32, inv>
    flow.yield %1 : !lane.t<3xf32, inv>
  }
  return
}

// -----

func.func @first_1(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{stands outside of a parameter's initial value}}
  %0 = flow.first %x : (!lane.t<2xf32>) -> !lane.t<2xf32, inv>
  return
}

// -----

func.func @matvec_1(%w: !lane.t<2x3xf32, inv>, %x: !lane.t<3xf32>) {
  // expected-error@+1 {{needs a [D, D] matrix and vectors of D}}
  %0 = flow.matvec "plu" %w, %x : (!lane.t<2x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return
}

// -----

func.func @repeat_1_negative(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{needs a positive count}}
  %0 = flow.repeat -1(%x) : (!lane.t<2xf32>) -> !lane.t<2xf32> {
  ^bb0(%i: !lane.t<i32, inv>, %y: !lane.t<2xf32>):
    flow.yield %y : !lane.t<2xf32>
  }
  return
}

// -----

func.func @repeat_2_types(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{region argument 1 is not the place's}}
  %0 = flow.repeat 2(%x) : (!lane.t<2xf32>) -> !lane.t<2xf32> {
  ^bb0(%i: !lane.t<i32, inv>, %y: !lane.t<3xf32>):
    flow.yield %x : !lane.t<2xf32>
  }
  return
}

// -----

func.func @update_1_twice(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{needs a region from the place to its next value}}
  %0 = flow.update %x {name = "x", spelling = "x", lo = 0.0, hi = 1.0} : <2xf32> -> <2xf32> {
  ^bb0(%y: !lane.t<2xf32>):
    flow.yield %y, %y : !lane.t<2xf32>, !lane.t<2xf32>
  }
  return
}

// -----

func.func @param_2() {
  // expected-error@+1 {{result #0 must be}}
  %0 = "flow.param"() <{index = 0 : i64, path = "p.b", chart = "identity"}> ({
    %1 = lane.const 0.0 : !lane.t<2xf32, inv>
    flow.yield %1 : !lane.t<2xf32, inv>
  }) : () -> !lane.t<2xf32>
  return
}

// -----

func.func @first_2(%x: !lane.t<2xf32>) {
  %0 = flow.param 0 "p.b" "identity" : <3xf32, inv> {
    // expected-error@+1 {{changes the shape}}
    %2 = flow.first %x : (!lane.t<2xf32>) -> !lane.t<3xf32, inv>
    flow.yield %2 : !lane.t<3xf32, inv>
  }
  return
}

// -----

func.func @matvec_1_result(%w: !lane.t<3x3xf32, inv>, %x: !lane.t<3xf32>) {
  // expected-error@+1 {{needs a [D, D] matrix and vectors of D}}
  %0 = flow.matvec "plu" %w, %x : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<2xf32>
  return
}

// -----

func.func @ode_1(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{needs a region from state, time and context to the velocity}}
  %0 = flow.ode %x() from 0.0 to 1.0 {a = array<f64>, b = array<f64: 1.0>, error = array<f64>, order = 0 : i64, steps = 4 : i64, rtol = 0.0 : f64, atol = 0.0 : f64} : (!lane.t<2xf32>) -> !lane.t<2xf32> {
  ^bb0(%y: !lane.t<2xf32>):
    flow.yield %y : !lane.t<2xf32>
  }
  return
}

// -----

func.func @ode_2(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{has no table of a method with 2 stages}}
  %0 = flow.ode %x() from 0.0 to 1.0 {a = array<f64>, b = array<f64: 0.5, 0.5>, error = array<f64>, order = 0 : i64, steps = 4 : i64, rtol = 0.0 : f64, atol = 0.0 : f64} : (!lane.t<2xf32>) -> !lane.t<2xf32> {
  ^bb0(%y: !lane.t<2xf32>, %t: !lane.t<f32>):
    flow.yield %y : !lane.t<2xf32>
  }
  return
}

// -----

func.func @ode_3(%x: !lane.t<2xf32>) {
  // expected-error@+1 {{needs steps between two different times}}
  %0 = flow.ode %x() from 0.0 to 0.0 {a = array<f64>, b = array<f64: 1.0>, error = array<f64>, order = 0 : i64, steps = 4 : i64, rtol = 0.0 : f64, atol = 0.0 : f64} : (!lane.t<2xf32>) -> !lane.t<2xf32> {
  ^bb0(%y: !lane.t<2xf32>, %t: !lane.t<f32>):
    flow.yield %y : !lane.t<2xf32>
  }
  return
}

// -----

func.func @ode_4(%x: !lane.t<2xf32, inv>) {
  // expected-error@+1 {{gives a state of another type}}
  %0 = flow.ode %x() from 0.0 to 1.0 {a = array<f64>, b = array<f64: 1.0>, error = array<f64>, order = 0 : i64, steps = 4 : i64, rtol = 0.0 : f64, atol = 0.0 : f64} : (!lane.t<2xf32, inv>) -> !lane.t<2xf32, inv> {
  ^bb0(%y: !lane.t<2xf32>, %t: !lane.t<f32>):
    flow.yield %y : !lane.t<2xf32>
  }
  return
}

// -----

func.func @update_3(%x: !lane.t<4xf32>) {
  // expected-error@+1 {{needs an inverse from its result to the place}}
  %0 = flow.update %x {name = "x", spelling = "x", lo = 0.0 : f64, hi = 1.0 : f64} : !lane.t<4xf32> -> !lane.t<4xf32> {
  ^bb0(%a: !lane.t<4xf32>):
    flow.yield %a : !lane.t<4xf32>
  } inverse {
  ^bb0(%a: !lane.t<2xf32>):
    flow.yield %a : !lane.t<2xf32>
  }
  return
}

// -----

func.func @scan_1(%x: !lane.t<4xf32>) {
  // expected-error@+1 {{goes through an axis of another extent than 3}}
  %0 = flow.scan 3 (%x : !lane.t<4xf32>) carries () -> !lane.t<4xf32> {
  ^bb0(%t: !lane.t<i32, inv>, %s: !lane.t<f32>):
    flow.yield %s : !lane.t<f32>
  }
  return
}

// -----

func.func @scan_2_count(%x: !lane.t<4xf32>) {
  // expected-error@+1 {{needs region arguments for the step, the slices and the carried values}}
  %0 = flow.scan 4 (%x : !lane.t<4xf32>) carries () -> !lane.t<4xf32> {
  ^bb0(%t: !lane.t<i32, inv>):
    flow.yield
  }
  return
}

// -----

func.func @scan_2_slice(%x: !lane.t<4x2xf32>) {
  // expected-error@+1 {{region argument 1 is not the slice's}}
  %0 = flow.scan 4 (%x : !lane.t<4x2xf32>) carries () -> !lane.t<4x2xf32> {
  ^bb0(%t: !lane.t<i32, inv>, %s: !lane.t<f32>):
    flow.yield %s : !lane.t<f32>
  }
  return
}

// -----

func.func @scan_2_carry(%x: !lane.t<4xf32>, %h: !lane.t<2xf32>) {
  // expected-error@+1 {{region argument 2 is not the carried value's}}
  %0 = flow.scan 4 (%x : !lane.t<4xf32>) carries (%h : !lane.t<2xf32>) -> !lane.t<4xf32> {
  ^bb0(%t: !lane.t<i32, inv>, %s: !lane.t<f32>, %c: !lane.t<3xf32>):
    flow.yield %s, %c : !lane.t<f32>, !lane.t<3xf32>
  }
  return
}

// -----

func.func @scan_3(%x: !lane.t<4xf32>, %h: !lane.t<2xf32>) {
  // expected-error@+1 {{changes the type of a slice or of a carried value}}
  %0 = flow.scan 4 (%x : !lane.t<4xf32>) carries (%h : !lane.t<2xf32>) -> !lane.t<4xf32> {
  ^bb0(%t: !lane.t<i32, inv>, %s: !lane.t<f32>, %c: !lane.t<2xf32>):
    flow.yield %s, %s : !lane.t<f32>, !lane.t<f32>
  }
  return
}
