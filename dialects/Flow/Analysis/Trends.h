// Monotonicity of a value in a place, element by element: a proof from the
// signs of factors and the trends of functions. What the charter accepts as
// "elementwise, provably monotone"; nothing is known by name of a layer.
#ifndef RILL_FLOW_ANALYSIS_TRENDS_H
#define RILL_FLOW_ANALYSIS_TRENDS_H

#include "Flow/Analysis/Ranges.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <string>

namespace rill::flow {

struct Trend {
  enum Direction { Constant, Increasing, Decreasing, Unknown } direction;
  /// The derivative vanishes nowhere.
  bool strict = false;
  /// Axis k of the place is axis axes[k] of the value; others are repeats.
  llvm::SmallVector<int64_t> axes = {};
  /// Unknown: the operation that the proof stops at, and why.
  mlir::Operation *culprit = nullptr;
  std::string why = {};

  bool isProof() const {
    return strict && (direction == Increasing || direction == Decreasing);
  }
};

class Trends {
public:
  /// `place`: the value that others are monotone in; what is not in `own`
  /// counts as constant.
  Trends(mlir::Value place, Ranges &ranges,
         const llvm::DenseSet<mlir::Value> &own)
      : place(place), ranges(ranges), own(own) {}
  Trend of(mlir::Value value);

private:
  Trend compute(mlir::Operation *op);
  mlir::Value place;
  Ranges &ranges;
  const llvm::DenseSet<mlir::Value> &own;
  llvm::DenseMap<mlir::Value, Trend> known;
};

} // namespace rill::flow

#endif
