// What passes and syntax must keep: the values of a random program and of its
// gradient, through every clean-up and through print and parse. Bit for bit,
// but for canonical forms, which may make one sum of two, a product of a sum of
// repeated values and one number of two (IR/LaneRewrites.cpp).
#include "Lane/Random/Derive.h"
#include "Lane/Random/FiniteDifference.h"
#include "Lane/Random/Properties.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace rill::lane;
using namespace rill::lane::random;

/// Results of the program and, if it has one, of its gradient @g.
static llvm::Expected<std::vector<Array>>
valuesOf(Program &p, const InterpContext &context) {
  auto value = evaluate(p, "f", p.arguments, context);
  if (!value || !p.function("g"))
    return value;
  std::vector<Array> arguments = p.arguments;
  for (Array &a : randomLike(*value, 2))
    arguments.push_back(a);
  auto gradient = interpret(p.function("g"), arguments, context);
  if (!gradient)
    return gradient;
  value->insert(value->end(), gradient->begin(), gradient->end());
  return value;
}

static llvm::Expected<std::vector<Array>> valuesOf(Program &p) {
  return valuesOf(p, p.context);
}

/// Differences beyond a few hundred roundings of the largest value around.
static Complaint largeDifference(llvm::ArrayRef<Array> a,
                                 llvm::ArrayRef<Array> b) {
  double scale = 1;
  for (const Array &x : a)
    for (double v : x.data)
      scale = std::fmax(scale, std::fabs(v));
  std::vector<Array> same(b.begin(), b.end());
  for (size_t r = 0; r < std::min(a.size(), b.size()); ++r)
    for (size_t k = 0; k < std::min(a[r].data.size(), b[r].data.size()); ++k)
      if (std::fabs(a[r].data[k] - b[r].data[k]) < 1e-13 * scale)
        same[r].data[k] = a[r].data[k];
  return difference(a, same);
}

/// Whether rounding alone changes the results as much, as where two values tie
/// that a comparison tells apart.
static bool isUnstable(Program &p, llvm::ArrayRef<Array> values) {
  InterpContext context = p.context;
  context.rounding = Rounding::Noise;
  context.noise = 0x1p-52;
  for (context.noiseSeed = 0; context.noiseSeed < 8; ++context.noiseSeed) {
    auto noisy = valuesOf(p, context);
    if (!noisy)
      llvm::consumeError(noisy.takeError());
    else if (!largeDifference(values, *noisy).empty())
      return true;
  }
  return false;
}

static Complaint keepsValues(Program &p, llvm::StringRef pipeline) {
  auto before = valuesOf(p);
  if (!before)
    return complaintOf(before);
  mlir::OwningOpRef<mlir::ModuleOp> original(p.module->clone());
  if (llvm::Error error = runPasses(*p.module, pipeline))
    return llvm::toString(std::move(error));
  auto after = valuesOf(p);
  if (!after)
    return complaintOf(after);
  if (!hasDerivatives(*original) &&
      (pipeline == "cse" || pipeline == "lane-simplify-loops"))
    return difference(*before, *after);
  Complaint large = largeDifference(*before, *after);
  p.module = std::move(original);
  return large.empty() || isUnstable(p, *before) ? "" : large;
}

class KeepsValues : public ::testing::TestWithParam<const char *> {
protected:
  mlir::MLIRContext context;
};

TEST_P(KeepsValues, OfPrograms) {
  ProgramOptions options;
  options.stops = true;
  EXPECT_ALL_HOLD(forAll(context, options, programs(200), [](Program &p) {
    return keepsValues(p, GetParam());
  }));
}

TEST_P(KeepsValues, OfGradients) {
  EXPECT_ALL_HOLD(
      forAll(context, {}, programs(100), [](Program &p) -> Complaint {
        addVjp(p.function(), "g");
        if (auto e = runPasses(*p.module, "lane-differentiate"))
          return llvm::toString(std::move(e));
        return keepsValues(p, GetParam());
      }));
}

INSTANTIATE_TEST_SUITE_P(Passes, KeepsValues,
                         ::testing::Values("canonicalize", "cse",
                                           "lane-simplify-loops", "lane-clean"),
                         [](const auto &info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

static Complaint roundTrips(Program &p) {
  std::string text = print(*p.module);
  auto again = parse(text, *p.module->getContext());
  if (!again)
    return complaintOf(again);
  if (print(**again) != text)
    return "prints differently after parsing:\n" + print(**again);
  auto before = valuesOf(p);
  p.module = std::move(*again);
  auto after = valuesOf(p);
  if (!before)
    return complaintOf(before);
  if (!after)
    return complaintOf(after);
  return difference(*before, *after);
}

TEST(Syntax, ProgramsRoundTrip) {
  mlir::MLIRContext context;
  EXPECT_ALL_HOLD(forAll(context, {}, programs(150), roundTrips));
}

TEST(Syntax, GradientsRoundTrip) {
  mlir::MLIRContext context;
  EXPECT_ALL_HOLD(
      forAll(context, {}, programs(60), [](Program &p) -> Complaint {
        addVjp(p.function(), "g");
        std::string text = print(*p.module);
        auto again = parse(text, *p.module->getContext());
        if (!again)
          return complaintOf(again);
        if (print(**again) != text)
          return "a vjp prints differently after parsing";
        if (auto e = runPasses(*p.module, "lane-differentiate"))
          return llvm::toString(std::move(e));
        return roundTrips(p);
      }));
}
