//===- Names.cpp - Unknown names in what nobody uses ----------------------===//
//
// A declaration is elaborated when it is used, with its statics known. This
// walk looks only at the names of the declarations that were not: a name that
// is bound nowhere is an error even there.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

namespace rill::lang::elab {

namespace {
/// Walks one declaration with the names bound on the way.
class NameWalk {
public:
  using Report = std::function<void(const std::string &, SourceRange)>;
  NameWalk(const EnvPtr &env, Report report)
      : env(env), report(std::move(report)) {
    scopes.emplace_back();
  }
  void def(const ast::DefItem &def);

private:
  void define(const std::string &name) { scopes.back().insert(name); }
  void pattern(const ast::Pattern &pattern);
  void parameters(const ast::Parameters &params);
  void spaceNames(const ast::SpaceExpr *space, bool binds);
  void arguments(const std::vector<ast::Arg> &args);
  void slots(const std::vector<ast::Slot> &slots);
  void binders(const std::vector<ast::Binder> &binders);
  void block(const ast::Block &block);
  void stmt(const ast::Stmt &stmt);
  void expr(const ast::Expr *expr);
  void rest(const ast::Expr &expr);
  bool knows(const std::string &name) const;
  template <class Fn> void nested(Fn fn) {
    scopes.emplace_back();
    fn();
    scopes.pop_back();
  }

