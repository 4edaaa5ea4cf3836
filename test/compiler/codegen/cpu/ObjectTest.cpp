//===- ObjectTest.cpp - Targets, loading and linking ----------------------===//
//
// The edges of code generation: what `--cpu` takes, what an object must
// export, and what linking says when it cannot work. Linking a whole
// executable is tested with the command.
//
//===----------------------------------------------------------------------===//
#include "LaneRun.h"
#include "Programs.h"
#include "codegen/cpu/Link.h"

#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

using namespace rill;
using namespace rill::test;

static std::vector<cpu::Isa> parsed(const char *text) {
  std::string why;
  auto targets = cpu::Targets::parse(text, why);
  if (!targets)
    return {};
  auto list = targets->list();
  return {list.begin(), list.end()};
}

TEST(Targets, EachWordNamesItsInstructionSets) {
  using enum cpu::Isa;
  EXPECT_EQ(parsed("auto"), (std::vector{Avx512, Avx2}));
  EXPECT_EQ(parsed("avx512"), std::vector{Avx512});
  EXPECT_EQ(parsed("avx2"), std::vector{Avx2});
  EXPECT_EQ(parsed("generic"), std::vector{Generic});
  EXPECT_EQ(parsed("native"), std::vector{cpu::hostIsa()});
}

TEST(Targets, AnUnknownWordIsRefusedWithTheChoices) {
  std::string why;
  EXPECT_FALSE(cpu::Targets::parse("sse9", why));
  EXPECT_EQ(why, "'sse9' is no instruction set; use auto, native, avx512, "
                 "avx2 or generic");
  EXPECT_FALSE(cpu::Targets::parse("", why));
}

static std::string flowObject(cpu::Targets targets) {
  mlir::DialectRegistry registry;
  registerLaneDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  auto native = llvm::cantFail(
      NativeLane::compile(couplingFlow(4, 2, 8), context, {"logp"}, targets));
  return native.program().object();
}

TEST(Object, TheTableNamesKernelsAndLeavesOtherVariantsNull) {
  auto loaded = llvm::cantFail(
      cpu::LoadedProgram::load(flowObject({false, true, false})));
  EXPECT_EQ(loaded.program()->abi_version, RILL_ABI_VERSION);
  EXPECT_EQ(loaded.program()->kernel_count, 1);
  EXPECT_STREQ(loaded.program()->metadata, "{}");
  const RillKernel *kernel = loaded.kernel("logp");
  ASSERT_NE(kernel, nullptr);
  EXPECT_EQ(kernel->run[RILL_ISA_AVX512], nullptr);
  EXPECT_NE(kernel->run[RILL_ISA_AVX2], nullptr);
  EXPECT_EQ(kernel->run[RILL_ISA_GENERIC], nullptr);
  EXPECT_EQ(loaded.kernel("loss"), nullptr);
}

TEST(Object, WhatIsNoObjectIsNotLoaded) {
  auto loaded = cpu::LoadedProgram::load("not an object");
  ASSERT_FALSE(static_cast<bool>(loaded));
  llvm::consumeError(loaded.takeError());
}

TEST(Link, AKitWithoutFilesIsNamed) {
  auto why = cpu::linkExecutable(flowObject({false, true, false}),
                                 testing::TempDir() + "flow", {"/nowhere"});
  ASSERT_TRUE(why);
  EXPECT_EQ(*why, "the link kit '/nowhere' lacks 'Scrt1.o'; install Rill "
                  "again, or use --linker=cc");
  EXPECT_FALSE(llvm::sys::fs::exists(testing::TempDir() + "flow"));
}

TEST(Link, AnOutputThatCannotBeWrittenIsNamed) {
  auto why = cpu::linkExecutable("", "/nowhere/flow", {"/nowhere"});
  ASSERT_TRUE(why);
  EXPECT_NE(why->find("cannot write '/nowhere/flow"), std::string::npos);
}

TEST(Link, MergingWhatIsNoObjectFails) {
  std::string merged;
  EXPECT_TRUE(cpu::mergeObjects({"junk", "more junk"}, merged));
}
