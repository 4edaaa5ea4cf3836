//===- Build.h - From ANTLR's tree to Rill's --------------------*- C++ -*-===//
//
// One function per grammar rule. Contexts in which an error was reported are
// left out; everything else is complete when it gets here.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_PARSE_BUILD_H
#define RILL_LANG_PARSE_BUILD_H

#include "AST/AST.h"
#include "Parse/Antlr.h"

namespace rill::lang::parse {

class Builder {
public:
  Builder(const Offsets &offsets, std::string_view text)
      : offsets(offsets), text(text) {}

  ast::Item item(Grammar::ItemContext *ctx);

private:
  // BuildItems.cpp
  ast::UseItem use(Grammar::UseContext *ctx);
  ast::DataItem data(Grammar::DataContext *ctx);
  ast::DefItem def(Grammar::DefContext *ctx);
  ast::DefItem topLevelFn(ast::LocalFnStmt fn, antlr4::ParserRuleContext *ctx);
  ast::EnvItem env(Grammar::EnvContext *ctx);
  ast::EnvEntry envEntry(Grammar::EnvItemContext *ctx);
  ast::TrainItem train(Grammar::TrainContext *ctx);
  std::vector<ast::Setting> settings(Grammar::SettingsContext *ctx);
  ast::Setting setting(Grammar::SettingContext *ctx);
  ast::TestItem test(Grammar::TestContext *ctx);
  std::string docBefore(antlr4::ParserRuleContext *ctx) const;

  // BuildStmts.cpp
  ast::Block block(Grammar::BlockContext *ctx);
  ast::StmtPtr stmt(Grammar::StmtContext *ctx);
  ast::LetStmt let(Grammar::StmtContext *ctx);
  ast::CheckStmt check(Grammar::StmtContext *ctx);
  ast::LocalFnStmt localFn(Grammar::StmtContext *ctx);
  void exprStmt(Grammar::StmtContext *ctx, ast::Stmt &result);
  ast::Pattern pattern(Grammar::PatternContext *ctx);
  ast::Parameters params(Grammar::ParamsContext *ctx);
  ast::Parameter param(Grammar::ParamContext *ctx);
  std::vector<ast::Static> statics(Grammar::StaticsContext *ctx);

  // BuildSpaces.cpp
  ast::SpacePtr space(Grammar::SpaceContext *ctx);
  void spaceAtom(Grammar::SpaceAtomContext *ctx, ast::SpaceExpr &result);
  std::vector<ast::Slot> index(Grammar::IndexContext *ctx);
  ast::Slot slot(Grammar::SlotContext *ctx);
  std::vector<ast::Binder> binders(Grammar::BindersContext *ctx,
                                   ast::ExprPtr &guard);

  // BuildExprs.cpp
  ast::ExprPtr expr(Grammar::ExprContext *ctx);
  ast::ExprPtr ifExpr(Grammar::ExprContext *ctx);
  ast::ExprPtr ascribed(Grammar::AscribedContext *ctx);
  /// `operand (operator operand)*`, from the left; any rule of that form.
  ast::ExprPtr chain(antlr4::ParserRuleContext *ctx);
  ast::ExprPtr operand(antlr4::tree::ParseTree *child);
  ast::ExprPtr reduce(Grammar::ReduceContext *ctx);
  ast::ExpectExpr expect(Grammar::ReduceContext *ctx);
  ast::DrawBinding bind(Grammar::BindContext *ctx);
  ast::ExprPtr prefix(Grammar::PrefixContext *ctx);
  ast::ExprPtr deriv(Grammar::PrefixContext *ctx);
  ast::ExprPtr postfix(Grammar::PostfixContext *ctx);
  ast::ExprPtr call(ast::ExprPtr callee, Grammar::ArgsContext *ctx);
  void args(Grammar::ArgsContext *ctx, ast::CallExpr &call);
  ast::Arg arg(Grammar::ArgContext *ctx);
  ast::ExprPtr primary(Grammar::PrimaryContext *ctx);
  ast::ExprPtr parens(Grammar::PrimaryContext *ctx);
  ast::ExprPtr scan(Grammar::PrimaryContext *ctx);

  // BuildExprs.cpp: small helpers
  ast::Ident ident(antlr4::ParserRuleContext *ctx) const;
  SourceRange range(antlr4::ParserRuleContext *ctx) const;
  SourceRange tokenRange(antlr4::tree::ParseTree *terminal) const;
  template <class Node> ast::ExprPtr make(SourceRange range, Node node) const {
    auto e = std::make_unique<ast::Expr>();
    e->range = range;
    e->node = std::move(node);
    return e;
  }
  bool blankBefore(SourceRange range) const;
  bool spansLines(SourceRange range) const;
  ast::NumberExpr number(antlr4::tree::ParseTree *terminal) const;
  std::string string(antlr4::tree::ParseTree *terminal) const;

  const Offsets &offsets;
  std::string_view text;
};

/// The text of a terminal, "" for a rule's node.
std::string tokenText(antlr4::tree::ParseTree *node);

/// Whether a direct child of `ctx` is this token.
bool hasToken(antlr4::ParserRuleContext *ctx, std::string_view token);

/// An empty line lies directly before the offset (no comment between).
bool precededByBlankLine(std::string_view text, uint32_t offset);

} // namespace rill::lang::parse

#endif // RILL_LANG_PARSE_BUILD_H
