//===- Walk.h - Visiting all expressions of a tree --------------*- C++ -*-===//
//
// One walk over the tree, parents first, for questions such as "is this name
// mentioned". It knows nothing of scopes.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_AST_WALK_H
#define RILL_LANG_AST_WALK_H

#include "AST/AST.h"

#include <functional>

namespace rill::lang::ast {

/// What is called for each node; a part that is left empty is not called. A
/// false result of `expr` skips what is below the expression.
struct Visitor {
  std::function<bool(const Expr &)> expr;
  std::function<void(const SpaceExpr &)> space;
  std::function<void(const Stmt &)> stmt;
};

void walk(const Expr &expr, const Visitor &visitor);
void walk(const SpaceExpr &space, const Visitor &visitor);
void walk(const Block &block, const Visitor &visitor);
void walk(const DefItem &def, const Visitor &visitor);

/// Whether a name expression below `expr`, in spaces and blocks too, satisfies
/// `test`.
bool anyName(const Expr &expr,
             const std::function<bool(const std::string &)> &test);

} // namespace rill::lang::ast

#endif // RILL_LANG_AST_WALK_H
