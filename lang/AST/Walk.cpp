//===- Walk.cpp - Visiting all expressions of a tree ----------------------===//
//
// Every kind of node is taken apart in one place, here.
//
//===----------------------------------------------------------------------===//
#include "AST/Walk.h"

namespace rill::lang::ast {

namespace {
class Walk {
public:
  explicit Walk(const Visitor &visitor) : visitor(visitor) {}

  void expr(const ExprPtr &e) {
    if (e)
      node(*e);
  }
  void node(const Expr &e) {
    if (visitor.expr && !visitor.expr(e))
      return;
    std::visit([this](const auto &n) { below(n); }, e.node);
  }
  void space(const SpacePtr &s) {
    if (s)
      node(*s);
  }
  void node(const SpaceExpr &s) {
    if (visitor.space)
      visitor.space(s);
    list(s.args);
    for (const SpaceField &field : s.fields)
      space(field.space);
    space(s.result);
    for (const auto &group : s.index)
      slots(group);
  }
  void block(const Block &b) {
    for (const StmtPtr &s : b.stmts) {
      if (visitor.stmt)
        visitor.stmt(*s);
      std::visit([this](const auto &n) { below(n); }, s->node);
    }
  }
  void block(const std::optional<Block> &b) {
    if (b)
      block(*b);
  }
  void parameters(const Parameters &params) {
    for (const auto *group : {&params.subject, &params.conditions})
      for (const Parameter &param : *group) {
        space(param.space);
        expr(param.law);
        expr(param.defaultValue);
      }
  }
  void parameters(const std::optional<Parameters> &params) {
    if (params)
      parameters(*params);
  }
  void statics(const std::vector<Static> &all) {
    for (const Static &item : all)
      expr(item.defaultValue);
  }

private:
  void list(const std::vector<ExprPtr> &items) {
    for (const ExprPtr &item : items)
      expr(item);
  }
  void slots(const std::vector<Slot> &all) {
    for (const Slot &slot : all)
      expr(slot.value);
  }
  void binders(const std::vector<Binder> &all) {
    for (const Binder &binder : all)
      expr(binder.range);
  }
  void args(const std::vector<Arg> &all) {
    for (const Arg &arg : all)
      expr(arg.value);
  }

  // Expressions.
  void below(const NameExpr &) {}
  void below(const NumberExpr &) {}
  void below(const StringExpr &) {}
  void below(const BoolExpr &) {}
  void below(const NullExpr &) {}
  void below(const TupleExpr &n) { list(n.items); }
  void below(const ListExpr &n) { list(n.items); }
  void below(const BlockExpr &n) { block(n.block); }
  void below(const CallExpr &n) {
    expr(n.callee);
    args(n.args);
    args(n.conditions);
  }
  void below(const IndexExpr &n) {
    expr(n.base);
    slots(n.slots);
  }
  void below(const MemberExpr &n) { expr(n.base); }
  void below(const UnaryExpr &n) { expr(n.operand); }
  void below(const BinaryExpr &n) {
    expr(n.lhs);
    expr(n.rhs);
  }
  void below(const ReduceExpr &n) {
    binders(n.binders);
    expr(n.guard);
    expr(n.body);
  }
  void below(const ExpectExpr &n) {
    for (const DrawBinding &draw : n.draws) {
      space(draw.space);
      expr(draw.value);
    }
    expr(n.count);
    expr(n.body);
  }
  void below(const DerivExpr &n) {
    for (const Seed &seed : n.seeds)
      expr(seed.value);
    expr(n.body);
  }
  void below(const IfExpr &n) {
    expr(n.condition);
    expr(n.thenExpr);
    expr(n.elseExpr);
    block(n.thenBlock);
    block(n.elseBlock);
  }
  void below(const LambdaExpr &n) {
    parameters(n.params);
    expr(n.body);
  }
  void below(const AscribeExpr &n) {
    expr(n.value);
    space(n.space);
  }
  void below(const RepeatExpr &n) {
    expr(n.count);
    block(n.block);
  }
  void below(const ScanExpr &n) {
    expr(n.range);
    for (const ScanCarry &carry : n.carries) {
      space(carry.space);
      expr(carry.init);
    }
    block(n.block);
  }
  void below(const OverExpr &n) {
    expr(n.rule);
    expr(n.times);
    expr(n.from);
  }

  // Statements.
  void below(const LetStmt &n) {
    parameters(n.params);
    space(n.space);
    expr(n.value);
  }
  void below(const ParamStmt &n) {
    space(n.space);
    expr(n.init);
  }
  void below(const OutStmt &n) { expr(n.value); }
  void below(const CheckStmt &n) {
    expr(n.condition);
    expr(n.within);
  }
  void below(const FwdRevStmt &n) { block(n.block); }
  void below(const ForStmt &n) {
    expr(n.range);
    block(n.block);
  }
  void below(const EachStmt &n) {
    binders(n.binders);
    expr(n.guard);
    block(n.block);
  }
  void below(const EvolveStmt &n) {
    expr(n.range);
    block(n.block);
  }
  void below(const CloudStmt &n) {
    space(n.space);
    expr(n.law);
  }
  void below(const LocalFnStmt &n) {
    statics(n.statics);
    parameters(n.params);
    space(n.result);
    expr(n.body);
    block(n.block);
  }
  void below(const ExprStmt &n) { expr(n.value); }
  void below(const DrawStmt &n) {
    expr(n.target);
    space(n.space);
    expr(n.law);
  }
  void below(const AssignStmt &n) {
    expr(n.target);
    expr(n.value);
  }
  void below(const UpdateStmt &n) {
    expr(n.place);
    expr(n.value);
    expr(n.inverse);
  }

  const Visitor &visitor;
};
} // namespace

void walk(const Expr &expr, const Visitor &visitor) {
  Walk(visitor).node(expr);
}

void walk(const SpaceExpr &space, const Visitor &visitor) {
  Walk(visitor).node(space);
}

void walk(const Block &block, const Visitor &visitor) {
  Walk(visitor).block(block);
}

void walk(const DefItem &def, const Visitor &visitor) {
  Walk walk(visitor);
  walk.statics(def.statics);
  walk.parameters(def.params);
  walk.space(def.result);
  walk.expr(def.body);
  walk.block(def.where);
  walk.block(def.block);
}

bool anyName(const Expr &expr,
             const std::function<bool(const std::string &)> &test) {
  bool found = false;
  walk(expr, {[&](const Expr &e) {
                const auto *name = e.as<NameExpr>();
                found |= name && test(name->name);
                return !found;
              },
              {},
              {}});
  return found;
}

} // namespace rill::lang::ast
