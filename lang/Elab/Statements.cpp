//===- Statements.cpp - let, view, updates, each, for ---------------------===//
//
// The statements of bodies of flows, networks, functions and laws. Draws are
// in Laws.cpp; whether an update is reversible is not judged here.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>

namespace rill::lang::elab {

void Elaborator::block(const ast::Block &body, Frame &frame) {
  for (const ast::StmtPtr &stmt : body.stmts)
    statement(*stmt, frame);
}

void Elaborator::statement(const ast::Stmt &stmt, Frame &frame) {
  HereScope scope(here, stmt.range);
  if (const auto *s = stmt.as<ast::LetStmt>())
    return s->isView ? viewStmt(*s, frame, stmt.range) : letStmt(*s, frame, stmt.range);
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
    error(Code::DrawOutsideLaw, stmt.range, "a draw outside of a law or an expectation")
        .why("only the body of a dist and E[...] may draw");
    return;
  }
  if (const auto *s = stmt.as<ast::AssignStmt>()) {
    if (const auto *name = s->target->as<ast::NameExpr>()) {
      // In a `where` block: a local definition.
      bind(frame.env, {name->name, s->target->range}, eval(*s->value, frame));
      return;
    }
  }
  unsupported(stmt.range, "this statement");
}

static void nameValue(typed::Program &program, const Den &den, const std::string &name) {
  if (den.is(Den::Kind::Tensor) && program.values[den.tensor.id].name.empty())
    program.values[den.tensor.id].name = name;
}

void Elaborator::bindPattern(const ast::Pattern &pattern, const Den &den, Frame &frame) {
  if (pattern.name) {
    nameValue(program, den, pattern.name->text);
    if (den.is(Den::Kind::Place))
      program.places[den.place].name = pattern.name->text;
    bind(frame.env, *pattern.name, den);
    return;
  }
  bool fits = den.is(Den::Kind::Tuple) && den.items.size() == pattern.parts.size();
  if (!fits && !den.isError())
    error(Code::WrongArguments, pattern.range,
          "a pattern of " + std::to_string(pattern.parts.size()) + " names for " +
              den.describe());
  for (size_t i = 0; i != pattern.parts.size(); ++i)
    bindPattern(pattern.parts[i], fits ? den.items[i] : Den::error(), frame);
}

/// Values that a `let` holds are read now; places stay places only in views.
static bool mustRead(const Den &den) {
  return den.is(Den::Kind::Place) || den.is(Den::Kind::Partial);
}

void Elaborator::letStmt(const ast::LetStmt &stmt, Frame &frame, SourceRange range) {
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
  Den den = eval(*stmt.value, frame);
  frame.nameHint.clear();
  if (den.is(Den::Kind::Callable) && den.callable->form == Callable::Form::Repeat &&
      stmt.pattern.name)
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
  if (stmt.space && den.is(Den::Kind::Tensor)) {
    Space declared = space(*stmt.space, frame);
    if (declared.isValid())
      checkSpace(declared, den.tensor, stmt.value->range, "this 'let'");
  }
  bindPattern(stmt.pattern, den, frame);
}

