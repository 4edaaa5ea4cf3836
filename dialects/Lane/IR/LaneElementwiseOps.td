// Elementwise lane operations. Constraints shared by all of them:
//   1. All operands have one shape (nothing is broadcast).
//   2. Operands of one kind have one element type.
//   3. The result is invariant exactly when all operands are.
//
// A differentiable one states, per operand, its partial derivative applied to
// `d` (a tangent or an adjoint), in the expression language `B` (LaneBuilder)
// over the operands x and y and the result r.
#ifndef RILL_LANE_ELEMENTWISE_OPS_TD
#define RILL_LANE_ELEMENTWISE_OPS_TD

include "Lane/IR/LaneOpBase.td"

class Lane_EwOp<string mnemonic, string inferCall, list<Trait> traits>
    : Lane_InferredOp<mnemonic, !listconcat([Lane_Elementwise], traits)> {
  code infer = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
        Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &inferred) {
      return }] # inferCall # [{(location, adaptor.getOperands(), inferred);
    }
  }];
  let extraClassDefinition = infer;
}

// An elementwise operation with derivative; `values` names its operands.
class Lane_SmoothOp<string mnemonic, code values, code partials,
                    list<Trait> traits>
    : Lane_EwOp<mnemonic, "inferElementwise",
                !listconcat([Lane_Rules], traits)> {
  let extraClassDeclaration = [{
    /// The partial derivative of operand `i` applied to `d`.
    ::rill::lane::Masked partial(::rill::lane::LaneBuilder &B, unsigned i,
                                 ::mlir::Value d);
  }];
  let extraClassDefinition = infer # [{
    ::rill::lane::Masked $cppClass::partial(::rill::lane::LaneBuilder &B,
                                            unsigned i, ::mlir::Value d) {
      ::mlir::Value r = getResult();
      (void)r;
      }] # values # partials # [{
    }
    void $cppClass::tangent(::rill::lane::Tangents &tangents) {
      elementwiseTangent(*this, [&](::rill::lane::LaneBuilder &B, unsigned i,
          ::mlir::Value d) { return partial(B, i, d); }, tangents);
    }
    void $cppClass::adjoint(::rill::lane::Adjoints &adjoints) {
      elementwiseAdjoint(*this, [&](::rill::lane::LaneBuilder &B, unsigned i,
          ::mlir::Value d) { return partial(B, i, d); }, adjoints);
    }
  }];
}

class Lane_Unary<string mnemonic, string what, Type type, code dx,
                 list<Trait> traits = []>
    : Lane_SmoothOp<mnemonic, "::mlir::Value x = getX(); (void)x;",
                    "return " # dx # ";", traits> {
  let summary = what;
  let arguments = (ins type:$x);
  let results = (outs type:$result);
}

class Lane_Binary<string mnemonic, string what, Type type, code dx, code dy,
                  list<Trait> traits = []>
    : Lane_SmoothOp<mnemonic, "::mlir::Value x = getX(), y = getY();"
                              "(void)x; (void)y;",
                    "if (i == 0) return " # dx # "; return " # dy # ";",
                    traits> {
  let summary = what;
  let arguments = (ins type:$x, type:$y);
  let results = (outs type:$result);
}

class Lane_FlatUnary<string mnemonic, string what, Type type>
    : Lane_EwOp<mnemonic, "inferElementwise", [Lane_ZeroDerivative]> {
  let summary = what;
  let arguments = (ins type:$x);
  let results = (outs type:$result);
}

class Lane_FlatBinary<string mnemonic, string what, Type type>
    : Lane_EwOp<mnemonic, "inferElementwise",
                [Lane_ZeroDerivative, Commutative]> {
  let summary = what;
  let arguments = (ins type:$x, type:$y);
  let results = (outs type:$result);
}

//===-- one operand -------------------------------------------------------===//

def Lane_NegOp : Lane_Unary<"neg", "-x", Lane_Num, "B.neg(d)"> {
  let hasFolder = 1;
}
// The subgradient of abs at 0 is 0.
def Lane_AbsOp : Lane_Unary<"abs", "|x|", Lane_Num, "B.mul(d, B.sign(x))">;
def Lane_SignOp : Lane_FlatUnary<"sign", "-1, 0 or 1; keeps NaN", Lane_Num>;
def Lane_SqOp : Lane_Unary<"sq", "x * x", Lane_Num, "B.mul(d, B.mul(x, 2.0))">;
def Lane_ExpOp : Lane_Unary<"exp", "exponential", Lane_Float,
                            "B.mul(d, r)", [Lane_Unbounded]>;
def Lane_LogOp : Lane_Unary<"log", "natural logarithm", Lane_Float,
                            "B.div(d, x)", [Lane_Unbounded]>;
def Lane_Expm1Op : Lane_Unary<"expm1", "exp(x) - 1", Lane_Float,
                              "B.mul(d, B.exp(x))", [Lane_Unbounded]>;
def Lane_Log1pOp : Lane_Unary<"log1p", "log(1 + x)", Lane_Float,
                              "B.div(d, B.add(x, 1.0))", [Lane_Unbounded]>;
