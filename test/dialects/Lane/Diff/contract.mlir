// The adjoints of contractions and triangular solves.
// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s


// A weight's adjoint sums over the batch inside the contraction.
// CHECK-LABEL: @weights
// CHECK-SAME: %[[A0:.*]]: !lane.t<2x3xf32, inv>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<2xf32>
// CHECK: %[[V0:.*]] = lane.contract "a,b->ab" %[[A2]], %[[A1]] batch : (!lane.t<2xf32>, !lane.t<3xf32>) -> !lane.t<2x3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.contract "ab,a->b" %[[A0]], %[[A2]] : (!lane.t<2x3xf32, inv>, !lane.t<2xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]], %[[V1]] : !lane.t<2x3xf32, inv>, !lane.t<3xf32>
func.func @weights(%x0: !lane.t<2x3xf32, inv>, %x1: !lane.t<3xf32>, %c: !lane.t<2xf32>) -> (!lane.t<2x3xf32, inv>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a0 = %x0 : !lane.t<2x3xf32, inv>, %a1 = %x1 : !lane.t<3xf32>) seeds(%c : !lane.t<2xf32>) -> (!lane.t<2xf32> | !lane.t<2x3xf32, inv>, !lane.t<3xf32>) {
    %0 = lane.contract "ij,j->i" %a0, %a1 : (!lane.t<2x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<2xf32>
    lane.yield %0 : !lane.t<2xf32>
  }
  return %g#0, %g#1 : !lane.t<2x3xf32, inv>, !lane.t<3xf32>
}

// CHECK-LABEL: @values
// CHECK-SAME: %[[A0:.*]]: !lane.t<2x3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<2xf32>
// CHECK: %[[V0:.*]] = lane.contract "a,b->ab" %[[A2]], %[[A1]] : (!lane.t<2xf32>, !lane.t<3xf32>) -> !lane.t<2x3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.contract "a,ab->b" %[[A2]], %[[A0]] : (!lane.t<2xf32>, !lane.t<2x3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]], %[[V1]] : !lane.t<2x3xf32>, !lane.t<3xf32>
func.func @values(%x0: !lane.t<2x3xf32>, %x1: !lane.t<3xf32>, %c: !lane.t<2xf32>) -> (!lane.t<2x3xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a0 = %x0 : !lane.t<2x3xf32>, %a1 = %x1 : !lane.t<3xf32>) seeds(%c : !lane.t<2xf32>) -> (!lane.t<2xf32> | !lane.t<2x3xf32>, !lane.t<3xf32>) {
    %0 = lane.contract "ij,j->i" %a0, %a1 : (!lane.t<2x3xf32>, !lane.t<3xf32>) -> !lane.t<2xf32>
    lane.yield %0 : !lane.t<2xf32>
  }
  return %g#0, %g#1 : !lane.t<2x3xf32>, !lane.t<3xf32>
}

// What summed over the batch gives each sample the whole adjoint.
// CHECK-LABEL: @over_batch
// CHECK-SAME: %[[A0:.*]]: !lane.t<2xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<2x3xf32, inv>
// CHECK: %[[V0:.*]] = lane.contract "ab,b->a" %[[A2]], %[[A1]] : (!lane.t<2x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.contract "ab,a->b" %[[A2]], %[[A0]] : (!lane.t<2x3xf32, inv>, !lane.t<2xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]], %[[V1]] : !lane.t<2xf32>, !lane.t<3xf32>
func.func @over_batch(%x0: !lane.t<2xf32>, %x1: !lane.t<3xf32>, %c: !lane.t<2x3xf32, inv>) -> (!lane.t<2xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a0 = %x0 : !lane.t<2xf32>, %a1 = %x1 : !lane.t<3xf32>) seeds(%c : !lane.t<2x3xf32, inv>) -> (!lane.t<2x3xf32, inv> | !lane.t<2xf32>, !lane.t<3xf32>) {
    %0 = lane.contract "i,j->ij" %a0, %a1 batch : (!lane.t<2xf32>, !lane.t<3xf32>) -> !lane.t<2x3xf32, inv>
    lane.yield %0 : !lane.t<2x3xf32, inv>
  }
  return %g#0, %g#1 : !lane.t<2xf32>, !lane.t<3xf32>
}

// Letters that only one operand has: its adjoint repeats along them.
// CHECK-LABEL: @summed_alone
// CHECK-SAME: %[[A0:.*]]: !lane.t<2x3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.contract "a,a->" %[[A2]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<f32>
// CHECK-NEXT: %[[V1:.*]] = lane.spread %[[V0]] [] : (!lane.t<f32>) -> !lane.t<2x3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.contract "a,bc->a" %[[A2]], %[[A0]] : (!lane.t<3xf32>, !lane.t<2x3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]], %[[V2]] : !lane.t<2x3xf32>, !lane.t<3xf32>
func.func @summed_alone(%x0: !lane.t<2x3xf32>, %x1: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<2x3xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a0 = %x0 : !lane.t<2x3xf32>, %a1 = %x1 : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<2x3xf32>, !lane.t<3xf32>) {
    %0 = lane.contract "ij,k->k" %a0, %a1 : (!lane.t<2x3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<2x3xf32>, !lane.t<3xf32>
}

// Only the triangle that is read has an adjoint, the unit diagonal none.
// CHECK-LABEL: @tri_solve
// CHECK-SAME: %[[A0:.*]]: !lane.t<3x3xf32, inv>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3x3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.const elements dense<{{\[\[}}false, false, false], [true, false, false], [true, true, false]]> : tensor<3x3xi1> : !lane.t<3x3xi1, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.tri_solve %[[A0]], %[[A1]] {lower, unit} : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.tri_solve %[[A0]], %[[A2]] {lower, transpose, unit} : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.contract "a,b->ab" %[[V3]], %[[V2]] batch : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3x3xf32, inv>
// CHECK-NEXT: %[[V5:.*]] = lane.neg %[[V4]] : (!lane.t<3x3xf32, inv>) -> !lane.t<3x3xf32, inv>
// CHECK-NEXT: %[[V6:.*]] = lane.select %[[V1]], %[[V5]], %[[V0]] : (!lane.t<3x3xi1, inv>, !lane.t<3x3xf32, inv>, !lane.t<3x3xf32, inv>) -> !lane.t<3x3xf32, inv>
// CHECK-NEXT: return %[[V6]], %[[V3]] : !lane.t<3x3xf32, inv>, !lane.t<3xf32>
func.func @tri_solve(%x0: !lane.t<3x3xf32, inv>, %x1: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a0 = %x0 : !lane.t<3x3xf32, inv>, %a1 = %x1 : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3x3xf32, inv>, !lane.t<3xf32>) {
    %0 = lane.tri_solve %a0, %a1 {lower, unit} : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3x3xf32, inv>, !lane.t<3xf32>
}
