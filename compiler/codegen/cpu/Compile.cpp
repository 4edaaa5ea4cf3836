//===- Compile.cpp - Tile programs to an object ---------------------------===//
//
// Goes over programs and instruction sets and ties the results together in
// the program table. See Compile.h.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/Compile.h"

#include "codegen/cpu/Link.h"
#include "codegen/cpu/Native.h"
#include "codegen/cpu/ProgramObject.h"
#include "codegen/cpu/TileEmitter.h"

#include <chrono>
#include <thread>

using namespace mlir;
using namespace rill;
using namespace rill::cpu;

namespace {
/// Which instruction set serves each of a program's variants.
struct Plan {
  tile::ProgramOp program;
  std::string symbol; ///< without the instruction set
  SmallVector<Isa> isas;
};
} // namespace

/// The double precision programs beside a single precision model serve its
/// checks: one variant with FMA is enough, since both give the same bits.
static std::vector<Plan> plan(ModuleOp module, const Targets &targets) {
  bool single = false;
  for (auto program : module.getOps<tile::ProgramOp>())
    single |= program.getElement().isF32();
  std::vector<Plan> plans;
  for (auto program : module.getOps<tile::ProgramOp>()) {
    SmallVector<Isa> isas = targets.list();
    if (single && program.getElement().isF64() && targets.avx2)
      llvm::erase(isas, Isa::Avx512);
    plans.push_back({program, "rill_k" + std::to_string(plans.size()), isas});
  }
  return plans;
}

static std::string symbolFor(const Plan &plan, Isa isa) {
  return plan.symbol + "_" + info(isa).name;
}

static void emitVariant(ModuleOp target, ArrayRef<Plan> plans, Isa isa) {
  Emitter emitter(target, info(isa));
  for (const Plan &plan : plans)
    if (llvm::is_contained(plan.isas, isa)) {
      TileEmitter tile(emitter, plan.program, symbolFor(plan, isa));
      tile.emitWorkspace();
      tile.emitRun();
    }
}

/// The function of that name, declared if it is in another object.
static LLVM::LLVMFuncOp reference(ModuleOp module, const std::string &name) {
  if (auto known = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return known;
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  auto type =
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()), {});
  return LLVM::LLVMFuncOp::create(b, module.getLoc(), name, type);
}

static void emitTable(ModuleOp target, ArrayRef<Plan> plans,
                      const CompileOptions &options) {
  std::vector<KernelEntry> kernels;
  for (const Plan &plan : plans) {
    tile::ProgramOp program = plan.program;
    KernelEntry entry;
    entry.name = program.getSymName().str();
    // Kernels may read one vector past the end of packed weights.
    entry.preparedBytes =
        program.getPrepared() ? program.getPrepared() + 64 : 0;
    for (Isa isa : options.targets.list()) {
      Isa served = llvm::is_contained(plan.isas, isa) ? isa : plan.isas[0];
      std::string symbol = symbolFor(plan, served);
      int row = static_cast<int>(isa);
      entry.run[row] = reference(target, symbol);
      entry.workspace[row] = reference(target, symbol + "_workspace");
    }
    kernels.push_back(entry);
  }
  emitProgram(target, kernels, options.metadata);
}

OwningOpRef<ModuleOp>
rill::cpu::lowerTilePrograms(ModuleOp module, const CompileOptions &options) {
  module.getContext()->loadDialect<LLVM::LLVMDialect>();
  OwningOpRef<ModuleOp> result = ModuleOp::create(module.getLoc());
  std::vector<Plan> plans = plan(module, options.targets);
  for (Isa isa : options.targets.list())
    emitVariant(*result, plans, isa);
  emitTable(*result, plans, options);
  return result;
}

static double secondsSince(std::chrono::steady_clock::time_point start) {
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return took.count();
}

llvm::FailureOr<std::string>
rill::cpu::compileTilePrograms(ModuleOp module, const CompileOptions &options,
                               CompileTimes *times, std::string *why) {
  auto start = std::chrono::steady_clock::now();
  module.getContext()->loadDialect<LLVM::LLVMDialect>();
  std::vector<Plan> plans = plan(module, options.targets);
  // One module per instruction set, generated side by side; the table goes
  // with the first.
  SmallVector<Isa> isas = options.targets.list();
  std::vector<OwningOpRef<ModuleOp>> modules;
  for (Isa isa : isas) {
    modules.push_back(ModuleOp::create(module.getLoc()));
    emitVariant(*modules.back(), plans, isa);
  }
  emitTable(*modules[0], plans, options);
  double lowering = secondsSince(start);
  std::vector<std::unique_ptr<ObjectJob>> jobs;
  for (auto &variant : modules) {
    jobs.push_back(ObjectJob::translate(*variant));
    if (!jobs.back())
      return failure();
  }
  std::vector<std::optional<std::string>> objects(jobs.size());
  std::vector<std::thread> threads;
  for (size_t k = 1; k < jobs.size(); ++k)
    threads.emplace_back([&, k] { objects[k] = jobs[k]->generate(); });
  objects[0] = jobs[0]->generate();
  for (std::thread &thread : threads)
    thread.join();
  std::vector<std::string> bytes;
  for (auto &object : objects) {
    if (!object)
      return module.emitError("internal error: no object writer");
    bytes.push_back(std::move(*object));
  }
  if (times) {
    *times = jobs[0]->times();
    times->lower = lowering;
  }
  if (bytes.size() == 1)
    return bytes[0];
  std::string merged;
  if (auto wrong = mergeObjects(bytes, merged)) {
    if (!why)
      return module.emitError("the variants cannot be joined: ") << *wrong;
    *why = *wrong;
    return failure();
  }
  return merged;
}
