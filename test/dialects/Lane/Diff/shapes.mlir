// The adjoints of operations that move elements.
// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s


// CHECK-LABEL: @spread
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<2x3xf32>
// CHECK: %[[V0:.*]] = lane.reduce sum %[[A1]] [0] : (!lane.t<2x3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @spread(%x0: !lane.t<3xf32>, %c: !lane.t<2x3xf32>) -> (!lane.t<3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<3xf32>) seeds(%c : !lane.t<2x3xf32>) -> (!lane.t<2x3xf32> | !lane.t<3xf32>) {
    %0 = lane.spread %a0 [1] : (!lane.t<3xf32>) -> !lane.t<2x3xf32>
    lane.yield %0 : !lane.t<2x3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @reshape
// CHECK-SAME: %[[A0:.*]]: !lane.t<2x3xf32>, %[[A1:.*]]: !lane.t<6xf32>
// CHECK: %[[V0:.*]] = lane.reshape %[[A1]] : (!lane.t<6xf32>) -> !lane.t<2x3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<2x3xf32>
func.func @reshape(%x0: !lane.t<2x3xf32>, %c: !lane.t<6xf32>) -> (!lane.t<2x3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<2x3xf32>) seeds(%c : !lane.t<6xf32>) -> (!lane.t<6xf32> | !lane.t<2x3xf32>) {
    %0 = lane.reshape %a0 : (!lane.t<2x3xf32>) -> !lane.t<6xf32>
    lane.yield %0 : !lane.t<6xf32>
  }
  return %g : !lane.t<2x3xf32>
}

// The inverse permutation.
// CHECK-LABEL: @permute
// CHECK-SAME: %[[A0:.*]]: !lane.t<2x3x4xf32>, %[[A1:.*]]: !lane.t<4x2x3xf32>
// CHECK: %[[V0:.*]] = lane.permute %[[A1]] [1, 2, 0] : (!lane.t<4x2x3xf32>) -> !lane.t<2x3x4xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<2x3x4xf32>
func.func @permute(%x0: !lane.t<2x3x4xf32>, %c: !lane.t<4x2x3xf32>) -> (!lane.t<2x3x4xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<2x3x4xf32>) seeds(%c : !lane.t<4x2x3xf32>) -> (!lane.t<4x2x3xf32> | !lane.t<2x3x4xf32>) {
    %0 = lane.permute %a0 [2, 0, 1] : (!lane.t<2x3x4xf32>) -> !lane.t<4x2x3xf32>
    lane.yield %0 : !lane.t<4x2x3xf32>
  }
  return %g : !lane.t<2x3x4xf32>
}

// CHECK-LABEL: @slice
// CHECK-SAME: %[[A0:.*]]: !lane.t<8xf32>, %[[A1:.*]]: !lane.t<2xf32>
// CHECK: %[[V0:.*]] = lane.pad %[[A1]] [1] [3] [2] : (!lane.t<2xf32>) -> !lane.t<8xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<8xf32>
func.func @slice(%x0: !lane.t<8xf32>, %c: !lane.t<2xf32>) -> (!lane.t<8xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<8xf32>) seeds(%c : !lane.t<2xf32>) -> (!lane.t<2xf32> | !lane.t<8xf32>) {
    %0 = lane.slice %a0 [1] [2] [3] : (!lane.t<8xf32>) -> !lane.t<2xf32>
    lane.yield %0 : !lane.t<2xf32>
  }
  return %g : !lane.t<8xf32>
}

// CHECK-LABEL: @pad
// CHECK-SAME: %[[A0:.*]]: !lane.t<2xf32>, %[[A1:.*]]: !lane.t<8xf32>
// CHECK: %[[V0:.*]] = lane.slice %[[A1]] [1] [2] [3] : (!lane.t<8xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<2xf32>
func.func @pad(%x0: !lane.t<2xf32>, %c: !lane.t<8xf32>) -> (!lane.t<2xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<2xf32>) seeds(%c : !lane.t<8xf32>) -> (!lane.t<8xf32> | !lane.t<2xf32>) {
    %0 = lane.pad %a0 [1] [3] [2] : (!lane.t<2xf32>) -> !lane.t<8xf32>
    lane.yield %0 : !lane.t<8xf32>
  }
  return %g : !lane.t<2xf32>
}

