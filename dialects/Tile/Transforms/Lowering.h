//===- Lowering.h - One lane function to one tile program ---------*- C++
//-*-===//
//
// The state of lowering a function that has been legalised and split by rate.
// Lowering emits steps on buffers without addresses; Allocate.cpp gives these
// their places. Private to Transforms/.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TILE_TRANSFORMS_LOWERING_H
#define RILL_TILE_TRANSFORMS_LOWERING_H

#include "Tile/Transforms/Passes.h"
#include "Tile/Transforms/Rewrites.h"
#include "Tile/Transforms/Steps.h"
#include "Tile/Transforms/View.h"

#include "Lane/Interp/Known.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace rill::tile {

/// A sum (or maximum, minimum) over the batch under way: partial results of
/// the value `top` of the phase's block.
struct Sink {
  mlir::Value top;
  mlir::Value buffer;
  Put kind;
  /// The axes of `top` in the order of the sink's axes.
  llvm::SmallVector<llvm::SmallVector<int64_t>> groups;
};

/// Gives every buffer without an address its space and place, removes unused
/// ones and sets the program's sizes. `scopes` says in which loop a buffer is
/// written anew at every step (absent: lives from first to last use).
void allocate(
    ProgramOp program,
    const llvm::DenseMap<mlir::Operation *, mlir::Operation *> &scopes);

/// For each row of a matrix of weights (and each step of a loop, if `step`
/// says which), the columns from which and up to which it can be other than
/// zero. Null if that excludes little.
struct Support {
  mlir::DenseI32ArrayAttr columns;
  mlir::Value step;
};

/// A copy from the first view to the second.
using Move = std::pair<View, View>;
using Groups = llvm::ArrayRef<llvm::SmallVector<int64_t>>;

/// The axes of all groups, in order.
llvm::SmallVector<int64_t> flattened(Groups groups);

/// True if the samples of a chunk may share lanes in turn while the loop runs:
/// they leave it one by one, it has products, and nothing in it but what it
/// carries and reads belongs to a lane.
bool sharesLanes(lane::LoopOp loop);

class Lowering {
public:
  Lowering(mlir::func::FuncOp function, const LaneToTileOptions &options);
  /// Makes the program beside the function. An unsupported operation is an
  /// internal error, reported on it.
  mlir::LogicalResult run();

private:
  using Ops = llvm::ArrayRef<mlir::Operation *>;

  // The program: LaneToTile.cpp.
  void declare();
  void planResults(mlir::Operation *terminator);
  void storeInvariants(mlir::Operation *terminator);
  void internalError(mlir::Operation *op, llvm::StringRef why);

  // Phases: Phases.cpp.
  struct Levels {
    int count = 1;
    llvm::DenseMap<mlir::Operation *, int> of;
    /// The first level at which a value can be read.
    llvm::DenseMap<mlir::Value, int> ready;
    /// Values that a pass over the tiles computes.
    llvm::DenseSet<mlir::Value> byTiles;
  };
  Levels computeLevels(mlir::Block &block);
  void lowerPhases(mlir::Block &block);
  void lowerLevel(mlir::Block &block, Levels &levels, int level,
                  llvm::function_ref<void()> after);
  void lowerOnce(Ops ops);
  /// `natural` is the chunk that the work suggests.
  void lowerTiles(llvm::function_ref<void()> emit, int64_t natural);
  void setGrid(TilesOp tiles, int64_t natural);
  void lowerRepeat(lane::LoopOp loop);
  void moveAll(llvm::ArrayRef<Move> varying, llvm::ArrayRef<Move> invariant);
  void emitStore(mlir::Value value, mlir::Value target);
  bool isPrepared(mlir::Operation *op);
  /// Emits invariant steps in an `once` at the present place.
  void inOnce(llvm::function_ref<void()> emit);
  int64_t chunkFor(Ops ops);

  // Buffers and views: Values.cpp.
  mlir::Value newBuffer(Layout layout, llvm::ArrayRef<int64_t> shape,
                        mlir::Type element, bool isSink = false);
  View newView(bool varying, llvm::ArrayRef<int64_t> shape, mlir::Type element);
  /// Memory for this shape that is dense with the axes in this order.
  View newDense(bool varying, llvm::ArrayRef<int64_t> shape,
                llvm::ArrayRef<int64_t> order, mlir::Type element);
  View viewOf(mlir::Value value);
  View deriveView(mlir::Operation *op, mlir::Value value);
  /// Where the result of a step goes; made on first request.
  View place(mlir::Value value);
  /// A buffer value for the view at the present place.
  mlir::Value materialize(View view);
  /// Rows (or mem) in place of an array of the caller's.
  View resolve(View view);
  /// Memory with the view's elements, where a number or step will not do.
  View inMemory(View view);
  /// The axes grouped, by a copy where strides cannot say it.
  View grouped(View view, Groups groups);
  /// One unit group of a packed or blocks buffer: its leading axes at `steps`.
  mlir::Value unitView(mlir::Value buffer, llvm::ArrayRef<mlir::Value> steps);
  void emitCopy(View source, View target);
  void emitParallelCopy(llvm::ArrayRef<Move> copies);
  void emitFill(View target, double number);

