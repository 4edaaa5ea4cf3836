// The interpreter of the lane dialect: runs a function of lane operations on
// arrays of doubles, one operation at a time, with no rewriting. It is the
// oracle that every lowering is compared with; it is not fast.
#ifndef RILL_LANE_INTERP_INTERP_H
#define RILL_LANE_INTERP_INTERP_H

#include "Lane/Interp/Array.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Error.h"

namespace rill::lane {

/// What an operation's float results are rounded to.
enum class Rounding {
  /// Double, whatever the element type: the reference.
  None,
  /// Each result rounded once to float, sums kept in double until then: the
  /// least error that arithmetic in float can have.
  Single,
  /// Each arithmetic result, and each partial sum, multiplied by 1 + e, with e
  /// uniform in +-`noise`. The spread over several noise seeds estimates the
  /// error of any float implementation with correctly working operations,
  /// whatever its order of summation.
  Noise,
};

/// The values of `stop`, in the order in which they are computed: noted by one
/// call, and what those of later calls give whatever their arguments are. So a
/// difference of calls has held fixed what a derivative holds fixed.
struct HeldValues {
  std::vector<Array> values;
  bool noted = false;
};

/// One call: what is not an argument.
struct InterpContext {
  int64_t batch = 1;
  uint64_t seed = 0;
  int64_t step = 0;
  uint64_t firstSample = 0; // global index of sample 0, for draws
  Rounding rounding = Rounding::None;
  double noise = 0x1p-24; // relative; for Rounding::Noise
  uint64_t noiseSeed = 0;
  // All noise away from zero, in [0, noise): what rounding does to a long sum
  // of equal values, where errors do not average out.
  bool biased = false;
  HeldValues *held = nullptr; // if stops are to be held fixed
};

/// Runs `function` on `arguments` (one per argument, of its shape and rate) and
/// returns its results. Calls are followed; `vjp` and `jvp` must have been
/// expanded. Errors say where: an array that does not fit its type, an index
/// out of range, an operation outside the lane dialect. Draws follow
/// rill/philox.h by the element type of their result, f32 or f64.
llvm::Expected<std::vector<Array>> interpret(mlir::func::FuncOp function,
                                             llvm::ArrayRef<Array> arguments,
                                             const InterpContext &context);

} // namespace rill::lane

#endif
