//===- ParseTest.cpp - Trees of good programs, recovery from bad ones -----===//
//
// Shapes of the syntax tree, the newline rule, and how much one mistake costs.
//
//===----------------------------------------------------------------------===//
#include "TestSupport.h"

#include <gtest/gtest.h>

using namespace rill;
using namespace rill::lang;

static std::string errorsOf(const std::string &text) {
  return test::Parsed(text).diag.render();
}

static const ast::Expr &valueOfLet(const test::Parsed &parsed) {
  auto *item = parsed.file.items.at(0).as<ast::StmtItem>();
  return *item->stmt->as<ast::LetStmt>()->value;
}

TEST(Parse, readsEveryGoodSample) {
  auto all = test::samples(RILL_TEST_DIR "/good");
  ASSERT_FALSE(all.empty());
  for (const char *folder : {RILL_STDLIB_DIR, RILL_EXAMPLES_DIR,
                             RILL_TEST_DIR "/../../../shared/programs"})
    for (const auto &path : test::samples(folder))
      all.push_back(path);
  for (const auto &path : all) {
    test::Parsed parsed(test::readText(path), path.string());
    EXPECT_EQ(parsed.diag.render(), "") << path;
    EXPECT_FALSE(parsed.file.items.empty()) << path;
  }
}

TEST(Parse, bindsOperatorsByTheGrammarsPrecedence) {
  test::Parsed parsed("let x = a + b * c ^ d\n");
  auto *sum = valueOfLet(parsed).as<ast::BinaryExpr>();
  ASSERT_TRUE(sum && sum->op == "+");
  auto *product = sum->rhs->as<ast::BinaryExpr>();
  ASSERT_TRUE(product && product->op == "*");
  auto *power = product->rhs->as<ast::BinaryExpr>();
  ASSERT_TRUE(power && power->op == "^");
}

TEST(Parse, subtractsFromTheLeft) {
  test::Parsed parsed("let x = a - b - c\n");
  auto *outer = valueOfLet(parsed).as<ast::BinaryExpr>();
  ASSERT_TRUE(outer);
  EXPECT_TRUE(outer->lhs->as<ast::BinaryExpr>());
  EXPECT_TRUE(outer->rhs->as<ast::NameExpr>());
}

TEST(Parse, powerBindsTighterThanMinus) {
  test::Parsed parsed("let x = -a^2\n");
  ASSERT_TRUE(valueOfLet(parsed).as<ast::UnaryExpr>());
}

TEST(Parse, bodyOfSumExtendsOverProductsAndStopsAtPlus) {
  test::Parsed parsed("let x = sum[i: D] w[i] * v[i] + c\n");
  auto *plus = valueOfLet(parsed).as<ast::BinaryExpr>();
  ASSERT_TRUE(plus && plus->op == "+");
  auto *sum = plus->lhs->as<ast::ReduceExpr>();
  ASSERT_TRUE(sum);
  EXPECT_TRUE(sum->body->as<ast::BinaryExpr>());
}

TEST(Parse, keepsParenthesesAsAFlag) {
  test::Parsed parsed("let x = (a + b) * c\n");
  auto *product = valueOfLet(parsed).as<ast::BinaryExpr>();
  ASSERT_TRUE(product);
  EXPECT_TRUE(product->lhs->parenthesized);
  EXPECT_EQ(parsed.sources.text(product->lhs->range), "(a + b)");
}

TEST(Parse, readsNumbersWithUnderscoresExponentsAndPercent) {
  test::Parsed parsed("let x = (1_000, 1e-3, 10%)\n");
  auto *tuple = valueOfLet(parsed).as<ast::TupleExpr>();
  ASSERT_TRUE(tuple && tuple->items.size() == 3);
  EXPECT_EQ(tuple->items[0]->as<ast::NumberExpr>()->value, 1000);
  EXPECT_EQ(tuple->items[1]->as<ast::NumberExpr>()->value, 1e-3);
  EXPECT_EQ(tuple->items[2]->as<ast::NumberExpr>()->value, 0.1);
  EXPECT_TRUE(tuple->items[2]->as<ast::NumberExpr>()->percent);
}

