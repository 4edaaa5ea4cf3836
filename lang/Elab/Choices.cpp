//===- Choices.cpp - if, null and optional values -------------------------===//
//
// `if c then a else b`: a choice that is known at compile time elaborates one
// branch, any other selects between the values of both. A test for null says
// in each branch whether the name that it tests has a value.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <cmath>

namespace rill::lang::elab {

Tensor Elaborator::truth(bool value) {
  return emit("const", {}, Space::make(SpaceKind::Bool),
              {{"value", double(value)}});
}

/// Any value of a space: what stands where an optional one is null. Its place
/// in the space keeps functions of the branch not taken finite.
Den Elaborator::anyValue(const Space &space) {
  if (space.kind() == SpaceKind::Product) {
    std::vector<Den> items;
    for (const Space &field : space.fields())
      items.push_back(field.isOptional() ? nullOf(field) : anyValue(field));
    Den den = Den::ofTuple(std::move(items));
    den.names = space.fieldNames();
    return den;
  }
  double value = 0;
  if (space.kind() == SpaceKind::Simplex)
    value = 1 / static_cast<double>(space.shape().back());
  else if (std::isfinite(space.lo()) && std::isfinite(space.hi()) &&
           space.isFloat())
    value = (space.lo() + space.hi()) / 2;
  else if (space.kind() == SpaceKind::Positive)
    value = 1;
  return Den::ofTensor(constant(value, space));
}

Den Elaborator::nullOf(const Space &space) {
  return Den::ofOptional(anyValue(space.withOptional(false)), truth(false),
                         space);
}

Den Elaborator::comparedWithNull(const std::string &op, const Den &a,
                                 const Den &b, SourceRange range) {
  const Den &other = a.is(Den::Kind::Null) ? b : a;
  if (op != "==" && op != "!=") {
    error(Code::SpaceMismatch, range, "null has no order")
        .help("a value is null or it is not: == null, != null");
    return Den::error();
  }
  if (!other.is(Den::Kind::Optional))
    return Den::ofBool(other.is(Den::Kind::Null) == (op == "=="));
  const Tensor &present = other.items[1].tensor;
  return Den::ofTensor(op == "!=" ? present : unary("not", present));
}

/// The name that a condition compares with null, and whether the condition
/// holds where the name is null.
static const ast::NameExpr *testedForNull(const ast::Expr &condition,
                                          bool &holdsForNull) {
  if (const auto *negation = condition.as<ast::UnaryExpr>();
      negation && negation->op == "not") {
    const ast::NameExpr *name = testedForNull(*negation->operand, holdsForNull);
    holdsForNull = !holdsForNull;
    return name;
  }
  const auto *test = condition.as<ast::BinaryExpr>();
  if (!test || (test->op != "==" && test->op != "!="))
    return nullptr;
  holdsForNull = test->op == "==";
  if (test->rhs->as<ast::NullExpr>())
    return test->lhs->as<ast::NameExpr>();
  return test->lhs->as<ast::NullExpr>() ? test->rhs->as<ast::NameExpr>()
                                        : nullptr;
}

Den Elaborator::evalIf(const ast::IfExpr &node, const ast::Expr &,
                       Frame &frame) {
  Den condition = eval(*node.condition, frame);
  if (condition.isError())
    return condition;
  if (condition.is(Den::Kind::Bool)) {
    if (node.thenExpr)
      return eval(condition.truth ? *node.thenExpr : *node.elseExpr, frame);
    const std::optional<ast::Block> &taken =
        condition.truth ? node.thenBlock : node.elseBlock;
    if (taken)
      return evalBlockValue(*taken, frame);
    return Den::ofTuple({});
  }
  if (!node.thenExpr) {
    error(Code::NotStatic, node.condition->range,
          "the condition of an 'if' with blocks must be known at compile time")
        .help("write 'if c then a else b' to select a value");
    return Den::error();
  }
  Frame yes = frame, no = frame;
  bool holdsForNull = false;
  if (const ast::NameExpr *name =
          testedForNull(*node.condition, holdsForNull)) {
    Den tested = evalName(*name, node.condition->range, frame);
    if (tested.is(Den::Kind::Optional)) {
      Frame &null = holdsForNull ? yes : no, &value = holdsForNull ? no : yes;
      null.env = Env::inside(frame.env);
      null.env->names[name->name].kind = Den::Kind::Null;
      value.env = Env::inside(frame.env);
      value.env->names[name->name] = tested.items[0];
    }
  }
  auto c = tensorOf(condition, node.condition->range, frame);
  Den a = eval(*node.thenExpr, yes), b = eval(*node.elseExpr, no);
  if (!c || a.isError() || b.isError())
    return Den::error();
  if (c->space.kind() != SpaceKind::Bool) {
    error(Code::SpaceMismatch, node.condition->range,
          "a condition must be Bool, but is " + condition.describe());
    return Den::error();
  }
  return choose(*c, a, b, node, frame);
}

/// Whether a branch has a value, where that is not known at compile time.
struct Presence {
  bool always = true; ///< without `when`: always or never
  std::optional<Tensor> when;
};

static Presence presenceOf(const Den &den) {
  if (den.is(Den::Kind::Optional))
    return {true, den.items[1].tensor};
  return {!den.is(Den::Kind::Null), std::nullopt};
}

Den Elaborator::chooseOptional(const Tensor &c, const Den &a, const Den &b,
                               const ast::IfExpr &node, Frame &frame) {
  auto valueOf = [](const Den &den) {
    return den.is(Den::Kind::Optional) ? den.items[0] : den;
  };
  Den value = a.is(Den::Kind::Null) ? valueOf(b)
              : b.is(Den::Kind::Null)
                  ? valueOf(a)
                  : choose(c, valueOf(a), valueOf(b), node, frame);
  if (value.isError() || value.is(Den::Kind::Null))
    return value;
  // There where the branch that is taken has a value.
  auto part = [&](Tensor taken, const Den &branch) -> std::optional<Tensor> {
    Presence presence = presenceOf(branch);
    if (!presence.always)
      return std::nullopt;
    if (!presence.when)
      return taken;
    if (!align({&taken, &*presence.when}, node.condition->range))
      return std::nullopt;
    return binary("and", taken, *presence.when);
  };
  std::optional<Tensor> present = part(c, a), other = part(unary("not", c), b);
  if (present && other) {
    if (!align({&*present, &*other}, node.condition->range))
      return Den::error();
    present = binary("or", *present, *other);
  } else if (other) {
    present = other;
  }
  if (!present)
    return Den::error(); // reported
  Space space = Space::real();
  for (const Den *branch : {&a, &b})
    if (branch->is(Den::Kind::Optional))
      space = branch->space;
    else if (branch->is(Den::Kind::Tensor))
      space = branch->tensor.space.withShape(branch->tensor.valueShape());
  return Den::ofOptional(std::move(value), *present, space);
}

Den Elaborator::choose(const Tensor &c, const Den &a, const Den &b,
                       const ast::IfExpr &node, Frame &frame) {
  auto mayBeNull = [](const Den &den) {
    return den.is(Den::Kind::Null) || den.is(Den::Kind::Optional);
  };
  if (mayBeNull(a) || mayBeNull(b))
    return chooseOptional(c, a, b, node, frame);
  if (a.is(Den::Kind::Tuple) && b.is(Den::Kind::Tuple) && !a.env && !b.env &&
      a.items.size() == b.items.size()) {
    Den all = a;
    for (size_t i = 0; i != a.items.size(); ++i) {
      all.items[i] = choose(c, a.items[i], b.items[i], node, frame);
      if (all.items[i].isError())
        return Den::error();
    }
    return all;
  }
  HereScope scope(here, node.condition->range);
  auto x = tensorOf(a, node.thenExpr->range, frame);
  auto y = tensorOf(b, node.elseExpr->range, frame);
  if (!x || !y)
    return Den::error();
  // A whole number beside an index is one, too.
  auto whole = [](const Den &number, const Tensor &beside) {
    return number.is(Den::Kind::Number) && !beside.space.isFloat() &&
           beside.space.kind() != SpaceKind::Bool &&
           std::floor(number.number) == number.number;
  };
  if (whole(a, *y))
    x = constant(a.number, Space::make(SpaceKind::Int));
  else if (whole(b, *x))
    y = constant(b.number, Space::make(SpaceKind::Int));
  Tensor condition = c;
  if (!align({&condition, &*x, &*y}, here))
    return Den::error();
  return Den::ofTensor(select(condition, *x, *y));
}

} // namespace rill::lang::elab
