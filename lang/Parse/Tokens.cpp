//===- Tokens.cpp - Tokens and line ends ----------------------------------===//
//
// Lexical errors, comments and the newline filter. The filter is the rule of
// the language reference ("Lines"); the grammar sees only the line ends that
// separate statements.
//
//===----------------------------------------------------------------------===//
#include "Parse/Tokens.h"

#include "Parse/Build.h"

#include <algorithm>

using namespace rill::lang;
using namespace rill::lang::parse;
using antlr4::Token;

//===----------------------------------------------------------------------===//
// Offsets
//===----------------------------------------------------------------------===//

Offsets::Offsets(FileId file, std::string_view text)
    : id(file), size(static_cast<uint32_t>(text.size())) {
  auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(text.begin(), text.end(), ascii))
    return;
  for (uint32_t i = 0; i < size; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80)
      table.push_back(i);
}

uint32_t Offsets::byte(size_t codePoint) const {
  if (table.empty())
    return std::min<size_t>(codePoint, size);
  return codePoint < table.size() ? table[codePoint] : size;
}

SourceRange Offsets::range(const Token *token) const {
  return range(token, token);
}

SourceRange Offsets::range(const Token *first, const Token *last) const {
  uint32_t begin = byte(first->getStartIndex());
  uint32_t end = last ? byte(last->getStopIndex() + 1) : begin;
  return {id, begin, std::max(begin, end)};
}

//===----------------------------------------------------------------------===//
// Lexing
//===----------------------------------------------------------------------===//

namespace {

/// Turns what the lexer cannot read into diagnostics.
class LexErrors : public antlr4::BaseErrorListener {
public:
  LexErrors(const Offsets &offsets, std::string_view text,
            DiagnosticEngine &diag)
      : offsets(offsets), text(text), diag(diag) {}

  std::set<size_t> lines;

  void syntaxError(antlr4::Recognizer *recognizer, Token *, size_t line, size_t,
                   const std::string &, std::exception_ptr) override {
    auto *lexer = static_cast<antlr4::Lexer *>(recognizer);
    uint32_t begin = offsets.byte(lexer->tokenStartCharIndex);
    lines.insert(line);
    if (begin < text.size() && text[begin] == '"')
      unterminated(begin);
    else
      badCharacter(begin);
  }

private:
  void unterminated(uint32_t begin) {
    size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    diag.error(Code::UnterminatedString,
               {offsets.file(), begin, static_cast<uint32_t>(end)},
               "string without an end", "no '\"' before the end of the line")
        .help("close the string on its line; write \\n for a line break in it");
  }

