//===- Kernel.h - Programs and kernels that the bench runs ------*- C++ -*-===//
//
// The bench's programs, compiled and loaded into this process, and calls of
// their kernels on random rows. Nothing is timed here.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_BENCH_KERNEL_H
#define RILL_BENCH_KERNEL_H

#include "Runtime/Model.h"
#include "codegen/cpu/Jit.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rill::bench {

/// How often the solver of a program goes on.
struct SolverSteps {
  int64_t solvers = 0; ///< `ode`s in the program
  int64_t most = 0;    ///< of the last one: taken, or at most tried
  bool chosen = false; ///< every sample chooses its own
};

/// A compiled and loaded program. Must not move: `table` points into it.
struct Program {
  std::unique_ptr<cpu::LoadedProgram> code;
  std::string metadata;
  RillProgram table;
  SolverSteps solver;
};

/// The program at `path` as a user's build compiles it; compiled once in a
/// process, which an error ends.
const Program &compile(const std::string &path);

/// Only the kernel `kernel` of it, whose solvers that choose steps try no more
/// than `tries` of them.
std::unique_ptr<Program> compileLimited(const std::string &path,
                                        const std::string &kernel,
                                        int64_t tries);

/// A model with the parameters that the program starts training from, the same
/// ones every time.
std::unique_ptr<rt::Model> startModel(const Program &program, int threads);

/// Runs one kernel on `batch` random rows with outputs of the right size. The
/// rows of a smaller batch are the first ones of a larger.
class KernelCall {
public:
  KernelCall(rt::Model &model, const std::string &kernel, int64_t batch);

  void operator()() { runner.run(in, out, {batch}); }
  const rt::Runner &kernel() const { return runner; }
  const std::vector<void *> &results() const { return out; }
  /// Lets results of parameters go to other memory.
  void redirect(const std::function<void *(int)> &slot);

private:
  rt::Runner runner;
  int64_t batch;
  std::vector<std::vector<float>> inputs;
  std::vector<const void *> in;
  std::vector<rt::Buffer> outputs;
  std::vector<void *> out;
};

} // namespace rill::bench

#endif // RILL_BENCH_KERNEL_H
