// Elementwise lane operations. Constraints shared by all of them:
//   1. All operands have one shape (nothing is broadcast).
//   2. Operands of one kind have one element type.
//   3. The result is invariant exactly when all operands are.
#ifndef RILL_LANE_ELEMENTWISE_OPS_TD
#define RILL_LANE_ELEMENTWISE_OPS_TD

include "Lane/IR/LaneOpBase.td"

class Lane_EwOp<string mnemonic, string inferCall, list<Trait> traits>
    : Lane_InferredOp<mnemonic, !listconcat([Lane_Elementwise], traits)> {
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
        Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &inferred) {
      return }] # inferCall # [{(location, adaptor.getOperands(), inferred);
    }
  }];
}

class Lane_Unary<string mnemonic, string what, Type type,
                 list<Trait> traits = []>
    : Lane_EwOp<mnemonic, "inferElementwise", traits> {
  let summary = what;
  let arguments = (ins type:$x);
  let results = (outs type:$result);
}

class Lane_Binary<string mnemonic, string what, Type type,
                  list<Trait> traits = []>
    : Lane_EwOp<mnemonic, "inferElementwise", traits> {
  let summary = what;
  let arguments = (ins type:$x, type:$y);
  let results = (outs type:$result);
}

def Lane_NegOp : Lane_Unary<"neg", "-x", Lane_Num>;
def Lane_AbsOp : Lane_Unary<"abs", "|x|", Lane_Num>;
def Lane_SignOp : Lane_Unary<"sign", "-1, 0 or 1; keeps zeros and NaN", Lane_Num,
                             [Lane_ZeroDerivative]>;
def Lane_SqOp : Lane_Unary<"sq", "x * x", Lane_Num>;
def Lane_ExpOp : Lane_Unary<"exp", "exponential", Lane_Float>;
def Lane_LogOp : Lane_Unary<"log", "natural logarithm", Lane_Float>;
def Lane_Expm1Op : Lane_Unary<"expm1", "exp(x) - 1", Lane_Float>;
def Lane_Log1pOp : Lane_Unary<"log1p", "log(1 + x)", Lane_Float>;
def Lane_SqrtOp : Lane_Unary<"sqrt", "square root", Lane_Float>;
def Lane_RsqrtOp : Lane_Unary<"rsqrt", "1 / sqrt(x)", Lane_Float>;
def Lane_RecipOp : Lane_Unary<"recip", "1 / x", Lane_Float>;
def Lane_SinOp : Lane_Unary<"sin", "sine", Lane_Float>;
def Lane_CosOp : Lane_Unary<"cos", "cosine", Lane_Float>;
def Lane_TanOp : Lane_Unary<"tan", "tangent", Lane_Float>;
def Lane_AtanOp : Lane_Unary<"atan", "arc tangent", Lane_Float>;
def Lane_TanhOp : Lane_Unary<"tanh", "hyperbolic tangent", Lane_Float>;
def Lane_AtanhOp : Lane_Unary<"atanh", "inverse of tanh", Lane_Float>;
def Lane_SinhOp : Lane_Unary<"sinh", "hyperbolic sine", Lane_Float>;
def Lane_CoshOp : Lane_Unary<"cosh", "hyperbolic cosine", Lane_Float>;
def Lane_AsinhOp : Lane_Unary<"asinh", "inverse of sinh", Lane_Float>;
def Lane_AcoshOp : Lane_Unary<"acosh", "inverse of cosh on [1, inf)", Lane_Float>;
def Lane_SigmoidOp : Lane_Unary<"sigmoid", "1 / (1 + exp(-x))", Lane_Float>;
def Lane_SoftplusOp : Lane_Unary<"softplus", "log(1 + exp(x))", Lane_Float>;
def Lane_LogSigmoidOp : Lane_Unary<"log_sigmoid", "-softplus(-x)", Lane_Float>;
def Lane_ReluOp : Lane_Unary<"relu", "max(x, 0); NaN stays NaN", Lane_Float>;
def Lane_FloorOp : Lane_Unary<"floor", "greatest integer not above x", Lane_Float,
                              [Lane_ZeroDerivative]>;
def Lane_LgammaOp : Lane_Unary<"lgamma", "log |gamma(x)|", Lane_Float>;
def Lane_DigammaOp : Lane_Unary<"digamma", "derivative of lgamma", Lane_Float>;
def Lane_ErfOp : Lane_Unary<"erf", "error function", Lane_Float>;
def Lane_ErfcOp : Lane_Unary<"erfc", "1 - erf(x)", Lane_Float>;
def Lane_ErfinvOp : Lane_Unary<"erfinv", "inverse of erf on (-1, 1)", Lane_Float>;
def Lane_NdtriOp : Lane_Unary<"ndtri", "quantile of the standard normal",
                              Lane_Float>;
def Lane_NotOp : Lane_Unary<"not", "logical negation", Lane_Bool,
                            [Lane_ZeroDerivative]>;
def Lane_StopOp : Lane_Unary<"stop", "x, with zero derivative", Lane_Any,
                             [Lane_ZeroDerivative]>;

def Lane_IsFiniteOp : Lane_EwOp<"is_finite", "inferPredicate",
                                [Lane_ZeroDerivative]> {
  let summary = "neither infinite nor NaN";
  let arguments = (ins Lane_Float:$x);
  let results = (outs Lane_Bool:$result);
}

def Lane_AddOp : Lane_Binary<"add", "x + y", Lane_Num, [Commutative]>;
def Lane_SubOp : Lane_Binary<"sub", "x - y", Lane_Num>;
def Lane_MulOp : Lane_Binary<"mul", "x * y", Lane_Num, [Commutative]>;
def Lane_DivOp : Lane_Binary<"div", "x / y", Lane_Float>;
def Lane_PowOp : Lane_Binary<"pow", "x to the power y, as C's pow", Lane_Float>;
def Lane_MaxOp : Lane_Binary<"max", "the greater; NaN if either is", Lane_Num>;
def Lane_MinOp : Lane_Binary<"min", "the lesser; NaN if either is", Lane_Num>;
def Lane_LogaddexpOp : Lane_Binary<"logaddexp", "log(exp(x) + exp(y))",
                                   Lane_Float, [Commutative]>;
def Lane_Atan2Op : Lane_Binary<"atan2", "angle of the point (y, x), as C's "
                               "atan2(x, y): the first operand is the ordinate",
                               Lane_Float>;
def Lane_AndOp : Lane_Binary<"and", "logical and", Lane_Bool,
                             [Commutative, Lane_ZeroDerivative]>;
def Lane_OrOp : Lane_Binary<"or", "logical or", Lane_Bool,
                            [Commutative, Lane_ZeroDerivative]>;
def Lane_XorOp : Lane_Binary<"xor", "logical exclusive or", Lane_Bool,
                             [Commutative, Lane_ZeroDerivative]>;

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

def Lane_SelectOp : Lane_EwOp<"select", "inferSelect", []> {
  let summary = "a where the condition holds, else b";
  let description = [{
    The branch not taken never reaches a gradient, not even as NaN.
  }];
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
