//===- Registry.cpp - Dialects and passes of the compiler -----------------===//

#include "pipeline/Registry.h"

#include "Flow/IR/FlowOps.h"
#include "Lane/Transforms/Passes.h"
#include "Prob/IR/ProbOps.h"
#include "Tile/IR/TileOps.h"
#include "Tile/Transforms/Passes.h"

#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"

void rill::pipeline::registerDialects(mlir::DialectRegistry &registry) {
  registry.insert<mlir::func::FuncDialect, prob::ProbDialect, flow::FlowDialect,
                  lane::LaneDialect, tile::TileDialect>();
  mlir::func::registerInlinerExtension(registry);
}

void rill::pipeline::registerPasses() {
  mlir::registerTransformsPasses();
  lane::registerLanePasses();
  lane::registerLanePipelines();
  tile::registerTilePasses();
}
