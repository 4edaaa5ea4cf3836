//===- Registry.h - Dialects and passes of the compiler ---------*- C++ -*-===//
//
// What a context of the compiler knows: the dialects in use and no other, and
// for rill-opt every pass by name.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_COMPILER_PIPELINE_REGISTRY_H
#define RILL_COMPILER_PIPELINE_REGISTRY_H

#include "mlir/IR/DialectRegistry.h"

namespace rill::pipeline {

void registerDialects(mlir::DialectRegistry &registry);
void registerPasses();

} // namespace rill::pipeline

#endif // RILL_COMPILER_PIPELINE_REGISTRY_H
