// One rule per operation: injective where, undone how, with which derivative.
// Formulas are written in the form that stays accurate at the ends of the
// range (softplus for log sigmoid', and so on).
#include "Flow/Analysis/Injectivity.h"

#include "Flow/IR/FlowOps.h"
#include "Flow/Transforms/Matrices.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <optional>

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

//===-- judgement ---------------------------------------------------------===//

static Verdict accept(std::string form) {
  Verdict verdict;
  verdict.form = std::move(form);
  return verdict;
}

static Verdict refuse(Refusal refusal, std::string why, Value culprit = {}) {
  return {refusal, culprit, std::move(why), ""};
}

static Verdict judgeFactor(Value factor, Ranges &ranges) {
  Range range = ranges.of(factor);
  if (range.excludesZero())
    return accept("affine");
  return refuse(Refusal::FactorMayBeZero, range.str() + " includes 0", factor);
}

static Verdict judgeReciprocal(Value x, Ranges &ranges) {
  if (ranges.of(x).excludesZero())
    return accept("reciprocal");
  return refuse(Refusal::NotInjective, "1/x has no value at 0, and " +
                                           ranges.of(x).str() + " includes 0");
}

static Verdict judgeEven(StringRef what, Value x, Ranges &ranges) {
  if (ranges.of(x).lo >= 0)
    return accept(what.str() + " over one sign");
  if (ranges.of(x).hi <= 0)
    return accept(what.str() + " over one sign");
  return refuse(Refusal::NotInjective,
                what.str() + " gives the same value for x and -x, and " +
                    ranges.of(x).str() + " holds both");
}

static Verdict judgePower(lane::PowOp op, unsigned operand, Ranges &ranges) {
  std::optional<double> exponent = constantSplat(op.getY());
  if (operand == 1 || !exponent)
    return refuse(Refusal::NotInjective,
                  "a power is undone in its base, for a constant exponent");
  if (*exponent == 0)
    return refuse(Refusal::NotInjective, "x^0 is 1 for every x");
  if (ranges.of(op.getX()).isPositive())
    return accept("power");
  double whole = std::floor(*exponent);
  if (whole != *exponent && ranges.of(op.getX()).lo < 0)
    return refuse(Refusal::NotInjective,
                  "a broken power of a negative number is not a number, and " +
                      ranges.of(op.getX()).str() + " holds some");
  if (whole != *exponent || std::fmod(whole, 2) == 0)
    return judgeEven("an even power", op.getX(), ranges);
  return refuse(Refusal::NotInjective,
                "the derivative of an odd power vanishes at 0, and " +
                    ranges.of(op.getX()).str() + " includes 0");
}

Verdict rill::flow::judge(Operation *op, unsigned operand, Ranges &ranges) {
  return llvm::TypeSwitch<Operation *, Verdict>(op)
      .Case<lane::AddOp, lane::SubOp, lane::NegOp>(
          [](Operation *) { return accept("affine"); })
      .Case<lane::MulOp>([&](lane::MulOp mul) {
        return judgeFactor(mul->getOperand(1 - operand), ranges);
      })
      .Case<lane::DivOp>([&](lane::DivOp div) {
        Verdict numerator = judgeFactor(div->getOperand(1 - operand), ranges);
        if (operand == 0 || numerator.refusal != Refusal::None)
          return numerator;
        return judgeReciprocal(div.getY(), ranges);
      })
      .Case<lane::RecipOp, lane::RsqrtOp>([&](Operation *o) {
        return judgeReciprocal(o->getOperand(0), ranges);
      })
      .Case<lane::ExpOp, lane::LogOp, lane::Expm1Op, lane::Log1pOp,
            lane::TanhOp, lane::AtanhOp, lane::SinhOp, lane::AsinhOp,
            lane::AtanOp, lane::SigmoidOp, lane::SoftplusOp, lane::LogSigmoidOp,
            lane::SqrtOp, lane::RsqrtOp, lane::RecipOp>([](Operation *o) {
        return accept(o->getName().stripDialect().str());
      })
      .Case([&](lane::SqOp sq) {
        return judgeEven("a square", sq.getX(), ranges);
      })
      .Case(
          [&](lane::AbsOp abs) { return judgeEven("abs", abs.getX(), ranges); })
      .Case([&](lane::PowOp pow) { return judgePower(pow, operand, ranges); })
      .Case([&](lane::FloorOp) {
        return refuse(Refusal::NotInjective,
                      "floor gives the same value for a whole interval");
      })
      .Case<lane::ReluOp, lane::MaxOp, lane::MinOp, lane::SignOp>(
          [](Operation *o) {
            return refuse(Refusal::NotInjective,
                          o->getName().stripDialect().str() +
                              " is constant on a part of its range");
          })
      .Case<lane::SinOp, lane::CosOp, lane::TanOp, lane::CoshOp>(
          [](Operation *o) {
            return refuse(Refusal::NotInjective,
                          o->getName().stripDialect().str() +
                              " takes the same value at several places");
          })
      .Case<lane::ReshapeOp, lane::PermuteOp, lane::ReverseOp>(
          [](Operation *) { return accept("rearrangement"); })
      .Case([&](OdeOp) {
        return operand == 0 ? accept("ode")
                            : refuse(Refusal::MixesElements,
                                     "the field reads the place itself");
      })
      .Case([&](MatVecOp product) {
        if (operand == 1)
          return accept("structured matrix");
        return refuse(Refusal::MixesElements, "the matrix reads the place");
      })
      .Case<lane::GatherOp>([](lane::GatherOp gather) {
        llvm::SmallVector<int64_t> sorted(gather.getIndices());
        llvm::sort(sorted);
        for (auto [i, index] : llvm::enumerate(sorted))
          if (index != int64_t(i))
            return refuse(Refusal::NotInjective,
                          "the selection repeats or drops elements");
        bool all = int64_t(sorted.size()) ==
                   lane::typeOf(gather.getX()).getDim(gather.getDim());
        return all ? accept("rearrangement")
                   : refuse(Refusal::NotInjective,
                            "the selection drops elements");
      })
      .Case<lane::SliceOp>([](Operation *) {
        return refuse(Refusal::NotInjective, "a slice drops elements");
      })
      .Case<lane::ContractOp>([&](lane::ContractOp product) {
        Value other = product->getOperand(1 - operand);
        if (lane::typeOf(other).getRank() == 2 && lane::isInvariant(other))
          return refuse(Refusal::PlainMatrix, "a plain matrix may be singular",
                        other);
        return refuse(Refusal::MixesElements,
                      "the product mixes the place's elements");
      })
      .Case<lane::ReduceOp, lane::CumsumOp, lane::SpreadOp, lane::ConcatOp>(
          [](Operation *o) {
            return refuse(Refusal::MixesElements,
                          "'" + o->getName().stripDialect().str() +
                              "' mixes the place's elements");
          })
      .Default([](Operation *o) {
        return refuse(Refusal::Unknown, "'" +
                                            o->getName().stripDialect().str() +
                                            "' has no known inverse");
      });
}

