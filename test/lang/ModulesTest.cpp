//===- ModulesTest.cpp - Loading modules ----------------------------------===//
//
// `use` of the embedded library, of files beside the program, and of nothing.
//
//===----------------------------------------------------------------------===//
#include "TestSupport.h"

#include <gtest/gtest.h>

using namespace rill;
using namespace rill::lang;
namespace fs = std::filesystem;

/// A fresh folder per test.
class Modules : public testing::Test {
protected:
  void SetUp() override {
    folder = fs::temp_directory_path() /
             (std::string("rill-modules-") + std::to_string(getpid()) + "-" +
              testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder);
  }
  void TearDown() override { fs::remove_all(folder); }

  std::string write(const std::string &name, const std::string &text) {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  }

  fs::path folder;
  SourceManager sources;
  DiagnosticEngine diag{sources};
};

TEST_F(Modules, readsFilesBesideTheProgram) {
  write("mylib.rill", "fn f(x: Real) = x\n");
  write("deep/er.rill", "fn g(x: Real) = x\n");
  std::string main =
      write("main.rill", "use mylib.f\nuse deep.er.{g}\nlet y = f(1)\n");
  ModuleSet set = loadModules(main, sources, diag);
  EXPECT_EQ(diag.render(), "");
  EXPECT_TRUE(set.modules.count("deep.er"));
  EXPECT_TRUE(set.modules.count("std.prelude"));
  EXPECT_EQ(set.modules.at("mylib").items.size(), 1u);
  auto *use = set.modules.at("").items.at(0).as<ast::UseItem>();
  UseTarget target = resolveUse(*use, set);
  EXPECT_EQ(target.module, "mylib");
  EXPECT_EQ(target.name, "f");
}

TEST_F(Modules, loadsEveryModuleOfTheLibraryWithoutErrors) {
  std::string text;
  ASSERT_FALSE(stdlibModules().empty());
  for (const std::string &name : stdlibModules())
    text += "use " + name + "\n";
  ModuleSet set = loadModules(write("main.rill", text), sources, diag);
  EXPECT_EQ(diag.render(), "");
  EXPECT_EQ(set.modules.size(), stdlibModules().size() + 1);
}

TEST_F(Modules, modulesMayUseEachOther) {
  write("a.rill", "use b.g\nfn f(x: Real) = x\n");
  write("b.rill", "use a.f\nfn g(x: Real) = x\n");
  ModuleSet set = loadModules(write("main.rill", "use a.f\n"), sources, diag);
  EXPECT_EQ(diag.render(), "");
  EXPECT_TRUE(set.modules.count("a") && set.modules.count("b"));
}

TEST_F(Modules, reportsAnUnknownStandardModuleWithASuggestion) {
  loadModules(write("main.rill", "use std.nest.mlp\n"), sources, diag);
  ASSERT_EQ(diag.all().size(), 1u) << diag.render();
  EXPECT_EQ(diag.all()[0].code, Code::UnknownModule);
  EXPECT_EQ(diag.all()[0].helps.at(0), "did you mean 'std.nets'?");
}

TEST_F(Modules, reportsAnUnknownFileAndNameAndGoesOn) {
  write("mylib.rill", "fn double(x: Real) = x\n");
  loadModules(
      write("main.rill", "use other.f\nuse mylib.duoble\nuse mylib.{x}\n"),
      sources, diag);
  ASSERT_EQ(diag.all().size(), 3u) << diag.render();
  EXPECT_EQ(diag.all()[0].code, Code::UnknownModule);
  EXPECT_EQ(diag.all()[1].code, Code::UnknownName);
  EXPECT_EQ(diag.all()[1].helps.at(0), "did you mean 'double'?");
  EXPECT_TRUE(diag.all()[2].helps.empty());
}

TEST_F(Modules, reportsSyntaxErrorsInAModuleAtTheirPlace) {
  write("mylib.rill", "fn f(x: Real) = \n");
  loadModules(write("main.rill", "use mylib.f\n"), sources, diag);
  EXPECT_NE(diag.render().find("mylib.rill:1:16"), std::string::npos)
      << diag.render();
}

TEST_F(Modules, reportsAProgramThatCannotBeRead) {
  ModuleSet set =
      loadModules((folder / "missing.rill").string(), sources, diag);
  ASSERT_EQ(diag.all().size(), 1u);
  EXPECT_EQ(diag.all()[0].code, Code::CannotRead);
  EXPECT_TRUE(set.modules.empty());
  loadModules(folder.string(), sources, diag);
  EXPECT_EQ(diag.all().size(), 2u);
}
