//===- RandomSingleTest.cpp - Native code in single precision -------------===//
//
// Random lane programs in single precision against the f64 interpreter, with a
// budget that the program's own rounding sets; and what native results must not
// depend on: the split of a batch, the schedule. RandomNativeTest.cpp has
// double precision, instruction sets and workers.
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

class RandomSingle : public ::testing::Test {
protected:
  RandomSingle() {
    mlir::DialectRegistry registry;
    registerLaneDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }
  mlir::MLIRContext context;
};

static constexpr cpu::Targets both{true, true, false};

/// What rounding alone may do to each result. In runs of the interpreter every
/// operation is off by up to 2^-23, one unit of single precision (the vector
/// maths' stated errors are of that size).
struct Spread {
  std::vector<Array> random; // the largest deviation of eight runs
  std::vector<Array> biased; // of one in which all errors have one sign
};

static llvm::Error widen(std::vector<Array> &spread,
                         mlir::func::FuncOp function,
                         llvm::ArrayRef<Array> arguments,
                         const InterpContext &context,
                         llvm::ArrayRef<Array> exact) {
  auto noisy = interpret(function, arguments, context);
  if (!noisy)
    return noisy.takeError();
  for (size_t r = 0; r < exact.size(); ++r)
    for (size_t k = 0; k < exact[r].data.size(); ++k)
      spread[r].data[k] = std::fmax(
          spread[r].data[k], std::fabs((*noisy)[r].data[k] - exact[r].data[k]));
  return llvm::Error::success();
}

static llvm::Expected<Spread> spreadOf(mlir::func::FuncOp function,
                                       llvm::ArrayRef<Array> arguments,
                                       InterpContext context,
                                       llvm::ArrayRef<Array> exact) {
  Spread spread;
  spread.random.assign(exact.begin(), exact.end());
  for (Array &a : spread.random)
    std::fill(a.data.begin(), a.data.end(), 0);
  spread.biased = spread.random;
  context.rounding = Rounding::Noise;
  context.noise = 0x1p-23;
  for (context.noiseSeed = 0; context.noiseSeed < 8; ++context.noiseSeed)
    if (auto e = widen(spread.random, function, arguments, context, exact))
      return std::move(e);
  context.biased = true;
  if (auto e = widen(spread.biased, function, arguments, context, exact))
    return std::move(e);
  return spread;
}

/// Eight runs see most of the spread of one element: 6 times the largest of
/// them, or twice what errors of one sign do, and four roundings of the result.
static Complaint beyondBudget(llvm::ArrayRef<Array> native,
                              llvm::ArrayRef<Array> exact,
                              const Spread &spread) {
  for (size_t r = 0; r < exact.size(); ++r)
    for (size_t k = 0; k < exact[r].data.size(); ++k) {
      double got = native[r].data[k], want = exact[r].data[k];
      double budget = std::fmax(6 * spread.random[r].data[k],
                                2 * spread.biased[r].data[k]) +
                      0x1p-22 * std::fabs(want) + 0x1p-60;
      // No finite value, or rounding alone may lose it: nothing to compare.
      if (!std::isfinite(want) ? !std::isfinite(got) : !std::isfinite(budget))
        continue;
      if (std::fabs(got - want) <= budget)
        continue;
      char text[200];
      std::snprintf(text, sizeof text,
                    "result %zu, element %zu: native %.9g, exact %.9g, "
                    "rounding allows %.2g",
                    r, k, got, want, budget);
      return text;
    }
  return "";
}

