//===- ChecksTest.cpp - The check command ---------------------------------===//

#include "Runtime/Checks.h"
#include "Runtime/ParamsFile.h"
#include "Testing.h"

#include <cmath>
#include <limits>

using namespace rill::rt;
using namespace rill::test;

static const char allChecks[] = R"([
{"label":"trip","measure":"roundtrip","dist":"p","relation":"<","value":1e-5},
{"label":"det","measure":"logdet","dist":"p","relation":"==","numeric":true,"within":1e-8},
{"label":"grad","measure":"gradient","dist":"p","relation":"==","numeric":true,"within":1e-6},
{"label":"one","measure":"integral","dist":"p","relation":"==","value":1,"within":1e-2,"box":[-20,20]}])";

class Checks : public InFolder {
protected:
  void SetUp() override {
    InFolder::SetUp();
    rows(400);
    MockProgram program({.steps = 100});
    ASSERT_EQ(command(program, {"train", "--out", path("m"), "--data", data()})
                  .status,
              0);
  }
  std::string data() { return "rows=" + path("rows.csv"); }
  Outcome check(MockOptions options, const char *checks = allChecks) {
    options.checks = checks;
    MockProgram program(options);
    return command(program, {"check", "--params", path("m"), "--data", data()});
  }
};

TEST_F(Checks, ARightModelPassesAll) {
  const Outcome o = check({});
  EXPECT_EQ(o.status, 0) << o.out;
  EXPECT_TRUE(has(o.out, {"trip", "det", "grad", "one", "own error of p.logp",
                          "5 of 5 hold"}));
}

TEST_F(Checks, AnF64ProgramPassesWithItsOwnKernels) {
  const Outcome o = check({.precision = "f64"});
  EXPECT_EQ(o.status, 0) << o.out;
  EXPECT_TRUE(has(o.out, {"4 of 4 hold"}));
}

TEST_F(Checks, FindsAWrongInverse) {
  const Outcome o = check({.wrongGenerate = true});
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.out, {"FAIL", "4 of 5 hold"}));
  EXPECT_LT(o.out.find("trip"), o.out.find("FAIL"));
  EXPECT_LT(o.out.find("FAIL"), o.out.find("det "));
}

TEST_F(Checks, FindsAWrongLogDeterminant) {
  const Outcome o = check({.wrongLogDet = true});
  EXPECT_EQ(o.status, 1);
  EXPECT_LT(o.out.find("det "), o.out.find("FAIL"));
  EXPECT_LT(o.out.find("FAIL"), o.out.find("grad "));
}

TEST_F(Checks, FindsAGradientThatIsOnePercentOff) {
  const Outcome o = check({.wrongGradient = true});
  EXPECT_EQ(o.status, 1);
  EXPECT_LT(o.out.find("grad "), o.out.find("FAIL"));
}

TEST_F(Checks, FindsAnInaccurateSinglePrecision) {
  const Outcome o = check({.noisySingle = true}, "[]");
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.out, {"own error of p.logp", "FAIL", "0 of 1 hold"}));
}

TEST_F(Checks, FindsADensityThatIsNotOneInTheBox) {
  const Outcome o = check({}, R"([{"label":"half","measure":"integral",
    "dist":"p","relation":"==","value":1,"within":1e-2,"box":[3,20]}])");
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.out, {"half", "FAIL"}));
}

TEST_F(Checks, AnExpressionIsTheMeanOverItsRows) {
  MockProgram program;
  Model model(*program.get(), {1, ""});
  loadParams(path("m"), model.plan(), model.params());
  CheckContext context(model, {}, {});
  CheckSpec spec;
  spec.label = "mean";
  spec.measure = "expression";
  spec.kernel = "p.sample"; // Its values are draws: their mean is the data's.
  spec.relation = "==";
  spec.value = 1; // (3 - 1) / 2
  spec.within = 0.1;
  spec.draws = 65536;
  const CheckResult result = measure(context, spec);
  EXPECT_EQ(result.verdict, Verdict::Pass) << result.measured;
  spec.within = 0.01; // The standard error is about 0.006.
  EXPECT_EQ(measure(context, spec).verdict, Verdict::Inconclusive);
  spec.within = 0.1;
  spec.value = 2;
  EXPECT_EQ(measure(context, spec).verdict, Verdict::Fail);
}

TEST_F(Checks, AnUnmeasurableCheckFailsWithItsReason) {
  const Outcome o = check({}, R"([{"label":"odd","measure":"moments",
    "dist":"p","relation":"<","value":1}])");
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.out, {"odd", "unknown check 'moments'"}));
}

