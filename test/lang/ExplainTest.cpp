//===- ExplainTest.cpp - The error index is complete ----------------------===//
//
// Every code has a page with the parts that a reader expects.
//
//===----------------------------------------------------------------------===//
#include "Support/Explain.h"
#include "TestSupport.h"

#include <gtest/gtest.h>

using namespace rill;
using namespace rill::lang;

TEST(ErrorIndex, hasAPageForEveryCode) {
  for (Code code : allCodes()) {
    std::string_view page = explain(code);
    EXPECT_EQ(page.substr(0, 7), "# " + codeName(code)) << codeName(code);
    EXPECT_NE(page.find("## How to fix"), std::string_view::npos)
        << codeName(code);
  }
}

TEST(ErrorIndex, hasNoPageForOtherNumbers) {
  EXPECT_EQ(explain(static_cast<Code>(999)), "");
}

/// The programs of a page: first one with the error, then one without.
static std::vector<std::string> programs(std::string_view page) {
  std::vector<std::string> result;
  const std::string_view open = "```rill\n", close = "```";
  for (size_t at = page.find(open); at != std::string_view::npos; at = page.find(open, at)) {
    at += open.size();
    size_t end = page.find(close, at);
    result.emplace_back(page.substr(at, end - at));
    at = end;
  }
  return result;
}

TEST(ErrorIndex, showsProgramsThatParseUnlessTheErrorIsOfSyntax) {
  for (Code code : allCodes()) {
    auto texts = programs(explain(code));
    bool hasPrograms = code < Code::CannotRead;
    ASSERT_EQ(texts.size(), hasPrograms ? 2u : 0u) << codeName(code);
    for (size_t i = 0; i < texts.size(); ++i) {
      test::Parsed parsed(texts[i]);
      bool isSyntax = i == 0 && code < Code::UnsupportedConstruct;
      EXPECT_EQ(parsed.diag.hasErrors(), isSyntax)
          << codeName(code) << "\n" << texts[i] << parsed.diag.render();
      if (isSyntax)
        EXPECT_EQ(parsed.diag.all()[0].code, code) << texts[i];
    }
  }
}
