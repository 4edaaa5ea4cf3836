// RUN: rill-opt %s --lane-to-tile="chunk=1" | FileCheck %s --check-prefix=TILE
// RUN: rill-opt %s --lane-to-tile="chunk=4" | FileCheck %s --check-prefix=LAYER
// The same steps tile by tile, and layer by layer over a chunk of tiles. Bias
// and activation are in the product's region; the grid is the same.

// TILE:       tile.tiles chunk 1 groups [[G:[0-9]+]] min [[N:[0-9]+]] {
// TILE-NEXT:    tile.each {
// TILE-NEXT:      tile.load
// TILE-NEXT:      tile.loop %{{.*}} = 3 {
// TILE:             tile.matmul
// TILE-NEXT:          lane.add
// TILE-NEXT:          lane.relu
// TILE-NEXT:          tile.yield
// TILE-NOT:       tile.each

// LAYER:      tile.tiles chunk 4 groups {{[0-9]+}} min {{[0-9]+}} {
// LAYER-NEXT:   tile.each {
// LAYER-NEXT:     tile.load
// LAYER-NEXT:   }
// LAYER-NEXT:   tile.loop %{{.*}} = 3 {
// LAYER-NEXT:     tile.each {
// LAYER:            tile.matmul
// LAYER:        tile.each {
// LAYER:          tile.store
func.func @dense(%x: !lane.t<8xf32>,
                 %w: !lane.t<3x8x8xf32, inv> {rill.arg = "param:0"},
                 %b: !lane.t<3x8xf32, inv> {rill.arg = "param:1"})
    -> !lane.t<8xf32> attributes {rill.entry} {
  %y = lane.loop 3 (%i) inits(%v = %x : !lane.t<8xf32>)
      xs(%wi = %w : !lane.t<3x8x8xf32, inv>, %bi = %b : !lane.t<3x8xf32, inv>)
      -> (!lane.t<8xf32>) {
    %p = lane.contract "ab,b->a" %wi, %v : (!lane.t<8x8xf32, inv>, !lane.t<8xf32>) -> !lane.t<8xf32>
    %q = lane.add %p, %bi : (!lane.t<8xf32>, !lane.t<8xf32, inv>) -> !lane.t<8xf32>
    %h = lane.relu %q : (!lane.t<8xf32>) -> !lane.t<8xf32>
    lane.yield %h : !lane.t<8xf32>
  }
  return %y : !lane.t<8xf32>
}
