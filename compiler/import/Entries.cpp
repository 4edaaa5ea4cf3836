//===- Entries.cpp - Entry points of a program ----------------------------===//

#include "import/Entries.h"
#include "import/Locations.h"
#include "import/Regions.h"

#include "Flow/Transforms/Updates.h"
#include "Lane/IR/LaneBuilder.h"
#include "Prob/IR/ProbOps.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;

std::string rill::import::lossName(size_t train) {
  return "train" + std::to_string(train) + ".loss";
}
std::string rill::import::checkName(size_t check) {
  return "check" + std::to_string(check);
}
std::string rill::import::testCheckName(size_t test, size_t check) {
  return "test" + std::to_string(test) + "." + checkName(check);
}

std::string rill::import::drawName(const typed::Data &data) {
  return data.name + ".draw";
}

static bool isMembers(const typed::Dist &dist) {
  return dist.form == typed::Dist::Form::Members;
}

Offer rill::import::offerOf(const typed::Program &program, typed::DistId id,
                            ModuleOp model) {
  const typed::Dist &dist = program.dists[id];
  if (isMembers(dist))
    return {dist.logp.has_value(), dist.sample.has_value()};
  auto law = model.lookupSymbol<prob::DistOp>(distSymbol(program, id));
  bool oneWay = flow::isOneWay(law.getFlow());
  bool pull = dist.form == typed::Dist::Form::Pull;
  Offer offer = offerOf(program, dist.base, model);
  offer.latent = pull || !oneWay;
  offer.generate = !pull || !oneWay;
  offer.ownDraws |= oneWay && !pull && offer.logp;
  offer.logp &= offer.latent;
  offer.sample &= offer.generate;
  return offer;
}

static prob::Kind kindOfMixture(const typed::Program &program,
                                const typed::Mixture &mixture) {
  std::optional<prob::Kind> kind;
  for (const typed::Mixture::Part &part : mixture.parts) {
    prob::Kind own =
        part.dist ? kindOf(program, *part.dist) : prob::Kind::Exact;
    kind =
        kind ? prob::mixtureKind(*kind, own, /*responsibilities=*/false) : own;
  }
  return *kind;
}

prob::Kind rill::import::kindOf(const typed::Program &program,
                                typed::DistId id) {
  const typed::Dist &dist = program.dists[id];
  if (isMembers(dist) && !dist.logp)
    return prob::Kind::None;
  if (isMembers(dist)) {
    // What a member states is exact; mixtures in it have their components'.
    prob::Kind kind = prob::Kind::Exact;
    for (const typed::Mixture &mixture : dist.mixtures)
      kind = prob::productKind(kind, kindOfMixture(program, mixture),
                               /*independent=*/true);
    return kind;
  }
  return prob::productKind(prob::Kind::Exact, kindOf(program, dist.base),
                           /*independent=*/true);
}

static void addSolvers(const typed::Region &region, std::string &text) {
  for (const typed::Op &op : region.ops) {
    for (const typed::Region &inner : op.regions)
      addSolvers(inner, text);
    if (op.kind != typed::OpKind::Ode)
      continue;
    auto number = [&](const char *name) {
      std::string digits;
      llvm::raw_string_ostream(digits)
          << llvm::format("%g", std::get<double>(op.attrs.at(name)));
      return digits;
    };
    auto list = [&](const char *name) -> const std::vector<double> & {
      return std::get<std::vector<double>>(op.attrs.at(name));
    };
    bool adaptive = !list("error").empty();
    std::string fixed = llvm::formatv("{0} steps of {1} stages",
                                      std::get<int64_t>(op.attrs.at("steps")),
                                      list("b").size());
    std::string chosen = llvm::formatv("steps within rtol {0}, atol {1}",
                                       number("rtol"), number("atol"));
    std::string one = adaptive ? chosen : fixed;
    if (text.find(one) == std::string::npos)
      text += (text.empty() ? "" : " and ") + one;
  }
}

