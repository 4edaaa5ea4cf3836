// Every operation's written form is read back as it was printed.
// RUN: rill-opt %s | rill-opt | FileCheck %s

// CHECK-LABEL: @types
// CHECK-SAME: !lane.t<2x3xf32>, %{{.*}}: !lane.t<f64, inv>, %{{.*}}: !lane.t<4xi32>, %{{.*}}: !lane.t<i1, inv>
func.func @types(%a: !lane.t<2x3xf32>, %b: !lane.t<f64, inv>, %c: !lane.t<4xi32>, %d: !lane.t<i1, inv>) {
  return
}

// CHECK-LABEL: @constants
func.func @constants() {
  // CHECK: lane.const 0.5 : !lane.t<3xf32, inv>
  %0 = lane.const 0.5 : !lane.t<3xf32, inv>
  // CHECK: lane.const -0.0
  %1 = lane.const -0.0 : !lane.t<f32, inv>
  // CHECK: lane.const -inf
  %2 = lane.const -inf : !lane.t<f32, inv>
  // CHECK: lane.const nan
  %3 = lane.const nan : !lane.t<f64, inv>
  // CHECK: lane.const -7 : !lane.t<i32, inv>
  %4 = lane.const -7 : !lane.t<i32, inv>
  // CHECK: lane.const elements dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf64> : !lane.t<2xf32, inv>
  %5 = lane.const elements dense<[1.0, 2.0]> : tensor<2xf64> : !lane.t<2xf32, inv>
  // CHECK: lane.const elements dense<[true, false]> : tensor<2xi1> : !lane.t<2xi1, inv>
  %6 = lane.const elements dense<[true, false]> : tensor<2xi1> : !lane.t<2xi1, inv>
  // CHECK: lane.const 2147483647 : !lane.t<i32, inv>
  %i = lane.const 2147483647 : !lane.t<i32, inv>
  // Digits are the fewest that read back as the same f64.
  // CHECK: lane.const 2147483647.0 : !lane.t<f64, inv>
  %f = lane.const 2147483647.0 : !lane.t<f64, inv>
  // CHECK: lane.const 0.1 : !lane.t<f32, inv>
  %g = lane.const 0.1 : !lane.t<f32, inv>
  // CHECK: lane.const 1.0e-300 : !lane.t<f64, inv>
  %h = lane.const 1.0e-300 : !lane.t<f64, inv>
  // CHECK: lane.iota 1 : !lane.t<2x3xi32, inv>
  %7 = lane.iota 1 : !lane.t<2x3xi32, inv>
  // CHECK: lane.batch_size : !lane.t<f32, inv>
  %8 = lane.batch_size : !lane.t<f32, inv>
  // CHECK: lane.draw normal 7 per_sample : () -> !lane.t<2xf32>
  %9 = lane.draw normal 7 per_sample : () -> !lane.t<2xf32>
  // CHECK: lane.draw bits 8 %{{.*}} : (!lane.t<i32, inv>) -> !lane.t<i32, inv>
  %10 = lane.draw bits 8 %4 : (!lane.t<i32, inv>) -> !lane.t<i32, inv>
  return
}

// CHECK-LABEL: @elementwise
func.func @elementwise(%x: !lane.t<2xf32>, %w: !lane.t<2xf32, inv>) {
  // CHECK: lane.add %{{.*}}, %{{.*}} : (!lane.t<2xf32>, !lane.t<2xf32, inv>) -> !lane.t<2xf32>
  %0 = lane.add %x, %w : (!lane.t<2xf32>, !lane.t<2xf32, inv>) -> !lane.t<2xf32>
  // CHECK: lane.compare le %{{.*}}, %{{.*}} : (!lane.t<2xf32>, !lane.t<2xf32, inv>) -> !lane.t<2xi1>
  %1 = lane.compare le %x, %w : (!lane.t<2xf32>, !lane.t<2xf32, inv>) -> !lane.t<2xi1>
  // CHECK: lane.select
  %2 = lane.select %1, %x, %w : (!lane.t<2xi1>, !lane.t<2xf32>, !lane.t<2xf32, inv>) -> !lane.t<2xf32>
  // CHECK: lane.convert %{{.*}} : (!lane.t<2xi1>) -> !lane.t<2xf32>
  %3 = lane.convert %1 : (!lane.t<2xi1>) -> !lane.t<2xf32>
  return
}

