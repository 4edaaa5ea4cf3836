//===- Plan.cpp - The driver plan of a program ----------------------------===//

#include "Runtime/Plan.h"
#include "Runtime/Error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rill::rt {

using Json = nlohmann::json;

int64_t sizeOf(Type type) {
  return type == Type::F64 ? 8 : type == Type::Bool ? 1 : 4;
}

static int64_t product(const std::vector<int64_t> &shape) {
  int64_t n = 1;
  for (int64_t extent : shape)
    n *= extent;
  return n;
}

static std::string shapeText(const std::vector<int64_t> &shape) {
  return shape.empty() ? "" : fmt::format("[{}]", fmt::join(shape, ", "));
}

int64_t Field::width() const { return product(shape); }
int64_t ParamSpec::instances() const { return product(stack); }
int64_t ParamSpec::width() const { return product(shape); }
int64_t ArgSpec::width() const { return product(shape); }
int64_t ResultSpec::width() const { return product(shape); }

static const char *const spaceNames[] = {"Real", "Positive", "Unit", "Interval",
                                         "Fin",  "Bool",     "Int",  "Simplex"};

bool Field::continuous() const {
  return space != Space::Fin && space != Space::Bool && space != Space::Int;
}

double Field::anyValue() const {
  switch (space) {
  case Space::Positive:
    return 1;
  case Space::Unit:
    return 0.5;
  case Space::Interval:
    return (lo + hi) / 2;
  case Space::Simplex:
    return 1 / double(shape.back());
  default:
    return 0;
  }
}

std::string Field::text() const {
  std::string base = spaceNames[int(space)];
  if (space == Space::Interval)
    base += fmt::format("({}, {})", lo, hi);
  if (space == Space::Fin)
    base += fmt::format("[{}]", size);
  return base + shapeText(shape) + (optional ? "?" : "");
}

int64_t widthOf(const std::vector<Field> &fields) {
  int64_t width = 0;
  for (const Field &field : fields)
    width += field.width();
  return width;
}

std::string textOf(const std::vector<Field> &fields) {
  if (fields.size() == 1)
    return fields[0].text();
  std::string text;
  for (const Field &field : fields)
    text += (text.empty() ? "" : ", ") + field.name + ": " + field.text();
  return "(" + text + ")";
}

std::vector<Field> DistSpec::conditionFields() const {
  std::vector<Field> all;
  for (const Condition &condition : conditions)
    all.push_back(condition.field);
  return all;
}

std::vector<Field> DistSpec::inputs() const {
  std::vector<Field> all = fields, given = conditionFields();
  all.insert(all.end(), given.begin(), given.end());
  return all;
}

int KernelSpec::result(const std::string &role) const {
  for (size_t i = 0; i < results.size(); ++i)
    if (results[i].role == role)
      return int(i);
  return -1;
}

template <typename T>
static const T *findNamed(const std::vector<T> &list, const std::string &name) {
  for (const T &item : list)
    if (item.name == name)
      return &item;
  return nullptr;
}

const KernelSpec *Plan::findKernel(const std::string &n) const {
  return findNamed(kernels, n);
}
const DistSpec *Plan::findDist(const std::string &n) const {
  return findNamed(dists, n);
}
const DataSpec *Plan::findData(const std::string &n) const {
  return findNamed(data, n);
}

bool fits(const DistSpec &dist, const DataSpec &data) {
  if (!dist.data.empty() || !dist.conditions.empty())
    return dist.data == data.name;
  return widthOf(data.fields) == widthOf(dist.fields);
}

const DataSpec *Plan::dataOf(const DistSpec &dist) const {
  for (const TrainSpec &train : trains)
    if (std::count(train.models.begin(), train.models.end(), dist.name))
      if (const DataSpec *set = findData(train.data); set && fits(dist, *set))
        return set;
  for (const DataSpec &set : data)
    if (fits(dist, set))
      return &set;
  return nullptr;
}

/// The member, or `fallback` where it is absent or null.
template <typename T>
static T get(const Json &j, const char *key, T fallback = T()) {
  auto it = j.find(key);
  return it == j.end() || it->is_null() ? fallback : it->get<T>();
}

static Type parseType(const std::string &name) {
  if (name == "f32")
    return Type::F32;
  if (name == "f64")
    return Type::F64;
  if (name == "i32")
    return Type::I32;
  if (name == "i1")
    return Type::Bool;
  throw internalError("the plan has the unknown type '" + name + "'");
}

