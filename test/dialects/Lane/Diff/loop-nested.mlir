// A loop in a loop: what the inner loop keeps is stacked by the outer one, so the
// reverse runs no forward loop again and no contraction but the adjoints' own.
// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s

// CHECK-LABEL: @nested
// CHECK: lane.loop 2 (
// CHECK: lane.loop 4 (
// CHECK: lane.contract "ab,b->a"
// CHECK: lane.loop 2 reverse
// CHECK-NOT: lane.contract "ab,b->a"
// CHECK: lane.loop 4 reverse
// CHECK-NOT: lane.contract "ab,b->a"
// CHECK: lane.contract "a,b->ab" {{.*}} batch
// CHECK-NOT: lane.contract "ab,b->a"
// CHECK: return
func.func @nested(%x: !lane.t<3xf32>, %w: !lane.t<4x3x3xf32, inv>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<4x3x3xf32, inv>) {
  %v, %g:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %w : !lane.t<4x3x3xf32, inv>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<4x3x3xf32, inv>) {
    %f = lane.loop 2 (%i) consts(%d = %b : !lane.t<4x3x3xf32, inv>) inits(%u = %a : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
      %h = lane.loop 4 (%j) inits(%q = %u : !lane.t<3xf32>) xs(%s = %d : !lane.t<4x3x3xf32, inv>) -> (!lane.t<3xf32>) {
        %0 = lane.contract "ab,b->a" %s, %q : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
        %1 = lane.tanh %0 : (!lane.t<3xf32>) -> !lane.t<3xf32>
        lane.yield %1 : !lane.t<3xf32>
      }
      lane.yield %h : !lane.t<3xf32>
    }
    lane.yield %f : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<4x3x3xf32, inv>
}
