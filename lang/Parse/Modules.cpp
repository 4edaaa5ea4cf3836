//===- Modules.cpp - Loading a program's modules --------------------------===//
//
// Follows `use` from the program's file to the embedded library and to files
// beside the program. A module is one file; it is parsed once.
//
//===----------------------------------------------------------------------===//
#include "Parse/Parse.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace rill::lang {

/// Generated: stem ("nets") -> source.
const std::map<std::string, std::string> &stdModules();

static const std::map<std::string, std::string> &stdModulesByName() {
  static const auto byName = [] {
    std::map<std::string, std::string> result;
    for (const auto &[stem, text] : stdModules())
      result["std." + stem] = text;
    return result;
  }();
  return byName;
}

const std::string *findStdlibModule(const std::string &dottedName) {
  auto it = stdModulesByName().find(dottedName);
  return it == stdModulesByName().end() ? nullptr : &it->second;
}

std::vector<std::string> stdlibModules() {
  std::vector<std::string> names;
  for (const auto &[name, text] : stdModulesByName())
    names.push_back(name);
  return names;
}

std::string stdlibModuleOf(const std::string &name) {
  const std::regex declares("(^|\\n)(fn|net|flow|dist|energy) " + name + "\\b");
  for (const auto &[module, text] : stdModulesByName())
    if (std::regex_search(text, declares))
      return module;
  return "";
}

static std::string dotted(const std::vector<ast::Ident> &path, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; ++i)
    result += (i ? "." : "") + path[i].text;
  return result;
}

static SourceRange rangeOf(const std::vector<ast::Ident> &path, size_t first,
                           size_t count) {
  SourceRange range;
  for (size_t i = first; i < count; ++i)
    range = SourceRange::join(range, path[i].range);
  return range;
}

UseTarget resolveUse(const ast::UseItem &use, const ModuleSet &modules) {
  size_t n = use.path.size();
  std::string whole = dotted(use.path, n);
  if (modules.modules.count(whole))
    return {whole, ""};
  if (n > 1 && use.names.empty()) {
    std::string parent = dotted(use.path, n - 1);
    if (modules.modules.count(parent))
      return {parent, use.path.back().text};
  }
  return {"", ""};
}

static void addPattern(const ast::Pattern &pattern,
                       std::vector<std::string> &names) {
  if (pattern.name)
    names.push_back(pattern.name->text);
  for (const ast::Pattern &part : pattern.parts)
    addPattern(part, names);
}

/// The names that a module defines at its top level.
static std::vector<std::string> definedNames(const ast::File &file) {
  std::vector<std::string> names;
  for (const ast::Item &item : file.items) {
    if (auto *d = item.as<ast::DefItem>())
      names.push_back(d->name.text);
    else if (auto *d = item.as<ast::DataItem>())
      names.push_back(d->name.text);
    else if (auto *e = item.as<ast::EnvItem>())
      names.push_back(e->name.text);
    else if (auto *s = item.as<ast::StmtItem>())
      if (auto *let = s->stmt->as<ast::LetStmt>())
        addPattern(let->pattern, names);
  }
  return names;
}

namespace {

class Loader {
public:
  Loader(std::filesystem::path folder, SourceManager &sources,
         DiagnosticEngine &diag)
      : folder(std::move(folder)), sources(sources), diag(diag) {}

  ModuleSet run(FileId program) {
    load("", program);
    ensure("std.prelude"); // what every program sees without a `use`
    for (const auto &[name, file] : set.modules)
      checkNames(file);
    return std::move(set);
  }

private:
  void load(const std::string &name, FileId file) {
    // Entered before its own uses are followed: modules may use each other.
    auto &slot = set.modules[name] = parseFile(file, sources, diag);
    std::vector<const ast::UseItem *> uses;
    for (const ast::Item &item : slot.items)
      if (auto *use = item.as<ast::UseItem>())
        uses.push_back(use);
    for (const ast::UseItem *use : uses)
      follow(*use);
  }

