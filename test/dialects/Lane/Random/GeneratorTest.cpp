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
    auto r = evaluate(p, "f", p.arguments, p.context);
    if (!r)
      return complaintOf(r);
    for (const Array &a : *r)
      for (double v : a.data)
        if (!(std::fabs(v) <= 6.01)) // the generator's limit
          return "a result is " + std::to_string(v);
    return "";
  }));
}

/// Every operation of the dialect but one occurs in 1000 programs.
TEST(Generator, CoversTheDialect) {
  mlir::MLIRContext context;
  std::set<std::string> missing;
  context.loadDialect<LaneDialect>();
  for (mlir::RegisteredOperationName name : context.getRegisteredOperations())
    if (llvm::isa<LaneDialect>(name.getDialect()))
      missing.insert(name.stripDialect().str());
  // Made by differentiation only; of fields, which DivergenceTest grows.
  for (const char *other : {"lookup_add", "divergence"})
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

/// In how many of the first `count` programs of a test with these options a
/// result needs each kind; printed, and a kind that none has is a failure.
static void expectEveryKind(const ProgramOptions &options, int count,
                            llvm::ArrayRef<const char *> kinds) {
  mlir::MLIRContext context;
  std::map<std::string, int> programs;
  for (int i = 0; i < count; ++i)
    for (auto &[kind, n] :
         generate(context, Choices(programSeed(fixedSeed, i)), options).kinds)
      ++programs[kind];
  for (const char *kind : kinds) {
    std::printf("  %4d of %d programs: %s\n", programs[kind], count, kind);
    EXPECT_GT(programs[kind], 0) << kind;
  }
}

/// What the language lowers to and differentiation has a rule for.
static const char *const differentiated[] = {
    // derivative operators: alone, nested, in loops, around them
    "vjp", "jvp", "grad", "div", "jac", "laplacian", "vjp in vjp", "vjp in jvp",
    "jvp in vjp", "jvp in jvp", "vjp in loop", "jvp in loop", "loop in vjp",
    "loop in jvp", "vjp in loop, leaving", "jvp in loop, leaving",
    "loop, leaving in vjp", "loop, leaving in jvp",
    // scans, loops of solvers, inverses of causal maps
    "loop", "loop in loop", "loop, leaving", "loop, checkpoint",
    "loop, counting", "loop in loop, leaving", "buffer of slices, attended to",
    "buffer of slices, weighed", "put",
    // attention and masks
    "attention shifted by its greatest", "attention by logsumexp",
    "contract values with values", "contract weights with values",
    "contract weights with weights", "contract values with values, batch",
    "contract weights with values, batch", "masked sum", "masked prod",
    "masked logsumexp", "masked max", "masked min",
    // tables, places that are found, special functions
    "lookup", "take", "search among knots", "is_finite", "tri_solve",
    "density of Student's t", "lgamma", "digamma", "erf", "erfc", "erfinv",
    "ndtri"};

TEST(Generator, MakesEveryKindThatIsDifferentiated) {
  expectEveryKind({}, 1000, differentiated);
}

TEST(Generator, MakesEveryKindAtSecondOrder) {
  expectEveryKind(secondOrderOptions(), 1000, differentiated);
}

TEST(Generator, MakesEveryKindOfIntegersAndTruthValues) {
  expectEveryKind(
      {}, 1000,
      {"lookup of ints",       "take of ints",         "put of ints",
       "compare lt of ints",   "compare eq of ints",   "compare ne of ints",
       "add of ints",          "sub of ints",          "mul of ints",
       "min of ints",          "max of ints",          "neg of ints",
       "abs of ints",          "sign of ints",         "sq of ints",
       "cumsum of ints",       "reduce sum of ints",   "reduce max of ints",
       "reduce min of ints",   "gather of ints",       "concat of ints",
       "pad of ints",          "slice of ints",        "permute of ints",
       "reverse of ints",      "select of ints",       "convert of ints",
       "reduce any of truths", "reduce all of truths", "reverse of truths",
       "slice of truths",      "pad of truths",        "gather of truths",
       "concat of truths",     "convert of truths"});
}

TEST(Properties, AFailureIsShrunkAndItsSeedPrinted) {
  mlir::MLIRContext context;
  ProgramOptions options;
  options.derivatives = false; // in their regions it may be dead
  std::string report =
      forAll(context, options, 100, [](Program &p) -> Complaint {
        bool found = false;
        p.module->walk([&](ContractOp) { found = true; });
        return found ? "there is a contraction" : "";
      });
  EXPECT_NE(report.find("RILL_SEED="), std::string::npos);
  EXPECT_NE(report.find("there is a contraction"), std::string::npos);
  EXPECT_NE(report.find("lane.contract"), std::string::npos);
  // One contraction and what feeds it; a fresh program has some thirty lines.
  EXPECT_LT(llvm::StringRef(report).count('\n'), 20u) << report;
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