/// Views of one place that were just made, as one operation: the parts of
/// `view (a, b) = (x[0..2], x[2..4])` are cut together.
void Elaborator::mergeViews(size_t first) {
  std::vector<typed::Op> &ops = regions.back()->ops;
  for (size_t i = first; i + 1 < ops.size();) {
    typed::Op &a = ops[i], &b = ops[i + 1];
    if (a.kind != typed::OpKind::View || b.kind != typed::OpKind::View || a.index != b.index) {
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

void Elaborator::viewStmt(const ast::LetStmt &stmt, Frame &frame, SourceRange range) {
  Den den = Den::error();
  if (const auto *call = stmt.value->as<ast::CallExpr>()) {
    const auto *name = call->callee->as<ast::NameExpr>();
    const Den *found = name ? find(name->name, frame.env) : nullptr;
    static const std::set<std::string> cuts = {"halves", "evens", "split", "channels"};
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
            "'view' cuts places, but '" + text(stmt.value->range) + "' is " + leaf->describe())
          .help("use 'let' for a value");
      den = Den::error();
      break;
    }
    for (int64_t element : *places[leaf->place].elements)
      if (!taken.insert({places[leaf->place].root, element}).second) {
        error(Code::OverlappingViews, stmt.value->range,
              "the parts of this view overlap",
              "an element is in two parts")
            .why("an update of one part would also change the other")
            .help("make the parts disjoint");
        den = Den::error();
        bindPattern(stmt.pattern, den, frame);
        return;
      }
  }
  bindPattern(stmt.pattern, den, frame);
}

void Elaborator::updateStmt(const ast::UpdateStmt &stmt, Frame &frame, SourceRange range) {
  if (stmt.inverse) {
    unsupported(stmt.inverse->range, "'inverse by'");
    return;
  }
  std::vector<Den> targets = placeLeaves(*stmt.place, frame);
  for (const Den &target : targets) {
    if (target.isError()) {
      eval(*stmt.value, frame);
      return;
    }
    if (!target.is(Den::Kind::Place)) {
      bool isLet = target.is(Den::Kind::Tensor) || target.is(Den::Kind::Number);
      error(Code::NotAPlace, stmt.place->range,
            "'" + text(stmt.place->range) + "' is " + target.describe() + ", not a place",
            "cannot be updated")
          .why("only the subject of a flow and its views can be replaced")
          .help(isLet ? "bind a new name: let y = ..." : "update a place");
      return;
    }
  }
  if (stmt.op == ":=" && tryFlowCall(*stmt.value, frame, &targets))
    return;
  if (targets.size() != 1) {
    unsupported(range, "an update of several places at once");
    return;
  }
  const Den &target = targets[0];
  std::optional<Tensor> value;
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
  if (value)
    assignPlace(target, *value, range, text(stmt.value->range));
}

void Elaborator::exprStmt(const ast::Expr &expr, Frame &frame) {
  if (const auto *choice = expr.as<ast::IfExpr>(); choice && choice->thenBlock) {
    Den condition = eval(*choice->condition, frame);
    if (condition.is(Den::Kind::Bool)) {
      if (condition.truth)
        block(*choice->thenBlock, frame);
      else if (choice->elseBlock)
        block(*choice->elseBlock, frame);
    } else if (!condition.isError()) {
      error(Code::NotStatic, choice->condition->range,
            "the condition of an 'if' with blocks must be known at compile time")
          .help("write 'if c then a else b' to select a value");
    }
    return;
  }
  if (frame.inFlow) {
    if (const auto *again = expr.as<ast::RepeatExpr>(); again && again->kind == "repeat") {
      auto count = staticInt(*again->count, frame);
      if (count)
        repeatBlock(*count, "repeat", frame, expr.range,
                    [&](Frame &step) { block(again->block, step); }, nullptr);
      return;
    }
    if (!tryFlowCall(expr, frame, nullptr)) {
      Den den = eval(expr, frame);
      if (!den.isError())
        error(Code::NotCallable, expr.range,
              "a statement of a flow must update a place, but this is " + den.describe(),
              "does nothing");
    }
    return;
  }
  Den den = eval(expr, frame);
  if (!den.isError())
    error(Code::NotCallable, expr.range, "this statement does nothing: it is " + den.describe())
        .help("write 'out' before the result");
}

static bool usesStatically(const ast::Expr &expr, const std::string &name, bool inside);

static bool usesStatically(const ast::Block &block, const std::string &name);

static bool inSlots(const std::vector<ast::Slot> &slots, const std::string &name) {
  for (const ast::Slot &slot : slots)
    if (slot.value && usesStatically(*slot.value, name, true))
      return true;
  return false;
}

static bool inSpace(const ast::SpaceExpr *space, const std::string &name) {
  if (!space)
    return false;
  for (const auto &group : space->index)
    if (inSlots(group, name))
      return true;
  for (const ast::SpaceField &field : space->fields)
    if (inSpace(field.space.get(), name))
      return true;
  return false;
}

/// Whether `name` occurs where only a static number can stand: in brackets, a
/// space, a count, a condition of an `if`.
static bool usesStatically(const ast::Expr &expr, const std::string &name, bool inside) {
  auto in = [&](const ast::ExprPtr &e, bool deeper) {
    return e && usesStatically(*e, name, deeper);
  };
  if (const auto *n = expr.as<ast::NameExpr>())
    return inside && n->name == name;
  if (const auto *n = expr.as<ast::IndexExpr>())
    return inSlots(n->slots, name) || in(n->base, inside);
  if (const auto *n = expr.as<ast::BinaryExpr>())
    return in(n->lhs, inside) || in(n->rhs, inside);
  if (const auto *n = expr.as<ast::UnaryExpr>())
    return in(n->operand, inside);
  if (const auto *n = expr.as<ast::CallExpr>()) {
    for (const auto *list : {&n->args, &n->conditions})
      for (const ast::Arg &arg : *list)
        if (in(arg.value, inside))
          return true;
    return in(n->callee, inside);
  }
  if (const auto *n = expr.as<ast::TupleExpr>())
    return std::any_of(n->items.begin(), n->items.end(), [&](const ast::ExprPtr &e) { return in(e, inside); });
  if (const auto *n = expr.as<ast::IfExpr>())
    return in(n->condition, true) || in(n->thenExpr, inside) || in(n->elseExpr, inside) ||
           (n->thenBlock && usesStatically(*n->thenBlock, name)) ||
           (n->elseBlock && usesStatically(*n->elseBlock, name));
  if (const auto *n = expr.as<ast::ReduceExpr>()) {
    for (const ast::Binder &binder : n->binders)
      if (in(binder.range, true))
        return true;
    return in(n->body, inside) || in(n->guard, true);
  }
  if (const auto *n = expr.as<ast::AscribeExpr>())
    return in(n->value, inside) || inSpace(n->space.get(), name);
  if (const auto *n = expr.as<ast::RepeatExpr>())
    return in(n->count, true) || usesStatically(n->block, name);
  return false;
}

static bool usesStatically(const ast::Block &block, const std::string &name) {
  for (const ast::StmtPtr &stmt : block.stmts) {
    auto in = [&](const ast::ExprPtr &e, bool inside = false) {
      return e && usesStatically(*e, name, inside);
    };
    if (const auto *s = stmt->as<ast::LetStmt>(); s && (in(s->value) || inSpace(s->space.get(), name)))
      return true;
    if (const auto *s = stmt->as<ast::ParamStmt>(); s && (in(s->init) || inSpace(s->space.get(), name)))
      return true;
    if (const auto *s = stmt->as<ast::UpdateStmt>(); s && (in(s->place) || in(s->value)))
      return true;
    if (const auto *s = stmt->as<ast::ExprStmt>(); s && in(s->value))
      return true;
    if (const auto *s = stmt->as<ast::OutStmt>(); s && in(s->value))
      return true;
    if (const auto *s = stmt->as<ast::ForStmt>(); s && (in(s->range, true) || usesStatically(s->block, name)))
      return true;
    if (const auto *s = stmt->as<ast::EachStmt>()) {
      for (const ast::Binder &binder : s->binders)
        if (in(binder.range, true))
          return true;
      if (usesStatically(s->block, name))
        return true;
    }
  }
  return false;
}

void Elaborator::forStmt(const ast::ForStmt &stmt, Frame &frame, SourceRange range) {
  if (!frame.inFlow || !stmt.pattern.name) {
    unsupported(range, "a 'for' here");
    return;
  }
  Den over = eval(*stmt.range, frame);
  if (over.isError())
    return;
  const std::string &index = stmt.pattern.name->text;
  bool plain = over.is(Den::Kind::Number) || (over.is(Den::Kind::Range) && over.number == 0);
  if (plain && !usesStatically(stmt.block, index)) {
    auto steps = rangeOf(*stmt.range, frame);
    if (!steps)
      return;
    repeatBlock(static_cast<int64_t>(steps->size()), "for", frame, range,
                [&](Frame &step) { block(stmt.block, step); }, &index);
    return;
  }
  std::vector<Den> items;
  if (over.is(Den::Kind::List)) {
    items = over.items;
  } else {
    auto values = rangeOf(*stmt.range, frame);
    if (!values)
      return;
    for (int64_t value : *values)
      items.push_back(Den::ofNumber(static_cast<double>(value)));
  }
  // Steps that differ: one after the other, each with its own instances.
  for (size_t i = 0; i != items.size(); ++i) {
    Frame step = frame;
    step.env = Env::inside(frame.env);
    auto instances = std::make_shared<Instances>(*frame.instances);
    instances->counts.clear();
    instances->numberedFor = nullptr;
    instances->path += (instances->path.empty() ? "" : ".") + std::to_string(i);
    step.instances = instances;
    bind(step.env, *stmt.pattern.name, items[i]);
    block(stmt.block, step);
  }
}

void Elaborator::eachStmt(const ast::EachStmt &stmt, Frame &frame, SourceRange range) {
  if (stmt.guard) {
    unsupported(stmt.guard->range, "a guard of 'each'");
    return;
  }
  Frame inner = frame;
  inner.env = Env::inside(frame.env);
  std::vector<BinderId> saved = active;
  for (const ast::Binder &binder : stmt.binders) {
    std::optional<std::vector<int64_t>> values;
    if (binder.range)
      values = rangeOf(*binder.range, inner);
    else
      for (const ast::StmtPtr &item : stmt.block.stmts)
        if (const auto *update = item->as<ast::UpdateStmt>(); update && !values)
          values = inferRange(binder.name.text, *update->place, inner);
    if (!values || values->empty()) {
      if (!binder.range || values)
        error(Code::StaticUnknown, binder.name.range,
              "the range of '" + binder.name.text + "' cannot be inferred")
            .help("write it: each " + binder.name.text + ": D { ... }");
      active = saved;
      return;
    }
    BinderId id = newBinder(binder.name.text, *values);
    bind(inner.env, binder.name, Den::ofBinder(id));
    active.push_back(id);
  }
  block(stmt.block, inner);
  active = saved;
}

void Elaborator::requireStmt(const ast::OutStmt &stmt, Frame &frame, SourceRange range) {
  auto condition = tensor(*stmt.value, frame);
  if (!condition)
    return;
  if (condition->space.kind() != SpaceKind::Bool || condition->rank() != 0) {
    error(Code::SpaceMismatch, stmt.value->range, "'require' needs a truth value");
    return;
  }
  if (!condition->deps.empty()) {
    error(Code::WrongArguments, stmt.value->range,
          "'require' states a condition on parameters, but this depends on the sample");
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
