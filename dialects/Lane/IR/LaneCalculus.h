// Regions of vjp and jvp that are written with free use of outer values, and
// then closed.
#ifndef RILL_LANE_LANECALCULUS_H
#define RILL_LANE_LANECALCULUS_H

#include "Lane/IR/LaneOps.h"

namespace rill::lane {

/// Makes every value that the region of a vjp or jvp uses from outside an
/// input, which is held: derivatives are taken in the named inputs only.
void isolate(mlir::Operation *calculus);

} // namespace rill::lane

#endif
