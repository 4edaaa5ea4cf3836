//===- FormatExprs.cpp - Layout of expressions and spaces -----------------===//
//
// Lines may break inside brackets, before the loose operators and after `=`:
// where the newline rule of the language lets a statement go on.
//
//===----------------------------------------------------------------------===//
#include "Format/Formatter.h"

#include <utility>

namespace rill::lang::format_detail {

static std::string quoted(const std::string &value) {
  std::string result = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\')
      result += '\\';
    if (c == '\n')
      result += "\\n";
    else if (c == '\t')
      result += "\\t";
    else
      result += c;
  }
  return result + "\"";
}

DocPtr Formatter::list(const char *open, std::vector<DocPtr> items,
                       const char *close) {
  std::vector<DocPtr> inner;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) {
      inner.push_back(text(","));
      inner.push_back(line());
    }
    inner.push_back(items[i]);
  }
  return group(
      concat({text(open), nest(concat(std::move(inner))), text(close)}));
}

DocPtr Formatter::gives(const char *op, const ast::Expr &value) {
  return concat({text(std::string(" ") + op), text(" "), expr(value)});
}

DocPtr Formatter::expr(const ast::Expr &e) {
  bool isTuple = e.as<ast::TupleExpr>() != nullptr;
  if (!e.parenthesized || isTuple)
    return bare(e);
  return group(concat({text("("), nest(bare(e)), text(")")}));
}

DocPtr Formatter::bare(const ast::Expr &e) {
  auto exprs = [&](const std::vector<ast::ExprPtr> &items) {
    std::vector<DocPtr> docs;
    for (const ast::ExprPtr &item : items)
      docs.push_back(expr(*item));
    return docs;
  };
  if (auto *n = e.as<ast::NameExpr>())
    return text(n->name);
  if (auto *n = e.as<ast::NumberExpr>())
    return text(n->spelling);
  if (auto *n = e.as<ast::StringExpr>())
    return text(quoted(n->value));
  if (auto *n = e.as<ast::BoolExpr>())
    return text(n->value ? "true" : "false");
  if (e.as<ast::NullExpr>())
    return text("null");
  if (auto *n = e.as<ast::TupleExpr>())
    return list("(", exprs(n->items), ")");
  if (auto *n = e.as<ast::ListExpr>())
    return list("[", exprs(n->items), "]");
  if (auto *n = e.as<ast::BlockExpr>())
    return block(n->block);
  if (auto *n = e.as<ast::CallExpr>()) {
    DocPtr callee = expr(*n->callee);
    return concat({callee, args(n->args, n->conditions, n->hasBar)});
  }
  if (auto *n = e.as<ast::IndexExpr>()) {
    DocPtr base = expr(*n->base);
    return concat({base, slots(n->slots)});
  }
  if (auto *n = e.as<ast::MemberExpr>())
    return concat({expr(*n->base), text("." + n->member.text)});
  if (auto *n = e.as<ast::UnaryExpr>())
    return concat({text(n->op == "not" ? "not " : n->op), expr(*n->operand)});
  if (auto *n = e.as<ast::BinaryExpr>())
    return binary(*n);
  if (auto *n = e.as<ast::ReduceExpr>())
    return reduce(*n);
  if (auto *n = e.as<ast::ExpectExpr>())
    return expect(*n);
  if (auto *n = e.as<ast::DerivExpr>())
    return deriv(*n);
  if (auto *n = e.as<ast::IfExpr>())
    return ifExpr(*n);
  if (auto *n = e.as<ast::LambdaExpr>()) {
    DocPtr header = params(n->params);
    return concat({text("fn"), header, gives("=", *n->body)});
  }
  if (auto *n = e.as<ast::AscribeExpr>()) {
    DocPtr value = expr(*n->value);
    return group(
        concat({value, nest(concat({line(), text("-> "), space(*n->space)}))}));
  }
  if (auto *n = e.as<ast::RepeatExpr>()) {
    DocPtr count = expr(*n->count);
    return concat({text(n->kind + " "), count, text(" "), block(n->block)});
  }
  if (auto *n = e.as<ast::ScanExpr>())
    return scan(*n);
  auto &n = std::get<ast::OverExpr>(e.node);
  DocPtr rule = expr(*n.rule), times = expr(*n.times);
  return concat({rule, text(" over "), times, text(" from "), expr(*n.from)});
}

/// Operators at which a long line may break, loosest first.
static int looseness(const std::string &op) {
  if (op == "or" || op == "and")
    return 3;
  if (op == ">>" || op == "+" || op == "-")
    return 2;
  if (op == "*" || op == "/" || op == "@")
    return 1;
  return 0;
}

