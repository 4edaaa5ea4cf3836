//===- Expectations.cpp - E[draws] e --------------------------------------===//
//
// An expectation is a list of draws and a body region over the drawn values.
// Linear arithmetic around expectations (-E, E + 2 * E, E - 1) moves into the
// body.
//
//===----------------------------------------------------------------------===//
#include "AST/Walk.h"
#include "Elab/Elaborator.h"

#include <algorithm>
#include <utility>

namespace rill::lang::elab {

std::optional<ExpectSource> Elaborator::findExpectation(const ast::Expr &expr,
                                                        Frame &frame) {
  if (const auto *node = expr.as<ast::ExpectExpr>())
    return ExpectSource{{{&expr, node, frame, 1}}, 0};
  if (const auto *minus = expr.as<ast::UnaryExpr>();
      minus && minus->op == "-") {
    auto inner = findExpectation(*minus->operand, frame);
    if (inner)
      inner->multiply(-1);
    return inner;
  }
  if (const auto *binary = expr.as<ast::BinaryExpr>()) {
    auto left = findExpectation(*binary->lhs, frame);
    auto right = findExpectation(*binary->rhs, frame);
    if (!left && !right)
      return std::nullopt;
    const std::string &op = binary->op;
    if (op == "+" || op == "-") {
      // A value without draws is a term, too.
      if (!left)
        left = ExpectSource{{{binary->lhs.get(), nullptr, frame, 1}}, 0};
      if (!right)
        right = ExpectSource{{{binary->rhs.get(), nullptr, frame, 1}}, 0};
      left->add(std::move(*right), op == "+" ? 1 : -1);
      return left;
    }
    bool scales = op == "*" || (op == "/" && left);
    if (!scales || (left && right)) {
      unsupported(expr.range, left && right && scales
                                  ? "a product or quotient of expectations"
                                  : "'" + op + "' of an expectation");
      return std::nullopt;
    }
    auto number = staticNumber(left ? *binary->rhs : *binary->lhs, frame);
    if (!number)
      return std::nullopt;
    if (op == "/" && *number == 0) {
      error(Code::DomainViolated, expr.range, "an expectation divided by 0");
      return std::nullopt;
    }
    ExpectSource source = left ? std::move(*left) : std::move(*right);
    source.multiply(op == "*" ? *number : 1 / *number);
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

/// The row that a draw from data stands for. One expectation reads one row; a
/// sum of expectations reads the row that its first term reads.
bool Elaborator::dataDraw(typed::Expectation::Draw &item,
                          const typed::Expectation &made, size_t first,
                          SourceRange range) {
  for (size_t i = 0; i != made.draws.size(); ++i) {
    const typed::Expectation::Draw &other = made.draws[i];
    if (!other.data)
      continue;
    if (i >= first || other.data != item.data || other.part != item.part) {
      unsupported(range, i >= first ? "an expectation over several rows of data"
                                    : "a sum of expectations over rows of "
                                      "different data");
      return false;
    }
    item.values = other.values;
    return true;
  }
  return true;
}

/// The gradient of a loss passes through how its draws were made; where a draw
/// jumps in a trained value that part would silently be missing.
bool Elaborator::requirePathwise(DistId id, const Law &law, SourceRange range) {
  for (DistId at = id;; at = program.dists[at].base) {
    const typed::Dist &dist = program.dists[at];
    if (dist.form != typed::Dist::Form::Members)
      continue;
    if (!dist.drawJumps)
      return true;
    error(Code::JumpInTrainedValue, range,
          "a draw of '" + law.spelling +
              "' has no pathwise derivative in what is trained",
          "a trained value passes through a jump on its way to the draw")
        .why("the gradient of an expectation includes how the law depends on "
             "its parameters; through a jump that part is lost")
        .help("hold the law: stop(" + law.spelling +
              "); estimate the gradient by score_function(" + law.spelling +
              "); or sum over its values: E[...; enumerate]");
    return false;
  }
}

bool Elaborator::drawBinding(const ast::DrawBinding &draw, Frame &frame,
                             typed::Expectation &made, typed::Region &region,
                             bool inTrain, size_t first) {
  HereScope scope(here, draw.value->range);
  NameReads::Scope reads(nameReads);
  if (!draw.isDraw) {
    Den den = eval(*draw.value, frame);
    reads.close();
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
  bool stopped = false;
  if (from.is(Den::Kind::Data)) {
    item.data = from.data;
    item.part = from.text.empty() && inTrain ? "train" : from.text;
    if (!dataDraw(item, made, first, draw.value->range))
      return false;
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
        items.push_back(Den::ofTensor(
            law->stopped && t.space.isFloat() ? unary("stop", t) : t));
      reads.close();
      bindPattern(draw.pattern,
                  items.size() == 1 ? items[0] : Den::ofTuple(items), frame);
      made.drawsInside = true;
      return true;
    }
    item.dist = tryMakeDist(*law, demand, law->spelling, draw.value->range);
    if (!item.dist)
      return false;
    if (!requireSampler(*item.dist, law->spelling, draw.value->range))
      return false;
    stopped = law->stopped;
    if (inTrain && !stopped &&
        !requirePathwise(*item.dist, *law, draw.value->range))
      return false;
    subject = program.dists[*item.dist].subject;
  }
  std::vector<Den> items;
  std::vector<Space> leaves = subject.kind() == SpaceKind::Product
                                  ? subject.fields()
                                  : std::vector<Space>{subject};
  // In a later term of a sum, the row that the first one read.
  bool again = !item.values.empty();
  std::vector<ValueId> known = item.values;
  std::vector<ValueId> *reused = again ? &known : nullptr;
  for (const Space &leaf : leaves)
    items.push_back(argumentOf(leaf, "", item.values, reused));
  for (Den &drawn : items)
    if (stopped && drawn.is(Den::Kind::Tensor) && drawn.tensor.space.isFloat())
      drawn = Den::ofTensor(unary("stop", drawn.tensor));
  if (!again) {
    region.args.insert(region.args.end(), item.values.begin(),
                       item.values.end());
    made.draws.push_back(std::move(item));
  }
  Den value = items.size() == 1 ? items[0] : Den::ofTuple(items);
  value.names = subject.kind() == SpaceKind::Product
                    ? subject.fieldNames()
                    : std::vector<std::string>();
  reads.close();
  bindPattern(draw.pattern, value, frame);
  return true;
}

/// The value of a term in the region of its sum.
std::optional<Tensor> Elaborator::expectTerm(const ExpectTerm &term,
                                             bool inTrain,
                                             typed::Expectation &made,
                                             typed::Region &region) {
  Frame frame = term.frame;
  frame.env = Env::inside(term.frame.env);
  const ast::Expr &body = term.node ? *term.node->body : *term.expr;
  if (term.node) {
    size_t first = made.draws.size();
    for (const ast::DrawBinding &draw : term.node->draws)
      if (!drawBinding(draw, frame, made, region, inTrain, first))
        return std::nullopt;
  }
  auto value = bodyValue(body, frame);
  if (!value)
    return std::nullopt;
  if (value->rank() != 0) {
    error(Code::BadCheck, body.range,
          "an expectation needs a scalar, but this has space " +
              value->space.str());
    return std::nullopt;
  }
  HereScope scope(here, body.range);
  if (term.scale == -1)
    return unary("neg", *value);
  return term.scale == 1 ? value : binaryScalar("mul", *value, term.scale);
}

/// A sum of expectations is one expectation of the sum, over all their draws:
/// those of laws are independent, a row of data is the same one (the mean is
/// linear in it).
std::optional<typed::Expectation>
Elaborator::expectation(const ExpectSource &source, bool inTrain) {
  typed::Expectation made;
  bool counted = false;
  for (const ExpectTerm &term : source.terms) {
    if (!term.node)
      continue;
    std::optional<int64_t> count;
    if (term.node->count) {
      Frame outer = term.frame;
      count = tryStaticInt(*term.node->count, outer);
      if (!count)
        return std::nullopt;
    }
    if (counted && count != made.count) {
      unsupported(term.expr->range,
                  "a sum of expectations with different counts of draws");
      return std::nullopt;
    }
    made.count = count;
    counted = true;
  }
  std::string site = "E/" + std::to_string(program.trains.size()) + "/" +
                     std::to_string(program.checks.size());
  bool ok = true;
  made.body = memberRegion(
      site, {}, {}, {}, [&](typed::Region &region, std::vector<Tensor>) {
        std::optional<Tensor> total;
        for (const ExpectTerm &term : source.terms) {
          auto value = expectTerm(term, inTrain, made, region);
          ok &= value.has_value();
          if (value)
            total = total ? binary("add", *total, *value) : *value;
        }
        if (!ok)
          return;
        if (source.shift != 0)
          total = binaryScalar("add", *total, source.shift);
        region.results = {total->id};
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
  auto count = staticInt(expr, frame);
  if (count && *count < 1) {
    error(Code::BadCheck, expr.range,
          "an expectation needs at least one draw, not " +
              std::to_string(*count));
    return std::nullopt;
  }
  return count;
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
