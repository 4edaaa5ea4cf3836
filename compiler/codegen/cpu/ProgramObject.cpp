//===- ProgramObject.cpp - The RillProgram table of an object -------------===//
//
// See ProgramObject.h. Each structure is one LLVM constant built field by
// field; static_asserts tie the layout to abi.h.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/ProgramObject.h"

#include "rill/abi.h"

#include <cstddef>

using namespace mlir;
using namespace rill::cpu;

// struct { ptr, [3 x ptr], [3 x ptr], i64 } and struct { i32, i32, ptr, ptr }.
static_assert(offsetof(RillKernel, run) == 8);
static_assert(offsetof(RillKernel, workspace) == 32);
static_assert(offsetof(RillKernel, prepared_bytes) == 56);
static_assert(sizeof(RillKernel) == 64);
static_assert(offsetof(RillProgram, kernels) == 8);
static_assert(offsetof(RillProgram, metadata) == 16);

namespace {
class TableWriter {
public:
  explicit TableWriter(ModuleOp module)
      : module(module), b(module.getContext()), loc(module.getLoc()),
        ptr(LLVM::LLVMPointerType::get(b.getContext())), i32(b.getI32Type()),
        i64(b.getI64Type()) {}

  LLVM::GlobalOp text(StringRef name, StringRef value) {
    b.setInsertionPointToEnd(module.getBody());
    std::string bytes = value.str() + '\0';
    auto type = LLVM::LLVMArrayType::get(b.getI8Type(), bytes.size());
    return LLVM::GlobalOp::create(b, loc, type, /*isConstant=*/true,
                                  LLVM::Linkage::Internal, name,
                                  b.getStringAttr(bytes));
  }

  /// A constant of `type` whose value `fill` builds.
  LLVM::GlobalOp constant(StringRef name, Type type, LLVM::Linkage linkage,
                          function_ref<Value()> fill) {
    b.setInsertionPointToEnd(module.getBody());
    auto global = LLVM::GlobalOp::create(b, loc, type, /*isConstant=*/true,
                                         linkage, name, Attribute(),
                                         /*alignment=*/8);
    b.setInsertionPointToStart(b.createBlock(&global.getInitializerRegion()));
    LLVM::ReturnOp::create(b, loc, fill());
    return global;
  }

  Value put(Value aggregate, Value field, ArrayRef<int64_t> position) {
    return LLVM::InsertValueOp::create(b, loc, aggregate, field, position);
  }
  Value blank(Type type) { return LLVM::UndefOp::create(b, loc, type); }
  Value number(Type type, int64_t value) {
    return LLVM::ConstantOp::create(b, loc, type,
                                    b.getIntegerAttr(type, value));
  }
  Value address(LLVM::GlobalOp global) {
    return LLVM::AddressOfOp::create(b, loc, global);
  }
  Value address(LLVM::LLVMFuncOp function) {
    if (!function)
      return LLVM::ZeroOp::create(b, loc, ptr);
    return LLVM::AddressOfOp::create(b, loc, function);
  }

  ModuleOp module;
  OpBuilder b;
  Location loc;
  Type ptr, i32, i64;
};
} // namespace

void rill::cpu::emitProgram(ModuleOp module, ArrayRef<KernelEntry> kernels,
                            StringRef metadata) {
  TableWriter w(module);
  MLIRContext *context = module.getContext();
  Type three = LLVM::LLVMArrayType::get(w.ptr, 3);
  Type row =
      LLVM::LLVMStructType::getLiteral(context, {w.ptr, three, three, w.i64});
  Type table = LLVM::LLVMArrayType::get(row, kernels.size());
  Type program =
      LLVM::LLVMStructType::getLiteral(context, {w.i32, w.i32, w.ptr, w.ptr});

  SmallVector<LLVM::GlobalOp> names;
  for (auto [index, kernel] : llvm::enumerate(kernels))
    names.push_back(w.text("rill_name_" + std::to_string(index), kernel.name));
  auto json = w.text("rill_metadata", metadata);
  auto rows = w.constant("rill_kernels", table, LLVM::Linkage::Internal, [&] {
    Value value = w.blank(table);
    for (auto [index, kernel] : llvm::enumerate(kernels)) {
      int64_t at = index;
      value = w.put(value, w.address(names[index]), {at, 0});
      for (int64_t isa = 0; isa < 3; ++isa) {
        value = w.put(value, w.address(kernel.run[isa]), {at, 1, isa});
        value = w.put(value, w.address(kernel.workspace[isa]), {at, 2, isa});
      }
      value = w.put(value, w.number(w.i64, kernel.preparedBytes), {at, 3});
    }
    return value;
  });
  w.constant("rill_program", program, LLVM::Linkage::External, [&] {
    Value value = w.blank(program);
    value = w.put(value, w.number(w.i32, RILL_ABI_VERSION), {0});
    value = w.put(value, w.number(w.i32, kernels.size()), {1});
    value = w.put(value, w.address(rows), {2});
    return w.put(value, w.address(json), {3});
  });
}
