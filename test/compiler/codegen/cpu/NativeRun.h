//===- NativeRun.h - Compiling and calling tile programs in tests -*- C++
//-*-===//
//
// Compiles a module of tile programs for this machine, loads it, and calls its
// kernels on plain arrays, with workspace and prepared memory filled with
// garbage first and a thread per worker.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TEST_CPU_NATIVERUN_H
#define RILL_TEST_CPU_NATIVERUN_H

#include "codegen/cpu/Compile.h"
#include "codegen/cpu/Jit.h"

#include <optional>
#include <string>
#include <vector>

namespace rill::test {

/// What one call is given beside its arrays.
struct CallOptions {
  int64_t batch = 1;
  uint64_t seed = 1;
  int64_t step = 0, firstSample = 0;
  int workers = 1;
};

class NativeProgram {
public:
  /// Fails the present test and returns nothing if compilation fails.
  static std::optional<NativeProgram> compile(mlir::ModuleOp tilePrograms,
                                              cpu::Targets targets);
  /// The instruction sets that were compiled and that this machine has.
  std::vector<cpu::Isa> isas() const;
  const RillKernel *kernel(llvm::StringRef name) const {
    return loaded.kernel(name);
  }
  /// Calls a kernel on raw arrays in ABI layout. Returns its status.
  int32_t run(llvm::StringRef kernel, cpu::Isa isa,
              const std::vector<const void *> &in,
              const std::vector<void *> &out, const CallOptions &options) const;
  const std::string &object() const { return bytes; }

private:
  NativeProgram(cpu::LoadedProgram loaded, std::string bytes,
                cpu::Targets targets)
      : loaded(std::move(loaded)), bytes(std::move(bytes)), targets(targets) {}
  cpu::LoadedProgram loaded;
  std::string bytes;
  cpu::Targets targets;
};

/// Memory aligned to 64 bytes, filled with 0xFF: NaN as floats.
class Scratch {
public:
  explicit Scratch(size_t bytes);
  ~Scratch();
  Scratch(const Scratch &) = delete;
  Scratch &operator=(const Scratch &) = delete;
  void *data() const { return memory; }
  /// False when something wrote beyond the end.
  bool intact() const;

private:
  void *memory;
  size_t bytes;
};

} // namespace rill::test

#endif // RILL_TEST_CPU_NATIVERUN_H
