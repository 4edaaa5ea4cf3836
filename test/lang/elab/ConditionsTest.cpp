// Conditions of laws: arguments of members, null, fields of data, run-time
// indices.
#include "ElabSupport.h"

#include <gtest/gtest.h>

using rill::test::Elaborated;

static const char *shift = "flow shift(x: Real[2] given c: Fin[K]?) {\n"
                           "  param w: Real[K, 2] = 1\n"
                           "  x := if c == null then x else x + w[c]\n}\n";

/// A program with the flow above.
static Elaborated with(const std::string &text) {
  return Elaborated(shift + text);
}

TEST(Conditions, AreArgumentsOneForEachArray) {
  Elaborated e = with("dist p(x: Real[2] given c: Fin[4]?, t: Positive = 2) = "
                      "pull(shift(| c), Normal(0, t))\n");
  EXPECT_EQ(e.codes(), "");
  const auto &dist = e.program.dists[e.program.named.back().second];
  ASSERT_EQ(dist.conditions.size(), 2u);
  EXPECT_FALSE(dist.conditions[0].hasDefault());
  EXPECT_EQ(dist.conditions[1].defaultValue, 2);
  // c, whether it is there, t
  EXPECT_EQ(dist.flow.args.size(), 3u);
}

TEST(Conditions, OfAProductAreItsFields) {
  Elaborated e("dist p(x: Real given c: (m: Real, k: Fin[3]?)) = Normal(c.m, "
               "1)\ncheck p.logp(0 | (1, null)) < 0\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.program.dists[0].logp->args.size(), 4u);
}

TEST(Conditions, ADefaultMayBeNull) {
  Elaborated e = with("dist p(x: Real[2] given c: Fin[4]? = null) = "
                      "pull(shift(| c), Normal)\ncheck p.logp([0, 1]) < 0\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(
      e.program.dists[e.program.named[0].second].conditions[0].defaultsToNull);
}

TEST(Conditions, NullIsNoDefaultOfASpaceWithoutIt) {
  Elaborated e("dist p(x: Real given c: Fin[4] = null) = Normal(c, 1)\n");
  EXPECT_EQ(e.codes(), "R0408");
  EXPECT_EQ(e.caret(), "null");
}

// Each use used to share one dist, whatever it was given.
TEST(Conditions, ALawGivenAValueIsALawOfItsOwn) {
  Elaborated e = with("dist p(x: Real[2] given c: Fin[4]?) = "
                      "pull(shift(| c), Normal)\n"
                      "check integral(p(| 3), box(-9, 9)) == 1 within 1e-3\n"
                      "check integral(p(| null), box(-9, 9)) == 1 within "
                      "1e-3\n");
  EXPECT_EQ(e.codes(), "");
  ASSERT_EQ(e.program.checks.size(), 2u);
  EXPECT_NE(e.program.checks[0].dist, e.program.checks[1].dist);
  EXPECT_EQ(e.program.params.size(), 1u); // of the one instance
}

TEST(Conditions, ABaseKeepsItsOwn) {
  Elaborated e("use std.flows.swap\n"
               "dist base(x: Real[2] given t: Positive = 3) = pull(swap, "
               "Normal(0, t))\n"
               "dist p(x: Real[2] given c: Real = 5) = pull(swap, base)\n");
  EXPECT_EQ(e.codes(), "");
  // The base of p is made with its default, not with p's condition.
  const auto &p = e.program.dists[e.program.named.back().second];
  EXPECT_NE(p.base, e.program.named.front().second);
}

TEST(Conditions, ACompositionTakesThemByItsParts) {
  Elaborated e = with("dist p(x: Real[2] given c: Fin[4]?) = "
                      "pull(shift(| c) >> shift(| c), Normal)\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.program.params.size(), 1u); // a declaration without brackets
}

TEST(Null, IsComparedAtCompileTimeWhereItIsKnown) {
  Elaborated e("fn f(x: Real, c) = if c == null then 1 else 2\n"
               "check f(0, null) == 1\ncheck f(0, 3) == 2\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.count("select"), 0);
}

TEST(Null, HasNoOrder) {
  Elaborated e("fn f(c: Real?) = if c < null then 1 else 2\ncheck f(1) == 1\n");
  EXPECT_EQ(e.codes(), "R0402");
}

TEST(Null, ABranchKnowsWhetherThereIsAValue) {
  EXPECT_EQ(Elaborated("fn f(c: Real?) = if c != null then c else 0\n"
                       "check f(1) == 1\n")
                .codes(),
            "");
  EXPECT_EQ(Elaborated("fn f(c: Real?) = if not (c == null) then c else 0\n"
                       "check f(1) == 1\n")
                .codes(),
            "");
  EXPECT_EQ(Elaborated("fn f(c: Real?) = if c == null then c else 0\n"
                       "check f(1) == 1\n")
                .codes(),
            "R0408");
  EXPECT_EQ(Elaborated("fn f(c: Real?, d: Real?) = if c == null then 0 else d\n"
                       "check f(1, 2) == 1\n")
                .codes(),
            "R0408");
}

TEST(Null, MakesAChoiceOptional) {
  Elaborated e("data rows: (x: Real, c: Fin[4]) = csv(\"r.csv\")\n"
               "dist p(x: Real given c: Fin[4]?) {\n"
               "  param m: Real[4] = 0\n"
               "  x ~ Normal(if c == null then 0 else m[c], 1)\n}\n"
               "train p on rows { minimize E[(x, c) ~ rows, u ~ Uniform(0, 1)] "
               "-p.logp(x | if u < 0.1 then null else c) }\n");
  EXPECT_EQ(e.codes(), "");
}

TEST(Null, IsNoSubject) {
  EXPECT_EQ(Elaborated("dist p(x: Real?) { logp(x) = 0 }\nmain p\n").codes(),
            "R0104");
}

TEST(Data, FieldsOfAConditionsNameAreTheCondition) {
  Elaborated e("data rows: (c: Fin[4], y: Real) = csv(\"r.csv\")\n"
               "dist p(x: Real given c: Fin[4]) {\n  param m: Real[4] = 0\n"
               "  x ~ Normal(m[c], 1)\n}\ntrain p on rows { minimize nll }\n");
  EXPECT_EQ(e.codes(), "");
  const auto &rows = e.program.dists[e.program.named[0].second].rows;
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->fields, (std::vector<int>{1, 0}));
}

TEST(Data, FieldsWithoutNamesGoInOrder) {
  Elaborated e("data rows: (Real, Fin[4]) = csv(\"r.csv\")\n"
               "dist p(x: Real given c: Fin[4]) {\n  param m: Real[4] = 0\n"
               "  x ~ Normal(m[c], 1)\n}\ntrain p on rows { minimize nll }\n");
  EXPECT_EQ(e.codes(), "");
}

TEST(Data, AFieldThatMayBeMissingNeedsACondition) {
  const std::string law = "(x: Real given c: Fin[4]";
  const std::string rest = ") {\n  param m: Real[4] = 0\n  x ~ Normal(if c == "
                           "null then 0 else m[c], 1)\n}\n"
                           "data rows: (x: Real, c: Fin[4]?) = csv(\"r.csv\")\n"
                           "train p on rows { minimize nll }\n";
  EXPECT_EQ(Elaborated("dist p" + law + "?" + rest).codes(), "");
  EXPECT_EQ(Elaborated("dist p" + law + rest).codes(), "R0402");
}

TEST(Data, AFieldThatNobodyTakesIsRefused) {
  Elaborated e("data rows: (x: Real, c: Fin[4], w: Real) = csv(\"r.csv\")\n"
               "dist p(x: Real given c: Fin[4]) {\n  param m: Real[4] = 0\n"
               "  x ~ Normal(m[c], 1)\n}\ntrain p on rows { minimize nll }\n");
  EXPECT_EQ(e.codes(), "R0402");
}

TEST(RunTimeIndex, TakesOneElementForEachLabel) {
  Elaborated e("fn f(t: Real[4, 2], c: Fin[4][3]) = sum[i: 3] norm2(t[c[i]])\n"
               "dist p(x: Real given c: Fin[4][3]) {\n"
               "  param t: Real[4, 2] = 1\n  x ~ Normal(f(t, c), 1)\n}\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_GE(e.count("lookup"), 1);
}

TEST(RunTimeIndex, MustBeProvedToLieInside) {
  const std::string head = "dist p(x: Real given c: Fin[4]) {\n"
                           "  param t: Real[4] = 1\n  x ~ Normal(t[";
  EXPECT_EQ(Elaborated(head + "if c == 3 then 0 else c], 1)\n}\n").codes(), "");
  EXPECT_EQ(Elaborated(head + "c + 1], 1)\n}\n").codes(), "R0405");
}
