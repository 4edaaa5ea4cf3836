// The adjoints of reductions and cumulative sums.
// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s


// CHECK-LABEL: @sum
// CHECK-SAME: %[[A0:.*]]: !lane.t<2x3xf32>, %[[A1:.*]]: !lane.t<2xf32>
// CHECK: %[[V0:.*]] = lane.spread %[[A1]] [0] : (!lane.t<2xf32>) -> !lane.t<2x3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<2x3xf32>
func.func @sum(%x0: !lane.t<2x3xf32>, %c: !lane.t<2xf32>) -> (!lane.t<2x3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<2x3xf32>) seeds(%c : !lane.t<2xf32>) -> (!lane.t<2xf32> | !lane.t<2x3xf32>) {
    %0 = lane.reduce sum %a0 [1] : (!lane.t<2x3xf32>) -> !lane.t<2xf32>
    lane.yield %0 : !lane.t<2xf32>
  }
  return %g : !lane.t<2x3xf32>
}

// Elements that share the maximum share its adjoint.
// CHECK-LABEL: @max
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<f32>
// CHECK: %[[V0:.*]] = lane.reduce max %[[A0]] [0] : (!lane.t<3xf32>) -> !lane.t<f32>
// CHECK-NEXT: %[[V1:.*]] = lane.spread %[[A1]] [] : (!lane.t<f32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.spread %[[V0]] [] : (!lane.t<f32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.compare eq %[[A0]], %[[V2]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V4:.*]] = lane.convert %[[V3]] : (!lane.t<3xi1>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.reduce sum %[[V4]] [0] : (!lane.t<3xf32>) -> !lane.t<f32>
// CHECK-NEXT: %[[V6:.*]] = lane.spread %[[V5]] [] : (!lane.t<f32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V7:.*]] = lane.div %[[V4]], %[[V6]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V8:.*]] = lane.mul %[[V1]], %[[V7]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V8]] : !lane.t<3xf32>
func.func @max(%x0: !lane.t<3xf32>, %c: !lane.t<f32>) -> (!lane.t<3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<3xf32>) seeds(%c : !lane.t<f32>) -> (!lane.t<f32> | !lane.t<3xf32>) {
    %0 = lane.reduce max %a0 [0] : (!lane.t<3xf32>) -> !lane.t<f32>
    lane.yield %0 : !lane.t<f32>
  }
  return %g : !lane.t<3xf32>
}

// The softmax, with a shift that is finite where all elements are -inf.
// CHECK-LABEL: @logsumexp
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<f32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<f32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.const -inf : !lane.t<f32, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.reduce logsumexp %[[A0]] [0] : (!lane.t<3xf32>) -> !lane.t<f32>
// CHECK-NEXT: %[[V3:.*]] = lane.spread %[[A1]] [] : (!lane.t<f32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.compare eq %[[V2]], %[[V1]] : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<i1>
// CHECK-NEXT: %[[V5:.*]] = lane.select %[[V4]], %[[V0]], %[[V2]] : (!lane.t<i1>, !lane.t<f32, inv>, !lane.t<f32>) -> !lane.t<f32>
// CHECK-NEXT: %[[V6:.*]] = lane.spread %[[V5]] [] : (!lane.t<f32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V7:.*]] = lane.sub %[[A0]], %[[V6]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V8:.*]] = lane.exp %[[V7]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V9:.*]] = lane.mul %[[V3]], %[[V8]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V9]] : !lane.t<3xf32>
func.func @logsumexp(%x0: !lane.t<3xf32>, %c: !lane.t<f32>) -> (!lane.t<3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<3xf32>) seeds(%c : !lane.t<f32>) -> (!lane.t<f32> | !lane.t<3xf32>) {
    %0 = lane.reduce logsumexp %a0 [0] : (!lane.t<3xf32>) -> !lane.t<f32>
    lane.yield %0 : !lane.t<f32>
  }
  return %g : !lane.t<3xf32>
}

// Products of what is before and behind each element: no division by it.
// CHECK-LABEL: @prod
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<f32>
// CHECK: %[[V0:.*]] = lane.const 1.0 : !lane.t<2xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.const 1.0 : !lane.t<1xf32, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.spread %[[A1]] [] : (!lane.t<f32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.slice %[[A0]] [0] [2] [1] : (!lane.t<3xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.concat 0 %[[V1]], %[[V3]] : (!lane.t<1xf32, inv>, !lane.t<2xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.mul %[[A0]], %[[V4]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V6:.*]] = lane.slice %[[V5]] [0] [1] [1] : (!lane.t<3xf32>) -> !lane.t<1xf32>
// CHECK-NEXT: %[[V7:.*]] = lane.concat 0 %[[V0]], %[[V6]] : (!lane.t<2xf32, inv>, !lane.t<1xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V8:.*]] = lane.mul %[[V5]], %[[V7]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V9:.*]] = lane.slice %[[V8]] [0] [2] [1] : (!lane.t<3xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: %[[V10:.*]] = lane.slice %[[A0]] [1] [2] [1] : (!lane.t<3xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: %[[V11:.*]] = lane.concat 0 %[[V10]], %[[V1]] : (!lane.t<2xf32>, !lane.t<1xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V12:.*]] = lane.mul %[[A0]], %[[V11]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V13:.*]] = lane.slice %[[V12]] [2] [1] [1] : (!lane.t<3xf32>) -> !lane.t<1xf32>
// CHECK-NEXT: %[[V14:.*]] = lane.concat 0 %[[V13]], %[[V0]] : (!lane.t<1xf32>, !lane.t<2xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V15:.*]] = lane.mul %[[V12]], %[[V14]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V16:.*]] = lane.slice %[[V15]] [1] [2] [1] : (!lane.t<3xf32>) -> !lane.t<2xf32>
// CHECK-NEXT: %[[V17:.*]] = lane.concat 0 %[[V1]], %[[V9]] : (!lane.t<1xf32, inv>, !lane.t<2xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V18:.*]] = lane.concat 0 %[[V16]], %[[V1]] : (!lane.t<2xf32>, !lane.t<1xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V19:.*]] = lane.mul %[[V17]], %[[V18]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V20:.*]] = lane.mul %[[V2]], %[[V19]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V20]] : !lane.t<3xf32>
func.func @prod(%x0: !lane.t<3xf32>, %c: !lane.t<f32>) -> (!lane.t<3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<3xf32>) seeds(%c : !lane.t<f32>) -> (!lane.t<f32> | !lane.t<3xf32>) {
    %0 = lane.reduce prod %a0 [0] : (!lane.t<3xf32>) -> !lane.t<f32>
    lane.yield %0 : !lane.t<f32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @cumsum
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.cumsum 0 reverse exclusive %[[A1]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @cumsum(%x0: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %v, %g = lane.vjp [0] (%a0 = %x0 : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.cumsum 0 exclusive %a0 : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}
