//===- Roof.h - The machine's fused multiply-add roof -----------*- C++ -*-===//
//
// How fast this machine can multiply and add in f32, measured by a loop that
// does nothing else: the denominator of every share that the bench prints.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_BENCH_ROOF_H
#define RILL_BENCH_ROOF_H

namespace rill::bench {

/// FLOP per second of `threads` threads that run independent FMA chains in
/// registers at the widest vector the machine has (an FMA counts as two).
double measureRoof(int threads);

} // namespace rill::bench

#endif // RILL_BENCH_ROOF_H