static void addStepControl(const typed::Region &region, StepControl &most) {
  for (const typed::Op &op : region.ops) {
    for (const typed::Region &inner : op.regions)
      addStepControl(inner, most);
    if (op.kind != typed::OpKind::Ode ||
        std::get<std::vector<double>>(op.attrs.at("error")).empty())
      continue;
    most.steps = std::max(most.steps, std::get<int64_t>(op.attrs.at("steps")));
    for (const char *name : {"rtol", "atol"})
      most.tolerance =
          std::max(most.tolerance, std::get<double>(op.attrs.at(name)));
  }
}

StepControl rill::import::stepControlOf(const typed::Program &program,
                                        typed::DistId id) {
  StepControl most;
  for (;; id = program.dists[id].base) {
    addStepControl(program.dists[id].flow, most);
    if (isMembers(program.dists[id]))
      return most;
  }
}

std::string rill::import::solversOf(const typed::Program &program,
                                    typed::DistId id) {
  std::string text;
  for (;; id = program.dists[id].base) {
    addSolvers(program.dists[id].flow, text);
    if (isMembers(program.dists[id]))
      return text;
  }
}

std::vector<lang::Space> rill::import::fieldsOf(const lang::Space &space) {
  if (space.kind() == lang::SpaceKind::Product)
    return space.fields();
  return {space};
}

std::vector<std::pair<std::string, lang::Space>>
rill::import::namedArrays(const std::string &name, const lang::Space &space) {
  std::vector<std::pair<std::string, lang::Space>> arrays;
  if (space.isOptional()) {
    arrays = namedArrays(name, space.withOptional(false));
    arrays.push_back({name + "?", lang::Space::make(lang::SpaceKind::Bool)});
  } else if (space.kind() == lang::SpaceKind::Product) {
    for (auto [field, of] : llvm::zip(space.fieldNames(), space.fields()))
      llvm::append_range(
          arrays, namedArrays(field.empty() ? name : name + "." + field, of));
  } else {
    arrays.push_back({name, space});
  }
  return arrays;
}

namespace {
/// Makes one entry function at the end of a module.
class EntryBuilder {
public:
  EntryBuilder(const typed::Program &program,
               const lang::SourceManager &sources, ModuleOp module)
      : program(program), sources(sources), module(module),
        b(module.getContext()) {}

  void addDist(const std::string &name, typed::DistId id);
  void addDrawnData(const typed::Data &data);
  void addLoss(size_t index);
  void addExpression(const std::string &name, const typed::Check &check);

private:
  struct Arg {
    std::string role;
    lane::TensorType type;
  };
  func::FuncOp begin(const std::string &name, ArrayRef<Arg> args,
                     lang::SourceRange range);
  void finish(func::FuncOp function, ValueRange results,
              ArrayRef<std::string> roles);
  lane::TensorType varying(const lang::Space &space) {
    return typeOf(space, false, b.getContext());
  }
  void addMember(const std::string &name, StringRef op, typed::DistId id,
                 ArrayRef<Arg> args, ArrayRef<Type> results,
                 ArrayRef<std::string> roles, bool alsoF64);
  SmallVector<Value> importExpectation(const typed::Expectation &expectation,
                                       func::FuncOp function,
                                       RegionImporter &importer);
  SmallVector<Arg> drawnArgs(const typed::Expectation &expectation);

  const typed::Program &program;
  const lang::SourceManager &sources;
  ModuleOp module;
  OpBuilder b;
};
} // namespace

func::FuncOp EntryBuilder::begin(const std::string &name, ArrayRef<Arg> args,
                                 lang::SourceRange range) {
  SmallVector<Type> types;
  for (const Arg &arg : args)
    types.push_back(arg.type);
  b.setInsertionPointToEnd(module.getBody());
  auto function =
      func::FuncOp::create(b, locationOf(range, sources, b.getContext()), name,
                           b.getFunctionType(types, {}));
  function->setAttr(entryAttr, b.getUnitAttr());
  for (auto [i, arg] : llvm::enumerate(args))
    function.setArgAttr(i, argAttr, b.getStringAttr(arg.role));
  b.setInsertionPointToStart(function.addEntryBlock());
  return function;
}

