//===- TileEmitter.h - One tile program, one instruction set -----*- C++
//-*-===//
//
// Lowers a tile program to functions of the LLVM dialect. The class holds what
// all parts need (where buffers are, which lanes are computed) and is spread
// over files by kind of operation. It decides kernels and loops; storage and
// schedule were decided in the tile dialect. Private to this folder.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_CODEGEN_CPU_TILEEMITTER_H
#define RILL_CODEGEN_CPU_TILEEMITTER_H

#include "codegen/cpu/Emitter.h"
#include "codegen/cpu/ProgramObject.h"
#include "codegen/cpu/VectorMath.h"

#include "Tile/IR/TileOps.h"

namespace rill::cpu {

/// A buffer's place: base + dynamic + bytes.
struct Ref {
  Value base;
  Value dynamic; ///< i64 bytes, or null
  int64_t bytes = 0;
  tile::BufType type;
};

/// Axes of an iteration space, and per operand the stride of each axis in
/// units; neighbouring axes that all operands run through densely are merged.
struct Axes {
  llvm::SmallVector<int64_t> dims;
  llvm::SmallVector<llvm::SmallVector<int64_t>> strides; ///< [operand][axis]
};

/// The buffer that a chain of views shows; null for other values.
tile::BufferOp rootOf(Value value);

/// Rows of a matrix cut into blocks of almost equal height.
struct BlockSplit {
  int64_t count, height, taller; ///< `taller` blocks have height + 1 rows
  static BlockSplit of(int64_t rows, int64_t most);
};

class TileEmitter {
public:
  TileEmitter(Emitter &e, tile::ProgramOp program, std::string symbol);
  /// Emits everything for this instruction set.
  mlir::LLVM::LLVMFuncOp emitRun();
  mlir::LLVM::LLVMFuncOp emitWorkspace();

private:
  //===-- geometry and memory: TileEmitter.cpp ----------------------------===//
  int64_t size(Type element) const; ///< bytes in memory; i1 takes one
  int64_t unitBytes(tile::BufType type) const;
  int64_t padded(int64_t n) const { return (n + 15) / 16 * 16; }
  Ref resolve(Value buffer);
  Ref resolveBuffer(tile::BufferOp op);
  Ref resolveView(tile::ViewOp op);
  Ref resolveConstant(tile::ConstantOp op);
  Value stepOf(Value index);
  /// The address of the element at `indices`, which count `strides` units.
  Value pointer(const Ref &ref, llvm::ArrayRef<Value> indices,
                llvm::ArrayRef<int64_t> strides, Value extraBytes = nullptr);
  Value offset(Value address, int64_t bytes);
  /// W lanes of a row, or one element of mem as a scalar.
  Value readLanes(Type element, Value address);
  Value readScalar(Type element, Value address);
  void write(Value value, Value address);
  /// The value type of an element: W lanes, or a scalar when not `rows`.
  Type valueType(Type element, bool rows) const;
  Value broadcast(Value scalar);
  Axes axesOf(llvm::ArrayRef<int64_t> dims,
              llvm::ArrayRef<tile::BufType> operands, int64_t from,
              int64_t count) const;
  void points(llvm::ArrayRef<int64_t> dims,
              llvm::function_ref<void(llvm::ArrayRef<Value>)> body);
  Values
  points(llvm::ArrayRef<int64_t> dims, Values carried,
         llvm::function_ref<Values(llvm::ArrayRef<Value>, ValueRange)> body);

