// The adjoint of every elementwise operation, as lane code: the forms are the
// stable ones of LaneElementwiseOps.td. Numbers are the interpreter's affair.
// RUN: rill-opt %s --lane-differentiate --lane-clean | FileCheck %s

// CHECK-LABEL: @neg
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.neg %[[A1]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @neg(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.neg %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @abs
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.sign %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @abs(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.abs %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @sq
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 2.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A0]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.mul %[[A1]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V2]] : !lane.t<3xf32>
func.func @sq(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.sq %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @exp
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.exp %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @exp(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.exp %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @log
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.div %[[A1]], %[[A0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<3xf32>
func.func @log(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.log %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @expm1
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.exp %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @expm1(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.expm1 %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @log1p
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 1.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.add %[[A0]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.div %[[A1]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V2]] : !lane.t<3xf32>
func.func @log1p(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.log1p %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @sqrt
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.5 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.sqrt %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.mul %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.div %[[V2]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V3]] : !lane.t<3xf32>
func.func @sqrt(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.sqrt %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @rsqrt
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const -0.5 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.rsqrt %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.mul %[[V1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.div %[[V2]], %[[A0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[A1]], %[[V3]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V4]] : !lane.t<3xf32>
func.func @rsqrt(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.rsqrt %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @recip
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.recip %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.sq %[[V0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.mul %[[A1]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.neg %[[V2]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V3]] : !lane.t<3xf32>
func.func @recip(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.recip %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @sin
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.cos %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @sin(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.sin %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @cos
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.sin %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.neg %[[V1]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V2]] : !lane.t<3xf32>
func.func @cos(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.cos %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @tan
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 1.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.tan %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.sq %[[V1]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.add %[[V2]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[A1]], %[[V3]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V4]] : !lane.t<3xf32>
func.func @tan(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.tan %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @atan
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 1.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.sq %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.add %[[V1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.div %[[A1]], %[[V2]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V3]] : !lane.t<3xf32>
func.func @atan(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.atan %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @tanh
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 1.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.tanh %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.sq %[[V1]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.sub %[[V0]], %[[V2]] : (!lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[A1]], %[[V3]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V4]] : !lane.t<3xf32>
func.func @tanh(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.tanh %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @atanh
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 1.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.sub %[[V0]], %[[A0]] : (!lane.t<3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.add %[[A0]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.mul %[[V1]], %[[V2]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.div %[[A1]], %[[V3]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V4]] : !lane.t<3xf32>
func.func @atanh(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.atanh %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @sinh
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.cosh %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @sinh(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.sinh %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @cosh
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.sinh %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @cosh(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.cosh %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @asinh
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 1.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.sq %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.add %[[V1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.sqrt %[[V2]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.div %[[A1]], %[[V3]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V4]] : !lane.t<3xf32>
func.func @asinh(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.asinh %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @acosh
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 1.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.sub %[[A0]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.add %[[A0]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.mul %[[V1]], %[[V2]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.sqrt %[[V3]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.div %[[A1]], %[[V4]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V5]] : !lane.t<3xf32>
func.func @acosh(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.acosh %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @sigmoid
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.sigmoid %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.neg %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.sigmoid %[[V1]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.mul %[[V0]], %[[V2]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[A1]], %[[V3]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V4]] : !lane.t<3xf32>
func.func @sigmoid(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.sigmoid %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @softplus
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.sigmoid %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @softplus(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.softplus %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @log_sigmoid
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.neg %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.sigmoid %[[V0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.mul %[[A1]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V2]] : !lane.t<3xf32>
func.func @log_sigmoid(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.log_sigmoid %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @relu
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.0 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.compare gt %[[A0]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xi1>
// CHECK-NEXT: %[[V2:.*]] = lane.select %[[V1]], %[[A1]], %[[V0]] : (!lane.t<3xi1>, !lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V2]] : !lane.t<3xf32>
func.func @relu(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.relu %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @lgamma
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.digamma %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[A1]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V1]] : !lane.t<3xf32>
func.func @lgamma(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.lgamma %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @erf
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 1.1283791670955126 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.sq %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.neg %[[V1]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.exp %[[V2]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[V3]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.mul %[[A1]], %[[V4]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V5]] : !lane.t<3xf32>
func.func @erf(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.erf %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @erfc
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const -1.1283791670955126 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.sq %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.neg %[[V1]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.exp %[[V2]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[V3]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.mul %[[A1]], %[[V4]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V5]] : !lane.t<3xf32>
func.func @erfc(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.erfc %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @erfinv
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 0.8862269254527579 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.erfinv %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V2:.*]] = lane.sq %[[V1]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.exp %[[V2]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[V3]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.mul %[[A1]], %[[V4]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V5]] : !lane.t<3xf32>
func.func @erfinv(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.erfinv %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}

// CHECK-LABEL: @ndtri
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.const 2.5066282746310002 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.const 0.5 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V2:.*]] = lane.ndtri %[[A0]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V3:.*]] = lane.sq %[[V2]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V4:.*]] = lane.mul %[[V3]], %[[V1]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V5:.*]] = lane.exp %[[V4]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V6:.*]] = lane.mul %[[V5]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V7:.*]] = lane.mul %[[A1]], %[[V6]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: return %[[V7]] : !lane.t<3xf32>
func.func @ndtri(%x: !lane.t<3xf32>, %c: !lane.t<3xf32>) -> !lane.t<3xf32> {
  %v, %g = lane.vjp [0] (%a = %x : !lane.t<3xf32>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.ndtri %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  return %g : !lane.t<3xf32>
}
