//===- Precision.h - f32 and f64 forms of lane functions --------*- C++ -*-===//
//
// The front end writes f32. Double precision is the same function with other
// element types: for a whole program (--precision f64), or for a second copy
// of what checks compare against.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_COMPILER_PIPELINE_PRECISION_H
#define RILL_COMPILER_PIPELINE_PRECISION_H

#include "mlir/IR/BuiltinOps.h"

namespace rill::pipeline {

/// Turns every f32 lane function of `module` into f64. Call after inlining.
void convertToDouble(mlir::ModuleOp module);

/// Adds `NAME@f64` beside every function that is marked `rill.also_f64`.
void addDoubleVariants(mlir::ModuleOp module);

} // namespace rill::pipeline

#endif // RILL_COMPILER_PIPELINE_PRECISION_H
