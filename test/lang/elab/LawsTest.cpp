// Laws: members, draws, lifting, push and pull, spaces from use.
#include "ElabSupport.h"

#include <gtest/gtest.h>

using rill::test::Elaborated;

static const char *laplace =
    "dist Laplace(x: Real given m: Real = 0, s: Positive = 1) {\n  logp(x) = "
    "-abs(x - m) / s - log(2 * s)\n"
    "  quantile(u) = m + s * sign(u - 0.5) * log(1 - 2 * abs(u - 0.5))\n}\n";

TEST(Laws, AScalarLawLiftsToTensors) {
  Elaborated e("use std.flows.swap\ndist p(x: Real[4]) = pull(swap, Normal)\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("dist 0 Normal on Real[4] members"));
  EXPECT_TRUE(e.has("reduce"));
}

TEST(Laws, ConditionsOfTheSameShapeGoAlong) {
  Elaborated e("dist p(x: Real[2]) = Normal([0, 1], [1, 2])\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.count("kind = \"sum\""), 1);
}

TEST(Laws, ADensityNeedsNoSampler) {
  Elaborated e(
      "dist half(x: Positive) { logp(x) = -x }\ncheck half.logp(2) == -2\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_FALSE(e.program.dists[0].sample.has_value());
}

TEST(Laws, AMissingSamplerIsAnErrorWhereItIsNeeded) {
  Elaborated e("dist half(x: Positive) { logp(x) = -x }\ncheck E[x ~ half] x "
               "== 1 within 0.1\n");
  EXPECT_EQ(e.codes(), "R0502");
  EXPECT_EQ(e.caret(), "half");
}

TEST(Laws, AMissingDensityIsAnErrorWhereItIsNeeded) {
  Elaborated e("dist wobble(x: Real) { z: Real ~ Normal\n x ~ Normal(z, 1) "
               "}\ncheck wobble.logp(2) < 0\n");
  EXPECT_EQ(e.codes(), "R0501");
}

TEST(Laws, QuantileGivesASampler) {
  Elaborated e(laplace);
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.program.dists[0].sample.has_value());
  EXPECT_TRUE(e.has("law = \"uniform\""));
}

TEST(Laws, DrawsIntoTheSubjectAreFactorsAndPieces) {
  Elaborated e(std::string(laplace) +
               "dist base(z: Real[4]) { z[0..2] ~ Normal\n each j: 2 { z[2 + "
               "j] ~ Laplace(0, 1 + j) } }\n");
  EXPECT_EQ(e.codes(), "");
  ASSERT_EQ(e.program.named.back().first, "base");
  const auto &dist = e.program.dists[e.program.named.back().second];
  EXPECT_TRUE(dist.logp.has_value());
  EXPECT_TRUE(dist.sample.has_value());
  EXPECT_TRUE(e.has("= concat"));
}

TEST(Laws, AParameterIsOneInDensityAndDraw) {
  Elaborated e("dist tail[](x: Real[2]) { param s: Positive[2] = 3\n each j: 2 "
               "{ x[j] ~ Normal(0, s[j]) } }\n"
               "dist p(x: Real[2]) = tail[]\n");
  EXPECT_EQ(e.codes(), "");
  ASSERT_EQ(e.program.params.size(), 1u);
  EXPECT_EQ(e.program.params[0].path, "p.tail.s");
  EXPECT_EQ(e.count("param \"p.tail.s\" :"),
            2); // one op in logp, one in sample
}

TEST(Laws, ElementsDrawnTwiceAreRefused) {
  Elaborated e("dist b(z: Real[3]) { z[0..2] ~ Normal\n z[1..3] ~ Normal }\n");
  EXPECT_EQ(e.codes(), "R0302");
}

TEST(Laws, ASubjectDrawnInPartIsRefused) {
  Elaborated e("dist b(z: Real[3]) { z[0..2] ~ Normal }\n");
  EXPECT_EQ(e.codes(), "R0502");
}

