//===- BuildSpaces.cpp - Spaces, index slots, binders ---------------------===//
//
// Builds what stands in square brackets and after colons.
//
//===----------------------------------------------------------------------===//
#include "Parse/Build.h"

#include <cstdlib>

using namespace rill::lang;
using namespace rill::lang::parse;
using antlr4::tree::ParseTree;

ast::SpacePtr Builder::space(Grammar::SpaceContext *ctx) {
  auto result = std::make_unique<ast::SpaceExpr>();
  spaceAtom(ctx->spaceAtom(), *result);
  result->optional = hasToken(ctx, "?");
  result->range = range(ctx);
  return result;
}

void Builder::spaceAtom(Grammar::SpaceAtomContext *ctx,
                        ast::SpaceExpr &result) {
  using Kind = ast::SpaceExpr::Kind;
  if (ctx->NUMBER()) {
    result.kind = Kind::Number;
    result.number = number(ctx->NUMBER()).value;
    result.spelling = tokenText(ctx->NUMBER());
    return;
  }
  if (tokenText(ctx->children[0]) == "fn") {
    result.kind = Kind::Function;
    size_t parameters = ctx->space().size() - 1;
    for (size_t i = 0; i < parameters; ++i)
      result.fields.push_back({std::nullopt, space(ctx->space(i))});
    result.result = space(ctx->space(parameters));
    return;
  }
  if (ctx->id()) {
    result.kind = Kind::Named;
    result.path.push_back(ident(ctx->id()));
    for (auto *n : ctx->name())
      result.path.push_back(ident(n));
    for (auto *e : ctx->expr())
      result.args.push_back(expr(e));
  } else {
    result.kind = Kind::Product;
    for (auto *f : ctx->field()) {
      ast::SpaceField field;
      if (f->id())
        field.name = ident(f->id());
      field.space = space(f->space());
      result.fields.push_back(std::move(field));
    }
  }
  for (auto *i : ctx->index())
    result.index.push_back(index(i));
}

std::vector<ast::Slot> Builder::index(Grammar::IndexContext *ctx) {
  std::vector<ast::Slot> result;
  for (auto *s : ctx->slot())
    result.push_back(slot(s));
  return result;
}

ast::Slot Builder::slot(Grammar::SlotContext *ctx) {
  using Kind = ast::Slot::Kind;
  ast::Slot result;
  result.range = range(ctx);
  result.kind = Kind::Expr;
  if (ctx->id())
    result.name = ident(ctx->id());
  if (ctx->expr())
    result.value = expr(ctx->expr());

  std::string first = tokenText(ctx->children.front());
  std::string last = tokenText(ctx->children.back());
  if (last == "..") // also the lone `..`
    result.kind = result.value ? Kind::From : Kind::All;
  else if (first == "..")
    result.kind = Kind::UpTo;
  else if (first == "<")
    result.kind = Kind::Less;
  else if (first == "<=")
    result.kind = Kind::LessEq;
  else if (first == ">")
    result.kind = Kind::Greater;
  else if (first == ">=")
    result.kind = Kind::GreaterEq;
  return result;
}

std::vector<ast::Binder> Builder::binders(Grammar::BindersContext *ctx,
                                          ast::ExprPtr &guard) {
  std::vector<ast::Binder> result;
  for (auto *b : ctx->binder())
    result.push_back({ident(b->id()), b->expr() ? expr(b->expr()) : nullptr});
  if (ctx->expr())
    guard = expr(ctx->expr());
  return result;
}
