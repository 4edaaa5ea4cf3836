//===- DiagnosticTest.cpp - The printer and the names of codes ------------===//
//
// The layout of messages, exactly as the style guide shows it.
//
//===----------------------------------------------------------------------===//
#include "Support/Diagnostic.h"

#include <gtest/gtest.h>

using namespace rill::lang;

static SourceRange find(const SourceManager &sources, FileId file,
                        std::string_view what) {
  uint32_t at = static_cast<uint32_t>(sources.text(file).find(what));
  return {file, at, at + static_cast<uint32_t>(what.size())};
}

TEST(Printer, matchesTheStyleGuide) {
  SourceManager sources;
  FileId file =
      sources.add("couple.rill", "1\n2\n3\n4\n5\n6\n  b := b * s + m\n");
  DiagnosticEngine diag(sources);
  diag.error(Code::FactorMayBeZero, find(sources, file, "b * s"),
             "this update is not invertible in 'b'",
             "'s' may be zero: Real includes 0")
      .why("each update must be injective in the place it replaces, for every "
           "value of what it reads")
      .help("use exp(s), or declare 's: Positive'; see `rill explain R0214`");
  EXPECT_EQ(diag.render(),
            R"(error[R0214]: this update is not invertible in 'b'
  --> couple.rill:7:8
   |
 7 |   b := b * s + m
   |        ^^^^^ 's' may be zero: Real includes 0
   |
   = each update must be injective in the place it replaces, for every value of what it reads
   = help: use exp(s), or declare 's: Positive'; see `rill explain R0214`
)");
}

TEST(Printer, showsFurtherPlacesWithTheirTexts) {
  SourceManager sources;
  FileId file = sources.add("a.rill", "let x = 1\n\n\n\n\n\n\n\n\nlet x = 2\n");
  DiagnosticEngine diag(sources);
  SourceRange first = {file, 4, 5}, second = {file, 22, 23};
  diag.error(Code::Redefined, second, "'x' is defined twice", "again here")
      .label(first, "first here");
  EXPECT_EQ(diag.render(), R"(error[R0302]: 'x' is defined twice
   --> a.rill:10:5
    |
  1 | let x = 1
    |     - first here
 ..
 10 | let x = 2
    |     ^ again here
)");
}

TEST(Printer, sortsBySourceOrderAndDropsRepeats) {
  SourceManager sources;
  FileId file = sources.add("a.rill", "ab\n");
  DiagnosticEngine diag(sources);
  diag.error(Code::UnknownName, {file, 1, 2}, "second");
  diag.error(Code::UnknownName, {file, 0, 1}, "first");
  diag.error(Code::UnknownName, {file, 1, 2}, "second");
  std::string text = diag.render();
  EXPECT_LT(text.find("first"), text.find("second"));
  EXPECT_EQ(text.find("second"), text.rfind("second"));
}

TEST(Printer, usesColoursOnlyOnRequest) {
  SourceManager sources;
  DiagnosticEngine diag(sources);
  diag.error(Code::CannotRead, {}, "cannot read 'x'");
  EXPECT_EQ(diag.render(false), "error[R0701]: cannot read 'x'\n");
  EXPECT_NE(diag.render(true).find("\033["), std::string::npos);
}

TEST(Printer, cutsARangeOverSeveralLinesAtItsFirst) {
  SourceManager sources;
  FileId file = sources.add("a.rill", "abc {\n}\n");
  DiagnosticEngine diag(sources);
  diag.error(Code::UnknownName, {file, 0, 7}, "all");
  EXPECT_NE(diag.render().find("| ^^^^^\n"), std::string::npos)
      << diag.render();
}

TEST(Printer, aWarningIsNoError) {
  SourceManager sources;
  DiagnosticEngine diag(sources);
  diag.warning(Code::UnknownName, {}, "odd");
  EXPECT_FALSE(diag.hasErrors());
  EXPECT_EQ(diag.render(), "warning[R0301]: odd\n");
}

TEST(Codes, haveNamesThatParseBack) {
  Code code;
  ASSERT_TRUE(parseCode("r0214", code));
  EXPECT_EQ(code, Code::FactorMayBeZero);
  EXPECT_EQ(codeName(code), "R0214");
  EXPECT_FALSE(parseCode("R9999", code));
  EXPECT_FALSE(parseCode("", code));
}

TEST(DidYouMean, findsSlipsAndNothingFarAway) {
  std::vector<std::string> names = {"Normal", "halves", "mlp", "exp"};
  EXPECT_EQ(didYouMean("normal", names), "Normal");
  EXPECT_EQ(didYouMean("halfs", names), "halves");
  EXPECT_EQ(didYouMean("mpl", names), "mlp");
  EXPECT_EQ(didYouMean("tahn", {"tan", "tanh"}), "tanh");
  EXPECT_EQ(didYouMean("x", names), "");
  EXPECT_EQ(didYouMean("quakes", names), "");
}
