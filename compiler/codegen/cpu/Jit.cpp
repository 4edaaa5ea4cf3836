//===- Jit.cpp - Loading an object into this process ----------------------===//
//
// LLJIT as a loader: links the object's sections in memory. Kernels need
// nothing from outside but memcpy and memset of this process.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/Jit.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"

using namespace rill::cpu;

LoadedProgram::LoadedProgram() = default;
LoadedProgram::LoadedProgram(LoadedProgram &&) noexcept = default;
LoadedProgram &LoadedProgram::operator=(LoadedProgram &&) noexcept = default;
LoadedProgram::~LoadedProgram() = default;

llvm::Expected<LoadedProgram> LoadedProgram::load(llvm::StringRef object) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  LoadedProgram loaded;
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  loaded.jit = std::move(*jit);
  if (auto error = loaded.jit->addObjectFile(
          llvm::MemoryBuffer::getMemBufferCopy(object, "rill")))
    return std::move(error);
  auto address = loaded.jit->lookup("rill_program");
  if (!address)
    return address.takeError();
  loaded.table = address->toPtr<const RillProgram *>();
  return std::move(loaded);
}

const RillKernel *LoadedProgram::kernel(llvm::StringRef name) const {
  for (int32_t i = 0; i < table->kernel_count; ++i)
    if (name == table->kernels[i].name)
      return &table->kernels[i];
  return nullptr;
}

void *LoadedProgram::symbol(llvm::StringRef name) const {
  auto address = jit->lookup(name);
  if (address)
    return address->toPtr<void *>();
  llvm::consumeError(address.takeError());
  return nullptr;
}
