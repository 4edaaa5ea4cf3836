// Wrong programs that used to pass without a word, each with its code, and
// right ones beside them.
#include "ElabSupport.h"

#include <gtest/gtest.h>

using rill::test::Elaborated;

struct Case {
  const char *program, *codes;
};

static void expectCodes(std::initializer_list<Case> cases) {
  for (const Case &c : cases) {
    Elaborated e(c.program);
    EXPECT_EQ(e.codes(), c.codes) << c.program << e.report();
  }
}

TEST(Silent, ALetLiesInItsDeclaredSpace) {
  expectCodes({
      {"let s: Positive = -1\ncheck s == 1\n", "R0402"},
      {"let s: Positive = 2\ncheck log(s) < 1\n", ""},
      {"let s: Fin[3] = 3\ncheck s == 3\n", "R0402"},
      {"let s: Real[2] = [1, 2, 3]\ncheck s[0] == 1\n", "R0401"},
      {"fn g(x: Real[2]) { let (a, b): Positive = (x[0], x[1])\n out a + b }\n",
       "R0402"},
      {"fn g(x: Real) { let v: Real[3] = 1\n out v[2] * x }\n", ""},
      {"flow f(x: Real[2]) { let s: Positive = -3\n x := x * s }\n", "R0402"},
  });
}

TEST(Silent, AResultLiesInItsDeclaredSpace) {
  expectCodes({
      {"fn g(x: Real[2]) -> (Positive, Real) = (x[0], x[1])\n", "R0402"},
      {"fn g(x: Real[2]) -> (Real[3], Real) = (x[0], x[1])\n", "R0401"},
      {"fn g(x: Real[2]) -> (Real, Real) = (x[0], x[1])\n", ""},
      {"fn g(x: Real[2]) -> Real = (x[0], x[1])\n", "R0402"},
  });
}

TEST(Silent, ABodyHasOneResultAndAFlowNone) {
  expectCodes({
      {"fn g(x: Real) { out x\n out 2 * x }\n", "R0302"},
      {"flow f(x: Real[2]) { x := x + 1\n out 3 }\n", "R0307"},
  });
}

TEST(Silent, AFunctionHasNoParameters) {
  expectCodes({
      {"fn g(x: Real) { param w: Real = 1\n out w * x }\n", "R0303"},
      {"net g(x: Real) -> Real { param w: Real = 1\n out w * x }\n", ""},
  });
}

TEST(Silent, ANameIsGivenOnce) {
  expectCodes({
      {"fn g(x: Real, y: Real) = x - y\ncheck g(1, 2, x = 2) == 1\n", "R0305"},
      {"fn g(x: Real, y: Real) = x - y\ncheck g(x = 1, x = 2, y = 0) == 1\n",
       "R0305"},
      {"check Normal(0, 1, m = 3).logp(0) == 1\n", "R0305"},
      {"fn f(x: Real, x: Real) = x\n", "R0302"},
      {"fn f[K, K](x: Real) = K * x\n", "R0302"},
      {"dist p(x: Real given x: Real) { logp(x) = 0 * x }\n", "R0302"},
      {"data d: Real = csv(\"a.csv\", \"b.csv\")\n", "R0305"},
      {"data d: Real = csv(\"a.csv\", hold = 10%, hold = 20%)\n", "R0305"},
  });
}

TEST(Silent, TruthValuesAreNoNumbers) {
  expectCodes({
      {"check (true < false) == true\n", "R0402"},
      {"check (E[x ~ Normal] (if (x > 0) < (x > 1) then 1 else 0)) < 2\n",
       "R0402"},
      {"check (E[x ~ Normal] (if (x > 0) == 1 then 1 else 0)) < 2\n", "R0402"},
      {"check (E[x ~ Normal] (if (x > 0) == (x > 1) then 1 else 0)) < 2\n", ""},
      {"check 3\n", "R0605"},
      {"check sum([1, 2])\n", "R0605"},
      {"check E[x ~ Normal] x\n", "R0605"},
      {"check all[i: 3] (i >= 0)\n", ""},
      {"check all[i: 3] i\n", "R0402"},
      {"check (sum[i: 3 if i] 2) == 3\n", "R0402"},
      {"check (max[i: 3 if i] 2) == 3\n", "R0402"},
  });
}

TEST(Silent, ALawSaysWhatALawCanSay) {
  expectCodes({
      {"dist p(x: Real) { logp(x) = -x^2\n lgop(x) = 3 }\n", "R0304"},
      {"dist p(x: Real) { logp(x) = -x^2\n logp(x) = 3 }\n", "R0302"},
      {"dist p(x: Real) { logp(x, y) = -x^2 }\n", "R0305"},
      {"dist p(x: Real) { logp(x) = -x^2\n cdf(x, y) = 1 }\n", "R0305"},
      {"dist p(x: Real) { logp(x) = -x^2\n x := 3 }\n", "R0226"},
      {"dist p(x: Real) { logp(x) = -x^2\n 1 + 2 }\n", "R0307"},
      {"dist p(x: Real) { logp(x) = -x^2\n out 3 }\n", "R0307"},
      {"dist p(x: Real, y: Real) { logp(x, y) = -x^2 - y^2 }\n", ""},
  });
}