DocPtr Formatter::binary(const ast::BinaryExpr &e) {
  // A chain of equally loose operators breaks at all of them or at none.
  std::vector<const ast::BinaryExpr *> chain = {&e};
  int level = looseness(e.op);
  while (true) {
    auto *left = chain.back()->lhs->as<ast::BinaryExpr>();
    if (!left || chain.back()->lhs->parenthesized ||
        looseness(left->op) != level)
      break;
    chain.push_back(left);
  }
  DocPtr first = expr(*chain.back()->lhs);
  std::vector<DocPtr> rest;
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    const std::string &op = (*it)->op;
    bool tight = inSpace && (op == "/" || op == "*");
    if (op == "^" || op == ".." || tight)
      rest.push_back(text(op));
    else if (level == 0 || op == "*" || op == "/")
      rest.push_back(text(" " + op + " "));
    else
      rest.push_back(concat({line(), text(op + " ")}));
    rest.push_back(expr(*(*it)->rhs));
  }
  return group(concat({first, nest(concat(std::move(rest)))}));
}

DocPtr Formatter::ifExpr(const ast::IfExpr &e) {
  DocPtr condition = expr(*e.condition);
  if (e.thenExpr) {
    DocPtr yes = expr(*e.thenExpr), no = expr(*e.elseExpr);
    return group(concat({text("if "), condition,
                         nest(concat({line(), text("then "), yes, line(),
                                      text("else "), no}))}));
  }
  DocPtr yes = block(*e.thenBlock);
  std::vector<DocPtr> parts = {text("if "), condition, text(" "), yes};
  if (e.elseBlock) {
    parts.push_back(text(" else "));
    parts.push_back(block(*e.elseBlock));
  }
  return concat(std::move(parts));
}

DocPtr Formatter::binders(const std::vector<ast::Binder> &list,
                          const ast::ExprPtr &guard) {
  std::vector<DocPtr> parts;
  for (size_t i = 0; i < list.size(); ++i) {
    parts.push_back(text((i ? ", " : "") + list[i].name.text));
    if (list[i].range) {
      parts.push_back(text(": "));
      parts.push_back(expr(*list[i].range));
    }
  }
  if (guard) {
    parts.push_back(text(" if "));
    parts.push_back(expr(*guard));
  }
  return concat(std::move(parts));
}

DocPtr Formatter::reduce(const ast::ReduceExpr &e) {
  DocPtr over = binders(e.binders, e.guard);
  return group(concat({text(e.op + "["), over, text("]"),
                       nest(concat({line(), expr(*e.body)}))}));
}

DocPtr Formatter::expect(const ast::ExpectExpr &e) {
  std::vector<DocPtr> draws;
  for (const ast::DrawBinding &d : e.draws) {
    std::vector<DocPtr> parts = {pattern(d.pattern)};
    if (d.space) {
      parts.push_back(text(": "));
      parts.push_back(space(*d.space));
    }
    parts.push_back(text(d.isDraw ? " ~ " : " = "));
    parts.push_back(expr(*d.value));
    draws.push_back(concat(std::move(parts)));
  }
  if (e.count) {
    draws.back() = concat({draws.back(), text("; "), expr(*e.count)});
  }
  DocPtr over = list("E[", std::move(draws), "]");
  return group(concat({over, nest(concat({line(), expr(*e.body)}))}));
}

DocPtr Formatter::deriv(const ast::DerivExpr &e) {
  std::vector<DocPtr> seeds;
  for (const ast::Seed &s : e.seeds) {
    std::string path;
    for (const ast::Ident &part : s.path)
      path += (path.empty() ? "" : ".") + part.text;
    seeds.push_back(s.value ? concat({text(path), gives("=", *s.value)})
                            : text(path));
  }
  DocPtr over = list((e.op + "[").c_str(), std::move(seeds), "]");
  return concat({over, text(" "), expr(*e.body)});
}

DocPtr Formatter::scan(const ast::ScanExpr &e) {
  std::vector<DocPtr> parts = {text("scan " + e.index.text + " in "),
                               expr(*e.range)};
  for (const ast::ScanCarry &c : e.carries) {
    parts.push_back(text(", " + c.name.text));
    if (c.space) {
      parts.push_back(text(": "));
      parts.push_back(space(*c.space));
    }
    parts.push_back(gives("=", *c.init));
  }
  parts.push_back(text(" "));
  parts.push_back(block(e.block));
  return concat(std::move(parts));
}

DocPtr Formatter::arg(const ast::Arg &a) {
  if (!a.name)
    return expr(*a.value);
  return concat({text(a.name->text), gives("=", *a.value)});
}

DocPtr Formatter::args(const std::vector<ast::Arg> &args,
                       const std::vector<ast::Arg> &conditions, bool hasBar) {
  std::vector<DocPtr> items;
  for (const ast::Arg &a : args)
    items.push_back(arg(a));
  if (!hasBar)
    return list("(", std::move(items), ")");
  DocPtr bar = text(items.empty() ? "| " : " | ");
  for (size_t i = 0; i < conditions.size(); ++i) {
    DocPtr condition = arg(conditions[i]);
    if (i > 0)
      items.push_back(condition);
    else if (items.empty())
      items.push_back(concat({bar, condition}));
    else
      items.back() = concat({items.back(), bar, condition});
  }
  return list("(", std::move(items), ")");
}

