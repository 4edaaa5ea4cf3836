//===- Work.cpp - What a sample of a workload costs -----------------------===//
//
// How many steps a sample tries is what the language says of a solver: "a
// sample that does not reach the end with them has no value". The program with
// n steps at most gives a number for the rows that need no more than n. So the
// kernel that is timed counts its own steps, without a counter in it.
//
//===----------------------------------------------------------------------===//

#include "Work.h"

#include "Kernel.h"
#include "Workload.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

using namespace rill;
using namespace rill::bench;
using Kind = Workload::Kind;

/// The kernel whose products are counted: the density's for gradients (three
/// passes) and for the inverse of a masked network (a part of one), the
/// sampler's where it is the same field without a divergence.
static std::string countedKernel(const Workload &workload,
                                 const rt::DistSpec &dist) {
  bool own = workload.kind == Kind::Sample && workload.needed == 1;
  return own ? dist.sample : dist.logp;
}

static double passesOf(Kind kind) {
  return kind == Kind::Gradient || kind == Kind::Train ? 3 : 1;
}

/// Marks the rows that have a value.
static std::vector<bool> finishedRows(rt::Model &model,
                                      const std::string &kernel, int64_t rows) {
  KernelCall call(model, kernel, rows);
  call();
  int64_t width = call.kernel().spec().results.front().width();
  const float *values = static_cast<const float *>(call.results().front());
  std::vector<bool> finished(rows);
  for (int64_t row = 0; row < rows; ++row)
    finished[row] =
        std::none_of(values + row * width, values + (row + 1) * width,
                     [](float value) { return std::isnan(value); });
  return finished;
}

/// Where the solver's steps are limited to `tries` and the parameters those of
/// `start`: the rows that have a value then, and the FLOPs of each row.
static std::vector<bool> tryRows(const Program &limited, rt::Model &start,
                                 int64_t rows, double &flops) {
  rt::Model model(limited.table, {});
  model.params().edit() = start.params().values();
  const rt::KernelSpec &kernel = model.plan().kernels.front();
  flops = kernel.flops;
  return finishedRows(model, kernel.name, rows);
}

Work::Work(const Workload &workload, const std::string &programs,
           int64_t rows) {
  const std::string path = programs + "/" + workload.program;
  const Program &program = compile(path);
  std::unique_ptr<rt::Model> start = startModel(program, 1);
  const std::string kernel = countedKernel(workload, start->dist(""));
  const double counted = workload.needed * passesOf(workload.kind);
  if (!program.solver.chosen) {
    rowFlops = {start->plan().findKernel(kernel)->flops * counted};
    rowSteps = {double(program.solver.most)};
    return;
  }
  if (program.solver.solvers != 1) {
    fprintf(stderr,
            "error: the steps of the %d solvers in %s cannot be told apart\n",
            int(program.solver.solvers), path.c_str());
    exit(1);
  }
  rowFlops.assign(rows, 0);
  rowSteps.assign(rows, 0);
  int64_t open = rows;
  for (int64_t tries = 1; open > 0; ++tries) {
    double flops;
    auto limited = compileLimited(path, kernel, tries);
    std::vector<bool> finished = tryRows(*limited, *start, rows, flops);
    // Who is not there after all steps of the program never will be.
    bool last = tries == program.solver.most;
    for (int64_t row = 0; row < rows; ++row) {
      if (rowSteps[row] > 0 || !(finished[row] || last))
        continue;
      rowSteps[row] = double(tries);
      rowFlops[row] = flops * counted;
      --open;
    }
  }
}

double Work::meanOf(const std::vector<double> &values, int64_t rows) {
  auto end = values.begin() + std::min<int64_t>(rows, values.size());
  return std::accumulate(values.begin(), end, 0.0) /
         double(end - values.begin());
}

double Work::leastSteps() const {
  return *std::min_element(rowSteps.begin(), rowSteps.end());
}
double Work::mostSteps() const {
  return *std::max_element(rowSteps.begin(), rowSteps.end());
}
