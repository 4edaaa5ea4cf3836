// RUN: rill-opt %s --lane-to-tile > %t
// RUN: FileCheck %s < %t
// RUN: rill-opt %t | diff %t -
// Products do not visit weights that are known to be zero: those that a mask
// multiplies or a selection leaves out, in a loop too; one table per step
// where the mask is a slice of a stack.

// CHECK-LABEL: @masked
// CHECK: tile.matmul {{.*}} within [0:2 * 2, 1:4, 0:0] (
func.func @masked(%x: !lane.t<4xf64>, %w: !lane.t<4x4xf64, inv> {rill.arg = "param:0"}) -> !lane.t<4xf64> attributes {rill.entry} {

  %k = lane.const elements dense<[[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]]> : tensor<4x4xf64> : !lane.t<4x4xf64, inv>
  %half = lane.const 0.5 : !lane.t<4x4xf64, inv>
  %zero = lane.const 0.0 : !lane.t<4x4xf64, inv>
  %c = lane.compare gt %k, %half : (!lane.t<4x4xf64, inv>, !lane.t<4x4xf64, inv>) -> !lane.t<4x4xi1, inv>
  %s = lane.select %c, %w, %zero : (!lane.t<4x4xi1, inv>, !lane.t<4x4xf64, inv>, !lane.t<4x4xf64, inv>) -> !lane.t<4x4xf64, inv>
  %y = lane.contract "ab,b->a" %s, %x : (!lane.t<4x4xf64, inv>, !lane.t<4xf64>) -> !lane.t<4xf64>
  return %y : !lane.t<4xf64>
}

// The adjoint's weights are the transposed ones.
// CHECK-LABEL: @transposed
// CHECK: tile.matmul {{.*}} within [0:4, 1:4, 2:4, 3:4] (
func.func @transposed(%x: !lane.t<4xf64>, %w: !lane.t<4x4xf64, inv> {rill.arg = "param:0"}) -> !lane.t<4xf64> attributes {rill.entry} {
  %m = lane.const elements dense<[[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0]]> : tensor<4x4xf64> : !lane.t<4x4xf64, inv>
  %s = lane.mul %m, %w : (!lane.t<4x4xf64, inv>, !lane.t<4x4xf64, inv>) -> !lane.t<4x4xf64, inv>
  %y = lane.contract "ab,a->b" %s, %x : (!lane.t<4x4xf64, inv>, !lane.t<4xf64>) -> !lane.t<4xf64>
  return %y : !lane.t<4xf64>
}

// One mask for all layers of a loop.
// CHECK-LABEL: @layers
// CHECK: tile.matmul {{.*}} within [0:1, 0:2] (
func.func @layers(%x: !lane.t<2xf64>, %w: !lane.t<3x2x2xf64, inv> {rill.arg = "param:0"}) -> !lane.t<2xf64> attributes {rill.entry} {
  %z = lane.loop 3 (%i) inits(%v = %x : !lane.t<2xf64>) xs(%wi = %w : !lane.t<3x2x2xf64, inv>) -> (!lane.t<2xf64>) {
    %m = lane.const elements dense<[[1.0, 0.0], [1.0, 1.0]]> : tensor<2x2xf64> : !lane.t<2x2xf64, inv>
    %s = lane.mul %m, %wi : (!lane.t<2x2xf64, inv>, !lane.t<2x2xf64, inv>) -> !lane.t<2x2xf64, inv>
    %y = lane.contract "ab,b->a" %s, %v : (!lane.t<2x2xf64, inv>, !lane.t<2xf64>) -> !lane.t<2xf64>
    lane.yield %y : !lane.t<2xf64>
  }
  return %z : !lane.t<2xf64>
}

