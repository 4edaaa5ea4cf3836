//===- Pipeline.h - The stages of the compiler, in order --------*- C++ -*-===//
//
// A Compilation takes a Rill file through the stages of ARCHITECTURE.md: ast,
// typed, model, lane, lane-grad, tile, object. Each stage can be printed. It
// owns every intermediate form; the tools only choose where to stop and what
// to do with the object.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_COMPILER_PIPELINE_PIPELINE_H
#define RILL_COMPILER_PIPELINE_PIPELINE_H

#include "AST/AST.h"
#include "Elab/Elaborate.h"
#include "Support/Diagnostic.h"
#include "Typed/Typed.h"
#include "codegen/cpu/Compile.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <optional>
#include <string>

namespace rill::pipeline {

enum class Stage {
  Ast,
  Typed,
  Model,
  Lane,
  Plan,
  LaneGrad,
  Tile,
  Llvm,
  Object
};

/// The stage that `--emit=NAME` asks for.
std::optional<Stage> parseStage(llvm::StringRef name);

struct Options {
  bool f64 = false;     ///< --precision
  cpu::Targets targets; ///< --cpu
  bool tests = false;   ///< elaborate `test` blocks too
};

class Compilation {
public:
  Compilation(std::string path, Options options);

  /// Runs all stages up to and including `stage`. False when an error was
  /// reported; diagnostics() has the text.
  bool run(Stage stage);

  /// What `--emit` prints, after run(stage).
  std::string print(Stage stage);

  /// After run(Stage::Lane): spaces, kinds, directions; `explain` adds verdict
  /// and reason for every update.
  std::string description(bool explain) const;

  /// Rendered diagnostics, also when there are only warnings.
  std::string diagnostics(bool color) const;

  /// The object's bytes, after run(Stage::Object).
  const std::string &object() const { return objectBytes; }
  /// After run(Stage::Model) and later: the module in its present form.
  mlir::ModuleOp module() const { return *moduleOp; }
  const lang::typed::Program &program() const { return typedProgram; }

private:
  bool advance(Stage stage);
  /// Judges the program of one declaration that nothing uses.
  void judgeAlone(const lang::typed::Program &program,
                  lang::DiagnosticEngine &reports);
  bool lowerToLane();
  bool differentiate();
  bool schedule();
  bool emit();
  cpu::CompileOptions cpuOptions() const;

  std::string path;
  Options options;
  lang::SourceManager sources;
  lang::DiagnosticEngine diag;
  lang::DiagnosticEngine *current = &diag; ///< where internal errors go
  lang::ModuleSet modules;
  lang::typed::Program typedProgram;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> moduleOp;
  std::string planText, summary, explanation;
  std::string objectBytes;
  std::optional<Stage> done;
};

} // namespace rill::pipeline

#endif // RILL_COMPILER_PIPELINE_PIPELINE_H