TEST_F(Checks, NumericLogDeterminantKnowsItsError) {
  MockProgram program({.precision = "f64"});
  Model model(*program.get(), {1, ""});
  loadParams(path("m"), model.plan(), model.params());
  Runner runner(model, *model.plan().findKernel("p.latent"));
  Table rows{2, 2, {0.3, -1, 7, 2}, {}};
  const std::vector<Field> &fields = model.dist("p").fields;
  const Mapped mapped = mapRows(runner, rows, fields);
  const auto numeric = numericLogDet(runner, rows, fields, rows.width);
  for (int r = 0; r < 2; ++r) {
    EXPECT_NEAR(numeric[r].value, mapped.logDet[r], 1e-10);
    EXPECT_LT(numeric[r].error, 1e-9);
  }
}

// The mock's map is (u0, u1 - w u0): its end 1 reads start 0, end 0 start 0
// only.
TEST_F(Checks, ADependenceThatIsProvedMeasuresZero) {
  const Outcome o = check({}, R"([{"label":"causal","measure":"dependence",
    "dist":"p","relation":"==","value":0,"kernel":"p.latent",
    "reads":[[0,1],[0,2]]}])");
  EXPECT_EQ(o.status, 0) << o.out;
  EXPECT_TRUE(has(o.out, {"causal", "== 0", "f64", "pass", "1 of 4 derivatives",
                          "2 of 2 hold"}));
}

TEST_F(Checks, FindsADependenceThatAWrongProofExcludes) {
  const Outcome o = check({}, R"([{"label":"diagonal","measure":"dependence",
    "dist":"p","relation":"==","value":0,"kernel":"p.latent",
    "reads":[[0,1],[1,2]]}])");
  EXPECT_EQ(o.status, 1) << o.out;
  EXPECT_TRUE(has(o.out, {"diagonal", "FAIL", "2 of 4 derivatives",
                          "element 1 of the end reads 0 of the start"}));
}

TEST_F(Checks, ADependenceIsTheLargestForbiddenDerivative) {
  MockProgram program({.precision = "f64"});
  Model model(*program.get(), {1, ""});
  loadParams(path("m"), model.plan(), model.params());
  Runner runner(model, *model.plan().findKernel("p.latent"));
  Table rows{2, 2, {0.3, -1, 7, 2}, {}};
  const std::vector<Field> &fields = model.dist("p").fields;
  auto reach = [&](const std::vector<std::vector<int64_t>> &reads) {
    return reachOf(runner, rows, fields, reads, 2);
  };
  const Reach right = reach({{0, 1}, {0, 2}}), none = reach({{0, 1}, {1, 2}});
  EXPECT_EQ(right.forbidden, 0);
  EXPECT_GT(right.allowed, 0);
  // d z1 / d x0, which the right pattern allows, to the rounding of its steps.
  EXPECT_NEAR(none.forbidden, right.allowed, 1e-9);
  EXPECT_EQ(none.allowed, 0);
  // What was no number once stays so, whatever follows.
  rows.values[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(reach({{0, 1}, {1, 2}}).forbidden));
  rows.values[0] = 0.3;
  const Reach all = reach({{}, {}});
  EXPECT_EQ(all.pairs, 4);
  EXPECT_GE(all.forbidden, none.forbidden);
}

TEST_F(Checks, MissingDataIsSaidWithItsOption) {
  MockProgram program({.data = "nowhere.csv", .checks = allChecks});
  const Outcome o = command(program, {"check", "--params", path("m")});
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.out + o.err, {"'rows' are not at 'nowhere.csv'"}));
}

class UnitTests : public ::testing::Test {
protected:
  Outcome run(const MockOptions &options) {
    MockProgram program(options);
    return command(program, {"test"});
  }
  /// Two tests: the second holds a check of the label `second`.
  static std::string tests(const std::string &second) {
    return R"([{"label":"first test","checks":[
      {"label":"trip","measure":"roundtrip","dist":"p","relation":"<","value":1e-10},
      {"label":"det","measure":"logdet","dist":"p","relation":"==","numeric":true,"within":1e-8}]},
      {"label":"second test","checks":[)" +
           second + "]}]";
  }
};

TEST_F(UnitTests, RunOnInitialValuesAndDraws) {
  const Outcome o =
      run({.precision = "f64", .tests = tests(""), .topInit = true});
  EXPECT_EQ(o.status, 0) << o.out << o.err;
  EXPECT_TRUE(
      has(o.out, {"pass first test", "pass second test", "2 of 2 tests pass"}));
}

TEST_F(UnitTests, ShowTheCheckThatFails) {
  const Outcome o =
      run({.precision = "f64",
           .tests = tests(R"({"label":"far","measure":"expression",
       "kernel":"p.sample","draws":1000,"relation":"==","value":9,"within":1})"),
           .topInit = true});
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.out, {"pass first test", "FAIL second test", "far",
                          "== 9 within 1", "1 of 2 tests pass"}));
}
