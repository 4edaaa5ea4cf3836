// Divergences: the trace of a factored Jacobian in closed form, else one
// tangent per element. A trace is cyclic, so what counts is the number of
// diagonals between matrices: with none it is the matrix' own, with one
// (a hidden layer) a sum of its elements with invariant weights, with two
// d2^T (P o Q^T) d1, one product with an invariant matrix instead of one per
// element (as for residual flows of one layer, Behrmann et al. 2019, and
// planar ones; Grathwohl et al. 2019 estimate it instead).
#include "Lane/IR/LaneCalculus.h"
#include "Lane/Transforms/Jacobians.h"
#include "Lane/Transforms/Passes.h"
#include "Lane/Transforms/Pick.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace rill::lane {

//===-- closed form -------------------------------------------------------===//

static Value sumAll(Value v, LaneBuilder &b) {
  return b.reduce(ReduceKind::sum, v, {0});
}

// The trace of weight_n diag(factor_n) .. weight_1 diag(factor_1), of which the
// first factor alone may be null; null if more than two others are there.
Value Jacobians::traceOfLayers(SmallVector<Layer> layers, LaneBuilder &b) {
  absorb(layers[0].factor, layers[0].weight, b);
  if (!layers[0].factor && layers.size() == 2) {
    // Of the product of both matrices the diagonal is enough.
    Value weights = multiply("ab,ba->a", layers[0].weight, layers[1].weight, b);
    return weightedSum(weights, layers[1].factor, b);
  }
  if (!layers[0].factor && layers.size() == 3) {
    // Round the trace the last matrix stands before the first.
    Value joint = multiply("ab,bc->ac", layers[0].weight, layers[2].weight, b);
    layers = {layers[1], {layers[2].factor, joint}};
  }
  if (layers.size() == 1) {
    Value diagonal = diagonalOf(layers[0].weight, b);
    Value factor = layers[0].factor;
    return factor ? weightedSum(diagonal, factor, b) : sumAll(diagonal, b);
  }
  if (layers.size() > 2)
    return {};
  // The sum of Q[i, j] d[j] P[j, i] c[i].
  auto [c, p] = layers[0];
  auto [d, q] = layers[1];
  Value both = b.mul(p, b.permute(q, {1, 0}));
  if (!isInvariant(both))
    made += typeOf(both).getNumElements();
  return weightedSum(multiply("ab,b->a", both, c, b), d, b);
}

Value Jacobians::weightedSum(Value x, Value y, LaneBuilder &b) {
  Value product = b.mul(x, y);
  if (!isInvariant(product))
    made += typeOf(product).getNumElements();
  return sumAll(product, b);
}

// Element e of the value has a part in the trace by element e of x.
Value Jacobians::traceOfTerm(const Chain &term, LaneBuilder &b) {
  Value factor = term.factor;
  if (factor)
    factor = b.reshape(factor, {size});
  if (term.layers.empty()) {
    SmallVector<int64_t> fixed;
    for (auto [place, row] : llvm::enumerate(term.rows))
      if (row == int64_t(place))
        fixed.push_back(place);
    TensorType scalar = typeOf(x).withShape({});
    if (!factor || fixed.empty())
      return b.constant(scalar, double(fixed.size()));
    return sumAll(pick(factor, 0, fixed, b), b);
  }
  SmallVector<int64_t> places = placesOf(term.rows), rows;
  for (int64_t place : places)
    rows.push_back(term.rows[place]);
  SmallVector<Layer> layers = term.layers;
  layers.back().weight = pick(layers.back().weight, 0, rows, b);
  Layer &first = layers.front();
  first.weight = pick(first.weight, 1, places, b);
  if (first.factor)
    first.factor = pick(first.factor, 0, places, b);
  if (factor)
    factor = pick(factor, 0, places, b);
  first.factor = first.factor && factor ? b.mul(first.factor, factor)
                                        : (factor ? factor : first.factor);
  return traceOfLayers(std::move(layers), b);
}

