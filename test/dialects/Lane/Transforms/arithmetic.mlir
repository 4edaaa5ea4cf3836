// What is canonical arithmetic, and what IEEE arithmetic forbids.
// RUN: rill-opt %s --lane-clean | FileCheck %s

// CHECK-LABEL: @mul_one
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: return %[[A0]] : !lane.t<3xf32>
func.func @mul_one(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 1 : !lane.t<3xf32, inv>
  %r = lane.mul %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// Not 0 where x is infinite or NaN.
// CHECK-LABEL: @mul_zero
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A0]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @mul_zero(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 0 : !lane.t<3xf32, inv>
  %r = lane.mul %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// Not x where x is -0.
// CHECK-LABEL: @add_zero
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.add %[[A0]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @add_zero(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 0.0 : !lane.t<3xf32, inv>
  %r = lane.add %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @add_minus_zero
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: return %[[A0]] : !lane.t<3xf32>
func.func @add_minus_zero(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const -0.0 : !lane.t<3xf32, inv>
  %r = lane.add %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @sub_zero
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: return %[[A0]] : !lane.t<3xf32>
func.func @sub_zero(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 0.0 : !lane.t<3xf32, inv>
  %r = lane.sub %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// Not 0 where x is infinite or NaN.
// CHECK-LABEL: @sub_self
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.sub %[[A0]], %[[A0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @sub_self(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %r = lane.sub %x, %x : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @div_one
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: return %[[A0]] : !lane.t<3xf32>
func.func @div_one(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 1 : !lane.t<3xf32, inv>
  %r = lane.div %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @mul_minus_one
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.neg %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @mul_minus_one(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const -1 : !lane.t<3xf32, inv>
  %r = lane.mul %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @double_neg
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: return %[[A0]] : !lane.t<3xf32>
func.func @double_neg(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %n = lane.neg %x : (!lane.t<3xf32>) -> !lane.t<3xf32>
  %r = lane.neg %n : (!lane.t<3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @add_neg
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.sub %[[A1]], %[[A0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @add_neg(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %n = lane.neg %x : (!lane.t<3xf32>) -> !lane.t<3xf32>
  %r = lane.add %n, %y : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// Exact, so two steps are one; 3 * 0.1 is not.
// CHECK-LABEL: @powers_of_two
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const -0.5 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A0]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @powers_of_two(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 2 : !lane.t<3xf32, inv>
  %h = lane.const -0.25 : !lane.t<3xf32, inv>
  %m = lane.mul %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.mul %m, %h : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @other_factors
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 3.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.const 0.1 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.mul %[[A0]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.mul %[[V2]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V3]] : !lane.t<3xf32>
func.func @other_factors(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 3 : !lane.t<3xf32, inv>
  %h = lane.const 0.1 : !lane.t<3xf32, inv>
  %m = lane.mul %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.mul %m, %h : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// Only one of the factors is a power of two. (Exact here too, but the rule is
// simple.)
// CHECK-LABEL: @one_power
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK-COUNT-2: lane.mul
// CHECK-NEXT: return
func.func @one_power(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 3 : !lane.t<3xf32, inv>
  %h = lane.const 2 : !lane.t<3xf32, inv>
  %m = lane.mul %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.mul %m, %h : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// x 2^80 2^-80 is not x where it overflows.
// CHECK-LABEL: @far_powers
// CHECK-COUNT-2: lane.mul
// CHECK-NEXT: return
func.func @far_powers(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 1.2089258196146292e24 : !lane.t<3xf32, inv>
  %h = lane.const 8.271806125530277e-25 : !lane.t<3xf32, inv>
  %m = lane.mul %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.mul %m, %h : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// (x + 1) - 1 is how a program rounds.
// CHECK-LABEL: @added_numbers
// CHECK: lane.add
// CHECK-NEXT: lane.sub
// CHECK-NEXT: return
func.func @added_numbers(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 1 : !lane.t<3xf32, inv>
  %m = lane.add %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.sub %m, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// x / 3 is not x times the rounded third.
// CHECK-LABEL: @divided
// CHECK: lane.div
// CHECK-NEXT: return
func.func @divided(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 3 : !lane.t<3xf32, inv>
  %r = lane.div %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @pow_two
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.sq %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @pow_two(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 2 : !lane.t<3xf32, inv>
  %r = lane.pow %x, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// Computed in f64 whatever the type.
// CHECK-LABEL: @numbers
// CHECK: %[[V0:.*]] = lane.const 3.4641016151377544 : !lane.t<3xf32, inv>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32, inv>
func.func @numbers() -> (!lane.t<3xf32, inv>) {
  %k = lane.const 3 : !lane.t<3xf32, inv>
  %h = lane.const 4 : !lane.t<3xf32, inv>
  %m = lane.mul %k, %h : (!lane.t<3xf32, inv>, !lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
  %r = lane.sqrt %m : (!lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
  return %r : !lane.t<3xf32, inv>
}

// A sum beyond i32 is left to the machine.
// CHECK-LABEL: @integers
// CHECK: %[[V0:.*]] = lane.const 2147483647 : !lane.t<i32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.add %[[V0]], %[[V0]] : (!lane.t<i32, inv>, !lane.t<i32, inv>) -> !lane.t<i32, inv>
// CHECK-NEXT: return %[[V1]] : !lane.t<i32, inv>
func.func @integers() -> (!lane.t<i32, inv>) {
  %k = lane.const 2147483647 : !lane.t<i32, inv>
  %r = lane.add %k, %k : (!lane.t<i32, inv>, !lane.t<i32, inv>) -> !lane.t<i32, inv>
  return %r : !lane.t<i32, inv>
}

// CHECK-LABEL: @select_known
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: return %[[A0]] : !lane.t<3xf32>
func.func @select_known(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %c = lane.const 1 : !lane.t<3xi1, inv>
  %r = lane.select %c, %x, %y : (!lane.t<3xi1, inv>, !lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @select_in_branch
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>, %[[A3:.*]]: !lane.t<3xi1>
// CHECK: %[[V0:.*]] = lane.select %[[A3]], %[[A0]], %[[A2]] : (!lane.t<3xi1>, !lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @select_in_branch(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %z: !lane.t<3xf32>, %c: !lane.t<3xi1>) -> (!lane.t<3xf32>) {
  %i = lane.select %c, %x, %y : (!lane.t<3xi1>, !lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  %r = lane.select %c, %i, %z : (!lane.t<3xi1>, !lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// not (x < y) is not x >= y: NaN.
// CHECK-LABEL: @not_of_order
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.compare lt %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V1:.*]] = lane.not %[[V0]] : (!lane.t<3xi1>) -> !lane.t<3xi1>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xi1>
func.func @not_of_order(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<3xi1>) {
  %c = lane.compare lt %x, %y : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xi1>
  %r = lane.not %c : (!lane.t<3xi1>) -> !lane.t<3xi1>
  return %r : !lane.t<3xi1>
}

// CHECK-LABEL: @not_of_equality
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.compare ne %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xi1>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xi1>
func.func @not_of_equality(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<3xi1>) {
  %c = lane.compare eq %x, %y : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xi1>
  %r = lane.not %c : (!lane.t<3xi1>) -> !lane.t<3xi1>
  return %r : !lane.t<3xi1>
}

// Letters in order of appearance, the invariant operand first.
// CHECK-LABEL: @contract_spec
// CHECK-SAME: %[[A0:.*]]: !lane.t<2x3xf32, inv>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.contract "ab,b->a" %[[A0]], %[[A1]] : (!lane.t<2x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<2xf32>
func.func @contract_spec(%w: !lane.t<2x3xf32, inv>, %x: !lane.t<3xf32>) -> (!lane.t<2xf32>) {
  %r = lane.contract "j,ij->i" %x, %w : (!lane.t<3xf32>, !lane.t<2x3xf32, inv>) -> !lane.t<2xf32>
  return %r : !lane.t<2xf32>
}

// CHECK-LABEL: @contract_is_mul
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.mul %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @contract_is_mul(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %r = lane.contract "i,i->i" %x, %y : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// An outer product in the order of its result.
// CHECK-LABEL: @turned_outer
// CHECK-SAME: %[[A0:.*]]: !lane.t<2xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.contract "a,b->ab" %[[A1]], %[[A0]] batch : (!lane.t<3xf32>, !lane.t<2xf32>) -> !lane.t<3x2xf32, inv>
// CHECK-NEXT: return %[[V0]] : !lane.t<3x2xf32, inv>
func.func @turned_outer(%x: !lane.t<2xf32>, %y: !lane.t<3xf32>) -> (!lane.t<3x2xf32, inv>) {
  %r = lane.contract "a,b->ba" %x, %y batch : (!lane.t<2xf32>, !lane.t<3xf32>) -> !lane.t<3x2xf32, inv>
  return %r : !lane.t<3x2xf32, inv>
}

// Two sums over the same elements are one.
// CHECK-LABEL: @one_sum_of_two
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.sub %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.reduce sum %[[V0]] [0] : (!lane.t<3xf32>) -> !lane.t<f32>
// CHECK-NEXT: return %[[V1]] : !lane.t<f32>
func.func @one_sum_of_two(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<f32>) {
  %a = lane.reduce sum %x [0] : (!lane.t<3xf32>) -> !lane.t<f32>
  %b = lane.reduce sum %y [0] : (!lane.t<3xf32>) -> !lane.t<f32>
  %r = lane.sub %a, %b : (!lane.t<f32>, !lane.t<f32>) -> !lane.t<f32>
  return %r : !lane.t<f32>
}

// Sums that are results themselves stay, and so do those of other axes, kinds
// and rates.
// CHECK-LABEL: @two_sums
// CHECK-COUNT-7: lane.reduce
// CHECK-NOT: lane.reduce
func.func @two_sums(%x: !lane.t<3x3xf32>, %w: !lane.t<3x3xf32, inv>) -> (!lane.t<3xf32>, !lane.t<3xf32>, !lane.t<3xf32>, !lane.t<3xf32>) {
  %a = lane.reduce sum %x [0] : (!lane.t<3x3xf32>) -> !lane.t<3xf32>
  %b = lane.reduce sum %x [1] : (!lane.t<3x3xf32>) -> !lane.t<3xf32>
  %m = lane.reduce max %x [1] : (!lane.t<3x3xf32>) -> !lane.t<3xf32>
  %y = lane.sq %x : (!lane.t<3x3xf32>) -> !lane.t<3x3xf32>
  %s = lane.reduce sum %y [1] : (!lane.t<3x3xf32>) -> !lane.t<3xf32>
  %z = lane.exp %x : (!lane.t<3x3xf32>) -> !lane.t<3x3xf32>
  %e = lane.reduce sum %z [0] : (!lane.t<3x3xf32>) -> !lane.t<3xf32>
  %f = lane.reduce sum %w [0] : (!lane.t<3x3xf32, inv>) -> !lane.t<3xf32, inv>
  %v = lane.exp %z : (!lane.t<3x3xf32>) -> !lane.t<3x3xf32>
  %g = lane.reduce sum %v [0] : (!lane.t<3x3xf32>) -> !lane.t<3xf32>
  %axes = lane.add %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  %kinds = lane.add %m, %s : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  %rates = lane.add %f, %g : (!lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
  %shared = lane.add %a, %e : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return %axes, %kinds, %rates, %shared : !lane.t<3xf32>, !lane.t<3xf32>, !lane.t<3xf32>, !lane.t<3xf32>
}
