//===- TileSteps.cpp - Moving, tables and sequences -----------------------===//
//
// The steps without a region that are not products: loads and stores of the
// caller's arrays, copies, tables, running sums, triangular solves. None of
// them is hot; they are plain loops.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/TileEmitter.h"

using namespace mlir;
using namespace rill;
using namespace rill::cpu;
using namespace rill::tile;

//===----------------------------------------------------------------------===//
// Help
//===----------------------------------------------------------------------===//

void TileEmitter::overLanes(bool rows, function_ref<void(Value)> body) {
  if (!rows)
    return body(e.num(0));
  e.loop(e.num(0), e.num(computed), W, body);
}

Type TileEmitter::memoryType(Type element) const {
  return element.isInteger(1) ? Type(e.i8) : element;
}

Value TileEmitter::laneBytes(const Ref &ref, Value lane) {
  return ref.type.isVarying() ? e.imul(lane, size(ref.type.getElementType()))
                              : Value();
}

Value TileEmitter::read(const Ref &ref, ArrayRef<Value> point, Value lane,
                        bool rows) {
  Operand operand{ref, Value(), SmallVector<int64_t>(ref.type.getStrides())};
  return readOperand(operand, point, {lane, 0}, rows);
}

void TileEmitter::writeAt(const Ref &ref, ArrayRef<Value> point, Value lane,
                          Value value) {
  write(value,
        pointer(ref, point, ref.type.getStrides(), laneBytes(ref, lane)));
}

/// A constant array of i64.
Value TileEmitter::tableOf(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({int64_t(values.size())}, e.i64);
  LLVM::GlobalOp global;
  {
    OpBuilder::InsertionGuard guard(e.b);
    e.b.setInsertionPointToStart(e.module.getBody());
    global = LLVM::GlobalOp::create(
        e.b, e.loc, LLVM::LLVMArrayType::get(e.i64, values.size()),
        /*isConstant=*/true, LLVM::Linkage::Internal,
        symbol + "_table" + std::to_string(tables++),
        DenseElementsAttr::get(type, values), /*alignment=*/64);
  }
  return LLVM::AddressOfOp::create(e.b, e.loc, global);
}

Value TileEmitter::clamped(Value index, int64_t count) {
  Value wide = e.sext(index, e.i64);
  return e.imax(e.imin(wide, e.num(count - 1)), e.num(0));
}

SmallVector<Value> TileEmitter::unflatten(Value linear,
                                          ArrayRef<int64_t> shape) {
  SmallVector<Value> point(shape.size());
  Value rest = linear;
  for (int64_t k = int64_t(shape.size()) - 1; k >= 0; --k) {
    Value above = k ? e.udiv(rest, shape[k]) : e.num(0);
    point[k] = k ? e.isub(rest, e.imul(above, shape[k])) : rest;
    rest = above;
  }
  return point;
}

Value TileEmitter::sampleOf(Value lane) {
  return e.iadd(e.imul(tile, lanes), lane);
}

//===----------------------------------------------------------------------===//
// The caller's arrays
//===----------------------------------------------------------------------===//

void TileEmitter::emit(LoadOp op) {
  Ref source = resolve(op.getSource()), target = resolve(op.getTarget());
  ArrayRef<int64_t> shape = target.type.getShape();
  ArrayRef<int64_t> strides = target.type.getStrides();
  Type element = memoryType(target.type.getElementType());
  int64_t count = target.type.getNumElements(), bytes = size(element);
  SmallVector<int64_t> dense = denseStrides(Layout::mem, shape);
  Value partial = e.icmp(LLVM::ICmpPredicate::slt, active, e.num(computed));
  e.ifThen(partial, [&] {
    VectorType type = Emitter::vec(element, W);
    Value zero = isa<FloatType>(element) ? e.real(type, 0) : e.integer(type, 0);
    points(shape, [&](ArrayRef<Value> point) {
      overLanes(true, [&](Value lane) {
        e.store(zero, pointer(target, point, strides, e.imul(lane, bytes)));
      });
    });
  });
  e.loop(e.num(0), active, 1, [&](Value lane) {
    Value from = e.imul(sampleOf(lane), count * bytes);
    points(shape, [&](ArrayRef<Value> point) {
      Value value = e.load(element, pointer(source, point, dense, from));
      e.store(value, pointer(target, point, strides, e.imul(lane, bytes)));
    });
  });
}

