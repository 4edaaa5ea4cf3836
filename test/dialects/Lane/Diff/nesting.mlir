// Derivatives in derivatives: inner ones are expanded first, nothing of either is
// left, and stop keeps a gradient out until the last derivative is done.
// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s

// d/dx of (d/dx x^2) = 2, through both modes.
// CHECK-LABEL: @second
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 2.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A1]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.mul %[[V1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V2]] : !lane.t<3xf32>
func.func @second(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>, %e = %c : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %u, %h = lane.jvp [0] (%b = %a : !lane.t<3xf32>) seeds(%e : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
      %0 = lane.sq %b : (!lane.t<3xf32>) -> !lane.t<3xf32>
      lane.yield %0 : !lane.t<3xf32>
    }
    lane.yield %h : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// stop(x) * x has the derivative stop(x), which is x once all is done.
// CHECK-LABEL: @stopped
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.mul %[[A1]], %[[A0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @stopped(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.stop %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    %1 = lane.mul %0, %a : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %1 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// An input that the values do not depend on has the adjoint zero, of its rate.
// CHECK-LABEL: @unused
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32, inv>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.vary %[[V0]] : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]], %[[V0]] : !lane.t<3xf32>, !lane.t<3xf32, inv>
func.func @unused(%x: !lane.t<3xf32>, %w: !lane.t<3xf32, inv>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32, inv>) {
  %v, %g:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %w : !lane.t<3xf32, inv>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32, inv>) {
    %0 = lane.floor %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<3xf32, inv>
}

// The same value given twice is two inputs.
// CHECK-LABEL: @given_twice
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.mul %[[A1]], %[[A0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @given_twice(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>, %b = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.mul %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}
