// RUN: rill-opt %s --split-input-file --verify-diagnostics
// One wrong operation for each side of the prob dialect's constraint.

// expected-error@+1 {{needs a flow and a base, and no members}}
prob.dist "pull" @p on "Real" kind "exact" flow {
} logp {
} sample {
}

// -----

// expected-error@+1 {{has no form 'product'}}
prob.dist "product" @p on "Real" kind "exact" flow {
} logp {
} sample {
}

// -----

// expected-error@+1 {{of members has a flow or a base}}
prob.dist "members" @p of @q on "Real" kind "exact" flow {
} logp {
} sample {
}

// -----

// A pull needs a base: its flow leads there.
// expected-error@+1 {{needs a flow and a base, and no members}}
prob.dist "pull" @p on "Real" kind "exact" flow {
^bb0(%x: !lane.t<f32>):
  flow.yield %x : !lane.t<f32>
} logp {
} sample {
}

// -----

// What a flow and a base say is not said again.
// expected-error@+1 {{needs a flow and a base, and no members}}
prob.dist "push" @p of @q on "Real" kind "exact" flow {
^bb0(%x: !lane.t<f32>):
  flow.yield %x : !lane.t<f32>
} logp {
^bb0(%x: !lane.t<f32>):
  flow.yield %x : !lane.t<f32>
} sample {
}

// -----

// expected-error@+1 {{of members has a flow or a base}}
prob.dist "members" @p on "Real" kind "exact" flow {
^bb0(%x: !lane.t<f32>):
  flow.yield %x : !lane.t<f32>
} logp {
} sample {
}
