//===- Indexing.cpp - x[i], x[0..2], x[D - 1 - i] -------------------------===//
//
// Index slots are static functions of the binders in scope, so indexing is a
// static choice of elements: a relabelled axis, a slice, or a gather. Only an
// index that is a run-time value becomes `take`.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>
#include <cmath>

namespace rill::lang::elab {

static void addUnique(std::vector<BinderId> &into, BinderId binder) {
  if (std::find(into.begin(), into.end(), binder) == into.end())
    into.push_back(binder);
}

void Elaborator::binderNames(const ast::Expr &expr, Frame &frame,
                             std::vector<BinderId> &found) {
  if (const auto *name = expr.as<ast::NameExpr>()) {
    const Den *den = find(name->name, frame.env);
    if (den && den->is(Den::Kind::Binder))
      addUnique(found, den->binder);
  } else if (const auto *binary = expr.as<ast::BinaryExpr>()) {
    binderNames(*binary->lhs, frame, found);
    binderNames(*binary->rhs, frame, found);
  } else if (const auto *negated = expr.as<ast::UnaryExpr>()) {
    binderNames(*negated->operand, frame, found);
  }
}

std::optional<ResolvedSlot> Elaborator::resolveSlot(const ast::Slot &slot,
                                                    int64_t extent,
                                                    Frame &frame,
                                                    bool emptyFits) {
  using Kind = ast::Slot::Kind;
  ResolvedSlot result;
  auto points = [&](int64_t lo, int64_t hi) {
    result.kind = ResolvedSlot::Kind::Points;
    if (lo < 0 || hi > extent || lo > hi || (lo == hi && !emptyFits)) {
      error(Code::IndexOutOfRange, slot.range,
            "the range " + std::to_string(lo) + ".." + std::to_string(hi) +
                " does not lie in 0.." + std::to_string(extent));
      return false;
    }
    for (int64_t i = lo; i != hi; ++i)
      result.points.push_back(i);
    return true;
  };
  if (slot.kind == Kind::All)
    return result;
  if (slot.kind == Kind::From || slot.kind == Kind::UpTo) {
    auto bound = staticInt(*slot.value, frame);
    if (!bound)
      return std::nullopt;
    bool ok =
        slot.kind == Kind::From ? points(*bound, extent) : points(0, *bound);
    return ok ? std::optional(result) : std::nullopt;
  }
  if (slot.kind != Kind::Expr) {
    unsupported(slot.range, "an index by comparison");
    return std::nullopt;
  }
  binderNames(*slot.value, frame, result.binders);
  if (result.binders.empty()) {
    Den den = eval(*slot.value, frame);
    if (den.isError())
      return std::nullopt;
    if (den.is(Den::Kind::Range) && (std::floor(den.number) != den.number ||
                                     std::floor(den.hi) != den.hi)) {
      error(Code::StaticArithmetic, slot.range,
            "the ends of '" + text(slot.range) + "' are not whole numbers")
          .help("choose extents that divide");
      return std::nullopt;
    }
    if (den.is(Den::Kind::Range))
      return points(static_cast<int64_t>(den.number),
                    static_cast<int64_t>(den.hi))
                 ? std::optional(result)
                 : std::nullopt;
    if (den.is(Den::Kind::Tensor) || den.is(Den::Kind::Place)) {
      auto index = tensorOf(den, slot.range, frame);
      if (!index)
        return std::nullopt;
      if (index->space.isFloat() || index->space.kind() == SpaceKind::Bool ||
          index->rank() != 0) {
        error(Code::SpaceMismatch, slot.range,
              "an index must be a whole number, but '" + text(slot.range) +
                  "' is " + den.describe());
        return std::nullopt;
      }
      if (!(index->bounds.lo >= 0 &&
            index->bounds.hi <= static_cast<double>(extent - 1))) {
        error(Code::IndexOutOfRange, slot.range,
              "'" + text(slot.range) + "' has space " +
                  index->space.withShape({}).str() +
                  ", but the axis has extent " + std::to_string(extent),
              "may lie outside of 0.." + std::to_string(extent))
            .help("index by an element of Fin[" + std::to_string(extent) + "]");
        return std::nullopt;
      }
      result.kind = ResolvedSlot::Kind::Dynamic;
      result.dynamic = *index;
      return result;
    }
  }
  // A static function of the binders: tabulate it.
  Frame inner = frame;
  inner.env = Env::inside(frame.env);
  size_t count = 1;
  for (BinderId binder : result.binders)
    count *= binders[binder].values.size();
  result.kind = ResolvedSlot::Kind::Points;
  result.drop = result.binders.empty();
  for (size_t n = 0; n != count; ++n) {
    size_t rest = n;
    for (size_t b = result.binders.size(); b-- > 0;) {
      const BinderInfo &info = binders[result.binders[b]];
      inner.env->names[info.name] = Den::ofNumber(
          static_cast<double>(info.values[rest % info.values.size()]));
      rest /= info.values.size();
    }
    auto index = staticInt(*slot.value, inner);
    if (!index)
      return std::nullopt;
    if (*index < 0 || *index >= extent) {
      error(Code::IndexOutOfRange, slot.range,
            "index " + std::to_string(*index) + " is outside of 0.." +
                std::to_string(extent),
            "the axis has extent " + std::to_string(extent));
      return std::nullopt;
    }
    result.points.push_back(*index);
  }
  return result;
}

std::optional<std::vector<ResolvedSlot>>
Elaborator::resolveSlots(const std::vector<ast::Slot> &slots,
                         const std::vector<int64_t> &shape, Frame &frame,
                         SourceRange range) {
  if (slots.size() > shape.size() || slots.empty()) {
    error(Code::ShapeMismatch, range,
          std::to_string(slots.size()) + " indices for a value with " +
              std::to_string(shape.size()) + " axes");
    return std::nullopt;
  }
  std::vector<ResolvedSlot> resolved;
  bool ok = true;
  for (size_t i = 0; i != shape.size(); ++i) {
    if (i >= slots.size()) {
      resolved.emplace_back();
      continue;
    }
    if (slots[i].name) {
      error(Code::WrongArguments, slots[i].range,
            "an index of a value has no name")
          .help("indices stand in the order of the axes");
      return std::nullopt;
    }
    auto slot = resolveSlot(slots[i], shape[i], frame);
    ok &= slot.has_value();
    resolved.push_back(slot.value_or(ResolvedSlot()));
  }
  return ok ? std::optional(resolved) : std::nullopt;
}

/// Row-major positions, in a tensor of shape [baseLabels.., shape..], of the
/// elements of the result [labels.., valueShape..].
std::vector<int64_t> Emitter::flatIndices(
    const std::vector<ResolvedSlot> &slots, const std::vector<int64_t> &shape,
    const std::vector<BinderId> &baseLabels, std::vector<BinderId> &labels,
    std::vector<int64_t> &valueShape) {
  labels = baseLabels;
  std::vector<int64_t> extents(shape.size(), 0);
  for (size_t i = 0; i != slots.size(); ++i) {
    for (BinderId binder : slots[i].binders)
      addUnique(labels, binder);
    if (slots[i].kind == ResolvedSlot::Kind::All)
      valueShape.push_back(extents[i] = shape[i]);
    else if (slots[i].binders.empty() && !slots[i].drop)
      valueShape.push_back(extents[i] =
                               static_cast<int64_t>(slots[i].points.size()));
  }
  std::sort(labels.begin(), labels.end());
  int64_t total = 1;
  for (BinderId label : labels)
    total *= binders[label].extent();
  for (int64_t extent : valueShape)
    total *= extent;
  std::vector<int64_t> result;
  for (int64_t n = 0; n != total; ++n) {
    int64_t rest = n;
    std::vector<int64_t> free(slots.size(), 0);
    for (size_t i = slots.size(); i-- > 0;)
      if (extents[i]) {
        free[i] = rest % extents[i];
        rest /= extents[i];
      }
    std::map<BinderId, int64_t> at;
    for (size_t l = labels.size(); l-- > 0;) {
      at[labels[l]] = rest % binders[labels[l]].extent();
      rest /= binders[labels[l]].extent();
    }
    int64_t flat = 0;
    for (BinderId label : baseLabels)
      flat = flat * binders[label].extent() + at[label];
    for (size_t i = 0; i != slots.size(); ++i) {
      int64_t point = free[i];
      for (BinderId binder : slots[i].binders)
        point = point * binders[binder].extent() + at[binder];
      if (slots[i].kind == ResolvedSlot::Kind::Points)
        point = slots[i].points[point];
      flat = flat * shape[i] + point;
    }
    result.push_back(flat);
  }
  return result;
}

/// `take` with a run-time index, and `lookup` with one for each element under
/// binders; the other slots stay.
std::optional<Tensor>
Emitter::dynamicIndex(Tensor t, const std::vector<ResolvedSlot> &slots) {
  int64_t dynamics =
      std::count_if(slots.begin(), slots.end(), [](const ResolvedSlot &s) {
        return s.kind == ResolvedSlot::Kind::Dynamic;
      });
  for (size_t i = slots.size(); i-- > 0;) {
    if (slots[i].kind != ResolvedSlot::Kind::Dynamic)
      continue;
    if (!t.labels.empty())
      return std::nullopt;
    std::vector<int64_t> shape = t.space.shape();
    int64_t extent = shape[i];
    shape.erase(shape.begin() + static_cast<int64_t>(i));
    if (!slots[i].dynamic.labels.empty()) { // one index for each label
      if (dynamics != 1)
        return std::nullopt;
      std::vector<int64_t> perm{static_cast<int64_t>(i)}, rows = shape;
      for (size_t axis = 0; axis != t.space.shape().size(); ++axis)
        if (axis != i)
          perm.push_back(static_cast<int64_t>(axis));
      rows.insert(rows.begin(), extent);
      Tensor table = permute(t, perm);
      std::vector<int64_t> full = slots[i].dynamic.labelShape();
      full.insert(full.end(), shape.begin(), shape.end());
      Tensor r =
          emit("lookup", {table, slots[i].dynamic}, t.space.withShape(full));
      r.labels = slots[i].dynamic.labels;
      t = withBounds(r, t.bounds);
      continue;
    }
    Tensor r = emit("take", {t, slots[i].dynamic}, t.space.withShape(shape),
                    {{"dim", static_cast<int64_t>(i)}});
    r.labels.clear();
    t = withBounds(r, t.bounds);
  }
  return t;
}

/// Whether each binder occurs in one slot only and not in the base.
static bool isSimple(const std::vector<ResolvedSlot> &slots,
                     const std::vector<BinderId> &labels) {
  std::vector<BinderId> seen = labels;
  for (const ResolvedSlot &slot : slots) {
    if (slot.binders.size() > 1)
      return false;
    for (BinderId binder : slot.binders) {
      if (std::find(seen.begin(), seen.end(), binder) != seen.end())
        return false;
      seen.push_back(binder);
    }
  }
  return true;
}

Den Elaborator::indexTensor(const Tensor &t,
                            const std::vector<ast::Slot> &slots, Frame &frame,
                            SourceRange range) {
  auto resolved = resolveSlots(slots, t.valueShape(), frame, range);
  if (!resolved)
    return Den::error();
  HereScope scope(here, range);
  Tensor base = t;
  bool dynamic = std::any_of(resolved->begin(), resolved->end(),
                             [](const ResolvedSlot &s) {
                               return s.kind == ResolvedSlot::Kind::Dynamic;
                             });
  if (dynamic) {
    auto taken = dynamicIndex(base, *resolved);
    if (!taken)
      return unsupported(range, "a run-time index under a binder");
    base = *taken;
    std::erase_if(*resolved, [](const ResolvedSlot &s) {
      return s.kind == ResolvedSlot::Kind::Dynamic;
    });
  }
  Space element = base.space;
  if (element.kind() == SpaceKind::Simplex) // a part of a simplex is not one
    base.space = Space::make(SpaceKind::Unit, base.space.shape());
  if (!isSimple(*resolved, base.labels)) {
    std::vector<BinderId> labels;
    std::vector<int64_t> shape;
    std::vector<int64_t> flat =
        flatIndices(*resolved, base.valueShape(), base.labels, labels, shape);
    Tensor line = reshape(base, {base.space.elements()});
    Tensor picked = gather(line, 0, flat);
    std::vector<int64_t> full;
    for (BinderId label : labels)
      full.push_back(binders[label].extent());
    full.insert(full.end(), shape.begin(), shape.end());
    Tensor r = reshape(picked, full);
    r.labels = labels;
    return Den::ofTensor(r);
  }
  // Axis by axis; then single points go and binder axes move to the front.
  std::vector<BinderId> order = base.labels;
  std::vector<int64_t> shape = base.labelShape(), perm, rest;
  for (size_t i = 0; i != order.size(); ++i)
    perm.push_back(static_cast<int64_t>(i));
  std::vector<int64_t> extents = base.labelShape();
  std::vector<BinderId> baseLabels = base.labels;
  for (size_t i = 0; i != resolved->size(); ++i) {
    const ResolvedSlot &slot = (*resolved)[i];
    if (slot.kind == ResolvedSlot::Kind::Points)
      base = gather(base, static_cast<int64_t>(baseLabels.size() + i),
                    slot.points);
  }
  for (size_t i = 0; i != resolved->size(); ++i) {
    const ResolvedSlot &slot = (*resolved)[i];
    if (slot.drop)
      continue;
    int64_t axis = static_cast<int64_t>(extents.size());
    extents.push_back(base.space.shape()[baseLabels.size() + i]);
    if (slot.binders.empty()) {
      rest.push_back(axis);
    } else {
      perm.push_back(axis);
      order.push_back(slot.binders[0]);
    }
  }
  Tensor r = reshape(base, extents);
  perm.insert(perm.end(), rest.begin(), rest.end());
  r = permute(r, perm);
  size_t old = baseLabels.size();
  std::vector<BinderId> added(order.begin() + static_cast<int64_t>(old),
                              order.end());
  r.labels = baseLabels;
  return Den::ofTensor(relabel(r, added));
}

Den Elaborator::indexPlace(const Den &place,
                           const std::vector<ast::Slot> &slots, Frame &frame,
                           SourceRange range) {
  if (auto slice = scanSlice(place, slots, frame, range))
    return *slice;
  std::vector<int64_t> shape = placeValueShape(place);
  auto resolved = resolveSlots(slots, shape, frame, range);
  if (!resolved)
    return Den::error();
  for (const ResolvedSlot &slot : *resolved)
    if (slot.kind == ResolvedSlot::Kind::Dynamic) // a value, not a place
      return indexTensor(readPlace(place, range), slots, frame, range);
  std::vector<BinderId> labels;
  std::vector<int64_t> rest;
  std::vector<int64_t> flat =
      flatIndices(*resolved, shape, place.labels, labels, rest);
  std::vector<int64_t> full;
  for (BinderId label : labels)
    full.push_back(binders[label].extent());
  full.insert(full.end(), rest.begin(), rest.end());
  bool whole = full == places[place.place].shape;
  for (size_t i = 0; whole && i != flat.size(); ++i)
    whole = flat[i] == static_cast<int64_t>(i);
  if (whole)
    return Den::ofPlace(place.place, labels);
  std::vector<int64_t> sorted = flat;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    // The same element for several indices: a value, not a place.
    Tensor value = readPlace(place, range);
    return indexTensor(value, slots, frame, range);
  }
  PlaceId part = subPlace(place.place, flat, full, text(range), range);
  return Den::ofPlace(part, labels);
}

} // namespace rill::lang::elab
