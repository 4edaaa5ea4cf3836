// Constraints of tables, reductions, products, the batch and draws.
// RUN: rill-opt %s --verify-diagnostics --split-input-file

// lookup: 1, the table is invariant
func.func @f(%t: !lane.t<5xf32>, %k: !lane.t<i32>) {
  // expected-error @+1 {{must be invariant lane tensor}}
  %0 = lane.lookup %t, %k : (!lane.t<5xf32>, !lane.t<i32>) -> !lane.t<f32>
  return
}

// -----

// lookup: 1, the table has an axis
func.func @f(%t: !lane.t<f32, inv>, %k: !lane.t<i32>) {
  // expected-error @+2 {{(1) the table has no axis}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.lookup %t, %k : (!lane.t<f32, inv>, !lane.t<i32>) -> !lane.t<f32>
  return
}

// -----

// lookup: 2
func.func @f(%t: !lane.t<5xf32, inv>, %k: !lane.t<i32>) {
  // expected-error @+2 {{are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.lookup %t, %k : (!lane.t<5xf32, inv>, !lane.t<i32>) -> !lane.t<f32, inv>
  return
}

// -----

// lookup_add: 1
func.func @f(%k: !lane.t<4xi32>, %u: !lane.t<3x2xf32>) {
  // expected-error @+1 {{(1) update}}
  %0 = lane.lookup_add %k, %u : (!lane.t<4xi32>, !lane.t<3x2xf32>) -> !lane.t<5x2xf32, inv>
  return
}

// -----

// lookup_add: 2, rest
func.func @f(%k: !lane.t<4xi32>, %u: !lane.t<4x2xf32>) {
  // expected-error @+1 {{(2) result '!lane.t<5x3xf32, inv>' is not a table}}
  %0 = lane.lookup_add %k, %u : (!lane.t<4xi32>, !lane.t<4x2xf32>) -> !lane.t<5x3xf32, inv>
  return
}

// -----

// lookup_add: 2, rate
func.func @f(%k: !lane.t<4xi32>, %u: !lane.t<4x2xf32>) {
  // expected-error @+1 {{must be invariant}}
  %0 = lane.lookup_add %k, %u : (!lane.t<4xi32>, !lane.t<4x2xf32>) -> !lane.t<5x2xf32>
  return
}

// -----

// take: 1
func.func @f(%x: !lane.t<3xf32>, %k: !lane.t<i32>) {
  // expected-error @+2 {{(1) 1 is not an axis of}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.take 1 %x, %k : (!lane.t<3xf32>, !lane.t<i32>) -> !lane.t<f32>
  return
}

// -----

// take: the index counts for the rate
func.func @f(%x: !lane.t<3xf32, inv>, %k: !lane.t<i32>) {
  // expected-error @+2 {{are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.take 0 %x, %k : (!lane.t<3xf32, inv>, !lane.t<i32>) -> !lane.t<f32, inv>
  return
}

// -----

// reduce: 1
func.func @f(%x: !lane.t<2x3xf32>) {
  // expected-error @+2 {{(1) dims are not ascending axes}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.reduce sum %x [1, 0] : (!lane.t<2x3xf32>) -> !lane.t<f32>
  return
}

// -----

// reduce: 2, any takes bools
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(2) any does not take}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.reduce any %x [0] : (!lane.t<3xf32>) -> !lane.t<f32>
  return
}

// -----

// reduce: 2, logsumexp takes floats
func.func @f(%x: !lane.t<3xi32>) {
  // expected-error @+2 {{(2) logsumexp does not take}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.reduce logsumexp %x [0] : (!lane.t<3xi32>) -> !lane.t<i32>
  return
}

// -----

// reduce: 2, sum takes numbers
func.func @f(%x: !lane.t<3xi1>) {
  // expected-error @+2 {{(2) sum does not take}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.reduce sum %x [0] : (!lane.t<3xi1>) -> !lane.t<i1>
  return
}

// -----

// reduce: no rate of its own
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.reduce sum %x [0] : (!lane.t<3xf32>) -> !lane.t<f32, inv>
  return
}

// -----

// cumsum: 1
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) 1 is not an axis of}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.cumsum 1 %x : (!lane.t<3xf32>) -> !lane.t<3xf32>
  return
}

// -----

// contract: 1, form
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) 'i,i' is not of the form}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.contract "i,i" %x, %x : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<f32>
  return
}

// -----

// contract: 1, one letter per axis
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(1) 'ij' does not name the axes}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.contract "ij,j->i" %x, %x : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return
}

