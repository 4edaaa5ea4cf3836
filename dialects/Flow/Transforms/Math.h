// A builder of lane arithmetic for derivations: one location, constants in the
// shape of a value, spreads where a scalar meets a tensor.
#ifndef RILL_FLOW_MATH_H
#define RILL_FLOW_MATH_H

#include "Lane/IR/LaneOps.h"

namespace rill::flow {

struct Math {
  mlir::OpBuilder &b;
  mlir::Location loc;

  /// `value` everywhere, invariant, in x's shape and element.
  mlir::Value like(mlir::Value x, double value) {
    return lane::ConstOp::create(b, loc, lane::typeOf(x).withInv(true), value);
  }
  template <class Op> mlir::Value un(mlir::Value x) {
    return Op::create(b, loc, x).getResult();
  }
  template <class Op> mlir::Value bin(mlir::Value x, mlir::Value y) {
    return Op::create(b, loc, x, y).getResult();
  }
  mlir::Value add(mlir::Value x, mlir::Value y) { return bin<lane::AddOp>(x, y); }
  mlir::Value sub(mlir::Value x, mlir::Value y) { return bin<lane::SubOp>(x, y); }
  mlir::Value mul(mlir::Value x, mlir::Value y) { return bin<lane::MulOp>(x, y); }
  mlir::Value div(mlir::Value x, mlir::Value y) { return bin<lane::DivOp>(x, y); }
  mlir::Value neg(mlir::Value x) { return un<lane::NegOp>(x); }
  mlir::Value log(mlir::Value x) { return un<lane::LogOp>(x); }
  mlir::Value exp(mlir::Value x) { return un<lane::ExpOp>(x); }
  mlir::Value abs(mlir::Value x) { return un<lane::AbsOp>(x); }
  mlir::Value sq(mlir::Value x) { return un<lane::SqOp>(x); }
  mlir::Value softplus(mlir::Value x) { return un<lane::SoftplusOp>(x); }
  mlir::Value addc(mlir::Value x, double c) { return add(x, like(x, c)); }
  mlir::Value mulc(mlir::Value x, double c) { return mul(x, like(x, c)); }
  /// log cosh x = x + softplus(-2x) - log 2: exact in both tails.
  mlir::Value logCosh(mlir::Value x) {
    return addc(add(x, softplus(mulc(x, -2))), -0.69314718055994531);
  }
  /// The sum of all elements; x itself when it is a scalar.
  mlir::Value sum(mlir::Value x) {
    llvm::SmallVector<int64_t> dims;
    for (int64_t k = 0; k < lane::typeOf(x).getRank(); ++k)
      dims.push_back(k);
    if (dims.empty())
      return x;
    return lane::ReduceOp::create(b, loc, lane::ReduceKind::sum, x, dims)
        .getResult();
  }
  mlir::Value varying(mlir::Value x) {
    return lane::isInvariant(x) ? un<lane::VaryOp>(x) : x;
  }
};

} // namespace rill::flow

#endif
