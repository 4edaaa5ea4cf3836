// Spaces: inference, embedding, charts, domains and codomains.
#include "ElabSupport.h"

#include <gtest/gtest.h>

using rill::lang::Space;
using rill::lang::SpaceKind;
using rill::test::Elaborated;

static std::string onSpace(const std::string &space, const std::string &body) {
  return "flow f(x: " + space + ") { " + body + " }\ndist p(x: " + space +
         ") = pull(f, Normal)\n";
}

TEST(Spaces, PrintAsUsersWriteThem) {
  EXPECT_EQ(Space::real({2, 3}).str(), "Real[2, 3]");
  EXPECT_EQ(Space::fin(10, {4}).withOptional(true).str(), "Fin[10][4]?");
  EXPECT_EQ(Space::make(SpaceKind::Simplex, {5, 3}).str(), "Simplex[3][5]");
  EXPECT_EQ(Space::make(SpaceKind::PLU, {4, 4}).str(), "PLU[4]");
  EXPECT_EQ(Space::product({"x", ""}, {Space::real(), Space::fin(2)}).str(),
            "(x: Real, Fin[2])");
}

TEST(Spaces, EqualityLooksAtEverything) {
  EXPECT_EQ(Space::interval(0, 2, {3}), Space::interval(0, 2, {3}));
  EXPECT_NE(Space::interval(0, 2, {3}), Space::interval(0, 1, {3}));
  EXPECT_NE(Space::real({2}), Space::make(SpaceKind::Positive, {2}));
  EXPECT_NE(Space::fin(3), Space::fin(4));
}

TEST(Spaces, ArraysPutTheCountFirst) {
  Elaborated e("data d: Real[2][500] = csv(\"d.csv\")\n");
  EXPECT_EQ(e.program.data[0].space.shape(), (std::vector<int64_t>{500, 2}));
}

TEST(Spaces, LogOfARealIsRefused) {
  Elaborated e(onSpace("Real[2]", "x := log(x)"));
  EXPECT_EQ(e.codes(), "R0222");
  EXPECT_EQ(e.caret(), "log(x)");
}

TEST(Spaces, LogOfAPositiveIsRight) {
  Elaborated e(onSpace("Positive[2]", "x := log(x)"));
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.program.dists.back().flowOut.str(), "Real[2]");
}

TEST(Spaces, FactsFollowFromArithmetic) {
  Elaborated e(onSpace("Real[2]",
                       "let s = log(sq(x) + 1) + log(exp(x)) + sqrt(sq(x)) + "
                       "log(softplus(x) * sigmoid(x))\n x := x + 0 * sum(s)"));
  EXPECT_EQ(e.codes(), "");
}

TEST(Spaces, ASquareMayBeZero) {
  Elaborated e(onSpace("Real[2]", "let s = log(sq(x))\n x := x + s"));
  EXPECT_EQ(e.codes(), "R0222");
}

TEST(Spaces, LogitNeedsTheUnitInterval) {
  Elaborated e(onSpace("Unit[2]", "x := -log(1 / x - 1)"));
  EXPECT_EQ(e.codes(), "");
  Elaborated f(onSpace("Positive[2]", "x := -log(1 / x - 1)"));
  EXPECT_EQ(f.codes(), "R0222");
}

TEST(Spaces, AFlowOntoUnitCannotBePulledFromANormal) {
  Elaborated e(onSpace("Real[2]", "x := sigmoid(x)"));
  EXPECT_EQ(e.codes(), "R0223");
  EXPECT_NE(e.report().find("Unit[2]"), std::string::npos);
  EXPECT_NE(e.report().find("Real"), std::string::npos);
  EXPECT_NE(e.report().find("logit"), std::string::npos);
}

TEST(Spaces, AFlowOntoRealCannotBePulledFromAUniform) {
  Elaborated e("flow f(x: Real[2]) { x := 2 * x }\ndist p(x: Real[2]) = "
               "pull(f, Uniform(0, 1))\n");
  EXPECT_EQ(e.codes(), "R0223");
}

TEST(Spaces, TanhDoesNotReachTheWholeLine) {
  Elaborated e(onSpace("Real[2]", "x := tanh(x)"));
  EXPECT_EQ(e.codes(), "R0223");
}

