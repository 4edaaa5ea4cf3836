//===- ModelTest.cpp - Loading programs and calling kernels ---------------===//

#include "Runtime/Model.h"
#include "Runtime/Cpu.h"
#include "Runtime/Evaluate.h"
#include "Testing.h"

#include <cmath>

using namespace rill::rt;
using namespace rill::test;

static const double mockParams[9] = {-0.7, 0.3, 0.1, -0.2, 1.5,
                                     -0.5, 0.2, 0.4, 0.6};

static void setParams(Model &model) {
  for (int p = 0, at = 0; p < 3; ++p)
    for (int64_t i = 0; i < model.params().layout().size[p]; ++i, ++at)
      model.params().set(p, i, mockParams[at]);
}

static Table someRows(int64_t n) {
  Table t{n, 2, {}, {}};
  for (int64_t i = 0; i < 2 * n; ++i)
    t.values.push_back(3 * std::sin(double(i) * 1.7));
  return t;
}

static std::vector<double> logpOf(Model &model, const std::string &kernel,
                                  const Table &rows, int64_t batch) {
  const DistSpec &dist = model.dist("");
  Runner runner(model, *model.plan().findKernel(kernel));
  return evaluateRows(runner, rows, dist.fields, "logp", {batch, 0});
}

TEST(ModelTest, EvaluatesTheDensityInBothPrecisions) {
  MockProgram mock;
  Model model(*mock.get(), {2, ""});
  setParams(model);
  const Table rows = someRows(101);
  const auto single = logpOf(model, "p.logp", rows, 32);
  const auto twice = logpOf(model, "p.logp@f64", rows, 32);
  double rounded[9]; // The f64 kernel sees the parameters as they are saved.
  for (int i = 0; i < 9; ++i)
    rounded[i] = float(mockParams[i]);
  for (int64_t r = 0; r < rows.rows; ++r) {
    const double exact =
        mockLogDensity(rounded, rows.row(r)[0], rows.row(r)[1]);
    EXPECT_NEAR(twice[r], exact, 1e-13 * std::max(1.0, std::fabs(exact)));
    EXPECT_NEAR(single[r], exact, 1e-5 * std::max(1.0, std::fabs(exact)));
  }
}

TEST(ModelTest, SameBitsAtAnyBatchAndThreads) {
  MockProgram mock;
  Model one(*mock.get(), {1, ""}), three(*mock.get(), {3, ""});
  setParams(one);
  setParams(three);
  const Table rows = someRows(1000);
  const auto a = logpOf(one, "p.logp", rows, 1000);
  EXPECT_EQ(a, logpOf(one, "p.logp", rows, 1));
  EXPECT_EQ(a, logpOf(three, "p.logp", rows, 97));
}

TEST(ModelTest, NoRowsAndOneRow) {
  MockProgram mock;
  Model model(*mock.get(), {2, ""});
  setParams(model);
  EXPECT_TRUE(logpOf(model, "p.logp", someRows(0), 64).empty());
  EXPECT_EQ(logpOf(model, "p.logp", someRows(1), 64).size(), 1u);
}

TEST(ModelTest, SamplesDependOnSeedAndNumberOnly) {
  MockProgram mock;
  Model model(*mock.get(), {2, ""});
  setParams(model);
  Runner runner(model, *model.plan().findKernel("p.sample"));
  const Table whole = drawRows(runner, 500, 0, {8192, 4});
  const Table pieces = drawRows(runner, 500, 0, {7, 4});
  EXPECT_EQ(whole.values, pieces.values);
  const Table tail = drawRows(runner, 100, 400, {64, 4});
  EXPECT_TRUE(std::equal(tail.values.begin(), tail.values.end(),
                         whole.values.begin() + 800));
  EXPECT_NE(drawRows(runner, 500, 0, {8192, 5}).values, whole.values);
}

