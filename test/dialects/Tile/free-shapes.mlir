// RUN: rill-opt %s --lane-to-tile | FileCheck %s
// Slices, reversals and permutations of features move nothing: they are views.
// Parts of a concat are written where they belong.

// CHECK-LABEL: tile.program @shapes
// CHECK:       tile.each {
// CHECK-NOT:   tile.copy
// CHECK:       tile.store
func.func @shapes(%x: !lane.t<2x3xf32>) -> !lane.t<6xf32> attributes {rill.entry} {
  %p = lane.permute %x [1, 0] : (!lane.t<2x3xf32>) -> !lane.t<3x2xf32>
  %r = lane.reverse %p [0] : (!lane.t<3x2xf32>) -> !lane.t<3x2xf32>
  %a = lane.slice %r [0, 0] [3, 1] [1, 1] : (!lane.t<3x2xf32>) -> !lane.t<3x1xf32>
  %b = lane.slice %r [0, 1] [3, 1] [1, 1] : (!lane.t<3x2xf32>) -> !lane.t<3x1xf32>
  %e = lane.exp %a : (!lane.t<3x1xf32>) -> !lane.t<3x1xf32>
  %s = lane.sin %b : (!lane.t<3x1xf32>) -> !lane.t<3x1xf32>
  %f = lane.reshape %e : (!lane.t<3x1xf32>) -> !lane.t<3xf32>
  %g = lane.reshape %s : (!lane.t<3x1xf32>) -> !lane.t<3xf32>
  %u = lane.neg %f : (!lane.t<3xf32>) -> !lane.t<3xf32>
  %v = lane.neg %g : (!lane.t<3xf32>) -> !lane.t<3xf32>
  %c = lane.concat 0 %u, %v : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
  return %c : !lane.t<6xf32>
}
