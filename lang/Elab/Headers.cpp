//===- Headers.cpp - What is wrong with a declaration as written ----------===//
//
// Faults that need no use to be seen: a name given twice in a header, members
// of a law that nobody asks for, statements in a law's block that do nothing.
//
//===----------------------------------------------------------------------===//
#include "Elab/Headers.h"

#include <map>
#include <optional>
#include <set>

namespace rill::lang::elab {

/// The arguments of a law's member; nothing where the name is none.
static std::optional<size_t> memberArity(const std::string &name,
                                         const ast::DefItem &def) {
  if (name == "logp")
    return def.params && !def.params->subject.empty()
               ? def.params->subject.size()
               : 1;
  if (name == "sample")
    return 0;
  static const std::set<std::string> others = {"cdf", "logsf", "quantile"};
  return others.count(name) ? std::optional<size_t>(1) : std::nullopt;
}

static void checkMember(const ast::AssignStmt &member, const ast::DefItem &def,
                        std::map<std::string, SourceRange> &seen,
                        DiagnosticEngine &diag) {
  const auto *call = member.target->as<ast::CallExpr>();
  const auto *name =
      (call ? call->callee.get() : member.target.get())->as<ast::NameExpr>();
  if (!name)
    return; // refused where it is elaborated
  auto arity = memberArity(name->name, def);
  if (!arity) {
    const std::vector<std::string> known = {"logp", "sample", "cdf", "logsf",
                                            "quantile"};
    Diagnostic &d = diag.error(Code::UnknownMember, member.target->range,
                               "a dist has no member '" + name->name + "'");
    std::string close = didYouMean(name->name, known);
    d.help(close.empty() ? "members are logp, sample, cdf, logsf and quantile; "
                           "a definition is a 'let'"
                         : "did you mean '" + close + "'?");
    return;
  }
  auto [first, fresh] = seen.emplace(name->name, member.target->range);
  if (!fresh) {
    diag.error(Code::Redefined, member.target->range,
               "'" + name->name + "' is defined twice")
        .label(first->second, "first defined here");
    return;
  }
  if (call && call->args.size() != *arity)
    diag.error(Code::WrongArguments, member.target->range,
               "'" + name->name + "' of '" + def.name.text + "' takes " +
                   std::to_string(*arity) +
                   (*arity == 1 ? " argument, " : " arguments, ") +
                   std::to_string(call->args.size()) + " are named");
}

/// What a law's block may say: definitions, parameters, members and draws.
static void checkMembers(const ast::DefItem &def, DiagnosticEngine &diag) {
  std::map<std::string, SourceRange> seen;
  for (const ast::StmtPtr &stmt : def.block->stmts) {
    if (const auto *member = stmt->as<ast::AssignStmt>()) {
      checkMember(*member, def, seen, diag);
      continue;
    }
    const auto *out = stmt->as<ast::OutStmt>();
    if (stmt->as<ast::UpdateStmt>())
      diag.error(Code::NotAPlace, stmt->range,
                 "the subject of a dist is drawn, not updated")
          .help("draw it: x ~ law, or push a law through a flow");
    else if (stmt->as<ast::ExprStmt>() || (out && out->kind == "out"))
      diag.error(Code::NotCallable, stmt->range,
                 "this statement of a dist does nothing")
          .help("members are written logp(x) = ..., definitions with 'let'");
  }
}

void checkHeader(const ast::DefItem &def, DiagnosticEngine &diag) {
  std::map<std::string, SourceRange> seen;
  auto take = [&](const ast::Ident &name) {
    auto [first, fresh] = seen.emplace(name.text, name.range);
    if (!fresh)
      diag.error(Code::Redefined, name.range,
                 "'" + name.text + "' is named twice in the header of '" +
                     def.name.text + "'")
          .label(first->second, "first named here");
  };
  for (const ast::Static &item : def.statics)
    take(item.name);
  if (def.params)
    for (const auto *group : {&def.params->subject, &def.params->conditions})
      for (const ast::Parameter &param : *group)
        take(param.name);
  if (def.kind == "dist" && def.block)
    checkMembers(def, diag);
}

} // namespace rill::lang::elab
