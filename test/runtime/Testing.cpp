//===- Testing.cpp - Helpers of the runtime's tests -----------------------===//

#include "Testing.h"
#include "Runtime/Io.h"
#include "rill/main.h"
#include "rill/philox.h"

#include <fmt/format.h>
#include <fstream>

namespace rill::test {

void InFolder::SetUp() {
  char name[] = "/tmp/rill-test-XXXXXX";
  folder = mkdtemp(name);
}

void InFolder::TearDown() { std::filesystem::remove_all(folder); }

std::string InFolder::file(const std::string &name,
                           const std::string &bytes) const {
  std::ofstream(path(name), std::ios::binary) << bytes;
  return path(name);
}

std::string InFolder::rows(int count, const std::string &name) const {
  std::string text = "a,b,c\n";
  const uint64_t key = philox::drawKey(7, 0, 0);
  for (int i = 0; i < count; ++i) {
    const double u = philox::normal64(philox::drawWord64(key, i, 0));
    const double v = philox::normal64(philox::drawWord64(key, i, 1));
    text += fmt::format("{},{},7\n", 3 + 2 * u, -1 + 0.5 * v + 0.8 * u);
  }
  return file(name, text);
}

std::string contentOf(const std::string &path) {
  return rt::readFile(path, "file");
}

std::string errorOf(const std::function<void()> &f) {
  try {
    f();
  } catch (const rt::Error &error) {
    return render(error);
  }
  return "no error";
}

Outcome command(const MockProgram &program,
                std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "mock");
  std::vector<char *> argv;
  for (std::string &argument : arguments)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int status =
      rill_main(program.get(), int(argv.size()) - 1, argv.data());
  std::fflush(stderr);
  return {status, ::testing::internal::GetCapturedStdout(),
          ::testing::internal::GetCapturedStderr()};
}

::testing::AssertionResult has(const std::string &text,
                               const std::vector<std::string> &parts) {
  for (const std::string &part : parts)
    if (text.find(part) == std::string::npos)
      return ::testing::AssertionFailure() << "no '" << part << "' in:\n"
                                           << text;
  return ::testing::AssertionSuccess();
}

} // namespace rill::test
