//===- Elaborate.h - From syntax to the typed program -----------*- C++ -*-===//
//
// Entry points of the language's front end: loading a file with the modules
// that it uses, and elaboration (names, statics, spaces, instances, places
// with epochs, effects). All errors of a program are reported.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_ELABORATE_H
#define RILL_LANG_ELAB_ELABORATE_H

#include "AST/AST.h"
#include "Format/Format.h"
#include "Parse/Parse.h"
#include "Support/Diagnostic.h"
#include "Typed/Typed.h"

#include <map>
#include <memory>
#include <string>

namespace rill::lang {

/// Elaborates the program's own file. `tests` also elaborates `test` blocks.
typed::Program elaborate(const ModuleSet &modules,
                         const std::string &programName,
                         const SourceManager &sources, DiagnosticEngine &diag,
                         bool tests = false);

} // namespace rill::lang

#endif // RILL_LANG_ELAB_ELABORATE_H