TEST(Silent, WhatIsReadWasDrawn) {
  expectCodes({
      {"dist p(x: Real[2]) { x[1] ~ Normal(x[0], 1)\n x[0] ~ Normal }\n",
       "R0502"},
      {"dist p(x: Real, y: Real) { x ~ Normal(y, 1)\n y ~ Normal }\n", "R0502"},
      {"dist p(x: Real) { x ~ Normal(x, 1) }\n", "R0502"},
      {"dist p(x: Real[3]) { each i: 3 { x[i] ~ Normal(sum(x), 1) } }\n",
       "R0502"},
      {"dist p(x: Real[2]) { x[0] ~ Normal\n x[1] ~ Normal(x[0], 1) }\n", ""},
      {"dist p(x: Real, y: Real) { y ~ Normal\n x ~ Normal(y, 1) }\n", ""},
  });
}

TEST(Silent, ADrawLiesInItsLawsSpace) {
  expectCodes({
      {"check (E[x: Positive ~ Normal] log(x)) < 3\n", "R0402"},
      {"dist p(x: Positive) { x ~ Normal }\n", "R0402"},
      {"dist p(x: Positive) = Normal\n", "R0402"},
      {"dist p(x: Simplex[3]) { x ~ Normal }\n", "R0402"},
      {"dist p(x: Real) { x ~ Exponential }\n", "R0402"},
      {"dist p(x: Positive[2]) { x ~ Exponential }\n", ""},
      {"dist p(x: Unit[2]) { x ~ Uniform(0, 1) }\n", ""},
      // Its members take any number of its space, of a narrower one too.
      {"check Normal.cdf(0.3) + Normal.quantile(0.3) < 3\n", ""},
  });
}

TEST(Silent, TheFactorsOfAProductCoverTheValue) {
  expectCodes({
      {"dist p(x: Real[3]) = product(Normal[1], Normal[1])\n", "R0402"},
      {"dist p(x: Real[3]) = product(Normal[2], Normal[1])\n", ""},
  });
}

TEST(Silent, AFlowEndsInOneSpace) {
  // The pulled density had a mass of a half, the pushed one was no number.
  expectCodes({
      {"flow f(x: Real[2]) { view (a, b) = halves(x)\n a := exp(a) }\n"
       "dist p = pull(f, Normal[2])\n",
       "R0223"},
      {"flow f(x: Real[2]) { view (a, b) = halves(x)\n a := exp(a) }\n"
       "dist p = push(f, Normal[2])\n",
       "R0223"},
      {"flow f(x: Real[2]) { x := tanh(x) }\n"
       "dist p(x: Real[2]) = push(f, Normal[2])\n",
       "R0223"},
      {"flow f(x: Real[2]) { x := tanh(x) }\n"
       "dist p(x: Interval(-1, 1)[2]) = push(f, Normal[2])\n",
       ""},
      {"flow f(x: Real[2]) { view (a, b) = halves(x)\n a := exp(a)\n b := "
       "softplus(b) }\ndist p = push(f, Normal[2])\n",
       ""},
  });
}

TEST(Silent, AnUpdateEndsInItsImageAndNoMore) {
  // Each claimed a wider space, so that the pulled density lost mass.
  for (const char *flow : {
           "flow f(x: Unit[2]) { x := x^3 }\ndist p = pull(f, Exponential[2])",
           "flow f(x: Unit[2]) { x := x^(-0.5) }\n"
           "dist p = pull(f, Exponential[2])",
           "flow f(x: Unit[2]) { x := rsqrt(x) }\n"
           "dist p = pull(f, Exponential[2])",
           "flow f(x: Unit[2]) { x := atanh(x) }\ndist p = pull(f, Normal[2])",
           "flow f(x: Real[2]) { x := log_sigmoid(x) }\n"
           "dist p = pull(f, Normal[2])",
           "flow f(x: Interval(-2, -1)[2]) { x := x^4 }\n"
           "dist p = pull(f, Normal[2])",
       })
    EXPECT_EQ(Elaborated(flow).codes(), "R0223") << flow;
  expectCodes({
      {"flow f(x: Unit[2]) { x := x^3 }\n"
       "dist p = pull(f, Uniform(0, 1)[2])\n",
       ""},
      {"flow f(x: Interval(-1, 1)[2]) { x := atanh(x) }\n"
       "dist p = pull(f, Normal[2])\n",
       ""},
      {"flow f(x: Positive[2]) { x := x^3 }\ndist p = pull(f, "
       "Exponential[2])\n",
       ""},
  });
}

