// Loops keep only what changes and is used.
// RUN: rill-opt %s --lane-simplify-loops --cse --canonicalize | FileCheck %s

// A carried value that no used result needs.
// CHECK-LABEL: @dead_carry
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[FINALS:.*]] = lane.loop 4 (%[[ARG2:.*]]) inits(%[[ARG3:.*]] = %[[A0]] : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
// CHECK-NEXT: %[[V0:.*]] = lane.exp %[[ARG3]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V0]] : !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[FINALS]] : !lane.t<3xf32>
func.func @dead_carry(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %f:2 = lane.loop 4 (%i) inits(%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.exp %a : (!lane.t<3xf32>) -> !lane.t<3xf32>
    %1 = lane.mul %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0, %1 : !lane.t<3xf32>, !lane.t<3xf32>
  }
  return %f#0 : !lane.t<3xf32>
}

// One that is needed though its end is not used.
// CHECK-LABEL: @needed_carry
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[FINALS:.*]]:2 = lane.loop 4 (%[[ARG2:.*]]) inits(%[[ARG3:.*]] = %[[A0]] : !lane.t<3xf32>, %[[ARG4:.*]] = %[[A1]] : !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
// CHECK-NEXT: %[[V0:.*]] = lane.mul %[[ARG3]], %[[ARG4]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.exp %[[ARG4]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V0]], %[[V1]] : !lane.t<3xf32>, !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[FINALS]]#0 : !lane.t<3xf32>
func.func @needed_carry(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %f:2 = lane.loop 4 (%i) inits(%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.mul %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    %1 = lane.exp %b : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0, %1 : !lane.t<3xf32>, !lane.t<3xf32>
  }
  return %f#0 : !lane.t<3xf32>
}

// One that never changes is a const.
// CHECK-LABEL: @unchanging_carry
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[FINALS:.*]] = lane.loop 4 (%[[ARG2:.*]]) consts(%[[ARG3:.*]] = %[[A1]] : !lane.t<3xf32>) inits(%[[ARG4:.*]] = %[[A0]] : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
// CHECK-NEXT: %[[V0:.*]] = lane.mul %[[ARG4]], %[[ARG3]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V0]] : !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[FINALS]], %[[A1]] : !lane.t<3xf32>, !lane.t<3xf32>
func.func @unchanging_carry(%x: !lane.t<3xf32>, %y: !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
  %f:2 = lane.loop 4 (%i) inits(%a = %x : !lane.t<3xf32>, %b = %y : !lane.t<3xf32>) -> (!lane.t<3xf32>, !lane.t<3xf32>) {
    %0 = lane.mul %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0, %b : !lane.t<3xf32>, !lane.t<3xf32>
  }
  return %f#0, %f#1 : !lane.t<3xf32>, !lane.t<3xf32>
}

// Stacked results and inputs of no use.
// CHECK-LABEL: @dead_stacks
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<4x3xf32>, %[[A2:.*]]: !lane.t<4x3xf32>
// CHECK: %[[FINALS:.*]] = lane.loop 4 (%[[ARG3:.*]]) inits(%[[ARG4:.*]] = %[[A0]] : !lane.t<3xf32>) xs(%[[ARG5:.*]] = %[[A1]] : !lane.t<4x3xf32>) -> (!lane.t<3xf32>) {
// CHECK-NEXT: %[[V0:.*]] = lane.mul %[[ARG4]], %[[ARG5]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V0]] : !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[FINALS]] : !lane.t<3xf32>
func.func @dead_stacks(%x: !lane.t<3xf32>, %y: !lane.t<4x3xf32>, %z: !lane.t<4x3xf32>) -> (!lane.t<3xf32>) {
  %f, %s:2 = lane.loop 4 (%i) inits(%a = %x : !lane.t<3xf32>) xs(%b = %y : !lane.t<4x3xf32>, %c = %z : !lane.t<4x3xf32>) -> (!lane.t<3xf32> | !lane.t<4x3xf32>, !lane.t<4x3xf32>) {
    %0 = lane.mul %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    %1 = lane.exp %c : (!lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %0, %a, %1 : !lane.t<3xf32>, !lane.t<3xf32>, !lane.t<3xf32>
  }
  return %f : !lane.t<3xf32>
}

// The same stack twice.
// CHECK-LABEL: @equal_operands
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<4x3xf32>
// CHECK: %[[FINALS:.*]] = lane.loop 4 (%[[ARG2:.*]]) inits(%[[ARG3:.*]] = %[[A0]] : !lane.t<3xf32>) xs(%[[ARG4:.*]] = %[[A1]] : !lane.t<4x3xf32>) -> (!lane.t<3xf32>) {
// CHECK-NEXT: %[[V0:.*]] = lane.mul %[[ARG3]], %[[ARG4]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.add %[[V0]], %[[ARG4]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V1]] : !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[FINALS]] : !lane.t<3xf32>
func.func @equal_operands(%x: !lane.t<3xf32>, %y: !lane.t<4x3xf32>) -> (!lane.t<3xf32>) {
  %f = lane.loop 4 (%i) inits(%a = %x : !lane.t<3xf32>) xs(%b = %y : !lane.t<4x3xf32>, %c = %y : !lane.t<4x3xf32>) -> (!lane.t<3xf32>) {
    %0 = lane.mul %a, %b : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    %1 = lane.add %0, %c : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %1 : !lane.t<3xf32>
  }
  return %f : !lane.t<3xf32>
}

// A loop that only copies is gone.
// CHECK-LABEL: @copied_stack
// CHECK-SAME: %[[A0:.*]]: !lane.t<4x3xf32>
// CHECK: return %[[A0]] : !lane.t<4x3xf32>
func.func @copied_stack(%y: !lane.t<4x3xf32>) -> (!lane.t<4x3xf32>) {
  %s = lane.loop 4 (%i) xs(%b = %y : !lane.t<4x3xf32>) -> (| !lane.t<4x3xf32>) {
    lane.yield %b : !lane.t<3xf32>
  }
  return %s : !lane.t<4x3xf32>
}

// A stack of one value is that value repeated.
// CHECK-LABEL: @stacked_const
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[V0:.*]] = lane.spread %[[A0]] [1] : (!lane.t<3xf32>) -> !lane.t<4x3xf32>
// CHECK-NEXT: return %[[V0]] : !lane.t<4x3xf32>
func.func @stacked_const(%k: !lane.t<3xf32>) -> (!lane.t<4x3xf32>) {
  %s = lane.loop 4 (%i) consts(%b = %k : !lane.t<3xf32>) -> (| !lane.t<4x3xf32>) {
    lane.yield %b : !lane.t<3xf32>
  }
  return %s : !lane.t<4x3xf32>
}

// What is the same in every step and for every sample is computed before.
// CHECK-LABEL: @hoisted
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32, inv>
// CHECK: %[[V0:.*]] = lane.exp %[[A1]] : (!lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
// CHECK-NEXT: %[[FINALS:.*]] = lane.loop 4 (%[[ARG2:.*]]) consts(%[[ARG3:.*]] = %[[V0]] : !lane.t<3xf32, inv>) inits(%[[ARG4:.*]] = %[[A0]] : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[ARG4]], %[[ARG3]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V1]] : !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[FINALS]] : !lane.t<3xf32>
func.func @hoisted(%x: !lane.t<3xf32>, %k: !lane.t<3xf32, inv>) -> (!lane.t<3xf32>) {
  %f = lane.loop 4 (%i) consts(%b = %k : !lane.t<3xf32, inv>) inits(%a = %x : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
    %0 = lane.exp %b : (!lane.t<3xf32, inv>) -> !lane.t<3xf32, inv>
    %1 = lane.mul %a, %0 : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
    lane.yield %1 : !lane.t<3xf32>
  }
  return %f : !lane.t<3xf32>
}

// A varying value stays in: it would live through all steps.
// CHECK-LABEL: @not_hoisted
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>, %[[A1:.*]]: !lane.t<3xf32>
// CHECK: %[[FINALS:.*]] = lane.loop 4 (%[[ARG2:.*]]) consts(%[[ARG3:.*]] = %[[A1]] : !lane.t<3xf32>) inits(%[[ARG4:.*]] = %[[A0]] : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
// CHECK-NEXT: %[[V0:.*]] = lane.exp %[[ARG3]] : (!lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[ARG4]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V1]] : !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[FINALS]] : !lane.t<3xf32>
func.func @not_hoisted(%x: !lane.t<3xf32>, %k: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %f = lane.loop 4 (%i) consts(%b = %k : !lane.t<3xf32>) inits(%a = %x : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
    %0 = lane.exp %b : (!lane.t<3xf32>) -> !lane.t<3xf32>
    %1 = lane.mul %a, %0 : (!lane.t<3xf32>, !lane.t<3xf32>) -> !lane.t<3xf32>
    lane.yield %1 : !lane.t<3xf32>
  }
  return %f : !lane.t<3xf32>
}

// A constant stands in the loop itself.
// CHECK-LABEL: @constant_const
// CHECK-SAME: %[[A0:.*]]: !lane.t<3xf32>
// CHECK: %[[FINALS:.*]] = lane.loop 4 (%[[ARG1:.*]]) inits(%[[ARG2:.*]] = %[[A0]] : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
// CHECK-NEXT: %[[V0:.*]] = lane.const 0.5 : !lane.t<3xf32, inv>
// CHECK-NEXT: %[[V1:.*]] = lane.mul %[[ARG2]], %[[V0]] : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
// CHECK-NEXT: lane.yield %[[V1]] : !lane.t<3xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[FINALS]] : !lane.t<3xf32>
func.func @constant_const(%x: !lane.t<3xf32>) -> (!lane.t<3xf32>) {
  %k = lane.const 0.5 : !lane.t<3xf32, inv>
  %f = lane.loop 4 (%i) consts(%b = %k : !lane.t<3xf32, inv>) inits(%a = %x : !lane.t<3xf32>) -> (!lane.t<3xf32>) {
    %1 = lane.mul %a, %b : (!lane.t<3xf32>, !lane.t<3xf32, inv>) -> !lane.t<3xf32>
    lane.yield %1 : !lane.t<3xf32>
  }
  return %f : !lane.t<3xf32>
}

// Who lives is needed though nobody asks for it afterwards; what nothing needs
// goes as ever.
// CHECK-LABEL: @while
// CHECK: lane.loop 4 (%{{.*}}) inits(%[[V:.*]] = %{{.*}} : !lane.t<f32>, %[[LIVE:.*]] = %{{.*}} : !lane.t<i1>) -> (!lane.t<f32>, !lane.t<i1>) {
// CHECK: lane.yield %{{.*}}, %{{.*}} : !lane.t<f32>, !lane.t<i1> while %[[LIVE]] : !lane.t<i1>
func.func @while(%x: !lane.t<f32>, %y: !lane.t<f32>, %l: !lane.t<i1>) -> (!lane.t<f32>) {
  %f:3 = lane.loop 4 (%i) inits(%u = %y : !lane.t<f32>, %v = %x : !lane.t<f32>, %live = %l : !lane.t<i1>) -> (!lane.t<f32>, !lane.t<f32>, !lane.t<i1>) {
    %0 = lane.exp %v : (!lane.t<f32>) -> !lane.t<f32>
    %1 = lane.compare lt %0, %v : (!lane.t<f32>, !lane.t<f32>) -> !lane.t<i1>
    %2 = lane.exp %u : (!lane.t<f32>) -> !lane.t<f32>
    lane.yield %2, %0, %1 : !lane.t<f32>, !lane.t<f32>, !lane.t<i1> while %live : !lane.t<i1>
  }
  return %f#1 : !lane.t<f32>
}

// Two carried values with the same next one end apart: a sample that leaves
// before the first step keeps each.
// CHECK-LABEL: @same_next
// CHECK: %[[F:.*]]:3 = lane.loop
// CHECK: return %[[F]]#0, %[[F]]#1
func.func @same_next(%x: !lane.t<f32>, %y: !lane.t<f32>, %l: !lane.t<i1>) -> (!lane.t<f32>, !lane.t<f32>) {
  %f:3 = lane.loop 4 (%i) inits(%u = %x : !lane.t<f32>, %v = %y : !lane.t<f32>, %live = %l : !lane.t<i1>) -> (!lane.t<f32>, !lane.t<f32>, !lane.t<i1>) {
    %0 = lane.mul %u, %v : (!lane.t<f32>, !lane.t<f32>) -> !lane.t<f32>
    %1 = lane.compare lt %0, %v : (!lane.t<f32>, !lane.t<f32>) -> !lane.t<i1>
    lane.yield %0, %0, %1 : !lane.t<f32>, !lane.t<f32>, !lane.t<i1> while %live : !lane.t<i1>
  }
  return %f#0, %f#1 : !lane.t<f32>, !lane.t<f32>
}
