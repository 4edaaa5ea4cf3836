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
