//===- Plan.cpp - The driver plan as JSON ---------------------------------===//
//
// docs/decisions/0003: what the runtime needs to know of a program. Signatures
// come from the lane functions, everything else from the typed program.
//
//===----------------------------------------------------------------------===//

#include "import/Entries.h"
#include "import/Import.h"
#include "import/Regions.h"

#include "Lane/IR/LaneOps.h"
#include "Lane/Transforms/Passes.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MD5.h"

using namespace mlir;
using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;
namespace json = llvm::json;
using lang::SpaceKind;

static json::Array arrayOf(ArrayRef<int64_t> values) {
  json::Array array;
  for (int64_t v : values)
    array.push_back(v);
  return array;
}

static json::Object fieldOf(const std::string &name, const lang::Space &space) {
  // A simplex has no scalar form.
  std::string kind = space.kind() == SpaceKind::Simplex
                         ? "Simplex"
                         : space.withShape({}).withOptional(false).str();
  kind = kind.substr(0, kind.find_first_of("[("));
  json::Object field{{"name", name},
                     {"kind", kind},
                     {"shape", arrayOf(space.shape())},
                     {"optional", space.isOptional()}};
  if (space.kind() == SpaceKind::Interval) {
    field["lo"] = space.lo();
    field["hi"] = space.hi();
  }
  if (space.kind() == SpaceKind::Fin)
    field["size"] = space.finSize();
  return field;
}

/// The conditions of a law, those that are products field by field, and what
/// they are where nothing is given.
static void addCondition(const std::string &name, const lang::Space &space,
                         const typed::Condition &condition,
                         json::Array &array) {
  if (space.kind() == SpaceKind::Product) {
    for (auto [field, of] : llvm::zip(space.fieldNames(), space.fields()))
      addCondition(field.empty() ? name : name + "." + field, of, condition,
                   array);
    return;
  }
  json::Object object = fieldOf(name, space);
  object["has_default"] = condition.hasDefault();
  object["default"] = condition.defaultValue
                          ? json::Value(*condition.defaultValue)
                          : json::Value(nullptr);
  array.push_back(std::move(object));
}

static json::Array conditionsJson(const typed::Dist &dist) {
  json::Array array;
  for (const typed::Condition &condition : dist.conditions)
    addCondition(condition.name, condition.space, condition, array);
  return array;
}

static json::Array fieldsJson(const lang::Space &space,
                              ArrayRef<std::string> names) {
  json::Array array;
  for (auto [k, field] : llvm::enumerate(fieldsOf(space)))
    array.push_back(fieldOf(k < names.size() ? names[k] : "x", field));
  return array;
}

/// Names the parameters and their shapes: a parameter file fits a program
/// exactly when these agree.
static std::string hashOf(const typed::Program &program) {
  llvm::MD5 md5;
  for (const typed::Param &param : program.params)
    md5.update(
        llvm::formatv("{0}:{1}:{2};", param.path,
                      llvm::make_range(param.stack.begin(), param.stack.end()),
                      param.space.str())
            .str());
  llvm::MD5::MD5Result result;
  md5.final(result);
  return std::string(result.digest());
}

static json::Array paramsJson(const typed::Program &program) {
  json::Array array;
  for (const typed::Param &param : program.params)
    array.push_back(json::Object{{"path", param.path},
                                 {"stack", arrayOf(param.stack)},
                                 {"shape", arrayOf(param.space.shape())},
                                 {"space", param.space.str()},
                                 {"chart", chartOf(param.space)}});
  return array;
}

