//===- rill.cpp - The user's command --------------------------------------===//
//
// Parses the command line and runs one of build, check, test, run, interpret,
// explain. What the commands do is in pipeline/; nothing is compiled here.
//
//===----------------------------------------------------------------------===//

#include "Support/Diagnostic.h"
#include "pipeline/Commands.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <iostream>

using namespace rill::pipeline;

static constexpr const char *about =
    "Rill compiles probabilistic flow models to executables that train, "
    "evaluate exact likelihood and sample.";

static void addCommon(CLI::App *command, CommandOptions &options) {
  command->add_option("file", options.file, "the program, a .rill file")
      ->required();
  command->add_option("--precision", options.precision, "f32 or f64")
      ->check(CLI::IsMember({"f32", "f64"}));
  command
      ->add_option("--cpu", options.cpu,
                   "instruction sets of the code: auto holds AVX-512 and AVX2")
      ->check(CLI::IsMember({"auto", "native", "avx2", "avx512", "generic"}));
}

/// What was printed must have arrived: a full disk behind stdout is a failure.
static int afterPrinting(int status) {
  llvm::outs().flush();
  std::error_code error = llvm::outs().error();
  if (!error)
    return status;
  llvm::outs().clear_error();
  std::cerr << "error: cannot write to standard output: " << error.message()
            << "\n";
  return status ? status : 1;
}

int main(int argc, char **argv) {
  CLI::App app(about, "rill");
  app.require_subcommand(1);
  app.set_version_flag("--version", "rill " RILL_VERSION);
  CommandOptions options;
  options.executable = argv[0];

  CLI::App *build = app.add_subcommand("build", "compile to an executable");
  addCommon(build, options);
  build->add_option("-o,--output", options.output, "the executable's path");
  build->add_option("--emit", options.emit,
                    "print a stage instead: ast, typed, model, plan, lane, "
                    "lane-grad, tile, llvm; or write an object: obj");
  build->add_option("--linker", options.linker, "lld (in process) or cc")
      ->check(CLI::IsMember({"lld", "cc"}));

  CLI::App *check = app.add_subcommand(
      "check", "judge a program: spaces, kinds, invertibility");
  check->add_option("file", options.file, "the program, a .rill file")
      ->required();
  check->add_flag("--explain", options.explain,
                  "verdict and reason for every line of every flow");

  CLI::App *test = app.add_subcommand("test", "run the program's test blocks");
  addCommon(test, options);

  CLI::App *run = app.add_subcommand(
      "run", "compile in memory and run: rill run FILE -- train --out p");
  addCommon(run, options);
  run->add_option("arguments", options.arguments, "for the program, after --");

  CLI::App *interpret = app.add_subcommand(
      "interpret", "evaluate by the f64 interpreter, slowly and plainly");
  interpret->add_option("file", options.file, "the program, a .rill file")
      ->required();
  interpret->add_option("--params", options.params, "parameters (safetensors)");
  interpret->add_option("--in", options.input, "rows: .npy or .csv")
      ->required();
  interpret->add_option("--given", options.given,
                        "conditions, a row for each row: .npy or .csv");
  interpret->add_option("--out", options.output, "log-densities, .npy")
      ->required();

  CLI::App *explain = app.add_subcommand("explain", "explain an error code");
  explain->add_option("code", options.code, "such as R0214")->required();

  std::vector<std::string> names;
  for (CLI::App *command : app.get_subcommands({}))
    names.push_back(command->get_name());
  if (argc > 1 && argv[1][0] != '-' && !llvm::is_contained(names, argv[1])) {
    std::string near = rill::lang::didYouMean(argv[1], names);
    std::cerr << "error: no command '" << argv[1] << "'"
              << (near.empty() ? "; see rill --help"
                               : "; did you mean '" + near + "'?")
              << "\n";
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }

  auto chosen = [&] {
    if (*build)
      return runBuild(options);
    if (*check)
      return runCheck(options);
    if (*test)
      return runTest(options);
    if (*run)
      return runRun(options);
    if (*interpret)
      return runInterpret(options);
    return runExplain(options);
  };
  // A size limit is a failed write with a message, not a sudden end.
  std::signal(SIGXFSZ, SIG_IGN);
  // Errors of users are diagnostics; what is thrown up to here is our fault.
  try {
    return afterPrinting(chosen());
  } catch (const std::exception &error) {
    std::cerr
        << "error[R0901]: internal error of the compiler: " << error.what()
        << "\n   = this is our fault; please report it with the program\n";
    return 1;
  }
}
