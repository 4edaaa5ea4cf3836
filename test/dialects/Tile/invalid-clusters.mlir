// RUN: rill-opt %s -split-input-file -verify-diagnostics
// Clusters: one wrong operation per constraint of map, matmul and dot.

// map 1: a reduced out lacks the reduced axes
%r = tile.buffer local 0 : <rows, 4x2xf32>
%s = tile.buffer local 8 : <rows, 2xf32>
// expected-error @+1 {{constraint 1: out 0 of wrong shape}}
tile.map [4, 2] reduced 1 (%a = %r : !tile.buf<rows, 4x2xf32>) -> (sum %s : !tile.buf<rows, 2xf32>) {
  tile.yield %a : !lane.t<f32>
}

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
%s = tile.buffer local 4 : <rows, f32>
// expected-error @+1 {{constraint 1: more axes reduced than there are}}
tile.map [4] reduced 2 (%a = %r : !tile.buf<rows, 4xf32>) -> (sum %s : !tile.buf<rows, f32>) {
  tile.yield %a : !lane.t<f32>
}

// -----

// map 2: nothing but elementwise operations
%r = tile.buffer local 0 : <rows, 4xf32>
%s = tile.buffer local 4 : <rows, 4xf32>
// expected-error @+1 {{constraint 2: 'lane.reshape' is not elementwise}}
tile.map [4] (%a = %r : !tile.buf<rows, 4xf32>) -> (store %s : !tile.buf<rows, 4xf32>) {
  %0 = lane.reshape %a : (!lane.t<f32>) -> !lane.t<1xf32>
  tile.yield %a : !lane.t<f32>
}

// -----

// map 2: on scalars
%r = tile.buffer local 0 : <rows, 4xf32>
%s = tile.buffer local 4 : <rows, 4xf32>
// expected-error @+1 {{constraint 2: the region computes on scalars}}
tile.map [4] (%a = %r : !tile.buf<rows, 4xf32>) -> (store %s : !tile.buf<rows, 4xf32>) {
  %0 = lane.const 1.0 : !lane.t<2xf32, inv>
  tile.yield %a : !lane.t<f32>
}

// -----

// map 3: what is summed over the batch goes into 16 virtual lanes
%r = tile.buffer local 0 : <rows, 4xf32>
%s = tile.buffer sink 0 : <mem, 4xf32>
// expected-error @+1 {{constraint 3: out 0 must be lanes}}
tile.map [4] (%a = %r : !tile.buf<rows, 4xf32>) -> (batch_sum %s : !tile.buf<mem, 4xf32>) {
  tile.yield %a : !lane.t<f32>
}

// -----

// map 4: an argument that reads mem is invariant
%m = tile.buffer scratch 0 : <mem, 4xf32>
%s = tile.buffer local 0 : <rows, 4xf32>
// expected-error @+1 {{constraint 4: argument 0 is not '!lane.t<f32, inv>'}}
"tile.map"(%m, %s) <{dims = array<i64: 4>, operandSegmentSizes = array<i32: 1, 1>, puts = array<i32: 0>, reduced = 0 : i64}> ({
^bb0(%a: !lane.t<f32>):
  tile.yield %a : !lane.t<f32>
}) : (!tile.buf<mem, 4xf32>, !tile.buf<rows, 4xf32>) -> ()

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
%s = tile.buffer local 4 : <rows, 4xi32>
// expected-error @+1 {{constraint 4: yielded value and buffer differ}}
tile.map [4] (%a = %r : !tile.buf<rows, 4xf32>) -> (store %s : !tile.buf<rows, 4xi32>) {
  tile.yield %a : !lane.t<f32>
}

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
%s = tile.buffer local 4 : <rows, 4xf32>
// expected-error @+1 {{constraint 4: one value and one put per out}}
tile.map [4] (%a = %r : !tile.buf<rows, 4xf32>) -> (store %s : !tile.buf<rows, 4xf32>) {
  tile.yield %a, %a : !lane.t<f32>, !lane.t<f32>
}

// -----

// matmul 1: ins and outs lie along the result
%w = tile.buffer prepared 0 : <packed, 1x4x3xf32>
%x = tile.buffer local 0 : <rows, 1x1x3xf32>
%b = tile.buffer scratch 0 : <mem, 1x4x1xf32>
%y = tile.buffer local 3 : <rows, 1x1x4xf32>
// expected-error @+1 {{constraint 1: in of shape other than the box}}
tile.matmul %c = %w, %x : !tile.buf<packed, 1x4x3xf32>, !tile.buf<rows, 1x1x3xf32> (%d = %b : !tile.buf<mem, 1x4x1xf32>) -> (store %y : !tile.buf<rows, 1x1x4xf32>) {
  tile.yield %c : !lane.t<f32>
}

// -----

// matmul 2: the order of points is free, so nothing is reduced over them
%w = tile.buffer prepared 0 : <packed, 1x4x3xf32>
%x = tile.buffer local 0 : <rows, 1x1x3xf32>
%y = tile.buffer local 3 : <rows, 1x1xf32>
// expected-error @+1 {{constraint 2: no reductions over the points}}
tile.matmul %c = %w, %x : !tile.buf<packed, 1x4x3xf32>, !tile.buf<rows, 1x1x3xf32> () -> (sum %y : !tile.buf<rows, 1x1xf32>) {
  tile.yield %c : !lane.t<f32>
}

