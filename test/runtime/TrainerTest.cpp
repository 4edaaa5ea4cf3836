//===- TrainerTest.cpp - The training loop --------------------------------===//

#include "Runtime/Trainer.h"
#include "Testing.h"

#include <cmath>
#include <csignal>
#include <thread>

using namespace rill::rt;
using namespace rill::test;

class Training : public InFolder {
protected:
  void SetUp() override {
    InFolder::SetUp();
    log = std::fopen((folder + "/log").c_str(), "w");
  }
  void TearDown() override {
    std::fclose(log);
    InFolder::TearDown();
  }
  TrainOptions options(const std::string &out) {
    TrainOptions o;
    o.out = path(out);
    o.data.files["rows"] = path("rows.csv");
    o.log = log;
    return o;
  }
  TrainResult train(const MockOptions &mock, const TrainOptions &o,
                    int threads = 1) {
    MockProgram program(mock);
    Model model(*program.get(), {threads, ""});
    return Trainer(model, o).run();
  }
  double held(const std::string &params, const MockOptions &options = {}) {
    MockProgram program(options);
    const Outcome o =
        command(program, {"logp", "--params", path(params), "--in",
                          path("rows.csv"), "--out", path("l.npy")});
    return std::stod(o.out.substr(o.out.find("density") + 7));
  }
  std::FILE *log = nullptr;
};

TEST_F(Training, ReachesTheDensityOfTheData) {
  rows(3000);
  train({.steps = 800}, options("m"));
  // The rows' own entropy: log of 2 pi e and the deviations 2 and 1/2.
  EXPECT_NEAR(held("m"), -std::log(2 * M_PI * std::exp(1.0)), 0.05);
}

TEST_F(Training, GivesTheSameBytesOnAnyNumberOfThreads) {
  rows(500);
  for (const char *precision : {"f32", "f64"}) {
    train({.precision = precision}, options("one"), 1);
    train({.precision = precision}, options("three"), 3);
    EXPECT_EQ(contentOf(path("one")), contentOf(path("three")));
  }
}

TEST_F(Training, SeedsAndBatchesChangeIt) {
  rows(500);
  train({}, options("a"));
  TrainOptions o = options("b");
  o.seed = 2;
  train({}, o);
  EXPECT_NE(contentOf(path("a")), contentOf(path("b")));
}

TEST_F(Training, ResumingWithMoreStepsContinuesBitForBit) {
  rows(500);
  for (double ema : {0.0, 0.9}) {
    const MockOptions mock{.ema = ema, .steps = 60};
    train(mock, options("whole"));
    TrainOptions o = options("parts");
    o.fresh = true;
    o.steps = 20;
    train(mock, o);
    o.fresh = false;
    o.resume = true;
    o.steps = 40;
    train(mock, o, 2);
    o.steps.reset();
    train(mock, o);
    EXPECT_EQ(contentOf(path("whole")), contentOf(path("parts")));
    EXPECT_EQ(contentOf(path("whole.checkpoint")),
              contentOf(path("parts.checkpoint")));
  }
}

TEST_F(Training, KeepsTheBestValidationNotTheLast) {
  rows(500);
  // A rate so high that the loss wanders: the best step is rarely the last.
  const TrainResult result =
      train({.lr = 0.5, .steps = 203, .every = 7}, options("m"));
  EXPECT_LT(result.step, 203);
  MockProgram program;
  Model model(*program.get());
  TrainState state =
      loadCheckpoint(path("m.checkpoint"), model.plan(), model.params());
  EXPECT_EQ(state.bestStep, result.step);
  EXPECT_EQ(state.step, 203);
  Params last = model.params();
  loadParams(path("m"), model.plan(), model.params());
  EXPECT_NE(last.get(0, 0), model.params().get(0, 0));
  EXPECT_EQ(double(state.best.as<float>()[0]), model.params().get(0, 0));
}

TEST_F(Training, StopsEarlyWhenPatienceEnds) {
  rows(300);
  const TrainResult result = train(
      {.lr = 0.5, .steps = 100000, .every = 5, .patience = 4}, options("m"));
  EXPECT_LT(result.step, 5000);
}

TEST_F(Training, WithoutValidationRowsTheLastStepIsKept) {
  rows(300);
  EXPECT_EQ(train({.valid = 0}, options("m")).step, 60);
}

TEST_F(Training, ABatchWithoutVarianceIsSaidSo) {
  rows(1);
  MockOptions mock{.hold = 0, .valid = 0, .steps = 3};
  // One row has no variance to standardise by: said so, not trained on NaN.
  EXPECT_TRUE(has(errorOf([&] { train(mock, options("m")); }),
                  {"starts as NaN or infinity", "first batch"}));
}

