// Operations of the lane dialect (docs/decisions/0002-lane-operations.md).
#ifndef RILL_LANE_LANEOPS_H
#define RILL_LANE_LANEOPS_H

#include "Lane/IR/LaneDialect.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace rill::lane {

class Tangents;
class Adjoints;
class Activity;
class LaneBuilder;
struct Masked;

/// All results of `op` are active if any operand is.
void defaultActivity(mlir::Operation *op, Activity &active);

/// One result of the operands' common shape, computed element by element.
template <typename ConcreteOp>
class Elementwise : public mlir::OpTrait::TraitBase<ConcreteOp, Elementwise> {};

/// The derivative is zero everywhere it exists.
template <typename ConcreteOp>
class ZeroDerivative
    : public mlir::OpTrait::TraitBase<ConcreteOp, ZeroDerivative> {};

/// The value or a partial derivative may be infinite at a finite operand.
template <typename ConcreteOp>
class Unbounded : public mlir::OpTrait::TraitBase<ConcreteOp, Unbounded> {};

/// Whether `x predicate y` holds, as of IEEE.
bool holds(Predicate predicate, double x, double y);

/// The index letters of a contraction `"ij,j->i"`.
struct ContractSpec {
  std::string x, y, result;

  /// Reads `"ij,j->i"`; nullopt if it is not of that form over letters a-z.
  static std::optional<ContractSpec> parse(llvm::StringRef text);
  /// Letters renamed to a, b, c.. in order of first appearance in x, y.
  ContractSpec canonical() const;
  std::string str() const;
};

} // namespace rill::lane

#include "Lane/IR/LaneInterfaces.h.inc"

#define GET_OP_CLASSES
#include "Lane/IR/LaneOps.h.inc"

#endif
