//===- Formatter.h - From the syntax tree to layout -------------*- C++ -*-===//
//
// Builds the layout document of a file. Comments are taken in source order and
// put between statements; none is lost.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_FORMAT_FORMATTER_H
#define RILL_LANG_FORMAT_FORMATTER_H

#include "AST/AST.h"
#include "Format/Doc.h"

#include <functional>

namespace rill::lang::format_detail {

class Formatter {
public:
  explicit Formatter(const ast::File &file) : file(file) {}
  DocPtr run();

private:
  // Format.cpp: items, statements, blocks
  DocPtr item(const ast::Item &item);
  DocPtr def(const ast::DefItem &def);
  DocPtr env(const ast::EnvItem &env);
  DocPtr envEntry(const ast::EnvEntry &entry);
  DocPtr train(const ast::TrainItem &train);
  DocPtr settings(const std::vector<ast::Setting> &list, bool multiline,
                  uint32_t end);
  DocPtr setting(const ast::Setting &setting);
  DocPtr block(const ast::Block &block);
  DocPtr stmt(const ast::Stmt &stmt);
  DocPtr let(const ast::LetStmt &let);
  DocPtr localFn(const ast::LocalFnStmt &fn);
  /// Lines `{ .. }` or `{ a; b }` of things with a range.
  DocPtr braces(size_t count, bool multiline, uint32_t end,
                const std::function<SourceRange(size_t)> &range,
                const std::function<bool(size_t)> &blankBefore,
                const std::function<DocPtr(size_t)> &print);
  /// Comments on their own lines that begin before `offset`.
  void commentsBefore(uint32_t offset, std::vector<DocPtr> &lines, bool first);
  /// A comment behind what was just printed.
  DocPtr trailingComment(uint32_t before);

  // FormatExprs.cpp
  DocPtr expr(const ast::Expr &e);
  DocPtr bare(const ast::Expr &e);
  DocPtr binary(const ast::BinaryExpr &e);
  DocPtr ifExpr(const ast::IfExpr &e);
  DocPtr reduce(const ast::ReduceExpr &e);
  DocPtr expect(const ast::ExpectExpr &e);
  DocPtr deriv(const ast::DerivExpr &e);
  DocPtr scan(const ast::ScanExpr &e);
  DocPtr binders(const std::vector<ast::Binder> &list,
                 const ast::ExprPtr &guard);
  DocPtr arg(const ast::Arg &a);
  DocPtr args(const std::vector<ast::Arg> &args,
              const std::vector<ast::Arg> &conditions, bool hasBar);
  DocPtr slot(const ast::Slot &slot);
  DocPtr slots(const std::vector<ast::Slot> &list);
  DocPtr space(const ast::SpaceExpr &s);
  DocPtr pattern(const ast::Pattern &p);
  DocPtr params(const ast::Parameters &p);
  DocPtr param(const ast::Parameter &p);
  DocPtr statics(const std::vector<ast::Static> &list);
  /// ` = e`, the value on the next line when it does not fit.
  DocPtr gives(const char *op, const ast::Expr &value);
  DocPtr list(const char *open, std::vector<DocPtr> items, const char *close);

  const ast::File &file;
  size_t nextComment = 0;
  bool inSpace = false; ///< `Real[D/2]`: no blanks around `/` and `*`
};

} // namespace rill::lang::format_detail

#endif // RILL_LANG_FORMAT_FORMATTER_H
