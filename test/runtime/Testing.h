//===- Testing.h - Helpers of the runtime's tests ---------------*- C++ -*-===//
//
// Temporary folders, expected errors and whole commands run in this process.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TEST_TESTING_H
#define RILL_TEST_TESTING_H

#include "MockProgram.h"
#include "Runtime/Error.h"

#include <filesystem>
#include <functional>
#include <gtest/gtest.h>

namespace rill::test {

/// A fresh folder for each test, removed afterwards.
class InFolder : public ::testing::Test {
protected:
  void SetUp() override;
  void TearDown() override;
  std::string path(const std::string &name) const {
    return folder + "/" + name;
  }
  /// Writes a file and returns its path.
  std::string file(const std::string &name, const std::string &bytes) const;
  /// Rows of a correlated Gaussian with header a,b,c.
  std::string rows(int count, const std::string &name = "rows.csv") const;

  std::string folder;
};

std::string contentOf(const std::string &path);

/// Runs `f`, which must throw an rt::Error; its rendered text.
std::string errorOf(const std::function<void()> &f);

/// The status and output of one command.
struct Outcome {
  int status;
  std::string out, err;
};
Outcome command(const MockProgram &program, std::vector<std::string> arguments);

/// `text` contains every one of `parts`.
::testing::AssertionResult has(const std::string &text,
                               const std::vector<std::string> &parts);

} // namespace rill::test
#endif
