// The pass lane-clean: canonical forms, common and dead code, and loops, until
// nothing changes. It runs after each derivative.
#include "Lane/Transforms/Passes.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace rill::lane {

#define GEN_PASS_DEF_LANECLEAN
#include "Lane/Transforms/LanePasses.h.inc"

void cleanUp(Operation *root) {
  MLIRContext *context = root->getContext();
  RewritePatternSet patterns(context);
  context->getOrLoadDialect<LaneDialect>()->getCanonicalizationPatterns(
      patterns);
  for (RegisteredOperationName name : context->getRegisteredOperations())
    if (isa<LaneDialect>(name.getDialect()))
      name.getCanonicalizationPatterns(patterns, context);
  FrozenRewritePatternSet frozen(std::move(patterns));
  GreedyRewriteConfig config;
  config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  bool changed = true;
  // Each round removes or moves something; the bound only guards against two
  // rewrites that undo each other, which would be a fault of theirs.
  for (int round = 0; changed && round < 20; ++round) {
    changed = false;
    for (Region &region : root->getRegions())
      (void)applyPatternsGreedily(region, frozen, config, &changed);
    IRRewriter rewriter(context);
    DominanceInfo dominance(root);
    bool merged = false;
    eliminateCommonSubExpressions(rewriter, dominance, root, &merged);
    changed |= merged;
    changed |= simplifyLoops(root);
  }
}

namespace {
struct Clean : impl::LaneCleanBase<Clean> {
  void runOnOperation() override { cleanUp(getOperation()); }
};
} // namespace

} // namespace rill::lane
