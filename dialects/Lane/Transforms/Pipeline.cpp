// The passes of the lane level in order.
#include "Lane/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace rill::lane {

void populateLanePipeline(OpPassManager &manager,
                          const LanePipelineOptions &options) {
  // Derivative rules stop at calls, so calls go first, and what was called
  // goes with them.
  if (options.inlineCalls) {
    manager.addPass(createInlinerPass());
    manager.addPass(createSymbolDCEPass());
  }
  // Clean code has less to differentiate, and invariant code out of a loop is
  // not kept for its reverse.
  if (options.canonicalize)
    manager.addPass(createLaneClean());
  if (options.differentiate)
    manager.addPass(createLaneDifferentiate());
  if (options.simplifyLoops && !options.canonicalize)
    manager.addPass(createLaneSimplifyLoops());
  if (options.canonicalize)
    manager.addPass(createLaneClean());
  if (options.checkRates)
    manager.addPass(createLaneCheckRates());
}

void registerLanePipelines() {
  PassPipelineRegistration<>(
      "lane-pipeline", "all lane passes in order",
      [](OpPassManager &manager) { populateLanePipeline(manager); });
}

} // namespace rill::lane
