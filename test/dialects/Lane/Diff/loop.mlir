// Derivatives of loops are loops.
// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s

// Reverse: steps run back over the kept carries; adjoints of stacked inputs are
// stacked, those of consts are summed up in a carried value.
// CHECK-LABEL: @reverse
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<4x3xf32, inv>, %[[A2:.*]]: !lane.t<3xf32, inv>, %[[A3:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[FINALS:.*]], %[[YS:.*]] = lane.loop 4 (%[[ARG4:.*]]) consts(%[[ARG5:.*]] = %[[A2]] : !lane.t<3xf32, inv>) inits(%[[ARG6:.*]] = %[[A0]] : !lane.t<3xf32>) xs(%[[ARG7:.*]] = %[[A1]] : !lane.t<4x3xf32, inv>) -> (!lane.t<3xf32> | !lane.t<4x3xf32>) {
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[ARG6]], %[[ARG7]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.add %[[V1]], %[[ARG5]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V2]], %[[ARG6]] : !lane.t<3xf32>, !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[FINALS0:.*]]:2, %[[YS1:.*]] = lane.loop 4 reverse (%[[ARG4:.*]]) inits(%[[ARG5:.*]] = %[[A3]] : !lane.t<3xf32>, %[[ARG6:.*]] = %[[V0]] : !lane.t<3xf32, inv>) xs(%[[ARG7:.*]] = %[[A1]] : !lane.t<4x3xf32, inv>, %[[ARG8:.*]] = %[[YS]] : !lane.t<4x3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32, inv> | !lane.t<4x3xf32, inv>) {
// CHECK-NEXT: %[[V1:.*]] = lane.reduce_batch sum %[[ARG5]] : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.add %[[ARG6]], %[[V1]] : (!lane.t<3xf32, inv>, !lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V3:.*]] = lane.mul %[[ARG5]], %[[ARG7]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[ARG5]], %[[ARG8]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.reduce_batch sum %[[V4]] : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: lane.yield %[[V3]], %[[V2]], %[[V5]] : !lane.t<3xf32>, !lane.t<3xf32, inv>, !lane.t<3xf32, inv>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[YS1]], %[[FINALS0]]#1 : !lane.t<4x3xf32, inv>, !lane.t<3xf32, inv>
func.func @reverse(%x: !lane.t<3xf32>, %w: !lane.t<4x3xf32, inv>, %k: !lane.t<3xf32, inv>, %c: !lane.t<3xf32>) -> (!lane.t<4x3xf32, inv>, !lane.t<3xf32, inv>) {
  %v, %g:2 = lane.vjp [1, 2] (%a = %x : !lane.t<3xf32>, %b = %w : !lane.t<4x3xf32, inv>, %d = %k : !lane.t<3xf32, inv>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<4x3xf32, inv>, !lane.t<3xf32, inv>) {
    %f = lane.loop 4 (%i) consts(%e = %d : !lane.t<3xf32, inv>) inits(%u = %a : !lane.t<3xf32>) xs(%s = %b : !lane.t<4x3xf32, inv>) -> (!lane.t<3xf32>) {
      %0 = lane.mul %u, %s : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
      %1 = lane.add %0, %e : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
      lane.yield %1 : !lane.t<3xf32>
    }
    lane.yield %f : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<4x3xf32, inv>, !lane.t<3xf32, inv>
}

// Forward: tangents ride beside the values.
// CHECK-LABEL: @forward
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[FINALS:.*]]:2 = lane.loop 4 (%[[ARG3:.*]]) consts(%[[ARG4:.*]] = %[[A2]] : !lane.t<3xf32, inv>) inits(%[[ARG5:.*]] = %[[A0]] : !lane.t<3xf32>, %[[ARG6:.*]] = %[[A1]] : !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
// CHECK-NEXT: %[[V0:.*]] = lane.mul %[[ARG5]], %[[ARG5]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[ARG6]], %[[ARG5]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.add %[[V1]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.add %[[V0]], %[[ARG4]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V3]], %[[V2]] : !lane.t<3xf32>, !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[FINALS]]#1 : !lane.t<3xf32>
func.func @forward(%x: !lane.t<3xf32>, %dx: !lane.t<3xf32>, %k: !lane.t<3xf32, inv>) -> !lane.t<3xf32> {
  %v, %g = lane.jvp [0] (%a = %x : !lane.t<3xf32>, %d = %k : !lane.t<3xf32, inv>) seeds(%dx : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %f = lane.loop 4 (%i) consts(%e = %d : !lane.t<3xf32, inv>) inits(%u = %a : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
      %0 = lane.mul %u, %u : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
      %1 = lane.add %0, %e : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
      lane.yield %1 : !lane.t<3xf32>
    }
    lane.yield %f : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// A contraction's result is kept, its tanh is done again.
// CHECK-LABEL: @kept
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<4x3x3xf32, inv>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[FINALS:.*]], %[[YS:.*]]:2 = lane.loop 4 (%[[ARG3:.*]]) inits(%[[ARG4:.*]] = %[[A0]] : !lane.t<3xf32>) xs(%[[ARG5:.*]] = %[[A1]] : !lane.t<4x3x3xf32, inv>) -> (!lane.t<3xf32> | !lane.t<4x3xf32>, !lane.t<4x3xf32>) {
// CHECK-NEXT: %[[V0:.*]] = lane.contract "ab,b->a" %[[ARG5]], %[[ARG4]] : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.tanh %[[V0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V1]], %[[ARG4]], %[[V0]] : !lane.t<3xf32>, !lane.t<3xf32>, !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: %[[FINALS0:.*]], %[[YS1:.*]] = lane.loop 4 reverse (%[[ARG3:.*]]) inits(%[[ARG4:.*]] = %[[A2]] : !lane.t<3xf32>) xs(%[[ARG5:.*]] = %[[A1]] : !lane.t<4x3x3xf32, inv>, %[[ARG6:.*]] = %[[YS]]#0 : !lane.t<4x3xf32>, %[[ARG7:.*]] = %[[YS]]#1 : !lane.t<4x3xf32>) -> (!lane.t<3xf32> | !lane.t<4x3x3xf32, inv>) {
// CHECK-NEXT: %[[V0:.*]] = lane.const 1.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.tanh %[[ARG7]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.sq %[[V1]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.sub %[[V0]], %[[V2]] : (!lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[ARG4]], %[[V3]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.contract "a,b->ab" %[[V4]], %[[ARG6]] batch : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3x3xf32, inv>
// CHECK-NEXT: %[[V6:.*]] = lane.contract "ab,a->b" %[[ARG5]], %[[V4]] : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V6]], %[[V5]] : !lane.t<3xf32>, !lane.t<3x3xf32, inv>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[YS1]] : !lane.t<4x3x3xf32, inv>
func.func @kept(%x: !lane.t<3xf32>, %w: !lane.t<4x3x3xf32, inv>, %c: !lane.t<3xf32>) -> !lane.t<4x3x3xf32, inv> {
  %v, %g = lane.vjp [1] (%a = %x : !lane.t<3xf32>, %b = %w : !lane.t<4x3x3xf32, inv>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<4x3x3xf32, inv>) {
    %f = lane.loop 4 (%i) inits(%u = %a : !lane.t<3xf32>) xs(%s = %b : !lane.t<4x3x3xf32, inv>) -> (!lane.t<3xf32>) {
      %0 = lane.contract "ab,b->a" %s, %u : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
      %1 = lane.tanh %0 : (!lane.t<3xf32>) -> !lane.t<3xf32>
      lane.yield %1 : !lane.t<3xf32>
    }
    lane.yield %f : !lane.t<3xf32>
  }
  return %g : !lane.t<4x3x3xf32, inv>
}
