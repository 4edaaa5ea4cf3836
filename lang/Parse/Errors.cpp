//===- Errors.cpp - Syntax errors and recovery ----------------------------===//
//
// See Errors.h. Messages are made of what the grammar would accept (Expected.h)
// and what was found; hints cover habits from other languages.
//
//===----------------------------------------------------------------------===//
#include "Parse/Errors.h"

#include "Parse/Tokens.h"

#include <cctype>
#include <optional>

using namespace rill::lang;
using namespace rill::lang::parse;
using antlr4::Token;

/// An error in one of these rules does not leave it.
static bool isBoundary(size_t rule) {
  return rule == Grammar::RuleStmt || rule == Grammar::RuleItem ||
         rule == Grammar::RuleSetting || rule == Grammar::RuleEnvItem;
}

static bool isSeparator(const Token *token) {
  return token->getType() == Grammar::NL || token->getText() == ";";
}

static bool isEnd(const Token *token) { return token->getType() == Token::EOF; }

/// +1 for an opening bracket, -1 for a closing one.
static int nesting(const Token *token) {
  if (token->getType() == Grammar::STRING)
    return 0;
  std::string text = token->getText();
  if (text == "(" || text == "[" || text == "{")
    return 1;
  return text == ")" || text == "]" || text == "}" ? -1 : 0;
}

Token *ErrorStrategy::recoverInline(antlr4::Parser *parser) {
  throw antlr4::InputMismatchException(parser);
}

void ErrorStrategy::reportError(antlr4::Parser *parser,
                                const antlr4::RecognitionException &e) {
  if (recovering)
    return;
  recovering = true;
  antlr4::tree::ParseTree *tree = parser->getContext();
  auto *ctx = dynamic_cast<antlr4::ParserRuleContext *>(tree);
  while (!isBoundary(ctx->getRuleIndex()) && ctx->parent)
    ctx = dynamic_cast<antlr4::ParserRuleContext *>(ctx->parent);
  report(*static_cast<Grammar *>(parser), ctx->getRuleIndex(),
         ctx->start->getTokenIndex(), e.getOffendingToken());
}

void ErrorStrategy::recover(antlr4::Parser *parser, std::exception_ptr e) {
  antlr4::ParserRuleContext *ctx = parser->getContext();
  if (!isBoundary(ctx->getRuleIndex()))
    std::rethrow_exception(e);
  skip(*parser, ctx->start->getTokenIndex());
  recovering = false;
}

/// To the separator, or the closing bracket, that ends what began at `first`.
void ErrorStrategy::skip(antlr4::Parser &parser, size_t first) {
  auto *tokens =
      static_cast<antlr4::CommonTokenStream *>(parser.getTokenStream());
  int depth = 0;
  for (size_t i = first; i < tokens->index(); ++i)
    depth += nesting(tokens->get(i));
  while (!isEnd(tokens->LT(1))) {
    int change = nesting(tokens->LT(1));
    if (depth <= 0 && (isSeparator(tokens->LT(1)) || change < 0))
      return;
    depth += change;
    tokens->consume();
  }
}

void ErrorStrategy::finishItem(Grammar &parser, size_t first) {
  auto *tokens = parser.getTokenStream();
  Token *next = tokens->LT(1);
  if (isEnd(next) || isSeparator(next))
    return;
  report(parser, Grammar::RuleItem, first, next);
  tokens->consume();
  skip(parser, tokens->index());
}

/// The rule of the parts of a rule with braces, or none.
static std::optional<size_t> partOf(size_t rule) {
  switch (rule) {
  case Grammar::RuleBlock:
    return Grammar::RuleStmt;
  case Grammar::RuleSettings:
    return Grammar::RuleSetting;
  case Grammar::RuleEnv:
    return Grammar::RuleEnvItem;
  default:
    return std::nullopt;
  }
}

/// The first token of the part that ends right before the next token, if any.
static std::optional<size_t> openPart(antlr4::ParserRuleContext *ctx,
                                      size_t part) {
  if (ctx->children.empty())
    return std::nullopt;
  auto *last = dynamic_cast<antlr4::ParserRuleContext *>(ctx->children.back());
  if (!last || last->getRuleIndex() != part)
    return std::nullopt;
  return last->start->getTokenIndex();
}

static bool insideBraces(antlr4::ParserRuleContext *ctx) {
  for (antlr4::tree::ParseTree *child : ctx->children)
    if (child->children.empty() && child->getText() == "{")
      return true;
  return false;
}

