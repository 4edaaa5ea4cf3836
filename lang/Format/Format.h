//===- Format.h - Canonical layout ------------------------------*- C++ -*-===//
//
// Prints a syntax tree as source text. The layout is canonical up to what the
// author chose: which blocks stand on one line, and blank lines.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_FORMAT_FORMAT_H
#define RILL_LANG_FORMAT_FORMAT_H

#include "AST/AST.h"

#include <string>

namespace rill::lang {

/// Canonical formatting, `--emit=ast` prints it. Parsing the result gives the
/// same tree, and formatting it again the same text.
std::string format(const ast::File &file);

} // namespace rill::lang

#endif // RILL_LANG_FORMAT_FORMAT_H
