//===- Members.h - Finding the members of a law's block ---------*- C++ -*-===//
//
// `logp(x) = e`, `sample() = e` and the like are assignments whose target is a
// call or a name. Syntax only; shared by the files on laws.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_MEMBERS_H
#define RILL_LANG_ELAB_MEMBERS_H

#include "Elab/Denotation.h"

namespace rill::lang::elab {

/// Finds `name(..) = e` or `name = e` in a law's block.
inline const ast::AssignStmt *memberOf(const Law &law,
                                       const std::string &name) {
  if (!law.callable || !law.callable->def->block)
    return nullptr;
  for (const ast::StmtPtr &stmt : law.callable->def->block->stmts) {
    const auto *assign = stmt->as<ast::AssignStmt>();
    if (!assign)
      continue;
    const auto *call = assign->target->as<ast::CallExpr>();
    const auto *named =
        (call ? call->callee.get() : assign->target.get())->as<ast::NameExpr>();
    if (named && named->name == name)
      return assign;
  }
  return nullptr;
}

/// Names that the member gives to its arguments.
inline std::vector<std::string> memberArgs(const ast::AssignStmt &member) {
  std::vector<std::string> names;
  if (const auto *call = member.target->as<ast::CallExpr>())
    for (const ast::Arg &arg : call->args)
      if (const auto *name = arg.value->as<ast::NameExpr>())
        names.push_back(name->name);
  return names;
}

} // namespace rill::lang::elab

#endif // RILL_LANG_ELAB_MEMBERS_H
