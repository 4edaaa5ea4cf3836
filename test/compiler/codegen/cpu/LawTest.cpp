//===- LawTest.cpp - What must be equal bit for bit -----------------------===//
//
// The laws of ARCHITECTURE.md "CPU code" on a coupling flow: per-sample results
// do not depend on instruction set, batch, place in the batch or workers;
// gradients not on instruction set, workers or schedule; objects are the same
// from build to build and need nothing from libm.
//
//===----------------------------------------------------------------------===//
#include "LaneRun.h"
#include "Programs.h"

#include "llvm/Object/ELFObjectFile.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace rill;
using namespace rill::test;
using lane::Array;

static constexpr int dims = 6, layers = 3, width = 40;

static mlir::MLIRContext &context() {
  static mlir::MLIRContext *context = [] {
    mlir::DialectRegistry registry;
    registerLaneDialects(registry);
    auto *made = new mlir::MLIRContext(registry);
    made->loadAllAvailableDialects();
    return made;
  }();
  return *context;
}

static NativeLane compile(cpu::Targets targets = {true, true, false},
                          tile::LaneToTileOptions options = {},
                          const char *element = "f32") {
  return llvm::cantFail(
      NativeLane::compile(couplingFlow(dims, layers, width, element), context(),
                          {"logp", "grad"}, targets, options));
}

static std::vector<Array> run(const NativeLane &native, llvm::StringRef name,
                              const std::vector<Array> &arguments,
                              int64_t batch, cpu::Isa isa, int workers = 1) {
  lane::InterpContext call;
  call.batch = batch;
  return llvm::cantFail(native.run(name, arguments, call, isa, workers));
}

/// The bits of doubles that came from floats, as one comparable list.
static std::vector<double> flat(const std::vector<Array> &arrays) {
  std::vector<double> all;
  for (const Array &array : arrays)
    all.insert(all.end(), array.data.begin(), array.data.end());
  return all;
}

TEST(Law, DensityIsTheSameForBothInstructionSetsAndAnyWorkers) {
  NativeLane native = compile();
  auto arguments = couplingArguments(dims, layers, width, 333, 1);
  auto first = flat(run(native, "logp", arguments, 333, native.isas()[0]));
  for (cpu::Isa isa : native.isas())
    for (int workers : {1, 2, 4})
      EXPECT_EQ(first, flat(run(native, "logp", arguments, 333, isa, workers)));
}

TEST(Law, DensityOfASampleDoesNotDependOnItsBatch) {
  NativeLane native = compile();
  cpu::Isa isa = native.isas()[0];
  int64_t batch = 150;
  auto arguments = couplingArguments(dims, layers, width, batch, 2);
  auto whole = flat(run(native, "logp", arguments, batch, isa));
  for (int64_t cut : {1, 16, 17, 64, 100}) {
    for (auto [from, to] :
         {std::pair<int64_t, int64_t>{0, cut}, {cut, batch}}) {
      auto part = arguments;
      part[0].data.assign(arguments[0].data.begin() + from * dims,
                          arguments[0].data.begin() + to * dims);
      auto got = flat(run(native, "logp", part, to - from, isa));
      std::vector<double> want(whole.begin() + from, whole.begin() + to);
      EXPECT_EQ(got, want) << "samples " << from << " to " << to;
    }
  }
}

TEST(Law, DensityDoesNotDependOnTheTile) {
  auto arguments = couplingArguments(dims, layers, width, 100, 7);
  std::vector<double> first;
  for (int64_t lanes : {16, 32, 48, 64}) {
    tile::LaneToTileOptions options;
    options.lanes = lanes;
    NativeLane native = compile({true, true, false}, options);
    for (cpu::Isa isa : native.isas()) {
      auto got = flat(run(native, "logp", arguments, 100, isa));
      if (first.empty())
        first = got;
      EXPECT_EQ(first, got) << lanes << " lanes, " << cpu::info(isa).name;
    }
  }
}

TEST(Law, GradientIsTheSameForInstructionSetsWorkersAndSchedules) {
  auto arguments = couplingArguments(dims, layers, width, 700, 3);
  std::vector<double> first;
  for (int64_t chunk : {1, 4}) {
    tile::LaneToTileOptions options;
    options.chunk = chunk;
    NativeLane native = compile({true, true, false}, options);
    for (cpu::Isa isa : native.isas())
      for (int workers : {1, 2, 4}) {
        auto got = flat(run(native, "grad", arguments, 700, isa, workers));
        if (first.empty())
          first = got;
        EXPECT_EQ(first, got)
            << "chunk " << chunk << ", " << workers << " workers";
      }
  }
}

TEST(Law, TheGradientDoesDependOnTheData) {
  // Else the equalities above would hold of anything.
  NativeLane native = compile();
  auto a = couplingArguments(dims, layers, width, 700, 3);
  auto b = couplingArguments(dims, layers, width, 700, 4);
  b[1] = a[1], b[2] = a[2], b[3] = a[3], b[4] = a[4];
  cpu::Isa isa = native.isas()[0];
  EXPECT_NE(flat(run(native, "grad", a, 700, isa)),
            flat(run(native, "grad", b, 700, isa)));
}

TEST(Law, AnEmptyBatchGivesNoSamplesAndZeroSums) {
  NativeLane native = compile();
  auto arguments = couplingArguments(dims, layers, width, 0, 5);
  for (cpu::Isa isa : native.isas()) {
    EXPECT_TRUE(flat(run(native, "logp", arguments, 0, isa)).empty());
    auto gradient = run(native, "grad", arguments, 0, isa);
    EXPECT_TRUE(std::isnan(gradient[0].data[0])) << "the mean of nothing";
  }
}

TEST(Law, DoublePrecisionAgreesWithTheInterpreterTo1e12) {
  NativeLane native = compile({true, true, false}, {}, "f64");
  auto arguments = couplingArguments(dims, layers, width, 100, 6);
  auto module = llvm::cantFail(
      NativeLane::parse(couplingFlow(dims, layers, width, "f64"), context()));
  lane::InterpContext call;
  call.batch = 100;
  auto want = flat(llvm::cantFail(lane::interpret(
      module->lookupSymbol<mlir::func::FuncOp>("logp"), arguments, call)));
  auto got = flat(run(native, "logp", arguments, 100, native.isas()[0]));
  ASSERT_EQ(want.size(), got.size());
  for (size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(want[i], got[i], 1e-12 * (1 + std::fabs(want[i])));
}

TEST(Law, TwoBuildsGiveTheSameBytes) {
  EXPECT_EQ(compile().program().object(), compile().program().object());
}

TEST(Law, TheObjectNeedsNothingFromLibm) {
  NativeLane native = compile({true, true, true});
  auto buffer =
      llvm::MemoryBuffer::getMemBuffer(native.program().object(), "", false);
  auto object = llvm::cantFail(
      llvm::object::ObjectFile::createObjectFile(buffer->getMemBufferRef()));
  for (const llvm::object::SymbolRef &symbol : object->symbols())
    if (llvm::cantFail(symbol.getFlags()) &
        llvm::object::SymbolRef::SF_Undefined) {
      std::string name = llvm::cantFail(symbol.getName()).str();
      EXPECT_TRUE(name.empty() || name == "memset" || name == "memcpy") << name;
    }
}