TEST(Silent, NumbersHaveValues) {
  expectCodes({
      {"check 1/0 > 3\n", "R0222"},
      {"check (-2)^0.5 == 0\n", "R0222"},
      {"check 0^(-1) == 0\n", "R0222"},
      {"check inf > 3\n", ""},
      {"fn f[K](x: Real) = x * K\ncheck f[2^70](1) == 1\n", "R0404"},
      {"fn f[K](x: Real) = x * K\ncheck f[(-2)^3](1) == -8\n", ""},
      {"check (sum[i: 100000000000] 1) == 1\n", "R0404"},
      {"fn f(x: Real[100000, 100000]) = sum(x)\n", "R0404"},
  });
}

TEST(Silent, AListOfNumbersIsRegular) {
  expectCodes({
      {"check sum([1, \"a\"]) == 1\n", "R0402"},
      {"check sum([1, [2]]) == 1\n", "R0402"},
      {"check sum([[1, 2], [3]]) == 6\n", "R0402"},
  });
  Elaborated e("check sum([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]) == 36\n");
  EXPECT_EQ(e.report(), "");
  EXPECT_TRUE(e.has("[2, 2, 2]")) << e.typed();
}

TEST(Silent, AMatrixArgumentFitsItsParameter) {
  const char *tail = "net h(x: Real[2]) -> Real[2] { param w: PLU[2] = 0\n"
                     " out g(w, x) }\n";
  EXPECT_EQ(
      Elaborated("fn g(w: PLU[3], x: Real[2]) = w @ x\n" + std::string(tail))
          .caret(),
      "w @ x"); // the fn by itself
  EXPECT_EQ(Elaborated("fn g(w: Orthogonal[2], x: Real[2]) = w @ x\n" +
                       std::string(tail))
                .codes(),
            "R0402");
  EXPECT_EQ(
      Elaborated("fn g(w: PLU[D], x: Real[D]) = w @ x\n" + std::string(tail))
          .codes(),
      "");
}

TEST(Silent, AnExpectationDraws) {
  expectCodes({
      {"check (E[x ~ Normal; 0] x) < 3\n", "R0605"},
      {"check (E[x ~ Normal; -5] x) < 3\n", "R0605"},
      {"check (E[x ~ Normal; 5] x) < 3\n", ""},
  });
}

TEST(Silent, ASettingIsGivenOnce) {
  const std::string head = "data d: Real[2] = csv(\"d.csv\")\n"
                           "dist p[](x: Real[2]) { param m: Real[2] = 0\n"
                           " x ~ Normal(m, 1) }\ndist q = p[]\n";
  for (const char *settings :
       {"adam(1e-3); sgd(1e-3)", "batch 2; batch 3", "steps 1; steps 2"})
    EXPECT_EQ(
        Elaborated(head + "train q on d { minimize nll; " + settings + " }\n")
            .codes(),
        "R0604")
        << settings;
}

TEST(Silent, AWholeNumberIsComparedWithABrokenOne) {
  // i < 0.5 was i < 0.
  Elaborated e("fn f(x: Real[4]) = sum[i: 4 if i < 0.5] x[i]\n"
               "check f([1, 2, 3, 4]) == 1\n");
  EXPECT_EQ(e.report(), "");
  EXPECT_TRUE(e.has("value = 0.5")) << e.typed();
}

TEST(Silent, WhatAGuardLeavesOutMayHaveNoValue) {
  // 0 * (1 / 0) made the sum no number.
  Elaborated e("fn f(x: Real[4]) = sum[i: 4 if i > 0] x[i] / i\n"
               "check f([1, 2, 3, 4]) > 0\n");
  EXPECT_EQ(e.report(), "");
  EXPECT_EQ(e.count("= select"), 1) << e.typed();
}

TEST(Silent, AStaticIsGivenByItsName) {
  const char *head = "fn f[N, K](x: Real) = x * N - K\n";
  EXPECT_EQ(Elaborated(std::string(head) + "check f[K = 2, N = 3](1) == 1\n")
                .report(),
            "");
  EXPECT_TRUE(Elaborated(std::string(head) + "check f[K = 2, N = 3](1) == 1\n")
                  .program.checks.at(0)
                  .value == 1);
  for (const char *call : {"f[2, M = 3](1)", "f[N = 2, N = 3](1)"})
    EXPECT_EQ(
        Elaborated(std::string(head) + "check " + call + " == 1\n").codes(),
        "R0305")
        << call;
  EXPECT_EQ(Elaborated("check [1, 2, 3][i = 1] == 2\n").codes(), "R0305");
}

TEST(Silent, AParameterStartsInItsSpace) {
  auto net = [](const std::string &param) {
    return "net f(x: Real) -> Real { param " + param + "\n out sum(s) * x }\n";
  };
  for (const char *param :
       {"s: Positive[2] = normal(1)", "s: Positive[2] = glorot",
        "s: Positive[2] = zeros", "s: Unit[2] = uniform(0, 2)",
        "s: Simplex[2] = normal(1)"})
    EXPECT_EQ(Elaborated(net(param)).codes(), "R0402") << param;
  for (const char *param : {"s: Positive[2] = uniform(0, 2)",
                            "s: Unit[2] = uniform(0, 1)", "s: Real[2] = zeros"})
    EXPECT_EQ(Elaborated(net(param)).codes(), "") << param;
}