TEST(Spaces, AnImageThatDependsOnTheContextIsRefused) {
  Elaborated e("flow f[](x: Real[2]) { param m: Real = 0\n x := tanh(x) + m "
               "}\ndist p(x: Real[2]) = pull(f[], Normal)\n");
  EXPECT_EQ(e.codes(), "R0223");
  EXPECT_EQ(e.caret(), "x := tanh(x) + m");
  Elaborated g("flow f[](x: Unit[2]) { view (a, b) = halves(x)\n b := b * a "
               "}\ndist p(x: Unit[2]) = pull(f[], Uniform)\n");
  EXPECT_EQ(g.codes(), "R0223");
}

TEST(Spaces, APositivePlaceMayBeScaledButNotShifted) {
  auto on = [](const std::string &update) {
    return "flow f[](x: Positive[2]) { param s: Positive = 1\n x := " + update +
           "\n x := log(x) }\n"
           "dist p(x: Positive[2]) = pull(f[], Normal)\n";
  };
  EXPECT_EQ(Elaborated(on("x * s")).codes(), "");
  EXPECT_EQ(Elaborated(on("x / s")).codes(), "");
  EXPECT_EQ(Elaborated(on("sq(x)")).codes(), "");
  EXPECT_EQ(Elaborated(on("x * exp(x)")).codes(), "");
  EXPECT_EQ(Elaborated(on("x + s")).codes(), "R0223");
}

TEST(Spaces, AHalfLineIsNotThePositiveNumbers) {
  Elaborated e("flow f(x: Real[2]) { x := exp(x) + 1 }\ndist p(x: Real[2]) = "
               "pull(f, Normal)\n");
  EXPECT_EQ(e.codes(), "R0223");
  EXPECT_NE(e.report().find("Interval(1, inf)"), std::string::npos)
      << e.report();
  Elaborated g("flow f(x: Real[2]) { x := log(exp(x) + 1) }\ndist p(x: "
               "Real[2]) = pull(f, Normal)\n");
  EXPECT_NE(g.report().find("Positive[2]"), std::string::npos) << g.report();
}

TEST(Spaces, ChartsMapOntoTheAscribedSpace) {
  Elaborated e(
      "use std.nets.mlp\nflow f[](x: Real[2]) {\n view (a, b) = halves(x)\n"
      " let (s, u, w) = mlp[4](a) -> (Positive, Unit[2], Simplex[3])\n b := s "
      "* b + log(u[0]) + w[1]\n}\n"
      "dist p(x: Real[2]) = pull(f[], Normal)\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("= softplus"));
  EXPECT_TRUE(e.has("= sigmoid"));
  EXPECT_TRUE(e.has("kind = \"logsumexp\""));
  EXPECT_TRUE(e.has("Real[6, 4]"));
}

TEST(Spaces, ANetWhoseResultNothingDeterminesIsRefused) {
  Elaborated e("use std.nets.mlp\nflow f[](x: Real[2]) { view (a, b) = "
               "halves(x)\n b := b + mlp[4](a) }\n"
               "dist p(x: Real[2]) = pull(f[], Normal)\n");
  EXPECT_EQ(e.codes(), "R0403");
}

TEST(Spaces, AnArgumentOfAnotherShapeIsRefused) {
  Elaborated e("fn f(x: Real[3]) = sum(x)\ncheck f([1, 2]) == 3\n");
  EXPECT_EQ(e.codes(), "R0401");
}

TEST(Spaces, AScalarFunctionDoesNotTakeAVector) {
  Elaborated e("fn f(x: Real) = 2 * x\ncheck sum(f([1, 2])) == 6\n");
  EXPECT_EQ(e.codes(), "R0401");
}

TEST(Spaces, APositiveParameterRefusesAReal) {
  Elaborated e("data d: Real = csv(\"d.csv\")\nfn f(x: Positive) = "
               "log(x)\ncheck E[x ~ d] f(x) < 1\n");
  EXPECT_EQ(e.codes(), "R0402");
}

TEST(Spaces, UnknownSpacesSuggest) {
  Elaborated e("data d: Reel[2] = csv(\"d.csv\")\n");
  EXPECT_EQ(e.codes(), "R0406");
  EXPECT_NE(e.report().find("did you mean 'Real'?"), std::string::npos);
}

TEST(Spaces, LaterSpacesAreNamed) {
  Elaborated e("data d: Sphere[2] = csv(\"d.csv\")\n");
  EXPECT_EQ(e.codes(), "R0104");
}

TEST(Spaces, AFlowOnItsDeclaredSpaceOnly) {
  Elaborated e("use std.flows.swap\nflow g(x: Positive[2]) { x := log(x) }\n"
               "dist p(x: Real[2]) = pull(g, Normal)\n");
  EXPECT_EQ(e.codes(), "R0402");
}
