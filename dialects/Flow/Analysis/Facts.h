// What `require` states of values: bounds that hold wherever a flow is used,
// since training checks them after every step.
#ifndef RILL_FLOW_ANALYSIS_FACTS_H
#define RILL_FLOW_ANALYSIS_FACTS_H

#include "Flow/Analysis/Ranges.h"

namespace rill::flow {

struct Fact {
  mlir::Value value;
  Range range;
};

/// The bounds `value REL constant` stated in the blocks around `op`.
llvm::SmallVector<Fact> factsAt(mlir::Operation *op);

/// The operands of a scalar product of two vectors, however it is written.
struct Dot {
  mlir::Value x, y;
};
std::optional<Dot> dotOf(mlir::Value value);

/// Whether two values are the same formula over the same values.
bool sameFormula(mlir::Value a, mlir::Value b);

} // namespace rill::flow

#endif
