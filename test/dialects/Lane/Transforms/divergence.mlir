// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s

// CHECK-LABEL: @two_hidden
func.func @two_hidden(%p: !lane.t<6xf32>, %q: !lane.t<f32>, %w1: !lane.t<16x7xf32, inv>, %w2: !lane.t<16x16xf32, inv>, %w3: !lane.t<6x16xf32, inv>) -> !lane.t<f32> {
  %v, %d = lane.divergence(%p, %q, %w1, %w2, %w3) : (!lane.t<6xf32>, !lane.t<f32>, !lane.t<16x7xf32, inv>, !lane.t<16x16xf32, inv>, !lane.t<6x16xf32, inv>) -> (!lane.t<6xf32>, !lane.t<f32>) {
  ^bb0(%x: !lane.t<6xf32>, %t: !lane.t<f32>, %a: !lane.t<16x7xf32, inv>, %b: !lane.t<16x16xf32, inv>, %c: !lane.t<6x16xf32, inv>):
    %0 = lane.reshape %t : (!lane.t<f32>) -> !lane.t<1xf32>
    %1 = lane.concat 0 %x, %0 : (!lane.t<6xf32>, !lane.t<1xf32>) -> !lane.t<7xf32>
    %2 = lane.contract "ab,b->a" %a, %1 : (!lane.t<16x7xf32, inv>, !lane.t<7xf32>) -> !lane.t<16xf32>
    %3 = lane.tanh %2 : (!lane.t<16xf32>) -> !lane.t<16xf32>
    %4 = lane.contract "ab,b->a" %b, %3 : (!lane.t<16x16xf32, inv>, !lane.t<16xf32>) -> !lane.t<16xf32>
    %5 = lane.tanh %4 : (!lane.t<16xf32>) -> !lane.t<16xf32>
    %6 = lane.contract "ab,b->a" %c, %5 : (!lane.t<6x16xf32, inv>, !lane.t<16xf32>) -> !lane.t<6xf32>
    lane.yield %6 : !lane.t<6xf32>
  }
  return %d : !lane.t<f32>
}
