//===- Emitter.cpp - Writing LLVM dialect code for one variant ------------===//
//
// See Emitter.h. Values, arithmetic and memory; control flow is in
// EmitterControl.cpp.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/Emitter.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/APFloat.h"

using namespace mlir;
using namespace rill::cpu;

Emitter::Emitter(ModuleOp module, const IsaInfo &isa)
    : module(module), isa(isa), b(module.getContext()), loc(module.getLoc()),
      f32(b.getF32Type()), f64(b.getF64Type()), i1(b.getI1Type()),
      i8(b.getI8Type()), i32(b.getI32Type()), i64(b.getI64Type()),
      ptr(LLVM::LLVMPointerType::get(b.getContext())) {}

LLVM::LLVMFuncOp Emitter::beginFunction(StringRef name, Type result,
                                        ArrayRef<Type> arguments,
                                        bool internal) {
  b.setInsertionPointToEnd(module.getBody());
  if (!result)
    result = LLVM::LLVMVoidType::get(b.getContext());
  function = LLVM::LLVMFuncOp::create(
      b, loc, name, LLVM::LLVMFunctionType::get(result, arguments),
      internal ? LLVM::Linkage::Internal : LLVM::Linkage::External);
  function.setTargetCpu(isa.cpu);
  entry = function.addEntryBlock(b);
  constants.clear();
  b.setInsertionPointToEnd(entry);
  return function;
}

VectorType Emitter::vec(Type element, int64_t lanes) {
  return VectorType::get({lanes}, element);
}

Type Emitter::element(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.getElementType() : type;
}

int64_t Emitter::lanes(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.getDimSize(0) : 0;
}

Type Emitter::like(Type type, Type element) {
  int64_t n = lanes(type);
  return n ? Type(vec(element, n)) : element;
}

int64_t Emitter::bytes(Type element) {
  if (mlir::isa<LLVM::LLVMPointerType>(element))
    return 8;
  unsigned width = element.getIntOrFloatBitWidth();
  return width < 8 ? 1 : width / 8;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value Emitter::shared(Type type, Attribute value) {
  Value &known = constants[{type, value}];
  if (!known) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(entry);
    known = LLVM::ConstantOp::create(b, loc, type, value);
  }
  return known;
}

static Attribute splatOf(Type type, Attribute scalar) {
  if (auto vector = dyn_cast<VectorType>(type))
    return DenseElementsAttr::get(vector, scalar);
  return scalar;
}

Value Emitter::integer(Type type, int64_t value) {
  return shared(type, splatOf(type, b.getIntegerAttr(element(type), value)));
}

Value Emitter::real(Type type, double value) {
  return shared(type, splatOf(type, b.getFloatAttr(element(type), value)));
}

Value Emitter::bits(Type type, uint64_t value) {
  auto float_ = cast<FloatType>(element(type));
  llvm::APFloat real(float_.getFloatSemantics(),
                     llvm::APInt(float_.getWidth(), value));
  return shared(type, splatOf(type, FloatAttr::get(float_, real)));
}

Value Emitter::lanesOf(VectorType type, ArrayRef<int64_t> values) {
  SmallVector<Attribute> attrs;
  for (int64_t value : values)
    attrs.push_back(b.getIntegerAttr(type.getElementType(), value));
  return shared(type, DenseElementsAttr::get(type, attrs));
}

Value Emitter::poison(Type type) {
  return LLVM::PoisonOp::create(b, loc, type);
}

Value Emitter::null() { return LLVM::ZeroOp::create(b, loc, ptr); }

//===----------------------------------------------------------------------===//
// Index arithmetic
//===----------------------------------------------------------------------===//

std::optional<int64_t> Emitter::constant(Value value) {
  auto constant = value.getDefiningOp<LLVM::ConstantOp>();
  if (!constant)
    return std::nullopt;
  auto integer = dyn_cast<IntegerAttr>(constant.getValue());
  if (!integer)
    return std::nullopt;
  return integer.getInt();
}

Value Emitter::iadd(Value x, Value y) {
  auto cx = constant(x), cy = constant(y);
  if (cx && cy)
    return num(*cx + *cy);
  if (cx && *cx == 0)
    return y;
  if (cy && *cy == 0)
    return x;
  return LLVM::AddOp::create(b, loc, x, y);
}

Value Emitter::isub(Value x, Value y) {
  auto cx = constant(x), cy = constant(y);
  if (cx && cy)
    return num(*cx - *cy);
  if (cy && *cy == 0)
    return x;
  return LLVM::SubOp::create(b, loc, x, y);
}

