//===- Loops.cpp - for and each -------------------------------------------===//
//
// A `for` is one loop unless its index is needed when the program is compiled;
// `each` makes its indices axes, so that its updates are whole-tensor updates.
//
//===----------------------------------------------------------------------===//
#include "AST/Walk.h"
#include "Elab/Elaborator.h"

#include <algorithm>

namespace rill::lang::elab {

static bool usesStatically(const ast::Expr &expr, const std::string &name,
                           bool inside);

static bool usesStatically(const ast::Block &block, const std::string &name);

static bool inSlots(const std::vector<ast::Slot> &slots,
                    const std::string &name) {
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
static bool usesStatically(const ast::Expr &expr, const std::string &name,
                           bool inside) {
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
    return std::any_of(n->items.begin(), n->items.end(),
                       [&](const ast::ExprPtr &e) { return in(e, inside); });
  if (const auto *n = expr.as<ast::IfExpr>())
    return in(n->condition, true) || in(n->thenExpr, inside) ||
           in(n->elseExpr, inside) ||
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
    if (const auto *s = stmt->as<ast::LetStmt>();
        s && (in(s->value) || inSpace(s->space.get(), name)))
      return true;
    if (const auto *s = stmt->as<ast::ParamStmt>();
        s && (in(s->init) || inSpace(s->space.get(), name)))
      return true;
    if (const auto *s = stmt->as<ast::UpdateStmt>();
        s && (in(s->place) || in(s->value)))
      return true;
    if (const auto *s = stmt->as<ast::ExprStmt>(); s && in(s->value))
      return true;
    if (const auto *s = stmt->as<ast::OutStmt>(); s && in(s->value))
      return true;
    if (const auto *s = stmt->as<ast::ForStmt>();
        s && (in(s->range, true) || usesStatically(s->block, name)))
      return true;
    if (const auto *s = stmt->as<ast::EachStmt>()) {
      for (const ast::Binder &binder : s->binders)
        if (in(binder.range, true))
          return true;
      if (in(s->guard, true) || usesStatically(s->block, name))
        return true;
    }
  }
  return false;
}

void Elaborator::forStmt(const ast::ForStmt &stmt, Frame &frame,
                         SourceRange range) {
  if (!frame.inFlow || !stmt.pattern.name) {
    unsupported(range, "a 'for' here");
    return;
  }
  Den over = eval(*stmt.range, frame);
  if (over.isError())
    return;
  const std::string &index = stmt.pattern.name->text;
  bool plain = over.is(Den::Kind::Number) ||
               (over.is(Den::Kind::Range) && over.number == 0);
  if (plain && !usesStatically(stmt.block, index)) {
    auto steps = rangeOf(*stmt.range, frame);
    if (!steps)
      return;
    repeatBlock(
        static_cast<int64_t>(steps->size()), "for", frame, range,
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

/// The values of an index that a guard keeps: each part of a conjunction speaks
/// of one index, and is known when the program is compiled.
bool Elaborator::keepGuarded(const ast::Expr &guard, const ast::EachStmt &stmt,
                             std::vector<std::vector<int64_t>> &values,
                             Frame &frame) {
  const std::vector<ast::Binder> &indices = stmt.binders;
  if (const auto *both = guard.as<ast::BinaryExpr>(); both && both->op == "and")
    return keepGuarded(*both->lhs, stmt, values, frame) &&
           keepGuarded(*both->rhs, stmt, values, frame);
  std::optional<size_t> which;
  for (size_t b = 0; b != indices.size(); ++b)
    if (ast::anyName(guard, [&](const std::string &name) {
          return name == indices[b].name.text;
        })) {
      if (which) {
        unsupported(guard.range, "a guard of 'each' that compares indices");
        return false;
      }
      which = b;
    }
  auto holds = [&](std::optional<int64_t> value) -> std::optional<bool> {
    Frame inner = frame;
    inner.env = Env::inside(frame.env);
    if (value)
      inner.env->names[indices[*which].name.text] =
          Den::ofNumber(static_cast<double>(*value));
    Den den = eval(guard, inner);
    if (den.is(Den::Kind::Bool))
      return den.truth;
    if (!den.isError())
      error(Code::NotStatic, guard.range,
            "a guard must be known at compile time, but '" + text(guard.range) +
                "' is " + den.describe());
    return std::nullopt;
  };
  if (!which) {
    auto always = holds(std::nullopt);
    for (std::vector<int64_t> &list : values)
      if (always && !*always)
        list.clear();
    return always.has_value();
  }
  std::vector<int64_t> kept;
  for (int64_t value : values[*which]) {
    auto keep = holds(value);
    if (!keep)
      return false;
    if (*keep)
      kept.push_back(value);
  }
  values[*which] = std::move(kept);
  return true;
}

/// Binds the indices of an `each` as axes. False when something was reported;
/// `empty` when a guard keeps none.
bool Elaborator::openEach(const ast::EachStmt &stmt, Frame &inner, bool &empty,
                          const RangeOf &infer) {
  std::vector<std::vector<int64_t>> values;
  for (const ast::Binder &binder : stmt.binders) {
    auto list =
        binder.range ? rangeOf(*binder.range, inner) : infer(binder.name.text);
    if (!list || list->empty()) {
      if (!binder.range || list)
        error(Code::StaticUnknown, binder.name.range,
              "the range of '" + binder.name.text + "' cannot be inferred")
            .help("write it: each " + binder.name.text + ": D { ... }");
      return false;
    }
    values.push_back(std::move(*list));
  }
  if (stmt.guard && !keepGuarded(*stmt.guard, stmt, values, inner))
    return false;
  for (size_t b = 0; b != values.size(); ++b) {
    empty |= values[b].empty();
    BinderId id = newBinder(stmt.binders[b].name.text, values[b]);
    bind(inner.env, stmt.binders[b].name, Den::ofBinder(id));
    active.push_back(id);
  }
  return true;
}

void Elaborator::eachStmt(const ast::EachStmt &stmt, Frame &frame,
                          SourceRange) {
  Frame inner = frame;
  inner.env = Env::inside(frame.env);
  std::vector<BinderId> saved = active;
  bool empty = false;
  bool ok = openEach(stmt, inner, empty, [&](const std::string &name) {
    std::optional<std::vector<int64_t>> values;
    for (const ast::StmtPtr &item : stmt.block.stmts)
      if (const auto *update = item->as<ast::UpdateStmt>(); update && !values)
        values = inferRange(name, *update->place, inner);
    return values;
  });
  if (ok && !empty)
    block(stmt.block, inner);
  active = saved;
}

} // namespace rill::lang::elab
