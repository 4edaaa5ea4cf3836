//===- Workload.h - What the bench measures ---------------------*- C++ -*-===//
//
// A workload is a program and one of its kernels or a whole training step.
// Measuring takes the best of repeated runs at the best of several batches.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_BENCH_WORKLOAD_H
#define RILL_BENCH_WORKLOAD_H

#include <cstdint>
#include <string>
#include <vector>

namespace rill::bench {

struct Workload {
  enum class Kind { Density, Gradient, Train, Single, Sample };
  std::string name;    ///< "realnvp-d6-density"
  std::string program; ///< "realnvp-d6.rill"
  Kind kind;
  std::vector<int64_t> batches;
  /// Of the counted products, those that the work needs: half of a dense pass
  /// for the inverse of a masked network.
  double needed = 1;
};

const std::vector<Workload> &workloads();
const Workload *findWorkload(const std::string &name);

struct Measurement {
  int64_t batch = 0;
  double perSecond = 0; ///< samples
  /// Per sample: twice the needed multiply-adds of the products of the density
  /// (of the sampler for a sampler of a field); three times that for gradients
  /// and training steps.
  double flops = 0;
  double steps = 0;  ///< that a sample's solver tries, in the mean; 0: none
  double spread = 0; ///< (median - best) / best of the run times
};

class Work;

Measurement measure(const Workload &workload, const std::string &programs,
                    int threads, const Work &work);

} // namespace rill::bench

#endif // RILL_BENCH_WORKLOAD_H
