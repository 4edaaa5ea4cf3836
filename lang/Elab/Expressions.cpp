//===- Expressions.cpp - What expressions denote --------------------------===//
//
// Dispatch over expression nodes: names, indices, members, conditionals,
// lists and blocks. Operators are in Operators.cpp, reductions in
// Reductions.cpp, calls in Calls.cpp.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

namespace rill::lang::elab {

Den Elaborator::eval(const ast::Expr &expr, Frame &frame) {
  HereScope scope(here, expr.range);
  return evalNode(expr, frame);
}

static const char *laterName(const ast::Expr &expr) {
  if (expr.as<ast::ScanExpr>())
    return "'scan'";
  if (expr.as<ast::OverExpr>())
    return "'over .. from'";
  return nullptr;
}

Den Elaborator::evalNode(const ast::Expr &expr, Frame &frame) {
  if (const auto *n = expr.as<ast::NameExpr>())
    return evalName(*n, expr.range, frame);
  if (const auto *n = expr.as<ast::NumberExpr>())
    return Den::ofNumber(n->value);
  if (const auto *n = expr.as<ast::StringExpr>())
    return Den::ofText(n->value);
  if (const auto *n = expr.as<ast::BoolExpr>())
    return Den::ofBool(n->value);
  if (expr.as<ast::NullExpr>()) {
    Den den;
    den.kind = Den::Kind::Null;
    return den;
  }
  if (const auto *n = expr.as<ast::TupleExpr>()) {
    std::vector<Den> items;
    for (const ast::ExprPtr &item : n->items)
      items.push_back(eval(*item, frame));
    return Den::ofTuple(std::move(items));
  }
  if (const auto *n = expr.as<ast::ListExpr>())
    return evalList(*n, expr, frame);
  if (const auto *n = expr.as<ast::BlockExpr>()) {
    auto callable = std::make_shared<Callable>();
    callable->form = Callable::Form::Block;
    callable->block = &n->block;
    callable->env = frame.env;
    callable->instances = frame.instances;
    callable->range = expr.range;
    return Den::ofCallable(callable);
  }
  if (const auto *n = expr.as<ast::CallExpr>())
    return evalCall(*n, expr, frame);
  if (const auto *n = expr.as<ast::IndexExpr>())
    return evalIndex(*n, expr, frame);
  if (const auto *n = expr.as<ast::MemberExpr>())
    return evalMember(*n, expr, frame);
  if (const auto *n = expr.as<ast::UnaryExpr>())
    return evalUnary(*n, expr, frame);
  if (const auto *n = expr.as<ast::BinaryExpr>())
    return evalBinary(*n, expr, frame);
  if (const auto *n = expr.as<ast::ReduceExpr>())
    return evalReduce(*n, expr, frame);
  if (const auto *n = expr.as<ast::IfExpr>())
    return evalIf(*n, expr, frame);
  if (const auto *n = expr.as<ast::AscribeExpr>())
    return evalAscribe(*n, expr, frame);
  if (const auto *n = expr.as<ast::LambdaExpr>()) {
    auto callable = std::make_shared<Callable>();
    callable->form = Callable::Form::Lambda;
    callable->lambda = n;
    callable->env = frame.env;
    callable->instances = frame.instances;
    callable->range = expr.range;
    return Den::ofCallable(callable);
  }
  if (const auto *n = expr.as<ast::RepeatExpr>(); n && n->kind == "repeat") {
    auto callable = std::make_shared<Callable>();
    callable->form = Callable::Form::Repeat;
    callable->repeat = n;
    callable->env = frame.env;
    callable->instances = frame.instances;
    callable->range = expr.range;
    return Den::ofCallable(callable);
  }
  if (const auto *n = expr.as<ast::RepeatExpr>())
    return unsupported(expr.range, "'" + n->kind + "'");
  if (const auto *n = expr.as<ast::DerivExpr>())
    return derivative(*n, expr, frame);
  if (const char *later = laterName(expr))
    return unsupported(expr.range, later);
  if (expr.as<ast::ExpectExpr>()) {
    error(Code::UnsupportedConstruct, expr.range,
          "E[...] inside of another expression is not compiled yet")
        .help("an expectation stands at the top of a loss or of one side of a "
              "check");
    return Den::error();
  }
  return unsupported(expr.range, "this expression");
}

Den Elaborator::evalName(const ast::NameExpr &node, SourceRange range,
                         Frame &frame) {
  const Den *found = find(node.name, frame.env);
  if (!found)
    return unknownName(node.name, range, frame.env);
  // Inside of a derivative the name is another one, that of its variable.
  auto inner = throughSeeds(*found, node.name, range);
  nameReads.read(inner ? inner->name : found->name);
  if (found->is(Den::Kind::Place))
    nameReads.read(roots[places[found->place].root].name);
  if (inner)
    return *inner;
  if (found->is(Den::Kind::Thunk)) {
    Den thunk = *found;
    if (!thunk.truth)
      thunk.text = node.name;
    // What a law is given is elaborated in its use; it is no definition.
    if (thunk.parameter)
      return force(thunk, frame);
    thunks.push_back({node.name, range, seedings.size()});
    Den value = force(thunk, frame);
    thunks.pop_back();
    return value;
  }
  if (found->is(Den::Kind::Condition)) {
    auto it = outerConditions.find(found->text);
    if (it != outerConditions.end())
      return it->second;
    error(Code::NotStatic, range,
          "the condition '" + node.name + "' is not known at compile time");
    return Den::error();
  }
  if (found->is(Den::Kind::Tensor))
    checkAlive(found->tensor, node.name, range);
  if (found->is(Den::Kind::Binder))
    return Den::ofTensor(binderValue(found->binder));
  if (found->is(Den::Kind::Builtin) &&
      (found->text == "std_normal" || found->text == "std_uniform")) {
    std::vector<int64_t> shape;
    for (BinderId binder : active)
      shape.push_back(binders[binder].extent());
    Tensor t = draw(found->text == "std_normal" ? "normal" : "uniform", shape,
                    perSample);
    t.labels = active;
    return Den::ofTensor(t);
  }
  return *found;
}

Den Elaborator::evalList(const ast::ListExpr &node, const ast::Expr &expr,
                         Frame &frame) {
  std::vector<Den> items;
  bool failed = false, tensors = false;
  for (const ast::ExprPtr &item : node.items) {
    items.push_back(eval(*item, frame));
    failed |= items.back().isError();
    tensors |=
        items.back().is(Den::Kind::Tensor) || items.back().is(Den::Kind::Place);
  }
  if (failed)
    return Den::error();
  if (!tensors)
    return Den::ofList(std::move(items));
  // A list of values is a tensor with one more axis in front.
  std::vector<Tensor> parts;
  for (size_t i = 0; i != items.size(); ++i) {
    auto part = tensorOf(items[i], node.items[i]->range, frame);
    if (!part)
      return Den::error();
    parts.push_back(*part);
  }
  std::vector<Tensor *> all;
  for (Tensor &part : parts) {
    part = toFloat(part);
    all.push_back(&part);
  }
  if (!align(all, expr.range))
    return Den::error();
  std::vector<BinderId> labels = parts[0].labels;
  int64_t axis = static_cast<int64_t>(labels.size());
  for (Tensor &part : parts) {
    std::vector<int64_t> shape = part.space.shape();
    shape.insert(shape.begin() + axis, 1);
    part = reshape(part, shape);
  }
  Tensor r = concat(parts, axis);
  r.labels = labels;
  return Den::ofTensor(r);
}

/// `name[..]` where the name is a space that takes brackets.
static bool isSpaceName(const std::string &name) {
  static const std::set<std::string> names = {
      "Real",    "Positive", "Unit",       "Bool",        "Int",      "Fin",
      "Simplex", "PLU",      "Orthogonal", "Permutation", "LowerUnit"};
  return names.count(name) != 0;
}

Den Elaborator::evalIndex(const ast::IndexExpr &node, const ast::Expr &expr,
                          Frame &frame) {
  if (const auto *name = node.base->as<ast::NameExpr>()) {
    const Den *found = find(name->name, frame.env);
    if (isSpaceName(name->name) && (!found || found->is(Den::Kind::SpaceOf))) {
      Space made =
          spaceFromIndex(name->name, expr.range, {}, {&node.slots}, frame);
      return made.isValid() ? Den::ofSpace(made) : Den::error();
    }
    if (found && found->is(Den::Kind::Builtin) &&
        (found->text == "std_normal" || found->text == "std_uniform")) {
      Space made = spaceFromIndex("Real", expr.range, {}, {&node.slots}, frame);
      if (!made.isValid())
        return Den::error();
      std::vector<int64_t> shape;
      for (BinderId binder : active)
        shape.push_back(binders[binder].extent());
      shape.insert(shape.end(), made.shape().begin(), made.shape().end());
      Tensor t = draw(found->text == "std_normal" ? "normal" : "uniform", shape,
                      perSample);
      t.labels = active;
      return Den::ofTensor(t);
    }
  }
  Den base = eval(*node.base, frame);
  switch (base.kind) {
  case Den::Kind::Error:
    return base;
  case Den::Kind::Callable: {
    auto made = makeInstance(*base.callable, node.slots, frame, expr.range);
    return made ? Den::ofCallable(made) : Den::error();
  }
  case Den::Kind::Law: {
    if (base.law->callable && base.law->form == Law::Form::Decl &&
        staticsOf(*base.law->callable) && !base.law->callable->made) {
      auto law = std::make_shared<Law>(*base.law);
      law->callable =
          makeInstance(*base.law->callable, node.slots, frame, expr.range);
      law->spelling = text(expr.range);
      return law->callable ? Den::ofLaw(law) : Den::error();
    }
    Space made = spaceFromIndex("Real", expr.range, {}, {&node.slots}, frame);
    if (!made.isValid())
      return Den::error();
    auto law = std::make_shared<Law>();
    law->form = Law::Form::Lifted;
    law->parts = {base};
    law->shape = made.shape();
    law->range = expr.range;
    law->spelling = text(expr.range);
    law->env = frame.env;
    law->instances = frame.instances;
    return Den::ofLaw(law);
  }
  case Den::Kind::List: {
    if (node.slots.size() != 1) {
      error(Code::ShapeMismatch, expr.range, "a list has one index");
      return Den::error();
    }
    if (node.slots[0].name) {
      error(Code::WrongArguments, expr.range, "an index of a list has no name");
      return Den::error();
    }
    auto resolved = resolveSlot(
        node.slots[0], static_cast<int64_t>(base.items.size()), frame, true);
    if (!resolved)
      return Den::error();
    // One element for each value of a binder, or of an index at run time.
    if (!resolved->binders.empty() ||
        resolved->kind == ResolvedSlot::Kind::Dynamic) {
      auto whole = tensorOf(base, expr.range, frame);
      return whole ? indexTensor(*whole, node.slots, frame, expr.range)
                   : Den::error();
    }
    if (resolved->kind != ResolvedSlot::Kind::Points)
      return base;
    if (resolved->drop && resolved->binders.empty())
      return base.items[resolved->points[0]];
    std::vector<Den> items;
    for (int64_t point : resolved->points)
      items.push_back(base.items[point]);
    return Den::ofList(std::move(items));
  }
  case Den::Kind::Place:
    return indexPlace(base, node.slots, frame, expr.range);
  case Den::Kind::Partial:
    if (!isDrawn(*base.partial, &node.slots, frame, expr.range))
      return Den::error();
    base = partialValue(*base.partial);
    return indexTensor(base.tensor, node.slots, frame, expr.range);
  case Den::Kind::Tensor:
    if (base.tensor.space.isMatrixSpace())
      return unsupported(expr.range, "an element of a structured matrix");
    return indexTensor(base.tensor, node.slots, frame, expr.range);
  case Den::Kind::SpaceOf:
    return Den::ofSpace(base.space);
  default:
    error(Code::SpaceMismatch, expr.range,
          "'" + text(node.base->range) + "' is " + base.describe() +
              " and has no elements");
    return Den::error();
  }
}

Den Elaborator::evalMember(const ast::MemberExpr &node, const ast::Expr &expr,
                           Frame &frame) {
  Den base = eval(*node.base, frame);
  if (base.isError())
    return base;
  const std::string &member = node.member.text;
  if (base.is(Den::Kind::Tuple) && base.env) { // a module
    auto it = base.env->names.find(member);
    if (it != base.env->names.end())
      return force(it->second, frame);
    return unknownName(member, node.member.range, base.env);
  }
  std::vector<std::string> known;
  if (base.is(Den::Kind::Data)) {
    known = {"train", "valid", "held"};
    for (const std::string &part : known)
      if (part == member) {
        base.text = part;
        return base;
      }
  } else if (base.is(Den::Kind::Law)) {
    known = {"logp", "sample", "cdf", "logsf", "quantile"};
    for (const std::string &name : known)
      if (name == member) {
        Den method;
        method.kind = Den::Kind::Method;
        method.text = member;
        method.items = {base};
        return method;
      }
  } else if (base.is(Den::Kind::Tuple)) {
    for (size_t i = 0; i != base.names.size(); ++i) {
      known.push_back(base.names[i]);
      if (base.names[i] == member)
        return base.items[i];
    }
  } else if (base.is(Den::Kind::List) && member == "len") {
    return Den::ofNumber(static_cast<double>(base.items.size()));
  } else if (base.is(Den::Kind::Callable) && base.callable->def &&
             base.callable->def->kind == "energy") {
    error(Code::NoDensity, node.member.range,
          "the energy '" + base.callable->name + "' has no '" + member + "'",
          "its density is exp(-" + base.callable->name +
              "(x)) up to a constant that nobody knows")
        .help("use its value: -" + base.callable->name + "(x)");
    return Den::error();
  } else if (isFlow(base)) {
    return unsupported(expr.range, "'." + member + "' of a flow");
  }
  Diagnostic &d =
      error(Code::UnknownMember, node.member.range,
            "'" + text(node.base->range) + "' is " + base.describe() +
                " and has no member '" + member + "'");
  std::string close = didYouMean(member, known);
  if (!close.empty())
    d.help("did you mean '" + close + "'?");
  return Den::error();
}

/// A block that computes a value: its `out`.
Den Elaborator::evalBlockValue(const ast::Block &body, Frame &frame) {
  std::optional<Den> saved = std::move(frame.out);
  frame.out.reset();
  block(body, frame);
  Den result = frame.out ? *frame.out : Den::ofTuple({});
  frame.out = std::move(saved);
  return result;
}

/// The value of a law's member: an expression or a block with an `out`.
Den Elaborator::memberExpr(const ast::Expr &expr, Frame &frame) {
  if (const auto *body = expr.as<ast::BlockExpr>())
    return evalBlockValue(body->block, frame);
  return eval(expr, frame);
}

/// The numbers of a list of equal lists, outermost axis first.
static bool numbersIn(const Den &den, size_t axis, std::vector<int64_t> &shape,
                      std::vector<double> &values) {
  if (den.is(Den::Kind::Number)) {
    values.push_back(den.number);
    return axis == shape.size();
  }
  if (!den.is(Den::Kind::List))
    return false;
  int64_t size = static_cast<int64_t>(den.items.size());
  if (axis == shape.size() && values.empty())
    shape.push_back(size);
  else if (axis >= shape.size() || shape[axis] != size)
    return false;
  for (const Den &item : den.items)
    if (!numbersIn(item, axis + 1, shape, values))
      return false;
  return true;
}

std::optional<Tensor> Elaborator::tensorOf(const Den &den, SourceRange range,
                                           Frame &frame) {
  HereScope scope(here, range);
  switch (den.kind) {
  case Den::Kind::Error:
    return std::nullopt;
  case Den::Kind::Tensor:
    return den.tensor;
  case Den::Kind::Number:
    return constant(den.number, Space::real());
  case Den::Kind::Bool:
    return emit("const", {}, Space::make(SpaceKind::Bool),
                {{"value", double(den.truth)}});
  case Den::Kind::Place:
    return readPlace(den, range);
  case Den::Kind::Partial:
    if (!isDrawn(*den.partial, nullptr, frame, range))
      return std::nullopt;
    return partialValue(*den.partial).tensor;
  case Den::Kind::List: {
    std::vector<double> values;
    std::vector<int64_t> shape;
    if (numbersIn(den, 0, shape, values) && !values.empty())
      return denseConstant(values, Space::real(shape));
    break;
  }
  case Den::Kind::Tuple:
    if (den.items.size() == 1)
      return tensorOf(den.items[0], range, frame);
    break;
  case Den::Kind::Callable:
    if (staticsOf(*den.callable) && !den.callable->made) {
      ready(*den.callable, range);
      return std::nullopt;
    }
    break;
  case Den::Kind::Null:
  case Den::Kind::Optional:
    optionalError("a value is needed here", den, range);
    return std::nullopt;
  default:
    break;
  }
  error(Code::SpaceMismatch, range,
        "a value is needed here, but '" + text(range) + "' is " +
            den.describe());
  return std::nullopt;
}

std::optional<Tensor> Elaborator::tensor(const ast::Expr &expr, Frame &frame) {
  return tensorOf(eval(expr, frame), expr.range, frame);
}

std::optional<Tensor> Elaborator::floatTensor(const ast::Expr &expr,
                                              Frame &frame) {
  auto t = tensor(expr, frame);
  return t ? std::optional(toFloat(*t)) : std::nullopt;
}

} // namespace rill::lang::elab
