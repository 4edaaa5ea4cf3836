//===- ExplainTest.cpp - The error index is complete ----------------------===//
//
// Every code has a page with the parts that a reader expects.
//
//===----------------------------------------------------------------------===//
#include "Support/Explain.h"

#include <gtest/gtest.h>

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