static std::vector<Field> parseFields(const Json &list) {
  std::vector<Field> fields;
  for (const Json &j : list) {
    Field field;
    field.name = get<std::string>(j, "name");
    std::string kind = get<std::string>(j, "kind");
    auto at = std::find(std::begin(spaceNames), std::end(spaceNames), kind);
    if (at == std::end(spaceNames))
      throw internalError("the plan has the unknown space '" + kind + "'");
    field.space = Space(at - std::begin(spaceNames));
    field.shape = get<std::vector<int64_t>>(j, "shape");
    field.lo = get<double>(j, "lo");
    field.hi = get<double>(j, "hi");
    field.size = get<int64_t>(j, "size");
    field.optional = get<bool>(j, "optional");
    fields.push_back(std::move(field));
  }
  return fields;
}

static ParamSpec parseParam(const Json &j) {
  return {get<std::string>(j, "path"), get<std::vector<int64_t>>(j, "stack"),
          get<std::vector<int64_t>>(j, "shape"), get<std::string>(j, "space"),
          get<std::string>(j, "chart", "identity")};
}

static DataSpec parseData(const Json &j) {
  DataSpec data;
  data.name = get<std::string>(j, "name");
  data.format = get<std::string>(j, "format");
  data.path = get<std::string>(j, "path");
  data.columns = get<std::vector<std::string>>(j, "columns");
  data.fields = parseFields(j.at("fields"));
  data.hold = get<double>(j, "hold");
  data.valid = get<double>(j, "valid");
  data.seed = get<uint64_t>(j, "seed", 1);
  data.kernel = get<std::string>(j, "kernel");
  data.rows = get<int64_t>(j, "rows");
  return data;
}

static KernelSpec parseKernel(const Json &j) {
  KernelSpec kernel;
  kernel.name = get<std::string>(j, "name");
  kernel.precision = get<std::string>(j, "precision", "f32");
  kernel.flops = get<double>(j, "flops");
  for (const Json &a : j.at("args"))
    kernel.args.push_back({get<std::string>(a, "role"),
                           get<std::string>(a, "name"),
                           get<int>(a, "param", -1), get<bool>(a, "varying"),
                           get<std::vector<int64_t>>(a, "shape"),
                           parseType(get<std::string>(a, "type"))});
  for (const Json &r : j.at("results"))
    kernel.results.push_back({get<std::string>(r, "role"),
                              get<std::string>(r, "name"),
                              get<int>(r, "param", -1), get<bool>(r, "varying"),
                              get<std::vector<int64_t>>(r, "shape"),
                              parseType(get<std::string>(r, "type"))});
  return kernel;
}

static DistSpec parseDist(const Json &j) {
  DistSpec dist;
  dist.name = get<std::string>(j, "name");
  dist.fields = parseFields(j.at("fields"));
  if (j.contains("base"))
    dist.base = parseFields(j.at("base"));
  if (auto it = j.find("conditions"); it != j.end())
    for (const Json &c : *it)
      dist.conditions.push_back({parseFields(Json::array({c})).front(),
                                 get<bool>(c, "has_default"),
                                 get<double>(c, "default", std::nan(""))});
  if (auto it = j.find("rows"); it != j.end() && !it->is_null()) {
    dist.data = get<std::string>(*it, "data");
    dist.dataFields = get<std::vector<int>>(*it, "fields");
  }
  dist.kind = get<std::string>(j, "kind", "none");
  dist.why = get<std::string>(j, "why");
  dist.params = get<std::vector<int>>(j, "params");
  dist.logp = get<std::string>(j, "logp");
  dist.sample = get<std::string>(j, "sample");
  dist.latent = get<std::string>(j, "latent");
  dist.generate = get<std::string>(j, "generate");
  dist.densityDirection = get<std::string>(j, "density_direction");
  dist.samplingDirection = get<std::string>(j, "sampling_direction");
  dist.solverSteps = get<int64_t>(j, "solver_steps");
  dist.solverTolerance = get<double>(j, "solver_tolerance");
  return dist;
}

static OptimizerSpec parseOptimizer(const Json &j) {
  OptimizerSpec o;
  o.kind = get<std::string>(j, "kind", o.kind);
  o.lr = get<double>(j, "lr", o.lr);
  o.beta1 = get<double>(j, "beta1", o.beta1);
  o.beta2 = get<double>(j, "beta2", o.beta2);
  o.eps = get<double>(j, "eps", o.eps);
  o.weightDecay = get<double>(j, "weight_decay");
  o.momentum = get<double>(j, "momentum");
  if (o.kind != "adam" && o.kind != "sgd")
    throw internalError("the plan has the unknown optimizer '" + o.kind + "'");
  return o;
}

