// What each elementwise operation says about one of its operands: on which
// domain it is injective, what it makes of a domain, its inverse and its
// log|derivative|; or why it has none. The table knows operations, never layers.
#ifndef RILL_FLOW_INVERTIBLE_H
#define RILL_FLOW_INVERTIBLE_H

#include "Flow/Transforms/Math.h"
#include "Flow/Transforms/Range.h"
#include "Support/Diagnostic.h"

namespace rill::flow {

/// Why an operation cannot be undone in an operand.
struct Refusal {
  lang::Code code;
  std::string message;
  std::string caret;
  std::vector<std::string> notes, helps;
};

/// One operand of one operation on a domain.
struct Inversion {
  std::optional<Refusal> refusal;
  Range image;           ///< exact, when `exact`
  bool exact = true;     ///< false: the image depends on the context
  std::string inverse;   ///< for people: "log", "subtract the context"
  std::string logDet;
};

/// Judges `op` in operand `k` whose values fill `domain`. `context` is the
/// hull of the other operand (ignored for one operand), `spelling` names that
/// operand in messages.
Inversion judgeOperand(mlir::Operation *op, unsigned k, Range domain,
                       Range context, llvm::StringRef spelling);

/// The operand from the result `r`; `context` is the other operand's value.
mlir::Value invert(Math m, mlir::Operation *op, unsigned k, mlir::Value r,
                   mlir::Value context, Range domain);

/// log|d result / d operand k| per element, of the operand's value `x` and the
/// result's `r`; null where it is zero everywhere.
mlir::Value logDerivative(Math m, mlir::Operation *op, unsigned k, mlir::Value x,
                          mlir::Value r, mlir::Value context, Range domain);

} // namespace rill::flow

#endif