static Complaint staysInBudget(Program &p, llvm::StringRef name,
                               llvm::ArrayRef<Array> arguments) {
  mlir::OwningOpRef<mlir::ModuleOp> expanded(p.module->clone());
  if (llvm::Error error = runPasses(*expanded, "lane-differentiate"))
    return llvm::toString(std::move(error));
  auto function = expanded->lookupSymbol<mlir::func::FuncOp>(name);
  auto exact = interpret(function, arguments, p.context);
  if (!exact)
    return complaintOf(exact);
  auto spread = spreadOf(function, arguments, p.context, *exact);
  if (!spread)
    return complaintOf(spread);
  auto native = NativeLane::compile(*p.module, {name}, both);
  if (!native)
    return complaintOf(native);
  std::optional<std::vector<Array>> first;
  for (cpu::Isa isa : native->isas()) {
    auto got = native->run(name, arguments, p.context, isa);
    if (!got)
      return complaintOf(got);
    Complaint wrong = beyondBudget(*got, *exact, *spread);
    if (wrong.empty() && first)
      wrong = difference(*first, *got);
    if (!wrong.empty())
      return std::string(cpu::info(isa).name) + ": " + wrong;
    first = *got;
  }
  return "";
}

static ProgramOptions single() {
  ProgramOptions options;
  options.single = true;
  return options;
}

TEST_F(RandomSingle, ProgramsStayWithinTheirRounding) {
  EXPECT_ALL_HOLD(forAll(context, single(), programs(150), [](Program &p) {
    return staysInBudget(p, "f", p.arguments);
  }));
}

/// Axes that fill register blocks, packed panels and their remainders.
static ProgramOptions wide() {
  ProgramOptions options = single();
  options.dimension = 50;
  options.elements = 1500;
  options.operations = 8;
  options.maxBatch = 100;
  return options;
}

TEST_F(RandomSingle, WideProgramsStayWithinTheirRounding) {
  EXPECT_ALL_HOLD(forAll(context, wide(), programs(60), [](Program &p) {
    return staysInBudget(p, "f", p.arguments);
  }));
}

/// The arguments of the vjp of @f: its own, then random cotangents.
static llvm::Expected<std::vector<Array>> withCotangents(Program &p) {
  auto value = evaluate(p, "f", p.arguments, p.context);
  if (!value)
    return value;
  std::vector<Array> arguments = p.arguments;
  for (Array &a : randomLike(*value, 3))
    arguments.push_back(a);
  return arguments;
}

TEST_F(RandomSingle, GradientsStayWithinTheirRounding) {
  EXPECT_ALL_HOLD(
      forAll(context, single(), programs(80), [](Program &p) -> Complaint {
        auto arguments = withCotangents(p);
        if (!arguments)
          return complaintOf(arguments);
        addVjp(p.function(), "g");
        return staysInBudget(p, "g", *arguments);
      }));
}

TEST_F(RandomSingle, WideGradientsStayWithinTheirRounding) {
  EXPECT_ALL_HOLD(
      forAll(context, wide(), programs(30), [](Program &p) -> Complaint {
        auto arguments = withCotangents(p);
        if (!arguments)
          return complaintOf(arguments);
        addVjp(p.function(), "g");
        return staysInBudget(p, "g", *arguments);
      }));
}

TEST_F(RandomSingle, SecondDerivativesStayWithinTheirRounding) {
  ProgramOptions options = single();
  options.operations = 8;
  options.elements = 24;
  EXPECT_ALL_HOLD(
      forAll(context, options, programs(40), [](Program &p) -> Complaint {
        auto arguments = withCotangents(p);
        if (!arguments)
          return complaintOf(arguments);
        // Forward over reverse: a direction for every float argument of @g.
        auto g = addVjp(p.function(), "g");
        for (Array &a :
             randomLike(floatsOf(g.getArgumentTypes(), *arguments), 4))
          arguments->push_back(a);
        addJvp(g, "h");
        return staysInBudget(p, "h", *arguments);
      }));
}

/// Samples [from, to) of varying arrays.
static std::vector<Array> samples(llvm::ArrayRef<Array> arrays, int64_t from,
                                  int64_t to) {
  std::vector<Array> part(arrays.begin(), arrays.end());
  for (Array &a : part)
    if (!a.inv)
      a.data = std::vector<double>(a.data.begin() + from * a.sampleSize(),
                                   a.data.begin() + to * a.sampleSize());
  return part;
}

