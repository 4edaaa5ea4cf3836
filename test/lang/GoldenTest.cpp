//===- GoldenTest.cpp - Texts of syntax errors, word for word -------------===//
//
// Every X.rill of bad/syntax stands beside X.expected, the exact text printed
// for it. RILL_UPDATE_GOLDEN=1 writes the texts anew: read them before you
// commit them.
//
//===----------------------------------------------------------------------===//
#include "TestSupport.h"

#include <gtest/gtest.h>

#include <cctype>

using namespace rill;
namespace fs = std::filesystem;

TEST(BadSyntax, printsExactlyTheExpectedText) {
  auto all = test::samples(RILL_TEST_DIR "/bad/syntax");
  ASSERT_GE(all.size(), 50u);
  for (const fs::path &sample : all) {
    test::Parsed parsed(test::readText(sample), sample.filename().string());
    EXPECT_TRUE(parsed.diag.hasErrors()) << sample;
    test::expectGolden(sample, parsed.diag.render());
  }
}

/// Names of the parser's rules in the grammar.
static std::vector<std::string> grammarRules() {
  std::stringstream lines(test::readText(RILL_GRAMMAR));
  std::vector<std::string> rules;
  for (std::string line; std::getline(lines, line);) {
    std::string name = line.substr(0, line.find_first_of(" :"));
    bool isRule = !name.empty() &&
                  std::islower(static_cast<unsigned char>(name[0])) &&
                  name != "grammar" && line.find(':') != std::string::npos;
    if (isRule)
      rules.push_back(name);
  }
  return rules;
}

TEST(BadSyntax, hasASampleForEveryRuleOfTheGrammar) {
  auto rules = grammarRules();
  ASSERT_EQ(rules.size(), 56u);
  for (const std::string &rule : rules)
    EXPECT_TRUE(fs::exists(RILL_TEST_DIR "/bad/syntax/" + rule + ".rill"))
        << rule;
}
