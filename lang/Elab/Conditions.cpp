//===- Conditions.cpp - Conditions of laws --------------------------------===//
//
// What stands behind `given`: region arguments of a typed dist, one for each
// array of the condition's space, and the operands of a use of its members.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

namespace rill::lang::elab {

std::vector<typed::Condition> Elaborator::conditionsOf(const ast::DefItem &def,
                                                       Frame &frame) {
  std::vector<typed::Condition> conditions;
  if (!def.params)
    return conditions;
  for (const ast::Parameter &param : def.params->conditions) {
    typed::Condition condition;
    condition.name = param.name.text;
    condition.space = param.space ? space(*param.space, frame) : Space::real();
    if (!condition.space.isValid())
      continue;
    if (condition.space.isOptional() &&
        condition.space.kind() == SpaceKind::Product) {
      unsupported(param.space->range, "an optional product as a condition");
      continue;
    }
    if (param.defaultValue && param.defaultValue->as<ast::NullExpr>()) {
      condition.defaultsToNull = condition.space.isOptional();
      if (!condition.defaultsToNull)
        optionalError("'" + condition.name + "' of '" + def.name.text +
                          "' is " + condition.space.str(),
                      nullOf(condition.space), param.defaultValue->range);
    } else if (param.defaultValue) {
      condition.defaultValue = staticNumber(*param.defaultValue, frame);
      if (condition.defaultValue && condition.space.isFloat() &&
          !Bounds::point(*condition.defaultValue)
               .inside(condition.space.lo(), condition.space.hi()))
        error(Code::SpaceMismatch, param.defaultValue->range,
              "'" + condition.name + "' of '" + def.name.text + "' is " +
                  condition.space.str() + ", but its default is " +
                  text(param.defaultValue->range));
    }
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

/// Values of a space as arguments of a region, one for each of its arrays; or
/// those made before, taken from the front of `reused`.
Den Elaborator::argumentOf(const Space &space, const std::string &name,
                           std::vector<ValueId> &args,
                           std::vector<ValueId> *reused) {
  if (space.isOptional()) {
    Den value = argumentOf(space.withOptional(false), name, args, reused);
    Den present = argumentOf(Space::make(SpaceKind::Bool),
                             name.empty() ? "" : name + "?", args, reused);
    return Den::ofOptional(std::move(value), present.tensor, space);
  }
  if (space.kind() == SpaceKind::Product) {
    std::vector<Den> items;
    for (size_t i = 0; i != space.fields().size(); ++i) {
      const std::string &field = space.fieldNames()[i];
      items.push_back(argumentOf(space.fields()[i],
                                 field.empty() ? name : name + "." + field,
                                 args, reused));
    }
    Den den = Den::ofTuple(std::move(items));
    den.names = space.fieldNames();
    return den;
  }
  Tensor t;
  t.space = space;
  t.bounds = Bounds::of(space);
  if (reused) {
    t.id = reused->front();
    reused->erase(reused->begin());
    return Den::ofTensor(t);
  }
  t.id = newValue(space, name);
  args.push_back(t.id);
  return Den::ofTensor(t);
}

/// The arrays of a value that was fitted to `space`.
bool Elaborator::arraysOf(const Den &den, const Space &space, SourceRange range,
                          std::vector<ValueId> &arrays) {
  if (space.isOptional())
    return arraysOf(den.items[0], space.withOptional(false), range, arrays) &&
           arraysOf(den.items[1], Space::make(SpaceKind::Bool), range, arrays);
  if (space.kind() == SpaceKind::Product) {
    for (size_t i = 0; i != space.fields().size(); ++i)
      if (!arraysOf(den.items[i], space.fields()[i], range, arrays))
        return false;
    return true;
  }
  Tensor t =
      den.is(Den::Kind::Number) ? constant(den.number, space) : den.tensor;
  if (!t.labels.empty()) {
    unsupported(range, "a condition of a flow under an index");
    return false;
  }
  arrays.push_back(t.id);
  return true;
}

/// Binds the free names of a subject's space: D of `x: Real[D]`.
bool Elaborator::bindSubjectNames(const ast::Parameters &params,
                                  const Space &subject, Frame &frame,
                                  SourceRange range, const std::string &name) {
  std::vector<Space> fields = subject.kind() == SpaceKind::Product
                                  ? subject.fields()
                                  : std::vector<Space>{subject};
  if (params.subject.size() != fields.size())
    return true; // reported where values meet
  for (size_t i = 0; i != fields.size(); ++i)
    if (params.subject[i].space &&
        declaredRank(*params.subject[i].space) == fields[i].shape().size() &&
        !unify(*params.subject[i].space, fields[i], frame, range,
               "'" + params.subject[i].name.text + "' of '" + name + "'"))
      return false;
  return true;
}

/// Operands for the conditions of `dist`, from what the law is given.
std::optional<std::vector<ValueId>>
Elaborator::conditionOperands(const Law &law, DistId id, SourceRange range) {
  std::vector<ValueId> operands;
  std::vector<typed::Condition> conditions = program.dists[id].conditions;
  Frame callee = enter(*law.callable);
  const ast::DefItem &def = *law.callable->def;
  if (def.params && !bindSubjectNames(*def.params, program.dists[id].subject,
                                      callee, range, law.callable->name))
    return std::nullopt;
  if (!bindLawConditions(law, {}, callee, range))
    return std::nullopt;
  for (const typed::Condition &condition : conditions)
    if (!arraysOf(callee.env->names[condition.name], condition.space, range,
                  operands))
      return std::nullopt;
  return operands;
}

/// Names the conditions of a law whose body makes regions of its own: they are
/// elaborated in each region that uses them. `open`: those that are arguments
/// of the regions, where the law is the dist that is being made.
bool Elaborator::deferConditions(const Law &law,
                                 const std::vector<typed::Condition> &open,
                                 Frame &callee, SourceRange range) {
  const ast::DefItem &def = *law.callable->def;
  if (!def.params)
    return true;
  if (&def == conditionOwner && !law.args && !open.empty()) {
    for (const typed::Condition &condition : open) {
      Den later; // its value is an argument of each member region
      later.kind = Den::Kind::Condition;
      later.text = condition.name;
      define(callee.env, condition.name, later);
    }
    return true;
  }
  const std::vector<ast::Parameter> &params = def.params->conditions;
  auto given = conditionArguments(law, params);
  if (!given)
    return false;
  for (size_t i = 0; i != params.size(); ++i) {
    const ast::Expr *value =
        (*given)[i] ? (*given)[i]->value.get() : params[i].defaultValue.get();
    if (!value)
      return missingCondition(law, params[i], range);
    Den later = Den::ofThunk(value, (*given)[i] ? law.env : callee.env);
    later.owner = law.instances;
    later.text = law.callable->name;
    later.parameter = &params[i];
    later.into = callee.env;
    define(callee.env, params[i].name.text, later);
  }
  return true;
}

bool Elaborator::missingCondition(const Law &law, const ast::Parameter &param,
                                  SourceRange range) {
  Diagnostic &d = error(Code::WrongArguments, range,
                        "'" + law.callable->name + "' needs its condition '" +
                            param.name.text + "'")
                      .label(param.name.range, "declared here");
  if (law.named)
    d.help("give it behind the bar: " + law.callable->name + "(| " +
           param.name.text + ")");
  return false;
}

/// The argument for each condition, or null.
std::optional<std::vector<const ast::Arg *>>
Elaborator::conditionArguments(const Law &law,
                               const std::vector<ast::Parameter> &params) {
  std::vector<const ast::Arg *> given(params.size(), nullptr);
  size_t next = 0;
  if (!law.args)
    return given;
  for (const ast::Arg &arg : *law.args) {
    size_t index = next;
    if (arg.name)
      for (index = 0;
           index != params.size() && params[index].name.text != arg.name->text;)
        ++index;
    else
      ++next;
    if (index >= params.size()) {
      error(Code::WrongArguments, arg.value->range,
            arg.name ? "'" + law.callable->name + "' has no condition '" +
                           arg.name->text + "'"
                     : "'" + law.callable->name + "' takes " +
                           std::to_string(params.size()) +
                           (params.size() == 1 ? " condition" : " conditions"));
      return std::nullopt;
    }
    if (given[index]) {
      error(Code::WrongArguments, arg.value->range,
            "'" + params[index].name.text + "' of '" + law.callable->name +
                "' is given twice")
          .label(given[index]->value->range, "first given here");
      return std::nullopt;
    }
    given[index] = &arg;
  }
  return given;
}

} // namespace rill::lang::elab
