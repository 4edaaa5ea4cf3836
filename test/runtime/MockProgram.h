//===- MockProgram.h - A compiled program written by hand -------*- C++ -*-===//
//
// A small model as the compiler would deliver it: x -> two affine layers, a
// shear -> standard normal in two dimensions, in float and double. What the
// runtime is tested with; it tests no compiler.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TEST_MOCKPROGRAM_H
#define RILL_TEST_MOCKPROGRAM_H

#include "rill/abi.h"

#include <string>
#include <vector>

namespace rill::test {

struct MockOptions {
  std::string precision = "f32"; ///< f32 programs also have f64 kernels
  std::string data = "rows.csv"; ///< path in the declaration
  double hold = 0.2, valid = 0.2;
  double lr = 0.05, clip = 0, ema = 0;
  int batch = 64, steps = 60, every = 10, patience = 0;
  int trains = 1; ///< the second, if any, has batches of 16
  std::string optimizer = "adam";
  std::string space = "Real";
  std::string checks = "[]", tests = "[]"; ///< JSON
  bool topInit = false; ///< the plan names train0.init for untrained values
  std::string hash = "mockhash";
  int shape = 2;        ///< of p.*.affine.s as declared
  bool nanLoss = false; ///< the loss is NaN from step 25 on
  bool wrongLogDet = false, wrongGradient = false, wrongGenerate = false;
  bool noisySingle = false; ///< f32 log-densities are off by 1 %
  bool avx512Only = false;  ///< no other variant
};

/// A program that lives as long as this object.
class MockProgram {
public:
  explicit MockProgram(const MockOptions &options = {});
  const RillProgram *get() const { return &program; }

private:
  std::string metadata;
  std::vector<RillKernel> kernels;
  RillProgram program;
};

/// The log-density of the mock at (x0, x1), written plainly in double.
/// `p`: s[2][2], b[2][2], w.
double mockLogDensity(const double *p, double x0, double x1);

} // namespace rill::test
#endif
