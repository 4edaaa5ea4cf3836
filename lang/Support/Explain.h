//===- Explain.h - The error index ------------------------------*- C++ -*-===//
//
// The pages of docs/errors, embedded at build time.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_SUPPORT_EXPLAIN_H
#define RILL_LANG_SUPPORT_EXPLAIN_H

#include "Support/Diagnostic.h"

#include <string_view>
#include <vector>

namespace rill::lang {

/// The page of `rill explain CODE` (Markdown), or "" when there is none.
std::string_view explain(Code code);

/// All codes, in the order of their numbers.
std::vector<Code> allCodes();

} // namespace rill::lang

#endif // RILL_LANG_SUPPORT_EXPLAIN_H
