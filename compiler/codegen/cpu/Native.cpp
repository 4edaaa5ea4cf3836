//===- Native.cpp - LLVM dialect to object bytes --------------------------===//
//
// Translation to LLVM IR, a short list of function passes, and the x86 back
// end. Instruction sets are attributes of functions, so one object holds all
// variants. No pass here may change rounding: nothing is contracted, and no
// maths function is named, so no libm symbol can appear.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/Native.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "llvm/Transforms/Utils/LoopSimplify.h"

#include <chrono>

using namespace mlir;
using namespace rill::cpu;

static double now() {
  auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(time).count();
}

void rill::cpu::registerCpuDialects(DialectRegistry &registry) {
  registry.insert<LLVM::LLVMDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

/// Sets an option of LLVM's code generator that has no other interface.
static void setCodegenFlag(llvm::StringRef name, llvm::StringRef value) {
  auto &options = llvm::cl::getRegisteredOptions();
  auto found = options.find(name);
  assert(found != options.end() && "internal error: no such LLVM option");
  found->second->addOccurrence(0, name, value);
}

static std::unique_ptr<llvm::TargetMachine> makeTarget() {
  static const bool once = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    // Loops and the order in them are written as they should be: rewriting
    // induction variables and rescheduling take 40 % of the time and gain
    // nothing (measured).
    setCodegenFlag("disable-lsr", "true");
    setCodegenFlag("enable-misched", "false");
    return true;
  }();
  (void)once;
  std::string error;
  llvm::Triple triple("x86_64-unknown-linux-gnu");
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, "x86-64", "", options, llvm::Reloc::PIC_, std::nullopt,
      llvm::CodeGenOptLevel::Default));
}

/// Vectors of 512 bits stay whole in the AVX-512 variant.
static void preferWideVectors(llvm::Module &module) {
  for (llvm::Function &function : module)
    if (function.getFnAttribute("target-cpu").getValueAsString() ==
        info(Isa::Avx512).cpu) {
      function.addFnAttr("prefer-vector-width", "512");
      function.addFnAttr("min-legal-vector-width", "512");
    }
}

/// The emitted code has rotated loops and no stack slots to promote: what is
/// left to do is sharing, hoisting of addresses, and instruction choice.
static void optimize(llvm::Module &module, llvm::TargetMachine &target) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::TargetLibraryInfoImpl library(target.getTargetTriple());
  library.disableAllFunctions();
  functions.registerPass([&] { return llvm::TargetLibraryAnalysis(library); });
  llvm::PassBuilder builder(&target);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::EarlyCSEPass(true));
  passes.addPass(llvm::SimplifyCFGPass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(
      llvm::LICMPass(llvm::LICMOptions()), /*UseMemorySSA=*/true));
  llvm::ModulePassManager all;
  all.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(passes)));
  all.run(module, modules);
}

std::unique_ptr<ObjectJob> ObjectJob::translate(ModuleOp llvmModule) {
  double start = now();
  auto job = std::make_unique<ObjectJob>();
  job->target = makeTarget();
  if (!job->target) {
    llvmModule.emitError("internal error: no x86-64 target in LLVM");
    return nullptr;
  }
  job->context = std::make_unique<llvm::LLVMContext>();
  job->module = translateModuleToLLVMIR(llvmModule, *job->context, "rill");
  if (!job->module) {
    llvmModule.emitError("internal error: no translation to LLVM IR");
    return nullptr;
  }
  job->module->setDataLayout(job->target->createDataLayout());
  job->module->setTargetTriple(job->target->getTargetTriple());
  preferWideVectors(*job->module);
  job->took.translate = now() - start;
  return job;
}

std::optional<std::string> ObjectJob::generate() {
  double start = now();
  optimize(*module, *target);
  took.optimize = now() - start;

  start = now();
  llvm::SmallVector<char> buffer;
  llvm::raw_svector_ostream stream(buffer);
  llvm::legacy::PassManager back;
  if (target->addPassesToEmitFile(back, stream, nullptr,
                                  llvm::CodeGenFileType::ObjectFile))
    return std::nullopt;
  back.run(*module);
  took.emit = now() - start;
  return std::string(buffer.begin(), buffer.end());
}

llvm::FailureOr<std::string> rill::cpu::emitObject(ModuleOp llvmModule,
                                                   CompileTimes *times) {
  auto job = ObjectJob::translate(llvmModule);
  if (!job)
    return failure();
  auto bytes = job->generate();
  if (!bytes)
    return llvmModule.emitError("internal error: no object writer");
  if (times)
    *times = job->times();
  return std::move(*bytes);
}
