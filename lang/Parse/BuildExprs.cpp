//===- BuildExprs.cpp - Expressions ---------------------------------------===//
//
// Builds expressions from their grammar rules. Precedence is the grammar's;
// parentheses are kept as a flag for the formatter.
//
//===----------------------------------------------------------------------===//
#include "Parse/Build.h"

#include <algorithm>
#include <cstdlib>

using namespace rill::lang;
using namespace rill::lang::parse;
using antlr4::ParserRuleContext;
using antlr4::tree::ParseTree;
using antlr4::tree::TerminalNode;

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

std::string parse::tokenText(ParseTree *node) {
  auto *terminal = dynamic_cast<TerminalNode *>(node);
  return terminal ? terminal->getSymbol()->getText() : std::string();
}

bool parse::hasToken(ParserRuleContext *ctx, std::string_view token) {
  return std::any_of(ctx->children.begin(), ctx->children.end(),
                     [&](ParseTree *c) { return tokenText(c) == token; });
}

bool parse::precededByBlankLine(std::string_view text, uint32_t offset) {
  int newlines = 0;
  for (uint32_t i = offset; i > 0; --i) {
    char c = text[i - 1];
    if (c == '\n')
      ++newlines;
    else if (c != ' ' && c != '\t' && c != '\r')
      break;
  }
  return newlines >= 2;
}

bool Builder::blankBefore(SourceRange range) const {
  return precededByBlankLine(text, range.begin);
}

bool Builder::spansLines(SourceRange range) const {
  return text.substr(range.begin, range.end - range.begin).find('\n') !=
         std::string_view::npos;
}

ast::Ident Builder::ident(ParserRuleContext *ctx) const {
  return {ctx->getText(), range(ctx)};
}

SourceRange Builder::range(ParserRuleContext *ctx) const {
  return offsets.range(ctx->start, ctx->stop);
}

SourceRange Builder::tokenRange(ParseTree *terminal) const {
  return offsets.range(dynamic_cast<TerminalNode *>(terminal)->getSymbol());
}

ast::NumberExpr Builder::number(ParseTree *terminal) const {
  ast::NumberExpr n{0, false, tokenText(terminal)};
  std::string digits = n.spelling;
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  if (digits.back() == '%') {
    n.percent = true;
    digits.pop_back();
  }
  n.value = std::strtod(digits.c_str(), nullptr);
  if (n.percent)
    n.value /= 100;
  return n;
}

std::string Builder::string(ParseTree *terminal) const {
  std::string raw = tokenText(terminal), result;
  for (size_t i = 1; i + 1 < raw.size(); ++i) {
    if (raw[i] != '\\') {
      result += raw[i];
      continue;
    }
    char c = raw[++i];
    result += c == 'n' ? '\n' : c == 't' ? '\t' : c;
  }
  return result;
}

//===----------------------------------------------------------------------===//
// From the loosest
//===----------------------------------------------------------------------===//

ast::ExprPtr Builder::expr(Grammar::ExprContext *ctx) {
  std::string first = tokenText(ctx->children[0]);
  if (first == "if")
    return ifExpr(ctx);
  if (first == "fn")
    return make(range(ctx),
                ast::LambdaExpr{params(ctx->params()), expr(ctx->expr(0))});
  ast::ExprPtr rule = ascribed(ctx->ascribed(0));
  if (ctx->ascribed().size() == 1)
    return rule;
  return make(range(ctx),
              ast::OverExpr{std::move(rule), ascribed(ctx->ascribed(1)),
                            ascribed(ctx->ascribed(2))});
}

ast::ExprPtr Builder::ifExpr(Grammar::ExprContext *ctx) {
  ast::IfExpr result;
  result.condition = expr(ctx->expr(0));
  if (hasToken(ctx, "then")) {
    result.thenExpr = expr(ctx->expr(1));
    result.elseExpr = expr(ctx->expr(2));
  } else {
    result.thenBlock = block(ctx->block(0));
    if (ctx->block().size() > 1)
      result.elseBlock = block(ctx->block(1));
  }
  return make(range(ctx), std::move(result));
}

ast::ExprPtr Builder::ascribed(Grammar::AscribedContext *ctx) {
  ast::ExprPtr value = chain(ctx->disj());
  if (!ctx->space())
    return value;
  return make(range(ctx),
              ast::AscribeExpr{std::move(value), space(ctx->space())});
}

