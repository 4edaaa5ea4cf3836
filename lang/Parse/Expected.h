//===- Expected.h - What the grammar would accept ---------------*- C++ -*-===//
//
// Computes, for a place at which parsing failed, what could have stood there,
// in the words of a user: "an expression", "a space", "')'".
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_PARSE_EXPECTED_H
#define RILL_LANG_PARSE_EXPECTED_H

#include "Parse/Antlr.h"

#include <set>
#include <string>
#include <vector>

namespace rill::lang::parse {

struct Expected {
  std::set<std::string> things; ///< "an expression", "')'", "'within'"
  bool operators = false;       ///< an expression may go on
  bool end = false;             ///< the statement may end
  bool empty() const { return things.empty() && !operators && !end; }

  /// The list in words: "',' or ')'". Things that would distract are left out.
  std::string list() const;
};

/// What may follow `tokens` in `rule`. Empty when the tokens do not fit.
Expected expectedAfter(Grammar &parser, size_t rule,
                       const std::vector<antlr4::Token *> &tokens);

} // namespace rill::lang::parse

#endif // RILL_LANG_PARSE_EXPECTED_H
