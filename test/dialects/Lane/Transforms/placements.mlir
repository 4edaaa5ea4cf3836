// Sums of values placed among zeros: the adjoints of slices of one value.
// RUN: rill-opt %s --lane-clean | FileCheck %s

// CHECK-LABEL: @halves
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.concat 0 %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<6xf32>
func.func @halves(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<6xf32>) {
  %p0 = lane.pad %x [0] [3] [0] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %p1 = lane.pad %y [3] [0] [0] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %s1 = lane.add %p0, %p1 : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
  return %s1 : !lane.t<6xf32>
}

// CHECK-LABEL: @halves_turned
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.concat 0 %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<6xf32>
func.func @halves_turned(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<6xf32>) {
  %p0 = lane.pad %y [3] [0] [0] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %p1 = lane.pad %x [0] [3] [0] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %s1 = lane.add %p0, %p1 : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
  return %s1 : !lane.t<6xf32>
}

// A lowering writes such parts to their rows directly: left as they are.
// CHECK-LABEL: @evens
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.pad %[[A0]] [0] [1] [1] : (!lane.t<3xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.pad %[[A1]] [1] [0] [1] : (!lane.t<3xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.add %[[V0]], %[[V1]] : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: return %[[V2]] : !lane.t<6xf32>
func.func @evens(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<6xf32>) {
  %p0 = lane.pad %x [0] [1] [1] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %p1 = lane.pad %y [1] [0] [1] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %s1 = lane.add %p0, %p1 : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
  return %s1 : !lane.t<6xf32>
}

// CHECK-LABEL: @thirds
// CHECK-SAME: %[[A0:.*]]: !lane.t<2xf32>, %[[A1:.*]]: !lane.t<2xf32>, %[[A2:.*]]: !lane.t<2xf32>
// CHECK: %[[V0:.*]] = lane.concat 0 %[[A0]], %[[A2]], %[[A1]] : (!lane.t<2xf32>, !lane.t<2xf32>, !lane.t<2xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<6xf32>
func.func @thirds(%x: !lane.t<2xf32>, %y: !lane.t<2xf32>, %z: !lane.t<2xf32>) -> (!lane.t<6xf32>) {
  %p0 = lane.pad %x [0] [4] [0] : (!lane.t<2xf32>) -> !lane.t<6xf32>
  %p1 = lane.pad %y [4] [0] [0] : (!lane.t<2xf32>) -> !lane.t<6xf32>
  %s1 = lane.add %p0, %p1 : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
  %p2 = lane.pad %z [2] [2] [0] : (!lane.t<2xf32>) -> !lane.t<6xf32>
  %s2 = lane.add %s1, %p2 : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
  return %s2 : !lane.t<6xf32>
}

// CHECK-LABEL: @with_a_gap
// CHECK-SAME: %[[A0:.*]]: !lane.t<2xf32>, %[[A1:.*]]: !lane.t<2xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<2xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.concat 0 %[[A0]], %[[V0]], %[[A1]] : (!lane.t<2xf32>, !lane.t<2xf32, inv>, !lane.t<2xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<6xf32>
func.func @with_a_gap(%x: !lane.t<2xf32>, %y: !lane.t<2xf32>) -> (!lane.t<6xf32>) {
  %p0 = lane.pad %x [0] [4] [0] : (!lane.t<2xf32>) -> !lane.t<6xf32>
  %p1 = lane.pad %y [4] [0] [0] : (!lane.t<2xf32>) -> !lane.t<6xf32>
  %s1 = lane.add %p0, %p1 : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
  return %s1 : !lane.t<6xf32>
}

// A true sum.
// CHECK-LABEL: @overlapping
// CHECK-SAME: %[[A0:.*]]: !lane.t<4xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.pad %[[A0]] [0] [2] [0] : (!lane.t<4xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.pad %[[A1]] [3] [0] [0] : (!lane.t<3xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.add %[[V0]], %[[V1]] : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: return %[[V2]] : !lane.t<6xf32>
func.func @overlapping(%x: !lane.t<4xf32>, %y: !lane.t<3xf32>) -> (!lane.t<6xf32>) {
  %p0 = lane.pad %x [0] [2] [0] : (!lane.t<4xf32>) -> !lane.t<6xf32>
  %p1 = lane.pad %y [3] [0] [0] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %s1 = lane.add %p0, %p1 : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
  return %s1 : !lane.t<6xf32>
}

// CHECK-LABEL: @beside_others
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<6xf32>
// CHECK: %[[V0:.*]] = lane.concat 0 %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.add %[[V0]], %[[A2]] : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<6xf32>
func.func @beside_others(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %z: !lane.t<6xf32>) -> (!lane.t<6xf32>) {
  %p0 = lane.pad %x [0] [3] [0] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %p1 = lane.pad %y [3] [0] [0] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %s1 = lane.add %p0, %p1 : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
  %q = lane.add %s1, %z : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
  return %q : !lane.t<6xf32>
}

// CHECK-LABEL: @scattered
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.concat 0 %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.gather 0 %[[V0]] [1, 3, 2, 4, 0, 5] : (!lane.t<6xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<6xf32>
func.func @scattered(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<6xf32>) {
  %a = lane.scatter_add 0 %x [4, 0, 2] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %b = lane.scatter_add 0 %y [1, 3, 5] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %r = lane.add %a, %b : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
  return %r : !lane.t<6xf32>
}

// Duplicates add: no concatenation does.
// CHECK-LABEL: @scattered_twice
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.scatter_add 0 %[[A0]] [4, 4, 2] : (!lane.t<3xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.scatter_add 0 %[[A1]] [1, 3, 5] : (!lane.t<3xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.add %[[V0]], %[[V1]] : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: return %[[V2]] : !lane.t<6xf32>
func.func @scattered_twice(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<6xf32>) {
  %a = lane.scatter_add 0 %x [4, 4, 2] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %b = lane.scatter_add 0 %y [1, 3, 5] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %r = lane.add %a, %b : (!lane.t<6xf32>, !lane.t<6xf32>) -> !lane.t<6xf32>
  return %r : !lane.t<6xf32>
}

// Every place once: a permutation.
// CHECK-LABEL: @permuting
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.gather 0 %[[A0]] [1, 2, 0] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @permuting(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %r = lane.scatter_add 0 %x [2, 0, 1] : (!lane.t<3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}
