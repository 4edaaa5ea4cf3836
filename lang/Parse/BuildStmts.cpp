//===- BuildStmts.cpp - Statements, patterns, parameters ------------------===//
//
// Builds what stands inside of blocks, and the headers of declarations.
//
//===----------------------------------------------------------------------===//
#include "Parse/Build.h"

using namespace rill::lang;
using namespace rill::lang::parse;
using antlr4::tree::ParseTree;

ast::Block Builder::block(Grammar::BlockContext *ctx) {
  ast::Block result;
  result.range = range(ctx);
  for (auto *s : ctx->stmt())
    if (!s->exception) // reported, and skipped
      result.stmts.push_back(stmt(s));
  result.multiline = spansLines(result.range);
  return result;
}

ast::StmtPtr Builder::stmt(Grammar::StmtContext *ctx) {
  auto result = std::make_unique<ast::Stmt>();
  result->range = range(ctx);
  result->blankBefore = blankBefore(result->range);
  auto &node = result->node;

  std::string first = tokenText(ctx->children[0]);
  if (first == "let" || first == "view")
    node = let(ctx);
  else if (first == "param")
    node = ast::ParamStmt{ident(ctx->id()), space(ctx->space()),
                          ctx->expr().empty() ? nullptr : expr(ctx->expr(0))};
  else if (first == "out" || first == "target" || first == "require")
    node = ast::OutStmt{first, expr(ctx->expr(0))};
  else if (first == "check")
    node = check(ctx);
  else if (first == "fwd" || first == "rev")
    node = ast::FwdRevStmt{first == "fwd", block(ctx->block())};
  else if (first == "for")
    node = ast::ForStmt{pattern(ctx->pattern()), expr(ctx->expr(0)),
                        block(ctx->block())};
  else if (first == "each") {
    ast::EachStmt each;
    each.binders = binders(ctx->binders(), each.guard);
    each.block = block(ctx->block());
    node = std::move(each);
  } else if (first == "evolve")
    node = ast::EvolveStmt{ident(ctx->id()), expr(ctx->expr(0)),
                           block(ctx->block())};
  else if (first == "cloud")
    node = ast::CloudStmt{ident(ctx->id()), space(ctx->space()),
                          expr(ctx->expr(0))};
  else if (first == "fn" && ctx->id())
    node = localFn(ctx);
  else
    exprStmt(ctx, *result);
  return result;
}

ast::LetStmt Builder::let(Grammar::StmtContext *ctx) {
  ast::LetStmt result;
  result.isView = tokenText(ctx->children[0]) == "view";
  result.pattern = pattern(ctx->pattern());
  if (ctx->params())
    result.params = params(ctx->params());
  if (ctx->space())
    result.space = space(ctx->space());
  result.value = expr(ctx->expr(0));
  return result;
}

ast::CheckStmt Builder::check(Grammar::StmtContext *ctx) {
  ast::CheckStmt result;
  if (ctx->STRING())
    result.label = string(ctx->STRING());
  result.condition = expr(ctx->expr(0));
  if (ctx->expr().size() > 1)
    result.within = expr(ctx->expr(1));
  return result;
}

ast::LocalFnStmt Builder::localFn(Grammar::StmtContext *ctx) {
  ast::LocalFnStmt result;
  result.name = ident(ctx->id());
  result.hasStatics = ctx->statics() != nullptr;
  if (ctx->statics())
    result.statics = statics(ctx->statics());
  result.params = params(ctx->params());
  if (ctx->space())
    result.result = space(ctx->space());
  if (ctx->block())
    result.block = block(ctx->block());
  else
    result.body = expr(ctx->expr(0));
  return result;
}

/// The statement's operator: the first of its direct tokens besides `:`.
static std::string statementOperator(Grammar::StmtContext *ctx) {
  for (ParseTree *child : ctx->children) {
    std::string token = tokenText(child);
    if (!token.empty() && token != ":")
      return token;
  }
  return "";
}

void Builder::exprStmt(Grammar::StmtContext *ctx, ast::Stmt &result) {
  std::string op = statementOperator(ctx);
  ast::ExprPtr target = expr(ctx->expr(0));
  if (op.empty()) {
    result.node = ast::ExprStmt{std::move(target)};
    return;
  }
  ast::ExprPtr value = expr(ctx->expr(1));
  if (op == "~")
    result.node = ast::DrawStmt{std::move(target),
                                ctx->space() ? space(ctx->space()) : nullptr,
                                std::move(value)};
  else if (op == "=")
    result.node = ast::AssignStmt{std::move(target), std::move(value)};
  else
    result.node =
        ast::UpdateStmt{op, std::move(target), std::move(value),
                        ctx->expr().size() > 2 ? expr(ctx->expr(2)) : nullptr};
}

ast::Pattern Builder::pattern(Grammar::PatternContext *ctx) {
  ast::Pattern result;
  result.range = range(ctx);
  if (ctx->id())
    result.name = ident(ctx->id());
  for (auto *p : ctx->pattern())
    result.parts.push_back(pattern(p));
  return result;
}

ast::Parameters Builder::params(Grammar::ParamsContext *ctx) {
  ast::Parameters result;
  result.range = range(ctx);
  for (ParseTree *child : ctx->children) {
    if (dynamic_cast<Grammar::BarContext *>(child))
      result.hasBar = true;
    auto *group = dynamic_cast<Grammar::GroupContext *>(child);
    if (!group)
      continue;
    auto &list = result.hasBar ? result.conditions : result.subject;
    bool arrow = false;
    for (ParseTree *part : group->children) {
      if (auto *p = dynamic_cast<Grammar::ParamContext *>(part)) {
        list.push_back(param(p));
        list.back().arrow = arrow;
      }
      arrow = tokenText(part) == "->";
    }
  }
  return result;
}

ast::Parameter Builder::param(Grammar::ParamContext *ctx) {
  ast::Parameter result;
  result.name = ident(ctx->id());
  if (ctx->space())
    result.space = space(ctx->space());
  std::string before;
  for (ParseTree *child : ctx->children) {
    if (auto *e = dynamic_cast<Grammar::ExprContext *>(child))
      (before == "~" ? result.law : result.defaultValue) = expr(e);
    before = tokenText(child);
  }
  return result;
}

std::vector<ast::Static> Builder::statics(Grammar::StaticsContext *ctx) {
  std::vector<ast::Static> result;
  for (auto *s : ctx->static_())
    result.push_back({ident(s->id()), hasToken(s, "..."),
                      s->expr() ? expr(s->expr()) : nullptr});
  return result;
}
