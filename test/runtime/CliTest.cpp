//===- CliTest.cpp - Commands as a user gives them ------------------------===//

#include "Runtime/Csv.h"
#include "Runtime/Npy.h"
#include "Runtime/RowWriter.h"
#include "Testing.h"

#include <cmath>
#include <cstdlib>

using namespace rill::rt;
using namespace rill::test;

class Cli : public InFolder {
protected:
  MockProgram mock{{.steps = 40}};

  Outcome run(std::vector<std::string> arguments) {
    return command(mock, std::move(arguments));
  }
  /// Trains into `m`.
  Outcome train() {
    rows(400);
    return run(
        {"train", "--out", path("m"), "--data", "rows=" + path("rows.csv")});
  }
  void writeRows(const Table &rows) {
    RowWriter writer(path("x.npy"), Type::F32, rows.rows, {rows.width}, {});
    writer.append(rows);
    writer.commit();
  }
  void refused(std::vector<std::string> arguments, int status,
               const std::vector<std::string> &parts) {
    const Outcome o = run(std::move(arguments));
    EXPECT_EQ(o.status, status);
    EXPECT_TRUE(has(o.err, parts));
  }
};

TEST_F(Cli, TrainReportsHeldOutBesideAGaussian) {
  const Outcome o = train();
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_TRUE(has(o.out, {"wrote", "p: held-out log-likelihood -",
                          "nats (full Gaussian -", ", gain "}));
  EXPECT_TRUE(has(o.err, {"step 40/40", "valid", "steps/s"}));
}

TEST_F(Cli, LogpWritesOneNumberForEachRow) {
  train();
  writeRows({2, 2, {3, -1, 1, 0}, {}});
  const Outcome o = run({"logp", "--params", path("m"), "--in", path("x.npy"),
                         "--out", path("l.npy")});
  ASSERT_EQ(o.status, 0) << o.err;
  const Table l = readNpy(path("l.npy"), "file", 1);
  EXPECT_EQ(l.rows, 2);
  EXPECT_EQ(run({"logp", "--params", path("m"), "--in", path("x.npy"), "--out",
                 path("l.csv")})
                .status,
            0);
  const Table text = readCsv(path("l.csv"), "file", {"logp"}, 1);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(float(text.values[i]), float(l.values[i]));
}

TEST_F(Cli, LogpSelectsTheDataColumnsOfACsv) {
  train();
  EXPECT_EQ(run({"logp", "--params", path("m"), "--in", path("rows.csv"),
                 "--out", path("l.npy")})
                .status,
            0);
  file("plain.csv", "u,v\n1,2\n");
  EXPECT_EQ(run({"logp", "--params", path("m"), "--in", path("plain.csv"),
                 "--out", path("l.npy")})
                .status,
            0);
  file("three.csv", "u,v,w\n1,2,3\n");
  refused({"logp", "--params", path("m"), "--in", path("three.csv"), "--out",
           path("l.npy")},
          1, {"no column 'a'"});
}

TEST_F(Cli, LogpOfNoRowsWritesNone) {
  train();
  writeRows({0, 2, {}, {}});
  const Outcome o = run({"logp", "--params", path("m"), "--in", path("x.npy"),
                         "--out", path("l.npy")});
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(readNpy(path("l.npy"), "file", -1).rows, 0);
}

TEST_F(Cli, LogpNamesTheRowOutsideOfTheSpace) {
  train();
  const double inf = INFINITY;
  writeRows({2, 2, {3, -1, inf, 0}, {}});
  refused({"logp", "--params", path("m"), "--in", path("x.npy"), "--out",
           path("l.npy")},
          1, {"row 1", "column 0 = inf", "outside of Real[2]"});
  EXPECT_FALSE(std::filesystem::exists(path("l.npy")));
}

TEST_F(Cli, SamplesContinueWhereTheyWereLeft) {
  train();
  auto sample = [&](const char *n, const char *first, const char *batch,
                    const char *out) {
    ASSERT_EQ(run({"sample", "--params", path("m"), "-n", n, "--first-sample",
                   first, "--batch", batch, "--seed", "3", "--out", path(out)})
                  .status,
              0);
  };
  sample("100", "0", "8192", "all.npy");
  sample("40", "60", "7", "tail.npy");
  const Table all = readNpy(path("all.npy"), "file", 2);
  const Table tail = readNpy(path("tail.npy"), "file", 2);
  EXPECT_TRUE(std::equal(tail.values.begin(), tail.values.end(), all.row(60)));
}

TEST_F(Cli, SamplesAsCsvBearTheDatasNames) {
  train();
  EXPECT_EQ(
      run({"sample", "--params", path("m"), "-n", "0", "--out", path("s.csv")})
          .status,
      0);
  EXPECT_EQ(contentOf(path("s.csv")), "a,b\n");
}

