//===- TileEmitter.cpp - Where buffers are, and loops over points ---------===//
//
// Addresses of tile buffers as base + dynamic + constant bytes, typed access
// to lanes and scalars, and the merging of axes.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/TileEmitter.h"

using namespace mlir;
using namespace rill;
using namespace rill::cpu;
using namespace rill::tile;

BlockSplit BlockSplit::of(int64_t rows, int64_t most) {
  int64_t count = (rows + most - 1) / most;
  return {count, rows / count, rows % count};
}

TileEmitter::TileEmitter(Emitter &e, ProgramOp program, std::string symbol)
    : e(e), math(e), program(program), symbol(std::move(symbol)),
      real(cast<FloatType>(program.getElement())), lanes(program.getLanes()),
      W(e.isa.vectorBits / real.getWidth()),
      pitch(lanes * real.getWidth() / 8) {}

int64_t TileEmitter::size(Type element) const {
  return Emitter::bytes(element);
}

int64_t TileEmitter::unitBytes(BufType type) const {
  int64_t one = size(type.getElementType());
  ArrayRef<int64_t> shape = type.getShape();
  switch (type.getLayout()) {
  case Layout::rows:
    return pitch;
  case Layout::mem:
  case Layout::ext:
    return one;
  case Layout::lanes:
    return 16 * one;
  case Layout::packed:
    return shape[shape.size() - 2] * shape.back() * one;
  case Layout::blocks:
    return shape[shape.size() - 2] * padded(shape.back()) * one;
  case Layout::cols:
    return lanes * padded(shape.back()) * one;
  }
  llvm_unreachable("internal error: unknown layout");
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

BufferOp rill::cpu::rootOf(Value value) {
  while (auto view = value.getDefiningOp<ViewOp>())
    value = view.getSource();
  return value.getDefiningOp<BufferOp>();
}

Value TileEmitter::stepOf(Value index) {
  Value step = stepValues.lookup(index);
  assert(step && "internal error: loop step used outside its loop");
  return step;
}

Ref TileEmitter::resolve(Value buffer) {
  Operation *op = buffer.getDefiningOp();
  if (auto view = dyn_cast<ViewOp>(op))
    return resolveView(view);
  if (auto constant = dyn_cast<ConstantOp>(op))
    return resolveConstant(constant);
  return resolveBuffer(cast<BufferOp>(op));
}

Ref TileEmitter::resolveBuffer(BufferOp op) {
  int64_t at = op.getAt();
  Ref ref{Value(), Value(), 0, bufOf(op.getResult())};
  auto rowsFrom = [&](Value base, int64_t rows) {
    ref.base = base;
    ref.bytes = rows * pitch;
  };
  switch (op.getSpace()) {
  case Space::arg:
  case Space::result: {
    Value table = field(op.getSpace() == Space::arg ? 0 : 8, e.ptr);
    ref.base = e.load(e.ptr, e.at(table, at, e.ptr));
    return ref;
  }
  case Space::prepared:
    ref.base = slot(Prepared);
    ref.bytes = at;
    return ref;
  case Space::scratch:
    ref.base = slot(Scratch);
    ref.bytes = at;
    return ref;
  case Space::sink:
    ref.base = slot(Sinks);
    ref.dynamic = e.imul(group, sinkPitch());
    ref.bytes = at;
    return ref;
  case Space::local:
    rowsFrom(slot(Workers), at);
    ref.dynamic = e.imul(worker, workerPitch());
    return ref;
  case Space::chunk:
    rowsFrom(slot(Workers), program.getLocal() + at);
    ref.dynamic =
        e.iadd(e.imul(worker, workerPitch()),
               e.imul(slotIndex, int64_t(program.getChunkRows()) * pitch));
    return ref;
  case Space::stored:
    rowsFrom(slot(Stored), at);
    ref.dynamic = e.imul(tile, int64_t(program.getStored()) * pitch);
    return ref;
  }
  llvm_unreachable("internal error: unknown space");
}

Ref TileEmitter::resolveView(ViewOp op) {
  Ref ref = resolve(op.getSource());
  int64_t unit = unitBytes(ref.type);
  ref.bytes += int64_t(op.getOffset()) * unit;
  for (auto [index, scale] : llvm::zip(op.getIndices(), op.getScales())) {
    Value part = e.imul(stepOf(index), scale * unit);
    ref.dynamic = ref.dynamic ? e.iadd(ref.dynamic, part) : part;
  }
  ref.type = bufOf(op.getResult());
  return ref;
}

Ref TileEmitter::resolveConstant(ConstantOp op) {
  BufType type = bufOf(op.getResult());
  Type element = type.getElementType();
  std::string name =
      symbol + "_constant" +
      std::to_string(std::distance(
          program.getBlock().begin(),
          program.getBlock().findAncestorOpInBlock(*op)->getIterator()));
  auto global = e.module.lookupSymbol<LLVM::GlobalOp>(name);
  if (!global) {
    auto elements = cast<DenseElementsAttr>(op.getValue());
    Type stored = element.isInteger(1) ? Type(e.i8) : element;
    auto tensor = RankedTensorType::get({type.getNumElements()}, stored);
    SmallVector<Attribute> values;
    if (isa<FloatType>(element))
      for (const APFloat &value : elements.getValues<APFloat>())
        values.push_back(e.b.getFloatAttr(stored, value.convertToDouble()));
    else
      for (const APInt &value : elements.getValues<APInt>())
        values.push_back(e.b.getIntegerAttr(
            stored, element.isInteger(1) ? int64_t(value.getZExtValue())
                                         : value.getSExtValue()));
    // Before the functions; the guard ends with this block.
    OpBuilder::InsertionGuard guard(e.b);
    e.b.setInsertionPointToStart(e.module.getBody());
    global = LLVM::GlobalOp::create(
        e.b, e.loc, LLVM::LLVMArrayType::get(stored, values.size()),
        /*isConstant=*/true, LLVM::Linkage::Internal, name,
        DenseElementsAttr::get(tensor, values), /*alignment=*/64);
  }
  Value base = LLVM::AddressOfOp::create(e.b, e.loc, global);
  return {base, Value(), 0, type};
}

Value TileEmitter::offset(Value address, int64_t bytes) {
  return e.at(address, bytes, e.i8);
}

Value TileEmitter::pointer(const Ref &ref, ArrayRef<Value> indices,
                           ArrayRef<int64_t> strides, Value extraBytes) {
  int64_t unit = unitBytes(ref.type), bytes = ref.bytes;
  Value sum = ref.dynamic;
  auto plus = [&](Value part) {
    if (auto fixed = Emitter::constant(part))
      bytes += *fixed;
    else
      sum = sum ? e.iadd(sum, part) : part;
  };
  for (auto [index, stride] : llvm::zip(indices, strides))
    plus(e.imul(index, stride * unit));
  if (extraBytes)
    plus(extraBytes);
  Value address = sum ? e.at(ref.base, sum, e.i8) : ref.base;
  return offset(address, bytes);
}

//===----------------------------------------------------------------------===//
// Access
//===----------------------------------------------------------------------===//

Type TileEmitter::valueType(Type element, bool rows) const {
  return rows ? Type(Emitter::vec(element, W)) : element;
}

Value TileEmitter::broadcast(Value scalar) {
  return e.splat(scalar, Emitter::vec(scalar.getType(), W));
}

Value TileEmitter::readLanes(Type element, Value address) {
  if (!element.isInteger(1))
    return e.load(Emitter::vec(element, W), address);
  Value bytes = e.load(Emitter::vec(e.i8, W), address);
  return e.icmp(LLVM::ICmpPredicate::ne, bytes, e.integer(bytes.getType(), 0));
}

Value TileEmitter::readScalar(Type element, Value address) {
  if (!element.isInteger(1))
    return e.load(element, address);
  Value byte = e.load(e.i8, address);
  return e.icmp(LLVM::ICmpPredicate::ne, byte, e.integer(e.i8, 0));
}

void TileEmitter::write(Value value, Value address) {
  Type type = value.getType();
  if (Emitter::element(type).isInteger(1))
    value = e.zext(value, Emitter::like(type, e.i8));
  e.store(value, address);
}

//===----------------------------------------------------------------------===//
// Points
//===----------------------------------------------------------------------===//

Axes TileEmitter::axesOf(ArrayRef<int64_t> dims, ArrayRef<BufType> operands,
                         int64_t from, int64_t count) const {
  Axes axes;
  axes.strides.resize(operands.size());
  for (int64_t k = from; k < from + count; ++k) {
    if (dims[k] == 1)
      continue;
    bool merge = !axes.dims.empty();
    for (auto [operand, strides] : llvm::zip(operands, axes.strides))
      if (operand && merge && k < operand.getRank())
        merge &= strides.back() == operand.getStrides()[k] * dims[k];
    if (merge)
      axes.dims.back() *= dims[k];
    else
      axes.dims.push_back(dims[k]);
    for (auto [operand, strides] : llvm::zip(operands, axes.strides)) {
      int64_t stride =
          operand && k < operand.getRank() ? operand.getStrides()[k] : 0;
      if (merge)
        strides.back() = stride;
      else
        strides.push_back(stride);
    }
  }
  return axes;
}

Values
TileEmitter::points(ArrayRef<int64_t> dims, Values carried,
                    function_ref<Values(ArrayRef<Value>, ValueRange)> body) {
  SmallVector<Value> point;
  std::function<Values(size_t, ValueRange)> level = [&](size_t axis,
                                                        ValueRange values) {
    if (axis == dims.size())
      return body(point, values);
    return e.loop(e.num(0), e.num(dims[axis]), 1, values,
                  [&](Value index, ValueRange inner) {
                    point.push_back(index);
                    Values next = level(axis + 1, inner);
                    point.pop_back();
                    return next;
                  });
  };
  return level(0, carried);
}

void TileEmitter::points(ArrayRef<int64_t> dims,
                         function_ref<void(ArrayRef<Value>)> body) {
  points(dims, Values(), [&](ArrayRef<Value> point, ValueRange) {
    body(point);
    return Values();
  });
}
