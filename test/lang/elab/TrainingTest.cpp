// Data, training blocks, losses and checks.
#include "ElabSupport.h"

#include <gtest/gtest.h>

using rill::test::Elaborated;

static std::string model(const std::string &settings,
                         const std::string &more = "") {
  return "use std.flows.actnorm\ndata d: Real[2] = csv(\"d.csv\", hold = 10%, "
         "valid = 20%, seed = 7)\n"
         "dist p = pull(actnorm[], Normal)\ntrain p on d { " +
         settings + " }\nmain p\n" + more;
}

TEST(Training, DataOptions) {
  Elaborated e(model("minimize nll"));
  EXPECT_EQ(e.codes(), "");
  EXPECT_DOUBLE_EQ(e.program.data[0].hold, 0.1);
  EXPECT_DOUBLE_EQ(e.program.data[0].valid, 0.2);
  EXPECT_EQ(e.program.data[0].seed, 7u);
}

TEST(Training, Settings) {
  Elaborated e(model("minimize nll; adam(2e-3, beta2 = 0.99); batch 32; steps "
                     "10; clip 1; ema 0.9; every 5; patience 3"));
  ASSERT_EQ(e.program.trains.size(), 1u) << e.report();
  const auto &train = e.program.trains[0];
  EXPECT_DOUBLE_EQ(train.learningRate, 2e-3);
  EXPECT_DOUBLE_EQ(train.beta2, 0.99);
  EXPECT_EQ(train.batch, 32);
  EXPECT_EQ(train.steps, 10);
  EXPECT_DOUBLE_EQ(train.clip, 1);
  EXPECT_DOUBLE_EQ(train.ema, 0.9);
  EXPECT_EQ(train.every, 5);
  EXPECT_EQ(train.patience, 3);
  EXPECT_EQ(train.instances, std::vector<std::string>{"p"});
}

TEST(Training, NllIsTheMeanOverTheTrainingPart) {
  Elaborated e(model("minimize nll"));
  EXPECT_TRUE(e.has("from d.train"));
}

TEST(Training, ADeclaredLossIsTheSame) {
  Elaborated e(model("minimize L", "loss L = E[x ~ d] -p.logp(x)\n"));
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.has("from d.train"));
  EXPECT_TRUE(e.has("logp p"));
}

TEST(Training, MaximizeAndOuterSigns) {
  Elaborated e(model("maximize -E[x ~ d] -p.logp(x)"));
  EXPECT_EQ(e.codes(), "");
  EXPECT_TRUE(e.program.trains[0].loss.maximize);
  EXPECT_EQ(e.count("= neg"), 2);
}

TEST(Training, ASumOfExpectationsIsOneLoss) {
  Elaborated e(model("minimize E[x ~ d] -p.logp(x) + 0.1 * E[z ~ Normal] sq(z) "
                     "- E[x ~ d] 2 * sum(x) + 3"));
  EXPECT_EQ(e.report(), "");
  const auto &loss = e.program.trains.at(0).loss.expectation;
  ASSERT_EQ(loss.draws.size(), 2u); // one row, one draw
  EXPECT_TRUE(loss.draws[0].data && loss.draws[1].dist);
}

TEST(Training, WhatIsNotLinearInExpectationsIsRefused) {
  for (const char *loss :
       {"(E[x ~ d] x[0]) * (E[z ~ Normal] z)", "1 / (E[x ~ d] sum(x))",
        "(E[x ~ d] x[0])^2", "E[x ~ d; 10] x[0] + E[z ~ Normal; 20] z"})
    EXPECT_EQ(Elaborated(model("minimize " + std::string(loss))).codes(),
              "R0104")
        << loss;
}

TEST(Training, ALossOverOtherRowsThanThoseTrainedOnIsRefused) {
  const char *other = "data e: Real[2] = csv(\"e.csv\")\n";
  EXPECT_EQ(Elaborated(model("minimize E[x ~ e] -p.logp(x)", other)).codes(),
            "R0604");
  EXPECT_EQ(Elaborated(model("minimize E[x ~ d.held] -p.logp(x)")).codes(),
            "R0604");
  EXPECT_EQ(Elaborated(model("minimize E[x ~ d.train] -p.logp(x)")).codes(),
            "");
}

