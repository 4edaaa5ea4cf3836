// Private to the generator: grows a block of lane operations from a pool of
// values whose bounds are known.
#ifndef RILL_LANE_RANDOM_GROWER_H
#define RILL_LANE_RANDOM_GROWER_H

#include "Generator.h"
#include "Lane/IR/LaneBuilder.h"
#include <cmath>

namespace rill::lane::random {

/// A value and bounds of its elements (0 and 1 for booleans).
struct Item {
  mlir::Value value;
  double low = 0, high = 0;

  TensorType type() const { return typeOf(value); }
  double magnitude() const {
    return std::fmax(std::fabs(low), std::fabs(high));
  }
};

using Shape = llvm::SmallVector<int64_t, 4>;
using Axes = llvm::ArrayRef<int64_t>;

/// Values of order one are kept within this by scaling.
inline constexpr double limit = 6;

/// A shape of this rank, within the options' bounds.
Shape randomShape(Choices &choices, const ProgramOptions &options,
                  int64_t rank);

class Grower {
public:
  Grower(mlir::OpBuilder &builder, Choices &choices,
         const ProgramOptions &options, mlir::Type element, int64_t batch,
         int64_t &sites, mlir::Value step = {})
      : b(builder, builder.getUnknownLoc()), choices(choices), options(options),
        element(element), batch(batch), sites(sites), step(step) {}

  void add(Item item) { pool.push_back(item); }
  /// Appends up to `operations` operations, loops to `depth` levels.
  void grow(int operations, int depth);
  /// One of the float values, late ones more often; there always is one.
  Item pickFloat();
  /// Up to `n` float values, from the last backwards.
  std::vector<Item> lastFloats(size_t n);

  /// `item` in another shape, by whatever operations lead there.
  Item fit(Item item, Axes shape);
  /// `item` brought into [low, high]: as it is if its bounds say so.
  Item within(Item item, double low, double high);
  /// `item` in the asked rate.
  Item inRate(Item item, bool inv);
  Item masked(Item item);

private:
  void growOne(int depth);
  bool growUnary();
  bool growBinary();
  bool growChoice();
  bool growShape();
  bool growReduce();
  bool growContract();
  bool growBatch();
  bool growLookup();
  bool growSolve();
  bool growDraw();
  bool growInteger();
  bool growConstant();
  bool growLoop(int depth);

  Item spread(Item item, Axes shape);
  Item strided(Item item);
  Item padded(Item item);
  Item concatenated(Item item);
  Item gathered(Item item);
  Item scattered(Item item);

  std::vector<Item> itemsWhere(llvm::function_ref<bool(const Item &)> holds);
  Item pickLate(const std::vector<Item> &items);
  /// Adds a float result, scaled back to order one if it may be large.
  bool addFloat(mlir::Value value, double low, double high);
  Item scaled(Item item, double factor);
  Shape randomShape(int64_t rank);
  Shape randomPermutation(int64_t n);
  Item comparison(Axes shape);
  Item index(int64_t size);
  bool small(Axes shape) const {
    return Array::sizeOf(shape) <= options.elements;
  }
  mlir::Type intType() { return b.builder.getI32Type(); }

  LaneBuilder b;
  Choices &choices;
  const ProgramOptions &options;
  mlir::Type element;
  int64_t batch;
  int64_t &sites;
  mlir::Value step; // of the loop around, if any
  std::vector<Item> pool;
};

} // namespace rill::lane::random

#endif
