//===- Optimizer.h - Adam and SGD over a flat buffer ------------*- C++ -*-===//
//
// One step of an optimiser, with clipping and averaging, over fixed blocks of
// the parameters' flat layout: the same bits for any number of threads and on
// any x86 machine (elementwise IEEE operations, no contraction; sums in fixed
// blocks). Moments have the parameters' precision. Knows no losses.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_OPTIMIZER_H
#define RILL_RUNTIME_OPTIMIZER_H

#include "Runtime/Params.h"
#include "Runtime/ThreadPool.h"

namespace rill::rt {

/// The optimiser's memory; arrays in the parameters' layout.
struct OptimizerState {
  Buffer first, second; ///< moments (SGD: first is the velocity)
  Buffer average;       ///< exponential moving average; empty without `ema`
};

/// Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and
/// Hutter 2019), or SGD with momentum; gradients are first scaled to a global
/// norm of at most `clip` (0: not).
class Optimizer {
public:
  /// `trained`: the parameters that a step changes.
  Optimizer(const Layout &layout, const std::vector<int> &trained,
            const TrainSpec &spec, ThreadPool &pool);

  /// Moments of zero; the average starts at `values`.
  OptimizerState initialState(const Buffer &values) const;

  /// The global norm of the gradient over the trained parameters: NaN or
  /// infinity if any element is.
  double norm(const Buffer &gradient);

  /// Step `step` (from 0). `norm`: of this gradient.
  void step(int64_t step, const Buffer &gradient, double norm, Buffer &values,
            OptimizerState &state);

private:
  /// Elements [begin, end) of the flat layout.
  struct Block {
    int64_t begin, end;
  };
  template <typename T>
  void stepAs(int64_t step, const Buffer &gradient, double norm, Buffer &values,
              OptimizerState &state);

  Layout layout;
  TrainSpec spec;
  ThreadPool &pool;
  bool wide = false; ///< the machine has AVX2
  std::vector<Block> blocks;
  std::vector<double> partial;
};

} // namespace rill::rt
#endif
