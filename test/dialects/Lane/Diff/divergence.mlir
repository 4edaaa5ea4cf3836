// Closed forms of divergences, and where tangents are taken instead.
// RUN: rill-opt %s --lane-clean --lane-differentiate --lane-clean | FileCheck %s

!X = !lane.t<3xf32>
!H = !lane.t<16xf32>
!A = !lane.t<16x3xf32, inv>
!B = !lane.t<16x16xf32, inv>
!C = !lane.t<3x16xf32, inv>
!S = !lane.t<f32>

// sum_h (sum_i C[i, h] A[h, i]) (1 - tanh^2), and no tangent.
// CHECK-LABEL: @one_hidden(
// CHECK-SAME: %[[X:.*]]: !lane.t<3xf32>, %[[A:.*]]: !lane.t<16x3xf32, inv>, %[[C:.*]]: !lane.t<3x16xf32, inv>)
// CHECK: lane.contract "ab,b->a" %[[A]], %[[X]]
// CHECK: %[[W:.*]] = lane.contract "ab,ba->a" %[[A]], %[[C]]
// CHECK: %[[P:.*]] = lane.mul %[[W]], %{{.*}} : (!lane.t<16xf32, inv>, !lane.t<16xf32>) -> !lane.t<16xf32>
// CHECK: %[[D:.*]] = lane.reduce sum %[[P]] [0]
// CHECK: return %[[D]]
func.func @one_hidden(%p: !X, %a: !A, %c: !C) -> !S {
  %v, %d = lane.divergence(%p, %a, %c) : (!X, !A, !C) -> (!X, !S) {
  ^bb0(%x: !X, %w: !A, %u: !C):
    %0 = lane.contract "ab,b->a" %w, %x : (!A, !X) -> !H
    %1 = lane.tanh %0 : (!H) -> !H
    %2 = lane.contract "ab,b->a" %u, %1 : (!C, !H) -> !X
    lane.yield %2 : !X
  }
  return %d : !S
}

// The joint matrix does not depend on the step: it is made once.
// CHECK-LABEL: @two_hidden_in_a_loop
// CHECK: %[[J:.*]] = lane.contract "ab,bc->ac"
// CHECK: %[[T:.*]] = lane.permute %[[J]]
// CHECK: %[[M:.*]] = lane.mul %{{.*}}, %[[T]] : (!lane.t<16x16xf32, inv>
// CHECK: lane.loop 4 {{.*}} consts({{.*}}%[[I:arg[0-9]+]] = %[[M]]
// CHECK-COUNT-3: lane.contract "ab,b->a"
// CHECK: lane.contract "ab,b->a" %[[I]]
// CHECK-NOT: lane.contract
// CHECK: return
func.func @two_hidden_in_a_loop(%p: !X, %z: !S, %a: !A, %b: !B, %c: !C) -> !S {
  %f, %l = lane.loop 4 (%i) consts(%e = %a : !A, %g = %b : !B, %h = %c : !C) inits(%q = %p : !X, %s = %z : !S) -> (!X, !S) {
    %v, %d = lane.divergence(%q, %e, %g, %h) : (!X, !A, !B, !C) -> (!X, !S) {
    ^bb0(%x: !X, %w: !A, %m: !B, %u: !C):
      %0 = lane.contract "ab,b->a" %w, %x : (!A, !X) -> !H
      %1 = lane.tanh %0 : (!H) -> !H
      %2 = lane.contract "ab,b->a" %m, %1 : (!B, !H) -> !H
      %3 = lane.tanh %2 : (!H) -> !H
      %4 = lane.contract "ab,b->a" %u, %3 : (!C, !H) -> !X
      lane.yield %4 : !X
    }
    %n = lane.add %s, %d : (!S, !S) -> !S
    lane.yield %v, %n : !X, !S
  }
  return %l : !S
}

// The Laplacian of n tanh(A x): its gradient A^T (n (1 - tanh^2)) is a field of
// one hidden layer. The second contraction is the adjoint of the dot product.
// CHECK-LABEL: @laplacian
// CHECK: lane.contract "ab,b->a"
// CHECK: lane.contract "a,->a"
// CHECK: lane.contract "ab,ba->a" {{.*}} -> !lane.t<16xf32, inv>
// CHECK-NOT: lane.contract
// CHECK: return
func.func @laplacian(%p: !X, %a: !A, %n: !lane.t<16xf32, inv>, %one: !S) -> !S {
  %v, %d = lane.divergence(%p, %a, %n, %one) : (!X, !A, !lane.t<16xf32, inv>, !S) -> (!X, !S) {
  ^bb0(%x: !X, %w: !A, %m: !lane.t<16xf32, inv>, %s: !S):
    %e, %g = lane.vjp [0] (%y = %x : !X, %u = %w : !A, %k = %m : !lane.t<16xf32, inv>) seeds(%s : !S) -> (!S | !X) {
      %0 = lane.contract "ab,b->a" %u, %y : (!A, !X) -> !H
      %1 = lane.tanh %0 : (!H) -> !H
      %2 = lane.contract "a,a->" %k, %1 : (!lane.t<16xf32, inv>, !H) -> !S
      lane.yield %2 : !S
    }
    lane.yield %g : !X
  }
  return %d : !S
}

