//===- Brackets.cpp - Brackets without a partner --------------------------===//
//
// One forgotten bracket makes the grammar fail far away from it. So brackets
// are matched before parsing: a missing one is reported at its partner and put
// in where it most likely belongs.
//
//===----------------------------------------------------------------------===//
#include "Parse/Tokens.h"

#include <algorithm>
#include <map>

using namespace rill::lang;
using namespace rill::lang::parse;
using antlr4::Token;

namespace {

class Balancer {
public:
  Balancer(Tokens &tokens, const Offsets &offsets, DiagnosticEngine &diag,
           std::set<size_t> &quietLines)
      : tokens(tokens), offsets(offsets), diag(diag), quietLines(quietLines) {}

  void run() {
    for (size_t i = 0; i < tokens.size(); ++i) {
      std::string text = bracket(i);
      if (text == "(" || text == "[" || text == "{")
        open.push_back(i);
      else if (!text.empty())
        close(i, text);
    }
    while (!open.empty()) {
      unclosed(open.back(), tokens.size());
      open.pop_back();
    }
    apply();
    quietLines.insert(touchedLines.begin(), touchedLines.end());
  }

private:
  std::string bracket(size_t i) const {
    if (tokens[i]->getChannel() != Token::DEFAULT_CHANNEL)
      return "";
    std::string text = tokens[i]->getText();
    bool is = text == "(" || text == ")" || text == "[" || text == "]" ||
              text == "{" || text == "}";
    return is ? text : "";
  }

  static std::string partner(const std::string &opener) {
    return opener == "(" ? ")" : opener == "[" ? "]" : "}";
  }

  void close(size_t i, const std::string &text) {
    auto matches = [&](size_t o) {
      return partner(tokens[o]->getText()) == text;
    };
    auto it = std::find_if(open.rbegin(), open.rend(), matches);
    if (it == open.rend())
      return stray(i, text);
    while (!matches(open.back())) {
      unclosed(open.back(), i);
      open.pop_back();
    }
    matchOf[open.back()] = i;
    open.pop_back();
  }

  void stray(size_t i, const std::string &text) {
    if (!quietLines.count(tokens[i]->getLine()))
      diag.error(Code::SyntaxError, offsets.range(tokens[i].get()),
                 "unexpected '" + text + "'",
                 "no bracket is open that it closes");
    removed.insert(i);
    touchedLines.insert(tokens[i]->getLine());
  }

  /// `limit`: the closer must stand before this token.
  void unclosed(size_t opener, size_t limit) {
    std::string text = tokens[opener]->getText();
    size_t next = text == "{" ? nextDeclaration(opener, limit) : limit;
    size_t at =
        text == "{" ? afterLastToken(next, limit) : lineEnd(opener, limit);
    if (!quietLines.count(tokens[opener]->getLine())) {
      Diagnostic &d =
          diag.error(Code::SyntaxError, offsets.range(tokens[opener].get()),
                     "'" + text + "' is not closed",
                     "expected '" + partner(text) + "' to close it");
      if (next < tokens.size())
        d.label(offsets.range(tokens[next].get()), "it is still open here");
    }
    inserted[at].push_back(partner(text));
    touchedLines.insert(tokens[opener]->getLine());
    if (at < tokens.size())
      touchedLines.insert(tokens[at]->getLine());
  }

  /// The end of the opener's line, or before a block that begins on it.
  size_t lineEnd(size_t opener, size_t limit) const {
    size_t i = opener + 1;
    for (; i < limit; ++i) {
      if (tokens[i]->getType() == Lexer::NL || isComment(i))
        return i;
      if (bracket(i) == "{" && !closedOnItsLine(i))
        return i;
    }
    return i;
  }

  bool isComment(size_t i) const {
    return tokens[i]->getChannel() != Token::DEFAULT_CHANNEL;
  }

  bool closedOnItsLine(size_t brace) const {
    auto it = matchOf.find(brace);
    return it != matchOf.end() &&
           tokens[it->second]->getLine() == tokens[brace]->getLine();
  }

  /// The next declaration that begins in the first column, or `limit`.
  size_t nextDeclaration(size_t opener, size_t limit) const {
    static const std::set<std::string> heads = {
        "use",     "main",    "data",     "train", "test",  "env",   "net",
        "flow",    "dist",    "energy",   "pair",  "chain", "path",  "loss",
        "sampler", "circuit", "semiring", "space", "fn",    "check", "draw"};
    for (size_t i = opener + 1; i < limit; ++i)
      if (tokens[i]->getCharPositionInLine() == 0 &&
          heads.count(tokens[i]->getText()))
        return i;
    return limit;
  }

  /// The place behind the last token before `i` that the grammar sees.
  size_t afterLastToken(size_t i, size_t limit) const {
    if (i == limit)
      return i;
    while (i > 0 && (tokens[i - 1]->getType() == Lexer::NL || isComment(i - 1)))
      --i;
    return i;
  }

  std::unique_ptr<Token> make(const std::string &text, size_t at) const {
    size_t type = 0;
    const auto &vocabulary = Lexer(nullptr).getVocabulary();
    for (size_t t = 1; t <= vocabulary.getMaxTokenType(); ++t)
      if (vocabulary.getLiteralName(t) == "'" + text + "'")
        type = t;
    auto token = std::make_unique<antlr4::CommonToken>(type, text);
    // It has no width: where the next token begins, or at the very end.
    const Token *near =
        at < tokens.size() ? tokens[at].get() : tokens.back().get();
    size_t index =
        at < tokens.size() ? near->getStartIndex() : near->getStopIndex() + 1;
    token->setStartIndex(index);
    token->setStopIndex(index - 1);
    token->setLine(near->getLine());
    return token;
  }

  void apply() {
    if (inserted.empty() && removed.empty())
      return;
    std::vector<std::pair<size_t, std::unique_ptr<Token>>> fresh;
    for (auto &[at, texts] : inserted)
      for (const std::string &text : texts)
        fresh.emplace_back(at, make(text, at));
    Tokens result;
    size_t next = 0;
    for (size_t i = 0; i <= tokens.size(); ++i) {
      for (; next < fresh.size() && fresh[next].first == i; ++next)
        result.push_back(std::move(fresh[next].second));
      if (i < tokens.size() && !removed.count(i))
        result.push_back(std::move(tokens[i]));
    }
    tokens = std::move(result);
  }

  Tokens &tokens;
  const Offsets &offsets;
  DiagnosticEngine &diag;
  std::vector<size_t> open;
  std::map<size_t, size_t> matchOf;
  std::map<size_t, std::vector<std::string>> inserted;
  std::set<size_t> removed;
  std::set<size_t> &quietLines; ///< of errors that were there before
  std::set<size_t> touchedLines;
};

} // namespace

void parse::balanceBrackets(Tokens &tokens, const Offsets &offsets,
                            DiagnosticEngine &diag,
                            std::set<size_t> &quietLines) {
  Balancer(tokens, offsets, diag, quietLines).run();
}
