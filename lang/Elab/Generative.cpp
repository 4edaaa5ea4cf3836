//===- Generative.cpp - Laws written as draws -----------------------------===//
//
// A block `each j: D { x[j] ~ StudentT(nu[j]) }` is read twice: its draws into
// the subject are factors of the density, or they make the sample piece by
// piece. Latent draws are only possible in sampling.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>

namespace rill::lang::elab {

/// The drawn elements as one value; what is not drawn yet is zero.
Den Elaborator::partialValue(Partial &partial) {
  int64_t total = partial.space.elements();
  // One piece in order is the value itself.
  if (partial.pieces.size() == 1 &&
      partial.pieces[0].first.size() == size_t(total) &&
      std::is_sorted(partial.pieces[0].first.begin(),
                     partial.pieces[0].first.end())) {
    Tensor t = reshape(partial.pieces[0].second, partial.space.shape());
    t.labels.clear();
    return Den::ofTensor(t);
  }
  std::vector<Tensor> flat;
  std::vector<int64_t> from(total, -1);
  int64_t at = 0;
  for (const auto &[elements, value] : partial.pieces) {
    Tensor line = value;
    line.labels.clear();
    flat.push_back(
        toFloat(reshape(line, {static_cast<int64_t>(elements.size())})));
    for (size_t i = 0; i != elements.size(); ++i)
      from[elements[i]] = at + static_cast<int64_t>(i);
    at += static_cast<int64_t>(elements.size());
  }
  if (std::count(from.begin(), from.end(), -1)) {
    flat.push_back(constant(0, Space::real({1})));
    for (int64_t &index : from)
      index = index < 0 ? at : index;
  }
  Tensor joined = concat(flat, 0);
  Tensor t = reshape(gather(joined, 0, from), partial.space.shape());
  t.labels.clear();
  return Den::ofTensor(t);
}

/// Whether the elements that are read (all, without slots) were drawn before.
bool Elaborator::isDrawn(const Partial &partial,
                         const std::vector<ast::Slot> *slots, Frame &frame,
                         SourceRange range) {
  std::set<int64_t> drawn;
  for (const auto &piece : partial.pieces)
    drawn.insert(piece.first.begin(), piece.first.end());
  if (static_cast<int64_t>(drawn.size()) == partial.space.elements())
    return true;
  bool all = slots != nullptr;
  if (slots) {
    auto resolved = resolveSlots(*slots, partial.space.shape(), frame, range);
    if (!resolved)
      return false;
    for (const ResolvedSlot &slot : *resolved)
      all &= slot.kind != ResolvedSlot::Kind::Dynamic;
    std::vector<BinderId> labels;
    std::vector<int64_t> shape;
    if (all)
      for (int64_t element :
           flatIndices(*resolved, partial.space.shape(), {}, labels, shape))
        all &= drawn.count(element) != 0;
  }
  if (!all)
    error(Code::NoSampler, range,
          "'" + text(range) + "' is read before it is drawn")
        .why("draws happen in the order of the lines; the elements of an "
             "'each' are drawn at once")
        .help("draw it first");
  return all;
}

bool Elaborator::generative(const ast::Block &body, Frame &frame,
                            std::optional<Tensor> *total,
                            const std::vector<BinderId> &over) {
  bool ok = true;
  for (const ast::StmtPtr &stmt : body.stmts) {
    HereScope scope(here, stmt->range);
    if (const auto *draw = stmt->as<ast::DrawStmt>()) {
      ok &= drawStmt(*draw, frame, total, over);
      continue;
    }
    const auto *each = stmt->as<ast::EachStmt>();
    if (!each) {
      statement(*stmt, frame);
      continue;
    }
    Frame inner = frame;
    inner.env = Env::inside(frame.env);
    std::vector<BinderId> saved = active, deeper = over;
    bool empty = false;
    bool opened = openEach(*each, inner, empty, [&](const std::string &name) {
      std::optional<std::vector<int64_t>> values;
      for (const ast::StmtPtr &item : each->block.stmts)
        if (const auto *draw = item->as<ast::DrawStmt>(); draw && !values)
          values = inferRange(name, *draw->target, inner);
      return values;
    });
    ok &= opened;
    if (!opened || empty) {
      active = saved;
      continue;
    }
    deeper.insert(deeper.end(), active.begin() + saved.size(), active.end());
    ok &= generative(each->block, inner, total, deeper);
    active = saved;
  }
  return ok;
}

/// `total`: the density so far; null when sampling. `over`: binders of the
/// enclosing `each`, after the ones that lift the law.
bool Elaborator::drawStmt(const ast::DrawStmt &stmt, Frame &frame,
                          std::optional<Tensor> *total,
                          const std::vector<BinderId> &over) {
  LawPtr law = lawOf(eval(*stmt.law, frame), stmt.law->range, frame);
  if (!law)
    return false;
  const auto *index = stmt.target->as<ast::IndexExpr>();
  const auto *name =
      (index ? index->base.get() : stmt.target.get())->as<ast::NameExpr>();
  const Den *known = name ? find(name->name, frame.env) : nullptr;
  bool subject = known && (total ? known->is(Den::Kind::Tensor)
                                 : known->is(Den::Kind::Partial));
  if (!subject) {
    if (!name || index) {
      error(Code::DrawOutsideLaw, stmt.target->range,
            "a draw goes into a name or a place of the subject");
      return false;
    }
    Space wanted = stmt.space ? space(*stmt.space, frame)
                              : ownSpace(*law).value_or(Space());
    if (!wanted.isValid()) {
      error(Code::SpaceUndetermined, stmt.target->range,
            "the space of this draw is not determined")
          .help("write it: " + name->name + ": Real[2] ~ ...");
      return false;
    }
    if (total) {
      error(Code::NoDensity, stmt.target->range,
            "a latent draw has no density here");
      return false;
    }
    NameReads::Scope reads(nameReads);
    auto drawn = sampleOf(*law, wanted, stmt.law->range);
    reads.close();
    if (!drawn)
      return false;
    bind(frame.env, {name->name, stmt.target->range},
         Den::ofTensor((*drawn)[0]));
    return true;
  }
  if (!total)
    return drawPiece(*stmt.target, *known->partial, *law, frame,
                     stmt.target->range);
  auto value = tensor(*stmt.target, frame);
  auto part = value ? logpOf(*law, {*value}, stmt.law->range) : std::nullopt;
  if (!part)
    return false;
  // Binders that lift the law are summed by whoever lifted it.
  std::vector<BinderId> inner(over);
  std::erase_if(inner, [&](BinderId b) { return binders[b].name[0] == '#'; });
  Tensor sum = reduceLabels("sum", *part, inner, true);
  if (*total && !align({&**total, &sum}, stmt.target->range))
    return false;
  *total = *total ? binary("add", **total, sum) : sum;
  return true;
}

bool Elaborator::drawPiece(const ast::Expr &target, Partial &partial,
                           const Law &law, Frame &frame, SourceRange range) {
  std::vector<BinderId> labels;
  std::vector<int64_t> shape, flat;
  if (const auto *index = target.as<ast::IndexExpr>()) {
    auto slots =
        resolveSlots(index->slots, partial.space.shape(), frame, range);
    if (!slots)
      return false;
    flat = flatIndices(*slots, partial.space.shape(), {}, labels, shape);
  } else {
    shape = partial.space.shape();
    for (int64_t i = 0; i != partial.space.elements(); ++i)
      flat.push_back(i);
  }
  for (const auto &piece : partial.pieces)
    for (int64_t element : flat)
      if (std::find(piece.first.begin(), piece.first.end(), element) !=
          piece.first.end()) {
        error(Code::Redefined, range,
              "an element of '" + partial.name + "' is drawn twice");
        return false;
      }
  if (partial.space.kind() == SpaceKind::Simplex &&
      target.as<ast::IndexExpr>()) {
    error(Code::SpaceMismatch, range,
          "elements of " + partial.space.str() +
              " cannot be drawn one by one: they sum to one")
        .help("draw the whole from a law on a Simplex");
    return false;
  }
  Space wanted = partial.space.withShape(shape);
  auto drawn = sampleOf(law, wanted, range);
  if (!drawn)
    return false;
  // Lifting binders are part of every piece; they are dropped by the lifter,
  // which needs a whole: pieces under a lifted law are not compiled.
  for (BinderId label : (*drawn)[0].labels)
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) {
      unsupported(range, "a lifted law written as draws of its parts");
      return false;
    }
  partial.pieces.push_back({flat, spreadTo((*drawn)[0], labels, shape)});
  return true;
}

} // namespace rill::lang::elab
