// RUN: rill-opt %s --lane-to-tile="chunk=4" | FileCheck %s
// An adjoint as a wide network needs it: the mask and the bias gradient in the
// product's region, the activation transposed once, the weight gradient over
// the whole chunk, and the sink read back transposed by strides.

// CHECK:      tile.each {
// CHECK:        tile.matmul
// CHECK:          lane.compare gt
// CHECK:          lane.select
// CHECK:          tile.yield %[[V:.*]], %[[V]] :
// CHECK-DAG:    tile.transpose
// CHECK:      }
// CHECK:      tile.outer {{.*}} -> {{.*}} : <rows, 1x8xf32, [0, 1]>, <cols, 1x32xf32> -> <blocks, 8x32xf32>
// CHECK:      tile.reduce (
// CHECK-SAME: !tile.buf<blocks, 8x32xf32> -> {{.*}} : !tile.buf<mem, 8x32xf32, [1, 8]>
func.func @adjoint(%g: !lane.t<16xf32>, %h: !lane.t<32xf32>, %x: !lane.t<8xf32>,
                   %w: !lane.t<16x32xf32, inv> {rill.arg = "param:0"})
    -> (!lane.t<32x8xf32, inv>, !lane.t<32xf32, inv>) attributes {rill.entry} {
  %zero = lane.const 0.0 : !lane.t<32xf32, inv>
  %d = lane.contract "ab,a->b" %w, %g : (!lane.t<16x32xf32, inv>, !lane.t<16xf32>) -> !lane.t<32xf32>
  %m = lane.compare gt %h, %zero : (!lane.t<32xf32>, !lane.t<32xf32, inv>) -> !lane.t<32xi1>
  %s = lane.select %m, %d, %zero : (!lane.t<32xi1>, !lane.t<32xf32>, !lane.t<32xf32, inv>) -> !lane.t<32xf32>
  %b = lane.reduce_batch sum %s : (!lane.t<32xf32>) -> !lane.t<32xf32, inv>
  %o = lane.contract "a,b->ab" %s, %x batch : (!lane.t<32xf32>, !lane.t<8xf32>) -> !lane.t<32x8xf32, inv>
  return %o, %b : !lane.t<32x8xf32, inv>, !lane.t<32xf32, inv>
}
