//===- Headers.h - What is wrong with a declaration as written --*- C++ -*-===//
//
// Syntax only: nothing is looked up or elaborated.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_HEADERS_H
#define RILL_LANG_ELAB_HEADERS_H

#include "AST/AST.h"
#include "Support/Diagnostic.h"

namespace rill::lang::elab {

/// Reports names given twice in a header, and what a law's block may not say.
void checkHeader(const ast::DefItem &def, DiagnosticEngine &diag);

} // namespace rill::lang::elab

#endif // RILL_LANG_ELAB_HEADERS_H
