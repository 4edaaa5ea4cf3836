// Folds of lane operations: constants, and identities that hold in IEEE
// arithmetic for every operand.
#include "Lane/IR/LaneOps.h"

using namespace mlir;

namespace rill::lane {

OpFoldResult ConstOp::fold(FoldAdaptor) { return getValue(); }

} // namespace rill::lane