TEST(Training, SeveralRowsInOneExpectationAreRefused) {
  EXPECT_EQ(
      Elaborated(model("minimize E[x ~ d, y ~ d] -p.logp(x - y)")).codes(),
      "R0104");
}

TEST(Training, AnUnknownSettingSuggests) {
  Elaborated e(model("minimize nll; bach 12"));
  EXPECT_EQ(e.codes(), "R0603");
  EXPECT_NE(e.report().find("did you mean 'batch'?"), std::string::npos);
}

TEST(Training, ABatchOfZeroIsRefused) {
  EXPECT_EQ(Elaborated(model("minimize nll; batch 0")).codes(), "R0604");
}

TEST(Training, ABrokenNumberOfStepsIsRefused) {
  EXPECT_EQ(Elaborated(model("minimize nll; steps 1.5")).codes(), "R0604");
}

TEST(Training, ANegativeLearningRateIsRefused) {
  EXPECT_EQ(Elaborated(model("minimize nll; adam(-1)")).codes(), "R0604");
}

TEST(Training, ABlockWithoutALossIsRefused) {
  EXPECT_EQ(Elaborated(model("batch 3")).codes(), "R0604");
}

TEST(Training, ALawWithoutParametersIsRefused) {
  Elaborated e("data d: Real[2] = csv(\"d.csv\")\nuse std.flows.swap\ndist p = "
               "pull(swap, Normal)\n"
               "train p on d { minimize nll }\n");
  EXPECT_EQ(e.codes(), "R0601");
}

TEST(Training, FloorOfATrainedValueInALossIsRefused) {
  Elaborated e(model("minimize E[x ~ d] floor(scale[](x))",
                     "net scale[](x: Real[2]) -> Real { param w: Real[2] = 1\n "
                     "out sum(w * x) }\n"));
  EXPECT_EQ(e.codes(), "R0602");
  EXPECT_EQ(e.caret(), "floor(scale[](x))");
}

TEST(Training, AComparisonOfATrainedValueAsANumberIsRefused) {
  Elaborated e(model("minimize E[x ~ d] 2 * (scale[](x) < 1)",
                     "net scale[](x: Real[2]) -> Real { param w: Real[2] = 1\n "
                     "out sum(w * x) }\n"));
  EXPECT_EQ(e.codes(), "R0602");
}

TEST(Training, FloorOfDataIsAllowed) {
  Elaborated e(model("minimize E[x ~ d] -p.logp(floor(x))"));
  EXPECT_EQ(e.codes(), "");
}

TEST(Training, StopLetsATrainedValueJump) {
  Elaborated e(model("minimize E[x ~ d] (floor(stop(scale[](x))) - p.logp(x))",
                     "net scale[](x: Real[2]) -> Real { param w: Real[2] = 1\n "
                     "out sum(w * x) }\n"));
  EXPECT_EQ(e.codes(), "");
}

TEST(Training, UnknownDataIsRefused) {
  EXPECT_EQ(Elaborated("use std.flows.actnorm\ndist p(x: Real[2]) = "
                       "pull(actnorm[], Normal)\n"
                       "train p on moons { minimize nll }\n")
                .codes(),
            "R0301");
}

TEST(Training, ColumnsMustFitTheSpace) {
  EXPECT_EQ(
      Elaborated(
          "data d: Real[2] = csv(\"d.csv\", columns = (\"a\", \"b\", \"c\"))\n")
          .codes(),
      "R0401");
}

TEST(Training, AnUnknownDataOptionSuggests) {
  Elaborated e("data d: Real[2] = csv(\"d.csv\", colums = (\"a\", \"b\"))\n");
  EXPECT_EQ(e.codes(), "R0603");
  EXPECT_NE(e.report().find("did you mean 'columns'?"), std::string::npos);
}

