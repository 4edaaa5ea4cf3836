//===- Antlr.h - The generated lexer and parser -----------------*- C++ -*-===//
//
// The one place that includes ANTLR. Only the sources of this folder include
// it: no other room sees ANTLR's types or exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_PARSE_ANTLR_H
#define RILL_LANG_PARSE_ANTLR_H

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "RillLexer.h"
#include "RillParser.h"
#pragma clang diagnostic pop

#include "Support/Source.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace rill::lang::parse {

using Lexer = rill_grammar::RillLexer;
using Grammar = rill_grammar::RillParser;

/// Turns ANTLR's code point indices into byte ranges of a file.
class Offsets {
public:
  Offsets(FileId file, std::string_view text);

  uint32_t byte(size_t codePoint) const;
  SourceRange range(const antlr4::Token *token) const;
  SourceRange range(const antlr4::Token *first,
                    const antlr4::Token *last) const;
  FileId file() const { return id; }

private:
  FileId id;
  uint32_t size;
  std::vector<uint32_t> table; ///< empty for ASCII text
};

} // namespace rill::lang::parse

#endif // RILL_LANG_PARSE_ANTLR_H
