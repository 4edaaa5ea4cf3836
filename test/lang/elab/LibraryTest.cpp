// The library and the examples elaborate, with their tests.
#include "ElabSupport.h"

#include <gtest/gtest.h>

#include <sstream>

using rill::test::Elaborated;

static std::string readText(const std::filesystem::path &path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Library, EveryModuleElaboratesWithItsTests) {
  int modules = 0;
  for (const auto &entry :
       std::filesystem::recursive_directory_iterator(RILL_STDLIB_DIR)) {
    if (entry.path().extension() != ".rill")
      continue;
    ++modules;
    Elaborated e(readText(entry.path()));
    EXPECT_FALSE(e.diag.hasErrors()) << entry.path() << "\n" << e.report();
  }
  EXPECT_GE(modules, 4);
}

TEST(Library, EveryExampleElaborates) {
  for (const auto &entry :
       std::filesystem::directory_iterator(RILL_EXAMPLES_DIR)) {
    if (entry.path().extension() != ".rill")
      continue;
    Elaborated e(readText(entry.path()));
    EXPECT_FALSE(e.diag.hasErrors()) << entry.path() << "\n" << e.report();
    EXPECT_TRUE(e.program.main.has_value()) << entry.path();
  }
}

TEST(Library, TheFirstProgramHasItsCheckpointNames) {
  Elaborated e(
      readText(std::filesystem::path(RILL_EXAMPLES_DIR) / "quakes.rill"));
  std::vector<std::string> paths;
  for (const auto &param : e.program.params)
    paths.push_back(param.path);
  EXPECT_EQ(paths, (std::vector<std::string>{
                       "p.actnorm.m", "p.actnorm.s", "p.*.couple.mlp.0.W",
                       "p.*.couple.mlp.0.b", "p.*.couple.mlp.1.W",
                       "p.*.couple.mlp.1.b", "p.*.couple.mlp.2.W",
                       "p.*.couple.mlp.2.b"}));
}