//===-- inverses ----------------------------------------------------------===//

/// The context factor whose logarithm is already at hand: exp(s) gives s.
static Value logOfFactor(const Link &link, Value factor, LaneBuilder &b) {
  Value derived = link.context(factor);
  if (auto exp = derived.getDefiningOp<lane::ExpOp>())
    return exp.getX();
  Value size = derived;
  if (!llvm::isa_and_present<lane::SoftplusOp, lane::SigmoidOp>(
          derived.getDefiningOp()))
    size = b.unary<lane::AbsOp>(derived);
  if (auto sigmoid = derived.getDefiningOp<lane::SigmoidOp>())
    return b.unary<lane::LogSigmoidOp>(sigmoid.getX());
  return b.log(size);
}

static Value inverseGather(lane::GatherOp op, Value r, LaneBuilder &b) {
  llvm::SmallVector<int64_t> back(op.getIndices().size());
  for (auto [i, index] : llvm::enumerate(op.getIndices()))
    back[index] = i;
  return lane::GatherOp::create(b.builder, b.loc, r, op.getDim(), back);
}

static Value inversePermute(lane::PermuteOp op, Value r, LaneBuilder &b) {
  llvm::SmallVector<int64_t> back(op.getPerm().size());
  for (auto [i, axis] : llvm::enumerate(op.getPerm()))
    back[axis] = i;
  return b.permute(r, back);
}

