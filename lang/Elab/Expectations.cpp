//===- Expectations.cpp - E[draws] e --------------------------------------===//
//
// An expectation is a list of draws and a body region over the drawn values.
// Linear arithmetic around it (-E, 2 * E, E - 1) moves into the body.
//
//===----------------------------------------------------------------------===//
#include "AST/Walk.h"
#include "Elab/Elaborator.h"

#include <algorithm>
#include <utility>

namespace rill::lang::elab {

std::optional<ExpectSource> Elaborator::findExpectation(const ast::Expr &expr,
                                                        Frame &frame) {
  if (const auto *node = expr.as<ast::ExpectExpr>()) {
    ExpectSource source;
    source.node = node;
    source.frame = frame;
    return source;
  }
  if (const auto *minus = expr.as<ast::UnaryExpr>();
      minus && minus->op == "-") {
    auto inner = findExpectation(*minus->operand, frame);
    if (inner)
      inner->scale = -inner->scale, inner->shift = -inner->shift;
    return inner;
  }
  if (const auto *binary = expr.as<ast::BinaryExpr>()) {
    auto left = findExpectation(*binary->lhs, frame);
    auto right = left ? std::nullopt : findExpectation(*binary->rhs, frame);
    if (!left && !right)
      return std::nullopt;
    auto number = staticNumber(left ? *binary->rhs : *binary->lhs, frame);
    if (!number)
      return std::nullopt;
    ExpectSource source = left ? *left : *right;
    double k = *number;
    if (binary->op == "*")
      source.scale *= k, source.shift *= k;
    else if (binary->op == "/" && left)
      source.scale /= k, source.shift /= k;
    else if (binary->op == "+")
      source.shift += k;
    else if (binary->op == "-" && left)
      source.shift -= k;
    else if (binary->op == "-")
      source.scale = -source.scale, source.shift = k - source.shift;
    else
      return std::nullopt;
    return source;
  }
  const auto *call = expr.as<ast::CallExpr>();
  const auto *name = (call ? call->callee.get() : &expr)->as<ast::NameExpr>();
  const Den *found = name ? find(name->name, frame.env) : nullptr;
  if (!found || !found->is(Den::Kind::Callable) || !found->callable->def ||
      found->callable->def->kind != "loss" || !found->callable->def->body)
    return std::nullopt;
  Frame callee = enter(*found->callable);
  const ast::DefItem &def = *found->callable->def;
  ast::CallExpr none{};
  none.hasBar = false;
  if (def.params && !bindArguments(*def.params, call ? *call : none, expr.range,
                                   frame, callee, def.name.text))
    return std::nullopt;
  return findExpectation(*def.body, callee);
}

bool Elaborator::drawBinding(const ast::DrawBinding &draw, Frame &frame,
                             typed::Expectation &made, typed::Region &region,
                             bool inTrain) {
  HereScope scope(here, draw.value->range);
  if (!draw.isDraw) {
    Den den = eval(*draw.value, frame);
    bindPattern(draw.pattern, den, frame);
    return !den.isError();
  }
  // A law of drawn values is drawn in the body.
  bool local = ast::anyName(*draw.value, [&](const std::string &name) {
    return frame.env->names.count(name) != 0;
  });
  Den from = eval(*draw.value, frame);
  if (from.isError())
    return false;
  Space wanted = draw.space ? space(*draw.space, frame) : Space();
  if (wanted.isValid() && wanted.isOptional()) {
    unsupported(draw.space->range, "a draw from an optional space");
    return false;
  }
  typed::Expectation::Draw item;
  Space subject;
  if (from.is(Den::Kind::Data)) {
    item.data = from.data;
    item.part = from.text.empty() && inTrain ? "train" : from.text;
    subject = program.data[from.data].space;
  } else {
    LawPtr law = lawOf(from, draw.value->range, frame);
    if (!law)
      return false;
    std::optional<Space> demand =
        wanted.isValid() ? std::optional(wanted) : ownSpace(*law);
    // The conditions of a law are elaborated where it is drawn from.
    bool conditional = law->named && law->callable->def->params &&
                       !law->callable->def->params->conditions.empty();
    if (local || conditional) {
      if (!demand) {
        error(Code::SpaceUndetermined, draw.value->range,
              "the space of this draw is not determined");
        return false;
      }
      auto drawn = sampleOf(*law, *demand, draw.value->range);
      if (!drawn)
        return false;
      std::vector<Den> items;
      for (const Tensor &t : *drawn)
        items.push_back(Den::ofTensor(t));
      bindPattern(draw.pattern,
                  items.size() == 1 ? items[0] : Den::ofTuple(items), frame);
      made.drawsInside = true;
      return true;
    }
    item.dist = tryMakeDist(*law, demand, law->spelling, draw.value->range);
    if (!item.dist)
      return false;
    if (!canSample(*law)) {
      error(Code::NoSampler, draw.value->range,
            "'" + law->spelling + "' cannot be drawn from");
      return false;
    }
    subject = program.dists[*item.dist].subject;
  }
  std::vector<Den> items;
  std::vector<Space> leaves = subject.kind() == SpaceKind::Product
                                  ? subject.fields()
                                  : std::vector<Space>{subject};
  for (const Space &leaf : leaves)
    items.push_back(argumentOf(leaf, "", item.values));
  region.args.insert(region.args.end(), item.values.begin(), item.values.end());
  made.draws.push_back(std::move(item));
  Den value = items.size() == 1 ? items[0] : Den::ofTuple(items);
  value.names = subject.kind() == SpaceKind::Product
                    ? subject.fieldNames()
                    : std::vector<std::string>();
  bindPattern(draw.pattern, value, frame);
  return true;
}

std::optional<typed::Expectation>
Elaborator::expectation(const ExpectSource &source, bool inTrain) {
  typed::Expectation made;
  bool ok = true;
  Frame outer = source.frame;
  if (source.node->count) {
    auto count = tryStaticInt(*source.node->count, outer);
    if (!count)
      return std::nullopt;
    made.count = *count;
  }
  std::string site = "E/" + std::to_string(program.trains.size()) + "/" +
                     std::to_string(program.checks.size());
  made.body = memberRegion(
      site, {}, {}, {}, [&](typed::Region &region, std::vector<Tensor>) {
        Frame frame = outer;
        frame.env = Env::inside(outer.env);
        for (const ast::DrawBinding &draw : source.node->draws)
          ok &= drawBinding(draw, frame, made, region, inTrain);
        if (!ok)
          return;
        auto value = floatTensor(*source.node->body, frame);
        if (value && value->rank() != 0) {
          error(Code::BadCheck, source.node->body->range,
                "an expectation needs a scalar, but this has space " +
                    value->space.str());
          value.reset();
        }
        ok = value.has_value();
        if (!ok)
          return;
        HereScope scope(here, source.node->body->range);
        if (source.scale != 1)
          value = source.scale == -1
                      ? unary("neg", *value)
                      : binaryScalar("mul", *value, source.scale);
        if (source.shift != 0)
          value = binaryScalar("add", *value, source.shift);
        region.results = {value->id};
      });
  return ok ? std::optional(std::move(made)) : std::nullopt;
}

/// E "enumerate" and quadrature rules are of later slices.
std::optional<int64_t> Elaborator::tryStaticInt(const ast::Expr &expr,
                                                Frame &frame) {
  if (const auto *name = expr.as<ast::NameExpr>();
      name && !find(name->name, frame.env)) {
    unsupported(expr.range, "the rule '" + name->name + "' of an expectation");
    return std::nullopt;
  }
  return staticInt(expr, frame);
}

/// A value without draws.
std::optional<typed::Expectation>
Elaborator::plainExpectation(const ast::Expr &expr, Frame &frame) {
  typed::Expectation made;
  bool ok = false;
  made.body = memberRegion(
      "value", {}, {}, {}, [&](typed::Region &region, std::vector<Tensor>) {
        auto value = tensor(expr, frame);
        if (!value)
          return;
        if (value->rank() != 0) {
          error(Code::BadCheck, expr.range,
                "a check needs a scalar, but '" + text(expr.range) +
                    "' has space " +
                    value->space.withShape(value->valueShape()).str());
          return;
        }
        HereScope scope(here, expr.range);
        region.results = {toFloat(*value).id};
        ok = true;
      });
  return ok ? std::optional(std::move(made)) : std::nullopt;
}

} // namespace rill::lang::elab
