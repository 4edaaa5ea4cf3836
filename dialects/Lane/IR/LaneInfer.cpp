// Result types of lane operations from their operands and attributes. What an
// operation's operands must satisfy for its type to exist is checked here, and
// so is the rate rule: the verifier compares the stated type with this one.
#include "Lane/IR/LaneInfer.h"
#include "Lane/IR/LaneOps.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;

namespace rill::lane {

using MaybeLoc = std::optional<Location>;
using Types = SmallVectorImpl<Type>;

bool joinInv(ValueRange values) { return llvm::all_of(values, isInvariant); }

static LogicalResult inferShared(MaybeLoc loc, ValueRange operands) {
  TensorType first = typeOf(operands.front());
  for (Value v : operands.drop_front()) {
    TensorType type = typeOf(v);
    if (type.getShape() != first.getShape())
      return emitOptionalError(loc, "(1) operands differ in shape: ", first,
                               " and ", type);
    if (type.getElementType() != first.getElementType())
      return emitOptionalError(loc, "(2) operands differ in element: ", first,
                               " and ", type);
  }
  return success();
}

LogicalResult inferElementwise(MaybeLoc loc, ValueRange operands,
                               Types &inferred) {
  if (failed(inferShared(loc, operands)))
    return failure();
  inferred.push_back(typeOf(operands.front()).withInv(joinInv(operands)));
  return success();
}

LogicalResult inferPredicate(MaybeLoc loc, ValueRange operands,
                             Types &inferred) {
  if (failed(inferElementwise(loc, operands, inferred)))
    return failure();
  auto type = cast<TensorType>(inferred.back());
  inferred.back() =
      type.withElementType(IntegerType::get(type.getContext(), 1));
  return success();
}

LogicalResult inferSelect(MaybeLoc loc, ValueRange operands, Types &inferred) {
  if (failed(inferShared(loc, operands.drop_front())))
    return failure();
  TensorType condition = typeOf(operands[0]), type = typeOf(operands[1]);
  if (condition.getShape() != type.getShape())
    return emitOptionalError(loc, "(1) operands differ in shape: ", condition,
                             " and ", type);
  inferred.push_back(type.withInv(joinInv(operands)));
  return success();
}

// True if `axes` are distinct axes of a tensor of this rank (and ascending, if
// asked).
static bool distinctAxes(ArrayRef<int64_t> axes, int64_t rank,
                         bool ascending = false) {
  llvm::SmallBitVector seen(rank);
  int64_t last = -1;
  for (int64_t axis : axes) {
    if (axis < 0 || axis >= rank || seen.test(axis) ||
        (ascending && axis <= last))
      return false;
    seen.set(axis);
    last = axis;
  }
  return true;
}

bool ascendingAxes(ArrayRef<int64_t> axes, int64_t rank) {
  return distinctAxes(axes, rank, /*ascending=*/true);
}

static LogicalResult checkAxis(MaybeLoc loc, int64_t dim, TensorType type) {
  if (dim < 0 || dim >= type.getRank())
    return emitOptionalError(loc, "(1) ", dim, " is not an axis of ", type);
  return success();
}

static SmallVector<int64_t> withDim(TensorType type, int64_t dim, int64_t n) {
  SmallVector<int64_t> shape(type.getShape());
  shape[dim] = n;
  return shape;
}

LogicalResult PermuteOp::inferReturnTypes(MLIRContext *, MaybeLoc loc,
                                          Adaptor op, Types &inferred) {
  TensorType type = typeOf(op.getX());
  ArrayRef<int64_t> perm = op.getPerm();
  if ((int64_t)perm.size() != type.getRank() ||
      !distinctAxes(perm, type.getRank()))
    return emitOptionalError(
        loc, "(1) perm is not a permutation of the axes of ", type);
  SmallVector<int64_t> shape;
  for (int64_t axis : perm)
    shape.push_back(type.getDim(axis));
  inferred.push_back(type.withShape(shape));
  return success();
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *, MaybeLoc loc, Adaptor op,
                                        Types &inferred) {
  TensorType type = typeOf(op.getX());
  size_t rank = type.getRank();
  auto offsets = op.getOffsets(), sizes = op.getSizes(),
       strides = op.getStrides();
  if (offsets.size() != rank || sizes.size() != rank || strides.size() != rank)
    return emitOptionalError(loc,
                             "(1) needs one offset, size and stride per "
                             "axis of ",
                             type);
  for (size_t k = 0; k < rank; ++k) {
    if (sizes[k] < 1 || strides[k] < 1)
      return emitOptionalError(loc, "(1) size and stride of axis ", k,
                               " must be positive");
    int64_t last = offsets[k] + (sizes[k] - 1) * strides[k];
    if (offsets[k] < 0 || last >= type.getDim(k))
      return emitOptionalError(loc, "(2) takes elements ", offsets[k], " to ",
                               last, " of axis ", k, " of ", type);
  }
  inferred.push_back(type.withShape(sizes));
  return success();
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *, MaybeLoc loc, Adaptor op,
                                      Types &inferred) {
  TensorType type = typeOf(op.getX());
  size_t rank = type.getRank();
  auto low = op.getLow(), high = op.getHigh(), interior = op.getInterior();
  if (low.size() != rank || high.size() != rank || interior.size() != rank)
    return emitOptionalError(loc,
                             "(1) needs one low, high and interior per "
                             "axis of ",
                             type);
  SmallVector<int64_t> shape;
  for (size_t k = 0; k < rank; ++k) {
    if (low[k] < 0 || high[k] < 0 || interior[k] < 0)
      return emitOptionalError(loc, "(1) padding of axis ", k, " is negative");
    int64_t n = type.getDim(k);
    shape.push_back(low[k] + n + (n - 1) * interior[k] + high[k]);
  }
  inferred.push_back(type.withShape(shape));
  return success();
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, MaybeLoc loc,
                                         Adaptor op, Types &inferred) {
  if (op.getXs().empty())
    return emitOptionalError(loc, "(1) has no operand");
  TensorType first = typeOf(op.getXs().front());
  int64_t dim = op.getDim(), total = 0;
  if (failed(checkAxis(loc, dim, first)))
    return failure();
  for (Value v : op.getXs()) {
    TensorType type = typeOf(v);
    if (type.getRank() != first.getRank() ||
        type.getElementType() != first.getElementType() ||
        withDim(type, dim, 0) != withDim(first, dim, 0))
      return emitOptionalError(loc, "(2) ", type, " cannot follow ", first,
                               " along axis ", dim);
    total += type.getDim(dim);
  }
  inferred.push_back(
      first.withShape(withDim(first, dim, total)).withInv(joinInv(op.getXs())));
  return success();
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *, MaybeLoc loc,
                                         Adaptor op, Types &inferred) {
  TensorType type = typeOf(op.getX());
  int64_t dim = op.getDim();
  if (failed(checkAxis(loc, dim, type)))
    return failure();
  if (op.getIndices().empty())
    return emitOptionalError(loc, "(1) has no index");
  for (int64_t i : op.getIndices())
    if (i < 0 || i >= type.getDim(dim))
      return emitOptionalError(loc, "(1) index ", i, " is outside of axis ",
                               dim, " of ", type);
  inferred.push_back(
      type.withShape(withDim(type, dim, op.getIndices().size())));
  return success();
}

LogicalResult ReverseOp::inferReturnTypes(MLIRContext *, MaybeLoc loc,
                                          Adaptor op, Types &inferred) {
  TensorType type = typeOf(op.getX());
  if (!distinctAxes(op.getDims(), type.getRank()))
    return emitOptionalError(loc, "(1) dims are not distinct axes of ", type);
  inferred.push_back(type);
  return success();
}

LogicalResult LookupOp::inferReturnTypes(MLIRContext *, MaybeLoc loc,
                                         Adaptor op, Types &inferred) {
  TensorType table = typeOf(op.getTable()), index = typeOf(op.getIndex());
  if (table.getRank() == 0)
    return emitOptionalError(loc, "(1) the table has no axis");
  SmallVector<int64_t> shape(index.getShape());
  llvm::append_range(shape, table.getShape().drop_front());
  inferred.push_back(table.withShape(shape).withInv(index.getInv()));
  return success();
}

LogicalResult TakeOp::inferReturnTypes(MLIRContext *, MaybeLoc loc, Adaptor op,
                                       Types &inferred) {
  TensorType type = typeOf(op.getX());
  if (failed(checkAxis(loc, op.getDim(), type)))
    return failure();
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + op.getDim());
  inferred.push_back(type.withShape(shape).withInv(joinInv(op.getOperands())));
  return success();
}