TEST_F(Training, NeverFitsToHeldOutRows) {
  rows(400);
  train({}, options("a"));
  // The held rows are replaced by others: the parameters must not notice.
  const Split split = splitRows(400, 0.2, 0.2, 1);
  std::string text = contentOf(path("rows.csv"));
  std::vector<std::string> lines;
  for (size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos;
       at = end + 1)
    lines.push_back(text.substr(at, end - at));
  for (int64_t r : split.held)
    lines[r + 1] = "100,-100,7";
  text.clear();
  for (const std::string &line : lines)
    text += line + "\n";
  file("rows.csv", text);
  train({}, options("b"));
  EXPECT_EQ(contentOf(path("a")), contentOf(path("b")));
}

TEST_F(Training, ANaNLossStopsAndKeepsTheLastGoodCheckpoint) {
  rows(300);
  TrainOptions o = options("m");
  o.checkpointSeconds = 0;
  EXPECT_TRUE(has(errorOf([&] { train({.nanLoss = true}, o); }),
                  {"stopped at step 25", "the loss is nan", "learning rate"}));
  EXPECT_FALSE(std::filesystem::exists(path("m")));
  MockProgram program;
  Model model(*program.get());
  const TrainState state =
      loadCheckpoint(path("m.checkpoint"), model.plan(), model.params());
  EXPECT_EQ(state.step, 24);
  EXPECT_TRUE(model.params().allFinite());
}

TEST_F(Training, RefusesDataOutsideTheirSpace) {
  file("rows.csv", "a,b,c\n1,2,0\n3,-4,0\n");
  EXPECT_TRUE(has(errorOf([&] { train({.space = "Positive"}, options("m")); }),
                  {"line 3", "column 1 = -4", "outside of Positive[2]"}));
}

TEST_F(Training, RefusesWhenNoRowIsLeft) {
  rows(3);
  EXPECT_TRUE(has(errorOf([&] { train({.hold = 0.99}, options("m")); }),
                  {"no row to train on", "of 3 rows"}));
}

TEST_F(Training, RefusesToLoseAnUnfinishedTraining) {
  rows(300);
  TrainOptions o = options("m");
  o.checkpointSeconds = 0;
  errorOf([&] { train({.nanLoss = true}, o); });
  const std::string before = contentOf(path("m.checkpoint"));
  EXPECT_TRUE(has(errorOf([&] { train({}, o); }),
                  {"unfinished training", "--resume", "--fresh"}));
  EXPECT_EQ(contentOf(path("m.checkpoint")), before);
  o.fresh = true;
  EXPECT_EQ(errorOf([&] { train({}, o); }), "no error");
}

TEST_F(Training, RefusesToResumeNothing) {
  rows(300);
  TrainOptions o = options("m");
  o.resume = true;
  EXPECT_TRUE(has(errorOf([&] { train({}, o); }), {"there is no checkpoint"}));
}

TEST_F(Training, RefusesToResumeSomethingElse) {
  rows(300);
  train({}, options("m"));
  TrainOptions o = options("m");
  o.resume = true;
  EXPECT_TRUE(has(errorOf([&] { train({.hash = "other"}, o); }),
                  {"from another program"}));
  EXPECT_TRUE(
      has(errorOf([&] { train({.precision = "f64"}, o); }), {"precision f32"}));
  o.seed = 9;
  EXPECT_TRUE(has(errorOf([&] { train({}, o); }), {"--seed 9 differs"}));
  o.seed.reset();
  o.batch = 10;
  EXPECT_TRUE(has(errorOf([&] { train({}, o); }), {"the batch is 10"}));
  o.batch.reset();
  rows(301);
  EXPECT_TRUE(has(errorOf([&] { train({}, o); }), {"the data are not those"}));
}

TEST_F(Training, RefusesATruncatedCheckpoint) {
  rows(300);
  train({}, options("m"));
  const std::string whole = contentOf(path("m.checkpoint"));
  TrainOptions o = options("m");
  o.resume = true;
  for (size_t n = 0; n < whole.size(); n += 7) {
    file("m.checkpoint", whole.substr(0, n));
    EXPECT_TRUE(has(errorOf([&] { train({}, o); }), {"m.checkpoint"})) << n;
  }
}

TEST_F(Training, ACheckpointIsNotAParameterFile) {
  rows(300);
  train({}, options("m"));
  MockProgram program;
  Model model(*program.get());
  EXPECT_TRUE(has(errorOf([&] {
                    loadParams(path("m.checkpoint"), model.plan(),
                               model.params());
                  }),
                  {"is a checkpoint of a training"}));
}

TEST(ValidationInterval, IsAtLeastAHundredAndGrowsWithTheRows) {
  EXPECT_EQ(validationInterval(90, 256), 100);
  EXPECT_EQ(validationInterval(100000, 256), 1563);
}
