// RUN: rill-opt %s -split-input-file -verify-diagnostics
// Steps without a region: one wrong operation per constraint, in the order of
// TileStepOps.td.

%e = tile.buffer arg 0 : <ext, 4xf32>
%r = tile.buffer local 0 : <rows, 3xf32>
// expected-error @+1 {{constraint 1: shapes and elements must be equal}}
tile.load %e -> %r : <ext, 4xf32> -> <rows, 3xf32>

// -----

%r = tile.buffer local 0 : <rows, 4xf64>
%e = tile.buffer result 0 : <ext, 4xf32>
// expected-error @+1 {{constraint 1: shapes and elements must be equal}}
tile.store %r -> %e : <rows, 4xf64> -> <ext, 4xf32>

// -----

// copy 1: the other axes
%r = tile.buffer local 0 : <rows, 4x2xf32>
%s = tile.buffer local 8 : <rows, 2x3xf32>
// expected-error @+1 {{constraint 1: shapes must agree but for 'dim'}}
tile.copy %r -> %s dim 0 at [0, 1] : <rows, 4x2xf32> -> <rows, 2x3xf32>

// -----

// copy 3: as many indices as elements
%r = tile.buffer local 0 : <rows, 4xf32>
%s = tile.buffer local 4 : <rows, 2xf32>
// expected-error @+1 {{one index per element along 'dim'}}
tile.copy %r -> %s dim 0 at [0, 1, 2] : <rows, 4xf32> -> <rows, 2xf32>

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
%s = tile.buffer local 4 : <rows, 4xf32>
// expected-error @+1 {{constraint 3: 'dim' and indices go together}}
"tile.copy"(%r, %s) <{dim = 0 : i64}> : (!tile.buf<rows, 4xf32>, !tile.buf<rows, 4xf32>) -> ()

// -----

%r = tile.buffer local 0 : <rows, 2xf32>
%m = tile.buffer scratch 0 : <mem, 4xf32>
// expected-error @+1 {{constraint 1: layouts must be equal}}
tile.scatter_add %r -> %m dim 0 at [0, 1] : <rows, 2xf32> -> <mem, 4xf32>

// -----

%r = tile.buffer local 0 : <rows, 2xf32>
%s = tile.buffer local 2 : <rows, 4xf32>
// expected-error @+1 {{index 4 is out of range}}
tile.scatter_add %r -> %s dim 0 at [0, 4] : <rows, 2xf32> -> <rows, 4xf32>

// -----

%m = tile.buffer scratch 0 : <mem, 1x4x3xf32>
%p = tile.buffer prepared 0 : <packed, 1x3x4xf32>
// expected-error @+1 {{constraint 1: shapes and elements must be equal}}
tile.pack %m -> %p : <mem, 1x4x3xf32> -> <packed, 1x3x4xf32>

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
%c = tile.buffer local 4 : <cols, 8xf32>
// expected-error @+1 {{constraint 1: shapes and elements must be equal}}
tile.transpose %r -> %c : <rows, 4xf32> -> <cols, 8xf32>

// -----

// lookup 1: the target has the index's shape, then the row's
%t = tile.buffer arg 0 : <mem, 5x4xf32>
%i = tile.buffer local 0 : <rows, 3xi32>
%r = tile.buffer local 3 : <rows, 3x5xf32>
// expected-error @+1 {{constraint 1: table [K, r..], index [i..] of i32, target [i.., r..]}}
tile.lookup %t, %i -> %r : <mem, 5x4xf32>, <rows, 3xi32> -> <rows, 3x5xf32>

// -----

// lookup 1: what differs from sample to sample cannot be one value
%t = tile.buffer arg 0 : <mem, 5x4xf32>
%i = tile.buffer local 0 : <rows, i32>
%m = tile.buffer scratch 0 : <mem, 4xf32>
// expected-error @+1 {{a mem target needs mem operands}}
tile.lookup %t, %i -> %m : <mem, 5x4xf32>, <rows, i32> -> <mem, 4xf32>

// -----

