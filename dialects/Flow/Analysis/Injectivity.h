// How one lane operation is undone in one operand: the inverse and the log of
// the derivative's size, or the reason why there is none. The only list of
// invertible operations there is; verdicts and derivations both use it.
#ifndef RILL_FLOW_ANALYSIS_INJECTIVITY_H
#define RILL_FLOW_ANALYSIS_INJECTIVITY_H

#include "Flow/Analysis/Ranges.h"
#include "Lane/IR/LaneBuilder.h"

#include <string>

namespace rill::flow {

/// Why an operation cannot be undone in an operand.
enum class Refusal {
  None,
  FactorMayBeZero, ///< `culprit` is the factor
  NotInjective,
  PlainMatrix,
  MixesElements,
  MayCollapse, ///< a rank-one change whose determinant may be zero
  Unknown,     ///< an operation that this analysis has no rule for
};

/// Says whether `op` is injective in operand `operand` for every value of the
/// others.
struct Verdict {
  Refusal refusal = Refusal::None;
  mlir::Value culprit;
  std::string why;  ///< for users: "'s' may be zero: Real includes 0"
  std::string form; ///< accepted: "affine", "exp", ...
};
Verdict judge(mlir::Operation *op, unsigned operand, Ranges &ranges);

/// Values around one operation when it is derived: operand values by their
/// originals, and for the dependent one what is known of it.
struct Link {
  mlir::Operation *op;
  unsigned operand;
  /// The operand is negative throughout: which root an even map is undone by.
  bool negative;
  /// The derived value of another operand.
  llvm::function_ref<mlir::Value(mlir::Value)> context;
};

/// The dependent operand's value from the result's.
mlir::Value emitInverse(const Link &link, mlir::Value result,
                        lane::LaneBuilder &builder);

/// log |d result / d operand|, elementwise (or a scalar for matrices), from
/// the operand's value x and the result's y; null where it is 0.
mlir::Value emitLogDerivative(const Link &link, mlir::Value x, mlir::Value y,
                              lane::LaneBuilder &builder);

} // namespace rill::flow

#endif
