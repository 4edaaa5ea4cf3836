// Registration and verifiers of the prob dialect.
#include "Prob/IR/ProbOps.h"

using namespace mlir;
using namespace rill;
using namespace rill::prob;

#include "Prob/IR/ProbDialect.cpp.inc"
#define GET_OP_CLASSES
#include "Prob/IR/ProbOps.cpp.inc"

void ProbDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "Prob/IR/ProbOps.cpp.inc"
      >();
}

LogicalResult DistOp::verify() {
  bool transport = getForm() == "pull" || getForm() == "push";
  if (!transport && getForm() != "members")
    return emitOpError("has no form '") << getForm() << "'";
  if (transport && (getFlow().empty() || !getBase() || !getLogp().empty() ||
                    !getSample().empty())) // 1.
    return emitOpError("needs a flow and a base, and no members");
  if (!transport && (!getFlow().empty() || getBase())) // 1.
    return emitOpError("of members has a flow or a base");
  return success();
}