/// Inside of braces, a token that can neither begin a part nor follow one is
/// dealt with here: the block goes on with its next part.
void ErrorStrategy::sync(antlr4::Parser *base) {
  auto &parser = *static_cast<Grammar *>(base);
  auto *ctx = parser.getContext();
  auto part = partOf(ctx->getRuleIndex());
  if (!part || recovering || !insideBraces(ctx))
    return;
  auto *tokens =
      static_cast<antlr4::CommonTokenStream *>(parser.getTokenStream());
  const auto &atn = parser.getATN();
  auto begins = atn.nextTokens(atn.ruleToStartState[*part]);

  while (true) {
    Token *next = tokens->LT(1);
    auto open = openPart(ctx, *part);
    if (open && !isSeparator(next) && next->getText() != "}" && !isEnd(next)) {
      report(parser, *part, *open, next);
      skip(parser, tokens->index());
      continue;
    }
    ssize_t ahead = 1;
    while (isSeparator(tokens->LT(ahead)))
      ++ahead;
    Token *start = tokens->LT(ahead);
    if (isEnd(start) || start->getText() == "}" ||
        begins.contains(start->getType()))
      return;
    report(parser, *part, start->getTokenIndex(), start);
    tokens->seek(start->getTokenIndex());
    skip(parser, tokens->index());
  }
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

static std::string describe(const Token *token) {
  if (isEnd(token))
    return "the end of the file";
  if (token->getType() == Grammar::NL)
    return "the end of the line";
  std::string text = token->getText();
  return token->getType() == Grammar::STRING ? text : "'" + text + "'";
}

SourceRange ErrorStrategy::place(Token *previous, Token *found) const {
  bool invisible = isEnd(found) || found->getType() == Grammar::NL;
  if (!invisible || !previous)
    return offsets.range(found);
  uint32_t end = offsets.range(previous).end;
  return {offsets.file(), end, end + 1};
}

void ErrorStrategy::report(Grammar &parser, size_t rule, size_t first,
                           Token *found) {
  auto *stream =
      static_cast<antlr4::CommonTokenStream *>(parser.getTokenStream());
  size_t at = found->getTokenIndex();
  if (quietLines.count(found->getLine()))
    return;
  std::vector<Token *> before;
  for (size_t i = first; i < at; ++i)
    before.push_back(stream->get(i));
  Token *previous = at > 0 ? stream->get(at - 1) : nullptr;
  if (previous && quietLines.count(previous->getLine()))
    return;
  Expected expected = expectedAfter(parser, rule, before);

  bool startsHere = before.empty();
  std::string after = startsHere ? "" : " after " + describe(previous);
  std::string message, reason;
  if (expected.empty()) {
    message = "unexpected " + describe(found) + after;
  } else if (expected.end || startsHere) {
    message = "unexpected " + describe(found) + after;
    reason = "expected " + expected.list();
  } else {
    message = "expected " + expected.list() + after;
    reason = "found " + describe(found);
  }
  Diagnostic &d = diag.error(Code::SyntaxError, place(previous, found),
                             std::move(message), std::move(reason));
  if (!startsHere)
    addHints(d, expected, parser, before.size(), previous, found);
}

/// Whether a token of letters is a word of the language (no identifier).
static bool isKeyword(const Token *token) {
  return token->getType() < Grammar::PERCENT &&
         std::isalpha(static_cast<unsigned char>(token->getText().front()));
}

/// The token right behind `token` reads `text`, or is a number when `text` is
/// "".
static bool followedBy(Grammar &parser, const Token *token,
                       std::string_view text) {
  auto *stream =
      static_cast<antlr4::CommonTokenStream *>(parser.getTokenStream());
  const Token *next = stream->get(token->getTokenIndex() + 1);
  if (next->getStartIndex() != token->getStopIndex() + 1)
    return false;
  return text.empty() ? next->getType() == Grammar::NUMBER
                      : next->getText() == text;
}

static const std::vector<std::string> &declarationWords() {
  static const std::vector<std::string> words = {
      "use",     "main",    "data",     "train",  "test",    "env",   "net",
      "flow",    "dist",    "energy",   "pair",   "chain",   "path",  "loss",
      "sampler", "circuit", "semiring", "space",  "draw",    "fn",    "let",
      "view",    "param",   "out",      "target", "require", "check", "each"};
  return words;
}

void ErrorStrategy::addHints(Diagnostic &d, const Expected &expected,
                             Grammar &parser, size_t statementSize,
                             Token *previous, Token *found) {
  std::string text = isEnd(found) ? "" : found->getText();
  std::string before = previous->getText();
  if (previous->getType() == Grammar::ID && found->getType() == Grammar::ID &&
      statementSize == 1) {
    std::string similar = didYouMean(before, declarationWords());
    if (similar.empty())
      d.help("a declaration begins with its kind: 'flow', 'net', 'dist', 'fn', "
             "...");
    else
      d.help("did you mean '" + similar + "'?");
  }
  if (expected.things.count("a name") && !expected.end && isKeyword(found))
    d.why("'" + text + "' is a word of the language and cannot be a name");
  if (text == ":=" && expected.things.count("'='"))
    d.help("':=' updates a place of a flow; names are given with '='");
  else if (text == "=" && before == "=")
    d.help("'==' is a comparison and stands within an expression");
  else if (text == "*" && before == "*")
    d.help("powers are written with '^'");
  else if (text == "|" && followedBy(parser, found, "|"))
    d.help("the disjunction is written 'or'");
  else if (text == "." && followedBy(parser, found, ""))
    d.help("a number begins with a digit: 0.5");

  // A line that goes on by accident is hard to see.
  if (previous->getLine() == found->getLine() && found->getTokenIndex() > 0) {
    auto *stream = parser.getTokenStream();
    size_t i = found->getTokenIndex();
    while (i > 0 && stream->get(i - 1)->getLine() == found->getLine())
      --i;
    const Token *lineBefore = i > 0 ? stream->get(i - 1) : nullptr;
    bool block =
        lineBefore && (nesting(lineBefore) != 0 || isSeparator(lineBefore));
    if (lineBefore && !block && continuesAtEnd(lineBefore->getText()))
      d.why("line " + std::to_string(lineBefore->getLine()) + " ends with '" +
            lineBefore->getText() + "', so it goes on here");
  }
}
