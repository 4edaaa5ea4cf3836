//===- Scope.cpp - Names, modules and their lookup ------------------------===//
//
// Fills one environment per module with its items, resolves `use`, and finds
// names. Definitions are not elaborated here: they are when they are used.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"
#include "Elab/Headers.h"

namespace rill::lang::elab {

Elaborator::Elaborator(const ModuleSet &modules, const std::string &name,
                       const SourceManager &sources, DiagnosticEngine &diag,
                       bool tests)
    : Places(sources, diag), modules(modules), tests(tests) {
  program.name = name;
  rootInstances = std::make_shared<Instances>();
}

Diagnostic &Emitter::error(Code code, SourceRange range, std::string message,
                           std::string under) {
  return diag.error(code, range.isValid() ? range : here, std::move(message),
                    std::move(under));
}

std::string Emitter::text(SourceRange range) const {
  return range.isValid() ? std::string(sources.text(range)) : "";
}

Den Emitter::unsupported(SourceRange range, const std::string &what) {
  error(Code::UnsupportedConstruct, range, what + " is not compiled yet")
      .why("the construct is part of the language, but this version of the "
           "compiler stops here");
  return Den::error();
}

void Elaborator::bind(const EnvPtr &env, const ast::Ident &name, Den den,
                      bool shadow) {
  auto previous = env->ranges.find(name.text);
  if (!shadow && previous != env->ranges.end()) {
    error(Code::Redefined, name.range, "'" + name.text + "' is defined twice")
        .label(previous->second, "first defined here")
        .help("give one of them another name");
    return;
  }
  den.name = nameReads.bound();
  env->names[name.text] = std::move(den);
  env->ranges[name.text] = name.range;
}

/// Binds a name that no source line declares; what it already names in this
/// environment stays the same binding.
void Elaborator::define(const EnvPtr &env, const std::string &name, Den den) {
  auto known = env->names.find(name);
  bool same = known != env->names.end() && known->second.name;
  den.name = same ? known->second.name : nameReads.bound();
  env->names[name] = std::move(den);
}

CallablePtr Elaborator::declaration(const ast::DefItem &def, SourceRange range,
                                    const EnvPtr &env) {
  auto callable = std::make_shared<Callable>();
  callable->name = def.name.text;
  callable->def = &def;
  callable->env = env;
  callable->range = range;
  auto instances = std::make_shared<Instances>();
  instances->path = def.name.text;
  callable->instances = instances;
  return callable;
}

void Elaborator::declareItem(Module &module, const ast::Item &item) {
  if (const auto *def = item.as<ast::DefItem>()) {
    checkHeader(*def, diag);
    CallablePtr callable = declaration(*def, item.range, module.env);
    if (def->kind != "dist") {
      bind(module.env, def->name, Den::ofCallable(callable), false);
      return;
    }
    auto law = std::make_shared<Law>();
    law->callable = callable;
    law->env = module.env;
    law->range = def->name.range;
    law->spelling = def->name.text;
    if (module.name.empty() && !def->hasStatics) {
      auto named = std::make_shared<NamedDist>();
      named->name = def->name.text;
      named->callable = callable;
      law->form = Law::Form::Named;
      law->named = named;
      namedDists.push_back(named);
    }
    bind(module.env, def->name, Den::ofLaw(law), false);
    return;
  }
  if (const auto *statement = item.as<ast::StmtItem>()) {
    const auto *let = statement->stmt->as<ast::LetStmt>();
    if (!let || let->isView)
      return;
    if (let->params && let->pattern.name) {
      auto callable = std::make_shared<Callable>();
      callable->form = Callable::Form::Local;
      callable->name = let->pattern.name->text;
      callable->params = &*let->params;
      callable->body = let->value.get();
      callable->env = module.env;
      bind(module.env, *let->pattern.name, Den::ofCallable(callable), false);
    } else if (let->pattern.name) {
      if (let->space)
        letSpaces[let->value.get()] = let->space.get();
      bind(module.env, *let->pattern.name,
           Den::ofThunk(let->value.get(), module.env), false);
    } else {
      unsupported(let->pattern.range, "a pattern in a top-level 'let'");
    }
  }
}

void Elaborator::declareModules() {
  builtins = Env::inside(nullptr);
  for (const std::string &name : builtinNames())
    builtins->names[name] = Den::ofBuiltin(name);
  for (const char *name : {"Real", "Positive", "Unit", "Bool", "Int"})
    builtins->names[name] = Den::ofSpace(
        Space::make(std::string(name) == "Real"       ? SpaceKind::Real
                    : std::string(name) == "Positive" ? SpaceKind::Positive
                    : std::string(name) == "Unit"     ? SpaceKind::Unit
                    : std::string(name) == "Bool"     ? SpaceKind::Bool
                                                      : SpaceKind::Int));
  builtins->names["pi"] = Den::ofNumber(3.14159265358979323846);
  builtins->names["inf"] =
      Den::ofNumber(std::numeric_limits<double>::infinity());

  EnvPtr prelude = Env::inside(builtins);
  for (const auto &[name, file] : modules.modules) {
    Module &module = moduleTable[name];
    module.name = name;
    module.file = &file;
    module.env = name == "std.prelude" ? prelude : Env::inside(prelude);
  }
  for (auto &[name, module] : moduleTable)
    for (const ast::Item &item : module.file->items)
      declareItem(module, item);
  // Uses come last, the prelude's first: what it uses is visible everywhere.
  if (auto it = moduleTable.find("std.prelude"); it != moduleTable.end())
    resolveUses(it->second);
  for (auto &[name, module] : moduleTable)
    if (name != "std.prelude")
      resolveUses(module);
}

void Elaborator::resolveUses(Module &module) {
  for (const ast::Item &item : module.file->items)
    if (const auto *use = item.as<ast::UseItem>())
      useItem(module, *use);
}

static std::string dotted(const std::vector<ast::Ident> &path, size_t count) {
  std::string name;
  for (size_t i = 0; i != count; ++i)
    name += (i ? "." : "") + path[i].text;
  return name;
}

void Elaborator::useItem(Module &module, const ast::UseItem &use) {
  std::vector<ast::Ident> names = use.names;
  std::string target = dotted(use.path, use.path.size());
  if (names.empty()) {
    if (auto it = moduleTable.find(target); it != moduleTable.end()) {
      Den whole = Den::ofTuple({});
      whole.text = target; // a module: members are looked up in its environment
      whole.env = it->second.env;
      bind(module.env, use.path.back(), whole);
      return;
    }
    names.push_back(use.path.back());
    target = dotted(use.path, use.path.size() - 1);
  }
  auto it = moduleTable.find(target);
  if (it == moduleTable.end())
    return; // reported while modules were loaded
  for (const ast::Ident &name : names) {
    const EnvPtr &from = it->second.env;
    auto found = from->names.find(name.text);
    if (found != from->names.end()) {
      if (module.env->ranges.count(name.text))
        error(Code::Redefined, name.range,
              "'" + name.text + "' is defined twice")
            .label(module.env->ranges[name.text], "also defined here");
      module.env->names[name.text] = found->second;
      continue;
    }
    module.env->names[name.text] = Den::error(); // reported by the loader
  }
}

const Den *Elaborator::find(const std::string &name, const EnvPtr &env) {
  return env->find(name);
}

std::vector<std::string> Elaborator::visibleNames(const EnvPtr &env) {
  std::vector<std::string> names;
  for (const Env *scope = env.get(); scope; scope = scope->outer.get())
    for (const auto &entry : scope->names)
      names.push_back(entry.first);
  return names;
}

Den Elaborator::unknownName(const std::string &name, SourceRange range,
                            const EnvPtr &env) {
  static const std::set<std::string> later = {"score_function", "sde", "jump",
                                              "scan",           "ema", "frozen",
                                              "geodesic",       "expm"};
  if (later.count(name))
    return unsupported(range, "'" + name + "'");
  Diagnostic &d =
      error(Code::UnknownName, range, "unknown name '" + name + "'");
  if (std::string module = stdlibModuleOf(name); !module.empty()) {
    d.help("'" + name + "' is in the library: use " + module + "." + name);
    return Den::error();
  }
  std::string close = didYouMean(name, visibleNames(env));
  if (!close.empty()) {
    d.help("did you mean '" + close + "'?");
    return Den::error();
  }
  for (const auto &[path, module] : moduleTable)
    if (!path.empty() && module.env->names.count(name)) {
      d.help("'" + name + "' is defined in " + path + ": use " + path + "." +
             name);
      break;
    }
  return Den::error();
}

Den Elaborator::force(const Den &den, Frame &frame) {
  if (!den.is(Den::Kind::Thunk))
    return den;
  if (++depth > 200) {
    --depth;
    error(Code::RecursiveDefinition, den.expr->range,
          "this definition needs itself");
    return Den::error();
  }
  forced.insert(den.expr);
  // An instance bound by a top-level `let` has its name, and so has the owner
  // of the instances inside of a law or a flow.
  Frame inner;
  inner.env = den.env;
  inner.instances =
      std::make_shared<Instances>(den.owner ? *den.owner : *rootInstances);
  inner.instances->counts.clear();
  if (den.expr->as<ast::IndexExpr>())
    inner.nameHint = den.text;
  else
    inner.instances->path += (inner.instances->path.empty() ? "" : ".") +
                             (den.truth ? "let" : den.text);
  Den value = eval(*den.expr, inner);
  if (auto it = letSpaces.find(den.expr); it != letSpaces.end())
    value = declaredAs(*it->second, std::move(value), den.expr->range, inner);
  --depth;
  if (den.parameter && !value.isError()) {
    Frame callee;
    callee.env = Env::inside(den.into);
    if (!bindParameter(*den.parameter, std::move(value), den.expr->range,
                       callee, den.text))
      return Den::error();
    return callee.env->names[den.parameter->name.text];
  }
  if (!den.truth || value.isError())
    return value;
  // One name of a tuple pattern.
  size_t index = static_cast<size_t>(den.number);
  if (value.is(Den::Kind::Tuple) && index < value.items.size())
    return value.items[index];
  error(Code::WrongArguments, den.expr->range,
        "a tuple is needed here, but this is " + value.describe());
  return Den::error();
}

} // namespace rill::lang::elab