// -----

// contract: 1, no letter twice
func.func @f(%x: !lane.t<3x3xf32>) {
  // expected-error @+2 {{(1) 'ii' repeats a letter}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.contract "ii,i->i" %x, %x : (!lane.t<3x3xf32>, !lane.t<3x3xf32>) -> !lane.t<3xf32>
  return
}

// -----

// contract: 2
func.func @f(%x: !lane.t<3xf32>, %y: !lane.t<2xf32>) {
  // expected-error @+2 {{(2) 'i' is both 3 and 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.contract "i,i->" %x, %y : (!lane.t<3xf32>, !lane.t<2xf32>) -> !lane.t<f32>
  return
}

// -----

// contract: 3
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{(3) 'j' is not a letter of an operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.contract "i,i->j" %x, %x : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return
}

// -----

// contract: 4
func.func @f(%x: !lane.t<3xf32, inv>) {
  // expected-error @+2 {{(4) sums over the batch, but both operands are invariant}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.contract "i,i->" %x, %x batch : (!lane.t<3xf32, inv>, !lane.t<3xf32, inv>) -> !lane.t<f32, inv>
  return
}

// -----

// contract: 5
func.func @f(%x: !lane.t<3xf32>, %y: !lane.t<3xf64>) {
  // expected-error @+2 {{(5) operands differ in element}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.contract "i,i->" %x, %y : (!lane.t<3xf32>, !lane.t<3xf64>) -> !lane.t<f32>
  return
}

// -----

// contract: a sum over the batch is invariant
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.contract "i,i->" %x, %x batch : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<f32>
  return
}

// -----

// tri_solve: 1
func.func @f(%a: !lane.t<3x2xf32>, %b: !lane.t<3xf32>) {
  // expected-error @+2 {{are not a square system}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.tri_solve %a, %b {lower} : (!lane.t<3x2xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return
}

// -----

// reduce_batch: 1, the operand varies
func.func @f(%x: !lane.t<3xf32, inv>) {
  // expected-error @+2 {{(1) the operand is invariant already}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.reduce_batch sum %x : (!lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
  return
}

// -----

// reduce_batch: 1, the result does not
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{must be invariant}}
  %0 = lane.reduce_batch sum %x : (!lane.t<3xf32>) -> !lane.t<3xf32>
  return
}

// -----

// reduce_batch: 2
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+2 {{are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = lane.reduce_batch sum %x : (!lane.t<3xf32>) -> !lane.t<f32, inv>
  return
}

// -----

// vary: 1
func.func @f(%x: !lane.t<3xf32>) {
  // expected-error @+1 {{must be invariant}}
  %0 = lane.vary %x : (!lane.t<3xf32>) -> !lane.t<3xf32>
  return
}

// -----

// draw: 1
func.func @f(%k: !lane.t<i32>) {
  // expected-error @+1 {{(1) an index is varying}}
  %0 = lane.draw normal 1 per_sample %k : (!lane.t<i32>) -> !lane.t<f32>
  return
}

// -----

// draw: 2
func.func @f() {
  // expected-error @+1 {{(2) result must be invariant}}
  %0 = lane.draw normal 1 : () -> !lane.t<f32>
  return
}

// -----

// draw: 3
func.func @f() {
  // expected-error @+1 {{(3) bits does not give}}
  %0 = lane.draw bits 1 per_sample : () -> !lane.t<f32>
  return
}

// -----

// put: 1
func.func @put_1(%x: !lane.t<4x2xf32>, %s: !lane.t<2xf32>, %k: !lane.t<i32>) {
  // expected-error@+2 {{failed to infer returned types}}
  // expected-error@+1 {{(1)}}
  %0 = "lane.put"(%x, %s, %k) <{dim = 2 : i64}> : (!lane.t<4x2xf32>, !lane.t<2xf32>, !lane.t<i32>) -> !lane.t<4x2xf32>
  return
}

// -----

// put: 2
func.func @put_2(%x: !lane.t<4x2xf32>, %s: !lane.t<4xf32>, %k: !lane.t<i32>) {
  // expected-error@+2 {{failed to infer returned types}}
  // expected-error@+1 {{(2) the slice is not of x's kind}}
  %0 = "lane.put"(%x, %s, %k) <{dim = 0 : i64}> : (!lane.t<4x2xf32>, !lane.t<4xf32>, !lane.t<i32>) -> !lane.t<4x2xf32>
  return
}
