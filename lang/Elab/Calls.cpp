//===- Calls.cpp - Application of functions and networks ------------------===//
//
// Binds arguments and conditions to parameters, infers the free names of their
// spaces, elaborates the body in place, and applies the chart of an ascribed
// result (`net(x) -> (Real[2], Positive[2])`).
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>

namespace rill::lang::elab {

Den Elaborator::evalCall(const ast::CallExpr &node, const ast::Expr &expr,
                         Frame &frame, const ast::SpaceExpr *ascribed) {
  if (const auto *name = node.callee->as<ast::NameExpr>()) {
    const Den *found = find(name->name, frame.env);
    if (found && found->is(Den::Kind::Builtin)) {
      if (auto result = callBuiltin(found->text, node, expr, frame))
        return *result;
      return Den::error();
    }
  }
  Den callee = eval(*node.callee, frame);
  switch (callee.kind) {
  case Den::Kind::Error:
    for (const ast::Arg &arg : node.args) // report what is wrong in there, too
      eval(*arg.value, frame);
    return callee;
  case Den::Kind::Method:
    return callMethod(callee, node, expr.range, frame);
  case Den::Kind::Law:
    return evalLawCall(callee, node, expr, frame);
  case Den::Kind::Builtin: {
    auto result = callBuiltin(callee.text, node, expr, frame);
    return result ? *result : Den::error();
  }
  case Den::Kind::Callable:
    break;
  default:
    error(Code::NotCallable, node.callee->range,
          "'" + text(node.callee->range) + "' is " + callee.describe() +
              " and cannot be called");
    return Den::error();
  }
  if (!isFlow(callee))
    return callFunction(*callee.callable, node, expr.range, frame, ascribed);
  if (!ready(*callee.callable, node.callee->range))
    return Den::error();
  // A flow on a value: its forward map, on a place of its own.
  if (node.args.size() != 1) {
    unsupported(expr.range, "a flow of several values here");
    return Den::error();
  }
  auto value = tensor(*node.args[0].value, frame);
  if (!value)
    return Den::error();
  if (!value->labels.empty())
    return unsupported(expr.range, "a flow under an index");
  PlaceId place =
      newRoot(value->space, text(node.args[0].value->range), expr.range);
  assignPlace(Den::ofPlace(place), *value, expr.range, "");
  applyFlow(callee, {Den::ofPlace(place)}, &node, frame, expr.range);
  return Den::ofTensor(readPlace(Den::ofPlace(place), expr.range));
}

Frame Elaborator::enter(const Callable &callable) {
  Frame callee;
  if (callable.def)
    entered.insert(callable.def);
  callee.env = Env::inside(callable.env);
  callee.def = callable.def;
  if (callable.continues || !callable.instances) {
    callee.instances = callable.instances ? callable.instances : rootInstances;
  } else {
    callee.instances = std::make_shared<Instances>(*callable.instances);
    callee.instances->counts.clear();
  }
  defineStatics(callable, callee.env);
  return callee;
}

bool Elaborator::ready(const Callable &callable, SourceRange range) {
  if (!callable.def || !callable.def->hasStatics || callable.made ||
      callable.def->kind == "fn")
    return true;
  std::string example = callable.name + "[";
  for (size_t i = 0; i != callable.def->statics.size(); ++i)
    example += (i ? ", " : "") + callable.def->statics[i].name.text;
  error(Code::MissingInstance, range,
        "'" + callable.name + "' is a declaration; an instance is needed here",
        "no brackets")
      .label(callable.def->name.range, "declared with brackets here")
      .why("brackets make an instance with its own parameters, names share one")
      .help("make one: " + example +
            (callable.def->kind == "net" ? "](...)" : "]"));
  return false;
}

static const ast::Parameters *parametersOf(const Callable &callable) {
  if (callable.def)
    return callable.def->params ? &*callable.def->params : nullptr;
  if (callable.lambda)
    return &callable.lambda->params;
  if (callable.local)
    return &callable.local->params;
  return callable.params;
}

bool Elaborator::bindParameter(const ast::Parameter &param, Den value,
                               SourceRange range, Frame &callee,
                               const std::string &name) {
  if (value.isError())
    return false;
  std::string what = "'" + param.name.text + "' of '" + name + "'";
  bool isFunction = value.is(Den::Kind::Callable) ||
                    value.is(Den::Kind::Builtin) || value.is(Den::Kind::Law);
  if (!param.space || isFunction || value.is(Den::Kind::Null)) {
    bind(callee.env, param.name, std::move(value));
    return true;
  }
  // A static number stays one (and spreads) unless the space has a shape.
  bool isStatic = value.is(Den::Kind::Number);
  if (isStatic && declaredRank(*param.space) == 0) {
    Space wanted = space(*param.space, callee);
    if (!wanted.isValid())
      return false;
    if (wanted.isFloat() &&
        !Bounds::point(value.number).inside(wanted.lo(), wanted.hi())) {
      error(Code::SpaceMismatch, range,
            what + " is " + wanted.str() + ", but the value is " + text(range));
      return false;
    }
    bind(callee.env, param.name, std::move(value));
    return true;
  }
  if (value.is(Den::Kind::Place) || value.is(Den::Kind::Partial) ||
      value.is(Den::Kind::List) || isStatic || value.is(Den::Kind::Bool)) {
    auto read = tensorOf(value, range, callee);
    if (!read)
      return false;
    value = Den::ofTensor(*read);
  }
  if (value.is(Den::Kind::Tuple)) {
    bind(callee.env, param.name, std::move(value));
    return true;
  }
  if (!value.is(Den::Kind::Tensor)) {
    error(Code::WrongArguments, range,
          what + " must be a value, but is " + value.describe());
    return false;
  }
  Space actual = value.tensor.space.withShape(value.tensor.valueShape());
  if (!unify(*param.space, actual, callee, range, what))
    return false;
  Space wanted = space(*param.space, callee);
  if (!wanted.isValid())
    return false;
  if (!checkSpace(wanted, value.tensor, range, what))
    return false;
  if (!value.tensor.space.isFloat() && wanted.isFloat())
    value.tensor = toFloat(value.tensor);
  bind(callee.env, param.name, std::move(value));
  return true;
}

bool Elaborator::bindGroup(const std::vector<ast::Parameter> &params,
                           const std::vector<ast::Arg> &args, SourceRange range,
                           Frame &caller, Frame &callee,
                           const std::string &name) {
  std::vector<const ast::Expr *> given(params.size(), nullptr);
  size_t next = 0;
  bool ok = true;
  for (const ast::Arg &arg : args) {
    size_t index = next;
    if (arg.name) {
      std::vector<std::string> known;
      index = params.size();
      for (size_t i = 0; i != params.size(); ++i) {
        known.push_back(params[i].name.text);
        if (params[i].name.text == arg.name->text)
          index = i;
      }
      if (index == params.size()) {
        Diagnostic &d =
            error(Code::WrongArguments, arg.name->range,
                  "'" + name + "' has no parameter '" + arg.name->text + "'");
        std::string close = didYouMean(arg.name->text, known);
        if (!close.empty())
          d.help("did you mean '" + close + "'?");
        ok = false;
        continue;
      }
    } else if (next++ >= params.size()) {
      continue;
    }
    if (given[index]) {
      error(Code::WrongArguments, arg.value->range,
            "'" + params[index].name.text + "' of '" + name +
                "' is given twice")
          .label(given[index]->range, "first given here");
      ok = false;
    }
    given[index] = arg.value.get();
  }
  if (next > params.size()) {
    error(Code::WrongArguments, range,
          "'" + name + "' takes " + std::to_string(params.size()) +
              (params.size() == 1 ? " argument, " : " arguments, ") +
              std::to_string(next) + " are given");
    return false;
  }
  for (size_t i = 0; i != params.size(); ++i) {
    const ast::Expr *value = given[i] ? given[i] : params[i].defaultValue.get();
    if (!value) {
      error(Code::WrongArguments, range,
            "'" + name + "' needs a value for '" + params[i].name.text + "'")
          .label(params[i].name.range, "declared here");
      ok = false;
      continue;
    }
    Den den = eval(*value, given[i] ? caller : callee);
    ok &= bindParameter(params[i], std::move(den),
                        given[i] ? value->range : range, callee, name);
  }
  return ok;
}

bool Elaborator::bindArguments(const ast::Parameters &params,
                               const ast::CallExpr &node, SourceRange range,
                               Frame &caller, Frame &callee,
                               const std::string &name) {
  bool ok = bindGroup(params.subject, node.args, range, caller, callee, name);
  return bindGroup(params.conditions, node.conditions, range, caller, callee,
                   name) &&
         ok;
}

/// The name that a result space `Real[O]` leaves open, if it has this form.
static const ast::Expr *openExtent(const ast::SpaceExpr *result) {
  if (!result || result->kind != ast::SpaceExpr::Kind::Named ||
      result->index.size() != 1 || result->index[0].size() != 1 ||
      !result->index[0][0].value)
    return nullptr;
  return result->index[0][0].value.get();
}

static std::vector<Space> leaves(const Space &space, bool &tuple) {
  tuple = space.kind() == SpaceKind::Product;
  return tuple ? space.fields() : std::vector<Space>{space};
}

Den Elaborator::callFunction(const Callable &callable,
                             const ast::CallExpr &node, SourceRange range,
                             Frame &frame, const ast::SpaceExpr *ascribed) {
  if (!ready(callable, node.callee->range))
    return Den::error();
  static const std::set<std::string> functions = {"fn", "net", "energy"};
  if (callable.def && !functions.count(callable.def->kind)) {
    if (callable.def->kind == "loss")
      return unsupported(range, "a loss inside of an expression");
    return unsupported(range, "a '" + callable.def->kind + "'");
  }
  if (depth > 150) {
    error(Code::RecursiveDefinition, range,
          "'" + callable.name + "' calls itself without an end")
        .why("recursion is unrolled when the program is compiled")
        .help("let a static 'if' end it");
    return Den::error();
  }
  Frame callee = enter(callable);
  const ast::Parameters *params = parametersOf(callable);
  if (params &&
      !bindArguments(*params, node, range, frame, callee, callable.name))
    return Den::error();
  Space wanted;
  bool tuple = false;
  std::vector<Space> spaces;
  if (ascribed) {
    wanted = space(*ascribed, frame);
    if (!wanted.isValid())
      return Den::error();
    spaces = leaves(wanted, tuple);
  }
  const ast::SpaceExpr *result = callable.def     ? callable.def->result.get()
                                 : callable.local ? callable.local->result.get()
                                                  : nullptr;
  if (ascribed && result) {
    int64_t total = 0;
    for (const Space &part : spaces)
      total += part.elements();
    const ast::Expr *open = openExtent(result);
    if (open && unboundName(*open, callee))
      solveStatic(*open, total, callee);
    else if (!tuple && declaredRank(*result) == wanted.shape().size())
      unify(*result, Space::real(wanted.shape()), callee, range,
            "the result of '" + callable.name + "'");
  } else if (result) {
    const ast::Expr *open = openExtent(result);
    if (open && unboundName(*open, callee)) {
      error(Code::StaticUnknown, range,
            "the size of the result of '" + callable.name +
                "' cannot be inferred")
          .label(result->range,
                 "'" + *unboundName(*open, callee) + "' is free here")
          .help("say what the result is: " + text(range) + " -> Real[4]");
      return Den::error();
    }
  }
  Den value = functionBody(callable, callee, range);
  if (!ascribed || value.isError())
    return value;
  auto raw = tensorOf(value, range, frame);
  return raw ? chartSplit(*raw, spaces, tuple, range) : Den::error();
}

/// The value of a function or network whose parameters are bound in `callee`.
Den Elaborator::functionBody(const Callable &callable, Frame &callee,
                             SourceRange range) {
  const ast::SpaceExpr *result = callable.def     ? callable.def->result.get()
                                 : callable.local ? callable.local->result.get()
                                                  : nullptr;
  ++depth;
  const ast::Expr *body = callable.def      ? callable.def->body.get()
                          : callable.lambda ? callable.lambda->body.get()
                          : callable.local  ? callable.local->body.get()
                                            : callable.body;
  const std::optional<ast::Block> *inner = callable.def ? &callable.def->block
                                           : callable.local
                                               ? &callable.local->block
                                               : nullptr;
  if (callable.def && callable.def->where)
    block(*callable.def->where, callee);
  Den value = Den::error();
  if (body)
    value = eval(*body, callee);
  else if (inner && *inner)
    value = evalBlockValue(**inner, callee);
  --depth;
  if (value.isError())
    return value;
  if (value.is(Den::Kind::Place))
    value = Den::ofTensor(readPlace(value, range));
  if (result && (value.is(Den::Kind::Number) || value.is(Den::Kind::Tuple))) {
    Space declared = space(*result, callee);
    if (!declared.isValid())
      return Den::error();
    if (declared.kind() == SpaceKind::Product || value.is(Den::Kind::Tuple))
      value = declaredAs(declared, std::move(value), body ? body->range : range,
                         callee);
    else if (!declared.shape().empty() ||
             (declared.isFloat() && declared.kind() != SpaceKind::Real))
      value = Den::ofTensor(constant(value.number, Space::real()));
    if (value.isError())
      return value;
  }
  if (result && value.is(Den::Kind::Tensor)) {
    Space declared = space(*result, callee);
    if (!declared.isValid())
      return Den::error();
    if (declared.kind() == SpaceKind::Real &&
        !checkSpace(declared, value.tensor, body ? body->range : range,
                    "the result of '" + callable.name + "'"))
      return Den::error();
    if (declared.kind() != SpaceKind::Product &&
        declared.kind() != SpaceKind::Real)
      value = chart(value.tensor, declared, range);
  }
  if (callable.def && callable.def->kind == "energy" &&
      (!value.is(Den::Kind::Tensor) || value.tensor.rank() != 0)) {
    error(Code::ShapeMismatch, range,
          "the energy '" + callable.name + "' is one number, but this is " +
              value.describe())
        .label(callable.def->name.range, "declared here")
        .help("sum it: sum[i: D] ...");
    return Den::error();
  }
  return value;
}

Den Elaborator::evalAscribe(const ast::AscribeExpr &node, const ast::Expr &expr,
                            Frame &frame) {
  if (const auto *call = node.value->as<ast::CallExpr>()) {
    HereScope scope(here, node.value->range);
    return evalCall(*call, *node.value, frame, node.space.get());
  }
  Space wanted = space(*node.space, frame);
  auto raw = tensor(*node.value, frame);
  if (!raw || !wanted.isValid())
    return Den::error();
  bool tuple = false;
  std::vector<Space> spaces = leaves(wanted, tuple);
  return chartSplit(*raw, spaces, tuple, expr.range);
}

Den Elaborator::chart(const Tensor &raw, const Space &wanted,
                      SourceRange range) {
  HereScope scope(here, range);
  Tensor x = toFloat(raw);
  Space have = x.space.withShape(x.valueShape());
  if (have.shape() != wanted.shape()) {
    error(Code::ShapeMismatch, range,
          "the value has space " + have.str() + ", which cannot become " +
              wanted.str(),
          "shape does not fit");
    return Den::error();
  }
  switch (wanted.kind()) {
  case SpaceKind::Real:
    return Den::ofTensor(x);
  case SpaceKind::Positive:
    return Den::ofTensor(withBounds(unary("softplus", x), Bounds::positive()));
  case SpaceKind::Unit:
    return Den::ofTensor(withBounds(unary("sigmoid", x), Bounds::open(0, 1)));
  case SpaceKind::Interval: {
    Tensor u = unary("sigmoid", x);
    Tensor r = binaryScalar(
        "add", binaryScalar("mul", u, wanted.hi() - wanted.lo()), wanted.lo());
    r.space = wanted.withShape(r.space.shape());
    program.values[r.id].space = r.space;
    r.bounds = Bounds::open(wanted.lo(), wanted.hi());
    return Den::ofTensor(r);
  }
  case SpaceKind::Simplex: {
    int64_t last = static_cast<int64_t>(x.space.shape().size()) - 1;
    Tensor total = reduce("logsumexp", x, {last});
    std::vector<int64_t> dims;
    for (int64_t i = 0; i != last; ++i)
      dims.push_back(i);
    Tensor back =
        emit("spread", {total}, Space::real(x.space.shape()), {{"dims", dims}});
    back.labels = x.labels;
    Tensor r = unary("exp", binary("sub", x, back));
    r.space = Space::make(SpaceKind::Simplex, r.space.shape());
    program.values[r.id].space = r.space;
    r.bounds = Bounds::open(0, 1);
    return Den::ofTensor(r);
  }
  default:
    return unsupported(range, "a result in " + wanted.str());
  }
}

Den Elaborator::chartSplit(const Tensor &raw, const std::vector<Space> &spaces,
                           bool tuple, SourceRange range) {
  if (!tuple && raw.valueShape() == spaces[0].shape())
    return chart(raw, spaces[0], range);
  int64_t total = 0;
  for (const Space &part : spaces)
    total += part.elements();
  if (raw.rank() != 1 || raw.space.shape().back() != total) {
    error(Code::ShapeMismatch, range,
          "the value has space " + raw.space.withShape(raw.valueShape()).str() +
              ", but " + std::to_string(total) +
              " numbers are needed for the ascribed result",
          "shape does not fit");
    return Den::error();
  }
  HereScope scope(here, range);
  std::vector<Den> items;
  int64_t at = 0, axis = static_cast<int64_t>(raw.labels.size());
  for (const Space &part : spaces) {
    Tensor piece = sliceAxis(raw, axis, at, part.elements());
    at += part.elements();
    std::vector<int64_t> shape = raw.labelShape();
    shape.insert(shape.end(), part.shape().begin(), part.shape().end());
    piece = reshape(piece, shape);
    piece.labels = raw.labels;
    items.push_back(chart(piece, part, range));
    if (items.back().isError())
      return Den::error();
  }
  return tuple ? Den::ofTuple(std::move(items)) : items[0];
}

} // namespace rill::lang::elab
