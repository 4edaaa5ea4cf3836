//===- Instances.cpp - Instances and their parameters ---------------------===//
//
// Brackets make an instance with a path; parameters are named by it. Initial
// values are regions of their own, with draws keyed by the parameter's path
// and the steps of the enclosing repeats, and `first(e)` over the first batch.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <cmath>
#include <utility>

namespace rill::lang::elab {

static std::string join(const std::string &path, const std::string &name) {
  return path.empty() ? name : path + "." + name;
}

static bool isVariadic(const ast::DefItem *def) {
  for (const ast::Static &item : def->statics)
    if (item.variadic)
      return true;
  return false;
}

/// A new instance named `name` (with #2, #3, ... when taken) under `frame`'s.
InstancesPtr Elaborator::child(Frame &frame, const std::string &name,
                               const ast::DefItem *def) {
  Instances &owner = *frame.instances;
  std::string own = name;
  if (owner.numberedFor && frame.nameHint.empty()) {
    own = std::to_string(owner.counts[""]++);
  } else {
    int count = ++owner.counts[name];
    if (count > 1)
      own += "#" + std::to_string(count);
  }
  auto made = std::make_shared<Instances>();
  made->path = join(owner.path, own);
  made->stack = owner.stack;
  made->steps = owner.steps;
  if (def && def->kind == "net" && isVariadic(def))
    made->numberedFor = def;
  return made;
}

CallablePtr Elaborator::makeInstance(const Callable &callable,
                                     const std::vector<ast::Slot> &slots,
                                     Frame &frame, SourceRange range) {
  auto made = std::make_shared<Callable>(callable);
  const std::vector<ast::Static> *statics = staticsOf(callable);
  if (callable.made || !statics) {
    error(Code::WrongArguments, range,
          callable.made
              ? "this is an instance already"
              : "'" + callable.name + "' is declared without brackets",
          "brackets make an instance")
        .help("use it by name: " +
              (callable.name.empty() ? "f" : callable.name));
    return nullptr;
  }
  std::string hint = frame.nameHint;
  frame.nameHint.clear(); // arguments in the brackets are not what it names
  bool ok = bindStatics(*made, *statics, slots, frame, range);
  frame.nameHint = hint;
  if (!ok)
    return nullptr;
  made->made = true;
  made->range = range;
  if (callable.def && callable.def->kind == "fn")
    return made;
  if (callable.def && frame.instances->numberedFor == callable.def) {
    made->continues = true;
    made->instances = frame.instances;
    return made;
  }
  made->instances =
      child(frame, hint.empty() ? callable.name : hint, callable.def);
  return made;
}

Den Elaborator::paramStmt(const ast::ParamStmt &stmt, Frame &frame,
                          SourceRange range) {
  HereScope scope(here, range);
  static const std::set<std::string> inlined = {"fn", "loss"};
  if (frame.def && inlined.count(frame.def->kind)) {
    error(Code::MissingInstance, range,
          "'param' in the " + frame.def->kind + " '" + frame.def->name.text +
              "', which makes no instances")
        .why("it is inlined where it is used: its parameters would have no "
             "owner")
        .help("declare a net: net " + frame.def->name.text + "[](...) { ... }");
    bind(frame.env, stmt.name, Den::error());
    return Den::error();
  }
  Space declared = space(*stmt.space, frame);
  if (!declared.isValid()) {
    bind(frame.env, stmt.name, Den::error());
    return Den::error();
  }
  if (!declared.isFloat() || declared.isOptional()) {
    error(Code::SpaceMismatch, stmt.space->range,
          "a parameter needs a continuous space, not " + declared.str());
    bind(frame.env, stmt.name, Den::error());
    return Den::error();
  }
  std::string path = join(frame.instances->path, stmt.name.text);
  auto [it, fresh] = paramIds.emplace(path, program.params.size());
  ParamId id = it->second;
  if (fresh)
    program.params.push_back({path, frame.instances->stack, declared, range});
  if (!fresh && program.params[id].space != declared) {
    error(Code::ShapeMismatch, range,
          "the parameter '" + path + "' is " + program.params[id].space.str() +
              " in one use of its instance and " + declared.str() +
              " in another")
        .why("a name shares one instance, with one set of parameters")
        .help("make a second instance with brackets");
    bind(frame.env, stmt.name, Den::error());
    return Den::error();
  }
  if (frame.env->ranges.count(stmt.name.text)) {
    bind(frame.env, stmt.name, Den::error(), false);
    return Den::error();
  }
  for (const auto &known : paramValues)
    if (auto at = known.find(id); at != known.end()) {
      bind(frame.env, stmt.name, Den::ofTensor(at->second));
      return Den::ofTensor(at->second);
    }
  typed::Op op;
  op.kind = typed::OpKind::Param;
  op.index = id;
  op.regions.push_back(initRegion(stmt, declared, frame));
  Tensor t;
  t.space = declared;
  t.bounds = Bounds::of(declared);
  t.trained = true;
  t.id = newValue(declared, stmt.name.text);
  op.results.push_back(t.id);
  append(std::move(op));
  paramValues.back()[id] = t;
  bind(frame.env, stmt.name, Den::ofTensor(t));
  return Den::ofTensor(t);
}

typed::Region Elaborator::initRegion(const ast::ParamStmt &stmt,
                                     const Space &declared, Frame &frame) {
  std::string path = join(frame.instances->path, stmt.name.text);
  std::string savedPath = std::exchange(sitePath, path + "=");
  unsigned savedSites = std::exchange(sites, 0);
  bool savedPer = std::exchange(perSample, false),
       savedInit = std::exchange(inInit, true);
  std::vector<ValueId> savedSteps =
      std::exchange(drawSteps, frame.instances->steps);
  std::vector<BinderId> savedActive = std::exchange(active, {});
  typed::Region region = regionOf([&](typed::Region &r) {
    Tensor t = initValue(stmt.init.get(), declared, frame, path);
    r.results.push_back(t.id);
  });
  active = savedActive;
  drawSteps = savedSteps;
  inInit = savedInit;
  perSample = savedPer;
  sites = savedSites;
  sitePath = savedPath;
  return region;
}

static std::vector<double> identity(const std::vector<int64_t> &shape) {
  int64_t n = shape.back(), count = 1;
  for (int64_t extent : shape)
    count *= extent;
  std::vector<double> elements(count, 0);
  for (int64_t i = 0; i != count; ++i)
    elements[i] = (i % (n * n)) / n == i % n;
  return elements;
}

/// The value that a parameter starts from when nothing is said.
static double defaultInit(const Space &space) {
  switch (space.kind()) {
  case SpaceKind::Positive:
    return 1;
  case SpaceKind::Unit:
    return 0.5;
  case SpaceKind::Interval:
    return (space.lo() + space.hi()) / 2;
  case SpaceKind::Simplex:
    return 1.0 / static_cast<double>(space.shape().back());
  default:
    return 0;
  }
}

Tensor Elaborator::initValue(const ast::Expr *init, const Space &declared,
                             Frame &frame, const std::string &path) {
  Space raw = Space::real(declared.shape());
  auto fallback = [&] {
    return declared.isMatrixSpace()
               ? denseConstant(identity(declared.shape()), raw)
               : constant(defaultInit(declared), raw);
  };
  if (!init)
    return fallback();
  const auto *call = init->as<ast::CallExpr>();
  const auto *name = (call ? call->callee.get() : init)->as<ast::NameExpr>();
  const Den *found = name ? find(name->name, frame.env) : nullptr;
  static const std::set<std::string> inits = {"glorot", "normal", "uniform",
                                              "zeros"};
  if (found && found->is(Den::Kind::Builtin) && inits.count(found->text)) {
    std::vector<double> args;
    for (size_t i = 0; call && i != call->args.size(); ++i)
      args.push_back(staticNumber(*call->args[i].value, frame).value_or(0));
    auto drawn = initDraw(found->text, declared, args, init->range);
    return drawn ? *drawn : fallback();
  }
  auto value = floatTensor(*init, frame);
  if (!value)
    return fallback();
  HereScope scope(here, init->range);
  if (value->rank() != 0 && value->valueShape() != declared.shape()) {
    error(Code::ShapeMismatch, init->range,
          "the parameter is " + declared.str() +
              ", its initial value has space " + value->space.str(),
          "shape does not fit");
    return fallback();
  }
  const Bounds &b = value->bounds;
  if (b.lo == b.hi && !b.loOpen && !declared.isMatrixSpace() &&
      declared.kind() != SpaceKind::Simplex &&
      !b.inside(declared.lo(), declared.hi()))
    error(Code::SpaceMismatch, init->range,
          "the parameter is " + declared.str() +
              ", its initial value lies outside");
  if (declared.kind() == SpaceKind::Simplex) {
    std::vector<double> weights;
    if (const auto *list = init->as<ast::ListExpr>()) {
      for (const ast::ExprPtr &item : list->items)
        if (const auto *number = item->as<ast::NumberExpr>())
          weights.push_back(number->value);
        else if (item->as<ast::UnaryExpr>())
          weights.push_back(staticNumber(*item, frame).value_or(0));
    } else if (value->rank() == 0 && b.lo == b.hi && !b.loOpen) {
      weights.assign(size_t(declared.shape().back()), b.lo);
    }
    double sum = 0;
    bool positive = true;
    for (double w : weights) {
      sum += w;
      positive &= w > 0;
    }
    // Decimal fractions are rounded.
    if (int64_t(weights.size()) == declared.shape().back() &&
        !(positive && std::fabs(sum - 1) <= 1e-12))
      error(Code::SpaceMismatch, init->range,
            "the parameter is " + declared.str() +
                ", its initial value lies outside")
          .why("elements of a simplex are positive and have the sum 1");
  }
  return spreadTo(*value, {}, declared.shape());
}

/// A uniformly random permutation matrix: the ranks of independent draws.
Tensor Elaborator::randomPermutation(const std::vector<int64_t> &shape) {
  int64_t n = shape.back();
  Tensor u = draw("uniform", {n}, false);
  Tensor rows = emit("spread", {u}, u.space.withShape({n, n}),
                     {{"dims", std::vector<int64_t>{0}}});
  Tensor columns = emit("spread", {u}, u.space.withShape({n, n}),
                        {{"dims", std::vector<int64_t>{1}}});
  Tensor rank = reduce("sum", toFloat(compare("lt", columns, rows)), {1});
  Tensor ranks = emit("spread", {rank}, Space::real({n, n}),
                      {{"dims", std::vector<int64_t>{0}}});
  std::vector<double> index;
  for (int64_t i = 0; i != n * n; ++i)
    index.push_back(static_cast<double>(i % n));
  return toFloat(
      compare("eq", ranks, denseConstant(index, Space::real({n, n}))));
}

std::optional<Tensor> Elaborator::initDraw(const std::string &how,
                                           const Space &declared,
                                           const std::vector<double> &args,
                                           SourceRange range) {
  HereScope scope(here, range);
  const std::vector<int64_t> &shape = declared.shape();
  size_t wanted = how == "normal" ? 1 : how == "uniform" ? 2 : 0;
  if (args.size() != wanted && !(how == "normal" && args.empty())) {
    error(Code::WrongArguments, range,
          "'" + how + "' takes " + std::to_string(wanted) + " arguments");
    return std::nullopt;
  }
  // What may be drawn must lie in the parameter's space.
  Bounds reach = how == "normal"    ? Bounds::all()
                 : how == "zeros"   ? Bounds::point(0)
                 : how == "uniform" ? Bounds::open(args[0], args[1])
                                    : Bounds::open(-1, 1);
  if (declared.kind() != SpaceKind::Real && !declared.isMatrixSpace() &&
      (declared.kind() == SpaceKind::Simplex ||
       !reach.inside(declared.lo(), declared.hi()))) {
    error(Code::SpaceMismatch, range,
          "the parameter is " + declared.str() + ", but '" + how +
              "' draws values outside of it")
        .help("start it from a number, or from uniform(a, b) inside of its "
              "space");
    return std::nullopt;
  }
  if (how == "zeros")
    return constant(0, Space::real(shape));
  if (declared.kind() == SpaceKind::Permutation)
    return randomPermutation(shape);
  if (how == "normal")
    return binaryScalar("mul", draw("normal", shape, false),
                        args.empty() ? 1 : args[0]);
  double lo, hi;
  if (how == "uniform") {
    lo = args[0], hi = args[1];
  } else {
    // Glorot and Bengio 2010: variance 2 / (fan in + fan out).
    double in = shape.empty() ? 1 : static_cast<double>(shape.back());
    double out =
        shape.size() < 2 ? 1 : static_cast<double>(shape[shape.size() - 2]);
    hi = std::sqrt(6 / (in + out)), lo = -hi;
  }
  Tensor u = draw("uniform", shape, false);
  return binaryScalar("add", binaryScalar("mul", u, hi - lo), lo);
}

Den Elaborator::evalFirst(const ast::CallExpr &node, const ast::Expr &expr,
                          Frame &frame) {
  if (!inInit) {
    error(Code::WrongArguments, expr.range,
          "'first' stands in the initial value of a parameter only")
        .why("it is the mean over the first batch of the training")
        .help("param m: Real[D] = first(x)");
    return Den::error();
  }
  if (node.args.size() != 1) {
    error(Code::WrongArguments, expr.range, "'first' takes one value");
    return Den::error();
  }
  auto value = floatTensor(*node.args[0].value, frame);
  if (!value)
    return Den::error();
  typed::Op op;
  op.kind = typed::OpKind::First;
  op.operands = {value->id};
  Tensor t = *value;
  t.deps.clear();
  t.trained = false;
  t.space = Space::real(value->space.shape());
  t.id = newValue(t.space);
  op.results.push_back(t.id);
  append(std::move(op));
  return Den::ofTensor(withBounds(t, value->bounds));
}

} // namespace rill::lang::elab
