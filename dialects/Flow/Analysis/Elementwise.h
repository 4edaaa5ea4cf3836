// Whether a value is computed from a place element by element: element i of the
// place reaches only the elements of the value that have the index i along
// known axes. What an author's inverse needs: the Jacobian is diagonal, and one
// forward derivative along a vector of ones is its diagonal.
#ifndef RILL_FLOW_ANALYSIS_ELEMENTWISE_H
#define RILL_FLOW_ANALYSIS_ELEMENTWISE_H

#include "Lane/IR/LaneOps.h"
#include "llvm/ADT/DenseMap.h"

#include <string>

namespace rill::flow {

struct Diagonal {
  enum Kind { Constant, Elementwise, Mixed } kind = Constant;
  /// Axis k of the place is axis axes[k] of the value; others are repeats.
  llvm::SmallVector<int64_t> axes = {};
  /// Mixed: the operation that brings elements together, and how.
  mlir::Operation *culprit = nullptr;
  std::string why = {};

  bool isConstant() const { return kind == Constant; }
};

class ElementwiseUse {
public:
  explicit ElementwiseUse(mlir::Value place) : place(place) {}
  Diagonal of(mlir::Value value);

private:
  Diagonal compute(mlir::Operation *op);
  mlir::Value place;
  llvm::DenseMap<mlir::Value, Diagonal> known;
};

} // namespace rill::flow

#endif
