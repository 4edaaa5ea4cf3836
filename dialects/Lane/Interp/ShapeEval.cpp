// Operations of the interpreter that make or move elements and compute nothing:
// constants, shapes, gathers. Each states, for an index of the result, which
// element of the operand it is.
#include "Lane/Interp/Evaluate.h"
#include "llvm/ADT/TypeSwitch.h"
#include <functional>

namespace rill::lane::interp {

using Index = llvm::SmallVector<int64_t, 4>;
using IndexRef = llvm::ArrayRef<int64_t>;
/// The operand's index of a result's index; nothing where the result is zero.
using Source = std::function<std::optional<Index>(IndexRef)>;

static Array move(mlir::Operation *op, const Array &x, Machine &machine,
                  const Source &source) {
  Array r = machine.make(typeOf(op->getResult(0)));
  std::vector<int64_t> from;
  forEachIndex(r.shape, [&](IndexRef index) {
    std::optional<Index> i = source(index);
    from.push_back(i ? linear(x.shape, *i) : -1);
  });
  for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s)
    for (size_t k = 0; k < from.size(); ++k)
      r.at(s, k) = from[k] < 0 ? 0 : x.at(s, from[k]);
  return r;
}

static Array evaluateConst(ConstOp op, Machine &machine) {
  Array r = machine.make(typeOf(op.getResult()));
  for (int64_t k = 0, e = r.sampleSize(); k < e; ++k) {
    double v = op.getElement(k);
    // A number that float holds exactly is not rounded anywhere.
    r.data[k] = v == static_cast<float>(v) ? v : machine.perturb(v);
  }
  return r;
}

static Array evaluateIota(IotaOp op, Machine &machine) {
  Array r = machine.make(typeOf(op.getResult()));
  int64_t k = 0;
  forEachIndex(r.shape, [&](IndexRef i) { r.data[k++] = i[op.getDim()]; });
  return r;
}

static Array evaluateSpread(SpreadOp op, const Array &x, Machine &machine) {
  return move(op, x, machine, [&](IndexRef i) {
    Index from;
    for (int64_t axis : op.getDims())
      from.push_back(i[axis]);
    return from;
  });
}

static Array evaluateReshape(ReshapeOp op, const Array &x) {
  Array r = x;
  r.shape.assign(typeOf(op.getResult()).getShape());
  return r;
}

static Array evaluatePermute(PermuteOp op, const Array &x, Machine &machine) {
  return move(op, x, machine, [&](IndexRef i) {
    Index from(i.size());
    for (size_t d = 0; d < i.size(); ++d)
      from[op.getPerm()[d]] = i[d];
    return from;
  });
}

static Array evaluateSlice(SliceOp op, const Array &x, Machine &machine) {
  return move(op, x, machine, [&](IndexRef i) {
    Index from;
    for (size_t d = 0; d < i.size(); ++d)
      from.push_back(op.getOffsets()[d] + i[d] * op.getStrides()[d]);
    return from;
  });
}

static Array evaluatePad(PadOp op, const Array &x, Machine &machine) {
  return move(op, x, machine, [&](IndexRef i) -> std::optional<Index> {
    Index from;
    for (size_t d = 0; d < i.size(); ++d) {
      int64_t at = i[d] - op.getLow()[d], pitch = op.getInterior()[d] + 1;
      if (at < 0 || at % pitch != 0 || at / pitch >= x.shape[d])
        return std::nullopt;
      from.push_back(at / pitch);
    }
    return from;
  });
}

static Array evaluateConcat(ConcatOp op, Inputs in, Machine &machine) {
  Array r = machine.make(typeOf(op.getResult()));
  int64_t dim = op.getDim(), offset = 0;
  for (const Array *x : in) {
    int64_t k = 0;
    forEachIndex(x->shape, [&](IndexRef i) {
      Index to(i);
      to[dim] += offset;
      int64_t target = linear(r.shape, to);
      for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s)
        r.at(s, target) = x->at(s, k);
      ++k;
    });
    offset += x->shape[dim];
  }
  return r;
}

static Array evaluateGather(GatherOp op, const Array &x, Machine &machine) {
  return move(op, x, machine, [&](IndexRef i) {
    Index from(i);
    from[op.getDim()] = op.getIndices()[i[op.getDim()]];
    return from;
  });
}

static Array evaluateReverse(ReverseOp op, const Array &x, Machine &machine) {
  return move(op, x, machine, [&](IndexRef i) {
    Index from(i);
    for (int64_t d : op.getDims())
      from[d] = x.shape[d] - 1 - i[d];
    return from;
  });
}

Result evaluateShape(mlir::Operation *op, Inputs in, Machine &machine) {
  return llvm::TypeSwitch<mlir::Operation *, Result>(op)
      .Case([&](ConstOp o) { return Result(evaluateConst(o, machine)); })
      .Case([&](IotaOp o) { return Result(evaluateIota(o, machine)); })
      .Case([&](BatchSizeOp o) {
        return Result(
            machine.make(typeOf(o.getResult()), double(machine.context.batch)));
      })
      .Case([&](SpreadOp o) {
        return Result(evaluateSpread(o, *in[0], machine));
      })
      .Case([&](ReshapeOp o) { return Result(evaluateReshape(o, *in[0])); })
      .Case([&](PermuteOp o) {
        return Result(evaluatePermute(o, *in[0], machine));
      })
      .Case(
          [&](SliceOp o) { return Result(evaluateSlice(o, *in[0], machine)); })
      .Case([&](PadOp o) { return Result(evaluatePad(o, *in[0], machine)); })
      .Case([&](ConcatOp o) { return Result(evaluateConcat(o, in, machine)); })
      .Case([&](GatherOp o) {
        return Result(evaluateGather(o, *in[0], machine));
      })
      .Case([&](ReverseOp o) {
        return Result(evaluateReverse(o, *in[0], machine));
      })
      .Default([](mlir::Operation *) { return Result(); });
}

} // namespace rill::lane::interp
