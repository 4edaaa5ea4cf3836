//===- Model.h - A loaded program -------------------------------*- C++ -*-===//
//
// A program with its plan, parameters, threads and chosen instruction set, and
// Runner: one kernel with the memory that its calls need. Every command goes
// through these two. No files and no algorithms here.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_MODEL_H
#define RILL_RUNTIME_MODEL_H

#include "Runtime/Params.h"
#include "Runtime/ThreadPool.h"
#include "rill/abi.h"

namespace rill::rt {

struct ModelOptions {
  int threads = 0; ///< 0: as many as the process may use
  std::string isa; ///< "", "avx512", "avx2" or "generic"
};

class Model {
public:
  /// Parses the plan and chooses the instruction set. The program must outlive
  /// the model. Errors: another ABI version, no variant for this machine, a
  /// kernel of the plan that the program lacks.
  explicit Model(const RillProgram &program, const ModelOptions &options = {});

  const Plan &plan() const { return thePlan; }
  /// What the conditions of a dist are where nothing is given.
  void setDefault(const std::string &dist, const std::string &condition,
                  double value);
  Params &params() { return theParams; }
  ThreadPool &pool() { return threads; }
  int isa() const { return theIsa; }
  const RillKernel &code(const KernelSpec &spec) const;

  /// The kernel's double-precision version: `name`@f64, or `name` itself in an
  /// f64 program; null if there is none.
  const KernelSpec *doubleKernel(const std::string &name) const;
  /// The dist of this name, or the program's main one if "". An Error (with
  /// did-you-mean) if there is none.
  const DistSpec &dist(const std::string &name) const;

private:
  Plan thePlan;
  const RillProgram &program;
  int theIsa;
  Params theParams;
  ThreadPool threads;
};

/// What a call is about, beside its arrays.
struct CallKey {
  int64_t batch = 0;
  uint64_t seed = 0;
  int64_t step = 0;
  int64_t firstSample = 0;
};

/// Calls one kernel, again and again: keeps workspace, converts parameters
/// where the kernel's precision is not theirs, and lets the kernel keep what
/// it prepared from them until they change.
class Runner {
public:
  /// `params` (default: the model's) must outlive the runner.
  Runner(Model &model, const KernelSpec &spec, const Params *params = nullptr);

  const KernelSpec &spec() const { return kernel; }
  /// Arguments that are not parameters, in order.
  const std::vector<const ArgSpec *> &inputs() const { return varying; }
  /// `in`: one pointer per inputs(); `out`: one per result. An Error if the
  /// kernel reports a failure.
  void run(const std::vector<const void *> &in, const std::vector<void *> &out,
           const CallKey &key);

private:
  void refreshParams();

  Model &model;
  const KernelSpec &kernel;
  const RillKernel &code;
  const Params *source;
  Params converted; ///< used if the kernel's precision is not the source's
  uint64_t seen = 0;
  bool convert = false;
  std::vector<const ArgSpec *> varying;
  std::vector<const void *> pointers;
  Buffer workspace, prepared;
  int64_t workspaceBatch = -1;
};

} // namespace rill::rt
#endif
