// Rate changes, run-time indices and draws of the interpreter.
#include "Lane/Interp/Evaluate.h"
#include "rill/philox.h"

namespace rill::lane::interp {

static Array evaluateVary(VaryOp op, const Array &x, Machine &machine) {
  Array r = machine.make(typeOf(op.getResult()));
  for (int64_t s = 0; s < machine.context.batch; ++s)
    for (int64_t k = 0, n = r.sampleSize(); k < n; ++k)
      r.at(s, k) = x.data[k];
  return r;
}

static llvm::Error checkIndex(mlir::Operation *op, int64_t index,
                              int64_t size) {
  if (index >= 0 && index < size)
    return llvm::Error::success();
  return fail(op, "index " + llvm::Twine(index) + " outside [0, " +
                      llvm::Twine(size) + ")");
}

static Result evaluateLookup(LookupOp op, Inputs in, Machine &machine) {
  const Array &table = *in[0], &index = *in[1];
  Array r = machine.make(typeOf(op.getResult()));
  int64_t row = table.sampleSize() / table.shape[0];
  for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s) {
    for (int64_t i = 0, n = index.sampleSize(); i < n; ++i) {
      int64_t k = int64_t(index.at(s, i));
      if (llvm::Error error = checkIndex(op, k, table.shape[0]))
        return std::move(error);
      for (int64_t j = 0; j < row; ++j)
        r.at(s, i * row + j) = table.data[k * row + j];
    }
  }
  return r;
}

namespace {
/// The slices of an array at the indices of one dimension.
struct Slices {
  Slices(const Array &x, int64_t dim)
      : extent(x.shape[dim]),
        row(Array::sizeOf(
            llvm::ArrayRef<int64_t>(x.shape).drop_front(dim + 1))) {}
  int64_t extent, row;
  /// Element k of the slice at `index`, in the whole.
  int64_t whole(int64_t index, int64_t k) const {
    return (k / row * extent + index) * row + k % row;
  }
  int64_t indexOf(int64_t whole) const { return whole / row % extent; }
  int64_t within(int64_t whole) const {
    return whole / (row * extent) * row + whole % row;
  }
};
} // namespace

static Result evaluateTake(TakeOp op, Inputs in, Machine &machine) {
  const Array &x = *in[0], &index = *in[1];
  Array r = machine.make(typeOf(op.getResult()));
  Slices slices(x, op.getDim());
  for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s) {
    int64_t at = int64_t(index.at(s, 0));
    if (llvm::Error error = checkIndex(op, at, slices.extent))
      return std::move(error);
    for (int64_t k = 0, n = r.sampleSize(); k < n; ++k)
      r.at(s, k) = x.at(s, slices.whole(at, k));
  }
  return r;
}

static Result evaluatePut(PutOp op, Inputs in, Machine &machine) {
  const Array &x = *in[0], &slice = *in[1], &index = *in[2];
  Array r = machine.make(typeOf(op.getResult()));
  Slices slices(x, op.getDim());
  for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s) {
    int64_t at = int64_t(index.at(s, 0));
    if (llvm::Error error = checkIndex(op, at, slices.extent))
      return std::move(error);
    for (int64_t k = 0, n = r.sampleSize(); k < n; ++k)
      r.at(s, k) =
          slices.indexOf(k) == at ? slice.at(s, slices.within(k)) : x.at(s, k);
  }
  return r;
}

/// The value of one draw by its law and element type; see rill/philox.h.
static double drawElement(Law law, bool wide, uint64_t key, uint64_t sample,
                          uint64_t element) {
  if (law == Law::bits)
    return static_cast<int32_t>(philox::drawWord(key, sample, element));
  if (wide) {
    uint64_t word = philox::drawWord64(key, sample, element);
    return law == Law::uniform ? philox::uniform64(word)
                               : philox::normal64(word);
  }
  uint32_t word = philox::drawWord(key, sample, element);
  return law == Law::uniform ? philox::uniform32(word) : philox::normal32(word);
}

static Array evaluateDraw(DrawOp op, Inputs in, Machine &machine) {
  const InterpContext &context = machine.context;
  TensorType type = typeOf(op.getResult());
  uint64_t key = philox::drawKey(context.seed, context.step, op.getSite());
  for (const Array *index : in)
    key = philox::absorb(key, static_cast<uint64_t>(int64_t(index->data[0])));
  Array r = machine.make(type);
  bool wide = type.getElementType().isF64();
  for (int64_t s = 0, e = machine.samples(r.inv); s < e; ++s)
    for (int64_t k = 0, n = r.sampleSize(); k < n; ++k) {
      double v = drawElement(op.getLaw(), wide, key,
                             r.inv ? 0 : context.firstSample + s, k);
      // Uniforms and bits are exact by definition, normals are computed.
      r.at(s, k) = op.getLaw() == Law::normal ? machine.perturb(v) : v;
    }
  return r;
}

Result evaluateBatch(mlir::Operation *op, Inputs in, Machine &machine) {
  if (auto o = llvm::dyn_cast<VaryOp>(op))
    return evaluateVary(o, *in[0], machine);
  if (auto o = llvm::dyn_cast<LookupOp>(op))
    return evaluateLookup(o, in, machine);
  if (auto o = llvm::dyn_cast<PutOp>(op))
    return evaluatePut(o, in, machine);
  if (auto o = llvm::dyn_cast<TakeOp>(op))
    return evaluateTake(o, in, machine);
  if (auto o = llvm::dyn_cast<DrawOp>(op))
    return evaluateDraw(o, in, machine);
  return std::nullopt;
}

} // namespace rill::lane::interp
