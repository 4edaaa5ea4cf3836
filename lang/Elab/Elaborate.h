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

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace rill::lang {

/// What a higher floor says of a typed program that holds one declaration:
/// reversibility is not judged here.
using Judge = std::function<void(const typed::Program &, DiagnosticEngine &)>;

/// Elaborates the program's own file. `tests` also elaborates `test` blocks.
/// Declarations that nothing uses are elaborated and judged by themselves.
typed::Program elaborate(const ModuleSet &modules,
                         const std::string &programName,
                         const SourceManager &sources, DiagnosticEngine &diag,
                         bool tests = false, const Judge &judge = {});

} // namespace rill::lang

#endif // RILL_LANG_ELAB_ELABORATE_H
