//===- Emitter.h - Writing LLVM dialect code for one variant -----*- C++
//-*-===//
//
// A thin hand for emitting the LLVM dialect: constants that are shared per
// function, address arithmetic that folds, counted loops, and arithmetic whose
// rounding is the same in every vector width. It knows the instruction set and
// nothing of tile programs. Values are scalars or fixed vectors.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_CODEGEN_CPU_EMITTER_H
#define RILL_CODEGEN_CPU_EMITTER_H

#include "codegen/cpu/Targets.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

namespace rill::cpu {

using mlir::Type;
using mlir::Value;
using mlir::ValueRange;
using Values = llvm::SmallVector<Value>;

class Emitter {
public:
  Emitter(mlir::ModuleOp module, const IsaInfo &isa);

  mlir::ModuleOp module;
  const IsaInfo &isa;
  mlir::OpBuilder b;
  mlir::Location loc;
  mlir::FloatType f32, f64;
  mlir::IntegerType i1, i8, i32, i64;
  Type ptr;

  /// A new function; emission goes to its entry block. `internal` functions
  /// are not exported.
  mlir::LLVM::LLVMFuncOp beginFunction(llvm::StringRef name, Type result,
                                       llvm::ArrayRef<Type> arguments,
                                       bool internal);

  // Types.
  static mlir::VectorType vec(Type element, int64_t lanes);
  static Type element(Type type);
  static int64_t lanes(Type type);           ///< 0 for a scalar
  static Type like(Type type, Type element); ///< same lanes, other element
  static bool isF64(Type type) { return element(type).isF64(); }
  static int64_t bytes(Type element);

  // Constants; on a vector type a splat.
  Value num(int64_t value) { return integer(i64, value); }
  Value integer(Type type, int64_t value);
  Value real(Type type, double value);
  /// A float or double with exactly these bits.
  Value bits(Type type, uint64_t value);
  /// A constant vector of integers, one per lane.
  Value lanesOf(mlir::VectorType type, llvm::ArrayRef<int64_t> values);
  Value poison(Type type);
  Value null();

  // Index arithmetic on i64; folds constants.
  static std::optional<int64_t> constant(Value value);
  Value iadd(Value x, Value y);
  Value iadd(Value x, int64_t y) { return iadd(x, num(y)); }
  Value isub(Value x, Value y);
  Value imul(Value x, Value y);
  Value imul(Value x, int64_t y) { return imul(x, num(y)); }
  Value udiv(Value x, int64_t y);
  Value imin(Value x, Value y); ///< signed
  Value imax(Value x, Value y); ///< signed

  // Floating point. No operation here has fast-math flags.
  Value add(Value x, Value y);
  Value sub(Value x, Value y);
  Value mul(Value x, Value y);
  Value div(Value x, Value y);
  Value neg(Value x);
  /// x * y + z, one rounding where the instruction set has it.
  Value fma(Value x, Value y, Value z);
  /// x 2^n for an integral float n, rounded once, in one instruction; null if
  /// there is none for this type.
  Value scale(Value x, Value n);
  Value sqrt(Value x);
  Value abs(Value x);
  Value floor(Value x);
  Value roundEven(Value x);
  Value copySign(Value magnitude, Value sign);
  /// x > y ? x : y, and x < y ? x : y: y when either is NaN.
  Value maxOr(Value x, Value y);
  Value minOr(Value x, Value y);

  // Bits and integers of any width, scalar or vector.
  Value band(Value x, Value y);
  Value bor(Value x, Value y);
  Value bxor(Value x, Value y);
  Value shl(Value x, int64_t count);
  Value lshr(Value x, int64_t count);
  Value ashr(Value x, int64_t count);
  Value addI(Value x, Value y);
  Value subI(Value x, Value y);
  Value mulI(Value x, Value y);
  Value bitcast(Value x, Type type);
  Value trunc(Value x, Type type);
  Value zext(Value x, Type type);
  Value sext(Value x, Type type);
  Value intToFloat(Value x, Type type); ///< signed
  Value floatToInt(Value x, Type type); ///< signed, towards zero, in range
  Value extF(Value x, Type type);       ///< f32 to f64
  Value truncF(Value x, Type type);     ///< f64 to f32

  // Comparisons and choice. Ordered (false on NaN) but for `ne`.
  Value fcmp(mlir::LLVM::FCmpPredicate predicate, Value x, Value y);
  Value lt(Value x, Value y);
  Value le(Value x, Value y);
  Value gt(Value x, Value y);
  Value ge(Value x, Value y);
  Value eq(Value x, Value y);
  Value ne(Value x, Value y);
  Value isNan(Value x);
  Value icmp(mlir::LLVM::ICmpPredicate predicate, Value x, Value y);
  Value select(Value condition, Value x, Value y);

  // Vectors.
  Value splat(Value scalar, mlir::VectorType type);
  Value shuffle(Value x, Value y, llvm::ArrayRef<int32_t> mask);
  Value insert(Value vector, Value scalar, int64_t lane);

  // Memory. Indices count elements of `element`.
  Value at(Value base, Value index, Type element);
  Value at(Value base, int64_t index, Type element) {
    return at(base, num(index), element);
  }
  Value load(Type type, Value address, unsigned alignment = 0);
  void store(Value value, Value address, unsigned alignment = 0);
  /// An uninitialised array in the frame of the present function.
  Value stack(Type element, int64_t count, unsigned alignment = 8);

  // Control. `body` gets the index and the carried values and returns the next
  // ones; the result is the final ones. A constant trip count of one is
  // unrolled, of zero dropped.
  Values loop(Value lower, Value upper, int64_t step, ValueRange inits,
              llvm::function_ref<Values(Value, ValueRange)> body);
  void loop(Value lower, Value upper, int64_t step,
            llvm::function_ref<void(Value)> body);
  void loop(int64_t count, llvm::function_ref<void(Value)> body) {
    loop(num(0), num(count), 1, body);
  }
  /// for (i = first; i < limit; i = body(i)).
  void whileLess(Value first, Value limit,
                 llvm::function_ref<Value(Value)> body);
  void ifThen(Value condition, llvm::function_ref<void()> then);
  Values ifElse(Value condition, llvm::function_ref<Values()> then,
                llvm::function_ref<Values()> otherwise);
  Value call(mlir::LLVM::LLVMFuncOp callee, ValueRange arguments);
  /// A call of the internal function of that name, whose body is emitted at
  /// the first use: for code too long to repeat at every use.
  Value outlined(llvm::StringRef name, Type result, ValueRange arguments,
                 llvm::function_ref<Value(ValueRange)> body);
  void ret(Value value = nullptr);
  Value address(mlir::LLVM::LLVMFuncOp function);

private:
  Value shared(Type type, mlir::Attribute value);

  mlir::LLVM::LLVMFuncOp function;
  llvm::StringMap<mlir::LLVM::LLVMFuncOp> helpers;
  llvm::DenseMap<std::pair<Type, mlir::Attribute>, Value> constants;
  mlir::Block *entry = nullptr;
};

} // namespace rill::cpu

#endif // RILL_CODEGEN_CPU_EMITTER_H