TEST(Training, HoldAndValidMustLeaveRows) {
  EXPECT_EQ(
      Elaborated("data d: Real = csv(\"d.csv\", hold = 60%, valid = 40%)\n")
          .codes(),
      "R0604");
}

TEST(Checks, StandardMeasures) {
  Elaborated e(model(
      "minimize nll",
      "check roundtrip(p) < 1e-5\ncheck logdet(p) == numeric within 1e-4\n"
      "check integral(p, box(-4, 4)) == 1 within 1e-2\ncheck gradient(p) == "
      "numeric within 1e-6\n"));
  ASSERT_EQ(e.program.checks.size(), 4u) << e.report();
  EXPECT_EQ(e.program.checks[0].label, "roundtrip(p) < 1e-5");
  EXPECT_TRUE(e.program.checks[1].numeric);
  EXPECT_EQ(e.program.checks[2].box, (std::vector<double>{-4, 4}));
  EXPECT_EQ(e.program.checks[3].measure, "gradient");
}

TEST(Checks, AnExpectationIsComparedWithANumber) {
  Elaborated e(model("minimize nll", "check E[x ~ d.held] -p.logp(x) < 3\n"));
  EXPECT_TRUE(e.has("from d.held"));
}

TEST(Checks, ALawOfADrawnValueIsDrawnInTheBodyWhereverTheValueStands) {
  for (const char *mean :
       {"t", "-t", "if t > 0.5 then 1 else 0", "sum[i: 3] t", "sum([t, 1])",
        "(t -> Positive)", "(fn(u) = u + t)(1)"}) {
    Elaborated e("check E[t ~ Uniform(0, 1), x ~ Normal(" + std::string(mean) +
                 ", 1)] x < 3\n");
    ASSERT_EQ(e.report(), "") << mean;
    EXPECT_EQ(e.program.checks.at(0).left.draws.size(), 1u) << mean;
  }
}

TEST(Checks, TwoExpectationsAreComparedByTheirDifference) {
  Elaborated e("check E[x ~ Normal] sq(x) == E[y ~ Normal(1, 2)] y within 1\n"
               "check 2 + sqrt(2) > E[x ~ Normal] x\n"
               "check sum([1, 2]) > E[x ~ Normal] x\n");
  EXPECT_EQ(e.report(), "");
  EXPECT_EQ(e.program.checks.at(0).left.draws.size(), 2u);
  EXPECT_FALSE(e.program.checks.at(0).right);
  EXPECT_EQ(e.program.checks.at(2).left.draws.size(), 1u);
}

TEST(Checks, ANumberOnTheLeftIsMirrored) {
  Elaborated e(model("minimize nll", "check 3 > E[x ~ d.held] -p.logp(x)\n"));
  ASSERT_EQ(e.program.checks.size(), 1u);
  EXPECT_EQ(e.program.checks[0].relation, "<");
  EXPECT_EQ(e.program.checks[0].value, 3);
}

TEST(Checks, AFlowIsCheckedOnASpace) {
  Elaborated e(
      "use std.flows.affine\ncheck roundtrip(affine[4], Real[2]) < 1e-5\n");
  EXPECT_EQ(e.codes(), "");
}

TEST(Checks, AFlowWithoutASpaceIsRefused) {
  EXPECT_EQ(
      Elaborated("use std.flows.swap\ncheck roundtrip(swap) < 1e-5\n").codes(),
      "R0605");
}

TEST(Checks, NumericGoesWithDerivedQuantitiesOnly) {
  EXPECT_EQ(Elaborated(model("minimize nll", "check roundtrip(p) == numeric\n"))
                .codes(),
            "R0605");
}

TEST(Checks, AnIntegralNeedsItsBox) {
  EXPECT_EQ(
      Elaborated(model("minimize nll", "check integral(p) == 1\n")).codes(),
      "R0605");
}

TEST(Checks, ACheckNeedsAScalar) {
  EXPECT_EQ(Elaborated(model("minimize nll", "check E[x ~ d] x < 1\n")).codes(),
            "R0605");
}