Value Jacobians::trace(Value v, Location loc) {
  LaneBuilder b(builder, loc);
  Value sum;
  for (const Chain &term : of(v)) {
    Value trace = traceOfTerm(term, b);
    if (!trace)
      return {};
    if (term.scale)
      trace = b.mul(term.scale, trace);
    sum = sum ? b.add(sum, trace) : trace;
  }
  return sum ? sum : b.constant(typeOf(x).withShape({}), 0);
}

namespace {
/// The closed form, made in a copy of the divergence that stands before it.
struct ClosedForm {
  DivergenceOp copy;
  Value trace;          ///< null if tangents are better, or all there is
  int64_t products = 0; ///< of one sample, those of the value left out
};
} // namespace

// Tangents are as good for one element, and where they need fewer products:
// there a matrix that varies with the sample would be made for every sample.
static ClosedForm findClosedForm(DivergenceOp op) {
  OpBuilder builder(op);
  ClosedForm form{cast<DivergenceOp>(builder.clone(*op)), {}};
  bool indexed = op.getXLabels() || op.getLabels();
  if (indexed || op.getCount() == 1)
    return form;
  Block &block = form.copy.getBlock();
  Jacobians jacobians(block.getArgument(0), builder);
  if (!jacobians.follow(block))
    return form;
  builder.setInsertionPoint(form.copy.getYield());
  Value value = form.copy.getYield().getOperand(0);
  Value trace = jacobians.trace(value, op.getLoc());
  if (!trace || jacobians.products() > jacobians.productsOfTangents())
    return form;
  form.trace =
      LaneBuilder(builder, op.getLoc()).withRate(trace, isInvariant(value));
  form.products = jacobians.products();
  return form;
}

std::optional<int64_t> productsInClosedForm(DivergenceOp op) {
  bool nested = llvm::any_of(op.getBlock(), isCalculus);
  if (nested)
    return std::nullopt;
  ClosedForm form = findClosedForm(op);
  form.copy.erase();
  return form.trace ? std::optional(form.products) : std::nullopt;
}

//===-- tangents ----------------------------------------------------------===//

/// Element k of the value behind `labels` leading axes.
static Value elementOf(Value v, int64_t labels, int64_t k, LaneBuilder &b) {
  ArrayRef<int64_t> shape = typeOf(v).getShape();
  SmallVector<int64_t> flat(shape.take_front(labels)), result(flat);
  flat.push_back(1);
  for (int64_t extent : shape.drop_front(labels))
    flat.back() *= extent;
  Value one = SliceOp::create(b.builder, b.loc, b.reshape(v, flat), labels, k,
                              /*size=*/1);
  return b.reshape(one, result);
}

// Equal code merges, so that the value is computed once for all of them.
void expandDivergenceByTangents(DivergenceOp op) {
  OpBuilder builder(op);
  LaneBuilder b(builder, op.getLoc());
  Value sum, value;
  for (int64_t k = 0, count = op.getCount(); k < count; ++k) {
    Value seed = unitTangent(typeOf(op.getInputs()[0]), op.getXLabels(), k, b);
    auto jvp = JvpOp::create(builder, op.getLoc(), ArrayRef<int64_t>{0},
                             op.getInputs(), ValueRange{seed},
                             TypeRange{op.getValue().getType()});
    IRMapping map;
    for (auto [from, to] : llvm::zip_equal(op.getBlock().getArguments(),
                                           jvp.getBlock().getArguments()))
      map.map(from, to);
    OpBuilder inside = OpBuilder::atBlockEnd(&jvp.getBlock());
    for (Operation &inner : op.getBlock())
      inside.clone(inner, map);
    Value part = elementOf(jvp.getDerivatives()[0], op.getLabels(), k, b);
    sum = sum ? b.add(sum, part) : part;
    value = jvp.getValues()[0];
  }
  op->replaceAllUsesWith(ValueRange{value, sum});
  op.erase();
}

void expandDivergence(DivergenceOp op) {
  ClosedForm form = findClosedForm(op);
  if (!form.trace) {
    form.copy.erase();
    return expandDivergenceByTangents(op);
  }
  op->replaceAllUsesWith(form.copy);
  op.erase();
  inlineRegion(form.copy, form.trace);
}

} // namespace rill::lane
