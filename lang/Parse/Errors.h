//===- Errors.h - Syntax errors and recovery --------------------*- C++ -*-===//
//
// Replaces ANTLR's messages and its recovery. An error ends the statement,
// declaration or setting in which it stands, and parsing goes on after it, so
// that one mistake gives one message.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_PARSE_ERRORS_H
#define RILL_LANG_PARSE_ERRORS_H

#include "Parse/Antlr.h"
#include "Parse/Expected.h"
#include "Support/Diagnostic.h"

#include <set>

namespace rill::lang::parse {

class ErrorStrategy : public antlr4::DefaultErrorStrategy {
public:
  /// No error is reported on `quietLines`.
  ErrorStrategy(const Offsets &offsets, DiagnosticEngine &diag,
                std::set<size_t> quietLines)
      : offsets(offsets), diag(diag), quietLines(std::move(quietLines)) {}

  /// Reports the next token when it does not end the item that began at token
  /// `first`, and skips to the item's end.
  void finishItem(Grammar &parser, size_t first);

  void reportError(antlr4::Parser *parser,
                   const antlr4::RecognitionException &e) override;
  void recover(antlr4::Parser *parser, std::exception_ptr e) override;
  antlr4::Token *recoverInline(antlr4::Parser *parser) override;
  void sync(antlr4::Parser *parser) override;

private:
  void report(Grammar &parser, size_t rule, size_t first, antlr4::Token *found);
  /// `statementSize`: how many tokens of the statement were read.
  void addHints(Diagnostic &d, const Expected &expected, Grammar &parser,
                size_t statementSize, antlr4::Token *previous,
                antlr4::Token *found);
  SourceRange place(antlr4::Token *previous, antlr4::Token *found) const;
  void skip(antlr4::Parser &parser, size_t first);

  const Offsets &offsets;
  DiagnosticEngine &diag;
  std::set<size_t> quietLines;
  bool recovering = false;
};

} // namespace rill::lang::parse

#endif // RILL_LANG_PARSE_ERRORS_H
