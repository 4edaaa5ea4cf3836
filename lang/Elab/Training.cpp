//===- Training.cpp - train M on DATA { ... } -----------------------------===//
//
// The loss of a train block and its settings. Unknown settings and values out
// of range are errors; what training may change is named by instance path.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <cmath>

namespace rill::lang::elab {

static std::shared_ptr<NamedDist> namedOf(const Den *den) {
  return den && den->is(Den::Kind::Law) ? den->law->named : nullptr;
}

/// `train p on moons` determines the space of p.
void Elaborator::demandTraining(const ast::TrainItem &item) {
  const EnvPtr &env = moduleTable[""].env;
  const auto *on = item.on ? item.on->as<ast::NameExpr>() : nullptr;
  const Den *data = on ? find(on->name, env) : nullptr;
  if (!data || !data->is(Den::Kind::Data))
    return;
  for (const ast::Ident &name : item.names) {
    auto named = namedOf(find(name.text, env));
    if (!named || (named->callable->def->params &&
                   !named->callable->def->params->subject.empty()))
      continue;
    Space space = program.data[data->data].space;
    if (named->callable->def->params)
      space = withoutConditions(space, *named->callable->def->params);
    if (named->demanded && *named->demanded != space) {
      error(Code::SpaceUndetermined, name.range,
            "'" + name.text + "' is trained on " + space.str() +
                " here, but its space is " + named->demanded->str())
          .label(named->demandRange, "determined here")
          .help("use two dists, or declare the space");
      continue;
    }
    named->demanded = space;
    named->demandRange = item.on->range;
  }
}

/// The instance path that a name to train stands for, if it has parameters of
/// its own: a network or a flow, declared or bound by a top-level `let`.
std::optional<std::string> Elaborator::trainedPath(const ast::Ident &name,
                                                   Frame &frame) {
  Den den = evalName(ast::NameExpr{name.text}, name.range, frame);
  if (den.isError())
    return std::nullopt;
  bool instance = den.is(Den::Kind::Callable) &&
                  !(den.callable->def && den.callable->def->kind == "fn") &&
                  (den.callable->def || isFlow(den));
  if (!instance) {
    error(Code::NothingToTrain, name.range,
          "'" + name.text + "' is " + den.describe() +
              ", which has no parameters of its own")
        .why("training changes the parameters of the named instances that the "
             "loss reads")
        .help("name a dist, a network or a flow");
    return std::nullopt;
  }
  if (!ready(*den.callable, name.range))
    return std::nullopt;
  // A declaration and `let v = mlp[64]` have their path; the parts of a
  // composition are named below the `let`.
  bool own = den.callable->def && den.callable->instances;
  return own ? den.callable->instances->path : name.text;
}

/// The law that a training takes its rows from, on the model's space.
// By value: making a law may move the laws that the caller refers to.
std::optional<DistId> Elaborator::drawnFrom(const Law &law, Space space) {
  auto own = ownSpace(law);
  auto id = tryMakeDist(law, own ? own : std::optional(space), law.spelling,
                        law.range);
  if (!id)
    return std::nullopt;
  const Space &have = program.dists[*id].subject;
  if (have.embedded() != space.embedded()) {
    error(Code::SpaceMismatch, law.range,
          "'" + law.spelling + "' is a law on " + have.str() +
              ", the model one on " + space.str());
    return std::nullopt;
  }
  if (!requireSampler(*id, law.spelling, law.range))
    return std::nullopt;
  return id;
}

/// The rows of a step are those that the block trains on: a loss over others
/// would be fed the wrong ones.
bool Elaborator::trainingData(typed::Train &train, SourceRange range) {
  for (const typed::Expectation::Draw &draw : train.loss.expectation.draws) {
    if (!draw.data)
      continue;
    const std::string &name = program.data[*draw.data].name;
    if (!train.data)
      train.data = draw.data;
    if (draw.data != train.data) {
      error(Code::BadSetting, range,
            "the loss reads rows of '" + name + "', but the block trains on '" +
                program.data[*train.data].name + "'")
          .help("train on the data that the loss reads: train ... on " + name);
      return false;
    }
    if (draw.part != "train") {
      error(Code::BadSetting, range,
            "the loss reads '" + name + "." + draw.part +
                "', but training reads the training rows")
          .why("rows that are kept for validation or held out would be "
               "learned from")
          .help("draw from '" + name + "' or '" + name + ".train'");
      return false;
    }
  }
  return true;
}

/// Fields of a row in the order of a law's subject, where they have its names;
/// else as they are.
static std::vector<Den> inOrderOf(const ast::DefItem &law, const Space &row,
                                  const std::vector<Den> &fields) {
  if (!law.params || row.kind() != SpaceKind::Product ||
      law.params->subject.size() != fields.size())
    return fields;
  std::vector<Den> ordered;
  for (const ast::Parameter &wanted : law.params->subject)
    for (size_t f = 0; f != fields.size(); ++f)
      if (row.fieldNames()[f] == wanted.name.text)
        ordered.push_back(fields[f]);
  return ordered.size() == fields.size() ? ordered : fields;
}

std::optional<typed::Expectation>
Elaborator::nllLoss(const std::vector<std::shared_ptr<NamedDist>> &models,
                    const typed::Expectation::Draw &rows, SourceRange range) {
  typed::Expectation made;
  bool ok = true;
  made.body = memberRegion(
      "nll", {}, {}, {}, [&](typed::Region &region, std::vector<Tensor>) {
        HereScope scope(here, range);
        Space space = rows.data ? program.data[*rows.data].space
                                : program.dists[*rows.dist].subject;
        bool product = space.kind() == SpaceKind::Product;
        std::vector<Space> leaves =
            product ? space.fields() : std::vector<Space>{space};
        std::vector<Den> values;
        typed::Expectation::Draw draw = rows;
        for (size_t f = 0; f != leaves.size(); ++f) {
          std::string name = product ? space.fieldNames()[f] : "";
          values.push_back(
              argumentOf(leaves[f], name.empty() ? "x" : name, draw.values));
        }
        region.args = draw.values;
        made.draws.push_back(draw);
        std::optional<Tensor> total;
        for (const auto &model : models) {
          const ast::DefItem &def = *model->callable->def;
          if (!rows.data && def.params && !def.params->conditions.empty()) {
            unsupported(range, "a conditional dist trained on a law");
            ok = false;
            continue;
          }
          // Of a dist with conditions the data say which field is which.
          bool conditional = def.params && !def.params->conditions.empty();
          auto logp = rowLogp(
              model, rows.data.value_or(0),
              conditional ? values : inOrderOf(def, space, values), range);
          ok &= logp.has_value();
          if (logp)
            total = total ? binary("add", *total, *logp) : *logp;
        }
        if (ok && total)
          region.results = {unary("neg", *total).id};
      });
  return ok ? std::optional(std::move(made)) : std::nullopt;
}

std::optional<double> Elaborator::settingNumber(const ast::Setting &setting,
                                                Frame &frame, double least,
                                                bool whole) {
  if (setting.args.size() != 1) {
    error(Code::BadSetting, setting.range,
          "'" + setting.name.text + "' takes one number");
    return std::nullopt;
  }
  auto value = staticNumber(*setting.args[0].value, frame);
  if (!value)
    return std::nullopt;
  if (*value < least || (whole && std::floor(*value) != *value)) {
    char bound[32];
    std::snprintf(bound, sizeof bound, "%g", least);
    error(Code::BadSetting, setting.args[0].value->range,
          "'" + setting.name.text + "' must be a " + (whole ? "whole " : "") +
              "number of at least " + bound);
    return std::nullopt;
  }
  return value;
}

void Elaborator::optimizer(const ast::Setting &setting, typed::Train &train,
                           Frame &frame) {
  train.optimizer = setting.name.text;
  const std::vector<std::pair<std::string, double *>> known = {
      {"lr", &train.learningRate},
      {"beta1", &train.beta1},
      {"beta2", &train.beta2},
      {"eps", &train.epsilon},
      {"weight_decay", &train.weightDecay}};
  size_t next = 0;
  for (const ast::Arg &arg : setting.args) {
    double *slot = nullptr;
    if (!arg.name && next < known.size())
      slot = known[next++].second;
    for (const auto &[name, place] : known)
      if (arg.name && arg.name->text == name)
        slot = place;
    if (!slot) {
      Diagnostic &d = error(Code::UnknownSetting, arg.value->range,
                            "'" + setting.name.text + "' has no such option");
      d.help("known: lr, beta1, beta2, eps, weight_decay");
      continue;
    }
    auto value = staticNumber(*arg.value, frame);
    if (!value)
      continue;
    bool isBeta = slot == &train.beta1 || slot == &train.beta2;
    bool wrong = *value < 0 || (slot == &train.learningRate && *value == 0) ||
                 (slot == &train.epsilon && *value == 0) ||
                 (isBeta && *value >= 1);
    if (wrong)
      error(
          Code::BadSetting, arg.value->range,
          "'" + text(arg.value->range) + "' does not fit: " +
              (isBeta ? "a decay rate lies in [0, 1)" : "it must be positive"));
    *slot = *value;
  }
}

void Elaborator::trainSetting(const ast::Setting &setting, typed::Train &train,
                              Frame &frame) {
  const std::string &name = setting.name.text;
  if (name == "minimize" || name == "maximize")
    return;
  if (name == "adam" || name == "sgd")
    return optimizer(setting, train, frame);
  if (name == "batch" || name == "steps" || name == "every" ||
      name == "patience") {
    auto value = settingNumber(setting, frame, 1, true);
    int64_t &slot = name == "batch"   ? train.batch
                    : name == "steps" ? train.steps
                    : name == "every" ? train.every
                                      : train.patience;
    if (value)
      slot = static_cast<int64_t>(*value);
    return;
  }
  if (name == "clip") {
    if (auto value = settingNumber(setting, frame, 0, false))
      train.clip = *value;
    return;
  }
  if (name == "ema") {
    auto value = settingNumber(setting, frame, 0, false);
    if (value && *value >= 1)
      error(Code::BadSetting, setting.args[0].value->range,
            "'ema' lies in [0, 1)");
    else if (value)
      train.ema = *value;
    return;
  }
  if (name == "alternate" || name == "schedule") {
    unsupported(setting.range, "the setting '" + name + "'");
    return;
  }
  Diagnostic &d = error(Code::UnknownSetting, setting.name.range,
                        "unknown setting '" + name + "'");
  std::string close =
      didYouMean(name, {"minimize", "maximize", "adam", "sgd", "batch", "steps",
                        "clip", "ema", "every", "patience"});
  if (!close.empty())
    d.help("did you mean '" + close + "'?");
}

void Elaborator::notALoss(SourceRange range) {
  error(Code::BadSetting, range,
        "a loss is an expectation: E[x ~ data] ..., or nll")
      .help("loss L = E[x ~ DATA] -p.logp(x)");
}

bool Elaborator::lossOf(const ast::Setting &setting,
                        const std::vector<std::shared_ptr<NamedDist>> &models,
                        typed::Train &train, const Law *source, Frame &frame) {
  if (setting.args.size() != 1) {
    error(Code::BadSetting, setting.range,
          "'" + setting.name.text + "' takes one loss");
    return false;
  }
  const ast::Expr &expr = *setting.args[0].value;
  const auto *name = expr.as<ast::NameExpr>();
  train.loss.maximize = setting.name.text == "maximize";
  train.loss.name = text(expr.range);
  if (name && name->name == "nll" && !find("nll", frame.env)) {
    if (!train.data && !source) {
      error(Code::BadSetting, expr.range,
            "'nll' needs data: train p on DATA { ... }");
      return false;
    }
    if (models.empty()) {
      error(Code::BadSetting, expr.range,
            "'nll' is the loss of a dist, and none is trained here")
          .help("give the loss: loss L = E[x ~ DATA] ...");
      return false;
    }
    typed::Expectation::Draw rows;
    rows.data = train.data;
    rows.part = train.data ? "train" : "";
    if (!train.data) {
      rows.dist = drawnFrom(*source, program.dists[train.models[0]].subject);
      if (!rows.dist)
        return false;
    }
    auto made = nllLoss(models, rows, expr.range);
    if (made)
      train.loss.expectation = std::move(*made);
    return made.has_value();
  }
  size_t before = diag.all().size();
  auto objective = findExpectation(expr, frame);
  if (!objective) {
    if (diag.all().size() == before)
      notALoss(expr.range);
    return false;
  }
  auto made = expectation(*objective, true);
  if (made)
    train.loss.expectation = std::move(*made);
  return made && trainingData(train, expr.range);
}

void Elaborator::trainItem(const ast::TrainItem &item, SourceRange range) {
  HereScope scope(here, range);
  Frame frame = topFrame();
  if (item.by) {
    unsupported(item.by->range, "'train .. by'");
    return;
  }
  typed::Train train;
  train.range = range;
  LawPtr source;
  bool ok = true;
  if (item.on) {
    Den data = eval(*item.on, frame);
    if (data.is(Den::Kind::Data)) {
      train.data = data.data;
    } else if (data.is(Den::Kind::Law)) { // fresh draws at every step
      source = lawOf(data, item.on->range, frame);
    } else if (!data.isError()) {
      error(Code::BadSetting, item.on->range,
            "'" + text(item.on->range) + "' is " + data.describe() +
                ", not data");
    }
    ok &= train.data || source;
  }
  std::vector<std::shared_ptr<NamedDist>> models;
  for (const ast::Ident &name : item.names) {
    const Den *den = find(name.text, frame.env);
    auto named = namedOf(den);
    if (!den) {
      unknownName(name.text, name.range, frame.env);
      ok = false;
    } else if (!named) {
      auto path = trainedPath(name, frame);
      ok &= path.has_value();
      if (path)
        train.instances.push_back(*path);
    } else {
      models.push_back(named);
      train.instances.push_back(named->name);
      auto id = requireDist(*named, std::nullopt, name.range);
      ok &= id.has_value();
      if (id)
        train.models.push_back(*id);
    }
  }
  const ast::Setting *loss = nullptr;
  std::map<std::string, SourceRange> seen;
  for (const ast::Setting &setting : item.settings) {
    const std::string &name = setting.name.text;
    bool isLoss = name == "minimize" || name == "maximize";
    bool isOptimizer = name == "adam" || name == "sgd";
    auto [first, fresh] = seen.emplace(
        isOptimizer ? "the optimizer" : "'" + name + "'", setting.range);
    if (!fresh && !isLoss)
      error(Code::BadSetting, setting.range, first->first + " is given twice")
          .label(first->second, "first given here");
    trainSetting(setting, train, frame);
    if (setting.name.text == "minimize" || setting.name.text == "maximize") {
      if (loss)
        error(Code::BadSetting, setting.range,
              "a second loss in one train block");
      loss = &setting;
    }
  }
  if (!loss) {
    error(Code::BadSetting, range, "this train block has no loss")
        .help("add: minimize nll");
    return;
  }
  if (!ok || !lossOf(*loss, models, train, source.get(), frame))
    return;
  bool any = false;
  for (const typed::Param &param : program.params)
    for (const std::string &prefix : train.instances)
      any |= param.path == prefix || param.path.rfind(prefix + ".", 0) == 0;
  if (!any) {
    error(Code::NothingToTrain, item.names.front().range,
          "'" + item.names.front().text + "' has no parameter to train")
        .why("training changes the parameters of the named instances that the "
             "loss reads");
    return;
  }
  for (typed::DistId id : train.models)
    if (train.data && !program.dists[id].rows)
      program.dists[id].rows = rowsOf(id, *train.data, nullptr, /*part=*/true);
  program.trains.push_back(std::move(train));
}

} // namespace rill::lang::elab
