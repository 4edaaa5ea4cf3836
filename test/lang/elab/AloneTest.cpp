// Declarations that nothing uses: what is wrong at every size is reported,
// what depends on the size or on the use is not.
#include "ElabSupport.h"

#include <gtest/gtest.h>

using rill::test::Elaborated;

TEST(Alone, AFunctionThatNothingCallsIsElaborated) {
  Elaborated e("fn f(x: Real[2], y: Real[3]) = x + y\n");
  EXPECT_EQ(e.codes(), "R0401");
  EXPECT_EQ(e.caret(), "x + y");
}

TEST(Alone, AGenericFunctionIsElaborated) {
  EXPECT_EQ(Elaborated("fn f(x: Real[D]) = log(x)\n").codes(), "R0222");
  EXPECT_EQ(Elaborated("fn f[K](x: Real[K]) = log(x)\n").codes(), "R0222");
  EXPECT_EQ(Elaborated("net f(x: Real[D]) -> Real[K] {\n"
                       "  param w: Real[K] = 0\n  out log(w)\n}\n")
                .codes(),
            "R0222");
}

TEST(Alone, AnErrorOfTheChosenSizeIsNotOne) {
  for (const char *program : {
           "fn f(x: Real[D], y: Real[M]) = x + y\n", // right where D is M
           "fn f(x: Real[D]) = x + vec[i: 784] 1\n", // right for images
           "fn f(x: Real[D]) = x[7]\n",              // right from D = 8
           "fn f(x: Real[D]) -> Real[D/7] = x[0..D/7]\n",
           "flow f(x: Real[D]) { view (a, b) = halves(x); b := b + a[2] }\n",
           "flow f[N](x: Real[D]) {\n"
           "  if N > 0 { f[N - 1]; x := x + N }\n}\n",
       })
    EXPECT_EQ(Elaborated(program).report(), "") << program;
}

TEST(Alone, AnErrorThatNamesNoSizeIsReportedOnce) {
  Elaborated e("flow f[N](x: Real[D]) {\n"
               "  if N > 0 { f[N - 1]; x := sqrt(x) }\n}\n");
  EXPECT_EQ(e.codes(), "R0222");
}

TEST(Alone, WhatCouldBeAnythingIsLeftOpen) {
  for (const char *program : {
           "fn f(g, x: Real[2]) = g(x) + 1\n",
           "fn f(x, c) = c * tanh(x / c)\n",
           "flow f[g](x: Real[D]) { g; x := x + 1 }\n",
           "flow f[gs...](x: Real[D]) { for g in gs { g } }\n",
           "flow f(x) { x := exp(x) }\n",
           "flow f(x: Real[D] given c) { x := x + c }\n",
           "dist p[base] = base\n",
           "loss l(p, q) = E[x ~ p] q.logp(x)\n",
           "let f(g, x) = g(x)\n",
       })
    EXPECT_EQ(Elaborated(program).report(), "") << program;
}

TEST(Alone, WhatDoesNotDependOnTheOpenPartsIsJudged) {
  Elaborated e("fn f(g, x: Real[2]) = g(x) + log(x)\n");
  EXPECT_EQ(e.codes(), "R0222");
}

TEST(Alone, AFlowWithoutASpaceIsElaboratedOnSeveralShapes) {
  EXPECT_EQ(Elaborated("flow f(x) { x := log(x) }\n").codes(), "R0222");
  // Right on vectors only.
  EXPECT_EQ(
      Elaborated("flow f(x) { view (a, b) = halves(x); b := b + a }\n").codes(),
      "");
}

TEST(Alone, AFlowOfSeveralPlacesIsElaborated) {
  EXPECT_EQ(Elaborated("flow f(x: Real[D], y: Real[D]) {\n"
                       "  x := x + y\n  y := y + log(x)\n}\n")
                .codes(),
            "R0222");
}

TEST(Alone, ADistWithConditionsIsElaborated) {
  EXPECT_EQ(Elaborated("dist p(x: Real given m: Real) {\n"
                       "  logp(x) = log(m) - x^2\n}\n")
                .codes(),
            "R0222");
  EXPECT_EQ(Elaborated("dist p[K](x: Real[2] given c: Real[K]) {\n"
                       "  logp(x) = sum(x) + sum(sqrt(c))\n}\n")
                .codes(),
            "R0222");
}

TEST(Alone, ALossThatIsNotOneIsRefused) {
  EXPECT_EQ(Elaborated("loss l = 3\n").codes(), "R0604");
  EXPECT_EQ(Elaborated("loss l = E[x ~ Uniform(0, 1)] log(x - 1)\n").codes(),
            "R0222");
}

TEST(Alone, ALetThatNothingUsesIsElaborated) {
  EXPECT_EQ(Elaborated("let z = log(-1)\n").codes(), "R0222");
  EXPECT_EQ(Elaborated("let z = 1\nlet f(x) = x + log(0 * z)\n").codes(),
            "R0222");
}

TEST(Alone, WhatIsUsedIsNotReportedTwice) {
  Elaborated e("fn f(x: Real[2]) = log(x)\ncheck sum(f([1, 2])) == 1\n"
               "fn g(x: Real[2]) = f(x)\n");
  EXPECT_EQ(e.codes(), "R0222");
}
