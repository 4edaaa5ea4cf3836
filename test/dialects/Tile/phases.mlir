// RUN: rill-opt %s --lane-to-tile | FileCheck %s
// A batch mean that the loop body reads makes the loop run over whole batches;
// what depends on parameters alone is prepared.

// CHECK-LABEL: tile.program @init
// CHECK:      tile.once prepared {
// CHECK:        tile.pack
// CHECK:      tile.tiles
// CHECK:        tile.load
// CHECK:      tile.repeat %{{.*}} = 4 {
// CHECK:        tile.tiles
// CHECK:          batch_sum
// CHECK:        tile.reduce (batch_sum
// CHECK:        tile.once {
// CHECK:          lane.div
// CHECK:        tile.tiles
// CHECK:          lane.sub
// CHECK:          tile.matmul
// CHECK:      tile.store
func.func @init(%x: !lane.t<3xf32>,
                %w: !lane.t<4x3x3xf32, inv> {rill.arg = "param:0"})
    -> (!lane.t<4x3xf32, inv>, !lane.t<3xf32>) attributes {rill.entry} {
  %y, %m = lane.loop 4 (%i) inits(%v = %x : !lane.t<3xf32>)
      xs(%wi = %w : !lane.t<4x3x3xf32, inv>)
      -> (!lane.t<3xf32> | !lane.t<4x3xf32, inv>) {
    %n = lane.batch_size : !lane.t<f32, inv>
    %ns = lane.spread %n [] : (!lane.t<f32, inv>) -> !lane.t<3xf32, inv>
    %sum = lane.reduce_batch sum %v : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
    %mean = lane.div %sum, %ns : (!lane.t<3xf32, inv>, !lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
    %d = lane.sub %v, %mean : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
    %z = lane.contract "ab,b->a" %wi, %d : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %z, %mean : !lane.t<3xf32>, !lane.t<3xf32, inv>
  }
  return %m, %y : !lane.t<4x3xf32, inv>, !lane.t<3xf32>
}
