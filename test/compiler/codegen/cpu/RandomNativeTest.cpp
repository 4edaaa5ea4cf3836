//===- RandomNativeTest.cpp - Native code against the interpreter ---------===//
//
// Random lane programs, and their derivatives, in double precision: native
// code agrees with the interpreter up to rounding, and gives the same bits for
// both instruction sets with FMA, any number of workers, and both schedules.
//
//===----------------------------------------------------------------------===//
#include "LaneRun.h"

#include "Lane/Random/Derive.h"
#include "Lane/Random/FiniteDifference.h"
#include "Lane/Random/Properties.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace rill;
using namespace rill::test;
using namespace rill::lane;
using namespace rill::lane::random;

static Complaint compare(llvm::ArrayRef<Array> got, llvm::ArrayRef<Array> want,
                         llvm::ArrayRef<Array> noisy, double tolerance) {
  for (size_t k = 0; k < want.size(); ++k)
    for (size_t i = 0; i < want[k].data.size(); ++i) {
      double a = got[k].data[i], b = want[k].data[i];
      if (std::isnan(a) && std::isnan(b))
        continue;
      double spread = noisy.empty() ? 0 : std::fabs(noisy[k].data[i] - b);
      double allowed = tolerance * (1 + std::fabs(b)) + 64 * spread;
      if (!(std::fabs(a - b) <= allowed) && a != b) {
        char text[200];
        std::snprintf(text, sizeof text,
                      "result %zu element %zu: native %.17g, interpreter %.17g",
                      k, i, a, b);
        return text;
      }
    }
  return "";
}

struct Variation {
  cpu::Targets targets{true, true, false};
  /// Of 1 + |value|, beside 64 times what rounding noise of `unit` changes.
  double tolerance = 1e-12;
  double unit = 0x1p-52;
  tile::LaneToTileOptions schedule = {};
};

/// Of runs in which every operation is off by up to `unit`, each element where
/// it is farthest from the exact one. Eight: one run alone leaves a comparison
/// of two values that tie as it is every other time.
static llvm::Expected<std::vector<Array>>
farthest(mlir::func::FuncOp function, llvm::ArrayRef<Array> arguments,
         InterpContext context, double unit, llvm::ArrayRef<Array> exact) {
  std::vector<Array> far(exact.begin(), exact.end());
  context.rounding = Rounding::Noise;
  context.noise = unit;
  for (context.noiseSeed = 0; context.noiseSeed < 8; ++context.noiseSeed) {
    auto noisy = interpret(function, arguments, context);
    if (!noisy)
      return noisy;
    for (size_t k = 0; k < far.size(); ++k)
      for (size_t i = 0; i < far[k].data.size(); ++i) {
        double off = std::fabs((*noisy)[k].data[i] - exact[k].data[i]);
        if (off > std::fabs(far[k].data[i] - exact[k].data[i]))
          far[k].data[i] = (*noisy)[k].data[i];
      }
  }
  return far;
}

/// Runs `name` of the program on both sides.
static Complaint agrees(Program &p, llvm::StringRef name,
                        llvm::ArrayRef<Array> arguments, Variation how) {
  mlir::OwningOpRef<mlir::ModuleOp> clean(p.module->clone());
  if (llvm::Error error = runPasses(*clean, "lane-differentiate"))
    return llvm::toString(std::move(error));
  auto function = clean->lookupSymbol<mlir::func::FuncOp>(name);
  auto want = interpret(function, arguments, p.context);
  if (!want)
    return complaintOf(want);
  auto noisy = farthest(function, arguments, p.context, how.unit, *want);
  if (!noisy)
    return complaintOf(noisy);
  auto native =
      NativeLane::compile(*p.module, {name}, how.targets, how.schedule);
  if (!native)
    return complaintOf(native);
  std::optional<std::vector<Array>> first;
  for (cpu::Isa isa : native->isas())
    for (int workers : {1, 3}) {
      auto got = native->run(name, arguments, p.context, isa, workers);
      if (!got)
        return complaintOf(got);
      Complaint wrong = compare(*got, *want, *noisy, how.tolerance);
      if (!wrong.empty())
        return std::string(cpu::info(isa).name) + ": " + wrong;
      if (!first)
        first = *got;
      wrong = difference(*first, *got);
      if (!wrong.empty())
        return std::string("bits differ for ") + cpu::info(isa).name + ", " +
               std::to_string(workers) + " workers: " + wrong;
    }
  return "";
}

static void prepare(mlir::MLIRContext &context) {
  mlir::DialectRegistry registry;
  registerLaneDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
}

TEST(RandomNative, ProgramsAgreeWithTheInterpreter) {
  mlir::MLIRContext context;
  prepare(context);
  EXPECT_ALL_HOLD(forAll(context, {}, programs(150), [](Program &p) {
    return agrees(p, "f", p.arguments, {});
  }));
}

TEST(RandomNative, LargeBatchesAgree) {
  mlir::MLIRContext context;
  prepare(context);
  ProgramOptions options;
  options.maxBatch = 150; // several tiles of 32, the last one partial
  EXPECT_ALL_HOLD(forAll(context, options, programs(60), [](Program &p) {
    return agrees(p, "f", p.arguments, {});
  }));
}

TEST(RandomNative, SinglePrecisionAgreesUpToItsRounding) {
  mlir::MLIRContext context;
  prepare(context);
  ProgramOptions options;
  options.single = true;
  options.maxBatch = 70;
  Variation how;
  how.unit = 0x1p-23;
  how.tolerance = 2e-5; // some dozens of operations on values up to 6
  EXPECT_ALL_HOLD(forAll(context, options, programs(100), [&](Program &p) {
    return agrees(p, "f", p.arguments, how);
  }));
}

TEST(RandomNative, LayerMajorScheduleAgrees) {
  mlir::MLIRContext context;
  prepare(context);
  ProgramOptions options;
  options.maxBatch = 200;
  Variation how;
  how.schedule.chunk = 3;
  EXPECT_ALL_HOLD(forAll(context, options, programs(50), [&](Program &p) {
    return agrees(p, "f", p.arguments, how);
  }));
}

TEST(RandomNative, GenericVariantAgrees) {
  mlir::MLIRContext context;
  prepare(context);
  EXPECT_ALL_HOLD(forAll(context, {}, programs(40), [](Program &p) {
    Variation how;
    how.targets = {false, false, true};
    how.tolerance = 1e-11;
    return agrees(p, "f", p.arguments, how);
  }));
}

TEST(RandomNative, DerivativesAgreeWithTheInterpreter) {
  mlir::MLIRContext context;
  prepare(context);
  EXPECT_ALL_HOLD(
      forAll(context, {}, programs(80), [](Program &p) -> Complaint {
        addVjp(p.function(), "reverse");
        auto value = evaluate(p, "f", p.arguments, p.context);
        if (!value)
          return complaintOf(value);
        std::vector<Array> arguments = p.arguments;
        std::vector<Array> seeds =
            randomLike(floatsOf(p.function().getResultTypes(), *value), 3);
        arguments.insert(arguments.end(), seeds.begin(), seeds.end());
        Variation how;
        how.tolerance = 1e-11;
        return agrees(p, "reverse", arguments, how);
      }));
}
