//===- LawDraws.cpp - Draws from laws, in place ---------------------------===//
//
// Elaborates a draw in the current region: by `sample`, by `quantile` of a
// uniform, piece by piece from a generative block, or as an operation on the
// typed dist of a flow.
//
//===----------------------------------------------------------------------===//
#include "Elab/Members.h"
#include "Elab/Mixtures.h"

namespace rill::lang::elab {

std::optional<std::vector<Tensor>>
Elaborator::sampleOf(const Law &law, const Space &target, SourceRange range) {
  if (law.form == Law::Form::Lifted)
    return sampleOf(*law.parts[0].law, target, range);
  if (law.form == Law::Form::Mixture)
    return MixtureLaw(*this, law, range).sample(target);
  if (law.form == Law::Form::Product) {
    std::vector<Tensor> all;
    std::vector<Space> fields;
    bool joined = target.kind() != SpaceKind::Product;
    for (size_t i = 0; i != law.parts.size(); ++i) {
      auto own = joined ? ownSpace(*law.parts[i].law)
                        : std::optional(target.fields()[i]);
      auto part = own ? sampleOf(*law.parts[i].law, *own, range) : std::nullopt;
      if (!part)
        return std::nullopt;
      Tensor t = (*part)[0];
      if (joined && t.rank() == 0) {
        std::vector<BinderId> labels = t.labels;
        std::vector<int64_t> shape = t.space.shape();
        shape.push_back(1);
        t = reshape(t, shape);
        t.labels = labels;
      }
      all.push_back(t);
    }
    if (!joined || all.size() == 1)
      return all;
    std::vector<BinderId> labels = all[0].labels;
    Tensor r = concat(all, static_cast<int64_t>(labels.size()));
    r.labels = labels;
    return std::vector<Tensor>{r};
  }
  if (law.form == Law::Form::Decl ||
      (law.form == Law::Form::Named && law.callable->def->block))
    return declSample(law, target, range);
  if (law.form == Law::Form::Named) { // on fewer axes: over the others
    auto own = ownSpace(law);
    if (own && own->kind() != SpaceKind::Product &&
        target.shape().size() > own->shape().size())
      return declSample(law, target, range);
  }
  auto id = law.form == Law::Form::Named
                ? requireDist(*law.named, target, range)
                : tryMakeDist(law, target, law.spelling, range);
  if (!id || !active.empty()) {
    if (id)
      unsupported(range, "a draw of a flow under an index");
    return std::nullopt;
  }
  if (!seedings.empty())
    unsupported(range, "a draw inside of a derivative");
  typed::Op op;
  op.kind = typed::OpKind::Sample;
  op.index = *id;
  if (law.form == Law::Form::Named) {
    auto conditions = conditionOperands(law, *id, range);
    if (!conditions)
      return std::nullopt;
    op.operands = *conditions;
  }
  if (!requireSampler(*id, law.spelling, range))
    return std::nullopt;
  for (DistId at = *id;; at = program.dists[at].base) {
    drawJumps |= program.dists[at].drawJumps;
    if (program.dists[at].form == typed::Dist::Form::Members)
      break;
  }
  std::vector<Tensor> drawn;
  const Space subject = program.dists[*id].subject;
  for (const Space &field : subject.arrays()) {
    Tensor t = argumentOf(field, "", op.results).tensor;
    t.trained = true;
    drawn.push_back(std::move(t));
  }
  append(std::move(op));
  return drawn;
}

std::optional<std::vector<Tensor>>
Elaborator::declSample(const Law &law, const Space &target, SourceRange range) {
  if (!ready(*law.callable, range))
    return std::nullopt;
  const ast::DefItem *def = law.callable->def;
  std::vector<Space> fields = target.kind() == SpaceKind::Product
                                  ? target.fields()
                                  : std::vector<Space>{target};
  std::vector<BinderId> lift;
  if (fields.size() == 1)
    lift = liftBinders(law, target.shape());
  std::vector<Space> subject = fields;
  if (!lift.empty()) {
    std::vector<int64_t> rest(target.shape().begin() +
                                  static_cast<int64_t>(lift.size()),
                              target.shape().end());
    // An element of a simplex is no simplex.
    subject[0] = target.kind() == SpaceKind::Simplex
                     ? Space::make(SpaceKind::Unit, rest)
                     : target.withShape(rest);
  }
  std::vector<BinderId> saved = active;
  active.insert(active.end(), lift.begin(), lift.end());
  Frame callee;
  std::vector<Tensor> result;
  bool ok = false;
  ++depth;
  if (enterLaw(law, subject, lift, callee, range, nullptr, true)) {
    const ast::AssignStmt *sample = memberOf(law, "sample"),
                          *quantile = memberOf(law, "quantile");
    if (sample || quantile) {
      sharedLines(*def->block, callee);
      if (!sample) {
        std::vector<int64_t> shape;
        for (BinderId binder : active)
          shape.push_back(binders[binder].extent());
        shape.insert(shape.end(), subject[0].shape().begin(),
                     subject[0].shape().end());
        Tensor u = draw("uniform", shape, perSample);
        u.labels = active;
        for (const std::string &name : memberArgs(*quantile))
          define(callee.env, name, Den::ofTensor(u));
      }
      Den den = memberExpr(*(sample ? sample : quantile)->value, callee);
      std::vector<Den> leaves =
          den.is(Den::Kind::Tuple) ? den.items : std::vector<Den>{den};
      ok = leaves.size() == subject.size() && !den.isError();
      if (!ok && !den.isError())
        error(Code::SpaceMismatch, range,
              "'sample' of '" + law.callable->name + "' gives " +
                  den.describe());
      for (size_t i = 0; ok && i != leaves.size(); ++i) {
        auto t = tensorOf(leaves[i], range, callee);
        ok = t && (t->rank() == 0 || t->valueShape() == subject[i].shape());
        if (t && !ok)
          error(Code::ShapeMismatch, range,
                "'sample' of '" + law.callable->name + "' has space " +
                    t->space.str() + ", but the subject is " +
                    subject[i].str());
        if (ok && t->space.isFloat() != subject[i].isFloat()) {
          error(Code::SpaceMismatch, range,
                "'sample' of '" + law.callable->name + "' has space " +
                    t->space.withShape(t->valueShape()).str() +
                    ", but the subject is " + subject[i].str());
          ok = false;
        }
        if (ok)
          result.push_back(spreadTo(*t, t->labels, subject[i].shape()));
      }
    } else if (def->block && canSample(law)) {
      for (size_t i = 0; i != subject.size(); ++i) {
        Den den;
        den.kind = Den::Kind::Partial;
        den.partial = std::make_shared<Partial>();
        den.partial->name = def->params->subject[i].name.text;
        den.partial->space = subject[i];
        callee.env->names[den.partial->name] = den;
      }
      ok = generative(*def->block, callee, nullptr, {});
      for (size_t i = 0; ok && i != subject.size(); ++i) {
        const Den &den = callee.env->names[def->params->subject[i].name.text];
        size_t drawn = 0;
        for (const auto &piece : den.partial->pieces)
          drawn += piece.first.size();
        if (static_cast<int64_t>(drawn) != subject[i].elements()) {
          error(Code::NoSampler, def->name.range,
                "'" + den.partial->name + "' is drawn only in part: " +
                    std::to_string(drawn) + " of " +
                    std::to_string(subject[i].elements()) + " elements");
          ok = false;
          break;
        }
        result.push_back(partialValue(*den.partial).tensor);
      }
    } else if (def->block) {
      noSampler(law.callable->name, range,
                {def->name.range, "it has no 'sample' and no 'quantile'"});
    } else if (def->body) {
      Den body = eval(*def->body, callee);
      Space inner = fields.size() == 1 ? subject[0] : target;
      if (LawPtr next = lawOf(body, def->body->range, callee))
        if (auto drawn = sampleOf(*next, inner, range)) {
          result = *drawn;
          ok = true;
        }
    }
  }
  --depth;
  active = saved;
  if (!ok)
    return std::nullopt;
  HereScope scope(here, range);
  for (Tensor &t : result)
    t = dropLabels(t, lift, true);
  return result;
}

} // namespace rill::lang::elab
