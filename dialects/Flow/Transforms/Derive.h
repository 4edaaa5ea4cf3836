// The one derivation of a flow, for both directions: what is known (the place
// before or after) spreads through the body until the other end is known. A
// value and its log-determinant come from one walk, so a conditioner is
// evaluated once. Emits lane operations.
#ifndef RILL_FLOW_TRANSFORMS_DERIVE_H
#define RILL_FLOW_TRANSFORMS_DERIVE_H

#include "Flow/IR/FlowOps.h"
#include "Lane/IR/LaneBuilder.h"

#include "llvm/ADT/MapVector.h"

#include <map>
#include <optional>

namespace rill::flow {

/// Where a derivation finds parameters: raw arrays by index, with one leading
/// axis per enclosing repeat that is not entered yet. With `initial`, what is
/// not among them starts: it gets its initial value, whose raw array (stacked
/// like the former) is collected.
///
/// With `judging`, the conditions that the derived code states on parameters
/// are collected: truth values with one leading axis per enclosing repeat.
struct ParamScope {
  std::map<int64_t, mlir::Value> raws;
  bool initial = false;
  bool starts(int64_t index) const { return initial && !raws.count(index); }
  std::map<int64_t, mlir::Value> collected;
  bool judging = false;
  llvm::MapVector<mlir::Operation *, mlir::Value> conditions;
};

/// What stopped a derivation: `op` cannot run because `missing` is not known.
struct Fault {
  mlir::Operation *op;
  mlir::Value missing;
};

struct Derived {
  mlir::Value place;
  /// Of the derived direction, a scalar per sample; null if not asked for.
  mlir::Value logDet;
};

/// Derives the flow in `body` (arguments: the place, then conditions; yields
/// the place) from the known end `from`. Every update must have been accepted.
/// Nothing is returned, and `fault` set, if knowledge does not spread to the
/// other end.
std::optional<Derived> deriveFlow(mlir::Region &body, mlir::Value from,
                                  mlir::ValueRange conditions, bool inverse,
                                  bool wantLogDet, ParamScope &params,
                                  lane::LaneBuilder &builder, Fault &fault);

/// The parameter's value at this place of emission (see ParamScope); `known`
/// holds derived values. Null, and `fault` set, if it cannot be started.
mlir::Value materialiseParam(ParamOp param, ParamScope &params,
                             mlir::IRMapping &known, lane::LaneBuilder &builder,
                             Fault &fault);

/// Emits one operation of the flow or lane dialect forward: values, parameters,
/// cuts, updates and repeats of places. False, and `fault` set, if it reads
/// something that is not known.
bool emitForward(mlir::Operation &op, mlir::IRMapping &known,
                 ParamScope &params, lane::LaneBuilder &builder, Fault &fault);

/// Clones one value operation whose operands are known: structured products
/// become lane code and `first` a mean over the batch.
void emitValue(mlir::Operation &op, mlir::IRMapping &known,
               lane::LaneBuilder &builder);

/// Indices of the parameters declared in `region`, nested ones too.
llvm::SmallVector<int64_t> paramsIn(mlir::Region &region);

} // namespace rill::flow

#endif
