// Names, modules, calls and statics.
#include "ElabSupport.h"

#include <gtest/gtest.h>

using rill::test::Elaborated;

static std::string checked(const std::string &expr,
                           const std::string &before = "") {
  return before + "\ncheck " + expr + " == 1\n";
}

TEST(Names, AnUnknownNameSuggestsTheClosest) {
  Elaborated e("fn double(x: Real) = 2 * x\ncheck doubel(1) == 2\n");
  EXPECT_EQ(e.codes(), "R0301");
  EXPECT_EQ(e.caret(), "doubel");
  EXPECT_NE(e.report().find("did you mean 'double'?"), std::string::npos);
}

TEST(Names, AnUnknownNameIsReportedOncePerPlaceAndSilencesWhatFollows) {
  Elaborated e(checked("exp(tanh(nothing_like_it)) + 1"));
  EXPECT_EQ(e.codes(), "R0301");
}

TEST(Names, AllErrorsOfAFileAreReported) {
  Elaborated e("check firstt == 1\ncheck secondd == 1\n");
  EXPECT_EQ(e.codes(), "R0301 R0301");
}

TEST(Names, ANameOfALibraryModuleThatIsNotUsedIsPointedTo) {
  Elaborated e("use std.nets.mlp\nflow f(x: Real[2]) { x := dense[2](x) "
               "}\ndist p(x: Real[2]) = pull(f, Normal)\n");
  EXPECT_EQ(e.codes(), "R0301");
  EXPECT_NE(e.report().find("std.nets"), std::string::npos);
}

TEST(Names, AMissingNameInAModuleIsRefused) {
  Elaborated e("use std.flows.{actnorn}\n");
  EXPECT_EQ(e.codes(), "R0301");
  EXPECT_NE(e.report().find("did you mean 'actnorm'?"), std::string::npos);
}

TEST(Names, TwoDefinitionsOfANameAreRefused) {
  Elaborated e("fn f(x: Real) = x\nfn f(x: Real) = 2 * x\n");
  EXPECT_EQ(e.codes(), "R0302");
}

TEST(Names, FunctionsAreInlined) {
  Elaborated e("fn twice(x: Real) = 2 * x\ncheck twice(twice(1)) == 4\n");
  EXPECT_EQ(e.codes(), "");
}