Value Emitter::imul(Value x, Value y) {
  auto cx = constant(x), cy = constant(y);
  if (cx && cy)
    return num(*cx * *cy);
  if (cx && *cx == 1)
    return y;
  if (cy && *cy == 1)
    return x;
  if ((cx && *cx == 0) || (cy && *cy == 0))
    return num(0);
  return LLVM::MulOp::create(b, loc, x, y);
}

Value Emitter::udiv(Value x, int64_t y) {
  if (auto cx = constant(x))
    return num(*cx / y);
  if (y == 1)
    return x;
  return LLVM::UDivOp::create(b, loc, x, num(y));
}

Value Emitter::imin(Value x, Value y) {
  return select(icmp(LLVM::ICmpPredicate::slt, x, y), x, y);
}

Value Emitter::imax(Value x, Value y) {
  return select(icmp(LLVM::ICmpPredicate::sgt, x, y), x, y);
}

//===----------------------------------------------------------------------===//
// Floating point
//===----------------------------------------------------------------------===//

Value Emitter::add(Value x, Value y) {
  return LLVM::FAddOp::create(b, loc, x, y);
}
Value Emitter::sub(Value x, Value y) {
  return LLVM::FSubOp::create(b, loc, x, y);
}
Value Emitter::mul(Value x, Value y) {
  return LLVM::FMulOp::create(b, loc, x, y);
}
Value Emitter::div(Value x, Value y) {
  return LLVM::FDivOp::create(b, loc, x, y);
}
Value Emitter::neg(Value x) { return LLVM::FNegOp::create(b, loc, x); }

Value Emitter::fma(Value x, Value y, Value z) {
  if (!isa.fma)
    return add(mul(x, y), z);
  return LLVM::FMAOp::create(b, loc, x, y, z);
}

Value Emitter::scale(Value x, Value n) {
  Type type = x.getType();
  bool whole = lanes(type) * bytes(element(type)) == 64;
  if (isa.isa != Isa::Avx512 || !whole)
    return nullptr;
  constexpr int64_t currentRounding = 4;
  Value all = integer(b.getIntegerType(lanes(type)), -1);
  return LLVM::CallIntrinsicOp::create(
             b, loc, type,
             b.getStringAttr(isF64(type)
                                 ? "llvm.x86.avx512.mask.scalef.pd.512"
                                 : "llvm.x86.avx512.mask.scalef.ps.512"),
             ValueRange{x, n, x, all, integer(i32, currentRounding)})
      .getResult(0);
}
Value Emitter::sqrt(Value x) { return LLVM::SqrtOp::create(b, loc, x); }
Value Emitter::abs(Value x) { return LLVM::FAbsOp::create(b, loc, x); }
Value Emitter::floor(Value x) { return LLVM::FFloorOp::create(b, loc, x); }
Value Emitter::roundEven(Value x) {
  return LLVM::RoundEvenOp::create(b, loc, x);
}
Value Emitter::copySign(Value magnitude, Value sign) {
  return LLVM::CopySignOp::create(b, loc, magnitude, sign);
}
Value Emitter::maxOr(Value x, Value y) { return select(gt(x, y), x, y); }
Value Emitter::minOr(Value x, Value y) { return select(lt(x, y), x, y); }

//===----------------------------------------------------------------------===//
// Bits and integers
//===----------------------------------------------------------------------===//

