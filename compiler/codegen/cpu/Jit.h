//===- Jit.h - Loading an object into this process ---------------*- C++
//-*-===//
//
// Puts an object made by compileTilePrograms into memory and hands out its
// RillProgram: what `rill run` and the tests use. Nothing is compiled here.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_CODEGEN_CPU_JIT_H
#define RILL_CODEGEN_CPU_JIT_H

#include "rill/abi.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>

namespace llvm::orc {
class LLJIT;
}

namespace rill::cpu {

/// A loaded object. Its program and every function in it live as long as this.
class LoadedProgram {
public:
  static llvm::Expected<LoadedProgram> load(llvm::StringRef object);
  LoadedProgram(LoadedProgram &&) noexcept;
  LoadedProgram &operator=(LoadedProgram &&) noexcept;
  ~LoadedProgram();

  const RillProgram *program() const { return table; }
  /// The kernel of that name, or null.
  const RillKernel *kernel(llvm::StringRef name) const;
  /// The address of any exported function of the object, or null.
  void *symbol(llvm::StringRef name) const;

private:
  LoadedProgram();
  std::unique_ptr<llvm::orc::LLJIT> jit;
  const RillProgram *table = nullptr;
};

} // namespace rill::cpu

#endif // RILL_CODEGEN_CPU_JIT_H
