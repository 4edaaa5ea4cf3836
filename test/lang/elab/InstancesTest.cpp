// Instances, their paths, and stacked parameters.
#include "ElabSupport.h"

#include <gtest/gtest.h>

using rill::test::Elaborated;

static std::vector<std::string> paths(const Elaborated &e) {
  std::vector<std::string> all;
  for (const auto &param : e.program.params)
    all.push_back(param.path);
  return all;
}
using Paths = std::vector<std::string>;

static const char *scale =
    "flow scale[](x: Real[D]) {\n  param s: Positive[D] = 1\n  x := s * x\n}\n";

TEST(Instances, TwoUnnamedInstancesAreNumberedInTextualOrder) {
  Elaborated e(std::string(scale) + "flow f(x: Real[2]) { scale[]; scale[] }\n"
                                    "dist p(x: Real[2]) = pull(f, Normal)\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(paths(e), (Paths{"f.scale.s", "f.scale#2.s"}));
}

TEST(Instances, ANameSharesOneInstance) {
  Elaborated e(std::string(scale) +
               "flow f[](x: Real[2]) { let g = scale[]\n g\n g }\n"
               "dist p(x: Real[2]) = pull(f[], Normal)\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(paths(e), (Paths{"p.f.g.s"}));
  EXPECT_EQ(e.count("param \"p.f.g.s\" :"),
            1); // the second use reuses the value
}

TEST(Instances, RepeatStacksAndCodeDoesNotGrow) {
  std::string text =
      std::string(scale) +
      "dist p(x: Real[2]) = pull(repeat N { scale[] }, Normal)\n";
  auto with = [&](const std::string &n) {
    std::string copy = text;
    return copy.replace(copy.find("N {"), 1, n);
  };
  Elaborated few(with("2")), many(with("64"));
  EXPECT_EQ(paths(many), (Paths{"p.*.scale.s"}));
  EXPECT_EQ(many.program.params[0].stack, std::vector<int64_t>{64});
  EXPECT_EQ(few.program.values.size(), many.program.values.size());
}

TEST(Instances, NestedRepeatsStackFromTheOutside) {
  Elaborated e(
      std::string(scale) +
      "dist p(x: Real[2]) = pull(repeat 3 { repeat 2 { scale[] } }, Normal)\n");
  EXPECT_EQ(paths(e), (Paths{"p.*.*.scale.s"}));
  EXPECT_EQ(e.program.params[0].stack, (std::vector<int64_t>{3, 2}));
}

TEST(Instances, AForThatNeedsItsIndexIsUnrolled) {
  Elaborated e(std::string(scale) +
               "flow f[](x: Real[4]) { for i in 0..2 { view a = x[i..i + 2]\n "
               "a := scale[](a) } }\n"
               "dist p(x: Real[4]) = pull(f[], Normal)\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(paths(e), (Paths{"p.f.0.scale.s", "p.f.1.scale.s"}));
}

TEST(Instances, AForWithoutAStaticIndexIsALoop) {
  Elaborated e(std::string(scale) +
               "flow f[](x: Real[4]) { for i in 0..5 { scale[] } }\n"
               "dist p(x: Real[4]) = pull(f[], Normal)\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(paths(e), (Paths{"p.f.*.scale.s"}));
}

TEST(Instances, LayersOfAVariadicNetAreNumbered) {
  Elaborated e(
      "use std.nets.mlp\nflow f[](x: Real[2]) {\n view (a, b) = halves(x)\n"
      " b := b + (mlp[8, 8](a) -> Real[1])\n}\ndist p(x: Real[2]) = pull(f[], "
      "Normal)\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(paths(e), (Paths{"p.f.mlp.0.W", "p.f.mlp.0.b", "p.f.mlp.1.W",
                             "p.f.mlp.1.b", "p.f.mlp.2.W", "p.f.mlp.2.b"}));
}

TEST(Instances, ALetAtTheTopNamesItsInstance) {
  Elaborated e("use std.nets.mlp\nlet g = mlp[4]\nflow f[](x: Real[2]) {\n "
               "view (a, b) = halves(x)\n"
               " b := b + (g(a) -> Real[1])\n}\ndist p(x: Real[2]) = pull(f[], "
               "Normal)\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(paths(e)[0], "g.0.W");
}

TEST(Instances, StaticRecursionEnds) {
  Elaborated e(
      std::string(scale) +
      "flow deep[L](x: Real[2]) { scale[]\n if L > 1 { deep[L - 1] } }\n"
      "dist p(x: Real[2]) = pull(deep[3], Normal)\n");
  EXPECT_EQ(e.codes(), "");
  EXPECT_EQ(paths(e), (Paths{"p.deep.scale.s", "p.deep.deep.scale.s",
                             "p.deep.deep.deep.scale.s"}));
}

TEST(Instances, RecursionWithoutAnEndIsRefused) {
  Elaborated e("flow deep[L](x: Real[2]) { deep[L] }\ndist p(x: Real[2]) = "
               "pull(deep[3], Normal)\n");
  EXPECT_EQ(e.codes(), "R0308");
}

TEST(Instances, ADeclarationWithBracketsNeedsThem) {
  Elaborated e(std::string(scale) +
               "dist p(x: Real[2]) = pull(repeat 2 { scale }, Normal)\n");
  EXPECT_EQ(e.codes(), "R0303");
  EXPECT_EQ(e.caret(), "scale");
}

TEST(Instances, ANetNeedsBrackets) {
  Elaborated e("use std.nets.dense\nflow f(x: Real[2]) { view (a, b) = "
               "halves(x)\n b := b + (dense(a) -> Real[1]) }\n"
               "dist p(x: Real[2]) = pull(f, Normal)\n");
  EXPECT_EQ(e.codes(), "R0303");
}

TEST(Instances, TooManyStaticsAreRefused) {
  Elaborated e(std::string(scale) +
               "dist p(x: Real[2]) = pull(scale[3], Normal)\n");
  EXPECT_EQ(e.codes(), "R0305");
}

TEST(Instances, AnInstanceHasOneShape) {
  Elaborated e("use std.nets.dense\nflow f[](x: Real[3]) { let g = dense[1]\n "
               "view (a, b) = split(x, 1)\n"
               " a := a + g(b) \n b := b + g(a)[0] }\ndist p(x: Real[3]) = "
               "pull(f[], Normal)\n");
  EXPECT_EQ(e.codes(), "R0401");
}

TEST(Instances, AParameterIsDeclaredOnce) {
  Elaborated e("flow f[](x: Real[2]) { param s: Positive = 1\n param s: "
               "Positive = 2\n x := s * x }\n"
               "dist p(x: Real[2]) = pull(f[], Normal)\n");
  EXPECT_EQ(e.codes(), "R0302");
}

TEST(Instances, FirstStandsInInitialValuesOnly) {
  Elaborated e("flow f(x: Real[2]) { x := x - first(x) }\ndist p(x: Real[2]) = "
               "pull(f, Normal)\n");
  EXPECT_EQ(e.codes(), "R0305");
}

TEST(Instances, AnInitialValueOfAnotherShapeIsRefused) {
  Elaborated e(
      "flow f[](x: Real[2]) { param m: Real[3] = first(x)\n x := x + m[0] }\n"
      "dist p(x: Real[2]) = pull(f[], Normal)\n");
  EXPECT_EQ(e.codes(), "R0401");
}

TEST(Instances, AnInitialValueOutsideOfItsSpaceIsRefused) {
  Elaborated e("flow f[](x: Real[2]) { param s: Positive = -1\n x := s * x }\n"
               "dist p(x: Real[2]) = pull(f[], Normal)\n");
  EXPECT_EQ(e.codes(), "R0402");
}

TEST(Instances, DrawsOfInitialValuesAreKeyedByStep) {
  Elaborated e(
      "flow f[](x: Real[2]) { param m: Real[2] = normal(0.1)\n x := x + m }\n"
      "dist p(x: Real[2]) = pull(repeat 4 { f[] }, Normal)\n");
  EXPECT_TRUE(e.has("draw(%0:step) {law = \"normal\", per_sample = 0"));
}
