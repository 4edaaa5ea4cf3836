//===- Pipeline.cpp - The stages of the compiler, in order ----------------===//
//
// Only the order of stages is here; each stage is a room of its own.
//
//===----------------------------------------------------------------------===//

#include "pipeline/Pipeline.h"

#include "Format/Format.h"
#include "Lane/Transforms/Passes.h"
#include "Parse/Parse.h"
#include "Tile/Transforms/Passes.h"
#include "import/Import.h"
#include "import/Locations.h"
#include "pipeline/Precision.h"
#include "pipeline/Registry.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <utility>

using namespace rill;
using namespace rill::pipeline;

std::optional<Stage> rill::pipeline::parseStage(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<Stage>>(name)
      .Case("ast", Stage::Ast)
      .Case("typed", Stage::Typed)
      .Case("model", Stage::Model)
      .Case("plan", Stage::Plan)
      .Case("lane", Stage::Lane)
      .Case("lane-grad", Stage::LaneGrad)
      .Case("tile", Stage::Tile)
      .Case("llvm", Stage::Llvm)
      .Case("obj", Stage::Object)
      .Default(std::nullopt);
}

Compilation::Compilation(std::string path, Options options)
    : path(std::move(path)), options(std::move(options)), diag(sources) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  cpu::registerCpuDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  // Two cores and small modules: threads cost more than they give.
  context.disableMultithreading();
  // What a verifier or pass says after the front end is our fault, said so.
  context.getDiagEngine().registerHandler([this](mlir::Diagnostic &message) {
    if (message.getSeverity() != mlir::DiagnosticSeverity::Error)
      return mlir::failure();
    current
        ->error(lang::Code::Internal, import::rangeOf(message.getLocation()),
                "internal error of the compiler: " + message.str())
        .why("this is our fault; please report it with the program");
    return mlir::success();
  });
}

bool Compilation::run(Stage stage) {
  for (int next = done ? int(*done) + 1 : 0; next <= int(stage); ++next) {
    if (!advance(Stage(next)))
      return false;
    done = Stage(next);
  }
  return true;
}

bool Compilation::advance(Stage stage) {
  switch (stage) {
  case Stage::Ast:
    modules = lang::loadModules(path, sources, diag);
    break;
  case Stage::Typed:
    typedProgram = lang::elaborate(modules, llvm::sys::path::stem(path).str(),
                                   sources, diag, options.tests,
                                   [this](const lang::typed::Program &program,
                                          lang::DiagnosticEngine &reports) {
                                     judgeAlone(program, reports);
                                   });
    break;
  case Stage::Model:
    moduleOp = import::importProgram(typedProgram, context, diag);
    import::warnUncheckedInverses(typedProgram, diag);
    break;
  case Stage::Lane:
    return lowerToLane();
  case Stage::Plan:
    return true; // made when the entry points are lowered
  case Stage::LaneGrad:
    return differentiate();
  case Stage::Tile:
    return schedule();
  case Stage::Llvm:
    return true; // printed on demand: emission lowers for every target anew
  case Stage::Object:
    return emit();
  }
  return !diag.hasErrors();
}

void Compilation::judgeAlone(const lang::typed::Program &program,
                             lang::DiagnosticEngine &reports) {
  lang::DiagnosticEngine *saved = std::exchange(current, &reports);
  if (auto model = import::importProgram(program, context, reports);
      model && succeeded(import::judge(*model, reports)))
    (void)import::lowerModelToLane(*model, program, reports);
  current = saved;
}

bool Compilation::lowerToLane() {
  auto directions = import::directionsOf(*moduleOp);
  summary = import::describe(typedProgram, *moduleOp, directions);
  explanation = import::explain(*moduleOp, sources);
  if (failed(import::judge(*moduleOp, diag)))
    return false;
  auto proofs = import::proveDependences(typedProgram, *moduleOp, diag);
  if (failed(import::lowerModelToLane(*moduleOp, typedProgram, diag)) ||
      diag.hasErrors())
    return false;
  planText = import::planJson(*moduleOp, typedProgram, directions, proofs,
                              options.f64);
  return true;
}

bool Compilation::differentiate() {
  mlir::PassManager manager(&context);
  lane::populateLanePipeline(manager);
  if (failed(manager.run(*moduleOp)))
    return false;
  if (options.f64)
    convertToDouble(*moduleOp);
  else
    addDoubleVariants(*moduleOp);
  return true;
}

bool Compilation::schedule() {
  mlir::PassManager manager(&context);
  tile::populateTilePipeline(manager);
  return succeeded(manager.run(*moduleOp));
}

cpu::CompileOptions Compilation::cpuOptions() const {
  return {options.targets, planText};
}

/// What an executable could be asked for: a law, a training, a check.
static bool offersNothing(const lang::typed::Program &program) {
  return program.dists.empty() && program.trains.empty() &&
         program.checks.empty();
}

bool Compilation::emit() {
  if (!options.tests && offersNothing(typedProgram)) {
    diag.error(lang::Code::NoMain, {},
               "'" + path + "' has nothing that an executable could do")
        .why("it declares no dist, trains nothing and checks nothing")
        .help("declare a dist and name it by 'main'; the test blocks of a "
              "library module are run by 'rill test'");
    return false;
  }
  std::string why;
  llvm::FailureOr<std::string> bytes =
      cpu::compileTilePrograms(*moduleOp, cpuOptions(), nullptr, &why);
  if (failed(bytes)) {
    if (!why.empty())
      diag.error(lang::Code::CannotWrite, {}, why)
          .why("the instruction sets' code is joined in the system's temporary "
               "folder")
          .help("make room there, or name another folder in TMPDIR");
    return false;
  }
  objectBytes = std::move(*bytes);
  return true;
}

std::string Compilation::print(Stage stage) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  switch (stage) {
  case Stage::Ast:
    return lang::format(modules.modules.at(""));
  case Stage::Typed:
    return lang::typed::print(typedProgram);
  case Stage::Plan:
    return planText + "\n";
  case Stage::Llvm:
    if (auto lowered = cpu::lowerTilePrograms(*moduleOp, cpuOptions()))
      lowered->print(stream);
    return text;
  case Stage::Object:
    return objectBytes;
  default:
    moduleOp->print(stream);
    return text;
  }
}

std::string Compilation::description(bool explain) const {
  return summary + (explain ? explanation : "");
}

std::string Compilation::diagnostics(bool color) const {
  return diag.render(color);
}
