// RUN: rill-opt %s -split-input-file -verify-diagnostics
// Programs, buffers, phases and loops: what may stand where, one wrong
// operation per constraint of TileProgramOps.td.

// expected-error @+1 {{constraint 2: may not hold 'tile.load'}}
tile.program @p f32 [!tile.buf<ext, 4xf32>] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  %e = tile.buffer arg 0 : <ext, 4xf32>
  %r = tile.buffer local 0 : <rows, 4xf32>
  tile.load %e -> %r : <ext, 4xf32> -> <rows, 4xf32>
}

// -----

tile.program @p f32 [!tile.buf<ext, 4xf32>] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  // expected-error @+1 {{constraint 3 of the program: lies outside arg}}
  %e = tile.buffer arg 0 : <ext, 3xf32>
}

// -----

// expected-error @+1 {{constraint 1: dimensions must be positive}}
%r = tile.buffer local 0 : !tile.buf<rows, 0xf32>

// -----

// expected-error @+1 {{constraint 1: element must be f32, f64, i32 or i1}}
%r = tile.buffer local 0 : !tile.buf<rows, 4xf16>

// -----

// expected-error @+1 {{constraint 1: dense mem of the value's shape}}
%c = tile.constant dense<1.0> : tensor<3xf64> : <mem, 4xf32>

// -----

%r = tile.buffer local 0 : <rows, 4xf32>
tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1, prepared = 0,
  scratch = 0, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  %q = tile.buffer local 0 : <rows, 4xf32>
  tile.tiles chunk 1 groups 1 min 1 {
    tile.loop %l = 2 {
      tile.each {
        // expected-error @+1 {{constraint 2: one scale per index}}
        %v = "tile.view"(%q, %l) <{offset = 0 : i64, scales = array<i64>}> : (!tile.buf<rows, 4xf32>, index) -> !tile.buf<rows, 2xf32>
      }
    }
  }
}

// -----

%p = tile.buffer prepared 0 : <packed, 2x4x3xf32>
// expected-error @+1 {{constraint 3: the unit's axes are kept}}
%v = tile.view %p + 0 : <packed, 2x4x3xf32> -> <packed, 1x3x4xf32>

// -----

// once 1: it runs before there is a tile
tile.program @p f32 [!tile.buf<ext, 4xf32>] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  %e = tile.buffer arg 0 : <ext, 4xf32>
  %r = tile.buffer local 0 : <rows, 4xf32>
  // expected-error @+1 {{constraint 1: may not hold 'tile.load'}}
  tile.once {
    tile.load %e -> %r : <ext, 4xf32> -> <rows, 4xf32>
  }
}

// -----

// tiles 1: a step stands in 'each'
tile.program @p f32 [!tile.buf<ext, 4xf32>] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  %e = tile.buffer arg 0 : <ext, 4xf32>
  %r = tile.buffer local 0 : <rows, 4xf32>
  // expected-error @+1 {{constraint 1: may not hold 'tile.load'}}
  tile.tiles chunk 1 groups 1 min 1 {
    tile.load %e -> %r : <ext, 4xf32> -> <rows, 4xf32>
  }
}

// -----

// expected-error @+1 {{constraint 2: chunk, groups and min must be positive}}
"tile.tiles"() <{chunk = 1 : i64, groups = -1 : i64, min_tiles = 1 : i64}> ({ ^bb0: }) : () -> ()

// -----

// each 1: no phases in it
tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  tile.tiles chunk 1 groups 1 min 1 {
    // expected-error @+1 {{constraint 1: may not hold 'tile.once'}}
    tile.each {
      tile.once { }
    }
  }
}

// -----

// An 'each' stands in a phase over tiles.
tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  // expected-error @+1 {{constraint 1: may not hold 'tile.each'}}
  tile.once {
    tile.each { }
  }
}

// -----

// loop 1
tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  tile.once {
    // expected-error @+1 {{constraint 1: count must be positive}}
    tile.loop %l = -1 { }
  }
}

// -----

