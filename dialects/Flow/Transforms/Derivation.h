// The sweep behind Derive.h, for the files of this folder that implement it.
#ifndef RILL_FLOW_TRANSFORMS_DERIVATION_H
#define RILL_FLOW_TRANSFORMS_DERIVATION_H

#include "Flow/Transforms/Derive.h"
#include "Flow/Transforms/Updates.h"
#include "llvm/ADT/SetVector.h"

namespace rill::flow {

/// Values that `region` uses from outside, in order of first use.
llvm::SetVector<mlir::Value> captures(mlir::Region &region);

/// Spreads knowledge through the body of a flow (or of one of its repeats):
/// emits what becomes computable until the other end is known.
class Derivation {
public:
  Derivation(lane::LaneBuilder &b, ParamScope &params, bool inverse,
             bool wantLogDet, Fault &fault)
      : b(b), params(params), inverse(inverse), wantLogDet(wantLogDet),
        fault(fault) {}

  /// Values of the body, as emitted; what the caller knows is put in first.
  mlir::IRMapping known;
  /// Summed so far, in the derived direction; null: 0.
  mlir::Value logDet;

  bool knows(mlir::ValueRange values) const {
    return llvm::all_of(values,
                        [&](mlir::Value v) { return known.contains(v); });
  }
  /// Sweeps over the block until `targets` are known.
  bool solve(mlir::Block &block, mlir::ValueRange targets);
  /// Runs one operation if it can; whether anything became known.
  bool step(mlir::Operation &op);

private:
  bool runSplit(mlir::Operation &op, mlir::ValueRange pieces,
                mlir::ArrayAttr parts, mlir::Value whole);
  bool runUpdate(UpdateOp update);
  void runRankOne(const RankOne &change, mlir::Block &block,
                  mlir::IRMapping &local);
  void runCausal(UpdateOp update, const UpdateVerdict &verdict, bool forward,
                 mlir::IRMapping &local);
  mlir::Value runAuthorsInverse(UpdateOp update, const UpdateVerdict &verdict,
                                mlir::Value after, mlir::IRMapping &local);
  void runForward(const Chain::Step &step, const UpdateVerdict &verdict,
                  mlir::Block &block, mlir::IRMapping &local);
  mlir::Value runBackward(const Chain::Step &step, mlir::Value after,
                          const UpdateVerdict &verdict, mlir::Block &block,
                          mlir::IRMapping &local);
  /// log |derivative| of one step, from values that are in `local`.
  void addLogDerivative(const Chain::Step &step, const UpdateVerdict &verdict,
                        mlir::Block &block, mlir::IRMapping &local,
                        bool negate);
  bool runRepeat(RepeatOp repeat);
  bool runScan(ScanOp scan);
  bool runParam(ParamOp param);
  /// Makes known a value that only parameters and known values lead to.
  void ensure(mlir::Value value);
  void addLogDet(mlir::Value contribution, bool negate);
  /// Whether something is not known; remembers the first such operation.
  bool stopped(mlir::Operation *op, mlir::ValueRange needed);

  lane::LaneBuilder &b;
  ParamScope &params;
  bool inverse, wantLogDet;
  Fault &fault;
};

} // namespace rill::flow

#endif
