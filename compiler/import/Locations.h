//===- Locations.h - Source ranges as MLIR locations ------------*- C++ -*-===//
#ifndef RILL_COMPILER_IMPORT_LOCATIONS_H
#define RILL_COMPILER_IMPORT_LOCATIONS_H

#include "Support/Source.h"

#include "mlir/IR/Location.h"

namespace rill::import {

/// A file, line and column that also remembers the exact range.
mlir::Location locationOf(lang::SourceRange range,
                          const lang::SourceManager &sources,
                          mlir::MLIRContext *context);

/// The range again; invalid when the location is of other origin.
lang::SourceRange rangeOf(mlir::Location location);

} // namespace rill::import

#endif // RILL_COMPILER_IMPORT_LOCATIONS_H