// Three diagonals between matrices: the value's four products, and four for each
// of three elements.
// CHECK-LABEL: @three_hidden
// CHECK-COUNT-16: lane.contract "ab,b->a"
// CHECK-NOT: lane.contract
// CHECK: return
func.func @three_hidden(%p: !X, %a: !A, %b: !B, %c: !C) -> (!X, !S) {
  %v, %d = lane.divergence(%p, %a, %b, %c) : (!X, !A, !B, !C) -> (!X, !S) {
  ^bb0(%x: !X, %w: !A, %m: !B, %u: !C):
    %0 = lane.contract "ab,b->a" %w, %x : (!A, !X) -> !H
    %1 = lane.tanh %0 : (!H) -> !H
    %2 = lane.contract "ab,b->a" %m, %1 : (!B, !H) -> !H
    %3 = lane.tanh %2 : (!H) -> !H
    %4 = lane.contract "ab,b->a" %m, %3 : (!B, !H) -> !H
    %5 = lane.tanh %4 : (!H) -> !H
    %6 = lane.contract "ab,b->a" %u, %5 : (!C, !H) -> !X
    lane.yield %6 : !X
  }
  return %v, %d : !X, !S
}

// A weight of each sample's own: the joint matrix would take 16 x 3 x 16 for
// every sample, tangents 3 x (16 x 16 + 16 x 3).
// CHECK-LABEL: @varying_weight
// CHECK-NOT: "ab,bc->ac"
// CHECK: return
func.func @varying_weight(%p: !X, %a: !lane.t<16x3xf32>, %b: !B, %c: !C) -> !S {
  %v, %d = lane.divergence(%p, %a, %b, %c) : (!X, !lane.t<16x3xf32>, !B, !C) -> (!X, !S) {
  ^bb0(%x: !X, %w: !lane.t<16x3xf32>, %m: !B, %u: !C):
    %0 = lane.contract "ab,b->a" %w, %x : (!lane.t<16x3xf32>, !X) -> !H
    %1 = lane.tanh %0 : (!H) -> !H
    %2 = lane.contract "ab,b->a" %m, %1 : (!B, !H) -> !H
    %3 = lane.tanh %2 : (!H) -> !H
    %4 = lane.contract "ab,b->a" %u, %3 : (!C, !H) -> !X
    lane.yield %4 : !X
  }
  return %d : !S
}

// One element: one tangent, with no joint matrix to make.
// CHECK-LABEL: @one_element
// CHECK-NOT: "ab,bc->ac"
// CHECK: return
func.func @one_element(%p: !lane.t<1xf32>, %a: !lane.t<16x1xf32, inv>, %b: !B, %c: !lane.t<1x16xf32, inv>) -> !S {
  %v, %d = lane.divergence(%p, %a, %b, %c) : (!lane.t<1xf32>, !lane.t<16x1xf32, inv>, !B, !lane.t<1x16xf32, inv>) -> (!lane.t<1xf32>, !S) {
  ^bb0(%x: !lane.t<1xf32>, %w: !lane.t<16x1xf32, inv>, %m: !B, %u: !lane.t<1x16xf32, inv>):
    %0 = lane.contract "ab,b->a" %w, %x : (!lane.t<16x1xf32, inv>, !lane.t<1xf32>) -> !H
    %1 = lane.tanh %0 : (!H) -> !H
    %2 = lane.contract "ab,b->a" %m, %1 : (!B, !H) -> !H
    %3 = lane.tanh %2 : (!H) -> !H
    %4 = lane.contract "ab,b->a" %u, %3 : (!lane.t<1x16xf32, inv>, !H) -> !lane.t<1xf32>
    lane.yield %4 : !lane.t<1xf32>
  }
  return %d : !S
}

// One divergence for each index of the value, by tangents.
// CHECK-LABEL: @indexed
// CHECK: return %{{.*}} : !lane.t<2xf32>
func.func @indexed(%p: !X, %n: !lane.t<2x3xf32, inv>) -> !lane.t<2xf32> {
  %v, %d = lane.divergence(%p, %n) {labels = 1 : i64} : (!X, !lane.t<2x3xf32, inv>) -> (!lane.t<2x3xf32>, !lane.t<2xf32>) {
  ^bb0(%x: !X, %m: !lane.t<2x3xf32, inv>):
    %0 = lane.sin %x : (!X) -> !X
    %1 = lane.spread %0 [1] : (!X) -> !lane.t<2x3xf32>
    %2 = lane.mul %1, %m : (!lane.t<2x3xf32>, !lane.t<2x3xf32, inv>) -> !lane.t<2x3xf32>
    lane.yield %2 : !lane.t<2x3xf32>
  }
  return %d : !lane.t<2xf32>
}