LogicalResult PutOp::inferReturnTypes(MLIRContext *, MaybeLoc loc, Adaptor op,
                                      Types &inferred) {
  TensorType type = typeOf(op.getX()), slice = typeOf(op.getSlice());
  if (failed(checkAxis(loc, op.getDim(), type)))
    return failure();
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + op.getDim());
  if (slice.getShape() != ArrayRef<int64_t>(shape) ||
      slice.getElementType() != type.getElementType())
    return emitOptionalError(loc, "(2) the slice is not of x's kind");
  inferred.push_back(type.withInv(joinInv(op.getOperands())));
  return success();
}

static bool kindTakes(ReduceKind kind, TensorType type) {
  switch (kind) {
  case ReduceKind::any:
  case ReduceKind::all:
    return type.isBool();
  case ReduceKind::logsumexp:
    return type.isFloat();
  default:
    return !type.isBool();
  }
}

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *, MaybeLoc loc,
                                         Adaptor op, Types &inferred) {
  TensorType type = typeOf(op.getX());
  if (!ascendingAxes(op.getDims(), type.getRank()))
    return emitOptionalError(loc, "(1) dims are not ascending axes of ", type);
  if (!kindTakes(op.getKind(), type))
    return emitOptionalError(loc, "(2) ", stringifyReduceKind(op.getKind()),
                             " does not take ", type);
  SmallVector<int64_t> shape;
  for (int64_t k = 0; k < type.getRank(); ++k)
    if (!llvm::is_contained(op.getDims(), k))
      shape.push_back(type.getDim(k));
  inferred.push_back(type.withShape(shape));
  return success();
}

