//===- rill-opt.cpp - Runs single passes on any stage ---------------------===//
//
// The developer's tool: reads a module at any stage from `model` to `tile`,
// runs the passes named on the command line, prints the result.
//
//===----------------------------------------------------------------------===//

#include "pipeline/Registry.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  rill::pipeline::registerDialects(registry);
  rill::pipeline::registerPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "rill-opt\n", registry));
}
