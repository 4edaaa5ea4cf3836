// What passes and syntax must keep: the values of a random program and of its
// gradient, bit for bit (nothing may reassociate), through every clean-up and
// through print and parse.
#include "Lane/Random/Derive.h"
#include "Lane/Random/FiniteDifference.h"
#include "Lane/Random/Properties.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace rill::lane;
using namespace rill::lane::random;

/// Results of the program and, if it has one, of its gradient @g.
static llvm::Expected<std::vector<Array>> valuesOf(Program &p) {
  auto value = interpret(p.function(), p.arguments, p.context);
  if (!value || !p.function("g"))
    return value;
  std::vector<Array> arguments = p.arguments;
  for (Array &a : randomLike(*value, 2))
    arguments.push_back(a);
  auto gradient = interpret(p.function("g"), arguments, p.context);
  if (!gradient)
    return gradient;
  value->insert(value->end(), gradient->begin(), gradient->end());
  return value;
}

static Complaint keepsValues(Program &p, llvm::StringRef pipeline) {
  auto before = valuesOf(p);
  if (!before)
    return complaintOf(before);
  if (llvm::Error error = runPasses(*p.module, pipeline))
    return llvm::toString(std::move(error));
  auto after = valuesOf(p);
  if (!after)
    return complaintOf(after);
  return difference(*before, *after);
}

class KeepsValues : public ::testing::TestWithParam<const char *> {
protected:
  mlir::MLIRContext context;
};

TEST_P(KeepsValues, OfPrograms) {
  ProgramOptions options;
  options.stops = true;
  EXPECT_EQ(forAll(context, options, 200,
                   [](Program &p) { return keepsValues(p, GetParam()); }),
            "");
}

TEST_P(KeepsValues, OfGradients) {
  EXPECT_EQ(forAll(context, {}, 100,
                   [](Program &p) -> Complaint {
                     addVjp(p.function(), "g");
                     if (auto e = runPasses(*p.module, "lane-differentiate"))
                       return llvm::toString(std::move(e));
                     return keepsValues(p, GetParam());
                   }),
            "");
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
  EXPECT_EQ(forAll(context, {}, 150, roundTrips), "");
}

TEST(Syntax, GradientsRoundTrip) {
  mlir::MLIRContext context;
  EXPECT_EQ(forAll(context, {}, 60,
                   [](Program &p) -> Complaint {
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
                   }),
            "");
}
