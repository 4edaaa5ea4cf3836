//===- ElabSupport.h - Elaborating small programs in tests ------*- C++ -*-===//
//
// Writes a program to a temporary file, elaborates it and keeps what was
// reported. Holds no checks of its own.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TEST_LANG_ELAB_ELABSUPPORT_H
#define RILL_TEST_LANG_ELAB_ELABSUPPORT_H

#include "Elab/Elaborate.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace rill::test {

/// An elaborated program with everything that it points into.
struct Elaborated {
  lang::SourceManager sources;
  lang::DiagnosticEngine diag{sources};
  lang::ModuleSet modules;
  lang::typed::Program program;

  explicit Elaborated(const std::string &text, bool tests = true) {
    static int number = 0;
    auto path = std::filesystem::temp_directory_path() /
                ("rill-elab-" + std::to_string(getpid()) + "-" +
                 std::to_string(number++) + ".rill");
    std::ofstream(path) << text;
    modules = lang::loadModules(path.string(), sources, diag);
    program = lang::elaborate(modules, "test", sources, diag, tests);
    std::filesystem::remove(path);
  }

  std::string typed() const { return lang::typed::print(program); }
  std::string report() const { return diag.render(false); }

  /// Codes of all reports, in order: "R0214 R0301".
  std::string codes() const {
    std::string all;
    for (const lang::Diagnostic &d : diag.all())
      all += (all.empty() ? "" : " ") + lang::codeName(d.code);
    return all;
  }
  /// The source text that the first report points at.
  std::string caret() const {
    return diag.all().empty() ? ""
                              : std::string(sources.text(diag.all()[0].range));
  }
  bool has(const std::string &part) const {
    return typed().find(part) != std::string::npos;
  }
  int count(const std::string &part) const {
    std::string all = typed();
    int n = 0;
    for (size_t at = all.find(part); at != std::string::npos;
         at = all.find(part, at + 1))
      ++n;
    return n;
  }
};

} // namespace rill::test

#endif // RILL_TEST_LANG_ELAB_ELABSUPPORT_H
