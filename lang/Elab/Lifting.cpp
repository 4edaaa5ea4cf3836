//===- Lifting.cpp - Binder axes of values --------------------------------===//
//
// An expression under binders is a whole tensor whose leading axes belong to
// them. This file aligns, spreads, drops and attaches those axes; indexing is
// in Indexing.cpp, reductions are in Reductions.cpp.
//
//===----------------------------------------------------------------------===//
#include "Elab/Emitter.h"

#include <algorithm>

namespace rill::lang::elab {

BinderId Emitter::newBinder(std::string name, std::vector<int64_t> values) {
  binders.push_back({std::move(name), std::move(values)});
  return static_cast<BinderId>(binders.size() - 1);
}

Tensor Emitter::spreadTo(const Tensor &t, const std::vector<BinderId> &labels,
                         const std::vector<int64_t> &valueShape) {
  std::vector<int64_t> shape, dims;
  for (size_t i = 0; i != labels.size(); ++i) {
    shape.push_back(binders[labels[i]].extent());
    if (std::find(t.labels.begin(), t.labels.end(), labels[i]) !=
        t.labels.end())
      dims.push_back(static_cast<int64_t>(i));
  }
  size_t rank = t.rank();
  for (size_t i = 0; i != valueShape.size(); ++i) {
    shape.push_back(valueShape[i]);
    if (rank == valueShape.size())
      dims.push_back(static_cast<int64_t>(labels.size() + i));
  }
  Tensor r = t;
  if (shape != t.space.shape()) {
    r = emit("spread", {t}, t.space.withShape(shape), {{"dims", dims}});
    r = withBounds(r, t.bounds);
    if (comparisons.count(t.id))
      comparisons.insert(r.id);
  }
  r.labels = labels;
  return r;
}

bool Emitter::align(std::vector<Tensor *> operands, SourceRange range) {
  std::vector<BinderId> labels;
  std::vector<int64_t> shape;
  const Tensor *shaped = nullptr;
  for (const Tensor *t : operands) {
    for (BinderId label : t->labels)
      if (std::find(labels.begin(), labels.end(), label) == labels.end())
        labels.push_back(label);
    if (t->rank() == 0)
      continue;
    if (!shaped) {
      shaped = t;
      shape = t->valueShape();
    } else if (t->valueShape() != shape) {
      error(Code::ShapeMismatch, range,
            "shapes that do not fit: " + shaped->space.withShape(shape).str() +
                " and " + t->space.withShape(t->valueShape()).str(),
            "elementwise arithmetic needs equal shapes")
          .why("a scalar spreads; nothing else is broadcast implicitly")
          .help("use an index, for example vec[i: N, j: M] a[i] * b[j]");
      return false;
    }
  }
  std::sort(labels.begin(), labels.end());
  for (Tensor *t : operands)
    *t = spreadTo(*t, labels, shape);
  return true;
}

/// Makes the axes of `over` ordinary leading axes of the value, in that order,
/// after the remaining binder axes.
Tensor Emitter::dropLabels(const Tensor &t, const std::vector<BinderId> &over,
                           bool spread) {
  std::vector<BinderId> all = t.labels, kept;
  if (spread)
    for (BinderId binder : over)
      if (std::find(all.begin(), all.end(), binder) == all.end())
        all.push_back(binder);
  std::sort(all.begin(), all.end());
  Tensor full = spreadTo(t, all, t.valueShape());
  std::vector<int64_t> perm;
  for (size_t i = 0; i != all.size(); ++i)
    if (std::find(over.begin(), over.end(), all[i]) == over.end()) {
      kept.push_back(all[i]);
      perm.push_back(static_cast<int64_t>(i));
    }
  for (BinderId binder : over) {
    auto it = std::find(all.begin(), all.end(), binder);
    if (it != all.end())
      perm.push_back(it - all.begin());
  }
  for (size_t i = all.size(); i != full.space.shape().size(); ++i)
    perm.push_back(static_cast<int64_t>(i));
  Tensor r = permute(full, perm);
  r.labels = kept;
  return r;
}

/// Gives the leading axes of the value to `over`, in that order.
Tensor Emitter::relabel(const Tensor &t, const std::vector<BinderId> &over) {
  std::vector<BinderId> order = t.labels;
  order.insert(order.end(), over.begin(), over.end());
  std::vector<size_t> by(order.size());
  for (size_t i = 0; i != by.size(); ++i)
    by[i] = i;
  std::sort(by.begin(), by.end(),
            [&](size_t a, size_t b) { return order[a] < order[b]; });
  std::vector<int64_t> perm(by.begin(), by.end());
  for (size_t i = order.size(); i != t.space.shape().size(); ++i)
    perm.push_back(static_cast<int64_t>(i));
  Tensor r = permute(t, perm);
  std::sort(order.begin(), order.end());
  r.labels = order;
  return r;
}

Tensor Emitter::binderValue(BinderId binder) {
  const std::vector<int64_t> &values = binders[binder].values;
  std::vector<double> elements(values.begin(), values.end());
  Tensor t = denseConstant(
      elements, Space::make(SpaceKind::Int, {binders[binder].extent()}));
  auto [lo, hi] = std::minmax_element(elements.begin(), elements.end());
  t.bounds = {*lo, *hi, false, false};
  t.labels = {binder};
  return t;
}

} // namespace rill::lang::elab