static Complaint ignoresTheSplit(Program &p) {
  auto native = NativeLane::compile(*p.module, {"f"}, both);
  if (!native)
    return complaintOf(native);
  cpu::Isa isa = native->isas().front();
  auto whole = native->run("f", p.arguments, p.context, isa);
  if (!whole)
    return complaintOf(whole);
  int64_t batch = p.context.batch;
  for (int64_t cut : {int64_t(1), batch / 2, batch - 1}) {
    if (cut <= 0 || cut >= batch)
      continue;
    for (auto [from, to] : {std::pair{int64_t(0), cut}, {cut, batch}}) {
      InterpContext part = p.context;
      part.batch = to - from;
      part.firstSample = p.context.firstSample + uint64_t(from);
      auto got = native->run("f", samples(p.arguments, from, to), part, isa);
      if (!got)
        return complaintOf(got);
      Complaint wrong = difference(samples(*whole, from, to), *got);
      if (!wrong.empty())
        return "samples " + std::to_string(from) + " to " + std::to_string(to) +
               " of " + std::to_string(batch) + ": " + wrong;
    }
  }
  return "";
}

TEST_F(RandomSingle, PerSampleResultsIgnoreTheSplitOfTheBatch) {
  ProgramOptions options = single();
  options.batch = false; // samples stay apart
  options.maxBatch = 150;
  EXPECT_ALL_HOLD(forAll(context, options, programs(80), ignoresTheSplit));
}

/// The results of `name` must have the same bits tile by tile and with chunks
/// of 4 tiles, for 1 and 2 workers.
static Complaint ignoresTheSchedule(Program &p, llvm::StringRef name,
                                    llvm::ArrayRef<Array> arguments) {
  std::optional<std::vector<Array>> first;
  for (int64_t chunk : {1, 4}) {
    tile::LaneToTileOptions options;
    options.chunk = chunk;
    auto native =
        NativeLane::compile(*p.module, {name}, {true, false, false}, options);
    if (!native)
      return complaintOf(native);
    for (int workers : {1, 2}) {
      auto got = native->run(name, arguments, p.context, native->isas().front(),
                             workers);
      if (!got)
        return complaintOf(got);
      Complaint wrong = first ? difference(*first, *got) : "";
      if (!wrong.empty())
        return "chunk " + std::to_string(chunk) + ", " +
               std::to_string(workers) + " workers: " + wrong;
      first = *got;
    }
  }
  return "";
}

TEST_F(RandomSingle, GradientsIgnoreScheduleAndWorkers) {
  ProgramOptions options = single();
  options.maxBatch = 600; // several chunks of 4 tiles of 64
  EXPECT_ALL_HOLD(
      forAll(context, options, programs(40), [](Program &p) -> Complaint {
        auto arguments = withCotangents(p);
        if (!arguments)
          return complaintOf(arguments);
        addVjp(p.function(), "g");
        return ignoresTheSchedule(p, "g", *arguments);
      }));
}

/// The comparison must be able to fail: a result off by a thousandth.
TEST_F(RandomSingle, AnErrorBeyondRoundingIsSeen) {
  ProgramOptions options = single();
  options.derivatives = false; // the function is interpreted as it is
  std::string report = forAll(context, options, 5, [](Program &p) -> Complaint {
    auto exact = interpret(p.function(), p.arguments, p.context);
    if (!exact)
      return complaintOf(exact);
    auto spread = spreadOf(p.function(), p.arguments, p.context, *exact);
    if (!spread)
      return complaintOf(spread);
    std::vector<Array> off = *exact;
    for (double &v : off[0].data)
      v = v * 1.001 + 1e-4;
    return beyondBudget(off, *exact, *spread);
  });
  EXPECT_NE(report.find("rounding allows"), std::string::npos) << report;
}

TEST_F(RandomSingle, DrawsFollowTheGlobalSampleIndex) {
  ProgramOptions options = single();
  options.batch = false;
  EXPECT_ALL_HOLD(forAll(context, options, programs(40), [](Program &p) {
    // Across the carry into the counter's upper word.
    p.context.firstSample = (uint64_t(1) << 32) - 2;
    return staysInBudget(p, "f", p.arguments);
  }));
}
