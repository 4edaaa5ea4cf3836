//===- TopLevel.cpp - Data, tests, main and the order of it all -----------===//
//
// Elaborates a program's file: data first, then what training says about the
// spaces of dists, then the items in order. Every named dist is elaborated,
// used or not, so that all errors are found.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <cmath>

namespace rill::lang::elab {

Frame Elaborator::topFrame() {
  Frame frame;
  frame.env = moduleTable[""].env;
  frame.instances = rootInstances;
  return frame;
}

void Elaborator::dataArgument(const ast::Arg &arg, typed::Data &data,
                              Frame &frame) {
  const std::string &name = arg.name->text;
  SourceRange range = arg.value->range;
  if (name == "columns") {
    Den den = eval(*arg.value, frame);
    std::vector<Den> items =
        den.is(Den::Kind::Text) ? std::vector<Den>{den} : den.items;
    for (const Den &item : items) {
      if (!item.is(Den::Kind::Text)) {
        error(Code::WrongArguments, range,
              "columns are texts: columns = (\"lat\", \"long\")");
        return;
      }
      data.columns.push_back(item.text);
    }
    return;
  }
  if (name == "hold" || name == "valid") {
    auto value = staticNumber(*arg.value, frame);
    if (value && (*value < 0 || *value >= 1)) {
      error(Code::BadSetting, range,
            "'" + name + "' is a part of the rows, from 0 % to below 100 %");
      return;
    }
    (name == "hold" ? data.hold : data.valid) = value.value_or(0);
    return;
  }
  if (name == "seed") {
    auto value = staticInt(*arg.value, frame);
    if (value && *value < 0)
      error(Code::BadSetting, range, "a seed is not negative");
    data.seed = static_cast<uint64_t>(value.value_or(1));
    return;
  }
  Diagnostic &d = error(Code::UnknownSetting, arg.name->range,
                        "data has no option '" + name + "'");
  std::string close = didYouMean(name, {"columns", "hold", "valid", "seed"});
  if (!close.empty())
    d.help("did you mean '" + close + "'?");
}

void Elaborator::dataItem(const ast::DataItem &item, Module &module,
                          SourceRange range) {
  HereScope scope(here, range);
  Frame frame = topFrame();
  typed::Data data;
  data.name = item.name.text;
  data.range = range;
  bind(module.env, item.name, Den::error(), false);
  if (const auto *drawn = item.value->as<ast::RepeatExpr>();
      drawn && drawn->kind == "draw")
    return drawnData(item, *drawn, std::move(data), module);
  const auto *call = item.value->as<ast::CallExpr>();
  const auto *reader = call ? call->callee->as<ast::NameExpr>() : nullptr;
  if (!reader || (reader->name != "csv" && reader->name != "npy")) {
    unsupported(item.value->range,
                "data that are not read by csv(...) or npy(...), nor drawn,");
    return;
  }
  data.format = reader->name;
  std::set<std::string> seen;
  for (const ast::Arg &arg : call->args) {
    std::string which = arg.name ? "'" + arg.name->text + "'" : "the file";
    if (!seen.insert(which).second) {
      error(Code::WrongArguments, arg.value->range, which + " is given twice");
      continue;
    }
    if (arg.name) {
      dataArgument(arg, data, frame);
      continue;
    }
    Den den = eval(*arg.value, frame);
    if (den.is(Den::Kind::Text))
      data.path = den.text;
    else if (!den.isError())
      error(Code::WrongArguments, arg.value->range,
            "'" + reader->name + "' takes a file name");
  }
  if (data.path.empty()) {
    error(Code::WrongArguments, item.value->range,
          "'" + reader->name + "' needs a file name");
    return;
  }
  if (data.hold + data.valid >= 1)
    error(Code::BadSetting, item.value->range,
          "'hold' and 'valid' leave no rows for training");
  int64_t columns = static_cast<int64_t>(data.columns.size());
  if (item.space)
    data.space = space(*item.space, frame);
  else if (columns)
    data.space = Space::real({columns});
  else
    error(Code::SpaceUndetermined, item.name.range,
          "the space of '" + data.name + "' is not known")
        .help("declare it: data " + data.name + ": Real[2] = ...");
  if (!data.space.isValid())
    return;
  int64_t numbers = 0;
  for (const Space &leaf : data.space.kind() == SpaceKind::Product
                               ? data.space.fields()
                               : std::vector<Space>{data.space})
    numbers += leaf.elements();
  if (columns && columns != numbers) {
    error(Code::ShapeMismatch, item.value->range,
          std::to_string(columns) + " columns for " + data.space.str() +
              ", which has " + std::to_string(numbers) + " numbers");
    return;
  }
  Den den;
  den.kind = Den::Kind::Data;
  den.data = static_cast<DataId>(program.data.size());
  program.data.push_back(std::move(data));
  module.env->names[item.name.text] = den;
}

/// A law that only checks know gets a name of its own, so that what runs them
/// finds it: `test0.p`, `test0.p#2`, `check3.p`.
void Elaborator::nameForChecks(DistId id, const std::string &place) {
  std::string base = place + "." + program.dists[id].name, name = base;
  int count = 1;
  for (size_t i = 0; i != program.named.size(); ++i) {
    if (program.named[i].second == id)
      return;
    if (program.named[i].first == name) {
      name = base + "#" + std::to_string(++count);
      i = size_t(-1); // from the start: the new name may be taken, too
    }
  }
  program.dists[id].name = name;
  program.named.push_back({name, id});
}

void Elaborator::testItem(const ast::TestItem &item, SourceRange range) {
  Frame frame = topFrame();
  frame.env = Env::inside(frame.env);
  auto instances = std::make_shared<Instances>();
  instances->path = "test" + std::to_string(program.tests.size());
  frame.instances = instances;
  typed::Test test;
  test.label = item.label;
  test.range = range;
  for (const ast::StmtPtr &stmt : item.block.stmts) {
    HereScope scope(here, stmt->range);
    if (const auto *checked = stmt->as<ast::CheckStmt>()) {
      if (auto made = check(*checked, frame, stmt->range))
        test.checks.push_back(std::move(*made));
      continue;
    }
    // Definitions are elaborated in the region of each check that uses them.
    const auto *let = stmt->as<ast::LetStmt>();
    if (let && !let->isView && !let->params) {
      if (let->space)
        letSpaces[let->value.get()] = let->space.get();
      Den thunk = Den::ofThunk(let->value.get(), frame.env);
      thunk.owner = instances;
      if (let->pattern.name) {
        thunk.text = let->pattern.name->text;
        frame.env = Env::inside(frame.env);
        bind(frame.env, *let->pattern.name, thunk);
        continue;
      }
      EnvPtr env = Env::inside(frame.env);
      bool simple = true;
      for (size_t i = 0; i != let->pattern.parts.size(); ++i) {
        const ast::Pattern &part = let->pattern.parts[i];
        simple &= part.name.has_value();
        if (!part.name)
          continue;
        Den item = thunk;
        item.text = "#" + std::to_string(i);
        item.number = static_cast<double>(i);
        item.truth = true; // one component of a tuple
        bind(env, *part.name, item);
      }
      if (!simple)
        unsupported(let->pattern.range, "a nested pattern in a test");
      frame.env = env;
      continue;
    }
    statement(*stmt, frame);
  }
  for (const typed::Check &made : test.checks)
    if (made.dist)
      nameForChecks(*made.dist, instances->path);
  program.tests.push_back(std::move(test));
}

void Elaborator::mainItem(const ast::MainItem &item) {
  const EnvPtr &env = moduleTable[""].env;
  for (const ast::Ident &name : item.names) {
    const Den *den = find(name.text, env);
    if (!den) {
      unknownName(name.text, name.range, env);
      continue;
    }
    if (den->isError())
      continue;
    if (!den->is(Den::Kind::Law) || !den->law->named) {
      unsupported(name.range, "'main' of something that is not a dist");
      continue;
    }
    auto id = requireDist(*den->law->named, std::nullopt, name.range);
    if (id && !program.main)
      program.main = id;
  }
}

/// Whether a dist that nobody uses can be elaborated by itself: a law with
/// conditions may leave spaces to its uses.
bool Elaborator::standsAlone(const Callable &callable) {
  const ast::DefItem &def = *callable.def;
  if (!def.params || def.params->conditions.empty())
    return true;
  if (def.params->subject.empty())
    return false;
  Frame frame; // not entered: it may be nobody's
  frame.env = callable.env;
  for (const auto *group : {&def.params->subject, &def.params->conditions})
    for (const ast::Parameter &param : *group)
      if (param.space && hasFreeName(*param.space, frame))
        return false;
  return true;
}

/// Names, data, and the spaces that training gives: what comes before any
/// declaration is elaborated.
void Elaborator::prepare() {
  regions.push_back(&scratch);
  paramValues.emplace_back();
  partPlaces.emplace_back();
  declareModules();
  auto own = moduleTable.find("");
  if (own == moduleTable.end())
    return;
  // Files first: they say what spaces the dists have that others draw from.
  for (bool drawn : {false, true}) {
    for (const ast::Item &item : own->second.file->items)
      if (const auto *data = item.as<ast::DataItem>();
          data && (data->value->as<ast::RepeatExpr>() != nullptr) == drawn)
        dataItem(*data, own->second, item.range);
    for (const ast::Item &item : own->second.file->items)
      if (const auto *train = item.as<ast::TrainItem>())
        demandTraining(*train);
  }
}

typed::Program Elaborator::run() {
  prepare();
  auto own = moduleTable.find("");
  if (own == moduleTable.end())
    return std::move(program);
  const ast::File &file = *own->second.file;
  for (const ast::Item &item : file.items) {
    HereScope scope(here, item.range);
    if (const auto *train = item.as<ast::TrainItem>())
      trainItem(*train, item.range);
    else if (const auto *test = item.as<ast::TestItem>(); test && tests)
      testItem(*test, item.range);
    else if (item.as<ast::EnvItem>())
      unsupported(item.range, "'env'");
  }
  Frame frame = topFrame();
  for (const ast::Item &item : file.items) {
    HereScope scope(here, item.range);
    if (const auto *main = item.as<ast::MainItem>()) {
      mainItem(*main);
      continue;
    }
    if (const auto *def = item.as<ast::DefItem>()) {
      if (!isCompiled(def->kind))
        unsupported(item.range, "'" + def->kind + "'");
      continue;
    }
    const auto *statement = item.as<ast::StmtItem>();
    if (!statement || (statement->stmt->as<ast::LetStmt>() &&
                       !statement->stmt->as<ast::LetStmt>()->isView))
      continue;
    if (const auto *checked = statement->stmt->as<ast::CheckStmt>()) {
      if (auto made = check(*checked, frame, item.range)) {
        if (made->dist)
          nameForChecks(*made->dist,
                        "check" + std::to_string(program.checks.size()));
        program.checks.push_back(std::move(*made));
      }
    } else {
      unsupported(item.range, "this statement at the top level");
    }
  }
  // What nobody used is elaborated by itself: its errors count, too.
  for (const auto &named : namedDists)
    if (standsAlone(*named->callable))
      requireDist(*named, std::nullopt, named->callable->def->name.range);
  for (const auto &[name, id] : program.named)
    for (DataId data = 0; data != program.data.size(); ++data)
      if (!program.dists[id].rows && !program.dists[id].conditions.empty())
        program.dists[id].rows = rowsOf(id, data);
  checkUnusedNames(file);
  return std::move(program);
}

} // namespace rill::lang::elab

namespace rill::lang {

typed::Program elaborate(const ModuleSet &modules,
                         const std::string &programName,
                         const SourceManager &sources, DiagnosticEngine &diag,
                         bool tests, const Judge &judge) {
  elab::Elaborator elaborator(modules, programName, sources, diag, tests);
  typed::Program program = elaborator.run();
  for (const ast::Item *item : elaborator.unused())
    elab::judgeAlone(*item, modules, sources, diag, judge);
  return program;
}

} // namespace rill::lang
