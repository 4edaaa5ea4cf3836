// Places and epochs: what an update may read, when a let dies, what is a place.
#include "ElabSupport.h"

#include <gtest/gtest.h>

using rill::test::Elaborated;

/// A program with one flow on Real[4] whose body is given.
static std::string flow(const std::string &body,
                        const std::string &space = "Real[4]") {
  return "flow f(x: " + space + ") {\n" + body + "\n}\ndist p(x: " + space +
         ") = pull(f, Normal)\n";
}

TEST(Places, AnUpdateOfAViewIsOneAssign) {
  Elaborated e(flow("view (a, b) = halves(x)\nb := b + a"));
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("view @x.0 as @a.1, @b.2 {parts = [[0, 1], [2, 3]]}"));
  EXPECT_EQ(e.count("assign"), 1);
}

TEST(Places, EvensTakeEveryOtherElement) {
  Elaborated e(flow("view (a, b) = evens(x)\nb := b + a"));
  EXPECT_TRUE(e.has("parts = [[0, 2], [1, 3]]"));
}

TEST(Places, SplitAndIndexRangesCut) {
  Elaborated e(flow("view (a, b) = split(x, 1)\nview c = x[1..3]\nc := 2 * c"));
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("parts = [[0], [1, 2, 3]]"));
  EXPECT_TRUE(e.has("parts = [[1, 2]]"));
}

TEST(Places, AViewOfSeveralRangesIsOneCut) {
  Elaborated e(flow("view (a, b) = (x[0..2], x[2..4])\nb := b + a"));
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("parts = [[0, 1], [2, 3]]"));
}

TEST(Places, AnIndexNamesOnePlace) {
  Elaborated e(flow("x[0] := x[0] * exp(tanh(x[1])) + x[1]"));
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.count("view"), 2);
}

TEST(Places, EachUpdatesTheWholePlaceAtOnce) {
  Elaborated e(flow("each i: 4 { x[i] := 2 * x[i] + i }"));
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.count("assign"), 1);
  EXPECT_EQ(e.count("view"), 0);
}

TEST(Places, EachOverAPartUpdatesThatPart) {
  Elaborated e(flow("each i: 2 { x[2 + i] := x[2 + i] + x[i] }"));
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("parts = [[2, 3]]"));
}

TEST(Places, PlusEqualsReadsAndAssigns) {
  Elaborated e(flow("view (a, b) = halves(x)\nb += a\nb -= 2 * a"));
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.count("assign"), 2);
}

TEST(Places, ALetDiesWhenItsPlaceIsReplaced) {
  Elaborated e(
      flow("view (a, b) = halves(x)\nlet s = tanh(a)\na := 2 * a\nb := b + s"));
  EXPECT_EQ(e.codes(), "R0218");
  EXPECT_EQ(e.caret(), "s");
  EXPECT_NE(e.report().find("'a' is replaced here"), std::string::npos);
}

TEST(Places, TheUpdateThatReplacesThePlaceMayUseTheLet) {
  Elaborated e(flow("let s = tanh(x)\nx := x + s"));
  EXPECT_EQ(e.codes(), "");
}

TEST(Places, ALetOfAnotherPlaceLivesOn) {
  Elaborated e(flow(
      "view (a, b) = halves(x)\nlet s = tanh(a)\nb := b + s\nb := b * exp(s)"));
  EXPECT_EQ(e.codes(), "");
}

TEST(Places, TwoUpdatesFromEachOthersOldValuesAreRefused) {
  Elaborated e(
      flow("view (a, b) = halves(x)\nlet a0 = tanh(a)\nlet b0 = tanh(b)\n"
           "a := a + b0\nb := b + a0"));
  EXPECT_EQ(e.codes(), "R0218");
  EXPECT_EQ(e.caret(), "a0");
}

TEST(Places, ALetDiesThroughAViewOfItsPlace) {
  Elaborated e(
      flow("let s = sum(x)\nview (a, b) = halves(x)\na := 2 * a\nb := b + s"));
  EXPECT_EQ(e.codes(), "R0218");
}

TEST(Places, ALetBeforeALoopDiesWhenTheLoopReplacesItsPlace) {
  Elaborated e(flow("let s = tanh(x)\nrepeat 3 { view (a, b) = halves(x)\nb := "
                    "b + sum(s) }"));
  EXPECT_EQ(e.codes(), "R0218");
  EXPECT_EQ(e.caret(), "s");
}

TEST(Places, ALetInsideALoopMayReadWhatTheLoopReplaces) {
  Elaborated e(flow("repeat 3 { view (a, b) = halves(x)\nlet s = tanh(a)\nb := "
                    "b + s\na := 2 * a }"));
  EXPECT_EQ(e.codes(), "");
}

TEST(Places, OverlappingViewsUpdatedFromEachOtherAreRefused) {
  Elaborated e(flow("view a = x[0..2]\nview b = x[1..3]\nb := b + tanh(a)"));
  EXPECT_EQ(e.codes(), "R0219");
}

TEST(Places, PartsOfOneViewMayNotOverlap) {
  Elaborated e(flow("view (a, b) = (x[0..2], x[1..3])\nb := 2 * b"));
  EXPECT_EQ(e.codes(), "R0219");
}

TEST(Places, OddHalvesAreRefused) {
  Elaborated e(flow("view (a, b) = halves(x)\nb := b + a", "Real[3]"));
  EXPECT_EQ(e.codes(), "R0224");
  EXPECT_EQ(e.caret(), "halves(x)");
}

TEST(Places, ASplitBeyondTheEndIsRefused) {
  Elaborated e(flow("view (a, b) = split(x, 5)\nb := 2 * b"));
  EXPECT_EQ(e.codes(), "R0224");
}

TEST(Places, ALetIsNotAPlace) {
  Elaborated e(flow("let s = tanh(x)\ns := 2 * s"));
  EXPECT_EQ(e.codes(), "R0226");
  EXPECT_EQ(e.caret(), "s");
}

TEST(Places, AViewOfAValueIsRefused) {
  Elaborated e(flow("let s = tanh(x)\nview (a, b) = halves(s)\na := 2 * a"));
  EXPECT_EQ(e.codes(), "R0226");
}

TEST(Places, AFlowMayNotReplaceAnotherPlaceThanItsArgument) {
  Elaborated e("flow g(x: Real[2]) { x := 2 * x }\n" +
               flow("view (a, b) = halves(x)\nb := g(a)"));
  EXPECT_EQ(e.codes(), "R0226");
}

TEST(Places, AnUpdateKeepsTheShape) {
  Elaborated e(flow("x := x[0..2]"));
  EXPECT_EQ(e.codes(), "R0401");
}

TEST(Places, AStepOfARepeatMustEndWhereItStarts) {
  Elaborated e("flow f(x: Positive[2]) { repeat 2 { x := log(1 + x) - 1 } }\n"
               "dist p(x: Positive[2]) = pull(f, Normal)\n");
  EXPECT_EQ(e.codes(), "R0402");
}
