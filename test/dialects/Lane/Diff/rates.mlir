// An adjoint has exactly its value's rate, so no factor of the batch size is lost.
// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s


// Every sample contributes to the adjoint of an invariant value.
// CHECK-LABEL: @invariant_operand
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32, inv>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.mul %[[A2]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A2]], %[[A0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.reduce_batch sum %[[V1]] : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: return %[[V0]], %[[V2]] : !lane.t<3xf32>, !lane.t<3xf32, inv>
func.func @invariant_operand(%x0: !lane.t<3xf32>, %x1: !lane.t<3xf32, inv>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32, inv>) {
  %v, %g:2 = lane.vjp [0, 1] (%a0 = %x0 : !lane.t<3xf32>, %a1 = %x1 : !lane.t<3xf32, inv>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32, inv>) {
    %0 = lane.mul %a0, %a1 : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<3xf32, inv>
}

// Every sample gets the one adjoint of the sum.
// CHECK-LABEL: @batch_sum
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[V0:.*]] = lane.vary %[[A1]] : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @batch_sum(%x0: !lane.t<3xf32>, %c: !lane.t<3xf32, inv>) -> (!lane.t<3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32, inv>) -> (!lane.t<3xf32, inv> | !lane.t<3xf32>) {
    %0 = lane.reduce_batch sum %a0 : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
    lane.yield %0 : !lane.t<3xf32, inv>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @vary
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32, inv>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.reduce_batch sum %[[A1]] : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32, inv>
func.func @vary(%x0: !lane.t<3xf32, inv>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32, inv>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<3xf32, inv>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32, inv>) {
    %0 = lane.vary %a0 : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32, inv>
}

// Samples that share the maximum share its adjoint.
// CHECK-LABEL: @batch_max
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.const 1.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.reduce_batch max %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V3:.*]] = lane.compare eq %[[A0]], %[[V2]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V4:.*]] = lane.select %[[V3]], %[[V1]], %[[V0]] : (!lane.t<3xi1>, !lane.t<3xf32, inv>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.reduce_batch sum %[[V4]] : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V6:.*]] = lane.div %[[A1]], %[[V5]] : (!lane.t<3xf32, inv>, !lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V7:.*]] = lane.select %[[V3]], %[[V6]], %[[V0]] : (!lane.t<3xi1>, !lane.t<3xf32, inv>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V7]] : !lane.t<3xf32>
func.func @batch_max(%x0: !lane.t<3xf32>, %c: !lane.t<3xf32, inv>) -> (!lane.t<3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32, inv>) -> (!lane.t<3xf32, inv> | !lane.t<3xf32>) {
    %0 = lane.reduce_batch max %a0 : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
    lane.yield %0 : !lane.t<3xf32, inv>
  }
  return %g : !lane.t<3xf32>
}

// A cotangent that is the same for all samples is counted once per sample.
// CHECK-LABEL: @constant_cotangent
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[V0:.*]] = lane.batch_size : !lane.t<f32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.spread %[[V0]] [] : (!lane.t<f32, inv>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32, inv>
func.func @constant_cotangent(%w: !lane.t<3xf32, inv>) -> !lane.t<3xf32, inv> {
  %one = lane.const 1 : !lane.t<3xf32, inv>
  %c = lane.vary %one : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %v, %g = lane.vjp [0] (%a = %w : !lane.t<3xf32, inv>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32, inv>) {
    %0 = lane.vary %a : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32, inv>
}
