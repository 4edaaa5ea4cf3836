//===- LaneRun.h - Lane functions as native code, in tests -------*- C++
//-*-===//
//
// Takes lane functions the whole way down and runs them on the interpreter's
// arrays, so that a test can hold native code against the interpreter.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TEST_CPU_LANERUN_H
#define RILL_TEST_CPU_LANERUN_H

#include "NativeRun.h"

#include "Lane/Interp/Interp.h"
#include "Tile/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <map>

namespace rill::test {

/// Every dialect and translation that a lane module needs to become an object.
void registerLaneDialects(mlir::DialectRegistry &registry);

/// The functions of a lane module (text or module) as native code. Functions
/// named in `entries` become kernels. The module stays as it is.
class NativeLane {
public:
  static llvm::Expected<NativeLane>
  compile(mlir::ModuleOp module, llvm::ArrayRef<llvm::StringRef> entries,
          cpu::Targets targets, const tile::LaneToTileOptions &options = {});
  static llvm::Expected<NativeLane>
  compile(llvm::StringRef text, mlir::MLIRContext &context,
          llvm::ArrayRef<llvm::StringRef> entries, cpu::Targets targets,
          const tile::LaneToTileOptions &options = {});

  /// Text as a module that the interpreter takes.
  static llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
  parse(llvm::StringRef text, mlir::MLIRContext &context);

  /// Results as doubles, whatever their type.
  llvm::Expected<std::vector<lane::Array>>
  run(llvm::StringRef function, llvm::ArrayRef<lane::Array> arguments,
      const lane::InterpContext &context, cpu::Isa isa, int workers = 1) const;

  const NativeProgram &program() const { return native; }
  std::vector<cpu::Isa> isas() const { return native.isas(); }

private:
  struct Signature {
    std::vector<mlir::Type> elements; ///< arguments, then results
    std::vector<std::pair<llvm::SmallVector<int64_t>, bool>> results;
    size_t arguments = 0;
  };
  explicit NativeLane(NativeProgram native) : native(std::move(native)) {}
  NativeProgram native;
  std::map<std::string, Signature> signatures;
};

} // namespace rill::test

#endif // RILL_TEST_CPU_LANERUN_H