// The invariant part is every sample's: its adjoint sums over the batch.
// CHECK-LABEL: @concat
// CHECK-SAME: %[[A0:.*]]: !lane.t<2x3xf32>, %[[A1:.*]]: !lane.t<1x3xf32, inv>, %[[A2:.*]]: !lane.t<3x3xf32>
// CHECK: %[[V0:.*]] = lane.slice %[[A2]] [0, 0] [2, 3] [1, 1] : (!lane.t<3x3xf32>) -> !lane.t<2x3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.slice %[[A2]] [2, 0] [1, 3] [1, 1] : (!lane.t<3x3xf32>) -> !lane.t<1x3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.reduce_batch sum %[[V1]] : (!lane.t<1x3xf32>) -> !lane.t<1x3xf32, inv>
// CHECK-NEXT: return %[[V0]], %[[V2]] : !lane.t<2x3xf32>, !lane.t<1x3xf32, inv>
func.func @concat(%x0: !lane.t<2x3xf32>, %x1: !lane.t<1x3xf32, inv>, %c: !lane.t<3x3xf32>) -> (!lane.t<2x3xf32>, !lane.t<1x3xf32, inv>) {
  %v, %g:2 = lane.vjp [0, 1] (%a0 = %x0 : !lane.t<2x3xf32>, %a1 = %x1 : !lane.t<1x3xf32, inv>) seeds(%c : !lane.t<3x3xf32>) -> (!lane.t<3x3xf32> | !lane.t<2x3xf32>, !lane.t<1x3xf32, inv>) {
    %0 = lane.concat 0 %a0, %a1 : (!lane.t<2x3xf32>, !lane.t<1x3xf32, inv>) -> !lane.t<3x3xf32>
    lane.yield %0 : !lane.t<3x3xf32>
  }
  return %g#0, %g#1 : !lane.t<2x3xf32>, !lane.t<1x3xf32, inv>
}

// CHECK-LABEL: @gather
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<4xf32>
// CHECK: %[[V0:.*]] = lane.scatter_add 0 %[[A1]] [2, 0, 2, 1] : (!lane.t<4xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @gather(%x0: !lane.t<3xf32>, %c: !lane.t<4xf32>) -> (!lane.t<3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<3xf32>) seeds(%c : !lane.t<4xf32>) -> (!lane.t<4xf32> | !lane.t<3xf32>) {
    %0 = lane.gather 0 %a0 [2, 0, 2, 1] : (!lane.t<3xf32>) -> !lane.t<4xf32>
    lane.yield %0 : !lane.t<4xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @scatter_add
