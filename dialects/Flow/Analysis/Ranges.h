// Bounds of lane values by interval arithmetic over spaces: the sign analysis
// behind "a factor may be zero". Knows formulas, no layers.
#ifndef RILL_FLOW_ANALYSIS_RANGES_H
#define RILL_FLOW_ANALYSIS_RANGES_H

#include "Lane/IR/LaneOps.h"
#include "llvm/ADT/DenseMap.h"

#include <map>
#include <optional>

namespace rill::flow {

class RepeatOp;

/// An interval of real numbers that holds every element of a value; an open
/// end is not attained.
struct Range {
  double lo, hi;
  bool openLo = true, openHi = true;

  static Range all();
  static Range point(double x) { return {x, x, false, false}; }
  bool excludesZero() const;
  bool contains(const Range &other) const;
  bool isPositive() const { return lo > 0 || (lo == 0 && openLo); }
  bool isNegative() const { return hi < 0 || (hi == 0 && openHi); }
  /// As a user would say it: "Positive", "[0, inf)", "Real".
  std::string str() const;
};

Range addRanges(Range a, Range b);
Range multiplyRanges(Range a, Range b);

/// The number that every element of a constant is, through spreads.
std::optional<double> constantSplat(mlir::Value value);

/// On an operation with a flow in a region: bounds [lo, hi] of each argument of
/// the region, as a DenseF64ArrayAttr.
inline constexpr const char *rangesAttr = "ranges";

/// Ranges of values, computed on demand from what defines them: of the places
/// of a flow from the space in which it starts.
class Ranges {
public:
  void assume(mlir::Value value, Range range) { known[value] = range; }
  Range of(mlir::Value value);

private:
  Range compute(mlir::Operation *op, unsigned result);
  Range ofArgument(mlir::BlockArgument argument);
  llvm::ArrayRef<Range> ofSteps(RepeatOp repeat);
  llvm::DenseMap<mlir::Value, Range> known;
  std::map<mlir::Operation *, llvm::SmallVector<Range>> steps;
};

} // namespace rill::flow

#endif