void TileEmitter::emit(StoreOp op) {
  Ref source = resolve(op.getSource()), target = resolve(op.getTarget());
  ArrayRef<int64_t> shape = source.type.getShape();
  ArrayRef<int64_t> strides = source.type.getStrides();
  Type element = memoryType(source.type.getElementType());
  int64_t count = source.type.getNumElements(), bytes = size(element);
  SmallVector<int64_t> dense = denseStrides(Layout::mem, shape);
  e.loop(e.num(0), active, 1, [&](Value lane) {
    Value to = e.imul(sampleOf(lane), count * bytes);
    points(shape, [&](ArrayRef<Value> point) {
      Value value = e.load(
          element, pointer(source, point, strides, laneBytes(source, lane)));
      e.store(value, pointer(target, point, dense, to));
    });
  });
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

void TileEmitter::emit(CopyOp op) {
  Ref source = resolve(op.getSource()), target = resolve(op.getTarget());
  bool rows = target.type.isVarying();
  if (op.getIndices()) {
    Value table = tableOf(*op.getIndices());
    int64_t dim = *op.getDim();
    points(target.type.getShape(), [&](ArrayRef<Value> to) {
      SmallVector<Value> from(to);
      from[dim] = e.load(e.i64, e.at(table, to[dim], e.i64));
      overLanes(rows, [&](Value lane) {
        writeAt(target, to, lane, read(source, from, lane, rows));
      });
    });
    return;
  }
  SmallVector<BufType> types{source.type, target.type};
  Axes axes = axesOf(target.type.getShape(), types, 0, target.type.getRank());
  Operand from{source, Value(), axes.strides[0]};
  Operand to{target, Value(), axes.strides[1]};
  points(axes.dims, [&](ArrayRef<Value> point) {
    overLanes(rows, [&](Value lane) {
      put(Put::store, readOperand(from, point, {lane, 0}, rows), to, point,
          {lane, 0});
    });
  });
}

void TileEmitter::emit(ScatterAddOp op) {
  Ref source = resolve(op.getSource()), target = resolve(op.getTarget());
  bool rows = target.type.isVarying();
  Type type = valueType(target.type.getElementType(), rows);
  Value zero = neutral(Put::batch_sum, type);
  int64_t dim = op.getDim();
  points(target.type.getShape(), [&](ArrayRef<Value> point) {
    overLanes(rows, [&](Value lane) { writeAt(target, point, lane, zero); });
  });
  Value table = tableOf(op.getIndices());
  // The scattered axis outermost keeps the order of additions.
  SmallVector<int64_t> order(source.type.getShape());
  std::rotate(order.begin(), order.begin() + dim, order.begin() + dim + 1);
  points(order, [&](ArrayRef<Value> rotated) {
    SmallVector<Value> from(rotated.drop_front());
    from.insert(from.begin() + dim, rotated[0]);
    SmallVector<Value> to(from);
    to[dim] = e.load(e.i64, e.at(table, rotated[0], e.i64));
    overLanes(rows, [&](Value lane) {
      Value sum = combine(Put::sum, read(target, to, lane, rows),
                          read(source, from, lane, rows));
      writeAt(target, to, lane, sum);
    });
  });
}

//===----------------------------------------------------------------------===//
// Tables. An index in rows goes lane by lane.
//===----------------------------------------------------------------------===//

/// The scalar at one lane.
Value TileEmitter::readLane(const Ref &ref, ArrayRef<Value> point, Value lane) {
  return e.load(
      memoryType(ref.type.getElementType()),
      pointer(ref, point, ref.type.getStrides(), laneBytes(ref, lane)));
}

void TileEmitter::writeLane(const Ref &ref, ArrayRef<Value> point, Value lane,
                            Value value) {
  e.store(value,
          pointer(ref, point, ref.type.getStrides(), laneBytes(ref, lane)));
}

void TileEmitter::emit(LookupOp op) {
  Ref table = resolve(op.getTable()), index = resolve(op.getIndex());
  Ref target = resolve(op.getTarget());
  ArrayRef<int64_t> rest = table.type.getShape().drop_front();
  Value count = e.num(target.type.isVarying() ? computed : 1);
  points(index.type.getShape(), [&](ArrayRef<Value> at) {
    e.loop(e.num(0), count, 1, [&](Value lane) {
      Value row = clamped(readLane(index, at, lane), table.type.getDim(0));
      points(rest, [&](ArrayRef<Value> part) {
        SmallVector<Value> from{row}, to(at);
        from.append(part.begin(), part.end());
        to.append(part.begin(), part.end());
        writeLane(target, to, lane, readLane(table, from, lane));
      });
    });
  });
}

void TileEmitter::emit(LookupAddOp op) {
  Ref index = resolve(op.getIndex()), update = resolve(op.getUpdate());
  Ref target = resolve(op.getTarget());
  bool rows = index.type.isVarying() || update.type.isVarying();
  ArrayRef<int64_t> rest = target.type.getShape().drop_front();
  Type element = target.type.getElementType();
  if (!rows)
    points(target.type.getShape(), [&](ArrayRef<Value> point) {
      writeLane(target, point, e.num(0), neutral(Put::batch_sum, element));
    });
  Value count = rows ? e.imin(active, e.num(lanes)) : e.num(1);
  e.loop(e.num(0), count, 1, [&](Value lane) {
    points(index.type.getShape(), [&](ArrayRef<Value> at) {
      Value row = clamped(readLane(index, at, lane), target.type.getDim(0));
      points(rest, [&](ArrayRef<Value> part) {
        SmallVector<Value> to{row}, from(at);
        to.append(part.begin(), part.end());
        from.append(part.begin(), part.end());
        Value sum = combine(Put::sum, readLane(target, to, lane),
                            readLane(update, from, lane));
        writeLane(target, to, lane, sum);
      });
    });
  });
}

void TileEmitter::emit(TakeOp op) {
  Ref x = resolve(op.getX()), target = resolve(op.getTarget());
  int64_t dim = op.getDim(), count = x.type.getDim(dim);
  bool isStep = op.getIndex().getType().isIndex();
  Ref index = isStep ? Ref() : resolve(op.getIndex());
  bool perLane = !isStep && index.type.isVarying();
  bool rows = target.type.isVarying();
  auto source = [&](ArrayRef<Value> to, Value at) {
    SmallVector<Value> from(to);
    from.insert(from.begin() + dim, at);
    return from;
  };
  if (perLane)
    return points(target.type.getShape(), [&](ArrayRef<Value> to) {
      e.loop(computed, [&](Value lane) {
        Value at = clamped(readLane(index, {}, lane), count);
        writeLane(target, to, lane, readLane(x, source(to, at), lane));
      });
    });
  Value at =
      isStep ? e.imax(e.imin(stepOf(op.getIndex()), e.num(count - 1)), e.num(0))
             : clamped(readLane(index, {}, e.num(0)), count);
  points(target.type.getShape(), [&](ArrayRef<Value> to) {
    overLanes(rows, [&](Value lane) {
      writeAt(target, to, lane, read(x, source(to, at), lane, rows));
    });
  });
}

//===----------------------------------------------------------------------===//
// Sequences
//===----------------------------------------------------------------------===//

void TileEmitter::emit(CumsumOp op) {
  Ref x = resolve(op.getX()), target = resolve(op.getTarget());
  bool rows = target.type.isVarying();
  Type type = valueType(target.type.getElementType(), rows);
  ArrayRef<int64_t> shape = target.type.getShape();
  points(shape.drop_back(), [&](ArrayRef<Value> outer) {
    overLanes(rows, [&](Value lane) {
      Value start =
          neutral(op.getExclusive() ? Put::batch_sum : Put::sum, type);
      e.loop(e.num(0), e.num(shape.back()), 1, ValueRange(start),
             [&](Value k, ValueRange carried) {
               SmallVector<Value> point(outer);
               point.push_back(k);
               Value sum =
                   combine(Put::sum, carried[0], read(x, point, lane, rows));
               writeAt(target, point, lane,
                       op.getExclusive() ? carried[0] : sum);
               return Values{sum};
             });
    });
  });
}

void TileEmitter::emit(TriSolveOp op) {
  Ref matrix = resolve(op.getMatrix()), rhs = resolve(op.getRhs());
  Ref target = resolve(op.getTarget());
  bool rows = target.type.isVarying();
  int64_t n = target.type.getDim(0);
  // The order of solving: upwards for a triangle that reads solved x below.
  bool upwards = op.getLower() != op.getTranspose();
  auto position = [&](Value k) {
    return upwards ? k : e.isub(e.num(n - 1), k);
  };
  auto coefficient = [&](Value i, Value j, Value lane) {
    SmallVector<Value> point{i, j};
    if (op.getTranspose())
      std::swap(point[0], point[1]);
    return read(matrix, point, lane, rows);
  };
  overLanes(rows, [&](Value lane) {
    e.loop(n, [&](Value step) {
      Value i = position(step);
      Value sum =
          e.loop(e.num(0), step, 1, ValueRange(read(rhs, {i}, lane, rows)),
                 [&](Value solved, ValueRange carried) {
                   Value j = position(solved);
                   Value a = coefficient(i, j, lane);
                   Value x = read(target, {j}, lane, rows);
                   return Values{e.fma(e.neg(a), x, carried[0])};
                 })[0];
      if (!op.getUnit())
        sum = e.div(sum, coefficient(i, i, lane));
      writeAt(target, {i}, lane, sum);
    });
  });
}
