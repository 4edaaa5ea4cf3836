//===- Registry.cpp - Dialects and passes of the compiler -----------------===//

#include "pipeline/Registry.h"

#include "Lane/IR/LaneDialect.h"

#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"

#ifdef RILL_HAVE_LANE_PASSES
#include "Lane/Transforms/Passes.h"
#endif
#ifdef RILL_HAVE_TILE
#include "Tile/IR/TileOps.h"
#endif
#ifdef RILL_HAVE_TILE_PASSES
#include "Tile/Transforms/Passes.h"
#endif
#ifdef RILL_HAVE_FLOW
#include "Flow/IR/FlowDialect.h"
#endif
#ifdef RILL_HAVE_PROB
#include "Prob/IR/ProbDialect.h"
#endif

void rill::pipeline::registerDialects(mlir::DialectRegistry &registry) {
  registry.insert<mlir::func::FuncDialect, lane::LaneDialect>();
  mlir::func::registerInlinerExtension(registry);
#ifdef RILL_HAVE_TILE
  registry.insert<tile::TileDialect>();
#endif
#ifdef RILL_HAVE_FLOW
  registry.insert<flow::FlowDialect>();
#endif
#ifdef RILL_HAVE_PROB
  registry.insert<prob::ProbDialect>();
#endif
}

void rill::pipeline::registerPasses() {
  mlir::registerTransformsPasses();
#ifdef RILL_HAVE_LANE_PASSES
  lane::registerLanePasses();
  lane::registerLanePipelines();
#endif
#ifdef RILL_HAVE_TILE_PASSES
  tile::registerTilePasses();
#endif
}
