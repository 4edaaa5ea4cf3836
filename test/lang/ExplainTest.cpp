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

TEST(ErrorIndex, showsProgramsThatParseUnlessTheErrorIsOfSyntax) {
  for (Code code : allCodes()) {
    auto texts = test::rillBlocks(explain(code));
    // First one with the error, then one without.
    bool hasPrograms = code < Code::CannotRead;
    ASSERT_EQ(texts.size(), hasPrograms ? 2u : 0u) << codeName(code);
    for (size_t i = 0; i < texts.size(); ++i) {
      test::Parsed parsed(texts[i]);
      bool isSyntax = i == 0 && code < Code::UnsupportedConstruct;
      EXPECT_EQ(parsed.diag.hasErrors(), isSyntax)
          << codeName(code) << "\n"
          << texts[i] << parsed.diag.render();
      if (isSyntax)
        EXPECT_EQ(parsed.diag.all()[0].code, code) << texts[i];
    }
  }
}
