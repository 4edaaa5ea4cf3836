// Where `vary` goes: what is one value for the batch is computed once.
// RUN: rill-opt %s --lane-clean | FileCheck %s

// CHECK-LABEL: @beside_varying
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[V0:.*]] = lane.mul %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @beside_varying(%x: !lane.t<3xf32>, %w: !lane.t<3xf32, inv>) -> (!lane.t<3xf32>) {
  %v = lane.vary %w : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.mul %x, %v : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @alone
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[V0:.*]] = lane.exp %[[A0]] : (!lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.vary %[[V0]] : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @alone(%w: !lane.t<3xf32, inv>) -> (!lane.t<3xf32>) {
  %v = lane.vary %w : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.exp %v : (!lane.t<3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @batch_sum
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[V0:.*]] = lane.batch_size : !lane.t<f32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.spread %[[V0]] [] : (!lane.t<f32, inv>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.mul %[[A0]], %[[V1]] : (!lane.t<3xf32, inv>, !lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: return %[[V2]] : !lane.t<3xf32, inv>
func.func @batch_sum(%w: !lane.t<3xf32, inv>) -> (!lane.t<3xf32, inv>) {
  %v = lane.vary %w : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.reduce_batch sum %v : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
  return %r : !lane.t<3xf32, inv>
}

// CHECK-LABEL: @batch_max
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32, inv>
// CHECK: return %[[A0]] : !lane.t<3xf32, inv>
func.func @batch_max(%w: !lane.t<3xf32, inv>) -> (!lane.t<3xf32, inv>) {
  %v = lane.vary %w : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.reduce_batch max %v : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
  return %r : !lane.t<3xf32, inv>
}

// CHECK-LABEL: @batch_contraction
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[V0:.*]] = lane.contract "a,a->" %[[A1]], %[[A0]] batch : (!lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<f32, inv>
// CHECK-NEXT: return %[[V0]] : !lane.t<f32, inv>
func.func @batch_contraction(%x: !lane.t<3xf32>, %w: !lane.t<3xf32, inv>) -> (!lane.t<f32, inv>) {
  %v = lane.vary %w : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.contract "a,a->" %x, %v batch : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<f32, inv>
  return %r : !lane.t<f32, inv>
}

// CHECK-LABEL: @batch_contraction_alone
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[V0:.*]] = lane.contract "a,a->" %[[A0]], %[[A0]] : (!lane.t<3xf32, inv>, !lane.t<3xf32, inv>) -> !lane.t<f32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.batch_size : !lane.t<f32, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.mul %[[V0]], %[[V1]] : (!lane.t<f32, inv>, !lane.t<f32, inv>) -> !lane.t<f32, inv>
// CHECK-NEXT: return %[[V2]] : !lane.t<f32, inv>
func.func @batch_contraction_alone(%w: !lane.t<3xf32, inv>) -> (!lane.t<f32, inv>) {
  %v = lane.vary %w : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.contract "a,a->" %v, %v batch : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<f32, inv>
  return %r : !lane.t<f32, inv>
}

// CHECK-LABEL: @spread_behind_the_sum
// CHECK-SAME: %[[A0:.*]]: !lane.t<f32>
// CHECK: %[[V0:.*]] = lane.reduce_batch sum %[[A0]] : (!lane.t<f32>) -> !lane.t<f32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.spread %[[V0]] [] : (!lane.t<f32, inv>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32, inv>
func.func @spread_behind_the_sum(%x: !lane.t<f32>) -> (!lane.t<3xf32, inv>) {
  %v = lane.spread %x [] : (!lane.t<f32>) -> !lane.t<3xf32>
  %r = lane.reduce_batch sum %v : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
  return %r : !lane.t<3xf32, inv>
}

// CHECK-LABEL: @into_a_loop
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[FINALS:.*]] = lane.loop 4 (%[[ARG2:.*]]) consts(%[[ARG3:.*]] = %[[A1]] : !lane.t<3xf32, inv>) inits(%[[ARG4:.*]] = %[[A0]] : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
// CHECK-NEXT: %[[V0:.*]] = lane.mul %[[ARG4]], %[[ARG3]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V0]] : !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[FINALS]] : !lane.t<3xf32>
func.func @into_a_loop(%x: !lane.t<3xf32>, %w: !lane.t<3xf32, inv>) -> (!lane.t<3xf32>) {
  %v = lane.vary %w : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.loop 4 (%i) consts(%c = %v : !lane.t<3xf32>) inits(%u = %x : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
    %m = lane.mul %u, %c : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %m : !lane.t<3xf32>
  }
  return %r : !lane.t<3xf32>
}

// A start that becomes varying stays varied.
// CHECK-LABEL: @carried
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[V0:.*]] = lane.vary %[[A0]] : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[FINALS:.*]] = lane.loop 4 (%[[ARG1:.*]]) inits(%[[ARG2:.*]] = %[[V0]] : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
// CHECK-NEXT: %[[V1:.*]] = lane.draw normal 1 per_sample : () -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.mul %[[ARG2]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V2]] : !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[FINALS]] : !lane.t<3xf32>
func.func @carried(%w: !lane.t<3xf32, inv>) -> (!lane.t<3xf32>) {
  %v = lane.vary %w : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.loop 4 (%i) inits(%u = %v : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
    %n = lane.draw normal 1 per_sample : () -> !lane.t<3xf32>
    %m = lane.mul %u, %n : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %m : !lane.t<3xf32>
  }
  return %r : !lane.t<3xf32>
}

// The mean's factor, summed over the batch again.
// CHECK-LABEL: @mean_of_one_value
// CHECK-SAME: %[[A0:.*]]: !lane.t<f32, inv>
// CHECK: return %[[A0]] : !lane.t<f32, inv>
func.func @mean_of_one_value(%w: !lane.t<f32, inv>) -> (!lane.t<f32, inv>) {
  %n = lane.batch_size : !lane.t<f32, inv>
  %d = lane.div %w, %n : (!lane.t<f32, inv>, !lane.t<f32, inv>) -> !lane.t<f32, inv>
  %v = lane.vary %d : (!lane.t<f32, inv>) -> !lane.t<f32>
  %r = lane.reduce_batch sum %v : (!lane.t<f32>) -> !lane.t<f32, inv>
  return %r : !lane.t<f32, inv>
}

// CHECK-LABEL: @sign_behind_the_sum
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.reduce_batch sum %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.neg %[[V0]] : (!lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32, inv>
func.func @sign_behind_the_sum(%x: !lane.t<3xf32>) -> (!lane.t<3xf32, inv>) {
  %n = lane.neg %x : (!lane.t<3xf32>) -> !lane.t<3xf32>
  %r = lane.reduce_batch sum %n : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
  return %r : !lane.t<3xf32, inv>
}
