// RUN: rill-opt %s -split-input-file -verify-diagnostics
// One sample per constraint of the dialect that a lowering could break.

// expected-error @+1 {{constraint 1: lanes must be a multiple of 16}}
tile.program @p f32 [] -> [] attributes {lanes = 24, chunk = 1, prepared = 0,
  scratch = 0, sink = 0, local = 0, chunk_rows = 0, stored = 0} {}

// -----

tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1, prepared = 0,
  scratch = 0, sink = 0, local = 3, chunk_rows = 0, stored = 0} {
  // expected-error @+1 {{constraint 3 of the program: lies outside local}}
  %r = tile.buffer local 0 : <rows, 4xf32>
}

// -----

// expected-error @+1 {{constraint 1: prepared holds no rows}}
%r = tile.buffer prepared 0 : <rows, 4xf32>

// -----

// expected-error @+1 {{constraint 2: a buffer is dense}}
%r = tile.buffer local 0 : <rows, 4xf32, [2]>

// -----

// expected-error @+1 {{'at' must be a multiple of 64 bytes}}
%r = tile.buffer scratch 32 : <mem, 4xf32>

// -----

// expected-error @+1 {{constraint 2: one stride per axis of rows, mem and lanes}}
%r = tile.buffer local 0 : !tile.buf<rows, 2x3xf32, [1]>

// -----

// expected-error @+1 {{constraint 3: packed needs 2 axes of floats}}
%r = tile.buffer prepared 0 : !tile.buf<packed, 4xf32>

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
// expected-error @+1 {{constraint 1: layout and element are kept}}
%v = tile.view %r + 0 : <rows, 4xf32> -> <mem, 4xf32>

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
%s = tile.buffer local 4 : <rows, 3xf32>
// expected-error @+1 {{constraint 1: in of shape other than the box}}
tile.map [3] (%a = %r : !tile.buf<rows, 4xf32>) -> (store %s : !tile.buf<rows, 3xf32>) {
  tile.yield %a : !lane.t<f32>
}

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
%s = tile.buffer local 4 : <rows, f32>
// expected-error @+1 {{constraint 1: a reduction needs reduced axes}}
tile.map [4] (%a = %r : !tile.buf<rows, 4xf32>) -> (sum %s : !tile.buf<rows, f32>) {
  tile.yield %a : !lane.t<f32>
}

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
%m = tile.buffer scratch 0 : <mem, 4xf32>
// expected-error @+1 {{constraint 3: out 0 must be rows}}
tile.map [4] (%a = %r : !tile.buf<rows, 4xf32>) -> (store %m : !tile.buf<mem, 4xf32>) {
  tile.yield %a : !lane.t<f32>
}

// -----

%w = tile.buffer prepared 0 : <packed, 1x4x3xf32>
%x = tile.buffer local 0 : <rows, 1x1x2xf32>
%y = tile.buffer local 2 : <rows, 1x1x4xf32>
// expected-error @+1 {{constraint 1: weights [B, M, K], x [B, N, K]}}
tile.matmul %c = %w, %x : !tile.buf<packed, 1x4x3xf32>, !tile.buf<rows, 1x1x2xf32> () -> (store %y : !tile.buf<rows, 1x1x4xf32>) {
  tile.yield %c : !lane.t<f32>
}

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
%m = tile.buffer scratch 0 : <mem, 4xf32>
// expected-error @+1 {{a mem target needs mem operands}}
tile.copy %r -> %m : <rows, 4xf32> -> <mem, 4xf32>

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
%s = tile.buffer local 4 : <rows, 2xf32>
// expected-error @+1 {{index 4 is out of range}}
tile.copy %r -> %s dim 0 at [0, 4] : <rows, 4xf32> -> <rows, 2xf32>

// -----

// outer 2: a row that ends before it begins
%r = tile.buffer local 0 : <rows, 1x2xf32>
%c = tile.buffer local 2 : <cols, 1x3xf32>
%s = tile.buffer sink 0 : <blocks, 2x3xf32>
// expected-error @+1 {{constraint 2: for each row 0 <= from <= to <= J}}
tile.outer %r, %c -> %s within [0:3, 2:1] : <rows, 1x2xf32>, <cols, 1x3xf32> -> <blocks, 2x3xf32>

// -----

%r = tile.buffer local 0 : <rows, 1x4xf32>
%c = tile.buffer local 8 : <cols, 1x8xf32>
%s = tile.buffer sink 0 : <blocks, 8x4xf32>
// expected-error @+1 {{constraint 1: rows [K, I], cols [K, J], sink [I, J]}}
tile.outer %r, %c -> %s : <rows, 1x4xf32>, <cols, 1x8xf32> -> <blocks, 8x4xf32>

// -----

// expected-error @+1 {{constraint 2: chunk, groups and min must be positive}}
"tile.tiles"() <{chunk = 0 : i64, groups = 1 : i64, min_tiles = 1 : i64}> ({ ^bb0: }) : () -> ()

// -----

%r = tile.buffer local 0 : <rows, 4xi1>
tile.tiles chunk 1 groups 1 min 1 {
  tile.each {
    // expected-error @+1 {{constraint 2: 'live' is no scalar of i1}}
    tile.where %r : <rows, 4xi1> {
    }
  }
}

// -----

%l = tile.buffer local 0 : <rows, i1>
tile.tiles chunk 1 groups 1 min 1 {
  tile.each {
    // expected-error @+1 {{constraint 1}}
    tile.where %l : <rows, i1> {
      tile.once {
      }
    }
  }
}