  // Blocks: Loops.cpp.
  void lowerOps(Ops ops);
  void emitStep(Step &step);
  void emitLoop(lane::LoopOp loop);
  View carriedPlace(lane::LoopOp loop, unsigned k);
  void emitYields(lane::LoopOp loop, llvm::ArrayRef<View> carries,
                  llvm::ArrayRef<View> stacks, mlir::Value step);
  void bindLoop(lane::LoopOp loop, mlir::Value step,
                llvm::ArrayRef<View> carries);
  /// The buffers whose lanes follow the samples of a loop that shares lanes.
  llvm::SmallVector<mlir::Value> sharedBuffers(lane::LoopOp loop,
                                               llvm::ArrayRef<View> carries);
  /// Goes to (out of) the steps of one tile.
  void perTile();
  void perChunk();

  // Steps with a region: Clusters.cpp.
  void emitMap(Step &step);
  void emitProduct(Step &step);
  struct Cluster;
  void gather(Step &step, Cluster &cluster);
  void addOuts(Step &step, Cluster &cluster, Groups points);
  View batchOut(lane::ReduceBatchOp op, Groups points);
  void fillRegion(Step &step, Cluster &cluster, mlir::Region &region,
                  mlir::Type accumulator);
  struct Letters;
  View productPlace(mlir::Value value, llvm::ArrayRef<int64_t> order);
  mlir::Value packed(View weights, Groups groups);
  mlir::Operation *homeOf(mlir::Value buffer);
  // The columns of weights that are not known to be zero: Support.cpp.
  Support supportOf(mlir::Value weights, Groups axes);
  /// The columns of a sum over the batch that anybody reads, for each row of
  /// its matrix with these axes for rows and columns; null if all are read.
  mlir::DenseI32ArrayAttr readColumns(mlir::Value sum, Groups axes);
  /// Emits steps at the end of the phase `once`.
  void inside(mlir::Operation *once, llvm::function_ref<void()> emit);

  // Others: OtherSteps.cpp.
  void emitOther(mlir::Operation *op);
  void emitLookup(lane::LookupOp op);
  void emitLookupAdd(lane::LookupAddOp op);
  void emitTake(lane::TakeOp op);
  void emitPut(lane::PutOp op);
  void emitCumsum(lane::CumsumOp op);
  View rowsOf(View view);
  void emitAssembly(Step &step);
  void planPlaces(llvm::ArrayRef<Step> steps);

  // Batch reductions: Sinks.cpp.
  void emitBatchContract(lane::ContractOp op);
  void emitBatchProducts(lane::ContractOp op, const lane::ContractSpec &spec);
  /// The sink of a reduction at the present step of the loops around it.
  View laneSink(mlir::Value reduction, Put kind);
  View laneSinkOf(mlir::Value buffer, llvm::ArrayRef<mlir::Value> steps);
  View sinkFor(mlir::Value reduction, Layout layout,
               llvm::ArrayRef<int64_t> unit, Groups unitGroups, Put kind);
  void emitReduce();

  mlir::func::FuncOp function;
  LaneToTileOptions options;
  ProgramOp program;
  mlir::OpBuilder b;
  mlir::Location loc;
  mlir::Type element; // the program's float
  bool failed = false;

  llvm::DenseMap<mlir::Value, View> views;
  /// The rows of caller's arrays in the present phase.
  llvm::DenseMap<mlir::Value, mlir::Value> loaded;
  /// Places that steps must write their results to.
  llvm::DenseMap<mlir::Value, View> destinations;
  /// Values that are produced inside another: in `first`, at the view of it
  /// that `second` makes.
  llvm::DenseMap<mlir::Value, std::pair<mlir::Value, std::function<View(View)>>>
      insides;
  /// Assemblies that begin with zeros.
  llvm::DenseSet<mlir::Value> zeroFilled;
  llvm::DenseMap<mlir::Operation *, mlir::Value> stepOf; // of lane loops
  /// The loop in which a buffer is written anew at each step.
  llvm::DenseMap<mlir::Operation *, mlir::Operation *> scopes;
  mlir::Operation *scope = nullptr;
  /// The phase that writes a mem buffer.
  llvm::DenseMap<mlir::Value, mlir::Operation *> writers;
  llvm::DenseSet<mlir::Value> preparedValues;
  llvm::SmallVector<mlir::Value> results;
  struct Pack {
    View source;
    llvm::SmallVector<llvm::SmallVector<int64_t>> groups;
    mlir::Value buffer;
  };
  std::vector<Pack> packs;
  std::vector<Sink> sinks;
  lane::Known known;
  mlir::Operation *firstOnces[2] = {nullptr, nullptr};
  /// The phase under way, and where its steps go.
  mlir::Operation *phase = nullptr;
  bool layerMajor = false;
  EachOp each;
  bool pinned = false;               // steps stay in `each`, loops too
  mlir::Block *phaseBlock = nullptr; // lane block that is cut into phases
};

} // namespace rill::tile

#endif // RILL_TILE_TRANSFORMS_LOWERING_H
