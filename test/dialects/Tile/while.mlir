// RUN: rill-opt %s --lane-to-tile | FileCheck %s
// RUN: rill-opt %s --lane-to-tile | rill-opt | FileCheck %s
// RUN: rill-opt %s --lane-to-tile="chunk=1" | FileCheck %s --check-prefix=ALONE
// In a loop that samples leave, a step that no sample of the tile takes part in
// is skipped; those that stay share the chunk's first lanes.

// CHECK-LABEL: tile.program @f
// CHECK: tile.tiles chunk 4 groups 256 min 4
// CHECK: tile.positions %[[ORDER:.*]] :
// CHECK: tile.loop %{{.*}} = 8
// CHECK-NEXT: tile.each
// CHECK-NEXT: tile.where %[[LIVE:.*]] : <rows, i1>
// CHECK: tile.matmul
// CHECK: lane.select
// CHECK: tile.compact %[[LIVE]], %[[ORDER]] : <rows, i1>, <rows, i32> of
// CHECK-SAME: !tile.buf<rows, 4xf32>
// CHECK: tile.restore %[[ORDER]]
// CHECK: tile.store

// ALONE-LABEL: tile.program @f
// ALONE: tile.each
// ALONE: tile.loop %{{.*}} = 8
// ALONE-NEXT: tile.where
// ALONE-NOT: tile.compact
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

// A draw knows its sample by the lane, and a step's stacked result is read at
// its lane: these samples stay where they are.
// CHECK-LABEL: tile.program @draws
// CHECK-NOT: tile.compact
func.func @draws(%x: !lane.t<4xf32>, %w: !lane.t<4x4xf32, inv> {rill.arg = "param:0"})
    -> !lane.t<4xf32> attributes {rill.entry} {
  %c = lane.const 1.0 : !lane.t<f32, inv>
  %s = lane.reduce sum %x [0] : (!lane.t<4xf32>) -> !lane.t<f32>
  %l = lane.compare lt %s, %c : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<i1>
  %y:2 = lane.loop 8 (%k) consts(%wi = %w : !lane.t<4x4xf32, inv>) inits(%v = %x : !lane.t<4xf32>, %live = %l : !lane.t<i1>) -> (!lane.t<4xf32>, !lane.t<i1>) {
    %one = lane.const 1.0 : !lane.t<f32, inv>
    %p = lane.contract "ab,b->a" %wi, %v : (!lane.t<4x4xf32, inv>, !lane.t<4xf32>) -> !lane.t<4xf32>
    %e = lane.draw normal 7 per_sample : () -> !lane.t<4xf32>
    %q = lane.add %p, %e : (!lane.t<4xf32>, !lane.t<4xf32>) -> !lane.t<4xf32>
    %t = lane.reduce sum %q [0] : (!lane.t<4xf32>) -> !lane.t<f32>
    %n = lane.compare lt %t, %one : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<i1>
    lane.yield %q, %n : !lane.t<4xf32>, !lane.t<i1> while %live : !lane.t<i1>
  }
  return %y#0 : !lane.t<4xf32>
}

// CHECK-LABEL: tile.program @stacks
// CHECK-NOT: tile.compact
func.func @stacks(%x: !lane.t<4xf32>, %w: !lane.t<4x4xf32, inv> {rill.arg = "param:0"})
    -> (!lane.t<4xf32>, !lane.t<8x4xf32>) attributes {rill.entry} {
  %c = lane.const 1.0 : !lane.t<f32, inv>
  %s = lane.reduce sum %x [0] : (!lane.t<4xf32>) -> !lane.t<f32>
  %l = lane.compare lt %s, %c : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<i1>
  %y:2, %all = lane.loop 8 (%k) consts(%wi = %w : !lane.t<4x4xf32, inv>) inits(%v = %x : !lane.t<4xf32>, %live = %l : !lane.t<i1>) -> (!lane.t<4xf32>, !lane.t<i1> | !lane.t<8x4xf32>) {
    %one = lane.const 1.0 : !lane.t<f32, inv>
    %p = lane.contract "ab,b->a" %wi, %v : (!lane.t<4x4xf32, inv>, !lane.t<4xf32>) -> !lane.t<4xf32>
    %t = lane.reduce sum %p [0] : (!lane.t<4xf32>) -> !lane.t<f32>
    %n = lane.compare lt %t, %one : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<i1>
    lane.yield %p, %n, %p : !lane.t<4xf32>, !lane.t<i1>, !lane.t<4xf32> while %live : !lane.t<i1>
  }
  return %y#0, %all : !lane.t<4xf32>, !lane.t<8x4xf32>
}