TEST_F(Cli, InfoSaysKindAndWhy) {
  const Outcome o = run({"info"});
  EXPECT_EQ(o.status, 0);
  EXPECT_TRUE(has(o.out, {"dist p: Real[2] (main)", "exact: a chain of affine",
                          "p.*.affine.s", "9 numbers", "20 FLOP"}));
  EXPECT_EQ(run({"info", "--json"}).out.substr(0, 9), "{\"rill\":1");
}

TEST_F(Cli, EveryCommandHasHelp) {
  for (const char *name :
       {"train", "logp", "sample", "check", "test", "info", "plot"}) {
    const Outcome o = run({name, "--help"});
    EXPECT_EQ(o.status, 0);
    EXPECT_TRUE(has(o.out, {"--threads"})) << name;
  }
  EXPECT_TRUE(has(run({"--help"}).out, {"train", "plot"}));
}

TEST_F(Cli, RefusesUnknownCommandsAndOptionsWithASuggestion) {
  refused({"trian"}, 2, {"unknown command 'trian'", "did you mean 'train'"});
  refused({"train", "--out", "m", "--stepz", "3"}, 2,
          {"unknown option '--stepz'", "did you mean '--steps'"});
  refused({"sample", "--parms", "m"}, 2,
          {"unknown option '--parms'", "did you mean '--params'"});
  refused({"info", "extra"}, 2, {"unknown argument 'extra'"});
  refused({}, 2, {"no command given", "train, logp, sample"});
  refused({"--sed", "1"}, 2, {"error:"});
}

TEST_F(Cli, RefusesMissingAndWrongValues) {
  refused({"train"}, 2, {"--out"});
  refused({"sample", "-n", "many", "--out", "x.npy"}, 2, {"-n"});
  refused({"sample", "-n", "-3", "--out", "x.npy"}, 2, {"-n"});
  refused({"info", "--threads", "0"}, 2, {"--threads"});
  refused({"train", "--out", "m", "--batch", "0"}, 2, {"--batch"});
}

TEST_F(Cli, RefusesUnknownDataNames) {
  refused({"train", "--out", path("m"), "--data", "rowz=x.csv"}, 2,
          {"no data 'rowz'", "did you mean 'rows'"});
  refused({"train", "--out", path("m"), "--data", "x.csv"}, 2,
          {"names no data set", "NAME=FILE"});
  refused({"train", "--out", path("m")}, 1,
          {"data 'rows' are not at 'rows.csv'", "--data rows=FILE"});
}

TEST_F(Cli, RefusesAQueryWithoutParameters) {
  refused({"sample", "-n", "3", "--out", path("x.npy")}, 1,
          {"no parameters given", "--params FILE"});
  refused(
      {"sample", "--params", path("none"), "-n", "3", "--out", path("x.npy")},
      1, {"cannot read parameter file", "No such file"});
}

TEST_F(Cli, RefusesFormatsItCannotWrite) {
  train();
  refused(
      {"sample", "--params", path("m"), "-n", "3", "--out", path("x.parquet")},
      1, {"'.parquet' is not a format"});
  refused({"plot", "--params", path("m"), "--out", path("x.pdf")}, 1,
          {"pictures are .svg or .png"});
}

TEST_F(Cli, RefusesAnInstructionSetThatIsNotThere) {
  setenv("RILL_ISA", "avx1024", 1);
  refused({"info"}, 1, {"RILL_ISA=avx1024"});
  setenv("RILL_ISA", "generic", 1);
  EXPECT_TRUE(has(run({"info"}).out, {"runs on generic"}));
  unsetenv("RILL_ISA");
}

TEST_F(Cli, PlotsBothFormats) {
  train();
  for (const char *name : {"f.svg", "f.png"})
    ASSERT_EQ(run({"plot", "--params", path("m"), "--data",
                   "rows=" + path("rows.csv"), "--out", path(name)})
                  .status,
              0);
  EXPECT_TRUE(has(contentOf(path("f.svg")),
                  {"<svg", "data (400)", "samples (400)", "density",
                   "data:image/png;base64,", "</svg>"}));
  EXPECT_EQ(contentOf(path("f.png")).substr(1, 3), "PNG");
}

TEST_F(Cli, KeepsNoStateBetweenCalls) {
  train();
  refused({"train", "--stepz", "1"}, 2, {"--stepz"});
  EXPECT_EQ(run({"info", "--params", path("m")}).status, 0);
  EXPECT_TRUE(has(run({"info"}).out, {"program mock"}));
}
