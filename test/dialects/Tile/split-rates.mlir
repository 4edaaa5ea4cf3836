// RUN: rill-opt %s --lane-split-rates | FileCheck %s
// One loop of mixed rates becomes three: the chart of the parameter before, the
// varying work and bare batch sums, the chart's adjoint after.

// CHECK-LABEL: func.func @mixed
// CHECK:      lane.loop 4 {{.*}} -> (| !lane.t<4x2xf32, inv>)
// CHECK:        lane.exp
// CHECK-NOT:    lane.reduce_batch
// CHECK:      lane.loop 4 {{.*}} -> (!lane.t<2xf32> | !lane.t<4x2xf32, inv>)
// CHECK-NOT:    lane.exp
// CHECK:        lane.reduce_batch sum
// CHECK:        lane.yield
// CHECK:      lane.loop 4 {{.*}} -> (| !lane.t<4x2xf32, inv>)
// CHECK-NOT:    lane.reduce_batch
// CHECK:        lane.mul {{.*}} -> !lane.t<2xf32, inv>
func.func @mixed(%x: !lane.t<2xf32>, %s: !lane.t<4x2xf32, inv>)
    -> (!lane.t<2xf32>, !lane.t<4x2xf32, inv>) {
  %y, %g = lane.loop 4 (%i) inits(%v = %x : !lane.t<2xf32>)
      xs(%r = %s : !lane.t<4x2xf32, inv>)
      -> (!lane.t<2xf32> | !lane.t<4x2xf32, inv>) {
    %e = lane.exp %r : (!lane.t<2xf32, inv>) -> !lane.t<2xf32, inv>
    %u = lane.mul %v, %e : (!lane.t<2xf32>, !lane.t<2xf32, inv>) -> !lane.t<2xf32>
    %b = lane.reduce_batch sum %u : (!lane.t<2xf32>) -> !lane.t<2xf32, inv>
    %a = lane.mul %b, %e : (!lane.t<2xf32, inv>, !lane.t<2xf32, inv>) -> !lane.t<2xf32, inv>
    lane.yield %u, %a : !lane.t<2xf32>, !lane.t<2xf32, inv>
  }
  return %y, %g : !lane.t<2xf32>, !lane.t<4x2xf32, inv>
}
