// What the generator promises: valid programs, the same from the same seed,
// every operation sooner or later, finite values of order one.
#include "Lane/IR/LaneOps.h"
#include "Lane/Random/Derive.h"
#include "Lane/Random/Properties.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace rill::lane;
using namespace rill::lane::random;

TEST(Generator, TheSameSeedMakesTheSameProgram) {
  mlir::MLIRContext context;
  Program a = generate(context, Choices(5)), b = generate(context, Choices(5));
  EXPECT_EQ(print(*a.module), print(*b.module));
  EXPECT_EQ(difference(a.arguments, b.arguments), "");
  EXPECT_NE(print(*a.module), print(*generate(context, Choices(6)).module));
}

TEST(Generator, RecordedChoicesReplayAProgram) {
  mlir::MLIRContext context;
  Program a = generate(context, Choices(7));
  Program b = generate(context, Choices(a.choices));
  EXPECT_EQ(print(*a.module), print(*b.module));
  EXPECT_EQ(a.choices, b.choices);
}

TEST(Generator, NoChoicesMakeTheSmallestProgram) {
  mlir::MLIRContext context;
  Program p = generate(context, Choices(std::vector<uint32_t>{}));
  EXPECT_EQ(p.function().getBody().front().getOperations().size(), 1u);
}

TEST(Generator, ValuesAreFiniteAndOfOrderOne) {
  mlir::MLIRContext context;
  EXPECT_ALL_HOLD(forAll(context, {}, 300, [](Program &p) -> Complaint {
    auto r = interpret(p.function(), p.arguments, p.context);
    if (!r)
      return complaintOf(r);
    for (const Array &a : *r)
      for (double v : a.data)
        if (!(std::fabs(v) <= 6.01)) // the generator's limit
          return "a result is " + std::to_string(v);
    return "";
  }));
}

/// Every operation of the dialect but these occurs in 1000 programs.
TEST(Generator, CoversTheDialect) {
  mlir::MLIRContext context;
  std::set<std::string> missing;
  context.loadDialect<LaneDialect>();
  for (mlir::RegisteredOperationName name : context.getRegisteredOperations())
    if (llvm::isa<LaneDialect>(name.getDialect()))
      missing.insert(name.stripDialect().str());
  // Derivatives, made by them only, or tests of infinities.
  for (const char *other :
       {"vjp", "jvp", "divergence", "lookup_add", "is_finite"})
    EXPECT_EQ(missing.erase(other), 1u) << other;
  ProgramOptions options;
  options.stops = true;
  for (uint64_t seed = 0; seed < 1000; ++seed)
    generate(context, Choices(seed), options)
        .module->walk([&](mlir::Operation *op) {
          missing.erase(op->getName().stripDialect().str());
        });
  for (const std::string &name : missing)
    ADD_FAILURE() << "never made: " << name;
}

TEST(Properties, AFailureIsShrunkAndItsSeedPrinted) {
  mlir::MLIRContext context;
  std::string report = forAll(context, {}, 100, [](Program &p) -> Complaint {
    bool found = false;
    p.module->walk([&](ContractOp) { found = true; });
    return found ? "there is a contraction" : "";
  });
  EXPECT_NE(report.find("RILL_SEED="), std::string::npos);
  EXPECT_NE(report.find("there is a contraction"), std::string::npos);
  EXPECT_NE(report.find("lane.contract"), std::string::npos);
  // One contraction and what feeds it; a fresh program has some thirty lines.
  EXPECT_LT(llvm::StringRef(report).count('\n'), 18u) << report;
}

TEST(Properties, DifferencesAreFoundBitForBit) {
  Array a = {{}, true, {1.0}}, b = {{}, true, {1.0 + 0x1p-52}};
  Array nan = {{}, true, {NAN}}, zero = {{}, true, {0.0}},
        minus = {{}, true, {-0.0}};
  EXPECT_NE(difference({a}, {b}), "");
  EXPECT_NE(difference({a}, {nan}), "");
  EXPECT_NE(difference({a}, {a, a}), "");
  EXPECT_EQ(difference({nan}, {nan}), "");
  EXPECT_EQ(difference({zero}, {minus}), "");
}
