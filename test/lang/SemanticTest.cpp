//===- SemanticTest.cpp - Texts of semantic errors, word for word ---------===//
//
// Runs the whole front end: the samples of bad/semantic against their expected
// texts, the programs of the error index, and the library.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborate.h"
#include "Support/Explain.h"
#include "TestSupport.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

using namespace rill;
using namespace rill::lang;
namespace fs = std::filesystem;

/// Elaborates a file, named relative to its folder so that texts hold no path.
struct Elaborated {
  SourceManager sources;
  DiagnosticEngine diag{sources};
  typed::Program program;

  explicit Elaborated(const fs::path &path) {
    fs::path before = fs::current_path();
    fs::current_path(path.parent_path());
    ModuleSet modules = loadModules(path.filename().string(), sources, diag);
    program = elaborate(modules, path.stem().string(), sources, diag, true);
    fs::current_path(before);
  }

  bool reports(Code code) const {
    for (const Diagnostic &d : diag.all())
      if (d.code == code)
        return true;
    return false;
  }
};

TEST(BadSemantics, printsExactlyTheExpectedText) {
  auto all = test::samples(RILL_TEST_DIR "/bad/semantic");
  ASSERT_GE(all.size(), 35u);
  for (const fs::path &sample : all) {
    Elaborated elaborated(sample);
    EXPECT_TRUE(elaborated.diag.hasErrors()) << sample;
    test::expectGolden(sample, elaborated.diag.render());
  }
}

/// Codes that other floors report: reversibility, build, files.
static bool isReportedElsewhere(Code code) {
  static const std::set<Code> elsewhere = {Code::FactorMayBeZero,
                                           Code::PlaceOccursTwice,
                                           Code::NotInjective,
                                           Code::ContextReadsOwnPlace,
                                           Code::ContextUnknownBackwards,
                                           Code::PlainMatrix,
                                           Code::MayCollapse,
                                           Code::OneWayFlow,
                                           Code::InverseMisfit,
                                           Code::InverseUnchecked,
                                           Code::FirstNotKnown,
                                           Code::NoMain};
  return elsewhere.count(code) || code >= Code::CannotRead;
}

TEST(BadSemantics, hasASampleForEveryCodeOfTheFrontEnd) {
  std::set<Code> seen;
  for (const fs::path &sample : test::samples(RILL_TEST_DIR "/bad/semantic")) {
    Elaborated elaborated(sample);
    for (const Diagnostic &d : elaborated.diag.all())
      seen.insert(d.code);
  }
  for (Code code : allCodes())
    if (code > Code::BadCharacter && !isReportedElsewhere(code))
      EXPECT_TRUE(seen.count(code)) << codeName(code);
}

TEST(ErrorIndex, itsProgramsShowTheErrorAndItsRemedy) {
  fs::path folder =
      fs::temp_directory_path() / ("rill-pages-" + std::to_string(getpid()));
  fs::create_directories(folder);
  for (Code code : allCodes()) {
    auto texts = test::rillBlocks(explain(code));
    for (size_t i = 0; i < texts.size(); ++i) {
      fs::path path = folder / (codeName(code) + ".rill");
      std::ofstream(path) << texts[i];
      Elaborated elaborated(path);
      bool isBad = i == 0;
      if (isBad && !isReportedElsewhere(code))
        EXPECT_TRUE(elaborated.reports(code))
            << codeName(code) << elaborated.diag.render();
      if (!isBad)
        EXPECT_EQ(elaborated.diag.render(), "") << codeName(code);
    }
  }
  fs::remove_all(folder);
}

TEST(Library, elaboratesWithItsTests) {
  for (const fs::path &path : test::samples(RILL_STDLIB_DIR)) {
    Elaborated elaborated(path);
    EXPECT_EQ(elaborated.diag.render(), "") << path;
    bool isPrelude = path.stem() == "prelude";
    EXPECT_EQ(elaborated.program.tests.empty(), isPrelude) << path;
  }
}

TEST(Library, namesTheLayersOfAnMlpByNumber) {
  Elaborated elaborated(fs::path(RILL_STDLIB_DIR) / "std" / "flows.rill");
  std::set<std::string> paths;
  for (const typed::Param &param : elaborated.program.params)
    paths.insert(param.path);
  bool found = false;
  for (const std::string &path : paths)
    found |= path.find(".net.0.W") != std::string::npos;
  EXPECT_TRUE(found);
}