  //===-- program and phases: TilePhases.cpp ------------------------------===//
  enum Slot {
    Call,
    Batch,
    Tiles,
    Scratch,
    Sinks,
    Workers,
    Stored,
    Prepared,
    Per,
    Groups,
    FirstStep,
    SlotCount = FirstStep + 8
  };
  Value slot(int which);
  Value slotAddress(int which) { return e.at(env, which, e.i64); }
  Type slotType(int which);
  Value field(int64_t bytes, Type type); ///< of the RillCall
  void enterTask(mlir::Operation *phase, mlir::Block &entry);
  void emitTasks(mlir::Block &block);
  void fillEnv(Value call);
  void phases(mlir::Block &block);
  void phase(tile::OnceOp op);
  void phase(tile::TilesOp op);
  void phase(tile::ReduceOp op);
  void phase(tile::RepeatOp op);
  void runTasks(mlir::LLVM::LLVMFuncOp task, Value count);
  void emitTask(tile::TilesOp op);
  void emptySinks(tile::TilesOp op);
  void emptySink(tile::BufferOp buffer, tile::Put kind);
  void chunk(mlir::Block &block);
  void each(tile::EachOp op);
  void steps(mlir::Block &block);
  Value anySample(Value live, int64_t from = 0);
  void loopOp(tile::LoopOp op, llvm::function_ref<void(mlir::Block &)> body);
  void step(mlir::Operation &op);
  int64_t scratchBytes();
  int64_t sinkPitch();
  int64_t workerPitch();
  mlir::LLVM::LLVMFuncOp beginTask();

  //===-- steps -----------------------------------------------------------===//
  void emit(tile::LoadOp op);
  void emit(tile::StoreOp op);
  void emit(tile::CopyOp op);
  void emit(tile::ScatterAddOp op);
  void emit(tile::PackOp op);
  void emit(tile::TransposeOp op);
  void emit(tile::OuterOp op);
  void emit(tile::MapOp op);
  void emit(tile::MatmulOp op);
  void emit(tile::DotOp op);
  void emit(tile::LookupOp op);
  void emit(tile::LookupAddOp op);
  void emit(tile::TakeOp op);
  void emit(tile::CumsumOp op);
  void emit(tile::TriSolveOp op);
  void emit(tile::DrawOp op);

  /// `body` for every vector of the computed lanes, or once for mem.
  void overLanes(bool rows, llvm::function_ref<void(Value lane)> body);
  /// Lanes from `lane` on of a row, or the scalar of mem; broadcast if asked.
  Value read(const Ref &ref, llvm::ArrayRef<Value> point, Value lane,
             bool rows);
  void writeAt(const Ref &ref, llvm::ArrayRef<Value> point, Value lane,
               Value value);
  Value readLane(const Ref &ref, llvm::ArrayRef<Value> point, Value lane);
  void writeLane(const Ref &ref, llvm::ArrayRef<Value> point, Value lane,
                 Value value);
  Type memoryType(Type element) const;
  Value laneBytes(const Ref &ref, Value lane);
  Value tableOf(llvm::ArrayRef<int64_t> values);
  Value clamped(Value index, int64_t count);
  llvm::SmallVector<Value> unflatten(Value linear,
                                     llvm::ArrayRef<int64_t> shape);
  Value sampleOf(Value lane); ///< index in the batch
  Value drawKey(tile::DrawOp op);
  Values philox(Values counter, Value key);
  void drawBlock(tile::DrawOp op, const Ref &target, Value key, Value block,
                 int64_t count, Value lane, bool rows);