  EnvPtr env;
  Report report;
  std::vector<std::set<std::string>> scopes;
};
} // namespace

bool NameWalk::knows(const std::string &name) const {
  static const std::set<std::string> special = {"nll", "numeric", "step",
                                                "enumerate"};
  for (const auto &scope : scopes)
    if (scope.count(name))
      return true;
  return special.count(name) || env->find(name);
}

void NameWalk::pattern(const ast::Pattern &p) {
  if (p.name)
    define(p.name->text);
  for (const ast::Pattern &part : p.parts)
    pattern(part);
}

void NameWalk::spaceNames(const ast::SpaceExpr *space, bool binds) {
  if (!space)
    return;
  for (const auto &group : space->index)
    for (const ast::Slot &slot : group) {
      const auto *name = slot.value ? slot.value->as<ast::NameExpr>() : nullptr;
      if (name && binds)
        define(name->name);
      else if (!binds)
        expr(slot.value.get());
    }
  for (const ast::SpaceField &field : space->fields)
    spaceNames(field.space.get(), binds);
}

void NameWalk::parameters(const ast::Parameters &params) {
  for (const auto *group : {&params.subject, &params.conditions})
    for (const ast::Parameter &param : *group) {
      define(param.name.text);
      spaceNames(param.space.get(), true);
    }
  for (const auto *group : {&params.subject, &params.conditions})
    for (const ast::Parameter &param : *group) {
      expr(param.law.get());
      expr(param.defaultValue.get());
    }
}

void NameWalk::arguments(const std::vector<ast::Arg> &args) {
  for (const ast::Arg &arg : args)
    expr(arg.value.get());
}

void NameWalk::slots(const std::vector<ast::Slot> &list) {
  for (const ast::Slot &slot : list)
    expr(slot.value.get());
}

void NameWalk::binders(const std::vector<ast::Binder> &list) {
  for (const ast::Binder &binder : list) {
    expr(binder.range.get());
    define(binder.name.text);
  }
}

/// Names in the target of a member or an assignment: `logp(x) = e`, `x[j] ~ e`.
static void targetNames(const ast::Expr &target, std::set<std::string> &into) {
  if (const auto *name = target.as<ast::NameExpr>())
    into.insert(name->name);
  if (const auto *call = target.as<ast::CallExpr>())
    for (const ast::Arg &arg : call->args)
      targetNames(*arg.value, into);
}

void NameWalk::stmt(const ast::Stmt &s) {
  if (const auto *n = s.as<ast::LetStmt>()) {
    nested([&] {
      if (n->params)
        parameters(*n->params);
      expr(n->value.get());
    });
    pattern(n->pattern);
  } else if (const auto *n = s.as<ast::ParamStmt>()) {
    spaceNames(n->space.get(), false);
    expr(n->init.get());
    define(n->name.text);
  } else if (const auto *n = s.as<ast::OutStmt>()) {
    expr(n->value.get());
  } else if (const auto *n = s.as<ast::ForStmt>()) {
    expr(n->range.get());
    nested([&] {
      pattern(n->pattern);
      block(n->block);
    });
  } else if (const auto *n = s.as<ast::EachStmt>()) {
    nested([&] {
      binders(n->binders);
      expr(n->guard.get());
      block(n->block);
    });
  } else if (const auto *n = s.as<ast::ExprStmt>()) {
    expr(n->value.get());
  } else if (const auto *n = s.as<ast::DrawStmt>()) {
    expr(n->law.get());
    targetNames(*n->target, scopes.back());
  } else if (const auto *n = s.as<ast::AssignStmt>()) {
    nested([&] {
      targetNames(*n->target, scopes.back());
      expr(n->value.get());
    });
    targetNames(*n->target, scopes.back());
  } else if (const auto *n = s.as<ast::UpdateStmt>()) {
    expr(n->place.get());
    expr(n->value.get());
  } else if (const auto *n = s.as<ast::LocalFnStmt>()) {
    define(n->name.text);
    nested([&] {
      for (const ast::Static &item : n->statics)
        define(item.name.text);
      parameters(n->params);
      expr(n->body.get());
      if (n->block)
        block(*n->block);
    });
  }
}

void NameWalk::block(const ast::Block &b) {
  for (const ast::StmtPtr &s : b.stmts)
    stmt(*s);
}

void NameWalk::expr(const ast::Expr *e) {
  if (!e)
    return;
  if (const auto *n = e->as<ast::NameExpr>()) {
    if (!knows(n->name)) {
      report(n->name, e->range);
      define(n->name); // once per declaration
    }
    return;
  }
  rest(*e);
}

void NameWalk::rest(const ast::Expr &e) {
  if (const auto *n = e.as<ast::TupleExpr>()) {
    for (const ast::ExprPtr &item : n->items)
      expr(item.get());
  } else if (const auto *n = e.as<ast::ListExpr>()) {
    for (const ast::ExprPtr &item : n->items)
      expr(item.get());
  } else if (const auto *n = e.as<ast::BlockExpr>()) {
    nested([&] { block(n->block); });
  } else if (const auto *n = e.as<ast::CallExpr>()) {
    expr(n->callee.get());
    arguments(n->args);
    arguments(n->conditions);
  } else if (const auto *n = e.as<ast::IndexExpr>()) {
    const auto *base = n->base->as<ast::NameExpr>();
    static const std::set<std::string> spaces = {
        "Fin", "Simplex", "PLU", "Orthogonal", "Permutation", "LowerUnit"};
    if (!base || !spaces.count(base->name))
      expr(n->base.get());
    slots(n->slots);
  } else if (const auto *n = e.as<ast::MemberExpr>()) {
    expr(n->base.get());
  } else if (const auto *n = e.as<ast::UnaryExpr>()) {
    expr(n->operand.get());
  } else if (const auto *n = e.as<ast::BinaryExpr>()) {
    expr(n->lhs.get());
    expr(n->rhs.get());
  } else if (const auto *n = e.as<ast::ReduceExpr>()) {
    nested([&] {
      binders(n->binders);
      expr(n->guard.get());
      expr(n->body.get());
    });
  } else if (const auto *n = e.as<ast::IfExpr>()) {
    expr(n->condition.get());
    expr(n->thenExpr.get());
    expr(n->elseExpr.get());
    for (const auto *branch : {&n->thenBlock, &n->elseBlock})
      if (*branch)
        nested([&] { block(**branch); });
  } else if (const auto *n = e.as<ast::LambdaExpr>()) {
    nested([&] {
      parameters(n->params);
      expr(n->body.get());
    });
  } else if (const auto *n = e.as<ast::AscribeExpr>()) {
    expr(n->value.get());
    spaceNames(n->space.get(), false);
  } else if (const auto *n = e.as<ast::RepeatExpr>()) {
    expr(n->count.get());
    nested([&] { block(n->block); });
  } else if (const auto *n = e.as<ast::DerivExpr>()) {
    for (const ast::Seed &seed : n->seeds) {
      const ast::Ident &name = seed.path.front();
      if (!knows(name.text)) {
        report(name.text, name.range);
        define(name.text);
      }
      expr(seed.value.get());
    }
    expr(n->body.get());
  } else if (const auto *n = e.as<ast::ExpectExpr>()) {
    nested([&] {
      for (const ast::DrawBinding &draw : n->draws) {
        expr(draw.value.get());
        pattern(draw.pattern);
      }
      expr(n->body.get());
    });
  }
  // Constructs of later slices are reported where they are elaborated.
}

void NameWalk::def(const ast::DefItem &d) {
  for (const ast::Static &item : d.statics) {
    define(item.name.text);
    expr(item.defaultValue.get());
  }
  if (d.params)
    parameters(*d.params);
  spaceNames(d.result.get(), true);
  if (d.where)
    block(*d.where);
  expr(d.body.get());
  if (d.block)
    block(*d.block);
}

bool Elaborator::isCompiled(const std::string &kind) {
  static const std::set<std::string> kinds = {"net",  "flow", "dist",
                                              "loss", "fn",   "energy"};
  return kinds.count(kind) != 0;
}

void Elaborator::checkUnusedNames(const ast::File &file) {
  const EnvPtr &env = moduleTable[""].env;
  for (const ast::Item &item : file.items) {
    const auto *def = item.as<ast::DefItem>();
    if (!def || !isCompiled(def->kind) || entered.count(def))
      continue;
    NameWalk walk(env, [&](const std::string &name, SourceRange range) {
      unknownName(name, range, env);
    });
    walk.def(*def);
  }
}

} // namespace rill::lang::elab
