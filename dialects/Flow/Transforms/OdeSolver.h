// The emission of an `ode`, private to Transforms/: fields and fixed steps in
// Ode.cpp, chosen steps in OdeSteps.cpp.
#ifndef RILL_FLOW_TRANSFORMS_ODESOLVER_H
#define RILL_FLOW_TRANSFORMS_ODESOLVER_H

#include "Flow/IR/FlowOps.h"
#include "Lane/IR/LaneBuilder.h"

namespace rill::flow {

/// The augmented state: the place and, if wanted, the log-determinant so far.
/// Also a velocity of it: the field and its divergence.
struct State {
  mlir::Value x, logDet;

  /// Those of the two that are there.
  llvm::SmallVector<mlir::Value> values() const {
    llvm::SmallVector<mlir::Value> all{x};
    if (logDet)
      all.push_back(logDet);
    return all;
  }
};

/// The explicit method: row k makes stage k from the stages before it.
struct Table {
  llvm::SmallVector<llvm::SmallVector<double>> rows;
  llvm::SmallVector<double> weights, error;

  explicit Table(OdeOp ode);
  int64_t stages() const { return weights.size(); }
  /// The last stage is the first one of the next step.
  bool endsInNext() const {
    return weights.back() == 0 &&
           llvm::equal(rows.back(), llvm::ArrayRef(weights).drop_back());
  }
  void addNext();
};

/// One `ode` in one direction. The members of a step are emitted at a builder
/// that may stand inside of a loop, with the context as it is seen there.
class Solver {
public:
  Solver(OdeOp ode, bool backwards, bool wantLogDet);
  State run(State from, mlir::ValueRange context, lane::LaneBuilder &b);

private:
  using Numbers = llvm::SmallVector<double>;

  State velocity(mlir::Value x, mlir::Value t, lane::LaneBuilder &b);
  State augmented(mlir::Value x, mlir::Value t, lane::LaneBuilder &b);
  State stages(State from, mlir::Value t, mlir::Value h, State slopes,
               unsigned first, lane::LaneBuilder &b);
  State advance(State from, llvm::ArrayRef<double> weights, State slopes,
                mlir::Value h, lane::LaneBuilder &b);
  mlir::Value weighted(mlir::Value weights, mlir::Value slopes,
                       lane::LaneBuilder &b);
  mlir::Value table(llvm::ArrayRef<int64_t> shape,
                    llvm::ArrayRef<double> numbers, lane::LaneBuilder &b);
  State runFixed(State from, mlir::ValueRange outer, lane::LaneBuilder &b);

  // Chosen steps.
  struct Carried;
  State runChosen(State from, mlir::ValueRange outer, lane::LaneBuilder &b);
  Carried tryStep(const Carried &now, lane::LaneBuilder &b);
  mlir::Value errorOf(State before, State after, State slopes, mlir::Value h,
                      lane::LaneBuilder &b);
  mlir::Value firstStep(mlir::Value x, mlir::Value v, lane::LaneBuilder &b);
  mlir::Value rms(llvm::ArrayRef<mlir::Value> parts, lane::LaneBuilder &b);
  mlir::Value scale(mlir::Value size, lane::LaneBuilder &b);

  OdeOp ode;
  bool wantLogDet;
  double start, end;
  lane::TensorType place; ///< of the state
  Table method;
  mlir::ValueRange context; ///< as it is seen at the place of emission
};

} // namespace rill::flow

#endif
