// The prob dialect (Rationale.md): laws before any derivation.
#ifndef RILL_PROB_PROBOPS_H
#define RILL_PROB_PROBOPS_H

#include "Flow/IR/FlowOps.h"
#include "mlir/IR/SymbolTable.h"

#include "Prob/IR/ProbDialect.h.inc"

#define GET_OP_CLASSES
#include "Prob/IR/ProbOps.h.inc"

#endif