// CHECK-LABEL: @shapes
func.func @shapes(%x: !lane.t<2x3xf32>, %t: !lane.t<5x2xf32, inv>, %k: !lane.t<4xi32>, %i: !lane.t<i32, inv>) {
  // CHECK: lane.spread %{{.*}} [0, 2] : (!lane.t<2x3xf32>) -> !lane.t<2x4x3xf32>
  %0 = lane.spread %x [0, 2] : (!lane.t<2x3xf32>) -> !lane.t<2x4x3xf32>
  // CHECK: lane.reshape %{{.*}} : (!lane.t<2x3xf32>) -> !lane.t<6xf32>
  %1 = lane.reshape %x : (!lane.t<2x3xf32>) -> !lane.t<6xf32>
  // CHECK: lane.permute %{{.*}} [1, 0]
  %2 = lane.permute %x [1, 0] : (!lane.t<2x3xf32>) -> !lane.t<3x2xf32>
  // CHECK: lane.slice %{{.*}} [0, 1] [2, 1] [1, 2]
  %3 = lane.slice %x [0, 1] [2, 1] [1, 2] : (!lane.t<2x3xf32>) -> !lane.t<2x1xf32>
  // CHECK: lane.pad %{{.*}} [1, 0] [0, 2] [1, 0] : (!lane.t<2x3xf32>) -> !lane.t<4x5xf32>
  %4 = lane.pad %x [1, 0] [0, 2] [1, 0] : (!lane.t<2x3xf32>) -> !lane.t<4x5xf32>
  // CHECK: lane.concat 1 %{{.*}}, %{{.*}} : (!lane.t<2x3xf32>, !lane.t<2x1xf32>) -> !lane.t<2x4xf32>
  %5 = lane.concat 1 %x, %3 : (!lane.t<2x3xf32>, !lane.t<2x1xf32>) -> !lane.t<2x4xf32>
  // CHECK: lane.gather 1 %{{.*}} [2, 0, 2, 1]
  %6 = lane.gather 1 %x [2, 0, 2, 1] : (!lane.t<2x3xf32>) -> !lane.t<2x4xf32>
  // CHECK: lane.scatter_add 1 %{{.*}} [4, 4, 0]
  %7 = lane.scatter_add 1 %x [4, 4, 0] : (!lane.t<2x3xf32>) -> !lane.t<2x5xf32>
  // CHECK: lane.reverse %{{.*}} [1]
  %8 = lane.reverse %x [1] : (!lane.t<2x3xf32>) -> !lane.t<2x3xf32>
  // CHECK: lane.lookup %{{.*}}, %{{.*}} : (!lane.t<5x2xf32, inv>, !lane.t<4xi32>) -> !lane.t<4x2xf32>
  %9 = lane.lookup %t, %k : (!lane.t<5x2xf32, inv>, !lane.t<4xi32>) -> !lane.t<4x2xf32>
  // CHECK: lane.lookup_add %{{.*}}, %{{.*}} : (!lane.t<4xi32>, !lane.t<4x2xf32>) -> !lane.t<5x2xf32, inv>
  %10 = lane.lookup_add %k, %9 : (!lane.t<4xi32>, !lane.t<4x2xf32>) -> !lane.t<5x2xf32, inv>
  // CHECK: lane.take 0 %{{.*}}, %{{.*}} : (!lane.t<2x3xf32>, !lane.t<i32, inv>) -> !lane.t<3xf32>
  %11 = lane.take 0 %x, %i : (!lane.t<2x3xf32>, !lane.t<i32, inv>) -> !lane.t<3xf32>
  return
}

