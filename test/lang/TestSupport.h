//===- TestSupport.h - Helpers of the language's tests ----------*- C++ -*-===//
//
// Reading sample programs. Holds no checks of its own.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TEST_LANG_TESTSUPPORT_H
#define RILL_TEST_LANG_TESTSUPPORT_H

#include "Parse/Parse.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
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
  for (const auto &entry :
       std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".rill")
      result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

/// Compares a text with X.expected beside the sample X.rill. With
/// RILL_UPDATE_GOLDEN=1 it writes the file: read it before you commit it.
inline void expectGolden(const std::filesystem::path &sample,
                         const std::string &text) {
  std::filesystem::path golden = sample;
  golden.replace_extension(".expected");
  if (std::getenv("RILL_UPDATE_GOLDEN"))
    std::ofstream(golden, std::ios::binary) << text;
  ASSERT_TRUE(std::filesystem::exists(golden)) << golden;
  EXPECT_EQ(text, readText(golden)) << sample;
}

/// The programs of a page of the error index.
inline std::vector<std::string> rillBlocks(std::string_view page) {
  std::vector<std::string> result;
  const std::string_view open = "```rill", close = "```";
  for (size_t at = page.find(open); at != std::string_view::npos;
       at = page.find(open, at)) {
    at = page.find('\n', at) + 1; // Behind the marks.
    size_t end = page.find(close, at);
    result.emplace_back(page.substr(at, end - at));
    at = end;
  }
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
