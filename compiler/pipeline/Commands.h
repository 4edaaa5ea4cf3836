//===- Commands.h - What the commands of `rill` do --------------*- C++ -*-===//
//
// One function per command. Each prints to stdout or stderr and returns the
// process's exit status: 0, 1 for errors of the program, 2 for wrong usage.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_COMPILER_PIPELINE_COMMANDS_H
#define RILL_COMPILER_PIPELINE_COMMANDS_H

#include <string>
#include <vector>

namespace rill::pipeline {

struct CommandOptions {
  std::string executable; ///< argv[0], to find the kit
  std::string file;
  std::string output;
  std::string emit;
  std::string precision; ///< "": f64 for tests, else f32
  std::string cpu;       ///< "": auto for executables, native in memory
  std::string linker = "lld";
  std::string params, input, given; ///< interpret
  std::string code;          ///< explain
  std::vector<std::string> arguments;
  bool explain = false;
};

int runBuild(const CommandOptions &options);
int runCheck(const CommandOptions &options);
int runTest(const CommandOptions &options);
int runRun(const CommandOptions &options);
int runInterpret(const CommandOptions &options);
int runExplain(const CommandOptions &options);

} // namespace rill::pipeline

#endif // RILL_COMPILER_PIPELINE_COMMANDS_H