  //===-- clusters: TileClusters.cpp, Region.cpp --------------------------===//
  struct Operand {
    Ref ref;     ///< without a type for a loop index
    Value index; ///< the loop's step, an i32 scalar
    llvm::SmallVector<int64_t> strides;
  };
  /// The lanes of vector `v` after lane `first`.
  struct Lanes {
    Value first;
    int64_t v;
  };
  Operand operandOf(Value value, llvm::ArrayRef<int64_t> strides = {});
  Value readOperand(const Operand &operand, llvm::ArrayRef<Value> point,
                    Lanes at, bool rows);
  void put(tile::Put kind, Value value, const Operand &out,
           llvm::ArrayRef<Value> point, Lanes at);
  Value sampleMask(Lanes at);
  /// The yielded values of a cluster's region; where there is an accumulator,
  /// its sum with the value.
  Values evaluate(mlir::Block &block, llvm::ArrayRef<Value> arguments,
                  llvm::ArrayRef<Value> accumulators, bool rows);
  Value combine(tile::Put kind, Value x, Value y);
  Value neutral(tile::Put kind, Type type);
  static bool runsDensely(tile::MapOp op, llvm::ArrayRef<Operand> operands);
  void mapMemory(tile::MapOp op, llvm::ArrayRef<Operand> ins,
                 llvm::ArrayRef<Operand> outs, llvm::ArrayRef<int64_t> dims);
  int64_t mapVectors(tile::MapOp op) const;
  void mapPoint(tile::MapOp op, llvm::ArrayRef<Operand> ins,
                llvm::ArrayRef<Operand> outs, const Axes &inner,
                llvm::ArrayRef<Value> outer, Value lane, int64_t vectors,
                bool rows);
  /// `op`: a matmul or dot. Emits the epilogue at one point.
  template <typename OpTy>
  void epilogue(OpTy op, Value accumulator, llvm::ArrayRef<Operand> ins,
                llvm::ArrayRef<Operand> outs, llvm::ArrayRef<Value> point,
                Lanes at, bool rows);
  /// The steps of k of a chain, `to` exclusive.
  struct Columns {
    Value from, to;
  };
  /// Columns by group of rows, from entry `first` of the table on; all columns
  /// where there is no table.
  struct Visits {
    Value table, first;
  };
  Visits visitsOf(tile::MatmulOp op, int64_t firstRow, int64_t groups,
                  int64_t height);
  Columns columnsOf(tile::MatmulOp op, const Visits &visits, Value group);
  /// Accumulators from zero over the columns.
  Values chain(int64_t accumulators, Type type, Columns columns,
               llvm::function_ref<Values(Value k, ValueRange)> step);
  void matmulBlock(tile::MatmulOp op, llvm::ArrayRef<Operand> ins,
                   llvm::ArrayRef<Operand> outs, Value weights, Value x,
                   llvm::ArrayRef<Value> batch, Value row, int64_t height,
                   Columns columns);
  void matmulSample(tile::MatmulOp op, llvm::ArrayRef<Operand> ins,
                    llvm::ArrayRef<Operand> outs, Value weights, Value x,
                    llvm::ArrayRef<Value> batch, int64_t firstRow,
                    int64_t count, int64_t height);
  void dotBlock(tile::DotOp op, llvm::ArrayRef<Operand> operands,
                llvm::ArrayRef<Operand> ins, llvm::ArrayRef<Operand> outs,
                llvm::ArrayRef<Value> at, int64_t m, int64_t n, bool rows);

  //===-- samples in other lanes: TileLanes.cpp ---------------------------===//
  void emit(tile::PositionsOp op);
  void emit(tile::CompactOp op);
  void emit(tile::RestoreOp op);
  Value chunkSamples();
  /// The first row of `buffer` at a place in the chunk.
  Value placeOf(Value buffer, Value position);
  void exchange(Value buffer, Value one, Value other);
  Value countLive(Value live);

  //===-- outer products and reductions over groups: TileOuter.cpp --------===//
  bool writesWholeSink(tile::OuterOp op);
  Value outerGroups(tile::OuterOp op, int64_t firstRow, int64_t count,
                    int64_t height, int64_t firstColumn, int64_t width);
  void outerBlock(tile::OuterOp op, Value i, Value j, int64_t height,
                  int64_t vectors);
  void transposeVectors(llvm::SmallVectorImpl<Value> &rows);
  void emitTask(tile::ReduceOp op);
  void reduceRows(tile::ReduceOp op, unsigned sink, Value first, Value last);

  Emitter &e;
  VectorMath math;
  tile::ProgramOp program;
  std::string symbol;
  mlir::FloatType real; ///< the program's float
  int64_t lanes, W, pitch;

  int tables = 0;
  llvm::DenseMap<mlir::Operation *, mlir::LLVM::LLVMFuncOp> tasks;
  llvm::DenseMap<mlir::Operation *, int64_t> taskCounts; ///< of reduce phases

  // Of the function being emitted.
  Value env;
  Value slots[Per];                        ///< what never changes in a call
  llvm::DenseMap<Value, Value> stepValues; ///< loop index -> i64
  Value worker, group, tile, slotIndex, active;
  Value groupFirst;             ///< the group's first tile
  Value chunkFirst, chunkTiles; ///< of the chunk at hand
  int64_t computed = 0;         ///< lanes that steps compute
  bool inEach = false;
};

} // namespace rill::cpu

#endif // RILL_CODEGEN_CPU_TILEEMITTER_H