// A loop of a phase over tiles holds no steps: they are the each's.
tile.program @p f32 [!tile.buf<ext, 4xf32>] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  %e = tile.buffer arg 0 : <ext, 4xf32>
  %r = tile.buffer local 0 : <rows, 4xf32>
  tile.tiles chunk 1 groups 1 min 1 {
    // expected-error @+1 {{a loop of this phase: may not hold 'tile.load'}}
    tile.loop %l = 2 {
      tile.load %e -> %r : <ext, 4xf32> -> <rows, 4xf32>
    }
  }
}

// -----

// A loop in 'once' touches no rows, however deep.
tile.program @p f32 [!tile.buf<ext, 4xf32>] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  %e = tile.buffer arg 0 : <ext, 4xf32>
  %r = tile.buffer local 0 : <rows, 4xf32>
  tile.once {
    tile.loop %k = 2 {
      // expected-error @+1 {{a loop of this phase: may not hold 'tile.load'}}
      tile.loop %l = 2 {
        tile.load %e -> %r : <ext, 4xf32> -> <rows, 4xf32>
      }
    }
  }
}

// -----

// repeat 1: phases, no steps
tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 64, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  %m = tile.buffer scratch 0 : <mem, 4xf32>
  // expected-error @+1 {{constraint 1: may not hold 'tile.draw'}}
  tile.repeat %l = 2 {
    tile.draw normal 1 -> %m : <mem, 4xf32>
  }
}

// -----

tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 0, local = 4, chunk_rows = 0, stored = 0} {
  // expected-error @+1 {{constraint 2: count must be positive}}
  tile.repeat %l = -1 { }
}

// -----

// reduce 1: over the batch
tile.program @p f32 [] -> [!tile.buf<mem, 4xf32>] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 256, local = 4, chunk_rows = 0, stored = 0} {
  %s = tile.buffer sink 0 : <lanes, 4xf32>
  %t = tile.buffer result 0 : <mem, 4xf32>
  // expected-error @+1 {{constraint 1: kinds are batch_sum, batch_max, batch_min}}
  tile.reduce (sum %s : !tile.buf<lanes, 4xf32> -> %t : !tile.buf<mem, 4xf32>)
}

// -----

// reduce 1: to the sink's shape
tile.program @p f32 [] -> [!tile.buf<mem, 3xf32>] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 256, local = 4, chunk_rows = 0, stored = 0} {
  %s = tile.buffer sink 0 : <lanes, 4xf32>
  %t = tile.buffer result 0 : <mem, 3xf32>
  // expected-error @+1 {{constraint 1: a target has its sink's shape and element}}
  tile.reduce (batch_sum %s : !tile.buf<lanes, 4xf32> -> %t : !tile.buf<mem, 3xf32>)
}

// -----

// reduce 1: one target per sink
tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 256, local = 4, chunk_rows = 0, stored = 0} {
  %s = tile.buffer sink 0 : <lanes, 4xf32>
  // expected-error @+1 {{constraint 1: one kind and one target per sink}}
  "tile.reduce"(%s) <{kinds = array<i32: 7>, operandSegmentSizes = array<i32: 1, 0>}> : (!tile.buf<lanes, 4xf32>) -> ()
}

// -----

// A program's last word is its phases: a reduce does not run per tile.
tile.program @p f32 [] -> [!tile.buf<mem, 4xf32>] attributes {lanes = 64, chunk = 1,
  prepared = 0, scratch = 0, sink = 256, local = 4, chunk_rows = 0, stored = 0} {
  %s = tile.buffer sink 0 : <lanes, 4xf32>
  %t = tile.buffer result 0 : <mem, 4xf32>
  // expected-error @+1 {{constraint 1: may not hold 'tile.reduce'}}
  tile.tiles chunk 1 groups 1 min 1 {
    tile.reduce (batch_sum %s : !tile.buf<lanes, 4xf32> -> %t : !tile.buf<mem, 4xf32>)
  }
}

// -----

tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1, prepared = 0,
  scratch = 0, sink = 0, local = 0, chunk_rows = 9, stored = 0} {
  %l = tile.buffer chunk 0 : <rows, i1>
  %o = tile.buffer chunk 1 : <rows, i32>
  %x = tile.buffer chunk 2 : <rows, f32>
  tile.tiles chunk 1 groups 1 min 1 {
    // expected-error @+1 {{constraint 1: 'order' is no scalar of i32}}
    tile.positions %x : <rows, f32>
  }
}

// -----

tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1, prepared = 0,
  scratch = 0, sink = 0, local = 0, chunk_rows = 9, stored = 0} {
  %l = tile.buffer chunk 0 : <rows, i1>
  %o = tile.buffer chunk 1 : <rows, i32>
  %x = tile.buffer chunk 2 : <rows, f32>
  tile.tiles chunk 1 groups 1 min 1 {
    // expected-error @+1 {{constraint 1: 'live' is no scalar of i1}}
    tile.compact %x, %o : <rows, f32>, <rows, i32> of %x : !tile.buf<rows, f32>
  }
}

// -----

tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1, prepared = 0,
  scratch = 0, sink = 0, local = 0, chunk_rows = 9, stored = 0} {
  %l = tile.buffer chunk 0 : <rows, i1>
  %o = tile.buffer chunk 1 : <rows, i32>
  %x = tile.buffer chunk 2 : <rows, f32>
  tile.tiles chunk 1 groups 1 min 1 {
    // expected-error @+1 {{constraint 2: values are buffers, each once}}
    tile.compact %l, %o : <rows, i1>, <rows, i32> of %l, %x, %x : !tile.buf<rows, i1>, !tile.buf<rows, f32>, !tile.buf<rows, f32>
  }
}

// -----

tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1, prepared = 0,
  scratch = 0, sink = 0, local = 0, chunk_rows = 9, stored = 0} {
  %l = tile.buffer chunk 0 : <rows, i1>
  %o = tile.buffer chunk 1 : <rows, i32>
  %x = tile.buffer chunk 2 : <rows, f32>
  %v = tile.view %x + 0 : <rows, f32> -> <rows, f32>
  tile.tiles chunk 1 groups 1 min 1 {
    // expected-error @+1 {{constraint 2: values are buffers, each once}}
    tile.restore %o : <rows, i32> of %v : !tile.buf<rows, f32>
  }
}

// -----

tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1, prepared = 0,
  scratch = 0, sink = 0, local = 0, chunk_rows = 9, stored = 0} {
  %o = tile.buffer chunk 1 : <rows, i32>
  tile.tiles chunk 1 groups 1 min 1 {
    // expected-error @+1 {{constraint 1: may not hold 'tile.positions'}}
    tile.each {
      "tile.positions"(%o) : (!tile.buf<rows, i32>) -> ()
    }
  }
}

// -----

tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1, prepared = 0,
  scratch = 0, sink = 0, local = 0, chunk_rows = 9, stored = 0} {
  %l = tile.buffer chunk 0 : <rows, i1>
  %o = tile.buffer chunk 1 : <rows, i32>
  %x = tile.buffer chunk 2 : <rows, f32>
  tile.tiles chunk 1 groups 1 min 1 {
    // expected-error @+1 {{constraint 3: the values have the buffer of 'live' and not that of 'order'}}
    tile.compact %l, %o : <rows, i1>, <rows, i32> of %x : !tile.buf<rows, f32>
  }
}


// -----

tile.program @p f32 [] -> [] attributes {lanes = 64, chunk = 1, prepared = 0,
  scratch = 0, sink = 0, local = 0, chunk_rows = 9, stored = 0} {
  %l = tile.buffer chunk 0 : <rows, i1>
  %o = tile.buffer chunk 1 : <rows, i32>
  %x = tile.buffer chunk 2 : <rows, f32>
  tile.tiles chunk 1 groups 1 min 1 {
    // expected-error @+1 {{constraint 3: the values have the buffer of 'live' and not that of 'order'}}
    tile.compact %l, %o : <rows, i1>, <rows, i32> of %l, %o : !tile.buf<rows, i1>, !tile.buf<rows, i32>
  }
}