// A mask for each step: step 0 reads column 0, step 1 both.
// CHECK-LABEL: @steps
// CHECK: tile.loop %[[T:.*]] = 2
// CHECK: tile.matmul {{.*}} within [0:1 * 2, 0:2, 1:2] at %[[T]] (
func.func @steps(%x: !lane.t<2xf64>, %w: !lane.t<2x2x2xf64, inv> {rill.arg = "param:0"}) -> !lane.t<2xf64> attributes {rill.entry} {
  %m = lane.const elements dense<[[[1.0, 0.0], [1.0, 0.0]], [[1.0, 1.0], [0.0, 1.0]]]> : tensor<2x2x2xf64> : !lane.t<2x2x2xf64, inv>
  %s = lane.mul %m, %w : (!lane.t<2x2x2xf64, inv>, !lane.t<2x2x2xf64, inv>) -> !lane.t<2x2x2xf64, inv>
  %z = lane.loop 2 (%i) inits(%v = %x : !lane.t<2xf64>) xs(%wi = %s : !lane.t<2x2x2xf64, inv>) -> (!lane.t<2xf64>) {
    %y = lane.contract "ab,b->a" %wi, %v : (!lane.t<2x2xf64, inv>, !lane.t<2xf64>) -> !lane.t<2xf64>
    lane.yield %y : !lane.t<2xf64>
  }
  return %z : !lane.t<2xf64>
}

// Zeros between others, and few of them, are not worth a table; nor are
// weights of which nothing is known.
// CHECK-LABEL: @inner
// CHECK-NOT: within
func.func @inner(%x: !lane.t<4xf64>, %w: !lane.t<4x4xf64, inv> {rill.arg = "param:0"}) -> (!lane.t<4xf64>, !lane.t<4xf64>) attributes {rill.entry} {
  %m = lane.const elements dense<[[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 1.0, 0.0]]> : tensor<4x4xf64> : !lane.t<4x4xf64, inv>
  %s = lane.mul %m, %w : (!lane.t<4x4xf64, inv>, !lane.t<4x4xf64, inv>) -> !lane.t<4x4xf64, inv>
  %y = lane.contract "ab,b->a" %s, %x : (!lane.t<4x4xf64, inv>, !lane.t<4xf64>) -> !lane.t<4xf64>
  %z = lane.contract "ab,b->a" %w, %x : (!lane.t<4x4xf64, inv>, !lane.t<4xf64>) -> !lane.t<4xf64>
  return %y, %z : !lane.t<4xf64>, !lane.t<4xf64>
}

// A weight's adjoint is summed up where the mask lets anybody read it; after a
// loop too, whose stack another reads.
// CHECK-LABEL: @adjoint
// CHECK: tile.outer {{.*}} within [0:1 * 4, 0:8 * 4] :
func.func @adjoint(%g: !lane.t<8xf64>, %x: !lane.t<8xf64>) -> !lane.t<2x8x8xf64, inv> attributes {rill.entry} {
  %m = lane.const elements dense<[[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]]> : tensor<8x8xf64> : !lane.t<8x8xf64, inv>
  %last, %w = lane.loop 2 (%i) consts(%k = %m : !lane.t<8x8xf64, inv>, %y = %g : !lane.t<8xf64>) inits(%v = %x : !lane.t<8xf64>) -> (!lane.t<8xf64> | !lane.t<2x8x8xf64, inv>) {
    %o = lane.contract "a,b->ab" %y, %v batch : (!lane.t<8xf64>, !lane.t<8xf64>) -> !lane.t<8x8xf64, inv>
    %s = lane.mul %k, %o : (!lane.t<8x8xf64, inv>, !lane.t<8x8xf64, inv>) -> !lane.t<8x8xf64, inv>
    %n = lane.add %v, %y : (!lane.t<8xf64>, !lane.t<8xf64>) -> !lane.t<8xf64>
    lane.yield %n, %s : !lane.t<8xf64>, !lane.t<8x8xf64, inv>
  }
  return %w : !lane.t<2x8x8xf64, inv>
}

// All of it, where somebody reads the sum itself.
// CHECK-LABEL: @summed
// CHECK: tile.outer
// CHECK-NOT: within
func.func @summed(%g: !lane.t<8xf64>, %x: !lane.t<8xf64>) -> (!lane.t<8x8xf64, inv>, !lane.t<8x8xf64, inv>) attributes {rill.entry} {
  %m = lane.const 0.0 : !lane.t<8x8xf64, inv>
  %o = lane.contract "a,b->ab" %g, %x batch : (!lane.t<8xf64>, !lane.t<8xf64>) -> !lane.t<8x8xf64, inv>
  %s = lane.mul %m, %o : (!lane.t<8x8xf64, inv>, !lane.t<8x8xf64, inv>) -> !lane.t<8x8xf64, inv>
  return %s, %o : !lane.t<8x8xf64, inv>, !lane.t<8x8xf64, inv>
}
