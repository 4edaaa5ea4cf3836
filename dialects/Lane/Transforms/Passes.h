// The passes of the lane dialect and the pipeline that runs them in order.
#ifndef RILL_LANE_PASSES_H
#define RILL_LANE_PASSES_H

#include "Lane/IR/LaneOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace rill::lane {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "Lane/Transforms/LanePasses.h.inc"

/// Which steps of the lane pipeline run; all do by default.
struct LanePipelineOptions {
  bool inlineCalls = true;
  bool differentiate = true;
  bool simplifyLoops = true;
  bool canonicalize = true;
  bool checkRates = true;
};

/// From the importer's lane functions to flat, clean, differentiated ones: what
/// the interpreter runs and the tile lowering takes.
void populateLanePipeline(mlir::OpPassManager &manager,
                          const LanePipelineOptions &options = {});

/// Makes the pipeline known to rill-opt as `lane-pipeline`.
void registerLanePipelines();

/// Expands one vjp or jvp whose region has none left inside.
llvm::LogicalResult expandVjp(VjpOp op);
llvm::LogicalResult expandJvp(JvpOp op);

/// Replaces a divergence whose region has no derivative left inside by its
/// closed form, if there is one and it needs fewer products, else by tangents.
void expandDivergence(DivergenceOp op);
/// Replaces a divergence by one jvp per element.
void expandDivergenceByTangents(DivergenceOp op);
/// The products of one sample's closed form, those of the value left out;
/// nothing if tangents are taken.
std::optional<int64_t> productsInClosedForm(DivergenceOp op);

/// Simplifies every loop below `root`; true if anything changed.
bool simplifyLoops(mlir::Operation *root);

/// Canonical, common and dead code and loops of everything below `root`, until
/// nothing changes: what follows each derivative.
void cleanUp(mlir::Operation *root);

} // namespace rill::lane

#endif