%i = tile.buffer local 0 : <rows, f32>
%u = tile.buffer local 1 : <rows, 4xf32>
%t = tile.buffer sink 0 : <mem, 5x4xf32>
// expected-error @+1 {{constraint 1: index [i..] of i32, update [i.., r..], target [K, r..]}}
tile.lookup_add %i, %u -> %t : <rows, f32>, <rows, 4xf32> -> <mem, 5x4xf32>

// -----

// lookup_add 1: sums over samples belong into a sink
%i = tile.buffer local 0 : <rows, i32>
%u = tile.buffer local 1 : <rows, 4xf32>
%t = tile.buffer scratch 0 : <mem, 5x4xf32>
// expected-error @+1 {{constraint 1: the target is a sink exactly when rows are read}}
tile.lookup_add %i, %u -> %t : <rows, i32>, <rows, 4xf32> -> <mem, 5x4xf32>

// -----

%x = tile.buffer local 0 : <rows, 4x2xf32>
%i = tile.buffer local 8 : <rows, i32>
%r = tile.buffer local 9 : <rows, 2xf32>
// expected-error @+1 {{constraint 1: 'dim' is no axis of x}}
tile.take %x, %i -> %r dim 2 : <rows, 4x2xf32>, !tile.buf<rows, i32> -> <rows, 2xf32>

// -----

// take 1: the axis goes
%x = tile.buffer local 0 : <rows, 4x2xf32>
%i = tile.buffer local 8 : <rows, i32>
%r = tile.buffer local 9 : <rows, 2xf32>
// expected-error @+1 {{constraint 1: target is x without 'dim', the index an i32 scalar}}
tile.take %x, %i -> %r dim 1 : <rows, 4x2xf32>, !tile.buf<rows, i32> -> <rows, 2xf32>

// -----

%x = tile.buffer arg 0 : <mem, 4xf32>
%i = tile.buffer local 0 : <rows, i32>
%m = tile.buffer scratch 0 : <mem, f32>
// expected-error @+1 {{a mem target needs mem operands}}
tile.take %x, %i -> %m dim 0 : <mem, 4xf32>, !tile.buf<rows, i32> -> <mem, f32>

// -----

%x = tile.buffer local 0 : <rows, 4xf32>
%m = tile.buffer scratch 0 : <mem, 4xf32>
// expected-error @+1 {{constraint 1: one layout and a positive rank}}
tile.cumsum %x -> %m : <rows, 4xf32> -> <mem, 4xf32>

// -----

%x = tile.buffer local 0 : <rows, f32>
%r = tile.buffer local 1 : <rows, f32>
// expected-error @+1 {{constraint 1: one layout and a positive rank}}
tile.cumsum exclusive %x -> %r : <rows, f32> -> <rows, f32>

// -----

%a = tile.buffer arg 0 : <mem, 4x3xf32>
%b = tile.buffer local 0 : <rows, 4xf32>
%r = tile.buffer local 4 : <rows, 4xf32>
// expected-error @+1 {{constraint 1: A [n, n], b [n]}}
tile.tri_solve %a, %b -> %r {lower} : <mem, 4x3xf32>, <rows, 4xf32> -> <rows, 4xf32>

// -----

%a = tile.buffer arg 0 : <mem, 4x4xf32>
%b = tile.buffer local 0 : <rows, 4xf32>
%m = tile.buffer scratch 0 : <mem, 4xf32>
// expected-error @+1 {{a mem target needs mem operands}}
tile.tri_solve %a, %b -> %m : <mem, 4x4xf32>, <rows, 4xf32> -> <mem, 4xf32>

// -----

// draw 1: an index that differs from sample to sample is no part of a key
%i = tile.buffer local 0 : <rows, i32>
%r = tile.buffer local 1 : <rows, 4xf32>
// expected-error @+1 {{constraint 1: indices are i32 mem scalars}}
tile.draw normal 3 (%i : !tile.buf<rows, i32>) -> %r : <rows, 4xf32>

// -----

%r = tile.buffer local 0 : <rows, 4xi32>
// expected-error @+1 {{'bits' gives i32, the other laws floats}}
tile.draw uniform 3 -> %r : <rows, 4xi32>
