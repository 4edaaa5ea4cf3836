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
    if (each->guard) {
      unsupported(each->guard->range, "a guard of 'each'");
      return false;
    }
    Frame inner = frame;
    inner.env = Env::inside(frame.env);
    std::vector<BinderId> saved = active, deeper = over;
    for (const ast::Binder &binder : each->binders) {
      std::optional<std::vector<int64_t>> values;
      if (binder.range)
        values = rangeOf(*binder.range, inner);
      else
        for (const ast::StmtPtr &item : each->block.stmts)
          if (const auto *draw = item->as<ast::DrawStmt>(); draw && !values)
            values = inferRange(binder.name.text, *draw->target, inner);
      if (!values || values->empty()) {
        if (!binder.range)
          error(Code::StaticUnknown, binder.name.range,
                "the range of '" + binder.name.text + "' cannot be inferred")
              .help("write it: each " + binder.name.text + ": D { ... }");
        active = saved;
        return false;
      }
      BinderId id = newBinder(binder.name.text, *values);
      bind(inner.env, binder.name, Den::ofBinder(id));
      active.push_back(id);
      deeper.push_back(id);
    }
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
  Space wanted = partial.space.kind() == SpaceKind::Simplex
                     ? Space::real(shape)
                     : partial.space.withShape(shape);
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