// -----

// matmul 3: one row is missing
%w = tile.buffer prepared 0 : <packed, 1x4x3xf32>
%x = tile.buffer local 0 : <rows, 1x1x3xf32>
%y = tile.buffer local 3 : <rows, 1x1x4xf32>
// expected-error @+1 {{constraint 3: two columns for each row, and for each step}}
tile.matmul %c = %w, %x : !tile.buf<packed, 1x4x3xf32>, !tile.buf<rows, 1x1x3xf32> within [0:3 * 3] () -> (store %y : !tile.buf<rows, 1x1x4xf32>) {
  tile.yield %c : !lane.t<f32>
}

// -----

// matmul 3: a row that ends before it begins
%w = tile.buffer prepared 0 : <packed, 1x4x3xf32>
%x = tile.buffer local 0 : <rows, 1x1x3xf32>
%y = tile.buffer local 3 : <rows, 1x1x4xf32>
// expected-error @+1 {{constraint 3: columns are 0 <= from <= to <= K}}
tile.matmul %c = %w, %x : !tile.buf<packed, 1x4x3xf32>, !tile.buf<rows, 1x1x3xf32> within [0:3 * 3, 2:1] () -> (store %y : !tile.buf<rows, 1x1x4xf32>) {
  tile.yield %c : !lane.t<f32>
}

// -----

// matmul 3: a row beyond the last column
%w = tile.buffer prepared 0 : <packed, 1x4x3xf32>
%x = tile.buffer local 0 : <rows, 1x1x3xf32>
%y = tile.buffer local 3 : <rows, 1x1x4xf32>
// expected-error @+1 {{constraint 3: columns are 0 <= from <= to <= K}}
tile.matmul %c = %w, %x : !tile.buf<packed, 1x4x3xf32>, !tile.buf<rows, 1x1x3xf32> within [0:3 * 3, 1:4] () -> (store %y : !tile.buf<rows, 1x1x4xf32>) {
  tile.yield %c : !lane.t<f32>
}

// -----

// A run of no rows.
%w = tile.buffer prepared 0 : <packed, 1x4x3xf32>
%x = tile.buffer local 0 : <rows, 1x1x3xf32>
%y = tile.buffer local 3 : <rows, 1x1x4xf32>
// expected-error @+1 {{a run of so many rows}}
tile.matmul %c = %w, %x : !tile.buf<packed, 1x4x3xf32>, !tile.buf<rows, 1x1x3xf32> within [0:3 * 0] () -> (store %y : !tile.buf<rows, 1x1x4xf32>) {
  tile.yield %c : !lane.t<f32>
}

// -----

// dot 1: both factors run over one k
%x = tile.buffer local 0 : <rows, 1x2x3xf32>
%y = tile.buffer local 6 : <rows, 1x5x4xf32>
%z = tile.buffer local 26 : <rows, 1x2x5xf32>
// expected-error @+1 {{constraint 1: x [B, M, K], y [B, N, K]}}
tile.dot %c = %x, %y : !tile.buf<rows, 1x2x3xf32>, !tile.buf<rows, 1x5x4xf32> () -> (store %z : !tile.buf<rows, 1x2x5xf32>) {
  tile.yield %c : !lane.t<f32>
}

// -----

// dot 1: the result is [B, M, N]
%x = tile.buffer local 0 : <rows, 1x2x3xf32>
%y = tile.buffer local 6 : <rows, 1x5x3xf32>
%z = tile.buffer local 21 : <rows, 1x5x2xf32>
// expected-error @+1 {{constraint 1: out 0 of wrong shape}}
tile.dot %c = %x, %y : !tile.buf<rows, 1x2x3xf32>, !tile.buf<rows, 1x5x3xf32> () -> (store %z : !tile.buf<rows, 1x5x2xf32>) {
  tile.yield %c : !lane.t<f32>
}

// -----

%x = tile.buffer local 0 : <rows, 1x2x3xf32>
%y = tile.buffer local 6 : <rows, 1x5x3xf32>
%z = tile.buffer local 21 : <rows, 1x2xf32>
// expected-error @+1 {{constraint 2: no reductions over the points}}
tile.dot %c = %x, %y : !tile.buf<rows, 1x2x3xf32>, !tile.buf<rows, 1x5x3xf32> () -> (max %z : !tile.buf<rows, 1x2xf32>) {
  tile.yield %c : !lane.t<f32>
}

// -----

// A product of mem belongs into mem: it is one value for the batch.
%x = tile.buffer scratch 0 : <mem, 1x2x3xf32>
%y = tile.buffer scratch 64 : <mem, 1x5x3xf32>
%z = tile.buffer sink 0 : <lanes, 1x2x5xf32>
// expected-error @+1 {{constraint 3: out 0 must be rows}}
tile.dot %c = %x, %y : !tile.buf<mem, 1x2x3xf32>, !tile.buf<mem, 1x5x3xf32> () -> (store %z : !tile.buf<lanes, 1x2x5xf32>) {
  tile.yield %c : !lane.t<f32, inv>
}