TEST(Names, NamedAndDefaultArguments) {
  Elaborated e("fn f(x: Real, y: Real = 3) = x - y\ncheck f(y = 1, x = 2) == "
               "1\ncheck f(3) == 0\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.count("const {value = 1}"), 1);
}

TEST(Names, LambdasAreStaticArguments) {
  Elaborated e("fn apply(f, x: Real) = f(x)\ncheck apply(fn(y: Real) = y + 1, "
               "0) == 1\n");
  EXPECT_EQ(e.codes(), "");
}

TEST(Names, TooManyArgumentsAreRefused) {
  Elaborated e(checked("f(1, 2)", "fn f(x: Real) = x"));
  EXPECT_EQ(e.codes(), "R0305");
}

TEST(Names, AMissingArgumentIsRefused) {
  Elaborated e(checked("f(1)", "fn f(x: Real, y: Real) = x"));
  EXPECT_EQ(e.codes(), "R0305");
}

TEST(Names, AnUnknownArgumentNameIsRefused) {
  Elaborated e(checked("f(scael = 1)", "fn f(scale: Real) = scale"));
  EXPECT_NE(e.report().find("did you mean 'scale'?"), std::string::npos);
}

TEST(Names, ACallOfANumberIsRefused) {
  Elaborated e(checked("n(2)", "let n = 3"));
  EXPECT_EQ(e.codes(), "R0307");
}

TEST(Names, AFunctionThatCallsItselfForEverIsRefused) {
  Elaborated e(checked("f(1)", "fn f(x: Real) = f(x)"));
  EXPECT_EQ(e.codes(), "R0308");
}

TEST(Names, ALetThatNeedsItselfIsRefused) {
  Elaborated e(checked("a", "let a = b\nlet b = a"));
  EXPECT_EQ(e.codes(), "R0308");
}

TEST(Names, DivisionInBracketsMustDivide) {
  Elaborated e("flow f(x: Real[D]) { x := x + zero[D/2](x) }\n"
               "net zero[O](x: Real[I]) -> Real = sum(x)\ndist p(x: Real[3]) = "
               "pull(f, Normal)\n");
  EXPECT_EQ(e.codes(), "R0404");
}

TEST(Names, ARangeThatDoesNotDivideIsRefused) {
  Elaborated e("flow f(x: Real[D]) { x := x + 0 * (sum[i: D/2] x[i]) }\ndist "
               "p(x: Real[3]) = pull(f, Normal)\n");
  EXPECT_EQ(e.codes(), "R0404");
  Elaborated g("flow f(x: Real[D]) { view a = x[0..D/2]\n a := 2 * a }\ndist "
               "p(x: Real[3]) = pull(f, Normal)\n");
  EXPECT_EQ(g.codes(), "R0404");
}

TEST(Names, UnknownNamesOfUnusedDeclarationsAreReported) {
  Elaborated e("fn f(x: Real) = tahn(x)\nflow g[H](x: Real[D]) { view (a, b) = "
               "halves(x)\n b := b + wrogn[H](a) }\n");
  EXPECT_EQ(e.codes(), "R0301 R0301");
}

TEST(Names, UnusedDeclarationsKnowTheirLocalNames) {
  Elaborated e("use std.nets.mlp\nnet f[H...](x: Real[I], n: Real = I) -> "
               "Real[O] { param W: Real[O, I] = glorot\n"
               " let (a, b) = halves(x)\n let g(y) = y + n\n out g(sum[i: I, "
               "j: O] W[j, i] * x[i]) + sum(mlp[H](a) -> Real[O]) }\n"
               "dist q[](x: Real[D] given c: Real) { let z = c\n logp(y) = "
               "-sum(sq(y)) - z }\n"
               "dist r[](x: Real[D] given c: Real) { let z = c\n each k: D { "
               "x[k] ~ Normal(z) } }\n"
               "loss l(given t: Real = 1) = E[u ~ Normal] t * u\n");
  EXPECT_EQ(e.codes(), "");
}

TEST(Names, AnExtentThatDoesNotDivideIsRefused) {
  Elaborated e(
      "flow f[](x: Real[D]) { param m: Real[D/2] = 0\n x := x + sum(m) }\n"
      "dist p(x: Real[3]) = pull(f[], Normal)\n");
  EXPECT_EQ(e.codes(), "R0404");
  EXPECT_EQ(e.caret(), "D/2");
}

TEST(Names, ALinearExtentIsSolvedForItsName) {
  Elaborated e("fn f(x: Real[2*N + 1]) = N\ncheck f([1, 2, 3, 4, 5]) == 2\n");
  EXPECT_EQ(e.codes(), "");
}

TEST(Names, AValueIsNotStatic) {
  Elaborated e(
      "flow f(x: Real[2]) { let n = sum(x)\n repeat n { x := 2 * x } }\n"
      "dist p(x: Real[2]) = pull(f, Normal)\n");
  EXPECT_EQ(e.codes(), "R0407");
}

TEST(Names, AnUnknownMemberIsRefused) {
  Elaborated e(checked("Normal(0, 1).lopg(1)"));
  EXPECT_EQ(e.codes(), "R0304");
  EXPECT_NE(e.report().find("did you mean 'logp'?"), std::string::npos);
}

TEST(Names, ConstructsOfLaterSlicesAreNamed) {
  Elaborated e("circuit c(x: Real[2]) { out 1 }\n");
  EXPECT_EQ(e.codes(), "R0104");
  Elaborated f("flow f(x: Real[2]) { x := sde(x, 0..1) }\ndist p(x: Real[2]) = "
               "pull(f, Normal)\n");
  EXPECT_EQ(f.codes(), "R0104");
}
