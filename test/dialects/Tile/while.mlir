// RUN: rill-opt %s --lane-to-tile | FileCheck %s
// A loop that samples leave runs tile by tile even where the schedule is by
// layers; a step that no sample of the tile takes part in is skipped.

// CHECK-LABEL: tile.program @f
// CHECK: tile.each
// CHECK: tile.loop %{{.*}} = 8
// CHECK: tile.where %{{.*}} : <rows, i1>
// CHECK: tile.matmul
// CHECK: lane.select
func.func @f(%x: !lane.t<4xf32>, %w: !lane.t<4x4xf32, inv> {rill.arg = "param:0"})
    -> !lane.t<4xf32> attributes {rill.entry} {
  %c = lane.const 1.0 : !lane.t<f32, inv>
  %s = lane.reduce sum %x [0] : (!lane.t<4xf32>) -> !lane.t<f32>
  %l = lane.compare lt %s, %c : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<i1>
  %y:2 = lane.loop 8 (%k) consts(%wi = %w : !lane.t<4x4xf32, inv>) inits(%v = %x : !lane.t<4xf32>, %live = %l : !lane.t<i1>) -> (!lane.t<4xf32>, !lane.t<i1>) {
    %one = lane.const 1.0 : !lane.t<f32, inv>
    %p = lane.contract "ab,b->a" %wi, %v : (!lane.t<4x4xf32, inv>, !lane.t<4xf32>) -> !lane.t<4xf32>
    %t = lane.reduce sum %p [0] : (!lane.t<4xf32>) -> !lane.t<f32>
    %n = lane.compare lt %t, %one : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<i1>
    lane.yield %p, %n : !lane.t<4xf32>, !lane.t<i1> while %live : !lane.t<i1>
  }
  return %y#0 : !lane.t<4xf32>
}