void EntryBuilder::finish(func::FuncOp function, ValueRange results,
                          ArrayRef<std::string> roles) {
  func::ReturnOp::create(b, function.getLoc(), results);
  function.setType(b.getFunctionType(function.getFunctionType().getInputs(),
                                     results.getTypes()));
  for (auto [i, role] : llvm::enumerate(roles))
    function.setResultAttr(i, resultAttr, b.getStringAttr(role));
}

void EntryBuilder::addMember(const std::string &name, StringRef op,
                             typed::DistId id, ArrayRef<Arg> args,
                             ArrayRef<Type> results,
                             ArrayRef<std::string> roles, bool alsoF64) {
  func::FuncOp function = begin(name, args, program.dists[id].range);
  if (alsoF64)
    function->setAttr(alsoF64Attr, b.getUnitAttr());
  OperationState state(function.getLoc(), op);
  state.addOperands(function.getArguments());
  state.addTypes(results);
  state.addAttribute(
      "dist", FlatSymbolRefAttr::get(b.getContext(), distSymbol(program, id)));
  finish(function, b.create(state)->getResults(), roles);
}

void EntryBuilder::addDist(const std::string &name, typed::DistId id) {
  const typed::Dist &dist = program.dists[id];
  SmallVector<Arg> subject, conditions;
  for (auto [k, field] : llvm::enumerate(fieldsOf(dist.subject)))
    subject.push_back(
        {"data:" + (k < dist.subjectNames.size() ? dist.subjectNames[k]
                                                 : "x" + std::to_string(k)),
         varying(field)});
  for (const typed::Condition &condition : dist.conditions)
    for (const auto &[array, space] :
         namedArrays(condition.name, condition.space))
      conditions.push_back({"condition:" + array, varying(space)});
  auto with = [&](ArrayRef<Arg> first) {
    SmallVector<Arg> args(first);
    llvm::append_range(args, conditions);
    return args;
  };
  auto scalar = lane::tensorOf({}, b.getF32Type());
  // `check` compares with double precision: density always, maps where a
  // check asks for them.
  auto asks = [&](const typed::Check &check) { return check.dist == id; };
  bool maps = llvm::any_of(program.checks, asks) ||
              llvm::any_of(program.tests, [&](const typed::Test &test) {
                return llvm::any_of(test.checks, asks);
              });
  Offer offer = offerOf(program, id, module);
  if (offer.logp)
    addMember(name + ".logp", "prob.logp", id, with(subject), {scalar},
              {"logp"}, /*alsoF64=*/true);
  if (offer.sample) {
    SmallVector<Type> types;
    SmallVector<std::string> roles;
    for (const Arg &arg : subject) {
      types.push_back(arg.type);
      roles.push_back("value");
    }
    addMember(name + ".sample", "prob.sample", id, conditions, types, roles,
              /*alsoF64=*/false);
  }
  if (isMembers(dist))
    return;
  const lang::Space &base = program.dists[dist.base].subject;
  if (offer.latent)
    addMember(name + ".latent", "prob.latent", id, with(subject),
              {varying(base), scalar}, {"value", "logdet"}, maps);
  if (offer.generate)
    addMember(name + ".generate", "prob.generate", id,
              with({{"latent:z", varying(base)}}), {subject[0].type, scalar},
              {"value", "logdet"}, maps);
}

SmallVector<EntryBuilder::Arg>
EntryBuilder::drawnArgs(const typed::Expectation &expectation) {
  SmallVector<Arg> args;
  for (const typed::Expectation::Draw &draw : expectation.draws)
    if (draw.data)
      for (typed::ValueId id : draw.values)
        args.push_back({"data:" + program.values[id].name,
                        varying(program.values[id].space)});
  return args;
}

