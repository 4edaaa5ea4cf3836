// The gradient of a RealNVP's mean log-density, as one would write it by hand:
// the forward loop keeps what the reverse needs, the reverse computes each
// layer's three adjoints of weights and three of activations and no product
// again, and halves are put together by one concat.
// RUN: rill-opt %s --lane-pipeline | FileCheck %s

// CHECK-LABEL: func.func @loss
// CHECK: lane.loop 8 (
// CHECK-COUNT-3: lane.contract "ab,b->a"
// CHECK: lane.yield {{.*}} : !lane.t<6xf32>, !lane.t<f32>, !lane.t<6xf32>, !lane.t<64xf32>, !lane.t<64xf32>, !lane.t<6xf32>
// CHECK: lane.loop 8 reverse
// CHECK-NOT: {{lane.(pad|spread|vary|contract "ab,b->a")}}
// CHECK: lane.concat 0
// CHECK-NOT: {{lane.(pad|spread|vary|contract "ab,b->a")}}
// CHECK: lane.contract "a,b->ab" {{.*}} batch : (!lane.t<6xf32>, !lane.t<64xf32>)
// CHECK: lane.contract "ab,a->b" {{.*}} : (!lane.t<6x64xf32, inv>, !lane.t<6xf32>)
// CHECK: lane.contract "a,b->ab" {{.*}} batch : (!lane.t<64xf32>, !lane.t<64xf32>)
// CHECK: lane.contract "ab,a->b" {{.*}} : (!lane.t<64x64xf32, inv>, !lane.t<64xf32>)
// CHECK: lane.contract "a,b->ab" {{.*}} batch : (!lane.t<64xf32>, !lane.t<3xf32>)
// CHECK: lane.contract "ab,a->b" {{.*}} : (!lane.t<64x3xf32, inv>, !lane.t<64xf32>)
// CHECK-NOT: {{lane.(pad|spread|vary|contract)}}
// CHECK: lane.concat 0
// CHECK-NOT: {{lane.(pad|spread|vary|contract)}}
// CHECK: return