def Lane_SqrtOp : Lane_Unary<"sqrt", "square root", Lane_Float,
                             "B.div(B.mul(d, 0.5), r)", [Lane_Unbounded]>;
def Lane_RsqrtOp : Lane_Unary<"rsqrt", "1 / sqrt(x)", Lane_Float,
                              "B.mul(d, B.div(B.mul(r, -0.5), x))",
                              [Lane_Unbounded]>;
def Lane_RecipOp : Lane_Unary<"recip", "1 / x", Lane_Float,
                              "B.neg(B.mul(d, B.sq(r)))", [Lane_Unbounded]>;
def Lane_SinOp : Lane_Unary<"sin", "sine", Lane_Float, "B.mul(d, B.cos(x))">;
def Lane_CosOp : Lane_Unary<"cos", "cosine", Lane_Float,
                            "B.neg(B.mul(d, B.sin(x)))">;
def Lane_TanOp : Lane_Unary<"tan", "tangent", Lane_Float,
                            "B.mul(d, B.add(B.sq(r), 1.0))", [Lane_Unbounded]>;
def Lane_AtanOp : Lane_Unary<"atan", "arc tangent", Lane_Float,
                             "B.div(d, B.add(B.sq(x), 1.0))">;
def Lane_TanhOp : Lane_Unary<"tanh", "hyperbolic tangent", Lane_Float,
                             "B.mul(d, B.sub(1.0, B.sq(r)))">;
// (1-x)(1+x): 1 - x*x would cancel near the ends.
def Lane_AtanhOp : Lane_Unary<"atanh", "inverse of tanh", Lane_Float,
    "B.div(d, B.mul(B.sub(1.0, x), B.add(x, 1.0)))", [Lane_Unbounded]>;
def Lane_SinhOp : Lane_Unary<"sinh", "hyperbolic sine", Lane_Float,
                             "B.mul(d, B.cosh(x))", [Lane_Unbounded]>;
def Lane_CoshOp : Lane_Unary<"cosh", "hyperbolic cosine", Lane_Float,
                             "B.mul(d, B.sinh(x))", [Lane_Unbounded]>;
def Lane_AsinhOp : Lane_Unary<"asinh", "inverse of sinh", Lane_Float,
                              "B.div(d, B.sqrt(B.add(B.sq(x), 1.0)))">;
def Lane_AcoshOp : Lane_Unary<"acosh", "inverse of cosh on [1, inf)", Lane_Float,
    "B.div(d, B.sqrt(B.mul(B.sub(x, 1.0), B.add(x, 1.0))))", [Lane_Unbounded]>;
// sigmoid(-x) and not 1 - r, which cancels where r is near one.
def Lane_SigmoidOp : Lane_Unary<"sigmoid", "1 / (1 + exp(-x))", Lane_Float,
                                "B.mul(d, B.mul(r, B.sigmoid(B.neg(x))))">;
def Lane_SoftplusOp : Lane_Unary<"softplus", "log(1 + exp(x))", Lane_Float,
                                 "B.mul(d, B.sigmoid(x))">;
def Lane_LogSigmoidOp : Lane_Unary<"log_sigmoid", "-softplus(-x)", Lane_Float,
                                   "B.mul(d, B.sigmoid(B.neg(x)))">;
// The subgradient of relu at 0 is 0.
def Lane_ReluOp : Lane_Unary<"relu", "max(x, 0); NaN stays NaN", Lane_Float,
    "B.masked(B.compare(Predicate::gt, x, 0.0), d)">;
def Lane_FloorOp : Lane_FlatUnary<"floor", "greatest integer not above x",
                                  Lane_Float>;
def Lane_LgammaOp : Lane_Unary<"lgamma", "log |gamma(x)|", Lane_Float,
                               "B.mul(d, B.digamma(x))", [Lane_Unbounded]>;
def Lane_DigammaOp : Lane_Unary<"digamma", "derivative of lgamma", Lane_Float,
                                "B.mul(d, B.trigamma(x))", [Lane_Unbounded]>;
def Lane_ErfOp : Lane_Unary<"erf", "error function", Lane_Float,
    "B.mul(d, B.mul(B.exp(B.neg(B.sq(x))), 2 / std::sqrt(std::numbers::pi)))">;
def Lane_ErfcOp : Lane_Unary<"erfc", "1 - erf(x)", Lane_Float,
    "B.mul(d, B.mul(B.exp(B.neg(B.sq(x))), -2 / std::sqrt(std::numbers::pi)))">;
def Lane_ErfinvOp : Lane_Unary<"erfinv", "inverse of erf on (-1, 1)", Lane_Float,
    "B.mul(d, B.mul(B.exp(B.sq(r)), std::sqrt(std::numbers::pi) / 2))",
    [Lane_Unbounded]>;
def Lane_NdtriOp : Lane_Unary<"ndtri", "quantile of the standard normal",
    Lane_Float, "B.mul(d, B.mul(B.exp(B.mul(B.sq(r), 0.5)), "
    "std::sqrt(2 * std::numbers::pi)))", [Lane_Unbounded]>;
