// RUN: rill-opt %s --lane-to-tile > %t
// RUN: rill-opt %t | diff %t -
// A printed tile program reads back as itself: views with steps, clusters,
// products, sinks and a reduce.

func.func @f(%x: !lane.t<4xf64>, %i: !lane.t<i32>,
             %w: !lane.t<2x4x4xf64, inv> {rill.arg = "param:0"},
             %t: !lane.t<5x4xf64, inv> {rill.arg = "param:1"})
    -> (!lane.t<4xf64>, !lane.t<5x4xf64, inv>, !lane.t<4xf64, inv>)
    attributes {rill.entry} {
  %r = lane.lookup %t, %i : (!lane.t<5x4xf64, inv>, !lane.t<i32>) -> !lane.t<4xf64>
  %d = lane.draw normal 3 per_sample : () -> !lane.t<4xf64>
  %y = lane.loop 2 reverse (%k) inits(%v = %r : !lane.t<4xf64>)
      xs(%wi = %w : !lane.t<2x4x4xf64, inv>) -> (!lane.t<4xf64>) {
    %p = lane.contract "ab,b->a" %wi, %v : (!lane.t<4x4xf64, inv>, !lane.t<4xf64>) -> !lane.t<4xf64>
    %c = lane.cumsum 0 reverse %p : (!lane.t<4xf64>) -> !lane.t<4xf64>
    lane.yield %c : !lane.t<4xf64>
  }
  %z = lane.add %y, %d : (!lane.t<4xf64>, !lane.t<4xf64>) -> !lane.t<4xf64>
  %a = lane.lookup_add %i, %z : (!lane.t<i32>, !lane.t<4xf64>) -> !lane.t<5x4xf64, inv>
  %m = lane.reduce_batch max %z : (!lane.t<4xf64>) -> !lane.t<4xf64, inv>
  return %z, %a, %m : !lane.t<4xf64>, !lane.t<5x4xf64, inv>, !lane.t<4xf64, inv>
}