static json::Array dataJson(const typed::Program &program) {
  json::Array array;
  for (const typed::Data &data : program.data) {
    json::Array columns;
    for (const std::string &column : data.columns)
      columns.push_back(column);
    std::vector<std::string> names{"x"};
    if (data.space.kind() == SpaceKind::Product)
      names = data.space.fieldNames();
    array.push_back(json::Object{{"name", data.name},
                                 {"format", data.format},
                                 {"path", data.path},
                                 {"kernel", data.draw ? drawName(data) : ""},
                                 {"rows", data.rows},
                                 {"columns", std::move(columns)},
                                 {"fields", fieldsJson(data.space, names)},
                                 {"hold", data.hold},
                                 {"valid", data.valid},
                                 {"seed", int64_t(data.seed)}});
  }
  return array;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Twice the multiply-adds of the contractions of one sample.
static double flopsOf(Block &block) {
  double flops = 0;
  llvm::SmallDenseSet<Value> points;
  for (Operation &op : block) {
    if (auto loop = dyn_cast<lane::LoopOp>(op)) {
      flops += double(loop.getCount()) * flopsOf(loop.getBlock());
      continue;
    }
    // The values of tangents at one point are computed once.
    if (auto jvp = dyn_cast<lane::JvpOp>(op)) {
      double body = flopsOf(jvp.getBlock());
      bool first = points.insert(ValueRange(jvp.getInputs())[0]).second;
      flops += first ? 2 * body : body;
      continue;
    }
    if (auto divergence = dyn_cast<lane::DivergenceOp>(op)) {
      double body = flopsOf(divergence.getBlock());
      auto products = lane::productsInClosedForm(divergence);
      flops += products ? body + 2 * double(*products)
                        : body * double(1 + divergence.getCount());
      continue;
    }
    auto contract = dyn_cast<lane::ContractOp>(op);
    if (!contract || (lane::isInvariant(contract.getX()) &&
                      lane::isInvariant(contract.getY())))
      continue;
    auto spec = *lane::ContractSpec::parse(contract.getSpec());
    double size = 1;
    llvm::SmallDenseSet<char> seen;
    auto count = [&](StringRef letters, ArrayRef<int64_t> shape) {
      for (auto [letter, extent] : llvm::zip(letters, shape))
        if (seen.insert(letter).second)
          size *= double(extent);
    };
    count(spec.x, lane::typeOf(contract.getX()).getShape());
    count(spec.y, lane::typeOf(contract.getY()).getShape());
    flops += 2 * size;
  }
  return flops;
}

static std::string elementName(lane::TensorType type, bool f64) {
  if (type.isFloat())
    return f64 ? "f64" : "f32";
  return type.isBool() ? "i1" : "i32";
}

static json::Object slotJson(StringRef attribute, Type type, bool f64) {
  auto tensor = cast<lane::TensorType>(type);
  auto [role, rest] = attribute.split(':');
  json::Object slot{{"role", role},
                    {"varying", !tensor.getInv()},
                    {"shape", arrayOf(tensor.getShape())},
                    {"type", elementName(tensor, f64)}};
  int64_t param;
  if ((role == "param" || role == "grad") && !rest.getAsInteger(10, param))
    slot["param"] = param;
  else if (!rest.empty())
    slot["name"] = rest;
  return slot;
}

static json::Object kernelJson(func::FuncOp function, bool f64,
                               StringRef suffix) {
  json::Array args, results;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    args.push_back(
        slotJson(cast<StringAttr>(function.getArgAttr(i, argAttr)).getValue(),
                 function.getArgumentTypes()[i], f64));
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    results.push_back(slotJson(
        cast<StringAttr>(function.getResultAttr(i, resultAttr)).getValue(),
        function.getResultTypes()[i], f64));
  return json::Object{{"name", (function.getName() + suffix).str()},
                      {"precision", f64 ? "f64" : "f32"},
                      {"args", std::move(args)},
                      {"results", std::move(results)},
                      {"flops", flopsOf(function.getBody().front())}};
}

static json::Array kernelsJson(ModuleOp lane, bool f64) {
  json::Array array;
  for (func::FuncOp function : lane.getOps<func::FuncOp>()) {
    array.push_back(kernelJson(function, f64, ""));
    if (!f64 && function->hasAttr(alsoF64Attr))
      array.push_back(kernelJson(function, true, "@f64"));
  }
  return array;
}

/// Parameters that a function takes, by its arguments.
static json::Array paramsTaken(func::FuncOp function, StringRef role,
                               bool results) {
  json::Array array;
  unsigned count =
      results ? function.getNumResults() : function.getNumArguments();
  for (unsigned i = 0; i < count; ++i) {
    auto attr = cast<StringAttr>(results ? function.getResultAttr(i, resultAttr)
                                         : function.getArgAttr(i, argAttr));
    StringRef text = attr.getValue();
    int64_t param;
    if (text.consume_front(role) && !text.getAsInteger(10, param))
      array.push_back(param);
  }
  return array;
}

//===----------------------------------------------------------------------===//
// Laws, trainings, checks
//===----------------------------------------------------------------------===//

static json::Array
distsJson(const typed::Program &program,
          const std::map<std::string, Directions> &directions, ModuleOp lane) {
  json::Array array;
  for (const auto &[name, id] : program.named) {
    const typed::Dist &dist = program.dists[id];
    auto kernel = [&, name = name](StringRef member) -> std::string {
      std::string full = name + "." + member.str();
      return lane.lookupSymbol(full) ? full : "";
    };
    prob::Kind kind = kindOf(program, id);
    auto found = directions.find(distSymbol(program, id));
    Directions ways = found == directions.end() ? Directions() : found->second;
    auto way = [](bool sequential) {
      return sequential ? "sequential" : "parallel";
    };
    std::string solvers = solversOf(program, id);
    StepControl control = stepControlOf(program, id);
    std::string why =
        dist.missing                ? dist.missing->what
        : kind != prob::Kind::Exact ? "a law on the way states no density"
        : kernel("logp").empty()
            ? "of its own draws only, a map on the way has no inverse"
        : !dist.mixtures.empty()
            ? "the densities of all components are exact, and are summed"
        : solvers.empty() ? "every map on the way has a closed form and so has "
                            "the base's density"
                          : "up to the solver's error (" + solvers +
                                "), with the exact divergence";
    json::Array params;
    for (StringRef member : {"logp", "sample"})
      if (auto function =
              lane.lookupSymbol<func::FuncOp>(name + "." + member.str());
          function && params.empty())
        params = paramsTaken(function, "param:", false);
    json::Value rows = nullptr;
    if (dist.rows) {
      json::Array fields;
      for (int field : dist.rows->fields)
        fields.push_back(field);
      rows = json::Object{{"data", program.data[dist.rows->data].name},
                          {"fields", std::move(fields)}};
    }
    json::Object law{
        {"name", name},
        {"fields", fieldsJson(dist.subject, dist.subjectNames)},
        {"conditions", conditionsJson(dist)},
        {"rows", std::move(rows)},
        {"kind", prob::kindName(kind)},
        {"why", why},
        {"params", std::move(params)},
        {"logp", kernel("logp")},
        {"sample", kernel("sample")},
        {"latent", kernel("latent")},
        {"generate", kernel("generate")},
        {"density_direction",
         kernel("logp").empty() ? "" : way(ways.sequentialDensity)},
        {"sampling_direction",
         kernel("sample").empty() ? "" : way(ways.sequentialSampling)},
        {"solver_steps", control.steps},
        {"solver_tolerance", control.tolerance}};
    if (dist.form != typed::Dist::Form::Members)
      law["base"] = fieldsJson(program.dists[dist.base].subject, {});
    array.push_back(std::move(law));
  }
  return array;
}

static bool readsRows(func::FuncOp init) {
  for (unsigned i = 0; i < init.getNumArguments(); ++i)
    if (!cast<StringAttr>(init.getArgAttr(i, argAttr))
             .getValue()
             .starts_with("param:"))
      return true;
  return false;
}

static json::Object trainJson(const typed::Train &train, size_t index,
                              const typed::Program &program, ModuleOp lane) {
  std::string name = "train" + std::to_string(index);
  json::Array models;
  for (typed::DistId id : train.models)
    models.push_back(program.dists[id].name);
  json::Array instances;
  for (const std::string &path : train.instances)
    instances.push_back(path);
  auto grad = lane.lookupSymbol<func::FuncOp>(name + ".grad");
  auto init = lane.lookupSymbol<func::FuncOp>(name + ".init");
  return json::Object{
      {"models", std::move(models)},
      {"instances", std::move(instances)},
      {"objective", train.loss.name},
      {"data", train.data ? program.data[*train.data].name : ""},
      {"loss", name + ".loss"},
      {"grad", name + ".grad"},
      {"init", init ? name + ".init" : std::string()},
      {"init_uses_data", init && readsRows(init)},
      {"require", lane.lookupSymbol(name + ".require") ? name + ".require"
                                                       : std::string()},
      {"params", paramsTaken(grad, "grad:", true)},
      {"optimizer", json::Object{{"kind", train.optimizer},
                                 {"lr", train.learningRate},
                                 {"beta1", train.beta1},
                                 {"beta2", train.beta2},
                                 {"eps", train.epsilon},
                                 {"weight_decay", train.weightDecay}}},
      {"clip", train.clip},
      {"ema", train.ema},
      {"batch", train.batch},
      {"steps", train.steps},
      {"every", train.every},
      {"patience", train.patience}};
}

/// For each element of the end, the ranges [begin, end) of what it may read.
static json::Array readsJson(ArrayRef<llvm::BitVector> reads) {
  json::Array rows;
  for (const llvm::BitVector &set : reads) {
    json::Array ranges;
    for (int next = set.find_first(); next >= 0; next = set.find_next(next)) {
      int end = next;
      while (end + 1 < int(set.size()) && set.test(end + 1))
        ++end;
      ranges.push_back(next);
      ranges.push_back(end + 1);
      next = end;
    }
    rows.push_back(std::move(ranges));
  }
  return rows;
}

/// The direction of a law's flow as it is written.
static std::string mapOf(const typed::Dist &dist) {
  return dist.name +
         (dist.form == typed::Dist::Form::Push ? ".generate" : ".latent");
}

static json::Object checkJson(const typed::Check &check,
                              const std::string &kernel,
                              const typed::Program &program,
                              const DependenceProofs &proofs) {
  json::Object object{
      {"label", check.label},
      {"measure", check.measure},
      {"dist", check.dist ? program.dists[*check.dist].name : ""},
      {"relation", check.relation},
      {"value", check.value},
      {"numeric", check.numeric},
      {"kernel", check.measure == "expression" ? json::Value(kernel)
                                               : json::Value(nullptr)}};
  if (auto proof = proofs.find(&check); proof != proofs.end()) {
    object["kernel"] = mapOf(program.dists[*check.dist]);
    object["reads"] = readsJson(proof->second);
  }
  object["within"] =
      check.within ? json::Value(*check.within) : json::Value(nullptr);
  json::Array box;
  for (double bound : check.box)
    box.push_back(bound);
  object["box"] = std::move(box);
  for (const typed::Expectation::Draw &draw : check.left.draws)
    if (draw.data) {
      object["data"] = program.data[*draw.data].name;
      object["part"] = draw.part.empty() ? "held" : draw.part;
    }
  if (check.measure == "expression" && !object.get("data"))
    object["draws"] = check.left.draws.empty() && !check.left.drawsInside
                          ? 1
                          : check.left.count.value_or(65536);
  return object;
}

std::string
rill::import::planJson(ModuleOp lane, const typed::Program &program,
                       const std::map<std::string, Directions> &directions,
                       const DependenceProofs &proofs, bool f64) {
  json::Array trains, checks, tests;
  for (auto [k, train] : llvm::enumerate(program.trains))
    trains.push_back(trainJson(train, k, program, lane));
  for (auto [k, check] : llvm::enumerate(program.checks))
    checks.push_back(checkJson(check, checkName(k), program, proofs));
  for (auto [t, test] : llvm::enumerate(program.tests)) {
    json::Array inner;
    for (auto [k, check] : llvm::enumerate(test.checks))
      inner.push_back(checkJson(check, testCheckName(t, k), program, proofs));
    tests.push_back(
        json::Object{{"label", test.label}, {"checks", std::move(inner)}});
  }
  json::Object plan{
      {"rill", 1},
      {"name", program.name},
      {"precision", f64 ? "f64" : "f32"},
      {"main", program.main ? program.dists[*program.main].name : ""},
      {"hash", hashOf(program)},
      {"params", paramsJson(program)},
      {"data", dataJson(program)},
      {"kernels", kernelsJson(lane, f64)},
      {"dists", distsJson(program, directions, lane)},
      {"trains", std::move(trains)},
      {"checks", std::move(checks)},
      {"tests", std::move(tests)}};
  if (lane.lookupSymbol("init"))
    plan["init"] = "init";
  return llvm::formatv("{0:2}", json::Value(std::move(plan))).str();
}