Value rill::flow::emitInverse(const Link &link, Value r, LaneBuilder &b) {
  Operation *op = link.op;
  unsigned i = link.operand;
  auto other = [&] { return link.context(op->getOperand(1 - i)); };
  Value x = op->getOperand(i); // the original, for its shape
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](lane::AddOp) { return b.sub(r, other()); })
      .Case([&](lane::SubOp) {
        return i == 0 ? b.add(r, other()) : b.sub(other(), r);
      })
      .Case([&](lane::NegOp) { return b.neg(r); })
      .Case([&](lane::MulOp) -> Value {
        Value factor = other();
        if (auto exp = factor.getDefiningOp<lane::ExpOp>())
          return b.mul(r, b.exp(b.neg(exp.getX())));
        return b.div(r, factor);
      })
      .Case([&](lane::DivOp) {
        return i == 0 ? b.mul(r, other()) : b.div(other(), r);
      })
      .Case([&](lane::ExpOp) { return b.log(r); })
      .Case([&](lane::LogOp) { return b.exp(r); })
      .Case([&](lane::Expm1Op) { return b.unary<lane::Log1pOp>(r); })
      .Case([&](lane::Log1pOp) { return b.unary<lane::Expm1Op>(r); })
      .Case([&](lane::TanhOp) { return b.unary<lane::AtanhOp>(r); })
      .Case([&](lane::AtanhOp) { return b.unary<lane::TanhOp>(r); })
      .Case([&](lane::SinhOp) { return b.unary<lane::AsinhOp>(r); })
      .Case([&](lane::AsinhOp) { return b.sinh(r); })
      .Case([&](lane::AtanOp) { return b.unary<lane::TanOp>(r); })
      .Case([&](lane::SigmoidOp) { // logit
        return b.sub(b.log(r), b.unary<lane::Log1pOp>(b.neg(r)));
      })
      .Case([&](lane::SoftplusOp) { // r + log(1 - exp(-r))
        return b.add(r, b.log(b.neg(b.unary<lane::Expm1Op>(b.neg(r)))));
      })
      .Case([&](lane::LogSigmoidOp) { // r - log(1 - exp(r))
        return b.sub(r, b.log(b.neg(b.unary<lane::Expm1Op>(r))));
      })
      .Case([&](lane::SqrtOp) { return b.sq(r); })
      .Case([&](lane::RsqrtOp) { return b.unary<lane::RecipOp>(b.sq(r)); })
      .Case([&](lane::RecipOp) { return b.unary<lane::RecipOp>(r); })
      .Case([&](lane::SqOp) {
        return link.negative ? b.neg(b.sqrt(r)) : b.sqrt(r);
      })
      .Case([&](lane::AbsOp) { return link.negative ? b.neg(r) : r; })
      .Case([&](lane::PowOp pow) -> Value {
        Value root = b.pow(r, b.constant(r, 1 / *constantSplat(pow.getY())));
        return link.negative ? b.neg(root) : root;
      })
      .Case([&](lane::ReshapeOp) {
        return b.reshape(r, lane::typeOf(x).getShape());
      })
      .Case([&](lane::PermuteOp permute) {
        return inversePermute(permute, r, b);
      })
      .Case([&](lane::ReverseOp reverse) -> Value {
        return lane::ReverseOp::create(b.builder, b.loc, r, reverse.getDims());
      })
      .Case([&](lane::GatherOp gather) { return inverseGather(gather, r, b); })
      .Case([&](MatVecOp product) {
        return solveMatrix(product.getStructure(),
                           link.context(product.getMatrix()), r, b);
      });
}

//===-- derivatives -------------------------------------------------------===//

/// log(1 - tanh(x)^2) without cancellation: 2 (log 2 - x - softplus(-2 x)).
static Value logTanhDerivative(Value x, LaneBuilder &b) {
  Value tail = b.unary<lane::SoftplusOp>(b.mul(x, -2.0));
  return b.mul(b.sub(std::log(2.0), b.add(x, tail)), 2.0);
}

/// log |p| + (p - 1) log |x|.
static Value logPowerDerivative(double p, Value x, LaneBuilder &b) {
  Value size = b.log(b.unary<lane::AbsOp>(x));
  return b.add(b.mul(size, p - 1), std::log(std::abs(p)));
}

Value rill::flow::emitLogDerivative(const Link &link, Value x, Value y,
                                    LaneBuilder &b) {
  Operation *op = link.op;
  unsigned i = link.operand;
  auto logOther = [&] { return logOfFactor(link, op->getOperand(1 - i), b); };
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](lane::MulOp) { return logOther(); })
      .Case([&](lane::DivOp) -> Value {
        if (i == 0)
          return b.neg(logOther());
        return b.sub(logOther(), b.mul(b.log(b.unary<lane::AbsOp>(x)), 2.0));
      })
      .Case([&](lane::ExpOp) { return x; })
      .Case([&](lane::Expm1Op) { return x; })
      .Case([&](lane::LogOp) { return b.neg(y); })
      .Case([&](lane::Log1pOp) { return b.neg(y); })
      .Case([&](lane::TanhOp) { return logTanhDerivative(x, b); })
      .Case([&](lane::AtanhOp) { return b.neg(logTanhDerivative(y, b)); })
      .Case([&](lane::SinhOp) { return b.log(b.cosh(x)); })
      .Case([&](lane::AsinhOp) { return b.neg(b.log(b.cosh(y))); })
      .Case(
          [&](lane::AtanOp) { return b.neg(b.unary<lane::Log1pOp>(b.sq(x))); })
      .Case([&](lane::SigmoidOp) {
        return b.add(b.unary<lane::LogSigmoidOp>(x),
                     b.unary<lane::LogSigmoidOp>(b.neg(x)));
      })
      .Case([&](lane::SoftplusOp) { return b.unary<lane::LogSigmoidOp>(x); })
      .Case([&](lane::LogSigmoidOp) {
        return b.unary<lane::LogSigmoidOp>(b.neg(x));
      })
      .Case([&](lane::SqrtOp) { return logPowerDerivative(0.5, x, b); })
      .Case([&](lane::RsqrtOp) { return logPowerDerivative(-0.5, x, b); })
      .Case([&](lane::RecipOp) { return logPowerDerivative(-1, x, b); })
      .Case([&](lane::SqOp) { return logPowerDerivative(2, x, b); })
      .Case([&](lane::PowOp pow) {
        return logPowerDerivative(*constantSplat(pow.getY()), x, b);
      })
      .Case([&](MatVecOp product) {
        lane::TensorType type = lane::typeOf(product.getX());
        return logDetMatrix(product.getStructure(),
                            link.context(product.getMatrix()),
                            type.getNumElements() / type.getShape().back(), b);
      })
      .Default([](Operation *) { return Value(); });
}