  /// `a.b.c` is the module a.b.c, or the name c of the module a.b.
  void follow(const ast::UseItem &use) {
    size_t n = use.path.size();
    if (ensure(dotted(use.path, n)))
      return;
    if (n > 1 && use.names.empty() && ensure(dotted(use.path, n - 1)))
      return;
    unknownModule(use);
  }

  bool ensure(const std::string &name) {
    if (set.modules.count(name))
      return true;
    if (const std::string *text = findStdlibModule(name)) {
      load(name, sources.add(fileName(name), *text));
      return true;
    }
    if (name.rfind("std.", 0) == 0) // reserved for the library
      return false;
    std::filesystem::path path = folder / filePart(name);
    std::ifstream in(path, std::ios::binary);
    if (!in)
      return false;
    std::stringstream text;
    text << in.rdbuf();
    load(name, sources.add(path.string(), text.str()));
    return true;
  }

  static std::string filePart(std::string name) {
    std::replace(name.begin(), name.end(), '.', '/');
    return name + ".rill";
  }

  /// What diagnostics print for an embedded module: `<std/nets.rill>`.
  static std::string fileName(const std::string &name) {
    return "<" + filePart(name) + ">";
  }

  void unknownModule(const ast::UseItem &use) {
    size_t n = use.path.size();
    bool single = use.names.empty() && n > 1;
    size_t count = single ? n - 1 : n;
    std::string name = dotted(use.path, count);
    Diagnostic &d = diag.error(Code::UnknownModule, rangeOf(use.path, 0, count),
                               "unknown module '" + name + "'");
    bool isStd = use.path.front().text == "std";
    std::string similar = didYouMean(name, stdlibModules());
    if (isStd) {
      std::string list;
      for (const std::string &m : stdlibModules())
        list += (list.empty() ? "" : ", ") + m;
      d.underCaret = "the standard library has no such module";
      d.why("its modules are " + list);
    } else {
      d.underCaret = "no file '" + filePart(name) + "' beside the program";
    }
    if (!similar.empty())
      d.help("did you mean '" + similar + "'?");
  }

  /// Reports names that the used modules do not define.
  void checkNames(const ast::File &file) {
    for (const ast::Item &item : file.items) {
      auto *use = item.as<ast::UseItem>();
      if (!use)
        continue;
      UseTarget target = resolveUse(*use, set);
      if (target.module.empty())
        continue;
      if (!target.name.empty())
        checkName(target.module, use->path.back());
      for (const ast::Ident &name : use->names)
        checkName(target.module, name);
    }
  }

  void checkName(const std::string &module, const ast::Ident &name) {
    std::vector<std::string> defined = definedNames(set.modules.at(module));
    if (std::find(defined.begin(), defined.end(), name.text) != defined.end())
      return;
    Diagnostic &d = diag.error(Code::UnknownName, name.range,
                               "unknown name '" + name.text + "'",
                               "module '" + module + "' does not define it");
    std::string similar = didYouMean(name.text, defined);
    if (!similar.empty())
      d.help("did you mean '" + similar + "'?");
  }

  std::filesystem::path folder;
  SourceManager &sources;
  DiagnosticEngine &diag;
  ModuleSet set;
};

} // namespace

/// Reads a whole file; the reason why not, or "".
static std::string readFile(const std::string &path, std::string &text) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return "it is a folder";
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return std::strerror(errno);
  std::stringstream buffer;
  buffer << in.rdbuf();
  if (in.bad())
    return std::strerror(errno);
  text = buffer.str();
  return "";
}

ModuleSet loadModules(const std::string &path, SourceManager &sources,
                      DiagnosticEngine &diag) {
  std::string text;
  std::string problem = readFile(path, text);
  if (!problem.empty()) {
    diag.error(Code::CannotRead, {}, "cannot read '" + path + "': " + problem);
    return {};
  }
  FileId program = sources.add(path, std::move(text));
  Loader loader(std::filesystem::path(path).parent_path(), sources, diag);
  return loader.run(program);
}

} // namespace rill::lang
