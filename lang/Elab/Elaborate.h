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
#include "Support/Diagnostic.h"
#include "Typed/Typed.h"

#include <map>
#include <memory>
#include <string>

namespace rill::lang {

/// A parsed file and the library modules that it reaches through `use`,
/// keyed by dotted module name ("std.nets"); the program's own file has "".
struct ModuleSet {
  std::map<std::string, ast::File> modules;
};

/// Parses one file. Syntax errors are reported; what could be parsed comes back.
ast::File parseFile(FileId file, SourceManager &sources, DiagnosticEngine &diag);

/// Reads `path`, parses it and every module it uses, from the embedded
/// standard library or from files beside it.
ModuleSet loadModules(const std::string &path, SourceManager &sources,
                      DiagnosticEngine &diag);

/// Text of an embedded library module, or null: "std.nets" -> source.
const std::string *findStdlibModule(const std::string &dottedName);

/// Elaborates the program's own file. `tests` also elaborates `test` blocks.
typed::Program elaborate(const ModuleSet &modules, const std::string &programName,
                         const SourceManager &sources, DiagnosticEngine &diag,
                         bool tests = false);

/// Canonical formatting, `--emit=ast` prints it.
std::string format(const ast::File &file);

} // namespace rill::lang

#endif // RILL_LANG_ELAB_ELABORATE_H
