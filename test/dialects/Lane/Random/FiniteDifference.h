// Directional derivatives of lane functions: by finite differences of the
// interpreter with an error bar, and by the functions that differentiation
// made.
#ifndef RILL_LANE_RANDOM_FINITEDIFFERENCE_H
#define RILL_LANE_RANDOM_FINITEDIFFERENCE_H

#include "Lane/Interp/Interp.h"

namespace rill::lane::random {

/// sum of w * a over all elements of all arrays, and of |w * a|.
struct Inner {
  double value = 0, magnitude = 0;
};
Inner inner(llvm::ArrayRef<Array> w, llvm::ArrayRef<Array> a);

/// Arrays like those of `like` with elements in +-1, a function of `seed`.
std::vector<Array> randomLike(llvm::ArrayRef<Array> like, uint64_t seed);

/// The arrays whose type is a float.
std::vector<Array> floatsOf(mlir::TypeRange types,
                            llvm::ArrayRef<Array> arrays);

struct Estimate {
  double value = 0;
  double error = 0; // estimated
};

/// d/dh of inner(w, floats of function(x + h u)) at 0 by Ridders' method
/// (central differences extrapolated to h = 0, C. J. F. Ridders 1982): `u` has
/// one array per float argument, `w` one per float result. The error is the
/// method's own estimate; it is large where a kink or jump is near.
llvm::Expected<Estimate> differentiate(mlir::func::FuncOp function,
                                       llvm::ArrayRef<Array> x,
                                       llvm::ArrayRef<Array> u,
                                       llvm::ArrayRef<Array> w,
                                       const InterpContext &context);

} // namespace rill::lane::random

#endif
