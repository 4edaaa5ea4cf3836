//===- LawBodies.cpp - Densities of laws, in place ------------------------===//
//
// Elaborates a law's density in the current region; draws are in LawDraws.cpp.
// A scalar law on a tensor is lifted: the tensor's axes become binder axes,
// conditions of the same shape go along, and the density is summed over them.
//
//===----------------------------------------------------------------------===//
#include "Elab/Members.h"
#include "Elab/Mixtures.h"

#include <algorithm>

namespace rill::lang::elab {

std::vector<BinderId>
Elaborator::liftBinders(const Law &law, const std::vector<int64_t> &shape) {
  const ast::DefItem *def = law.callable->def;
  std::vector<BinderId> lift;
  if (!def->params || def->params->subject.size() != 1 ||
      !def->params->subject[0].space)
    return lift;
  size_t own = declaredRank(*def->params->subject[0].space);
  for (size_t i = 0; i + own < shape.size(); ++i) {
    std::vector<int64_t> values(shape[i]);
    for (size_t k = 0; k != values.size(); ++k)
      values[k] = static_cast<int64_t>(k);
    lift.push_back(newBinder("#" + std::to_string(i), std::move(values)));
  }
  return lift;
}

bool Elaborator::bindLawConditions(const Law &law,
                                   const std::vector<BinderId> &lift,
                                   Frame &callee, SourceRange range) {
  const ast::DefItem *def = law.callable->def;
  std::vector<ast::Parameter> const *params =
      def->params ? &def->params->conditions : nullptr;
  size_t count = params ? params->size() : 0;
  static const std::vector<ast::Parameter> none;
  auto arguments = conditionArguments(law, params ? *params : none);
  if (!arguments)
    return false;
  const std::vector<const ast::Arg *> &given = *arguments;
  std::vector<int64_t> extents;
  for (BinderId binder : lift)
    extents.push_back(binders[binder].extent());
  Frame outer;
  outer.env = law.env;
  outer.instances = law.instances ? law.instances : rootInstances;
  for (size_t i = 0; i != count; ++i) {
    const ast::Parameter &param = (*params)[i];
    Den value = Den::error();
    SourceRange where = range;
    if (given[i]) {
      value = eval(*given[i]->value, outer);
      where = given[i]->value->range;
    } else if (auto it = outerConditions.find(param.name.text);
               it != outerConditions.end() && !law.args &&
               def == conditionOwner) {
      value = it->second;
    } else if (param.defaultValue) {
      value = eval(*param.defaultValue, callee);
    } else {
      return missingCondition(law, param, range);
    }
    if (value.is(Den::Kind::Place) || value.is(Den::Kind::List)) {
      auto read = tensorOf(value, where, outer);
      value = read ? Den::ofTensor(*read) : Den::error();
    }
    if (value.is(Den::Kind::Tensor) && !extents.empty() &&
        value.tensor.rank() >= extents.size()) {
      std::vector<int64_t> shape = value.tensor.valueShape();
      if (std::equal(extents.begin(), extents.end(), shape.begin()))
        value.tensor = relabel(value.tensor, lift);
    }
    if (!bindParameter(param, std::move(value), where, callee,
                       law.callable->name))
      return false;
  }
  return true;
}

bool Elaborator::enterLaw(const Law &law, const std::vector<Space> &subject,
                          const std::vector<BinderId> &lift, Frame &callee,
                          SourceRange range, const std::vector<Tensor> *values,
                          bool draws) {
  if (depth > 150) {
    error(Code::RecursiveDefinition, range,
          "'" + law.callable->name + "' is defined by itself");
    return false;
  }
  callee = enter(*law.callable);
  const ast::DefItem *def = law.callable->def;
  if (def->params && !def->params->subject.empty()) {
    const std::vector<ast::Parameter> &params = def->params->subject;
    if (params.size() != subject.size()) {
      error(Code::SpaceMismatch, range,
            "'" + law.callable->name + "' has " +
                std::to_string(params.size()) + " subject fields, but " +
                std::to_string(subject.size()) + " are given");
      return false;
    }
    for (size_t i = 0; i != params.size(); ++i) {
      std::string what =
          "'" + params[i].name.text + "' of '" + law.callable->name + "'";
      if (!params[i].space)
        continue;
      if (!unify(*params[i].space, subject[i], callee, range, what))
        return false;
    }
  }
  if (!bindLawConditions(law, lift, callee, range))
    return false;
  // The subject's space may name conditions: Interval(a, b).
  for (size_t i = 0; def->params && i != def->params->subject.size(); ++i) {
    const ast::Parameter &param = def->params->subject[i];
    Space wanted = param.space ? space(*param.space, callee) : Space();
    if (!param.space)
      continue;
    if (!wanted.isValid())
      return false;
    std::string what =
        "'" + param.name.text + "' of '" + law.callable->name + "'";
    // A draw of an element of the law's space embeds in a wider one, never in
    // a narrower one: draws would lie outside, and the mass would not be one.
    if (values)
      checkSpace(wanted, (*values)[i], range, what);
    else if (!accepts(subject[i], wanted) &&
             (draws || !accepts(wanted, subject[i])))
      error(Code::SpaceMismatch, range,
            what + " is " + wanted.str() + ", but is drawn into " +
                subject[i].str(),
            "draws may lie outside of " + subject[i].str())
          .help("take a law on " + subject[i].str() +
                ", or map the draws there: push(exp_map, ...)");
  }
  if (def->where)
    block(*def->where, callee);
  return true;
}

/// Parameters and definitions of a law's block, shared by its members.
void Elaborator::sharedLines(const ast::Block &body, Frame &frame) {
  for (const ast::StmtPtr &stmt : body.stmts)
    if (stmt->as<ast::LetStmt>() || stmt->as<ast::ParamStmt>() ||
        stmt->as<ast::LocalFnStmt>() || stmt->as<ast::OutStmt>())
      statement(*stmt, frame);
}

std::optional<Tensor> Elaborator::logpOf(const Law &law,
                                         std::vector<Tensor> values,
                                         SourceRange range) {
  switch (law.form) {
  case Law::Form::Named:
    return namedLogp(law, values, range);
  case Law::Form::Decl:
    return declLogp(law, std::move(values), range);
  case Law::Form::Lifted: {
    auto own = ownSpace(law);
    if (own && values.size() == 1 && values[0].valueShape() != own->shape()) {
      error(Code::ShapeMismatch, range,
            "'" + law.spelling + "' is a law on " + own->str() +
                ", but the value has space " +
                values[0].space.withShape(values[0].valueShape()).str());
      return std::nullopt;
    }
    return logpOf(*law.parts[0].law, std::move(values), range);
  }
  case Law::Form::Product: {
    auto parts = productParts(law, values, range);
    std::optional<Tensor> total;
    for (size_t i = 0; parts && i != law.parts.size(); ++i) {
      auto part = logpOf(*law.parts[i].law, (*parts)[i], range);
      if (!part)
        return std::nullopt;
      if (total && !align({&*total, &*part}, range))
        return std::nullopt;
      total = total ? binary("add", *total, *part) : *part;
    }
    return total;
  }
  case Law::Form::Mixture:
    return MixtureLaw(*this, law, range).logp(std::move(values));
  case Law::Form::Pull:
  case Law::Form::Push:
    break;
  }
  // A flow of a base: a dist of its own, asked for its density.
  if (values.size() != 1 || !values[0].labels.empty()) {
    unsupported(range, "the density of a flow here");
    return std::nullopt;
  }
  auto id = tryMakeDist(law, values[0].space.embedded(), law.spelling, range);
  if (!id)
    return std::nullopt;
  if (!requireDensity(*id, law.spelling, range))
    return std::nullopt;
  Tensor t = appendLogp(*id, {values[0].id});
  t.deps = values[0].deps;
  return t;
}

/// The density of the dist at `operands`: the subject's arrays, then those of
/// its conditions.
Tensor Elaborator::appendLogp(DistId dist, std::vector<ValueId> operands) {
  typed::Op op;
  op.kind = typed::OpKind::Logp;
  op.index = dist;
  op.operands = std::move(operands);
  Tensor t;
  t.space = Space::real();
  t.trained = true;
  t.id = newValue(t.space);
  op.results.push_back(t.id);
  append(std::move(op));
  return t;
}

std::optional<std::vector<std::vector<Tensor>>>
Elaborator::productParts(const Law &law, const std::vector<Tensor> &values,
                         SourceRange range) {
  std::vector<std::vector<Tensor>> parts;
  if (values.size() == law.parts.size()) {
    for (const Tensor &value : values)
      parts.push_back({value});
    return parts;
  }
  // One tensor, cut along its first axis as the factors need.
  int64_t at = 0, axis = values.empty()
                             ? 0
                             : static_cast<int64_t>(values[0].labels.size());
  for (const Den &part : law.parts) {
    auto own = ownSpace(*part.law);
    bool fits = values.size() == 1 && own && values[0].rank() == 1 &&
                own->shape().size() <= 1 &&
                at + own->elements() <= values[0].space.shape().back();
    if (!fits) {
      error(Code::SpaceMismatch, range,
            "the factors of '" + law.spelling + "' do not fit the value");
      return std::nullopt;
    }
    Tensor piece = sliceAxis(values[0], axis, at, own->elements());
    if (own->shape().empty()) {
      std::vector<BinderId> labels = piece.labels;
      piece = reshape(piece, piece.labelShape());
      piece.labels = labels;
    }
    at += own->elements();
    parts.push_back({piece});
  }
  if (at != values[0].space.shape().back()) {
    error(Code::SpaceMismatch, range,
          "the factors of '" + law.spelling + "' cover " + std::to_string(at) +
              " of " + std::to_string(values[0].space.shape().back()) +
              " numbers");
    return std::nullopt;
  }
  return parts;
}

std::optional<Tensor> Elaborator::namedLogp(const Law &law,
                                            const std::vector<Tensor> &values,
                                            SourceRange range) {
  const ast::DefItem *def = law.callable->def;
  if (def->block)
    return declLogp(law, values, range);
  std::vector<Space> fields;
  bool lifted = false;
  for (const Tensor &value : values) {
    fields.push_back(value.space.withShape(value.valueShape()).embedded());
    lifted |= !value.labels.empty();
  }
  auto own = ownSpace(law);
  Space demand = own                  ? *own
                 : fields.size() == 1 ? fields[0]
                                      : Space::product({}, fields);
  // A law on fewer axes than the value has goes over the others.
  if (own && own->kind() != SpaceKind::Product && values.size() == 1)
    lifted |= values[0].rank() > own->shape().size();
  if (lifted)
    return declLogp(law, values, range);
  auto id = requireDist(*law.named, demand, range);
  if (!id)
    return std::nullopt;
  if (!requireDensity(*id, law.named->name, range))
    return std::nullopt;
  const typed::Dist &dist = program.dists[*id];
  std::vector<Space> want = dist.subject.kind() == SpaceKind::Product
                                ? dist.subject.fields()
                                : std::vector<Space>{dist.subject};
  if (want.size() != values.size()) {
    error(Code::SpaceMismatch, range,
          "'" + law.named->name + "' is a law on " + dist.subject.str());
    return std::nullopt;
  }
  std::vector<ValueId> operands;
  for (size_t i = 0; i != values.size(); ++i) {
    if (want[i].shape() != values[i].space.shape()) {
      error(Code::ShapeMismatch, range,
            "'" + law.named->name + "' is a law on " + dist.subject.str() +
                ", but the value has space " + values[i].space.str());
      return std::nullopt;
    }
    operands.push_back(values[i].id);
  }
  auto conditions = conditionOperands(law, *id, range);
  if (!conditions)
    return std::nullopt;
  operands.insert(operands.end(), conditions->begin(), conditions->end());
  Tensor t = appendLogp(*id, std::move(operands));
  for (const Tensor &value : values)
    t.deps.insert(t.deps.end(), value.deps.begin(), value.deps.end());
  return t;
}

std::optional<Tensor> Elaborator::declLogp(const Law &law,
                                           std::vector<Tensor> values,
                                           SourceRange range) {
  if (!law.callable || !ready(*law.callable, range))
    return std::nullopt;
  const ast::DefItem *def = law.callable->def;
  std::vector<BinderId> lift;
  if (values.size() == 1)
    lift = liftBinders(law, values[0].valueShape());
  if (!lift.empty())
    values[0] = relabel(values[0], lift);
  std::vector<Space> subject;
  for (const Tensor &value : values)
    subject.push_back(value.space.withShape(value.valueShape()));
  std::vector<BinderId> saved = active;
  active.insert(active.end(), lift.begin(), lift.end());
  Frame callee;
  std::optional<Tensor> result;
  ++depth;
  if (enterLaw(law, subject, lift, callee, range, &values)) {
    const ast::AssignStmt *member = memberOf(law, "logp");
    if (def->params)
      for (size_t i = 0; i != def->params->subject.size(); ++i)
        bind(callee.env, def->params->subject[i].name,
             Den::ofTensor(values[i]));
    if (member) {
      sharedLines(*def->block, callee);
      std::vector<std::string> names = memberArgs(*member);
      for (size_t i = 0; i != names.size() && i != values.size(); ++i)
        define(callee.env, names[i], Den::ofTensor(values[i]));
      result = tensorOf(memberExpr(*member->value, callee),
                        member->value->range, callee);
      if (result)
        result = toFloat(*result);
      if (result && result->rank() != 0) {
        error(Code::ShapeMismatch, member->value->range,
              "a log-density must be a scalar, but has space " +
                  result->space.withShape(result->valueShape()).str())
            .help("sum it: sum(...) or sum[i: D] ...");
        result.reset();
      }
    } else if (def->block) {
      if (!canDensity(law))
        noDensity(law.callable->name, range,
                  {def->name.range, "it has latent draws or no 'logp'"});
      else if (!generative(*def->block, callee, &result, lift))
        result.reset();
    } else if (def->body) {
      Den body = eval(*def->body, callee);
      if (LawPtr inner = lawOf(body, def->body->range, callee))
        result = logpOf(*inner, values, range);
    }
  }
  --depth;
  active = saved;
  if (!result)
    return std::nullopt;
  HereScope scope(here, range);
  return reduceLabels("sum", *result, lift, true);
}

std::optional<Tensor> Elaborator::memberValue(const Law &law,
                                              const std::string &name,
                                              const Tensor &value,
                                              SourceRange range) {
  if (law.form == Law::Form::Lifted || !law.callable) {
    unsupported(range, "'." + name + "' of this law");
    return std::nullopt;
  }
  const ast::AssignStmt *member = memberOf(law, name);
  if (!member) {
    error(Code::UnknownMember, range,
          "'" + law.callable->name + "' has no '" + name + "'")
        .label(law.callable->def->name.range, "declared here")
        .help("give it " + name + "(x) = ...");
    return std::nullopt;
  }
  Frame callee;
  std::optional<Tensor> result;
  ++depth;
  if (enterLaw(law, {value.space.withShape(value.valueShape())}, {}, callee,
               range)) {
    sharedLines(*law.callable->def->block, callee);
    for (const std::string &arg : memberArgs(*member))
      define(callee.env, arg, Den::ofTensor(value));
    result = tensorOf(memberExpr(*member->value, callee), member->value->range,
                      callee);
  }
  --depth;
  return result;
}

} // namespace rill::lang::elab
