// Composed and removed movements of elements.
// RUN: rill-opt %s --lane-clean | FileCheck %s

// CHECK-LABEL: @slice_of_slice
// CHECK-SAME: %[[A0:.*]]: !lane.t<10xf32>
// CHECK: %[[V0:.*]] = lane.slice %[[A0]] [3] [2] [4] : (!lane.t<10xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<2xf32>
func.func @slice_of_slice(%x: !lane.t<10xf32>) -> (!lane.t<2xf32>) {
  %s = lane.slice %x [1] [4] [2] : (!lane.t<10xf32>) -> !lane.t<4xf32>
  %r = lane.slice %s [1] [2] [2] : (!lane.t<4xf32>) -> !lane.t<2xf32>
  return %r : !lane.t<2xf32>
}

// CHECK-LABEL: @slice_of_concat
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.slice %[[A1]] [1] [2] [1] : (!lane.t<3xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<2xf32>
func.func @slice_of_concat(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<2xf32>) {
  %s = lane.concat 0 %x, %y : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
  %r = lane.slice %s [4] [2] [1] : (!lane.t<6xf32>) -> !lane.t<2xf32>
  return %r : !lane.t<2xf32>
}

// CHECK-LABEL: @slice_across_parts
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.slice %[[A0]] [1] [2] [1] : (!lane.t<3xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.slice %[[A1]] [0] [2] [1] : (!lane.t<3xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.concat 0 %[[V0]], %[[V1]] : (!lane.t<2xf32>, !lane.t<2xf32>) -> !lane.t<4xf32>
// CHECK-NEXT: return %[[V2]] : !lane.t<4xf32>
func.func @slice_across_parts(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<4xf32>) {
  %s = lane.concat 0 %x, %y : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
  %r = lane.slice %s [1] [4] [1] : (!lane.t<6xf32>) -> !lane.t<4xf32>
  return %r : !lane.t<4xf32>
}

// CHECK-LABEL: @slice_of_pad
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.slice %[[A0]] [1] [2] [1] : (!lane.t<3xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<2xf32>
func.func @slice_of_pad(%x: !lane.t<3xf32>) -> (!lane.t<2xf32>) {
  %s = lane.pad %x [2] [1] [0] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %r = lane.slice %s [3] [2] [1] : (!lane.t<6xf32>) -> !lane.t<2xf32>
  return %r : !lane.t<2xf32>
}

// CHECK-LABEL: @slice_of_padding
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<2xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.vary %[[V0]] : (!lane.t<2xf32, inv>) -> !lane.t<2xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<2xf32>
func.func @slice_of_padding(%x: !lane.t<3xf32>) -> (!lane.t<2xf32>) {
  %s = lane.pad %x [2] [1] [0] : (!lane.t<3xf32>) -> !lane.t<6xf32>
  %r = lane.slice %s [0] [2] [1] : (!lane.t<6xf32>) -> !lane.t<2xf32>
  return %r : !lane.t<2xf32>
}

// CHECK-LABEL: @halves_again
// CHECK-SAME: %[[A0:.*]]: !lane.t<6xf32>
// CHECK: return %[[A0]] : !lane.t<6xf32>
func.func @halves_again(%x: !lane.t<6xf32>) -> (!lane.t<6xf32>) {
  %a = lane.slice %x [0] [3] [1] : (!lane.t<6xf32>) -> !lane.t<3xf32>
  %b = lane.slice %x [3] [3] [1] : (!lane.t<6xf32>) -> !lane.t<3xf32>
  %r = lane.concat 0 %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
  return %r : !lane.t<6xf32>
}

// CHECK-LABEL: @gather_is_slice
// CHECK-SAME: %[[A0:.*]]: !lane.t<6xf32>
// CHECK: %[[V0:.*]] = lane.slice %[[A0]] [1] [3] [2] : (!lane.t<6xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @gather_is_slice(%x: !lane.t<6xf32>) -> (!lane.t<3xf32>) {
  %r = lane.gather 0 %x [1, 3, 5] : (!lane.t<6xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @gather_of_gather
// CHECK-SAME: %[[A0:.*]]: !lane.t<6xf32>
// CHECK: %[[V0:.*]] = lane.slice %[[A0]] [3] [2] [2] : (!lane.t<6xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<2xf32>
func.func @gather_of_gather(%x: !lane.t<6xf32>) -> (!lane.t<2xf32>) {
  %s = lane.gather 0 %x [5, 0, 3] : (!lane.t<6xf32>) -> !lane.t<3xf32>
  %r = lane.gather 0 %s [2, 0] : (!lane.t<3xf32>) -> !lane.t<2xf32>
  return %r : !lane.t<2xf32>
}

// CHECK-LABEL: @permutations
// CHECK-SAME: %[[A0:.*]]: !lane.t<2x3x4xf32>
// CHECK: return %[[A0]] : !lane.t<2x3x4xf32>
func.func @permutations(%x: !lane.t<2x3x4xf32>) -> (!lane.t<2x3x4xf32>) {
  %s = lane.permute %x [2, 0, 1] : (!lane.t<2x3x4xf32>) -> !lane.t<4x2x3xf32>
  %r = lane.permute %s [1, 2, 0] : (!lane.t<4x2x3xf32>) -> !lane.t<2x3x4xf32>
  return %r : !lane.t<2x3x4xf32>
}

// CHECK-LABEL: @reverse_twice
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: return %[[A0]] : !lane.t<3xf32>
func.func @reverse_twice(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %s = lane.reverse %x [0] : (!lane.t<3xf32>) -> !lane.t<3xf32>
  %r = lane.reverse %s [0] : (!lane.t<3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @work_before_repeating
// CHECK-SAME: %[[A0:.*]]: !lane.t<f32>
// CHECK: %[[V0:.*]] = lane.const 3.0 : !lane.t<f32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A0]], %[[V0]] : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<f32>
// CHECK-NEXT: %[[V2:.*]] = lane.exp %[[V1]] : (!lane.t<f32>) -> !lane.t<f32>
// CHECK-NEXT: %[[V3:.*]] = lane.spread %[[V2]] [] : (!lane.t<f32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V3]] : !lane.t<3xf32>
func.func @work_before_repeating(%x: !lane.t<f32>) -> (!lane.t<3xf32>) {
  %s = lane.spread %x [] : (!lane.t<f32>) -> !lane.t<3xf32>
  %k = lane.const 3 : !lane.t<3xf32, inv>
  %p = lane.mul %s, %k : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %r = lane.exp %p : (!lane.t<3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @sum_of_repeated
// CHECK-SAME: %[[A0:.*]]: !lane.t<2xf32>
// CHECK: %[[V0:.*]] = lane.const 3.0 : !lane.t<2xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A0]], %[[V0]] : (!lane.t<2xf32>, !lane.t<2xf32, inv>) -> !lane.t<2xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<2xf32>
func.func @sum_of_repeated(%x: !lane.t<2xf32>) -> (!lane.t<2xf32>) {
  %s = lane.spread %x [1] : (!lane.t<2xf32>) -> !lane.t<3x2xf32>
  %r = lane.reduce sum %s [0] : (!lane.t<3x2xf32>) -> !lane.t<2xf32>
  return %r : !lane.t<2xf32>
}

// A power: left alone.
// CHECK-LABEL: @product_of_repeated
// CHECK-SAME: %[[A0:.*]]: !lane.t<2xf32>
// CHECK: %[[V0:.*]] = lane.spread %[[A0]] [1] : (!lane.t<2xf32>) -> !lane.t<3x2xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.reduce prod %[[V0]] [0] : (!lane.t<3x2xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<2xf32>
func.func @product_of_repeated(%x: !lane.t<2xf32>) -> (!lane.t<2xf32>) {
  %s = lane.spread %x [1] : (!lane.t<2xf32>) -> !lane.t<3x2xf32>
  %r = lane.reduce prod %s [0] : (!lane.t<3x2xf32>) -> !lane.t<2xf32>
  return %r : !lane.t<2xf32>
}

// CHECK-LABEL: @sum_of_sums
// CHECK-SAME: %[[A0:.*]]: !lane.t<2x3x4xf32>
// CHECK: %[[V0:.*]] = lane.reduce sum %[[A0]] [0, 2] : (!lane.t<2x3x4xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @sum_of_sums(%x: !lane.t<2x3x4xf32>) -> (!lane.t<3xf32>) {
  %s = lane.reduce sum %x [2] : (!lane.t<2x3x4xf32>) -> !lane.t<2x3xf32>
  %r = lane.reduce sum %s [0] : (!lane.t<2x3xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @sum_of_maxima
// CHECK-SAME: %[[A0:.*]]: !lane.t<2x3xf32>
// CHECK: %[[V0:.*]] = lane.reduce max %[[A0]] [1] : (!lane.t<2x3xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.reduce sum %[[V0]] [0] : (!lane.t<2xf32>) -> !lane.t<f32>
// CHECK-NEXT: return %[[V1]] : !lane.t<f32>
func.func @sum_of_maxima(%x: !lane.t<2x3xf32>) -> (!lane.t<f32>) {
  %s = lane.reduce max %x [1] : (!lane.t<2x3xf32>) -> !lane.t<2xf32>
  %r = lane.reduce sum %s [0] : (!lane.t<2xf32>) -> !lane.t<f32>
  return %r : !lane.t<f32>
}

// CHECK-LABEL: @slice_of_gather
// CHECK-SAME: %[[A0:.*]]: !lane.t<6xf32>
// CHECK: %[[V0:.*]] = lane.slice %[[A0]] [0] [2] [3] : (!lane.t<6xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<2xf32>
func.func @slice_of_gather(%x: !lane.t<6xf32>) -> (!lane.t<2xf32>) {
  %s = lane.gather 0 %x [5, 0, 3, 1] : (!lane.t<6xf32>) -> !lane.t<4xf32>
  %r = lane.slice %s [1] [2] [1] : (!lane.t<4xf32>) -> !lane.t<2xf32>
  return %r : !lane.t<2xf32>
}

// CHECK-LABEL: @gather_from_one_part
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.gather 0 %[[A1]] [2, 0, 1] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @gather_from_one_part(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %s = lane.concat 0 %x, %y : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
  %r = lane.gather 0 %s [5, 3, 4] : (!lane.t<6xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @gather_from_both_parts
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.concat 0 %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.gather 0 %[[V0]] [5, 0, 4] : (!lane.t<6xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @gather_from_both_parts(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %s = lane.concat 0 %x, %y : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
  %r = lane.gather 0 %s [5, 0, 4] : (!lane.t<6xf32>) -> !lane.t<3xf32>
  return %r : !lane.t<3xf32>
}

// CHECK-LABEL: @table_turned
// CHECK: %[[V0:.*]] = lane.const elements dense<{{\[\[}}1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]> : tensor<3x2xf64> : !lane.t<3x2xf32, inv>
// CHECK-NEXT: return %[[V0]] : !lane.t<3x2xf32, inv>
func.func @table_turned() -> (!lane.t<3x2xf32, inv>) {
  %k = lane.const elements dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf64> : !lane.t<2x3xf32, inv>
  %r = lane.permute %k [1, 0] : (!lane.t<2x3xf32, inv>) -> !lane.t<3x2xf32, inv>
  return %r : !lane.t<3x2xf32, inv>
}
