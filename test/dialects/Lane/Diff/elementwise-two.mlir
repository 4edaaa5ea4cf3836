// The adjoints of elementwise operations of two operands; see elementwise-one.mlir.
// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s

// CHECK-LABEL: @add
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: return %[[A2]], %[[A2]] : !lane.t<3xf32>, !lane.t<3xf32>
func.func @add(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.add %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<3xf32>
}

// CHECK-LABEL: @sub
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.neg %[[A2]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[A2]], %[[V0]] : !lane.t<3xf32>, !lane.t<3xf32>
func.func @sub(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.sub %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<3xf32>
}

// CHECK-LABEL: @mul
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.mul %[[A2]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A2]], %[[A0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]], %[[V1]] : !lane.t<3xf32>, !lane.t<3xf32>
func.func @mul(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.mul %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<3xf32>
}

// CHECK-LABEL: @div
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.div %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.div %[[A2]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.mul %[[V1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.neg %[[V2]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]], %[[V3]] : !lane.t<3xf32>, !lane.t<3xf32>
func.func @div(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.div %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<3xf32>
}

// CHECK-LABEL: @pow
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 1.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.pow %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.compare eq %[[A0]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V4:.*]] = lane.compare lt %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V5:.*]] = lane.and %[[V3]], %[[V4]] : (!lane.t<3xi1>, !lane.t<3xi1>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V6:.*]] = lane.select %[[V5]], %[[V0]], %[[A0]] : (!lane.t<3xi1>, !lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V7:.*]] = lane.compare eq %[[A1]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V8:.*]] = lane.sub %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V9:.*]] = lane.select %[[V7]], %[[V0]], %[[V8]] : (!lane.t<3xi1>, !lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V10:.*]] = lane.pow %[[V6]], %[[V9]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V11:.*]] = lane.mul %[[A1]], %[[V10]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V12:.*]] = lane.mul %[[A2]], %[[V11]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V13:.*]] = lane.select %[[V5]], %[[V1]], %[[V12]] : (!lane.t<3xi1>, !lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V14:.*]] = lane.select %[[V3]], %[[V0]], %[[A0]] : (!lane.t<3xi1>, !lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V15:.*]] = lane.log %[[V14]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V16:.*]] = lane.mul %[[V2]], %[[V15]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V17:.*]] = lane.mul %[[A2]], %[[V16]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V13]], %[[V17]] : !lane.t<3xf32>, !lane.t<3xf32>
func.func @pow(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.pow %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<3xf32>
}

// CHECK-LABEL: @max
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.compare ge %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V2:.*]] = lane.select %[[V1]], %[[A2]], %[[V0]] : (!lane.t<3xi1>, !lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.select %[[V1]], %[[V0]], %[[A2]] : (!lane.t<3xi1>, !lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V2]], %[[V3]] : !lane.t<3xf32>, !lane.t<3xf32>
func.func @max(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.max %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<3xf32>
}

// CHECK-LABEL: @min
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.compare le %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V2:.*]] = lane.select %[[V1]], %[[A2]], %[[V0]] : (!lane.t<3xi1>, !lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.select %[[V1]], %[[V0]], %[[A2]] : (!lane.t<3xi1>, !lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V2]], %[[V3]] : !lane.t<3xf32>, !lane.t<3xf32>
func.func @min(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.min %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<3xf32>
}

// CHECK-LABEL: @logaddexp
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.sub %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.compare eq %[[A0]], %[[A1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V3:.*]] = lane.compare ne %[[V1]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V4:.*]] = lane.and %[[V2]], %[[V3]] : (!lane.t<3xi1>, !lane.t<3xi1>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V5:.*]] = lane.select %[[V4]], %[[V0]], %[[V1]] : (!lane.t<3xi1>, !lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V6:.*]] = lane.sigmoid %[[V5]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V7:.*]] = lane.mul %[[A2]], %[[V6]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V8:.*]] = lane.neg %[[V5]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V9:.*]] = lane.sigmoid %[[V8]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V10:.*]] = lane.mul %[[A2]], %[[V9]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V7]], %[[V10]] : !lane.t<3xf32>, !lane.t<3xf32>
func.func @logaddexp(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.logaddexp %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<3xf32>
}

// CHECK-LABEL: @atan2
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>, %[[A2:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.sq %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.sq %[[A1]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.add %[[V0]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.div %[[A1]], %[[V2]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[A2]], %[[V3]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.div %[[A0]], %[[V2]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V6:.*]] = lane.mul %[[A2]], %[[V5]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V7:.*]] = lane.neg %[[V6]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V4]], %[[V7]] : !lane.t<3xf32>, !lane.t<3xf32>
func.func @atan2(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  %v, %g:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.atan2 %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g#0, %g#1 : !lane.t<3xf32>, !lane.t<3xf32>
}