// CHECK-LABEL: @sums
func.func @sums(%x: !lane.t<2x3xf32>, %a: !lane.t<3x3xf32, inv>, %b: !lane.t<3xf32>) {
  // CHECK: lane.reduce logsumexp %{{.*}} [0, 1] : (!lane.t<2x3xf32>) -> !lane.t<f32>
  %0 = lane.reduce logsumexp %x [0, 1] : (!lane.t<2x3xf32>) -> !lane.t<f32>
  // CHECK: lane.cumsum 1 reverse exclusive %{{.*}} :
  %1 = lane.cumsum 1 reverse exclusive %x : (!lane.t<2x3xf32>) -> !lane.t<2x3xf32>
  // CHECK: lane.contract "ab,b->a" %{{.*}}, %{{.*}} : (!lane.t<2x3xf32>, !lane.t<3xf32>) -> !lane.t<2xf32>
  %2 = lane.contract "ab,b->a" %x, %b : (!lane.t<2x3xf32>, !lane.t<3xf32>) -> !lane.t<2xf32>
  // CHECK: lane.contract "a,b->ab" %{{.*}}, %{{.*}} batch : (!lane.t<2xf32>, !lane.t<3xf32>) -> !lane.t<2x3xf32, inv>
  %3 = lane.contract "a,b->ab" %2, %b batch : (!lane.t<2xf32>, !lane.t<3xf32>) -> !lane.t<2x3xf32, inv>
  // CHECK: lane.tri_solve %{{.*}}, %{{.*}} {lower, unit}
  %4 = lane.tri_solve %a, %b {lower, unit} : (!lane.t<3x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<3xf32>
  // CHECK: lane.reduce_batch max %{{.*}} : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
  %5 = lane.reduce_batch max %b : (!lane.t<3xf32>) -> !lane.t<3xf32, inv>
  // CHECK: lane.vary %{{.*}} : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  %6 = lane.vary %5 : (!lane.t<3xf32, inv>) -> !lane.t<3xf32>
  return
}

// CHECK-LABEL: @loop
func.func @loop(%x: !lane.t<3xf32>, %w: !lane.t<8x3xf32, inv>, %k: !lane.t<3xf32, inv>) -> (!lane.t<3xf32>, !lane.t<8x3xf32>) {
  // CHECK: lane.loop 8 reverse (%[[I:.*]]) consts(%[[C:.*]] = %{{.*}} : !lane.t<3xf32, inv>) inits(%[[V:.*]] = %{{.*}} : !lane.t<3xf32>) xs(%[[S:.*]] = %{{.*}} : !lane.t<8x3xf32, inv>) -> (!lane.t<3xf32> | !lane.t<8x3xf32>) {
  // CHECK: lane.yield %{{.*}}, %[[V]] : !lane.t<3xf32>, !lane.t<3xf32>
  %f, %y = lane.loop 8 reverse (%i) consts(%c = %k : !lane.t<3xf32, inv>) inits(%v = %x : !lane.t<3xf32>) xs(%s = %w : !lane.t<8x3xf32, inv>) -> (!lane.t<3xf32> | !lane.t<8x3xf32>) {
    %0 = lane.mul %v, %c : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
    %1 = lane.add %0, %s : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
    lane.yield %1, %v : !lane.t<3xf32>, !lane.t<3xf32>
  }
  // A map: nothing carried.
  // CHECK: lane.loop 8 (%{{.*}}) xs({{.*}}) -> (| !lane.t<8x3xf32>) {
  %z = lane.loop 8 (%i) xs(%s = %y : !lane.t<8x3xf32>) -> (| !lane.t<8x3xf32>) {
    lane.yield %s : !lane.t<3xf32>
  }
  return %f, %z : !lane.t<3xf32>, !lane.t<8x3xf32>
}

// CHECK-LABEL: @calculus
func.func @calculus(%x: !lane.t<3xf32>, %w: !lane.t<3xf32, inv>, %c: !lane.t<3xf32>) {
  // CHECK: lane.vjp [0, 1] (%{{.*}} = %{{.*}} : !lane.t<3xf32>, %{{.*}} = %{{.*}} : !lane.t<3xf32, inv>) seeds(%{{.*}} : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32, inv>) {
  %v, %d:2 = lane.vjp [0, 1] (%a = %x : !lane.t<3xf32>, %b = %w : !lane.t<3xf32, inv>) seeds(%c : !lane.t<3xf32>) -> (!lane.t<3xf32> | !lane.t<3xf32>, !lane.t<3xf32, inv>) {
    %0 = lane.mul %a, %b : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  // CHECK: lane.jvp [1] ({{.*}}) seeds(%{{.*}} : !lane.t<3xf32, inv>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
  %u, %t = lane.jvp [1] (%a = %x : !lane.t<3xf32>, %b = %w : !lane.t<3xf32, inv>) seeds(%w : !lane.t<3xf32, inv>) -> (!lane.t<3xf32> | !lane.t<3xf32>) {
    %0 = lane.mul %a, %b : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  // CHECK: lane.divergence(%{{.*}}, %{{.*}}) : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> (!lane.t<3xf32>, !lane.t<f32>) {
  // CHECK-NEXT: ^bb0(%{{.*}}: !lane.t<3xf32>, %{{.*}}: !lane.t<3xf32, inv>):
  %f, %g = lane.divergence(%x, %w) : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> (!lane.t<3xf32>, !lane.t<f32>) {
  ^bb0(%a: !lane.t<3xf32>, %b: !lane.t<3xf32, inv>):
    %0 = lane.mul %a, %b : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
    lane.yield %0 : !lane.t<3xf32>
  }
  // CHECK: lane.divergence(%{{.*}}) {labels = 1 : i64, xLabels = 1 : i64} : (!lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  %h, %k = lane.divergence(%x) {labels = 1 : i64, xLabels = 1 : i64} : (!lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  ^bb0(%a: !lane.t<3xf32>):
    lane.yield %a : !lane.t<3xf32>
  }
  return
}

// CHECK-LABEL: @while
func.func @while(%x: !lane.t<f32>, %l: !lane.t<i1>) -> !lane.t<f32> {
  // CHECK: lane.yield %{{.*}}, %{{.*}} : !lane.t<f32>, !lane.t<i1> while %{{.*}} : !lane.t<i1>
  %f:2 = lane.loop 8 (%i) inits(%v = %x : !lane.t<f32>, %live = %l : !lane.t<i1>) -> (!lane.t<f32>, !lane.t<i1>) {
    %0 = lane.mul %v, %v : (!lane.t<f32>, !lane.t<f32>) -> !lane.t<f32>
    %1 = lane.compare lt %0, %v : (!lane.t<f32>, !lane.t<f32>) -> !lane.t<i1>
    lane.yield %0, %1 : !lane.t<f32>, !lane.t<i1> while %live : !lane.t<i1>
  }
  return %f#0 : !lane.t<f32>
}