DocPtr Formatter::slot(const ast::Slot &s) {
  using Kind = ast::Slot::Kind;
  DocPtr value = s.value ? expr(*s.value) : text("");
  switch (s.kind) {
  case Kind::Expr:
    return s.name ? concat({text(s.name->text + " = "), value}) : value;
  case Kind::From:
    return concat({value, text("..")});
  case Kind::UpTo:
    return concat({text(".."), value});
  case Kind::All:
    return text("..");
  case Kind::Less:
    return concat({text("< "), value});
  case Kind::LessEq:
    return concat({text("<= "), value});
  case Kind::Greater:
    return concat({text("> "), value});
  case Kind::GreaterEq:
    return concat({text(">= "), value});
  }
  return value;
}

DocPtr Formatter::slots(const std::vector<ast::Slot> &items) {
  std::vector<DocPtr> docs;
  for (const ast::Slot &s : items)
    docs.push_back(slot(s));
  return list("[", std::move(docs), "]");
}

DocPtr Formatter::space(const ast::SpaceExpr &s) {
  std::vector<DocPtr> parts;
  auto fields = [&] {
    std::vector<DocPtr> docs;
    for (const ast::SpaceField &f : s.fields) {
      std::string name = f.name ? f.name->text + ": " : "";
      docs.push_back(concat({text(name), space(*f.space)}));
    }
    return docs;
  };
  switch (s.kind) {
  case ast::SpaceExpr::Kind::Number:
    parts.push_back(text(s.spelling));
    break;
  case ast::SpaceExpr::Kind::Function:
    parts.push_back(list("fn(", fields(), ")"));
    parts.push_back(text(" -> "));
    parts.push_back(space(*s.result));
    break;
  case ast::SpaceExpr::Kind::Product:
    parts.push_back(list("(", fields(), ")"));
    break;
  case ast::SpaceExpr::Kind::Named: {
    std::string path;
    for (const ast::Ident &p : s.path)
      path += (path.empty() ? "" : ".") + p.text;
    parts.push_back(text(path));
    std::vector<DocPtr> args;
    for (const ast::ExprPtr &a : s.args)
      args.push_back(expr(*a));
    if (!args.empty())
      parts.push_back(list("(", std::move(args), ")"));
    break;
  }
  }
  bool outer = std::exchange(inSpace, true);
  for (const auto &group : s.index)
    parts.push_back(slots(group));
  inSpace = outer;
  if (s.optional)
    parts.push_back(text("?"));
  return concat(std::move(parts));
}

DocPtr Formatter::pattern(const ast::Pattern &p) {
  if (p.name)
    return text(p.name->text);
  std::vector<DocPtr> parts;
  for (const ast::Pattern &part : p.parts)
    parts.push_back(pattern(part));
  return list("(", std::move(parts), ")");
}

DocPtr Formatter::param(const ast::Parameter &p) {
  std::vector<DocPtr> parts = {text(p.name.text)};
  if (p.space) {
    parts.push_back(text(": "));
    parts.push_back(space(*p.space));
  }
  if (p.law)
    parts.push_back(gives("~", *p.law));
  if (p.defaultValue)
    parts.push_back(gives("=", *p.defaultValue));
  return concat(std::move(parts));
}

DocPtr Formatter::params(const ast::Parameters &p) {
  std::vector<DocPtr> items;
  auto add = [&](const ast::Parameter &parameter, DocPtr doc) {
    if (parameter.arrow)
      items.back() = concat({items.back(), text(" -> "), doc});
    else
      items.push_back(doc);
  };
  for (const ast::Parameter &parameter : p.subject)
    add(parameter, param(parameter));
  for (size_t i = 0; i < p.conditions.size(); ++i) {
    DocPtr doc = param(p.conditions[i]);
    if (i > 0)
      add(p.conditions[i], doc);
    else if (items.empty())
      items.push_back(concat({text("given "), doc}));
    else
      items.back() = concat({items.back(), text(" given "), doc});
  }
  if (p.hasBar && p.conditions.empty())
    items.push_back(text("given"));
  return list("(", std::move(items), ")");
}

DocPtr Formatter::statics(const std::vector<ast::Static> &items) {
  std::vector<DocPtr> docs;
  for (const ast::Static &s : items) {
    DocPtr name = text(s.name.text + (s.variadic ? "..." : ""));
    docs.push_back(s.defaultValue ? concat({name, gives("=", *s.defaultValue)})
                                  : name);
  }
  return list("[", std::move(docs), "]");
}

} // namespace rill::lang::format_detail
