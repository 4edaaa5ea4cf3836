//===- Tokens.h - Tokens, lines and brackets --------------------*- C++ -*-===//
//
// What lies between the text and the grammar: reading tokens with their
// lexical errors, repairing brackets, and deciding which line ends count.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_PARSE_TOKENS_H
#define RILL_LANG_PARSE_TOKENS_H

#include "AST/AST.h"
#include "Parse/Antlr.h"
#include "Support/Diagnostic.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace rill::lang::parse {

using Tokens = std::vector<std::unique_ptr<antlr4::Token>>;

/// The tokens of a file and what keeps them alive.
struct Lexed {
  std::unique_ptr<antlr4::ANTLRInputStream> input;
  std::unique_ptr<Lexer> lexer;
  Tokens tokens;             ///< all channels, line ends included
  std::set<size_t> badLines; ///< one-based lines with errors
};

/// Reads all tokens. Reports characters that begin none (R0103) and strings
/// without an end (R0102).
Lexed lex(const Offsets &offsets, std::string_view text,
          DiagnosticEngine &diag);

/// `//` comments in source order.
std::vector<ast::Comment> comments(const Tokens &tokens, const Offsets &offsets,
                                   std::string_view text);

/// Reports brackets that have no partner and puts in or takes out a token for
/// each, so that what follows still parses. Adds the lines (one-based) that
/// were changed to `quietLines`: further errors there would only be echoes.
/// Nothing is reported on a line that is quiet already.
void balanceBrackets(Tokens &tokens, const Offsets &offsets,
                     DiagnosticEngine &diag, std::set<size_t> &quietLines);

/// Keeps the tokens that the grammar sees. A line end counts unless a
/// parenthesis or square bracket is open, the line ends with an operator or the
/// bracket of a prefix operator (`sum[i: D]`), or the next line begins with an
/// operator.
Tokens filterLineEnds(Tokens tokens);

/// A line that ends with this token goes on.
bool continuesAtEnd(const std::string &token);

} // namespace rill::lang::parse

#endif // RILL_LANG_PARSE_TOKENS_H
