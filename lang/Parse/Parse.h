//===- Parse.h - From text to syntax ----------------------------*- C++ -*-===//
//
// Parsing of files and loading of the modules that they use. Knows syntax
// only: names are resolved by the elaborator. ANTLR is an implementation detail
// that this header does not show.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_PARSE_PARSE_H
#define RILL_LANG_PARSE_PARSE_H

#include "AST/AST.h"
#include "Support/Diagnostic.h"

#include <map>
#include <string>
#include <vector>

namespace rill::lang {

/// A parsed file and the library modules that it reaches through `use`,
/// keyed by dotted module name ("std.nets"); the program's own file has "".
struct ModuleSet {
  std::map<std::string, ast::File> modules;
};

/// Parses one file. Syntax errors are reported; what could be parsed comes
/// back.
ast::File parseFile(FileId file, SourceManager &sources,
                    DiagnosticEngine &diag);

/// Reads `path`, parses it and every module it uses, from the embedded
/// standard library or from files beside it; `std.prelude` is always among
/// them. Unknown modules and names are reported; a module is parsed once.
ModuleSet loadModules(const std::string &path, SourceManager &sources,
                      DiagnosticEngine &diag);

/// Where `use` finds what it names: the module, and the one name in it that
/// `path` ends with, or "" when the path is the module itself. A `use` with a
/// list has the module alone.
struct UseTarget {
  std::string module;
  std::string name;
};
/// Resolves the path of a `use` against the modules that were loaded;
/// `module` is "" when there is none.
UseTarget resolveUse(const ast::UseItem &use, const ModuleSet &modules);

/// Text of an embedded library module, or null: "std.nets" -> source.
const std::string *findStdlibModule(const std::string &dottedName);

/// Dotted names of the embedded library's modules, sorted.
std::vector<std::string> stdlibModules();
/// The library module that declares a function, network, flow or law of this
/// name; empty if none does.
std::string stdlibModuleOf(const std::string &name);

} // namespace rill::lang

#endif // RILL_LANG_PARSE_PARSE_H
