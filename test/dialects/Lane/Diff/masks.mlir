// The branch that a select did not take never reaches a gradient, not even as
// NaN: the mask travels with the adjoint and is put on after the derivative.
// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s

// 0 / x is NaN at x = 0: the select comes after the division.
// CHECK-LABEL: @after_the_division
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xi1>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.div %[[A2]], %[[A0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.select %[[A1]], %[[V0]], %[[A2]] : (!lane.t<3xi1>, !lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.select %[[A1]], %[[V1]], %[[V0]] : (!lane.t<3xi1>, !lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.add %[[V2]], %[[V3]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V4]] : !lane.t<3xf32>
func.func @after_the_division(%x: !lane.t<3xf32>, %k: !lane.t<3xi1>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>, %d = %k : !lane.t<3xi1>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %l = lane.log %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    %0 = lane.select %d, %l, %a : (!lane.t<3xi1>, !lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// Through a sum: where no sum was taken, the square roots have no adjoint.
// CHECK-LABEL: @through_a_sum
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<i1>, %[[A2:.*]]: !lane.t<f32>
// CHECK: %[[V0:.*]] = lane.const 0.5 : !lane.t<f32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.sqrt %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.spread %[[A1]] [] : (!lane.t<i1>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[A2]], %[[V0]] : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<f32>
// CHECK-NEXT: %[[V5:.*]] = lane.spread %[[V4]] [] : (!lane.t<f32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V6:.*]] = lane.div %[[V5]], %[[V2]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V7:.*]] = lane.select %[[V3]], %[[V6]], %[[V1]] : (!lane.t<3xi1>, !lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V7]] : !lane.t<3xf32>
func.func @through_a_sum(%x: !lane.t<3xf32>, %k: !lane.t<i1>, %c: !lane.t<f32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>, %d = %k : !lane.t<i1>) seeds(%c : !lane.t<f32>) -> (!lane.t<f32> | !lane.t<3xf32>) {
    %q = lane.sqrt %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    %n = lane.reduce sum %q [0] : (!lane.t<3xf32>) -> !lane.t<f32>
    %z = lane.const 0 : !lane.t<f32, inv>
    %0 = lane.select %d, %n, %z : (!lane.t<i1>, !lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<f32>
    lane.yield %0 : !lane.t<f32>
  }
  return %g : !lane.t<3xf32>
}

// Nothing below can turn zero into NaN: no mask is carried through the product.
// CHECK-LABEL: @no_mask_needed
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3x3xf32, inv>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.contract "ab,b->a" %[[A1]], %[[A0]] : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.compare gt %[[V1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V3:.*]] = lane.select %[[V2]], %[[A2]], %[[V0]] : (!lane.t<3xi1>, !lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.contract "ab,a->b" %[[A1]], %[[V3]] : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V4]] : !lane.t<3xf32>
func.func @no_mask_needed(%x: !lane.t<3xf32>, %w: !lane.t<3x3xf32, inv>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>, %m = %w : !lane.t<3x3xf32, inv>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %h = lane.contract "ab,b->a" %m, %a : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
    %z = lane.const 0 : !lane.t<3xf32, inv>
    %d = lane.compare gt %h, %z : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xi1>
    %0 = lane.select %d, %h, %z : (!lane.t<3xi1>, !lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}