LogicalResult CumsumOp::inferReturnTypes(MLIRContext *, MaybeLoc loc,
                                         Adaptor op, Types &inferred) {
  if (failed(checkAxis(loc, op.getDim(), typeOf(op.getX()))))
    return failure();
  inferred.push_back(op.getX().getType());
  return success();
}

// Enters the dimensions of one operand's letters.
static LogicalResult bindLetters(MaybeLoc loc, StringRef letters,
                                 TensorType type,
                                 SmallVectorImpl<int64_t> &dims) {
  if ((int64_t)letters.size() != type.getRank())
    return emitOptionalError(loc, "(1) '", letters,
                             "' does not name the axes of ", type);
  for (auto [k, letter] : llvm::enumerate(letters)) {
    if (letters.count(letter) > 1)
      return emitOptionalError(loc, "(1) '", letters, "' repeats a letter");
    int64_t &dim = dims[letter - 'a'];
    if (dim && dim != type.getDim(k))
      return emitOptionalError(loc, "(2) '", Twine(letter), "' is both ", dim,
                               " and ", type.getDim(k));
    dim = type.getDim(k);
  }
  return success();
}

LogicalResult ContractOp::inferReturnTypes(MLIRContext *, MaybeLoc loc,
                                           Adaptor op, Types &inferred) {
  TensorType x = typeOf(op.getX()), y = typeOf(op.getY());
  auto spec = ContractSpec::parse(op.getSpec());
  if (!spec)
    return emitOptionalError(loc, "(1) '", op.getSpec(),
                             "' is not of the form \"ij,j->i\"");
  SmallVector<int64_t> dims(26, 0);
  if (failed(bindLetters(loc, spec->x, x, dims)) ||
      failed(bindLetters(loc, spec->y, y, dims)))
    return failure();
  SmallVector<int64_t> shape;
  for (char letter : spec->result) {
    if (StringRef(spec->result).count(letter) > 1)
      return emitOptionalError(loc, "(1) '", spec->result,
                               "' repeats a letter");
    if (!dims[letter - 'a'])
      return emitOptionalError(loc, "(3) '", Twine(letter),
                               "' is not a letter of an operand");
    shape.push_back(dims[letter - 'a']);
  }
  bool inv = x.getInv() && y.getInv();
  if (op.getBatch() && inv)
    return emitOptionalError(loc, "(4) sums over the batch, but both operands "
                                  "are invariant");
  if (x.getElementType() != y.getElementType())
    return emitOptionalError(loc, "(5) operands differ in element: ", x,
                             " and ", y);
  inferred.push_back(x.withShape(shape).withInv(inv || op.getBatch()));
  return success();
}

LogicalResult TriSolveOp::inferReturnTypes(MLIRContext *, MaybeLoc loc,
                                           Adaptor op, Types &inferred) {
  TensorType a = typeOf(op.getMatrix()), b = typeOf(op.getRhs());
  if (a.getRank() != 2 || b.getRank() != 1 || a.getDim(0) != a.getDim(1) ||
      a.getDim(0) != b.getDim(0) || a.getElementType() != b.getElementType())
    return emitOptionalError(loc, "(1) ", a, " and ", b,
                             " are not a square system");
  inferred.push_back(b.withInv(a.getInv() && b.getInv()));
  return success();
}

LogicalResult ReduceBatchOp::inferReturnTypes(MLIRContext *, MaybeLoc loc,
                                              Adaptor op, Types &inferred) {
  TensorType type = typeOf(op.getX());
  if (type.getInv())
    return emitOptionalError(loc, "(1) the operand is invariant already");
  inferred.push_back(type.withInv(true));
  return success();
}

LogicalResult VaryOp::inferReturnTypes(MLIRContext *, MaybeLoc, Adaptor op,
                                       Types &inferred) {
  inferred.push_back(typeOf(op.getX()).withInv(false));
  return success();
}

} // namespace rill::lane
