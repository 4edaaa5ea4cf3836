//===- Calls.cpp - Application of functions and networks ------------------===//
//
// Elaborates the body of what is called in place, and applies the chart of an
// ascribed result (`net(x) -> (Real[2], Positive[2])`). Arguments are bound in
// Arguments.cpp.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>
#include <utility>

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
  if (node.hasBar && node.args.empty()) { // f(| c): a flow that has its c
    if (callee.callable->form != Callable::Form::Decl) {
      error(Code::WrongArguments, expr.range,
            "only a declared flow takes conditions, but this is " +
                callee.describe());
      return Den::error();
    }
    auto given = std::make_shared<Callable>();
    given->form = Callable::Form::Given;
    given->name = callee.callable->name;
    given->parts = {callee};
    given->given = &node;
    given->env = frame.env;
    given->instances = frame.instances;
    given->range = expr.range;
    return Den::ofCallable(given);
  }
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
  // A solver's place is the line, whatever part of it the value lies in.
  if (callee.callable->form == Callable::Form::Ode && value->space.isFloat())
    for (Space &kind : roots.at(place).kinds)
      kind = Space::real();
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

/// `net u(x: Real[2]) -> Real[3] = mlp[8](x)`: the declared result is what the
/// called network is asked for.
std::optional<Space> Elaborator::demandOfBody(const ast::SpaceExpr *result,
                                              const ast::Expr *body,
                                              Frame &callee) {
  const auto *call = body ? body->as<ast::CallExpr>() : nullptr;
  const auto *name = call ? call->callee->as<ast::NameExpr>() : nullptr;
  const Den *found = name ? find(name->name, callee.env) : nullptr;
  const ast::Expr *open = openExtent(result);
  if (!result || !call || (found && found->is(Den::Kind::Builtin)) ||
      (open && unboundName(*open, callee)))
    return std::nullopt;
  Space wanted = space(*result, callee);
  bool fits = wanted.isValid() && wanted.kind() == SpaceKind::Real &&
              wanted.shape().size() <= 1;
  return fits ? std::optional(wanted) : std::nullopt;
}

Den Elaborator::callFunction(const Callable &callable,
                             const ast::CallExpr &node, SourceRange range,
                             Frame &frame, const ast::SpaceExpr *ascribed) {
  std::optional<Space> demanded = std::exchange(resultSpace, std::nullopt);
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
    if (open && demanded && unboundName(*open, callee))
      solveStatic(*open, demanded->elements(), callee);
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
  std::optional<Space> declaredReal = demandOfBody(result, body, callee);
  resultSpace = declaredReal;
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
  // A network gives a vector; one number of it is a scalar.
  if (declaredReal && declaredReal->shape().empty() &&
      value.is(Den::Kind::Tensor) &&
      value.tensor.valueShape() == std::vector<int64_t>{1})
    value = chartSplit(value.tensor, {*declaredReal}, false, range);
  if (result && value.is(Den::Kind::Tensor)) {
    Space declared = space(*result, callee);
    if (!declared.isValid())
      return Den::error();
    if (declared.isOptional())
      return unsupported(result->range, "a result in " + declared.str());
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
  if (wanted.isOptional())
    return unsupported(range, "a result in " + wanted.str());
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