static TrainSpec parseTrain(const Json &j) {
  TrainSpec train;
  train.models = get<std::vector<std::string>>(j, "models");
  train.instances = get<std::vector<std::string>>(j, "instances");
  train.objective = get<std::string>(j, "objective");
  train.data = get<std::string>(j, "data");
  train.loss = get<std::string>(j, "loss");
  train.grad = get<std::string>(j, "grad");
  train.init = get<std::string>(j, "init");
  train.require = get<std::string>(j, "require");
  train.initUsesData = get<bool>(j, "init_uses_data");
  train.params = get<std::vector<int>>(j, "params");
  train.optimizer = parseOptimizer(get<Json>(j, "optimizer", Json::object()));
  train.clip = get<double>(j, "clip");
  train.ema = get<double>(j, "ema");
  train.batch = get<int64_t>(j, "batch", train.batch);
  train.steps = get<int64_t>(j, "steps", train.steps);
  train.every = get<int64_t>(j, "every");
  train.patience = get<int64_t>(j, "patience");
  return train;
}

static CheckSpec parseCheck(const Json &j) {
  CheckSpec check;
  check.label = get<std::string>(j, "label");
  check.measure = get<std::string>(j, "measure");
  check.dist = get<std::string>(j, "dist");
  check.relation = get<std::string>(j, "relation");
  check.value = get<double>(j, "value");
  if (auto it = j.find("within"); it != j.end() && !it->is_null())
    check.within = it->get<double>();
  check.numeric = get<bool>(j, "numeric");
  std::vector<double> box = get<std::vector<double>>(j, "box");
  if (box.size() == 2) {
    check.boxLo = box[0];
    check.boxHi = box[1];
  }
  check.kernel = get<std::string>(j, "kernel");
  check.data = get<std::string>(j, "data");
  check.part = get<std::string>(j, "part");
  check.draws = get<int64_t>(j, "draws");
  check.range = get<std::string>(j, "range");
  check.reads = get<std::vector<std::vector<int64_t>>>(j, "reads");
  return check;
}

static void verify(const Plan &plan) {
  const int count = int(plan.params.size());
  auto param = [&](int p, const std::string &where) {
    if (p < 0 || p >= count)
      throw internalError(
          fmt::format("{} names parameter {} of {}", where, p, count));
  };
  auto kernel = [&](const std::string &name) {
    if (!name.empty() && !plan.findKernel(name))
      throw internalError("the plan names the missing kernel '" + name + "'");
  };
  for (const KernelSpec &k : plan.kernels) {
    for (const ArgSpec &a : k.args)
      if (a.role == "param")
        param(a.param, k.name);
    for (const ResultSpec &r : k.results)
      if (r.role == "grad" || r.role == "param")
        param(r.param, k.name);
  }
  for (const ParamSpec &p : plan.params)
    if (size_t(std::count(p.path.begin(), p.path.end(), '*')) != p.stack.size())
      throw internalError("parameter '" + p.path +
                          "' needs one * for each stacked axis");
  kernel(plan.init);
  for (const DataSpec &d : plan.data)
    kernel(d.kernel);
  for (const DistSpec &d : plan.dists)
    for (const std::string &name : {d.logp, d.sample, d.latent, d.generate})
      kernel(name);
  for (const DistSpec &d : plan.dists)
    if (!d.data.empty() &&
        (!plan.findData(d.data) ||
         d.dataFields.size() != d.fields.size() + d.conditions.size()))
      throw internalError("the rows of '" + d.name + "' do not fit its data");
  for (const TrainSpec &t : plan.trains) {
    for (const std::string &name : {t.loss, t.grad, t.init, t.require})
      kernel(name);
    for (int p : t.params)
      param(p, "train");
    if (!t.data.empty() && !plan.findData(t.data))
      throw internalError("train names the missing data '" + t.data + "'");
  }
}

static Plan parse(const Json &j) {
  Plan plan;
  if (get<int>(j, "rill") != 1)
    throw internalError("the plan is of another version");
  plan.name = get<std::string>(j, "name");
  plan.precision = get<std::string>(j, "precision", "f32");
  plan.main = get<std::string>(j, "main");
  plan.hash = get<std::string>(j, "hash");
  plan.init = get<std::string>(j, "init");
  auto each = [&](const char *key, auto &list, auto parseOne) {
    if (auto it = j.find(key); it != j.end())
      for (const Json &item : *it)
        list.push_back(parseOne(item));
  };
  each("params", plan.params, parseParam);
  each("data", plan.data, parseData);
  each("kernels", plan.kernels, parseKernel);
  each("dists", plan.dists, parseDist);
  each("trains", plan.trains, parseTrain);
  each("checks", plan.checks, parseCheck);
  each("tests", plan.tests, [](const Json &t) {
    TestSpec test{get<std::string>(t, "label"), {}};
    for (const Json &check : t.at("checks"))
      test.checks.push_back(parseCheck(check));
    return test;
  });
  verify(plan);
  return plan;
}

Plan parsePlan(const char *json) {
  try {
    return parse(Json::parse(json));
  } catch (const Json::exception &e) {
    throw internalError(std::string("the plan cannot be read: ") + e.what());
  }
}

} // namespace rill::rt
