// RUN: rill-opt %s --lane-to-tile | FileCheck %s
// The forward loop reshapes what it stacks to 1, the reverse loop to 1x1: not
// the same operation, so that neither may stand for the other.

// CHECK: tile.program @g
func.func @g(%x: !lane.t<f32>) -> !lane.t<f32> attributes {rill.entry} {
  %last, %before = lane.loop 4 (%i) inits(%v = %x : !lane.t<f32>)
      -> (!lane.t<f32> | !lane.t<4xf32>) {
    %a = lane.reshape %v : (!lane.t<f32>) -> !lane.t<1xf32>
    %m = lane.reshape %v : (!lane.t<f32>) -> !lane.t<1x1xf32>
    %s = lane.tri_solve %m, %a : (!lane.t<1x1xf32>, !lane.t<1xf32>) -> !lane.t<1xf32>
    %r = lane.reshape %s : (!lane.t<1xf32>) -> !lane.t<f32>
    lane.yield %r, %v : !lane.t<f32>, !lane.t<f32>
  }
  %d = lane.loop 4 reverse (%i) inits(%g = %last : !lane.t<f32>)
      xs(%v = %before : !lane.t<4xf32>) -> (!lane.t<f32>) {
    %m = lane.reshape %v : (!lane.t<f32>) -> !lane.t<1x1xf32>
    %a = lane.reshape %g : (!lane.t<f32>) -> !lane.t<1xf32>
    %s = lane.tri_solve %m, %a {transpose} : (!lane.t<1x1xf32>, !lane.t<1xf32>) -> !lane.t<1xf32>
    %r = lane.reshape %s : (!lane.t<1xf32>) -> !lane.t<f32>
    lane.yield %r : !lane.t<f32>
  }
  return %d : !lane.t<f32>
}
