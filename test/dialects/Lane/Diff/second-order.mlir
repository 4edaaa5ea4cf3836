// A gradient of a gradient through a loop: of a layer with one product, the
// score takes 1 + 1 products, its gradient 2 + 2, and nothing is computed twice.
// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s

// CHECK-LABEL: @score_gradient
// CHECK: lane.loop 4 (
// CHECK: lane.contract "ab,b->a"
// CHECK-NOT: lane.contract
// CHECK: lane.loop 4 reverse
// CHECK: lane.contract "ab,a->b"
// CHECK-NOT: lane.contract
// CHECK: lane.loop 4 (
// CHECK-COUNT-2: lane.contract
// CHECK-NOT: lane.contract
// CHECK: lane.loop 4 reverse
// CHECK-COUNT-2: lane.contract
// CHECK-NOT: lane.contract
// CHECK-NOT: lane.vjp
// CHECK: return
func.func @score_gradient(%x: !lane.t<3xf32>, %w: !lane.t<4x3x3xf32, inv>, %c: !lane.t<3xf32>) -> !lane.t<4x3x3xf32, inv> {
  %v, %g = lane.vjp [1] (%a = %x : !lane.t<3xf32>, %b = %w : !lane.t<4x3x3xf32, inv>, %d = %c : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<4x3x3xf32, inv>) {
    %u, %s = lane.vjp [0] (%e = %a : !lane.t<3xf32>, %m = %b : !lane.t<4x3x3xf32, inv>) seeds(%d : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
      %f = lane.loop 4 (%i) inits(%q = %e : !lane.t<3xf32>) xs(%p = %m : !lane.t<4x3x3xf32, inv>) -> (!lane.t<3xf32>) {
        %0 = lane.contract "ab,b->a" %p, %q : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
        %1 = lane.tanh %0 : (!lane.t<3xf32>) -> !lane.t<3xf32>
        lane.yield %1 : !lane.t<3xf32>
      }
      lane.yield %f : !lane.t<3xf32>
    }
    lane.yield %s : !lane.t<3xf32>
  }
  return %g : !lane.t<4x3x3xf32, inv>
}
