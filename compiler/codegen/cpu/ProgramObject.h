//===- ProgramObject.h - The RillProgram table of an object ------*- C++
//-*-===//
//
// Writes `rill_program` and what it points to (kernel table, names, metadata)
// as constants of an LLVM dialect module. It knows the layout of abi.h and
// nothing of how kernels are made.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_CODEGEN_CPU_PROGRAMOBJECT_H
#define RILL_CODEGEN_CPU_PROGRAMOBJECT_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"

#include <array>
#include <string>

namespace rill::cpu {

/// One row of the table; null functions where a variant was not compiled.
struct KernelEntry {
  std::string name;
  std::array<mlir::LLVM::LLVMFuncOp, 3> run;
  std::array<mlir::LLVM::LLVMFuncOp, 3> workspace;
  int64_t preparedBytes = 0;
};

void emitProgram(mlir::ModuleOp module, llvm::ArrayRef<KernelEntry> kernels,
                 llvm::StringRef metadata);

} // namespace rill::cpu

#endif // RILL_CODEGEN_CPU_PROGRAMOBJECT_H