ast::ExprPtr Builder::operand(ParseTree *child) {
  if (auto *c = dynamic_cast<Grammar::PrefixContext *>(child))
    return prefix(c);
  if (auto *c = dynamic_cast<Grammar::ReduceContext *>(child))
    return reduce(c);
  return chain(dynamic_cast<ParserRuleContext *>(child));
}

ast::ExprPtr Builder::chain(ParserRuleContext *ctx) {
  ast::ExprPtr result = operand(ctx->children[0]);
  for (size_t i = 1; i + 1 < ctx->children.size(); i += 2) {
    ParseTree *op = ctx->children[i];
    SourceRange opRange;
    if (auto *rule = dynamic_cast<ParserRuleContext *>(op)) // `mul`
      opRange = range(rule);
    else
      opRange = tokenRange(op);
    ast::ExprPtr rhs = operand(ctx->children[i + 1]);
    SourceRange whole = SourceRange::join(result->range, rhs->range);
    result = make(whole, ast::BinaryExpr{op->getText(), std::move(result),
                                         std::move(rhs), opRange});
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Reductions, expectations, derivatives
//===----------------------------------------------------------------------===//

ast::ExprPtr Builder::reduce(Grammar::ReduceContext *ctx) {
  bool negated = tokenText(ctx->children[0]) == "-";
  SourceRange whole = range(ctx), inner = whole;
  if (negated)
    inner.begin = tokenRange(ctx->children[0]).end;
  while (inner.begin < inner.end && text[inner.begin] == ' ')
    ++inner.begin;

  ast::ExprPtr result;
  if (ctx->draws()) {
    result = make(inner, expect(ctx));
  } else {
    ast::ReduceExpr r;
    r.op = ctx->linear() ? ctx->linear()->getText() : ctx->extreme()->getText();
    r.binders = binders(ctx->binders(), r.guard);
    r.body = ctx->term() ? chain(ctx->term()) : chain(ctx->product());
    result = make(inner, std::move(r));
  }
  if (!negated)
    return result;
  return make(whole, ast::UnaryExpr{"-", std::move(result)});
}

ast::ExpectExpr Builder::expect(Grammar::ReduceContext *ctx) {
  ast::ExpectExpr result;
  for (auto *b : ctx->draws()->bind())
    result.draws.push_back(bind(b));
  if (ctx->draws()->expr())
    result.count = expr(ctx->draws()->expr());
  result.body = chain(ctx->term());
  return result;
}

ast::DrawBinding Builder::bind(Grammar::BindContext *ctx) {
  return {pattern(ctx->pattern()), ctx->space() ? space(ctx->space()) : nullptr,
          hasToken(ctx, "~"), expr(ctx->expr())};
}

ast::ExprPtr Builder::deriv(Grammar::PrefixContext *ctx) {
  ast::DerivExpr d;
  d.op = ctx->deriv()->getText();
  for (auto *s : ctx->seed()) {
    ast::Seed seed;
    seed.path.push_back(ident(s->id()));
    for (auto *n : s->name())
      seed.path.push_back(ident(n));
    if (s->expr())
      seed.value = expr(s->expr());
    d.seeds.push_back(std::move(seed));
  }
  d.body = prefix(ctx->prefix());
  return make(range(ctx), std::move(d));
}

//===----------------------------------------------------------------------===//
// Operators that bind tightly
//===----------------------------------------------------------------------===//

ast::ExprPtr Builder::prefix(Grammar::PrefixContext *ctx) {
  if (ctx->deriv())
    return deriv(ctx);
  if (!ctx->postfix())
    return make(range(ctx), ast::UnaryExpr{tokenText(ctx->children[0]),
                                           prefix(ctx->prefix())});
  ast::ExprPtr base = postfix(ctx->postfix());
  if (!ctx->prefix())
    return base;
  SourceRange op = tokenRange(ctx->children[1]);
  return make(range(ctx),
              ast::BinaryExpr{"^", std::move(base), prefix(ctx->prefix()), op});
}

ast::ExprPtr Builder::postfix(Grammar::PostfixContext *ctx) {
  ast::ExprPtr result = primary(ctx->primary());
  for (ParseTree *child : ctx->children) {
    if (auto *n = dynamic_cast<Grammar::NameContext *>(child)) {
      SourceRange whole = SourceRange::join(result->range, range(n));
      result = make(whole, ast::MemberExpr{std::move(result), ident(n)});
    } else if (auto *a = dynamic_cast<Grammar::ArgsContext *>(child)) {
      result = call(std::move(result), a);
    } else if (auto *i = dynamic_cast<Grammar::IndexContext *>(child)) {
      SourceRange whole = SourceRange::join(result->range, range(i));
      result = make(whole, ast::IndexExpr{std::move(result), index(i)});
    }
  }
  return result;
}

ast::ExprPtr Builder::call(ast::ExprPtr callee, Grammar::ArgsContext *ctx) {
  SourceRange whole = SourceRange::join(callee->range, range(ctx));
  ast::CallExpr result;
  result.callee = std::move(callee);
  args(ctx, result);
  return make(whole, std::move(result));
}

void Builder::args(Grammar::ArgsContext *ctx, ast::CallExpr &call) {
  call.hasBar = false;
  for (ParseTree *child : ctx->children) {
    if (dynamic_cast<Grammar::BarContext *>(child))
      call.hasBar = true;
    else if (auto *a = dynamic_cast<Grammar::ArgContext *>(child))
      (call.hasBar ? call.conditions : call.args).push_back(arg(a));
  }
}

ast::Arg Builder::arg(Grammar::ArgContext *ctx) {
  ast::Arg result;
  if (ctx->name())
    result.name = ident(ctx->name());
  result.value = expr(ctx->expr());
  return result;
}

ast::ExprPtr Builder::primary(Grammar::PrimaryContext *ctx) {
  SourceRange r = range(ctx);
  if (ctx->args()) { // `sum(x)`: the reduction's name as a function
    auto *name = dynamic_cast<ParserRuleContext *>(ctx->children[0]);
    return call(make(range(name), ast::NameExpr{name->getText()}), ctx->args());
  }
  std::string first = tokenText(ctx->children[0]);
  if (first == "(")
    return parens(ctx);
  if (first == "scan")
    return scan(ctx);
  if (first == "repeat" || first == "draw" || first == "estimate")
    return make(
        r, ast::RepeatExpr{first, expr(ctx->expr(0)), block(ctx->block())});
  if (first == "[") {
    ast::ListExpr list;
    for (auto *e : ctx->expr())
      list.items.push_back(expr(e));
    return make(r, std::move(list));
  }
  if (!ctx->id().empty())
    return make(r, ast::NameExpr{ctx->id(0)->getText()});
  if (ctx->block())
    return make(r, ast::BlockExpr{block(ctx->block())});
  if (ctx->NUMBER() || ctx->PERCENT())
    return make(r, number(ctx->children[0]));
  if (ctx->STRING())
    return make(r, ast::StringExpr{string(ctx->STRING())});
  if (first == "null")
    return make(r, ast::NullExpr{});
  return make(r, ast::BoolExpr{first == "true"});
}

ast::ExprPtr Builder::parens(Grammar::PrimaryContext *ctx) {
  if (ctx->expr().size() == 1) {
    ast::ExprPtr inner = expr(ctx->expr(0));
    inner->parenthesized = true;
    inner->range = range(ctx);
    return inner;
  }
  ast::TupleExpr tuple;
  for (auto *e : ctx->expr())
    tuple.items.push_back(expr(e));
  return make(range(ctx), std::move(tuple));
}

ast::ExprPtr Builder::scan(Grammar::PrimaryContext *ctx) {
  // 'scan' id 'in' expr (',' id (':' space)? '=' expr)* block
  ast::ScanExpr s;
  s.index = ident(ctx->id(0));
  s.range = expr(ctx->expr(0));
  const auto &children = ctx->children;
  for (size_t i = 0; i < children.size(); ++i) {
    if (tokenText(children[i]) != ",")
      continue;
    ast::ScanCarry carry;
    carry.name = ident(dynamic_cast<ParserRuleContext *>(children[i + 1]));
    if (auto *sp = dynamic_cast<Grammar::SpaceContext *>(children[i + 3]))
      carry.space = space(sp);
    carry.init = expr(ctx->expr(s.carries.size() + 1));
    s.carries.push_back(std::move(carry));
  }
  s.block = block(ctx->block());
  return make(range(ctx), std::move(s));
}
