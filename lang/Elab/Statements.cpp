//===- Statements.cpp - let, view, updates -------------------------------===//
//
// The statements of bodies of flows, networks, functions and laws. Loops are
// in Loops.cpp, draws in Generative.cpp; whether an update is reversible is not
// judged here.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>

namespace rill::lang::elab {

/// Values that a `let` holds are read now; places stay places only in views.
static bool mustRead(const Den &den) {
  return den.is(Den::Kind::Place) || den.is(Den::Kind::Partial);
}

void Elaborator::block(const ast::Block &body, Frame &frame) {
  for (const ast::StmtPtr &stmt : body.stmts)
    statement(*stmt, frame);
}

void Elaborator::statement(const ast::Stmt &stmt, Frame &frame) {
  HereScope scope(here, stmt.range);
  if (const auto *s = stmt.as<ast::LetStmt>())
    return s->isView ? viewStmt(*s, frame, stmt.range)
                     : letStmt(*s, frame, stmt.range);
  if (const auto *s = stmt.as<ast::ParamStmt>()) {
    paramStmt(*s, frame, stmt.range);
    return;
  }
  if (const auto *s = stmt.as<ast::UpdateStmt>())
    return updateStmt(*s, frame, stmt.range);
  if (const auto *s = stmt.as<ast::ExprStmt>())
    return exprStmt(*s->value, frame);
  if (const auto *s = stmt.as<ast::ForStmt>())
    return forStmt(*s, frame, stmt.range);
  if (const auto *s = stmt.as<ast::EachStmt>())
    return eachStmt(*s, frame, stmt.range);
  if (const auto *s = stmt.as<ast::OutStmt>()) {
    if (s->kind == "out") {
      if (frame.inFlow)
        error(Code::NotCallable, stmt.range, "'out' in a flow does nothing")
            .why("a flow transforms its places; it has no result");
      else if (frame.out)
        error(Code::Redefined, stmt.range, "a second 'out' in one body")
            .why("a body has one result");
      Den value = eval(*s->value, frame);
      if (value.is(Den::Kind::Place))
        value = Den::ofTensor(readPlace(value, s->value->range));
      frame.out = std::move(value);
    } else if (s->kind == "require") {
      requireStmt(*s, frame, stmt.range);
    } else {
      unsupported(stmt.range, "'" + s->kind + "'");
    }
    return;
  }
  if (const auto *s = stmt.as<ast::LocalFnStmt>()) {
    auto callable = std::make_shared<Callable>();
    callable->form = Callable::Form::Local;
    callable->name = s->name.text;
    callable->local = s;
    callable->env = frame.env;
    callable->instances = frame.instances;
    callable->range = stmt.range;
    bind(frame.env, s->name, Den::ofCallable(callable));
    return;
  }
  if (const auto *s = stmt.as<ast::DrawStmt>()) {
    if (const auto *name = s->target->as<ast::NameExpr>())
      bind(frame.env, {name->name, s->target->range}, Den::error());
    error(Code::DrawOutsideLaw, stmt.range,
          "a draw outside of a law or an expectation")
        .why("only the body of a dist and E[...] may draw");
    return;
  }
  if (const auto *s = stmt.as<ast::AssignStmt>()) {
    const ast::Expr *whole = s->target.get();
    while (const auto *index = whole->as<ast::IndexExpr>())
      whole = index->base.get();
    const auto *target = whole->as<ast::NameExpr>();
    const Den *known = target ? find(target->name, frame.env) : nullptr;
    if (known && known->is(Den::Kind::Place)) {
      error(Code::Redefined, stmt.range,
            "'" + target->name + "' is a place, which '=' does not change")
          .why("'=' names a value; a place is replaced by ':='")
          .help(text(s->target->range) + " := " + text(s->value->range));
      return;
    }
    if (const auto *name = s->target->as<ast::NameExpr>()) {
      // In a `where` block: a local definition; in a scan: the next `h'`.
      NameReads::Scope reads(nameReads);
      Den value = eval(*s->value, frame);
      reads.close();
      if (mustRead(value)) {
        auto read = tensorOf(value, s->value->range, frame);
        value = read ? Den::ofTensor(*read) : Den::error();
      }
      bind(frame.env, {name->name, s->target->range}, std::move(value));
      return;
    }
  }
  unsupported(stmt.range, "this statement");
}

static void nameValue(typed::Program &program, const Den &den,
                      const std::string &name) {
  if (den.is(Den::Kind::Tensor) && program.values[den.tensor.id].name.empty())
    program.values[den.tensor.id].name = name;
}

void Elaborator::bindPattern(const ast::Pattern &pattern, const Den &den,
                             Frame &frame) {
  if (pattern.name) {
    nameValue(program, den, pattern.name->text);
    if (den.is(Den::Kind::Place))
      program.places[den.place].name = pattern.name->text;
    bind(frame.env, *pattern.name, den);
    return;
  }
  bool fits =
      den.is(Den::Kind::Tuple) && den.items.size() == pattern.parts.size();
  if (!fits && !den.isError())
    error(Code::WrongArguments, pattern.range,
          "a pattern of " + std::to_string(pattern.parts.size()) +
              " names for " + den.describe());
  for (size_t i = 0; i != pattern.parts.size(); ++i)
    bindPattern(pattern.parts[i], fits ? den.items[i] : Den::error(), frame);
}

void Elaborator::letStmt(const ast::LetStmt &stmt, Frame &frame,
                         SourceRange range) {
  if (stmt.params && stmt.pattern.name) {
    auto callable = std::make_shared<Callable>();
    callable->form = Callable::Form::Local;
    callable->name = stmt.pattern.name->text;
    callable->params = &*stmt.params;
    callable->body = stmt.value.get();
    callable->env = frame.env;
    callable->instances = frame.instances;
    bind(frame.env, *stmt.pattern.name, Den::ofCallable(callable));
    return;
  }
  if (stmt.pattern.name && stmt.value->as<ast::IndexExpr>())
    frame.nameHint = stmt.pattern.name->text;
  NameReads::Scope reads(nameReads);
  Den den = eval(*stmt.value, frame);
  reads.close();
  frame.nameHint.clear();
  if (den.is(Den::Kind::Callable) &&
      den.callable->form == Callable::Form::Repeat && stmt.pattern.name)
    den.callable->instances = child(frame, stmt.pattern.name->text, nullptr);
  if (mustRead(den)) {
    auto value = tensorOf(den, stmt.value->range, frame);
    den = value ? Den::ofTensor(*value) : Den::error();
  }
  for (Den &item : den.items)
    if (den.is(Den::Kind::Tuple) && mustRead(item)) {
      auto value = tensorOf(item, stmt.value->range, frame);
      item = value ? Den::ofTensor(*value) : Den::error();
    }
  if (stmt.space && stmt.space->optional)
    unsupported(stmt.space->range, "an optional space here");
  else if (stmt.space)
    den = declaredAs(*stmt.space, std::move(den), stmt.value->range, frame);
  bindPattern(stmt.pattern, den, frame);
}

/// Views of one place that were just made, as one operation: the parts of
/// `view (a, b) = (x[0..2], x[2..4])` are cut together.
void Elaborator::mergeViews(size_t first) {
  std::vector<typed::Op> &ops = regions.back()->ops;
  for (size_t i = first; i + 1 < ops.size();) {
    typed::Op &a = ops[i], &b = ops[i + 1];
    if (a.kind != typed::OpKind::View || b.kind != typed::OpKind::View ||
        a.index != b.index) {
      ++i;
      continue;
    }
    using Parts = std::vector<std::vector<int64_t>>;
    auto &into = std::get<Parts>(a.attrs["parts"]);
    for (auto &part : std::get<Parts>(b.attrs["parts"]))
      into.push_back(std::move(part));
    a.places.insert(a.places.end(), b.places.begin(), b.places.end());
    a.range = SourceRange::join(a.range, b.range);
    a.spelling = text(a.range);
    ops.erase(ops.begin() + static_cast<int64_t>(i) + 1);
  }
}

void Elaborator::viewStmt(const ast::LetStmt &stmt, Frame &frame,
                          SourceRange range) {
  Den den = Den::error();
  if (const auto *call = stmt.value->as<ast::CallExpr>()) {
    const auto *name = call->callee->as<ast::NameExpr>();
    const Den *found = name ? find(name->name, frame.env) : nullptr;
    static const std::set<std::string> cuts = {"halves", "evens", "split",
                                               "channels"};
    if (found && found->is(Den::Kind::Builtin) && cuts.count(found->text)) {
      HereScope scope(here, stmt.value->range);
      den = cut(found->text, *call, *stmt.value, frame, true);
      bindPattern(stmt.pattern, den, frame);
      return;
    }
  }
  size_t first = regions.back()->ops.size();
  den = eval(*stmt.value, frame);
  mergeViews(first);
  std::vector<const Den *> leaves;
  if (den.is(Den::Kind::Tuple))
    for (const Den &item : den.items)
      leaves.push_back(&item);
  else
    leaves.push_back(&den);
  std::set<std::pair<PlaceId, int64_t>> taken;
  for (const Den *leaf : leaves) {
    if (leaf->isError())
      continue;
    if (!leaf->is(Den::Kind::Place)) {
      error(Code::NotAPlace, stmt.value->range,
            "'view' cuts places, but '" + text(stmt.value->range) + "' is " +
                leaf->describe())
          .help("use 'let' for a value");
      den = Den::error();
      break;
    }
    for (int64_t element : *places[leaf->place].elements)
      if (!taken.insert({places[leaf->place].root, element}).second) {
        error(Code::OverlappingViews, stmt.value->range,
              "the parts of this view overlap", "an element is in two parts")
            .why("an update of one part would also change the other")
            .help("make the parts disjoint");
        den = Den::error();
        bindPattern(stmt.pattern, den, frame);
        return;
      }
  }
  bindPattern(stmt.pattern, den, frame);
}

void Elaborator::updateStmt(const ast::UpdateStmt &stmt, Frame &frame,
                            SourceRange range) {
  std::vector<Den> targets = placeLeaves(*stmt.place, frame);
  for (const Den &target : targets) {
    if (target.isError()) {
      eval(*stmt.value, frame);
      return;
    }
    if (!target.is(Den::Kind::Place)) {
      bool isLet = target.is(Den::Kind::Tensor) || target.is(Den::Kind::Number);
      error(Code::NotAPlace, stmt.place->range,
            "'" + text(stmt.place->range) + "' is " + target.describe() +
                ", not a place",
            "cannot be updated")
          .why("only the subject of a flow and its views can be replaced")
          .help(isLet ? "bind a new name: let y = ..." : "update a place");
      return;
    }
  }
  if (stmt.op == ":=" && tryFlowCall(*stmt.value, frame, &targets)) {
    if (stmt.inverse)
      error(Code::InverseMisfit, stmt.inverse->range,
            "'inverse by' of the use of a flow", "the flow has its own inverse")
          .help("leave it out, or state it at the update inside of the flow");
    return;
  }
  if (targets.size() != 1) {
    unsupported(range, "an update of several places at once");
    return;
  }
  const Den &target = targets[0];
  std::optional<Tensor> value;
  NameReads::Scope reads(nameReads);
  if (stmt.op == ":=") {
    value = tensor(*stmt.value, frame);
  } else {
    auto change = tensor(*stmt.value, frame);
    if (change) {
      HereScope scope(here, range);
      Tensor old = readPlace(target, stmt.place->range);
      if (!align({&old, &*change}, range))
        return;
      value = binary(stmt.op == "+=" ? "add" : "sub", old, *change);
    }
  }
  reads.close();
  nameReads.extend(roots[places[target.place].root].name);
  if (!value)
    return;
  Space before = placeSpace(target.place).withShape(placeValueShape(target));
  assignPlace(target, *value, range, text(stmt.value->range),
              text(stmt.place->range));
  if (stmt.inverse)
    inverseBy(*stmt.inverse, target, before, frame);
}

void Elaborator::exprStmt(const ast::Expr &expr, Frame &frame) {
  if (const auto *choice = expr.as<ast::IfExpr>();
      choice && choice->thenBlock) {
    Den condition = eval(*choice->condition, frame);
    if (condition.is(Den::Kind::Bool)) {
      if (condition.truth)
        block(*choice->thenBlock, frame);
      else if (choice->elseBlock)
        block(*choice->elseBlock, frame);
    } else if (!condition.isError()) {
      error(
          Code::NotStatic, choice->condition->range,
          "the condition of an 'if' with blocks must be known at compile time")
          .help("write 'if c then a else b' to select a value");
    }
    return;
  }
  if (frame.inFlow) {
    if (const auto *again = expr.as<ast::RepeatExpr>();
        again && again->kind == "repeat") {
      auto count = staticInt(*again->count, frame);
      if (count)
        repeatBlock(
            *count, "repeat", frame, expr.range,
            [&](Frame &step) { block(again->block, step); }, nullptr);
      return;
    }
    if (const auto *scan = expr.as<ast::ScanExpr>())
      return scanStmt(*scan, frame, expr.range);
    if (!tryFlowCall(expr, frame, nullptr)) {
      Den den = eval(expr, frame);
      if (!den.isError())
        error(Code::NotCallable, expr.range,
              "a statement of a flow must update a place, but this is " +
                  den.describe(),
              "does nothing");
    }
    return;
  }
  Den den = eval(expr, frame);
  if (!den.isError())
    error(Code::NotCallable, expr.range,
          "this statement does nothing: it is " + den.describe())
        .help("write 'out' before the result");
}

void Elaborator::requireStmt(const ast::OutStmt &stmt, Frame &frame,
                             SourceRange range) {
  auto condition = tensor(*stmt.value, frame);
  if (!condition)
    return;
  if (condition->space.kind() != SpaceKind::Bool || condition->rank() != 0) {
    error(Code::SpaceMismatch, stmt.value->range,
          "'require' needs a truth value");
    return;
  }
  if (!condition->deps.empty()) {
    error(Code::WrongArguments, stmt.value->range,
          "'require' states a condition on parameters, but this depends on the "
          "sample");
    return;
  }
  typed::Op op;
  op.kind = typed::OpKind::Require;
  op.operands = {condition->id};
  op.range = range;
  op.spelling = text(stmt.value->range);
  append(std::move(op));
}

} // namespace rill::lang::elab