TEST(ModelTest, PreparedMemoryFollowsTheParameters) {
  MockProgram mock;
  Model model(*mock.get(), {1, ""});
  setParams(model);
  const DistSpec &dist = model.dist("p");
  for (const char *name : {"p.logp", "p.logp@f64"}) {
    Runner runner(model, *model.plan().findKernel(name));
    auto first = evaluateRows(runner, someRows(1), dist.fields, "logp");
    EXPECT_EQ(first, evaluateRows(runner, someRows(1), dist.fields, "logp"));
    model.params().set(0, 0, 0.9); // A scale: what the kernel prepares.
    auto second = evaluateRows(runner, someRows(1), dist.fields, "logp");
    Runner fresh(model, *model.plan().findKernel(name));
    EXPECT_EQ(second, evaluateRows(fresh, someRows(1), dist.fields, "logp"));
    EXPECT_NE(first, second);
    setParams(model);
  }
}

TEST(ModelTest, RefusesAnotherInterfaceVersion) {
  MockProgram mock;
  RillProgram program = *mock.get();
  program.abi_version = 99;
  EXPECT_TRUE(has(errorOf([&] { Model model(program); }),
                  {"version 99", "build it again"}));
}

TEST(ModelTest, RefusesAMissingKernelAsOurFault) {
  MockProgram mock;
  RillProgram program = *mock.get();
  program.kernel_count = 2;
  EXPECT_TRUE(has(errorOf([&] { Model model(program); }),
                  {"internal error", "p.generate"}));
}

TEST(ModelTest, RefusesAPlanThatIsNotJson) {
  MockProgram mock;
  RillProgram program = *mock.get();
  program.metadata = "{ \"rill\": 1, ";
  EXPECT_TRUE(has(errorOf([&] { Model model(program); }),
                  {"internal error", "plan cannot be read"}));
}

TEST(ModelTest, SuggestsADistribution) {
  MockProgram mock;
  Model model(*mock.get(), {1, ""});
  EXPECT_TRUE(has(errorOf([&] { model.dist("q"); }),
                  {"no distribution 'q'", "did you mean 'p'"}));
}

TEST(Cpu, TakesTheBestVariantThatMachineAndProgramHave) {
  MockProgram mock;
  EXPECT_EQ(chooseIsa(*mock.get(), {true, true}, ""), RILL_ISA_AVX512);
  EXPECT_EQ(chooseIsa(*mock.get(), {true, false}, ""), RILL_ISA_AVX2);
  EXPECT_EQ(chooseIsa(*mock.get(), {false, false}, ""), RILL_ISA_GENERIC);
  EXPECT_EQ(chooseIsa(*mock.get(), {true, true}, "avx2"), RILL_ISA_AVX2);
}

TEST(Cpu, RefusesAMachineWithoutAVariant) {
  MockProgram mock({.avx512Only = true});
  EXPECT_TRUE(has(errorOf([&] { chooseIsa(*mock.get(), {true, false}, ""); }),
                  {"this machine cannot run the program", "compiled for avx512",
                   "--cpu generic"}));
}

TEST(Cpu, RefusesAWantedVariantThatIsNotThere) {
  MockProgram mock({.avx512Only = true});
  EXPECT_TRUE(
      has(errorOf([&] { chooseIsa(*mock.get(), {true, true}, "avx2"); }),
          {"RILL_ISA=avx2", "unset"}));
  EXPECT_TRUE(has(errorOf([&] { chooseIsa(*mock.get(), {}, "sse9"); }),
                  {"RILL_ISA=sse9"}));
}

TEST(ThreadPool, RunsEveryTaskOnceInManyShortRounds) {
  ThreadPool pool(4);
  std::vector<int> count(37);
  for (int round = 0; round < 3000; ++round)
    pool.forEach(int64_t(count.size()), [&](int64_t i, int64_t worker) {
      ASSERT_LT(worker, pool.workers());
      ++count[i];
    });
  for (int c : count)
    EXPECT_EQ(c, 3000);
}

TEST(ThreadPool, TakesNoTasksAndOneWorker) {
  ThreadPool pool(1);
  int calls = 0;
  pool.forEach(0, [&](int64_t, int64_t) { ++calls; });
  EXPECT_EQ(calls, 0);
  pool.forEach(3, [&](int64_t, int64_t) { ++calls; });
  EXPECT_EQ(calls, 3);
}