TEST(Laws, ProductsAddDensities) {
  Elaborated e("dist b(z: Real[4]) = product(Normal[3], Normal(0, 2))\n");
  EXPECT_EQ(e.codes(), "");
  Elaborated f("dist b(x: Real[2], y: Real) = product(Normal, Normal)\n");
  EXPECT_EQ(f.codes(), "");
}

TEST(Laws, TheSpaceOfAHeaderlessDistComesFromItsTraining) {
  Elaborated e("use std.flows.actnorm\ndata d: Real[3] = csv(\"d.csv\")\ndist "
               "p = pull(actnorm[], Normal)\n"
               "train p on d { minimize nll }\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.program.dists[e.program.named[0].second].subject.str(),
            "Real[3]");
}

TEST(Laws, ASpaceThatNothingDeterminesIsRefused) {
  Elaborated e(
      "use std.flows.actnorm\ndist p = pull(actnorm[], Normal)\nmain p\n");
  EXPECT_EQ(e.codes(), "R0503");
}

TEST(Laws, AClosedHeaderOfTheFlowDeterminesTheSpace) {
  Elaborated e(
      "flow f(x: Real[2]) { x := 2 * x }\ndist p = pull(f, Normal)\nmain p\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.program.dists[1].subject.str(), "Real[2]");
}

TEST(Laws, TrainingOnTwoSpacesIsRefused) {
  Elaborated e("use std.flows.actnorm\ndata d: Real[3] = csv(\"d.csv\")\ndata "
               "g: Real[2] = csv(\"g.csv\")\n"
               "dist p = pull(actnorm[], Normal)\ntrain p on d { minimize nll "
               "}\ntrain p on g { minimize nll }\n");
  EXPECT_NE(e.codes().find("R0503"), std::string::npos);
}

TEST(Laws, PushStartsFromItsBase) {
  Elaborated e("use std.maps.exp_map\ndist p = push(exp_map, Normal[2])\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(e.program.dists[1].subject.str(), "Positive[2]");
  EXPECT_EQ(e.program.dists[1].flowIn.str(), "Real[2]");
}

TEST(Laws, ConditionsWithDefaultsBelongToTheDist) {
  Elaborated e("use std.flows.swap\ndist p(x: Real[2] given T: Positive = 2) = "
               "pull(swap, Normal(0, T))\n"
               "check p.logp([0, 1] | 3) < 0\n");
  EXPECT_EQ(e.codes(), "");
  const auto &p = e.program.dists[e.program.named[0].second];
  ASSERT_EQ(p.conditions.size(), 1u);
  EXPECT_EQ(p.conditions[0].defaultValue, 2);
}

TEST(Laws, AMissingConditionIsRefused) {
  Elaborated e("dist G(x: Real given m: Real) { logp(x) = -sq(x - m) }\ncheck "
               "G.logp(1) < 0\n");
  EXPECT_EQ(e.codes(), "R0305");
}

TEST(Laws, TooManyConditionsAreRefused) {
  Elaborated e("check Normal(0, 1, 2).logp(1) < 0\n");
  EXPECT_EQ(e.codes(), "R0305");
}

TEST(Laws, ADrawOutsideOfALawIsRefused) {
  Elaborated e("flow f(x: Real[2]) { u: Real[2] ~ Normal\n x := x + u }\ndist "
               "p(x: Real[2]) = pull(f, Normal)\n");
  EXPECT_EQ(e.codes(), "R0504");
}

TEST(Laws, ALogDensityIsAScalar) {
  Elaborated e("dist G(x: Real[2]) { logp(x) = -sq(x) }\n");
  EXPECT_EQ(e.codes(), "R0401");
}

TEST(Laws, PullNeedsAFlow) {
  Elaborated e("dist p(x: Real[2]) = pull(Normal, Normal)\n");
  EXPECT_EQ(e.codes(), "R0307");
}

TEST(Laws, ACdfThatIsNotGivenIsRefused) {
  Elaborated e(std::string(laplace) + "check Laplace.cdf(0) == 0.5\n");
  EXPECT_EQ(e.codes(), "R0304");
}
