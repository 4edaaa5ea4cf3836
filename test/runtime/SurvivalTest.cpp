//===- SurvivalTest.cpp - kill -9, interrupts, full disks -----------------===//
//
// Trainings in processes of their own that are ended in every way; what is on
// disk afterwards must continue to the result of an undisturbed run.
//
//===----------------------------------------------------------------------===//

#include "Runtime/Trainer.h"
#include "Testing.h"

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace rill::rt;
using namespace rill::test;

class Survival : public InFolder {
protected:
  void SetUp() override {
    InFolder::SetUp();
    rows(300);
  }
  std::string seconds = "0"; ///< between checkpoints
  MockOptions mock{.batch = 32, .steps = 400, .every = 20};

  std::vector<std::string> arguments(const std::string &out, bool resume) {
    std::vector<std::string> list{"train",
                                  "--out",
                                  path(out),
                                  "--data",
                                  "rows=" + path("rows.csv"),
                                  "--checkpoint-every",
                                  seconds,
                                  "--threads",
                                  "2"};
    if (resume)
      list.push_back("--resume");
    return list;
  }
  /// Starts a training in a child; `prepare` runs there first.
  pid_t start(
      const std::string &out, bool resume,
      const std::function<void()> &prepare = [] {}) {
    std::fflush(nullptr);
    const pid_t pid = fork();
    if (pid != 0)
      return pid;
    prepare();
    MockProgram program(mock);
    const Outcome o = command(program, arguments(out, resume));
    const int log =
        open((path("child.log")).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (write(log, o.err.data(), o.err.size()) < 0)
      _exit(99);
    _exit(o.status);
  }
  int finish(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  void waitForFile(const std::string &name) {
    while (!std::filesystem::exists(path(name)))
      usleep(1000);
  }
  int64_t stepOf(const std::string &checkpoint) {
    return std::stoll(
        TensorFile::read(path(checkpoint), "checkpoint").value("step"));
  }
  size_t temporaries() {
    size_t n = 0;
    for (const auto &entry : std::filesystem::directory_iterator(folder))
      n += entry.path().string().find(".tmp.") != std::string::npos;
    return n;
  }
};

TEST_F(Survival, KillAtAnyMomentLosesNothing) {
  ASSERT_EQ(finish(start("whole", false)), 0);
  pid_t pid = start("killed", false);
  waitForFile("killed.checkpoint");
  int64_t last = -1;
  // A checkpoint is written at every step, so most kills fall into one.
  for (int k = 0; k < 12; ++k) {
    usleep(3000 + 1700 * k);
    kill(pid, SIGKILL);
    finish(pid);
    const int64_t step = stepOf("killed.checkpoint"); // Readable each time.
    EXPECT_GE(step, last);
    last = step;
    pid = start("killed", true);
  }
  EXPECT_EQ(finish(pid), 0);
  EXPECT_EQ(contentOf(path("whole")), contentOf(path("killed")));
  EXPECT_EQ(temporaries(), 0u);
}

TEST_F(Survival, KillAcrossTwoTrainingsLosesNothing) {
  mock.trains = 2;
  mock.steps = 60;
  ASSERT_EQ(finish(start("whole", false)), 0);
  pid_t pid = start("killed", false);
  waitForFile("killed.checkpoint");
  for (int k = 0; k < 12; ++k) {
    usleep(20000);
    kill(pid, SIGKILL);
    finish(pid);
    pid = start("killed", true);
  }
  EXPECT_EQ(finish(pid), 0);
  EXPECT_EQ(contentOf(path("whole")), contentOf(path("killed")));
}

TEST_F(Survival, SigintAndSigtermLeaveAResumableCheckpoint) {
  mock.steps = 100000;
  seconds = "1";
  ASSERT_EQ(finish(start("whole", false)), 0);
  for (int signal : {SIGINT, SIGTERM}) {
    std::filesystem::remove(path("stopped.checkpoint"));
    const pid_t pid = start("stopped", false);
    waitForFile("stopped.checkpoint");
    usleep(20000);
    kill(pid, signal);
    EXPECT_EQ(finish(pid), 128 + signal);
    EXPECT_TRUE(has(contentOf(path("child.log")),
                    {"interrupted before step", "--resume"}));
    EXPECT_LT(stepOf("stopped.checkpoint"), 100000);
    EXPECT_FALSE(std::filesystem::exists(path("stopped")));
    ASSERT_EQ(finish(start("stopped", true)), 0);
    EXPECT_EQ(contentOf(path("whole")), contentOf(path("stopped")));
    std::filesystem::remove(path("stopped"));
  }
}

static void limitFiles(rlim_t bytes) {
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(Survival, AFullDiskKeepsThePreviousCheckpoint) {
  mock.steps = 50;
  ASSERT_EQ(finish(start("m", false)), 0);
  const std::string checkpoint = contentOf(path("m.checkpoint"));
  const std::string params = contentOf(path("m"));
  mock.steps = 100;
  const pid_t pid = start("m", true, [] { limitFiles(700); });
  EXPECT_EQ(finish(pid), 1);
  EXPECT_EQ(contentOf(path("m.checkpoint")), checkpoint);
  EXPECT_EQ(contentOf(path("m")), params);
  EXPECT_EQ(temporaries(), 0u);
}

TEST_F(Survival, AFullDiskAtTheEndLosesNoTraining) {
  mock.steps = 50;
  ASSERT_EQ(finish(start("whole", false)), 0);
  // The parameters cannot be written: their name is taken by a folder.
  std::filesystem::create_directories(path("m/x"));
  EXPECT_EQ(finish(start("m", false)), 1);
  EXPECT_TRUE(has(contentOf(path("child.log")),
                  {"the training is complete in", "--resume"}));
  std::filesystem::remove_all(path("m"));
  // Not even by starting the same command again.
  EXPECT_EQ(finish(start("m", false)), 1);
  EXPECT_TRUE(has(contentOf(path("child.log")), {"unfinished training"}));
  EXPECT_EQ(finish(start("m", true)), 0);
  EXPECT_EQ(contentOf(path("m")), contentOf(path("whole")));
}

TEST_F(Survival, AFullDiskIsSaidSo) {
  MockProgram program(mock);
  auto status = command(program, arguments("m", false));
  ASSERT_EQ(status.status, 0);
  const Outcome o = command(program, {"sample", "--params", path("m"), "-n",
                                      "1000", "--out", "/dev/full"});
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.err, {"cannot write '/dev/full'", "No space left"}));
}

TEST_F(Survival, AMissingFolderIsSaidBeforeTraining) {
  MockProgram program(mock);
  const Outcome o = command(program, {"train", "--out", path("no/such/m"),
                                      "--data", "rows=" + path("rows.csv")});
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.err, {"cannot create", "no/such/m", "folder must exist"}));
}
