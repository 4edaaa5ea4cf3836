//===- TestSupport.h - Helpers of the language's tests ----------*- C++ -*-===//
//
// Reading sample programs. Holds no checks of its own.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TEST_LANG_TESTSUPPORT_H
#define RILL_TEST_LANG_TESTSUPPORT_H

#include "Parse/Parse.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace rill::test {

inline std::string readText(const std::filesystem::path &path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// All .rill files below a folder, sorted; none when there is no such folder.
inline std::vector<std::filesystem::path>
samples(const std::filesystem::path &folder) {
  std::vector<std::filesystem::path> result;
  if (!std::filesystem::exists(folder))
    return result;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".rill")
      result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

/// A parsed text with everything that it points into.
struct Parsed {
  lang::SourceManager sources;
  lang::DiagnosticEngine diag{sources};
  lang::ast::File file;

  explicit Parsed(std::string text, std::string name = "test.rill") {
    file = lang::parseFile(sources.add(std::move(name), std::move(text)),
                           sources, diag);
  }
};

} // namespace rill::test

#endif // RILL_TEST_LANG_TESTSUPPORT_H