TEST(Parse, separatesSubjectFromConditionsInCallsAndHeaders) {
  test::Parsed parsed(
      "dist p(x: Real given c: Fin[2]?) = q\nlet y = p.logp(x | c)\n");
  auto *def = parsed.file.items.at(0).as<ast::DefItem>();
  ASSERT_TRUE(def && def->params);
  EXPECT_EQ(def->params->subject.size(), 1u);
  EXPECT_EQ(def->params->conditions.size(), 1u);
  EXPECT_TRUE(def->params->conditions[0].space->optional);
  auto *let =
      parsed.file.items.at(1).as<ast::StmtItem>()->stmt->as<ast::LetStmt>();
  auto *call = let->value->as<ast::CallExpr>();
  ASSERT_TRUE(call);
  EXPECT_EQ(call->args.size(), 1u);
  EXPECT_EQ(call->conditions.size(), 1u);
}

TEST(Parse, makesADefinitionOfATopLevelFn) {
  test::Parsed parsed("/// Doubles.\nfn f(x: Real) = 2 * x\n");
  auto *def = parsed.file.items.at(0).as<ast::DefItem>();
  ASSERT_TRUE(def);
  EXPECT_EQ(def->kind, "fn");
  EXPECT_EQ(def->doc, "Doubles.");
}

TEST(Parse, rangesCountBytesAndPositionsCountCharacters) {
  test::Parsed parsed("let s = \"\u00e9\u00e9\"; let y = a b\n");
  ASSERT_EQ(parsed.diag.all().size(), 1u);
  EXPECT_EQ(parsed.sources.text(parsed.diag.all()[0].range), "b");
  EXPECT_EQ(parsed.sources.position(1, parsed.diag.all()[0].range.begin).column,
            25u);
}

TEST(NewlineRule, aLineGoesOnAfterAnOperatorAndBeforeOne) {
  EXPECT_EQ(errorsOf("let x = a +\n  b\n"), "");
  EXPECT_EQ(errorsOf("let x = a\n  + b\n"), "");
  EXPECT_EQ(errorsOf("let x = f(a,\n  b)\n"), "");
  EXPECT_EQ(errorsOf("let x = sum[i: D]\n  w[i]\n"), "");
}

TEST(NewlineRule, aLineEndSeparatesOtherwise) {
  test::Parsed parsed("let x = a\nlet y = b\n");
  EXPECT_EQ(parsed.file.items.size(), 2u);
}

TEST(Recovery, reportsOneErrorPerBadStatement) {
  test::Parsed parsed(
      "flow f(x: Real) {\n  x := * 2\n  x := x + 1\n  let = 3\n}\n"
      "let a = \nlet b = 2\n");
  EXPECT_EQ(parsed.diag.all().size(), 3u) << parsed.diag.render();
  auto *def = parsed.file.items.at(0).as<ast::DefItem>();
  ASSERT_TRUE(def && def->block);
  EXPECT_EQ(def->block->stmts.size(), 1u);
}

TEST(Recovery, aMissingBraceIsOneError) {
  test::Parsed parsed("flow f(x: Real) {\n  x := x + 1\n\nflow g(x: Real) {\n  "
                      "x := x + 1\n}\n");
  EXPECT_EQ(parsed.diag.all().size(), 1u) << parsed.diag.render();
  EXPECT_EQ(parsed.file.items.size(), 2u);
}

TEST(Recovery, aMissingParenthesisIsOneError) {
  test::Parsed parsed("flow f(x: Real[D] {\n  x := g(x + 1\n}\nlet y = 1\n");
  EXPECT_EQ(parsed.diag.all().size(), 2u) << parsed.diag.render();
  EXPECT_EQ(parsed.file.items.size(), 2u);
}

TEST(Recovery, aFileThatIsNotUtf8IsRefused) {
  test::Parsed parsed("let x = 1 \xff\n");
  ASSERT_EQ(parsed.diag.all().size(), 1u);
  EXPECT_EQ(parsed.diag.all()[0].code, Code::BadCharacter);
}

TEST(Recovery, anEmptyFileIsFine) {
  EXPECT_EQ(errorsOf(""), "");
  EXPECT_EQ(errorsOf("\n\n// nothing\n"), "");
}