def Lane_NotOp : Lane_FlatUnary<"not", "logical negation", Lane_Bool> {
  let hasFolder = 1;
}
def Lane_StopOp : Lane_FlatUnary<"stop", "x, with zero derivative", Lane_Any>;

def Lane_IsFiniteOp : Lane_EwOp<"is_finite", "inferPredicate",
                                [Lane_ZeroDerivative]> {
  let summary = "neither infinite nor NaN";
  let arguments = (ins Lane_Float:$x);
  let results = (outs Lane_Bool:$result);
}

//===-- two operands ------------------------------------------------------===//

def Lane_AddOp : Lane_Binary<"add", "x + y", Lane_Num, "d", "d", [Commutative]> {
  let hasFolder = 1;
}
def Lane_SubOp : Lane_Binary<"sub", "x - y", Lane_Num, "d", "B.neg(d)"> {
  let hasFolder = 1;
}
def Lane_MulOp : Lane_Binary<"mul", "x * y", Lane_Num, "B.mul(d, y)",
                             "B.mul(d, x)", [Commutative]> {
  let hasFolder = 1;
}
def Lane_DivOp : Lane_Binary<"div", "x / y", Lane_Float, "B.div(d, y)",
                             "B.neg(B.mul(B.div(d, y), r))", [Lane_Unbounded]> {
  let hasFolder = 1;
}
// y x^(y-1), and 0 at x = 0 where that is infinite (y < 1): what stands there
// has a derivative of 0, as |x - m| of a generalised Gaussian. r log x without
// 0 * inf at x = 0.
def Lane_PowOp : Lane_Binary<"pow", "x to the power y, as C's pow", Lane_Float,
    "B.powerPartial(x, y, d)",
    "B.mul(d, B.mul(r, B.log(B.select(B.compare(Predicate::eq, x, 0.0), 1.0, "
    "x))))", [Lane_Unbounded]> {
  let hasFolder = 1;
}
// Where x = y the subgradient of max and min goes to x alone.
def Lane_MaxOp : Lane_Binary<"max", "the greater; NaN if either is", Lane_Num,
    "B.masked(B.compare(Predicate::ge, x, y), d)",
    "B.masked(B.logicalNot(B.compare(Predicate::ge, x, y)), d)">;
def Lane_MinOp : Lane_Binary<"min", "the lesser; NaN if either is", Lane_Num,
    "B.masked(B.compare(Predicate::le, x, y), d)",
    "B.masked(B.logicalNot(B.compare(Predicate::le, x, y)), d)">;
def Lane_LogaddexpOp : Lane_Binary<"logaddexp", "log(exp(x) + exp(y))",
    Lane_Float, "B.mul(d, B.sigmoid(B.logRatio(x, y)))",
    "B.mul(d, B.sigmoid(B.neg(B.logRatio(x, y))))", [Commutative]>;
def Lane_Atan2Op : Lane_Binary<"atan2", "angle of a point, as C's atan2(x, y): "
    "x is the ordinate", Lane_Float,
    "B.mul(d, B.div(y, B.add(B.sq(x), B.sq(y))))",
    "B.neg(B.mul(d, B.div(x, B.add(B.sq(x), B.sq(y)))))", [Lane_Unbounded]>;
def Lane_AndOp : Lane_FlatBinary<"and", "logical and", Lane_Bool> {
  let hasFolder = 1;
}
def Lane_OrOp : Lane_FlatBinary<"or", "logical or", Lane_Bool> {
  let hasFolder = 1;
}
def Lane_XorOp : Lane_FlatBinary<"xor", "logical exclusive or", Lane_Bool>;

def Lane_CompareOp : Lane_EwOp<"compare", "inferPredicate",
                               [Lane_ZeroDerivative]> {
  let summary = "comparison as of IEEE: with NaN only `ne` holds";
  let description = "4. Operands of i1 are compared by `eq` and `ne` only.";
  let arguments = (ins Lane_Predicate:$predicate, Lane_Any:$x, Lane_Any:$y);
  let results = (outs Lane_Bool:$result);
  let assemblyFormat = [{
    $predicate $x `,` $y attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Lane_SelectOp : Lane_EwOp<"select", "inferSelect", [Lane_Rules]> {
  let summary = "a where the condition holds, else b";
  let description = [{
    The branch not taken never reaches a gradient, not even as NaN.
  }];
  let hasFolder = 1;
  let arguments = (ins Lane_Bool:$condition, Lane_Any:$x, Lane_Any:$y);
  let results = (outs Lane_Any:$result);
}

def Lane_ConvertOp : Lane_StatedOp<"convert", [Lane_Elementwise,
                                               Lane_ZeroDerivative]> {
  let summary = "change of element type";
  let description = [{
    i32 to float (nearest), float to i32 (towards zero, saturating, NaN gives
    0), i1 to float or i32 (0 and 1), i32 to i1 (not equal to 0).
    4. The pair of element types is one of these.
  }];
  let arguments = (ins Lane_Any:$x);
  let results = (outs Lane_Any:$result);
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Type":$element)>];
}

#endif
