// Jacobians of a block's values by one argument in factored form: sums of
// products of matrices and diagonals. Private to Transforms/.
#ifndef RILL_LANE_TRANSFORMS_JACOBIANS_H
#define RILL_LANE_TRANSFORMS_JACOBIANS_H

#include "Lane/IR/LaneBuilder.h"
#include "llvm/ADT/MapVector.h"

namespace rill::lane {

/// The matrix `weight` [rows, columns], which does not depend on x, after the
/// diagonal `factor` [columns] (null: of ones), which may.
struct Layer {
  mlir::Value factor, weight;

  bool operator==(const Layer &other) const {
    return factor == other.factor && weight == other.weight;
  }
};

/// One term: scale . diag(factor) . S . weight_n . diag(factor_n) ..
/// weight_1 . diag(factor_1), where row e of S takes element rows[e] of what
/// comes before (-1: nothing). With no layer that is x, row-major.
struct Chain {
  llvm::SmallVector<Layer> layers; ///< the first applied first
  llvm::SmallVector<int64_t> rows;
  mlir::Value factor; ///< of the value's shape; null: ones
  mlir::Value scale;  ///< a scalar; null: one

  bool isVarying() const;
};

using Jacobian = llvm::SmallVector<Chain>;

/// Follows x through a block: matrices arise from contractions with what does
/// not depend on x, diagonals from elementwise operations by their derivative
/// rules. New operations stand behind those that they belong to.
class Jacobians {
public:
  Jacobians(mlir::Value x, mlir::OpBuilder &builder);

  /// False if an operation on a value that depends on x has no such form.
  bool follow(mlir::Block &block);
  /// Empty for what does not depend on x.
  const Jacobian &of(mlir::Value v) const;
  /// The trace of the Jacobian of `v`, which has as many elements as x; nothing
  /// (null) if a term has more than two diagonals between matrices.
  mlir::Value trace(mlir::Value v, mlir::Location loc);

  /// Products of one sample in what was made (follow and trace), but for the
  /// derivatives of elementwise operations.
  int64_t products() const { return made; }
  /// Products of one sample in the tangents of the block for all elements of x,
  /// less those derivatives in what was made.
  int64_t productsOfTangents() const { return instead; }

private:
  bool follow(mlir::Operation *op);
  bool isActive(mlir::Value v) const { return !of(v).empty(); }
  bool elementwise(mlir::Operation *op);
  bool move(mlir::Operation *op);
  bool contract(ContractOp op);
  bool compose(Chain &chain, mlir::Value matrix, LaneBuilder &b);
  mlir::Value tangent(mlir::Operation *op, mlir::Value operand, mlir::Value d);
  mlir::Value multiply(llvm::StringRef spec, mlir::Value x, mlir::Value y,
                       LaneBuilder &b);
  mlir::Value weightedSum(mlir::Value x, mlir::Value y, LaneBuilder &b);
  mlir::Value traceOfTerm(const Chain &term, LaneBuilder &b);
  mlir::Value traceOfLayers(llvm::SmallVector<Layer> layers, LaneBuilder &b);

  mlir::Value x;
  int64_t size; ///< elements of x
  mlir::OpBuilder &builder;
  llvm::MapVector<mlir::Value, Jacobian> known;
  int64_t made = 0, instead = 0;
  /// Scalars that values are throughout; null where they are none.
  llvm::DenseMap<mlir::Value, mlir::Value> uniforms;
};

} // namespace rill::lane

#endif
