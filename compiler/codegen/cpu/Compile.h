//===- Compile.h - Tile programs to an object --------------------*- C++
//-*-===//
//
// The entry to CPU code generation: every tile program of a module, lowered
// for the requested instruction sets, in one relocatable object that exports
// `rill_program` (runtime/include/rill/abi.h). Linking and loading the object
// are Link.h and Jit.h.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_CODEGEN_CPU_COMPILE_H
#define RILL_CODEGEN_CPU_COMPILE_H

#include "codegen/cpu/Targets.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/LogicalResult.h"

#include <string>

namespace rill::cpu {

struct CompileOptions {
  Targets targets;
  /// JSON of docs/decisions/0003, embedded as RillProgram.metadata.
  std::string metadata;
};

/// What a compilation took, in seconds.
struct CompileTimes {
  double lower = 0, translate = 0, optimize = 0, emit = 0;
};

/// The dialects and translations that CPU code generation needs.
void registerCpuDialects(mlir::DialectRegistry &registry);

/// Lowers every `tile` program of `module` for every instruction set to a new
/// module of the LLVM dialect, with the `rill_program` table. `module` stays
/// as it is. Null after an internal error (reported on the operation).
mlir::OwningOpRef<mlir::ModuleOp>
lowerTilePrograms(mlir::ModuleOp module, const CompileOptions &options);

/// An LLVM dialect module made by lowerTilePrograms to the bytes of an ELF
/// object.
llvm::FailureOr<std::string> emitObject(mlir::ModuleOp llvmModule,
                                        CompileTimes *times = nullptr);

/// Both in one: tile programs to the bytes of an ELF object. The variants are
/// joined by way of files in the system's temporary folder; `why` gets what was
/// wrong with them, which is no fault of ours (any other failure is reported on
/// the module, as an internal error).
llvm::FailureOr<std::string> compileTilePrograms(mlir::ModuleOp module,
                                                 const CompileOptions &options,
                                                 CompileTimes *times = nullptr,
                                                 std::string *why = nullptr);

} // namespace rill::cpu

#endif // RILL_CODEGEN_CPU_COMPILE_H