/// Binds what is drawn (rows from arguments, laws by sampling) and emits the
/// body.
SmallVector<Value>
EntryBuilder::importExpectation(const typed::Expectation &expectation,
                                func::FuncOp function,
                                RegionImporter &importer) {
  unsigned next = 0;
  for (const typed::Expectation::Draw &draw : expectation.draws) {
    if (draw.data) {
      for (typed::ValueId id : draw.values)
        importer.bind(id, function.getArgument(next++));
      continue;
    }
    SmallVector<Type> types;
    for (typed::ValueId id : draw.values)
      types.push_back(varying(program.values[id].space));
    auto sample =
        prob::SampleOp::create(b, function.getLoc(), types,
                               distSymbol(program, *draw.dist), ValueRange{});
    for (auto [id, value] : llvm::zip(draw.values, sample.getResults()))
      importer.bind(id, value);
  }
  return importer.import(expectation.body);
}

/// One row per sample.
void EntryBuilder::addDrawnData(const typed::Data &data) {
  func::FuncOp function = begin(drawName(data), {}, data.range);
  RegionImporter importer(program, sources, b);
  SmallVector<Value> row = importer.import(*data.draw);
  lane::LaneBuilder at(b, function.getLoc());
  for (Value &value : row)
    value = at.withRate(value, false);
  finish(function, row, SmallVector<std::string>(row.size(), "value"));
}

void EntryBuilder::addLoss(size_t index) {
  const typed::Train &train = program.trains[index];
  func::FuncOp function =
      begin(lossName(index), drawnArgs(train.loss.expectation), train.range);
  function->setAttr(trainAttr, b.getI64IntegerAttr(index));
  RegionImporter importer(program, sources, b);
  Value value =
      importExpectation(train.loss.expectation, function, importer)[0];
  lane::LaneBuilder at(b, function.getLoc());
  if (!lane::isInvariant(value)) { // the mean over the batch
    value = at.withRate(value, true);
    Value count =
        lane::BatchSizeOp::create(b, function.getLoc(), lane::typeOf(value));
    value = at.div(value, count);
  }
  if (train.loss.maximize)
    value = at.neg(value);
  finish(function, value, {"loss"});
  bool gradientChecked =
      llvm::any_of(program.checks, [](const typed::Check &check) {
        return check.measure == "gradient";
      });
  if (gradientChecked)
    function->setAttr(alsoF64Attr, b.getUnitAttr());
}

void EntryBuilder::addExpression(const std::string &name,
                                 const typed::Check &check) {
  func::FuncOp function = begin(name, drawnArgs(check.left), check.range);
  RegionImporter importer(program, sources, b);
  Value value = importExpectation(check.left, function, importer)[0];
  lane::LaneBuilder at(b, function.getLoc());
  if (check.right) // what is compared is the difference
    value = at.sub(value, importer.import(check.right->body)[0]);
  if (!lane::typeOf(value).isFloat())
    value = lane::ConvertOp::create(
        b, function.getLoc(),
        lane::typeOf(value).withElementType(b.getF32Type()), value);
  value = at.withRate(value, false);
  finish(function, value, {"value"});
  function->setAttr(alsoF64Attr, b.getUnitAttr());
}

void rill::import::addEntries(const typed::Program &program,
                              const lang::SourceManager &sources,
                              ModuleOp module) {
  EntryBuilder entries(program, sources, module);
  for (const auto &[name, id] : program.named)
    entries.addDist(name, id);
  for (const typed::Data &data : program.data)
    if (data.draw)
      entries.addDrawnData(data);
  for (size_t k = 0; k < program.trains.size(); ++k)
    entries.addLoss(k);
  for (auto [k, check] : llvm::enumerate(program.checks))
    if (check.measure == "expression")
      entries.addExpression(checkName(k), check);
  for (auto [t, test] : llvm::enumerate(program.tests))
    for (auto [k, check] : llvm::enumerate(test.checks))
      if (check.measure == "expression")
        entries.addExpression(testCheckName(t, k), check);
}
