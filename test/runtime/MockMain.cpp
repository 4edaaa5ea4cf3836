//===- MockMain.cpp - The mock as an executable ---------------------------===//
//
// What `rill build` would make of the mock program, for trying commands by
// hand and for tests that need a process: mock COMMAND OPTIONS.
//
//===----------------------------------------------------------------------===//

#include "MockProgram.h"
#include "rill/main.h"

int main(int argc, char **argv) {
  rill::test::MockOptions options;
  options.steps = 400;
  options.checks = R"([
{"label":"roundtrip(p) < 1e-5","measure":"roundtrip","dist":"p","relation":"<","value":1e-5},
{"label":"logdet(p) == numeric","measure":"logdet","dist":"p","relation":"==","numeric":true,"within":1e-8},
{"label":"gradient == numeric","measure":"gradient","dist":"p","relation":"==","numeric":true,"within":1e-6},
{"label":"integral(p, box(-20, 20)) == 1","measure":"integral","dist":"p","relation":"==","value":1,"within":1e-2,"box":[-20,20]}])";
  rill::test::MockProgram mock(options);
  return rill_main(mock.get(), argc, argv);
}
