// Matrix spaces as lane operations: product, solve, log-determinant, each from
// the raw array of a parameter.
//   plu         L U with L unit lower and U upper, U's diagonal exp of the
//               raw diagonal (Kingma and Dhariwal 2018, section 3.2)
//   lower_unit  unit lower triangular
//   permutation drawn once, never trained; the raw array is the matrix
//   orthogonal  product of D Householder reflections whose vectors are the
//               rows (Tomczak and Welling 2016)
#ifndef RILL_FLOW_TRANSFORMS_MATRICES_H
#define RILL_FLOW_TRANSFORMS_MATRICES_H

#include "Lane/IR/LaneBuilder.h"

namespace rill::flow {

/// W x for raw [D, D] and x [D], or each row of x [.., D] by itself.
mlir::Value applyMatrix(llvm::StringRef structure, mlir::Value raw,
                        mlir::Value x, lane::LaneBuilder &builder);
/// The x with W x = y.
mlir::Value solveMatrix(llvm::StringRef structure, mlir::Value raw,
                        mlir::Value y, lane::LaneBuilder &builder);
/// log |det| of the product with `rows` vectors (an invariant scalar); null
/// where it is 0.
mlir::Value logDetMatrix(llvm::StringRef structure, mlir::Value raw,
                         int64_t rows, lane::LaneBuilder &builder);

} // namespace rill::flow

#endif
