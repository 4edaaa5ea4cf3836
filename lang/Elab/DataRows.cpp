//===- DataRows.cpp - Rows of data as a law's subject and conditions ------===//
//
// Which fields of a data set are the subject of a law and which its conditions,
// and the log-density of a row.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>

namespace rill::lang::elab {

/// The space of a subject whose law has these conditions, of data.
Space Elaborator::withoutConditions(const Space &data,
                                    const ast::Parameters &law) {
  if (data.kind() != SpaceKind::Product)
    return data;
  std::vector<std::string> names;
  std::vector<Space> fields;
  for (size_t f = 0; f != data.fields().size(); ++f) {
    const std::string &name = data.fieldNames()[f];
    bool condition = std::any_of(
        law.conditions.begin(), law.conditions.end(),
        [&](const ast::Parameter &c) { return c.name.text == name; });
    if (condition)
      continue;
    names.push_back(name);
    fields.push_back(data.fields()[f]);
  }
  return fields.size() == 1 ? fields[0] : Space::product(names, fields);
}

static std::vector<Space> fieldsOf(const Space &space) {
  return space.kind() == SpaceKind::Product ? space.fields()
                                            : std::vector<Space>{space};
}

/// Which field of `data` each subject field and condition of a law is: a
/// condition the field of its name, the subject what is left, by name or else
/// in order; without names all in order. `why`: what does not fit. With `part`
/// the law may be one on some of the fields, by the names of its own.
std::optional<typed::Rows> Elaborator::rowsOf(DistId id, DataId dataId,
                                              std::string *why, bool part) {
  const typed::Dist &dist = program.dists[id];
  const typed::Data &data = program.data[dataId];
  std::vector<Space> subject = fieldsOf(dist.subject),
                     fields = fieldsOf(data.space);
  std::vector<std::string> names(fields.size());
  if (data.space.kind() == SpaceKind::Product)
    names = data.space.fieldNames();
  bool named = std::any_of(names.begin(), names.end(),
                           [](const std::string &n) { return !n.empty(); });
  auto refuse = [&](const std::string &what) {
    if (why)
      *why = what;
    return std::nullopt;
  };
  typed::Rows rows;
  rows.data = dataId;
  rows.fields.assign(subject.size() + dist.conditions.size(), -1);
  bool byName = false;
  std::vector<int> left;
  for (size_t f = 0; f != fields.size(); ++f)
    left.push_back(static_cast<int>(f));
  auto takeNamed = [&](const std::string &name) {
    auto it = std::find_if(left.begin(), left.end(),
                           [&](int f) { return names[f] == name; });
    int field = it == left.end() ? -1 : *it;
    if (it != left.end())
      left.erase(it);
    return field;
  };
  if (named) {
    for (size_t k = 0; k != dist.conditions.size(); ++k)
      rows.fields[subject.size() + k] = takeNamed(dist.conditions[k].name);
    bool all = true;
    for (const std::string &name : dist.subjectNames)
      all &= std::find_if(left.begin(), left.end(), [&](int f) {
               return names[f] == name;
             }) != left.end();
    byName = all;
    for (size_t k = 0; all && k != subject.size(); ++k)
      rows.fields[k] = takeNamed(dist.subjectNames[k]);
    for (size_t k = 0; !all && k != subject.size() && !left.empty(); ++k) {
      rows.fields[k] = left.front();
      left.erase(left.begin());
    }
  } else {
    for (size_t k = 0; k != rows.fields.size() && !left.empty(); ++k) {
      rows.fields[k] = left.front();
      left.erase(left.begin());
    }
  }
  for (size_t k = 0; k != rows.fields.size(); ++k) {
    bool isSubject = k < subject.size();
    const typed::Condition *condition =
        isSubject ? nullptr : &dist.conditions[k - subject.size()];
    if (rows.fields[k] < 0) {
      if (condition && condition->hasDefault())
        continue;
      return refuse(
          condition ? "'" + dist.name + "' needs its condition '" +
                          condition->name + "', but the data have no such field"
                    : "'" + dist.name + "' is a law on " + dist.subject.str() +
                          ", but the data have too few fields");
    }
    const Space &have = fields[rows.fields[k]];
    const Space &want = isSubject ? subject[k] : condition->space;
    bool fits = accepts(want.withOptional(false), have.withOptional(false)) &&
                (want.isOptional() || !have.isOptional());
    if (isSubject || have.isOptional()) // classes embed in values only
      fits &= want.isFloat() == have.isFloat();
    if (want.kind() == SpaceKind::Product) // it has no field of its own
      fits = false;
    if (!fits)
      return refuse("'" + (isSubject ? dist.subjectNames[k] : condition->name) +
                    "' of '" + dist.name + "' is " + want.str() +
                    ", but the field of the data is " + have.str());
  }
  if (!left.empty() && !(part && byName))
    return refuse("the data have fields that are neither the subject of '" +
                  dist.name + "' nor a condition of it");
  return rows;
}

/// The log-density of a row of data, given the fields that are conditions.
std::optional<Tensor>
Elaborator::rowLogp(const std::shared_ptr<NamedDist> &model, DataId data,
                    const std::vector<Den> &fields, SourceRange range) {
  const ast::DefItem &def = *model->callable->def;
  if (!def.params || def.params->conditions.empty()) {
    Law law;
    law.form = Law::Form::Named;
    law.named = model;
    law.callable = model->callable;
    law.env = model->callable->env;
    law.spelling = model->name;
    std::vector<Tensor> values;
    for (const Den &field : fields) {
      if (!field.is(Den::Kind::Tensor)) {
        optionalError("'" + model->name + "' needs a value", field, range);
        return std::nullopt;
      }
      values.push_back(field.tensor);
    }
    return logpOf(law, values, range);
  }
  auto id = requireDist(*model, std::nullopt, range);
  if (!id)
    return std::nullopt;
  std::string why;
  auto rows = rowsOf(*id, data, &why);
  if (!rows) {
    error(Code::SpaceMismatch, range, why)
        .label(program.data[data].range,
               "the data have space " + program.data[data].space.str())
        .why("the density of a row is conditioned on its fields of the "
             "conditions' names");
    return std::nullopt;
  }
  const typed::Dist dist = program.dists[*id];
  if (!requireDensity(*id, model->name, range))
    return std::nullopt;
  std::vector<ValueId> operands;
  size_t subject = rows->fields.size() - dist.conditions.size();
  for (size_t k = 0; k != rows->fields.size(); ++k) {
    const typed::Condition *condition =
        k < subject ? nullptr : &dist.conditions[k - subject];
    Space space = condition ? condition->space : Space();
    Den value;
    if (rows->fields[k] >= 0)
      value = fields[rows->fields[k]];
    else
      value = condition->defaultsToNull
                  ? nullOf(space)
                  : Den::ofTensor(constant(*condition->defaultValue,
                                           space.withOptional(false)));
    if (!condition)
      space = value.tensor.space;
    if (condition && value.is(Den::Kind::Tensor) && space.isFloat())
      value.tensor = toFloat(value.tensor);
    if (space.isOptional() && !value.is(Den::Kind::Optional))
      value = Den::ofOptional(value, truth(true), space);
    if (!arraysOf(value, space, range, operands))
      return std::nullopt;
  }
  return appendLogp(*id, std::move(operands));
}

} // namespace rill::lang::elab
