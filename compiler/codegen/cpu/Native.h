//===- Native.h - LLVM dialect to object bytes, in two steps -----*- C++
//-*-===//
//
// One object under way. Translation uses the MLIR context and is done on the
// caller's thread; generation touches nothing shared, so several objects may
// be generated side by side. Private to this folder.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_CODEGEN_CPU_NATIVE_H
#define RILL_CODEGEN_CPU_NATIVE_H

#include "codegen/cpu/Compile.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>
#include <optional>

namespace rill::cpu {

class ObjectJob {
public:
  /// To LLVM IR. Nothing after an internal error, reported on the module.
  static std::unique_ptr<ObjectJob> translate(mlir::ModuleOp llvmModule);
  /// To the bytes of an ELF object. Nothing if LLVM cannot write one.
  std::optional<std::string> generate();
  const CompileTimes &times() const { return took; }

private:
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
  std::unique_ptr<llvm::TargetMachine> target;
  CompileTimes took;
};

} // namespace rill::cpu

#endif // RILL_CODEGEN_CPU_NATIVE_H
