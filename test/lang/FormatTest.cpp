//===- FormatTest.cpp - Canonical layout ----------------------------------===//
//
// Formatting changes blanks, line breaks and separators, and nothing else; done
// twice it changes nothing.
//
//===----------------------------------------------------------------------===//
#include "Format/Format.h"
#include "TestSupport.h"

#include <gtest/gtest.h>

using namespace rill;
using namespace rill::lang;

/// The text without comments, blanks and separators; `given` and `|` are one
/// token and are written in one way.
static std::string squeezed(const std::string &text) {
  std::string result;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (!inString && text.compare(i, 2, "//") == 0) {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (c == '"' && (i == 0 || text[i - 1] != '\\'))
      inString = !inString;
    if (!inString && (c == ' ' || c == '\n' || c == '\t' || c == ';'))
      continue;
    result += c;
  }
  for (size_t at; (at = result.find("given")) != std::string::npos;)
    result.replace(at, 5, "|");
  return result;
}

static std::vector<std::filesystem::path> goodSamples() {
  std::vector<std::filesystem::path> all;
  for (const char *folder :
       {RILL_TEST_DIR "/good", RILL_STDLIB_DIR, RILL_EXAMPLES_DIR,
        RILL_TEST_DIR "/../../../shared/programs"})
    for (const auto &path : test::samples(folder))
      all.push_back(path);
  return all;
}

static std::string formatted(const std::string &text) {
  test::Parsed parsed(text);
  EXPECT_EQ(parsed.diag.render(), "") << text;
  return format(parsed.file);
}

TEST(Format, changesLayoutOnly) {
  for (const auto &path : goodSamples()) {
    std::string text = test::readText(path);
    EXPECT_EQ(squeezed(text), squeezed(formatted(text))) << path;
  }
}

TEST(Format, isIdempotent) {
  for (const auto &path : goodSamples()) {
    std::string once = formatted(test::readText(path));
    EXPECT_EQ(once, formatted(once)) << path;
  }
}

TEST(Format, keepsEveryComment) {
  for (const auto &path : goodSamples()) {
    test::Parsed before(test::readText(path));
    test::Parsed after(format(before.file));
    ASSERT_EQ(before.file.comments.size(), after.file.comments.size()) << path;
    for (size_t i = 0; i < before.file.comments.size(); ++i)
      EXPECT_EQ(before.file.comments[i].text, after.file.comments[i].text)
          << path;
  }
}

TEST(Format, writesTheCanonicalSpacing) {
  EXPECT_EQ(formatted("let  x=a+b *c^2\n"), "let x = a + b * c^2\n");
  EXPECT_EQ(formatted("dist p(x:Real|c:Fin[2]?)=q\nlet y=p.logp(x given c)\n"),
            "dist p(x: Real given c: Fin[2]?) = q\nlet y = p.logp(x | c)\n");
  EXPECT_EQ(formatted("flow f( x:Real[D] ){x:=x+1;x:=2*x}\n"),
            "flow f(x: Real[D]) { x := x + 1; x := 2 * x }\n");
}

TEST(Format, putsEachStatementOfALongBlockOnItsLine) {
  EXPECT_EQ(formatted("flow f(x: Real) {\nx := x + 1; x := 2 * x\n}\n"),
            "flow f(x: Real) {\n  x := x + 1\n  x := 2 * x\n}\n");
}

TEST(Format, keepsOneBlankLine) {
  EXPECT_EQ(formatted("let a = 1\n\n\n\nlet b = 2\n"),
            "let a = 1\n\nlet b = 2\n");
}

TEST(Format, breaksLongLinesWhereTheNewlineRuleAllows) {
  std::string sum = "let total = first_long_name";
  for (int i = 0; i < 8; ++i)
    sum += " + another_long_name";
  std::string text = formatted(sum + "\n");
  EXPECT_NE(text.find("\n  + another_long_name"), std::string::npos) << text;
  EXPECT_EQ(squeezed(text), squeezed(sum));
}

TEST(Format, leavesAnEmptyFileEmpty) { EXPECT_EQ(formatted(""), ""); }