// CHECK-SAME: %[[A0:.*]]: !lane.t<4xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.gather 0 %[[A1]] [2, 0, 2, 1] : (!lane.t<3xf32>) -> !lane.t<4xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<4xf32>
func.func @scatter_add(%x0: !lane.t<4xf32>, %c: !lane.t<3xf32>) -> (!lane.t<4xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<4xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<4xf32>) {
    %0 = lane.scatter_add 0 %a0 [2, 0, 2, 1] : (!lane.t<4xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<4xf32>
}

// CHECK-LABEL: @reverse
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.reverse %[[A1]] [0] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @reverse(%x0: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.reverse %a0 [0] : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// Accumulates over the batch in sample order, as lookup_add says.
// CHECK-LABEL: @lookup
// CHECK-SAME: %[[A0:.*]]: !lane.t<5x2xf32, inv>, %[[A1:.*]]: !lane.t<4xi32>, %[[A2:.*]]: !lane.t<4x2xf32>
// CHECK: %[[V0:.*]] = lane.lookup_add %[[A1]], %[[A2]] : (!lane.t<4xi32>, !lane.t<4x2xf32>) -> !lane.t<5x2xf32, inv>
// CHECK-NEXT: return %[[V0]] : !lane.t<5x2xf32, inv>
func.func @lookup(%x0: !lane.t<5x2xf32, inv>, %x1: !lane.t<4xi32>, %c: !lane.t<4x2xf32>) -> (!lane.t<5x2xf32, inv>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<5x2xf32, inv>, %a1 = %x1 : !lane.t<4xi32>) seeds(%c : !lane.t<4x2xf32>) -> (!lane.t<4x2xf32> | !lane.t<5x2xf32, inv>) {
    %0 = lane.lookup %a0, %a1 : (!lane.t<5x2xf32, inv>, !lane.t<4xi32>) -> !lane.t<4x2xf32>
    lane.yield %0 : !lane.t<4x2xf32>
  }
  return %g : !lane.t<5x2xf32, inv>
}

// CHECK-LABEL: @lookup_add
// CHECK-SAME: %[[A0:.*]]: !lane.t<4xi32>, %[[A1:.*]]: !lane.t<4x2xf32>, %[[A2:.*]]: !lane.t<5x2xf32, inv>
// CHECK: %[[V0:.*]] = lane.lookup %[[A2]], %[[A0]] : (!lane.t<5x2xf32, inv>, !lane.t<4xi32>) -> !lane.t<4x2xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<4x2xf32>
func.func @lookup_add(%x0: !lane.t<4xi32>, %x1: !lane.t<4x2xf32>, %c: !lane.t<5x2xf32, inv>) -> (!lane.t<4x2xf32>) {
  %v, %g = lane.vjp [1] (%a0 = %x0 : !lane.t<4xi32>, %a1 = %x1 : !lane.t<4x2xf32>) seeds(%c : !lane.t<5x2xf32, inv>) -> (!lane.t<5x2xf32, inv> | !lane.t<4x2xf32>) {
    %0 = lane.lookup_add %a0, %a1 : (!lane.t<4xi32>, !lane.t<4x2xf32>) -> !lane.t<5x2xf32, inv>
    lane.yield %0 : !lane.t<5x2xf32, inv>
  }
  return %g : !lane.t<4x2xf32>
}

// CHECK-LABEL: @take
// CHECK-SAME: %[[A0:.*]]: !lane.t<4x3xf32>, %[[A1:.*]]: !lane.t<i32, inv>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<4x3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.iota 0 : !lane.t<4x3xi32, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.spread %[[A1]] [] : (!lane.t<i32, inv>) -> !lane.t<4x3xi32, inv>
// CHECK-NEXT: %[[V3:.*]] = lane.compare eq %[[V1]], %[[V2]] : (!lane.t<4x3xi32, inv>, !lane.t<4x3xi32, inv>) -> !lane.t<4x3xi1, inv>
// CHECK-NEXT: %[[V4:.*]] = lane.spread %[[A2]] [1] : (!lane.t<3xf32>) -> !lane.t<4x3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.select %[[V3]], %[[V4]], %[[V0]] : (!lane.t<4x3xi1, inv>, !lane.t<4x3xf32>, !lane.t<4x3xf32, inv>) -> !lane.t<4x3xf32>
// CHECK-NEXT: return %[[V5]] : !lane.t<4x3xf32>
func.func @take(%x0: !lane.t<4x3xf32>, %x1: !lane.t<i32, inv>, %c: !lane.t<3xf32>) -> (!lane.t<4x3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<4x3xf32>, %a1 = %x1 : !lane.t<i32, inv>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<4x3xf32>) {
    %0 = lane.take 0 %a0, %a1 : (!lane.t<4x3xf32>, !lane.t<i32, inv>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<4x3xf32>
}
