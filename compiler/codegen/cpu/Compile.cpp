//===- Compile.cpp - Tile programs to an object ---------------------------===//
//
// Goes over programs and instruction sets and ties the results together in
// the program table. See Compile.h.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/Compile.h"

#include "codegen/cpu/ProgramObject.h"
#include "codegen/cpu/TileEmitter.h"

#include <chrono>

using namespace mlir;
using namespace rill::cpu;

OwningOpRef<ModuleOp>
rill::cpu::lowerTilePrograms(ModuleOp module, const CompileOptions &options) {
  module.getContext()->loadDialect<LLVM::LLVMDialect>();
  OwningOpRef<ModuleOp> result = ModuleOp::create(module.getLoc());
  std::vector<KernelEntry> kernels;
  for (auto program : module.getOps<tile::ProgramOp>()) {
    KernelEntry entry;
    entry.name = program.getSymName().str();
    entry.preparedBytes = program.getPrepared();
    kernels.push_back(entry);
  }
  for (Isa isa : options.targets.list()) {
    Emitter emitter(*result, info(isa));
    int64_t index = 0;
    for (auto program : module.getOps<tile::ProgramOp>()) {
      std::string symbol =
          "rill_k" + std::to_string(index) + "_" + info(isa).name;
      TileEmitter tile(emitter, program, symbol);
      KernelEntry &entry = kernels[index++];
      entry.workspace[static_cast<int>(isa)] = tile.emitWorkspace();
      entry.run[static_cast<int>(isa)] = tile.emitRun();
    }
  }
  emitProgram(*result, kernels, options.metadata);
  return result;
}

llvm::FailureOr<std::string>
rill::cpu::compileTilePrograms(ModuleOp module, const CompileOptions &options,
                               CompileTimes *times) {
  auto start = std::chrono::steady_clock::now();
  OwningOpRef<ModuleOp> lowered = lowerTilePrograms(module, options);
  if (!lowered)
    return failure();
  std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - start;
  if (times)
    times->lower += took.count();
  return emitObject(*lowered, times);
}
