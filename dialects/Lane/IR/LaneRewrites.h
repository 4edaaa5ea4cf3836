// The groups of rewrites that make lane code canonical. Private to IR/.
#ifndef RILL_LANE_LANEREWRITES_H
#define RILL_LANE_LANEREWRITES_H

#include "mlir/IR/PatternMatch.h"

namespace rill::lane {

void addArithmeticRewrites(mlir::RewritePatternSet &patterns);
void addRateRewrites(mlir::RewritePatternSet &patterns);
void addShapeRewrites(mlir::RewritePatternSet &patterns);
void addPlacementRewrites(mlir::RewritePatternSet &patterns);

} // namespace rill::lane

#endif
