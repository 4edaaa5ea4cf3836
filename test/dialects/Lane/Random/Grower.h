// Private to the generator: grows a block of lane operations from a pool of
// values whose bounds are known.
#ifndef RILL_LANE_RANDOM_GROWER_H
#define RILL_LANE_RANDOM_GROWER_H

#include "Generator.h"
#include "Lane/IR/LaneBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <cmath>
#include <map>

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

inline llvm::SmallVector<mlir::Value> valuesOf(llvm::ArrayRef<Item> items) {
  llvm::SmallVector<mlir::Value> values;
  for (const Item &i : items)
    values.push_back(i.value);
  return values;
}

/// Moves what a block grown apart has into the block of its operation.
inline void moveInto(mlir::Block &target, mlir::Block &body) {
  for (auto [from, to] :
       llvm::zip_equal(body.getArguments(), target.getArguments()))
    from.replaceAllUsesWith(to);
  target.getOperations().splice(target.end(), body.getOperations());
}

using Shape = llvm::SmallVector<int64_t, 4>;
using Axes = llvm::ArrayRef<int64_t>;

/// What all growers of one program share: the sites of its draws, and what it
/// has that is made of several operations (name, last operation).
struct Shared {
  int64_t sites = 0;
  std::vector<std::pair<std::string, mlir::Operation *>> patterns;
};

/// The live operations of a function, and how often each kind occurs among
/// them: an operation by its name, "loop, leaving", "jvp in vjp", patterns, ...
/// What a region computes counts as soon as one of its results is live.
std::map<std::string, int> kindsOf(mlir::func::FuncOp function,
                                   const Shared &shared);

/// Values of order one are kept within this by scaling.
inline constexpr double limit = 6;

/// A shape of this rank, within the options' bounds.
Shape randomShape(Choices &choices, const ProgramOptions &options,
                  int64_t rank);

class Grower {
public:
  Grower(mlir::OpBuilder &builder, Choices &choices,
         const ProgramOptions &options, mlir::Type element, int64_t batch,
         Shared &shared, mlir::Value step = {})
      : b(builder, builder.getUnknownLoc()), choices(choices), options(options),
        element(element), batch(batch), shared(shared), step(step) {}

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
  bool growTruth();
  bool growLoop(int depth);
  bool growStaircase(int depth);
  bool growDerivative(int depth);
  bool growPattern();
  bool growAttention();
  bool growMaskedReduction();
  bool growSearch();
  bool growStudent();

  mlir::Value seedFor(TensorType type);
  bool growVjp(int depth);
  bool growJvp(int depth);
  bool growColumns(int depth);
  /// The gradient of a scalar grown from x and other values; unbounded.
  mlir::Value gradient(Item x, int depth);
  /// Grows a block apart from `inputs`, which become its arguments, and ends
  /// it by what `finish` returns.
  llvm::SmallVector<Item>
  growRegion(mlir::Block &body, llvm::ArrayRef<Item> inputs, int depth,
             llvm::function_ref<llvm::SmallVector<Item>(Grower &)> finish);
  /// Values that a derivative holds: floats and integers.
  void pickHeld(llvm::SmallVectorImpl<Item> &inputs);
  /// Adds a float of unknown size as d / sqrt(1 + d^2).
  bool addDerivative(mlir::Value d);

  Item spread(Item item, Axes shape);
  Item strided(Item item);
  Item padded(Item item);
  Item concatenated(Item item);
  Item gathered(Item item);
  Item scattered(Item item);
  /// An integer or truth value of rank 1 or more, its elements elsewhere.
  Item moved(Item item);
  Item indexScalar(int64_t size);
  /// Where element (i, j) counts: j <= i or at random, but j = 0 always.
  mlir::Value mask(int64_t rows, int64_t columns);
  void note(const char *pattern, mlir::Value last) {
    shared.patterns.push_back({pattern, last.getDefiningOp()});
  }

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
  Shared &shared;
  mlir::Value step; // of the loop around, if any
  std::vector<Item> pool;
};

} // namespace rill::lane::random

#endif