  void badCharacter(uint32_t begin) {
    uint32_t end = begin + 1;
    while (end < text.size() &&
           (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
      ++end;
    std::string character(text.substr(begin, end - begin));
    if (begin == lastEnd && character == last) { // `&&` is one mistake
      lastEnd = end;
      return;
    }
    last = character;
    lastEnd = end;
    Diagnostic &d = diag.error(Code::BadCharacter, {offsets.file(), begin, end},
                               "unexpected character '" + character + "'",
                               "this begins no token");
    if (character == "!")
      d.help("negation is written 'not', inequality '!='");
    else if (character == "&")
      d.help("the conjunction is written 'and'");
    else if (character == "'")
      d.help("strings stand in double quotes; x' is the next value of x");
    else if (character == "%")
      d.help("a percentage is one word: 10%");
    else if (character == "#")
      d.help("comments begin with '//'");
  }

  const Offsets &offsets;
  std::string_view text;
  DiagnosticEngine &diag;
  std::string last; ///< the character reported last, and where it ended
  uint32_t lastEnd = UINT32_MAX;
};

} // namespace

Lexed parse::lex(const Offsets &offsets, std::string_view text,
                 DiagnosticEngine &diag) {
  Lexed result;
  result.input = std::make_unique<antlr4::ANTLRInputStream>(std::string(text));
  result.lexer = std::make_unique<Lexer>(result.input.get());
  LexErrors errors(offsets, text, diag);
  result.lexer->removeErrorListeners();
  result.lexer->addErrorListener(&errors);
  result.tokens = result.lexer->getAllTokens();
  result.lexer->removeErrorListeners();
  result.badLines = std::move(errors.lines);
  return result;
}

std::vector<ast::Comment> parse::comments(const Tokens &tokens,
                                          const Offsets &offsets,
                                          std::string_view text) {
  std::vector<ast::Comment> result;
  for (const auto &token : tokens) {
    if (token->getType() != Lexer::COMMENT && token->getType() != Lexer::DOC)
      continue;
    SourceRange range = offsets.range(token.get());
    std::string line(text.substr(range.begin, range.end - range.begin));
    line.erase(line.find_last_not_of(" \t\r") + 1);
    uint32_t lineStart = range.begin;
    while (lineStart > 0 &&
           (text[lineStart - 1] == ' ' || text[lineStart - 1] == '\t'))
      --lineStart;
    bool ownLine = lineStart == 0 || text[lineStart - 1] == '\n';
    result.push_back({range, std::move(line), ownLine,
                      precededByBlankLine(text, range.begin)});
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Line ends
//===----------------------------------------------------------------------===//

using Words = std::set<std::string, std::less<>>;

static const Words &endOfGoingLine() {
  static const Words words = {
      "+",  "-",      "*",    "/",      "@",      "^",     ">>",    "..",
      "<",  "<=",     ">",    ">=",     "==",     "!=",    "=",     ":=",
      "+=", "-=",     "~",    "->",     ",",      ";",     "(",     "[",
      "{",  "|",      ":",    ".",      "in",     "over",  "from",  "by",
      "on", "within", "when", "then",   "else",   "where", "given", "and",
      "or", "not",    "out",  "target", "require"};
  return words;
}

static const Words &startOfGoingLine() {
  static const Words words = {
      "+",    "-",    "*",    "/",     "@",     "^",    ">>",   "..",
      "<",    "<=",   ">",    ">=",    "==",    "!=",   "~",    "->",
      ",",    ")",    "]",    "|",     ".",     "over", "from", "within",
      "when", "then", "else", "where", "given", "and",  "or"};
  return words;
}

static const Words &prefixOperators() {
  static const Words words = {"sum",    "prod",   "mean",      "max", "min",
                              "argmax", "argmin", "logsumexp", "vec", "all",
                              "any",    "E",      "grad",      "div", "jvp",
                              "vjp",    "jac",    "laplacian"};
  return words;
}

bool parse::continuesAtEnd(const std::string &token) {
  return endOfGoingLine().count(token) != 0;
}

/// The next token that is neither a line end nor a comment begins a line that
/// belongs to the one before.
static bool nextLineGoesOn(const Tokens &tokens, size_t lineEnd) {
  size_t i = lineEnd + 1;
  while (i < tokens.size() &&
         (tokens[i]->getType() == Lexer::NL ||
          tokens[i]->getChannel() != Token::DEFAULT_CHANNEL))
    ++i;
  return i < tokens.size() &&
         startOfGoingLine().count(tokens[i]->getText()) != 0;
}

Tokens parse::filterLineEnds(Tokens tokens) {
  enum class Open { Paren, PrefixBracket, Brace };
  std::vector<Open> open;
  std::string previous;
  bool goesOn = true;
  std::vector<bool> keep(tokens.size(), false);

  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token &token = *tokens[i];
    if (token.getChannel() != Token::DEFAULT_CHANNEL)
      continue;
    if (token.getType() == Lexer::NL) {
      bool inParens = !open.empty() && open.back() != Open::Brace;
      if (inParens || goesOn || nextLineGoesOn(tokens, i))
        continue;
      keep[i] = true;
      goesOn = true; // one separator is enough
      continue;
    }
    keep[i] = true;
    bool isString = token.getType() == Lexer::STRING;
    std::string text = isString ? std::string() : token.getText();
    bool closesPrefix = false;
    if (text == "(") {
      open.push_back(Open::Paren);
    } else if (text == "{") {
      open.push_back(Open::Brace);
    } else if (text == "[") {
      open.push_back(prefixOperators().count(previous) ? Open::PrefixBracket
                                                       : Open::Paren);
    } else if ((text == ")" || text == "]" || text == "}") && !open.empty()) {
      closesPrefix = open.back() == Open::PrefixBracket;
      open.pop_back();
    }
    previous = text;
    goesOn = closesPrefix || continuesAtEnd(text);
  }

  Tokens result;
  for (size_t i = 0; i < tokens.size(); ++i)
    if (keep[i])
      result.push_back(std::move(tokens[i]));
  return result;
}