func.func @nvp(%x: !lane.t<6xf32>, %W1: !lane.t<8x64x3xf32, inv>, %b1: !lane.t<8x64xf32, inv>, %W2: !lane.t<8x64x64xf32, inv>, %b2: !lane.t<8x64xf32, inv>, %W3: !lane.t<8x6x64xf32, inv>, %b3: !lane.t<8x6xf32, inv>) -> !lane.t<f32> {
  %z0 = lane.const 0.0 : !lane.t<f32, inv>
  %z = lane.vary %z0 : (!lane.t<f32, inv>) -> !lane.t<f32>
  %y:2 = lane.loop 8 (%i) inits(%v = %x : !lane.t<6xf32>, %ld = %z : !lane.t<f32>) xs(%w1 = %W1 : !lane.t<8x64x3xf32, inv>, %c1 = %b1: !lane.t<8x64xf32, inv>, %w2 = %W2: !lane.t<8x64x64xf32, inv>, %c2 = %b2: !lane.t<8x64xf32, inv>, %w3 = %W3: !lane.t<8x6x64xf32, inv>, %c3 = %b3: !lane.t<8x6xf32, inv>) -> (!lane.t<6xf32>, !lane.t<f32>) {
    %a = lane.slice %v [0] [3] [1] : (!lane.t<6xf32>) -> !lane.t<3xf32>
    %b = lane.slice %v [3] [3] [1] : (!lane.t<6xf32>) -> !lane.t<3xf32>
    %h0 = lane.contract "ij,j->i" %w1, %a : (!lane.t<64x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<64xf32>
    %h1 = lane.add %h0, %c1 : (!lane.t<64xf32>, !lane.t<64xf32, inv>) -> !lane.t<64xf32>
    %h = lane.relu %h1 : (!lane.t<64xf32>) -> !lane.t<64xf32>
    %g0 = lane.contract "ij,j->i" %w2, %h : (!lane.t<64x64xf32, inv>, !lane.t<64xf32>) -> !lane.t<64xf32>
    %g1 = lane.add %g0, %c2 : (!lane.t<64xf32>, !lane.t<64xf32, inv>) -> !lane.t<64xf32>
    %g = lane.relu %g1 : (!lane.t<64xf32>) -> !lane.t<64xf32>
    %p0 = lane.contract "ij,j->i" %w3, %g : (!lane.t<6x64xf32, inv>, !lane.t<64xf32>) -> !lane.t<6xf32>
    %p = lane.add %p0, %c3 : (!lane.t<6xf32>, !lane.t<6xf32, inv>) -> !lane.t<6xf32>
    %s0 = lane.slice %p [0] [3] [1] : (!lane.t<6xf32>) -> !lane.t<3xf32>
    %m = lane.slice %p [3] [3] [1] : (!lane.t<6xf32>) -> !lane.t<3xf32>
    %s = lane.tanh %s0 : (!lane.t<3xf32>) -> !lane.t<3xf32>
    %e = lane.exp %s : (!lane.t<3xf32>) -> !lane.t<3xf32>
    %be = lane.mul %b, %e : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    %bn = lane.add %be, %m : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    %q = lane.reduce sum %s [0] : (!lane.t<3xf32>) -> !lane.t<f32>
    %ld2 = lane.add %ld, %q : (!lane.t<f32>, !lane.t<f32>) -> !lane.t<f32>
    %v2 = lane.concat 0 %bn, %a : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<6xf32>
    lane.yield %v2, %ld2 : !lane.t<6xf32>, !lane.t<f32>
  }
  %zz = lane.sq %y#0 : (!lane.t<6xf32>) -> !lane.t<6xf32>
  %n = lane.reduce sum %zz [0] : (!lane.t<6xf32>) -> !lane.t<f32>
  %k = lane.const -0.5 : !lane.t<f32, inv>
  %nn = lane.mul %n, %k : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<f32>
  %lp = lane.add %nn, %y#1 : (!lane.t<f32>, !lane.t<f32>) -> !lane.t<f32>
  return %lp : !lane.t<f32>
}
func.func @loss(%x: !lane.t<6xf32>, %W1: !lane.t<8x64x3xf32, inv>, %b1: !lane.t<8x64xf32, inv>, %W2: !lane.t<8x64x64xf32, inv>, %b2: !lane.t<8x64xf32, inv>, %W3: !lane.t<8x6x64xf32, inv>, %b3: !lane.t<8x6xf32, inv>) -> (!lane.t<f32, inv>, !lane.t<8x64x3xf32, inv>, !lane.t<8x64xf32, inv>, !lane.t<8x64x64xf32, inv>, !lane.t<8x64xf32, inv>, !lane.t<8x6x64xf32, inv>, !lane.t<8x6xf32, inv>) {
  %one = lane.const 1 : !lane.t<f32, inv>
  %r:7 = lane.vjp [1, 2, 3, 4, 5, 6] (%ax = %x : !lane.t<6xf32>, %aW1 = %W1 : !lane.t<8x64x3xf32, inv>, %ab1 = %b1: !lane.t<8x64xf32, inv>, %aW2 = %W2: !lane.t<8x64x64xf32, inv>, %ab2 = %b2: !lane.t<8x64xf32, inv>, %aW3 = %W3: !lane.t<8x6x64xf32, inv>, %ab3 = %b3: !lane.t<8x6xf32, inv>) seeds(%one : !lane.t<f32, inv>) -> (!lane.t<f32, inv> | !lane.t<8x64x3xf32, inv>, !lane.t<8x64xf32, inv>, !lane.t<8x64x64xf32, inv>, !lane.t<8x64xf32, inv>, !lane.t<8x6x64xf32, inv>, !lane.t<8x6xf32, inv>) {
    %lp = func.call @nvp(%ax, %aW1, %ab1, %aW2, %ab2, %aW3, %ab3) : (!lane.t<6xf32>, !lane.t<8x64x3xf32, inv>, !lane.t<8x64xf32, inv>, !lane.t<8x64x64xf32, inv>, !lane.t<8x64xf32, inv>, !lane.t<8x6x64xf32, inv>, !lane.t<8x6xf32, inv>) -> !lane.t<f32>
    %s = lane.reduce_batch sum %lp : (!lane.t<f32>) -> !lane.t<f32, inv>
    %n = lane.batch_size : !lane.t<f32, inv>
    %d = lane.div %s, %n : (!lane.t<f32, inv>, !lane.t<f32, inv>) -> !lane.t<f32, inv>
    %e = lane.neg %d : (!lane.t<f32, inv>) -> !lane.t<f32, inv>
    lane.yield %e : !lane.t<f32, inv>
  }
  return %r#0, %r#1, %r#2, %r#3, %r#4, %r#5, %r#6 : !lane.t<f32, inv>, !lane.t<8x64x3xf32, inv>, !lane.t<8x64xf32, inv>, !lane.t<8x64x64xf32, inv>, !lane.t<8x64xf32, inv>, !lane.t<8x6x64xf32, inv>, !lane.t<8x6xf32, inv>
}
