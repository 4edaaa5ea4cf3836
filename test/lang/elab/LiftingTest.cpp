// Comprehensions become whole-tensor operations.
#include "ElabSupport.h"

#include <gtest/gtest.h>

using rill::test::Elaborated;

/// The operations of `fn f(..) = body`, checked as a test's expression.
static Elaborated value(const std::string &body, const std::string &lets = "") {
  return Elaborated("data d: (x: Real[3], W: Real[2, 3]) = csv(\"d.csv\")\n"
                    "check E[(x, W) ~ d] " +
                    body + " < 1\n" + lets);
}

TEST(Lifting, ASumOfAProductWithAFreeIndexIsAContraction) {
  Elaborated e = value("sum[i: 2] (sum[j: 3] W[i, j] * x[j])");
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("contract")) << e.typed();
  EXPECT_TRUE(e.has("spec = \"ab,b->a\""));
}

TEST(Lifting, ADotProductIsMultiplyAndReduce) {
  Elaborated e = value("sum[i: 3] x[i] * x[i]");
  EXPECT_EQ(e.count("contract"), 0);
  EXPECT_EQ(e.count("= mul"), 1);
  EXPECT_EQ(e.count("= reduce"), 1);
}

TEST(Lifting, AFullIndexIsTheValueItself) {
  Elaborated e = value("sum[i: 3] x[i]");
  EXPECT_EQ(e.count("slice") + e.count("gather"), 0);
}

TEST(Lifting, TheMatrixProductIsAContraction) {
  Elaborated e = value("sum(W @ x)");
  EXPECT_TRUE(e.has("spec = \"ab,b->a\""));
}

TEST(Lifting, RangesOfBindersAreInferred) {
  Elaborated e = value("sum[i] x[i]");
  EXPECT_EQ(e.codes(), "");
}

TEST(Lifting, ARangeThatNothingDeterminesIsRefused) {
  Elaborated e = value("sum[i] i");
  EXPECT_EQ(e.codes(), "R0403");
}

TEST(Lifting, AShiftedIndexIsASlice) {
  Elaborated e = value("sum[i: 2] x[i + 1] * x[i]");
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("offsets = [1]"));
}

TEST(Lifting, AMirroredIndexIsAReverse) {
  Elaborated e = value("sum[i: 3] i * x[2 - i]");
  EXPECT_TRUE(e.has("= reverse"));
}

TEST(Lifting, ADiagonalIsAGather) {
  Elaborated e = value("sum[i: 2] W[i, i]");
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("indices = [0, 4]")) << e.typed();
}

TEST(Lifting, VecPutsItsBindersFirst) {
  Elaborated e = value("sum(vec[j: 3, i: 2] W[i, j])");
  EXPECT_TRUE(e.has(": Real[3, 2]")) << e.typed();
}

TEST(Lifting, AGuardOfVecKeepsPairs) {
  Elaborated e = value("sum(vec[i: 3, j: 3 if i < j] (x[i] - x[j]))");
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("indices = [1, 2, 5]")) << e.typed();
}

TEST(Lifting, AGuardOfASumMasks) {
  Elaborated e = value("sum[i: 3, j: 3 if i < j] x[i] * x[j]");
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("pred = \"lt\""));
}

TEST(Lifting, MeanDividesByTheCount) {
  Elaborated e = value("mean[i: 3, j: 2] W[j, i]");
  EXPECT_TRUE(e.has("value = 0.166666667"));
}

TEST(Lifting, ABinderThatTheBodyIgnoresCounts) {
  Elaborated e = value("sum[i: 3, k: 5] x[i]");
  EXPECT_TRUE(e.has("value = 5"));
}

TEST(Lifting, ExtremesReduceByKind) {
  Elaborated e = value("logsumexp[i: 3] x[i]");
  EXPECT_TRUE(e.has("kind = \"logsumexp\""));
}

TEST(Lifting, AStaticRangeIsASlice) {
  Elaborated e = value("sum(x[1..3])");
  EXPECT_TRUE(e.has("offsets = [1], sizes = [2]"));
}

TEST(Lifting, AnIndexOutOfRangeIsRefused) {
  Elaborated e = value("x[3]");
  EXPECT_EQ(e.codes(), "R0405");
  EXPECT_EQ(e.caret(), "3");
}

TEST(Lifting, AnIndexExpressionOutOfRangeIsRefused) {
  Elaborated e = value("sum[i: 3] x[i + 1]");
  EXPECT_EQ(e.codes(), "R0405");
}

TEST(Lifting, ARealIndexIsRefused) {
  Elaborated e = value("x[x[0]]");
  EXPECT_EQ(e.codes(), "R0402");
}

TEST(Lifting, TooManyIndicesAreRefused) {
  Elaborated e = value("x[0, 1]");
  EXPECT_EQ(e.codes(), "R0401");
}

TEST(Lifting, UnequalShapesAreRefused) {
  Elaborated e = value("sum(W + x)");
  EXPECT_EQ(e.codes(), "R0401");
  EXPECT_EQ(e.caret(), "W + x");
}

TEST(Lifting, AProductWithOtherInnerExtentsIsRefused) {
  Elaborated e = value("sum(W @ x[0..2])");
  EXPECT_EQ(e.codes(), "R0401");
}

TEST(Lifting, ScalarsSpread) {
  Elaborated e = value("sum(2 * x + x[0])");
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("= spread"));
}

TEST(Lifting, AGuardOfEachKeepsIndices) {
  Elaborated e("flow f(x: Real[4]) {\n"
               "  each i: 4 if i > 0 and i != 2 { x[i] := x[i] + 1 }\n}\n"
               "dist p = pull(f, Normal[4])\n");
  EXPECT_EQ(e.report(), "");
  EXPECT_TRUE(e.has("[1, 3]") || e.has("1 3")) << e.typed();
}

TEST(Lifting, AGuardThatKeepsNoneLeavesAllAsTheyAre) {
  Elaborated e("flow f(x: Real[2]) { each i: 2 if i > 5 { x[i] := 0 } }\n"
               "dist p = pull(f, Normal[2])\n");
  EXPECT_EQ(e.report(), "");
  EXPECT_EQ(e.count("assign"), 0);
}

TEST(Lifting, AGuardOfDrawsKeepsIndices) {
  EXPECT_EQ(Elaborated("dist p(x: Real[4]) {\n  x[0] ~ Normal\n"
                       "  each i: 4 if i > 0 { x[i] ~ Normal(x[0], 1) }\n}\n")
                .report(),
            "");
  // Element 0 is left.
  EXPECT_EQ(Elaborated("dist p(x: Real[4]) {\n"
                       "  each i: 4 if i > 0 { x[i] ~ Normal }\n}\n")
                .codes(),
            "R0502");
}

TEST(Lifting, AGuardOfEachIsKnownAtCompileTimeAndSpeaksOfOneIndex) {
  EXPECT_EQ(Elaborated("flow f(x: Real[4]) {\n  let s = 0 * sum(x) + 1\n"
                       "  each i: 4 if s > i { x[i] := x[i] + 1 }\n}\n")
                .codes(),
            "R0407");
  EXPECT_EQ(Elaborated("flow f(x: Real[4, 4]) {\n  each i: 4, j: 4 if i < j "
                       "{ x[i, j] := x[i, j] + 1 }\n}\n")
                .codes(),
            "R0104");
}