Value Emitter::band(Value x, Value y) {
  return LLVM::AndOp::create(b, loc, x, y);
}
Value Emitter::bor(Value x, Value y) {
  return LLVM::OrOp::create(b, loc, x, y);
}
Value Emitter::bxor(Value x, Value y) {
  return LLVM::XOrOp::create(b, loc, x, y);
}
Value Emitter::shl(Value x, int64_t count) {
  return LLVM::ShlOp::create(b, loc, x, integer(x.getType(), count));
}
Value Emitter::lshr(Value x, int64_t count) {
  return LLVM::LShrOp::create(b, loc, x, integer(x.getType(), count));
}
Value Emitter::ashr(Value x, int64_t count) {
  return LLVM::AShrOp::create(b, loc, x, integer(x.getType(), count));
}
Value Emitter::addI(Value x, Value y) {
  return LLVM::AddOp::create(b, loc, x, y);
}
Value Emitter::subI(Value x, Value y) {
  return LLVM::SubOp::create(b, loc, x, y);
}
Value Emitter::mulI(Value x, Value y) {
  return LLVM::MulOp::create(b, loc, x, y);
}
Value Emitter::bitcast(Value x, Type type) {
  return LLVM::BitcastOp::create(b, loc, type, x);
}
Value Emitter::trunc(Value x, Type type) {
  return LLVM::TruncOp::create(b, loc, type, x);
}
Value Emitter::zext(Value x, Type type) {
  return LLVM::ZExtOp::create(b, loc, type, x);
}
Value Emitter::sext(Value x, Type type) {
  return LLVM::SExtOp::create(b, loc, type, x);
}
Value Emitter::intToFloat(Value x, Type type) {
  return LLVM::SIToFPOp::create(b, loc, type, x);
}
Value Emitter::floatToInt(Value x, Type type) {
  return LLVM::FPToSIOp::create(b, loc, type, x);
}
Value Emitter::extF(Value x, Type type) {
  return LLVM::FPExtOp::create(b, loc, type, x);
}
Value Emitter::truncF(Value x, Type type) {
  return LLVM::FPTruncOp::create(b, loc, type, x);
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

Value Emitter::fcmp(LLVM::FCmpPredicate predicate, Value x, Value y) {
  return LLVM::FCmpOp::create(b, loc, predicate, x, y);
}
Value Emitter::lt(Value x, Value y) {
  return fcmp(LLVM::FCmpPredicate::olt, x, y);
}
Value Emitter::le(Value x, Value y) {
  return fcmp(LLVM::FCmpPredicate::ole, x, y);
}
Value Emitter::gt(Value x, Value y) {
  return fcmp(LLVM::FCmpPredicate::ogt, x, y);
}
Value Emitter::ge(Value x, Value y) {
  return fcmp(LLVM::FCmpPredicate::oge, x, y);
}
Value Emitter::eq(Value x, Value y) {
  return fcmp(LLVM::FCmpPredicate::oeq, x, y);
}
Value Emitter::ne(Value x, Value y) {
  return fcmp(LLVM::FCmpPredicate::une, x, y);
}
Value Emitter::isNan(Value x) { return fcmp(LLVM::FCmpPredicate::uno, x, x); }
Value Emitter::icmp(LLVM::ICmpPredicate predicate, Value x, Value y) {
  return LLVM::ICmpOp::create(b, loc, predicate, x, y);
}
Value Emitter::select(Value condition, Value x, Value y) {
  return LLVM::SelectOp::create(b, loc, condition, x, y);
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

Value Emitter::splat(Value scalar, VectorType type) {
  Value one = insert(poison(type), scalar, 0);
  SmallVector<int32_t> mask(type.getDimSize(0), 0);
  return shuffle(one, poison(type), mask);
}

Value Emitter::shuffle(Value x, Value y, ArrayRef<int32_t> mask) {
  return LLVM::ShuffleVectorOp::create(b, loc, x, y, mask);
}

Value Emitter::insert(Value vector, Value scalar, int64_t lane) {
  return LLVM::InsertElementOp::create(b, loc, vector, scalar, num(lane));
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value Emitter::at(Value base, Value index, Type element) {
  if (auto fixed = constant(index)) {
    if (*fixed == 0)
      return base;
    if (llvm::isInt<31>(*fixed))
      return LLVM::GEPOp::create(
          b, loc, ptr, element, base,
          ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(*fixed)});
  }
  // x + c: the constant part last, so that it becomes a displacement.
  if (auto sum = index.getDefiningOp<LLVM::AddOp>())
    if (auto fixed = constant(sum.getRhs()); fixed && llvm::isInt<31>(*fixed))
      return at(at(base, sum.getLhs(), element), *fixed, element);
  return LLVM::GEPOp::create(b, loc, ptr, element, base,
                             ArrayRef<LLVM::GEPArg>{LLVM::GEPArg(index)});
}

static unsigned naturalAlignment(Type type) {
  return Emitter::bytes(Emitter::element(type));
}

Value Emitter::load(Type type, Value address, unsigned alignment) {
  return LLVM::LoadOp::create(b, loc, type, address,
                              alignment ? alignment : naturalAlignment(type));
}

void Emitter::store(Value value, Value address, unsigned alignment) {
  LLVM::StoreOp::create(b, loc, value, address,
                        alignment ? alignment
                                  : naturalAlignment(value.getType()));
}

Value Emitter::stack(Type element, int64_t count, unsigned alignment) {
  Value size = num(count);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfterValue(size);
  return LLVM::AllocaOp::create(b, loc, ptr, element, size, alignment);
}
