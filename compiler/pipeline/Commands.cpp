//===- Commands.cpp - What the commands of `rill` do ----------------------===//

#include "pipeline/Commands.h"

#include "Support/Explain.h"
#include "codegen/cpu/Jit.h"
#include "codegen/cpu/Link.h"
#include "import/Import.h"
#include "pipeline/Kit.h"
#include "pipeline/Pipeline.h"
#include "rill/main.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <unistd.h>

using namespace rill;
using namespace rill::pipeline;

static int fail(const std::string &message) {
  llvm::errs() << "error: " << message << "\n";
  return 1;
}

/// Of the linker and of files; those that cannot be written have a code.
static int failToOutput(const std::string &message) {
  if (!llvm::StringRef(message).starts_with("cannot write"))
    return fail(message);
  llvm::errs() << "error[" << lang::codeName(lang::Code::CannotWrite)
               << "]: " << message << "\n";
  return 1;
}

static int failToWrite(const std::string &path, const std::string &why) {
  return failToOutput("cannot write '" + path + "': " + why);
}

/// Options of a compilation, or nothing after a message.
static std::optional<Options> compileOptions(const CommandOptions &options,
                                             llvm::StringRef defaultCpu) {
  Options result;
  result.f64 = options.precision == "f64";
  std::string why;
  std::optional<cpu::Targets> targets =
      cpu::Targets::parse(options.cpu.empty() ? defaultCpu : options.cpu, why);
  if (!targets) {
    fail(why);
    return std::nullopt;
  }
  result.targets = *targets;
  return result;
}

/// Runs to `stage` and prints what was reported.
static bool compile(Compilation &compilation, Stage stage) {
  bool ok = compilation.run(stage);
  llvm::errs() << compilation.diagnostics(isatty(STDERR_FILENO));
  return ok;
}

static int writeText(const std::string &path, const std::string &text) {
  if (path.empty()) {
    llvm::outs() << text;
    return 0;
  }
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  if (!error) {
    file << text;
    file.close();
    error = file.error();
    file.clear_error();
  }
  return error ? failToWrite(path, error.message()) : 0;
}

/// Why an executable must not take the place of what is at `output`; empty if
/// it may.
static std::string whyNoExecutable(const std::string &output,
                                   const std::string &source) {
  namespace fs = llvm::sys::fs;
  fs::file_status status;
  if (fs::status(output, status))
    return ""; // Nothing is there.
  if (fs::equivalent(output, source))
    return "that is the program itself; name the executable with -o";
  if (fs::is_directory(status))
    return "it is a folder";
  return fs::is_regular_file(status) ? "" : "it is no regular file";
}

int rill::pipeline::runBuild(const CommandOptions &options) {
  std::optional<Options> settings = compileOptions(options, "auto");
  if (!settings)
    return 2;
  Stage stage = Stage::Object;
  if (!options.emit.empty()) {
    std::optional<Stage> asked = parseStage(options.emit);
    if (!asked) {
      fail("no stage '" + options.emit +
           "': ast, typed, model, plan, lane, lane-grad, tile, llvm or obj");
      return 2;
    }
    stage = *asked;
  }
  Compilation compilation(options.file, *settings);
  if (!compile(compilation, stage))
    return 1;
  if (!options.emit.empty())
    return writeText(options.output, compilation.print(stage));

  std::string output = options.output.empty()
                           ? llvm::sys::path::stem(options.file).str()
                           : options.output;
  if (std::string why = whyNoExecutable(output, options.file); !why.empty())
    return failToWrite(output, why);
  cpu::LinkOptions link;
  link.kit = kitFolder(options.executable);
  link.useCc = options.linker == "cc";
  if (auto why = cpu::linkExecutable(compilation.object(), output, link))
    return failToOutput(*why);
  return 0;
}

int rill::pipeline::runCheck(const CommandOptions &options) {
  Options settings;
  settings.tests = true; // what tests say is judged too
  Compilation compilation(options.file, settings);
  if (!compile(compilation, Stage::Lane))
    return 1;
  llvm::outs() << compilation.description(options.explain);
  return 0;
}

/// Compiles, loads and hands the program to the runtime's command line, with
/// relative data paths taken from the source's folder.
static int loadAndRun(const CommandOptions &options, bool tests,
                      std::vector<std::string> arguments) {
  std::optional<Options> settings = compileOptions(options, "native");
  if (!settings)
    return 2;
  settings->tests = tests;
  // Library tests state tolerances of formulas, not of rounding to f32.
  settings->f64 |= tests && options.precision.empty();
  llvm::SmallString<128> folder(llvm::sys::path::parent_path(options.file));
  llvm::sys::fs::make_absolute(folder);
  Compilation compilation(options.file, *settings);
  if (!compile(compilation, Stage::Object))
    return 1;
  llvm::Expected<cpu::LoadedProgram> loaded =
      cpu::LoadedProgram::load(compilation.object());
  if (!loaded)
    return fail(llvm::toString(loaded.takeError()));
  arguments.insert(arguments.begin(), options.file);
  std::vector<char *> argv;
  for (std::string &argument : arguments)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  return rill_main_in(loaded->program(), folder.c_str(), int(argv.size()) - 1,
                      argv.data());
}

int rill::pipeline::runTest(const CommandOptions &options) {
  return loadAndRun(options, /*tests=*/true, {"test"});
}

int rill::pipeline::runRun(const CommandOptions &options) {
  return loadAndRun(options, /*tests=*/false, options.arguments);
}

int rill::pipeline::runExplain(const CommandOptions &options) {
  lang::Code code;
  if (!lang::parseCode(options.code, code)) {
    fail("no error code '" + options.code + "'; codes look like R0214");
    return 2;
  }
  llvm::outs() << lang::explain(code);
  return 0;
}
