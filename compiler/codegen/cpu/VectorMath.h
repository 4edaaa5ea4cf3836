//===- VectorMath.h - Transcendental functions as vector code ----*- C++
//-*-===//
//
// Every function of the lane level as arithmetic on scalars or vectors of any
// width: no calls to libm. f32 and f64; the same sequence of operations for
// every width, so the same bits wherever FMA exists. Errors are stated by
// statedUlp() and measured by the tests.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_CODEGEN_CPU_VECTORMATH_H
#define RILL_CODEGEN_CPU_VECTORMATH_H

#include "codegen/cpu/Emitter.h"

namespace rill::cpu {

enum class Fn {
  Exp,
  Log,
  Expm1,
  Log1p,
  Tanh,
  Sigmoid,
  Softplus,
  LogSigmoid,
  Logaddexp,
  Sqrt,
  Rsqrt,
  Sin,
  Cos,
  Tan,
  Atan,
  Atan2,
  Sinh,
  Cosh,
  Asinh,
  Acosh,
  Atanh,
  Pow,
  Erf,
  Erfc,
  Erfinv,
  Ndtri,
  Lgamma,
  Digamma
};

/// What is promised of one function.
struct FnInfo {
  Fn fn;
  const char *name;
  int arity;
  /// Greatest error in units in the last place of the exact result (of 1,
  /// where the result is smaller and `absolute` is set), for f32 and f64.
  double ulp32, ulp64;
  bool absolute;
  /// Where the bound holds: |x| up to these; beyond, results stay in the
  /// function's range.
  double range32, range64;
};
llvm::ArrayRef<FnInfo> functionTable();
const FnInfo &info(Fn fn);

class VectorMath {
public:
  explicit VectorMath(Emitter &e) : e(e) {}

  /// The function at x (and y): inline where it is short and often used, else
  /// a call of a helper in the same object.
  Value apply(Fn fn, Value x, Value y = nullptr);

  /// A uniform in (0, 1), or a standard normal, from random words: one i32 per
  /// lane, for f64 one i64 (philox.h).
  Value uniform(Type type, Value words);
  Value normal(Type type, Value words);

private:
  using Coefs = llvm::ArrayRef<double>;
  Value poly(Value x, Coefs low); ///< Horner, constant first
  Value c(Value like, double value) { return e.real(like.getType(), value); }
  Value inRange(Value x, double low, double high); ///< NaN stays
  Value pow2(Value integer, Type type); ///< exact, for normal results
  struct Reduced {
    Value r;
    Value n;        ///< as a float
    Value exponent; ///< as an integer
  };
  Reduced reduceExp(Value x);
  Value expm1Poly(Value r);
  struct Mantissa {
    Value f;
    Value exponent;
  };
  Mantissa splitLog(Value x, bool denormals);
  Value logKernel(Mantissa m);
  Value log1pCore(Value x, bool large);

  Value body(Fn fn, Value x, Value y);
  Value wide(Fn fn, Value x, Value y); ///< f32 through f64
  // Elementary: VectorMath.cpp.
  Value exp(Value x);
  Value expm1(Value x);
  Value log(Value x);
  Value log1p(Value x);
  Value tanh(Value x);
  Value sigmoid(Value x);
  Value softplus(Value x);
  Value logSigmoid(Value x);
  Value logaddexp(Value x, Value y);
  // Trigonometric, hyperbolic, powers, in f64: VectorTrig.cpp.
  struct Quadrant {
    Value r, odd, flipSin, flipCos;
  };
  Quadrant quadrant(Value x);
  Value sinPoly(Value r);
  Value cosPoly(Value r);
  Value sin(Value x);
  Value cos(Value x);
  Value tan(Value x);
  Value atanPositive(Value numerator, Value denominator);
  Value atan(Value x);
  Value atan2(Value x, Value y);
  Value sinh(Value x);
  Value cosh(Value x);
  Value asinh(Value x);
  Value acosh(Value x);
  Value atanh(Value x);
  Value pow(Value x, Value y);
  // Special functions, in f64: VectorSpecial.cpp.
  Value erfSmall(Value x);
  Value erfcPositive(Value x);
  Value erf(Value x);
  Value erfc(Value x);
  Value quantile(Value q, Value tail);
  Value erfinv(Value x);
  Value ndtri(Value x);
  Value sinPi(Value x);
  Value lgamma(Value x);
  Value digamma(Value x);

  Emitter &e;
};

} // namespace rill::cpu

#endif // RILL_CODEGEN_CPU_VECTORMATH_H
