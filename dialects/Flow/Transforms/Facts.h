// What is known of values at compile time: a hull for any value, one range per
// element for places. Sign analysis over spaces ("may this factor be zero?").
#ifndef RILL_FLOW_FACTS_H
#define RILL_FLOW_FACTS_H

#include "Flow/Transforms/Range.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace rill::flow {

using Ranges = llvm::SmallVector<Range>;

class Facts {
public:
  /// The hull of a value's elements. Values it knows nothing of: the line.
  Range of(mlir::Value value);

  /// States the range of every element of a place (row-major).
  void setPlace(mlir::Value place, Ranges ranges);
  /// One range per element; the hull for each where nothing better is known.
  Ranges placeOf(mlir::Value place);
  void set(mlir::Value value, Range range) { hulls[value] = range; }

private:
  Range compute(mlir::Value value);

  llvm::DenseMap<mlir::Value, Range> hulls;
  llvm::DenseMap<mlir::Value, Ranges> places;
};

} // namespace rill::flow

#endif
