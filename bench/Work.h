//===- Work.h - What a sample of a workload costs ---------------*- C++ -*-===//
//
// The FLOPs that a sample needs: twice the multiply-adds of the products, of
// the steps that its own solver tries where every sample chooses its steps.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_BENCH_WORK_H
#define RILL_BENCH_WORK_H

#include <cstdint>
#include <string>
#include <vector>

namespace rill::bench {

struct Workload;

/// The work of the rows that a workload is measured on.
class Work {
public:
  /// Where samples choose their steps, those of `rows` rows are found out.
  Work(const Workload &workload, const std::string &programs, int64_t rows);

  /// Mean over the first `rows` rows: FLOPs, and steps of the solver, accepted
  /// and rejected ones (0: there is no solver).
  double flops(int64_t rows) const { return meanOf(rowFlops, rows); }
  double steps(int64_t rows) const { return meanOf(rowSteps, rows); }
  /// Of any row.
  double leastSteps() const;
  double mostSteps() const;

private:
  static double meanOf(const std::vector<double> &values, int64_t rows);

  std::vector<double> rowFlops, rowSteps; ///< of one row if all are alike
};

} // namespace rill::bench

#endif // RILL_BENCH_WORK_H
