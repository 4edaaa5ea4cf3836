// The interpreter, operation by operation, against values worked out by hand,
// and its errors.
#include "Lane/Interp/Interp.h"
#include "Lane/IR/LaneOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "rill/philox.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace rill;
using namespace rill::lane;

static constexpr double infinity = std::numeric_limits<double>::infinity();

/// Parses and runs the function @f of a program.
class Interp : public ::testing::Test {
protected:
  Interp() {
    registry.loadDialect<LaneDialect, mlir::func::FuncDialect>();
    context.batch = 2;
  }

  llvm::Expected<std::vector<Array>> tryRun(llvm::StringRef text,
                                            std::vector<Array> arguments) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &registry);
    if (!module)
      return llvm::createStringError("does not parse");
    return interpret(module->lookupSymbol<mlir::func::FuncOp>("f"), arguments,
                     context);
  }

  std::vector<Array> run(llvm::StringRef text, std::vector<Array> arguments) {
    auto results = tryRun(text, std::move(arguments));
    if (!results) {
      ADD_FAILURE() << llvm::toString(results.takeError());
      return std::vector<Array>(8);
    }
    return *results;
  }

  /// Runs one operation `line` that names its result %r; `signature` is that
  /// of the function, arguments %a, %b, ..
  std::vector<double> run1(llvm::StringRef signature, llvm::StringRef line,
                           std::vector<Array> arguments) {
    std::string type = signature.split("->").second.str();
    return run(("func.func @f" + signature + " { " + line +
                " return %r : " + type + " }")
                   .str(),
               std::move(arguments))[0]
        .data;
  }

  void expectError(llvm::StringRef text, std::vector<Array> arguments,
                   llvm::StringRef part) {
    auto results = tryRun(text, std::move(arguments));
    ASSERT_FALSE(bool(results)) << "no error";
    std::string message = llvm::toString(results.takeError());
    EXPECT_NE(message.find(part.str()), std::string::npos) << message;
  }

  mlir::MLIRContext registry;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  InterpContext context;
};

static Array inv(llvm::ArrayRef<int64_t> shape, std::vector<double> data) {
  return {{shape.begin(), shape.end()}, true, std::move(data)};
}
static Array var(llvm::ArrayRef<int64_t> shape, std::vector<double> data) {
  return {{shape.begin(), shape.end()}, false, std::move(data)};
}
using Vec = std::vector<double>;

TEST_F(Interp, InvariantOperandsMeetEverySample) {
  EXPECT_EQ(run1("(%a: !lane.t<2xf32>, %b: !lane.t<2xf32, inv>) -> "
                 "!lane.t<2xf32>",
                 "%r = lane.sub %a, %b : (!lane.t<2xf32>, !lane.t<2xf32, inv>) "
                 "-> !lane.t<2xf32>",
                 {var({2}, {1, 2, 3, 4}), inv({2}, {10, 20})}),
            Vec({-9, -18, -7, -16}));
}

TEST_F(Interp, IntegersWrapAt32Bits) {
  const char *type = "(%a: !lane.t<i32, inv>) -> !lane.t<i32, inv>";
  EXPECT_EQ(run1(type,
                 "%r = lane.sq %a : (!lane.t<i32, inv>) -> !lane.t<i32, inv>",
                 {inv({}, {65537})}),
            Vec({131073}));
  EXPECT_EQ(run1(type,
                 "%r = lane.neg %a : (!lane.t<i32, inv>) -> !lane.t<i32, inv>",
                 {inv({}, {-2147483648.0})}),
            Vec({-2147483648.0}));
}

TEST_F(Interp, MaxAndMinAreNaNIfEitherIs) {
  Array a = inv({3}, {NAN, 1, 2}), b = inv({3}, {1, NAN, 5});
  for (const char *op : {"max", "min"}) {
    Vec r = run1("(%a: !lane.t<3xf32, inv>, %b: !lane.t<3xf32, inv>) -> "
                 "!lane.t<3xf32, inv>",
                 ("%r = lane." + llvm::Twine(op) +
                  " %a, %b : (!lane.t<3xf32, inv>, !lane.t<3xf32, inv>) -> "
                  "!lane.t<3xf32, inv>")
                     .str(),
                 {a, b});
    EXPECT_TRUE(std::isnan(r[0]) && std::isnan(r[1])) << op;
    EXPECT_EQ(r[2], llvm::StringRef(op) == "max" ? 5 : 2);
  }
}

TEST_F(Interp, OfComparisonsWithNaNOnlyNotEqualHolds) {
  for (const char *p : {"lt", "le", "gt", "ge", "eq", "ne"}) {
    Vec r = run1("(%a: !lane.t<f32, inv>) -> !lane.t<i1, inv>",
                 ("%r = lane.compare " + llvm::Twine(p) +
                  " %a, %a : (!lane.t<f32, inv>, !lane.t<f32, inv>) -> "
                  "!lane.t<i1, inv>")
                     .str(),
                 {inv({}, {NAN})});
    EXPECT_EQ(r[0], llvm::StringRef(p) == "ne") << p;
  }
}

TEST_F(Interp, SelectDoesNotTouchTheOtherBranch) {
  EXPECT_EQ(run1("(%c: !lane.t<2xi1, inv>, %a: !lane.t<2xf32, inv>, %b: "
                 "!lane.t<2xf32, inv>) -> !lane.t<2xf32, inv>",
                 "%r = lane.select %c, %a, %b : (!lane.t<2xi1, inv>, "
                 "!lane.t<2xf32, inv>, !lane.t<2xf32, inv>) -> "
                 "!lane.t<2xf32, inv>",
                 {inv({2}, {1, 0}), inv({2}, {1, NAN}), inv({2}, {NAN, 2})}),
            Vec({1, 2}));
}

TEST_F(Interp, FloatsConvertToIntegersTowardsZeroAndSaturate) {
  EXPECT_EQ(run1("(%a: !lane.t<5xf32, inv>) -> !lane.t<5xi32, inv>",
                 "%r = lane.convert %a : (!lane.t<5xf32, inv>) -> "
                 "!lane.t<5xi32, inv>",
                 {inv({5}, {-1.9, 1.9, 1e20, -infinity, NAN})}),
            Vec({-1, 1, 2147483647.0, -2147483648.0, 0}));
}

TEST_F(Interp, SpreadRepeatsAlongTheNewAxes) {
  EXPECT_EQ(run1("(%a: !lane.t<2xf32, inv>) -> !lane.t<3x2xf32, inv>",
                 "%r = lane.spread %a [1] : (!lane.t<2xf32, inv>) -> "
                 "!lane.t<3x2xf32, inv>",
                 {inv({2}, {1, 2})}),
            Vec({1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(run1("(%a: !lane.t<2xf32, inv>) -> !lane.t<2x3xf32, inv>",
                 "%r = lane.spread %a [0] : (!lane.t<2xf32, inv>) -> "
                 "!lane.t<2x3xf32, inv>",
                 {inv({2}, {1, 2})}),
            Vec({1, 1, 1, 2, 2, 2}));
}

TEST_F(Interp, PermuteTakesAxisPermOfKForK) {
  // x[i][j][k] = 100 i + 10 j + k of shape 2x1x3; r[k][i][j] = x[i][j][k].
  EXPECT_EQ(run1("(%a: !lane.t<2x1x3xf32, inv>) -> !lane.t<3x2x1xf32, inv>",
                 "%r = lane.permute %a [2, 0, 1] : (!lane.t<2x1x3xf32, inv>) "
                 "-> !lane.t<3x2x1xf32, inv>",
                 {inv({2, 1, 3}, {0, 1, 2, 100, 101, 102})}),
            Vec({0, 100, 1, 101, 2, 102}));
}

TEST_F(Interp, SliceAndPadAreAStridedBoxAndItsAdjoint) {
  EXPECT_EQ(run1("(%a: !lane.t<6xf32>) -> !lane.t<2xf32>",
                 "%r = lane.slice %a [1] [2] [3] : (!lane.t<6xf32>) -> "
                 "!lane.t<2xf32>",
                 {var({6}, {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15})}),
            Vec({1, 4, 11, 14}));
  EXPECT_EQ(run1("(%a: !lane.t<2xf32>) -> !lane.t<6xf32>",
                 "%r = lane.pad %a [1] [1] [2] : (!lane.t<2xf32>) -> "
                 "!lane.t<6xf32>",
                 {var({2}, {1, 2, 3, 4})}),
            Vec({0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0}));
}

TEST_F(Interp, ConcatOfAnInvariantAndAVaryingPartVaries) {
  EXPECT_EQ(run1("(%a: !lane.t<2x1xf32>, %b: !lane.t<2x2xf32, inv>) -> "
                 "!lane.t<2x3xf32>",
                 "%r = lane.concat 1 %a, %b : (!lane.t<2x1xf32>, "
                 "!lane.t<2x2xf32, inv>) -> !lane.t<2x3xf32>",
                 {var({2, 1}, {1, 2, 3, 4}), inv({2, 2}, {5, 6, 7, 8})}),
            Vec({1, 5, 6, 2, 7, 8, 3, 5, 6, 4, 7, 8}));
}

TEST_F(Interp, ScatterAddAddsDuplicatesAndGatherReadsThem) {
  EXPECT_EQ(run1("(%a: !lane.t<3xf32, inv>) -> !lane.t<4xf32, inv>",
                 "%r = lane.scatter_add 0 %a [3, 1, 3] : "
                 "(!lane.t<3xf32, inv>) -> !lane.t<4xf32, inv>",
                 {inv({3}, {1, 2, 4})}),
            Vec({0, 2, 0, 5}));
  EXPECT_EQ(run1("(%a: !lane.t<2x2xf32, inv>) -> !lane.t<2x3xf32, inv>",
                 "%r = lane.gather 1 %a [1, 1, 0] : (!lane.t<2x2xf32, inv>) "
                 "-> !lane.t<2x3xf32, inv>",
                 {inv({2, 2}, {1, 2, 3, 4})}),
            Vec({2, 2, 1, 4, 4, 3}));
}

TEST_F(Interp, ReverseIotaReshapeAndConst) {
  EXPECT_EQ(run1("(%a: !lane.t<2x2xf32, inv>) -> !lane.t<2x2xf32, inv>",
                 "%r = lane.reverse %a [1] : (!lane.t<2x2xf32, inv>) -> "
                 "!lane.t<2x2xf32, inv>",
                 {inv({2, 2}, {1, 2, 3, 4})}),
            Vec({2, 1, 4, 3}));
  EXPECT_EQ(run1("() -> !lane.t<2x3xi32, inv>",
                 "%r = lane.iota 1 : !lane.t<2x3xi32, inv>", {}),
            Vec({0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(run1("(%a: !lane.t<2x3xf32, inv>) -> !lane.t<6xf32, inv>",
                 "%r = lane.reshape %a : (!lane.t<2x3xf32, inv>) -> "
                 "!lane.t<6xf32, inv>",
                 {inv({2, 3}, {1, 2, 3, 4, 5, 6})}),
            Vec({1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(run1("() -> !lane.t<2xf64, inv>",
                 "%r = lane.const 0.1 : !lane.t<2xf64, inv>", {}),
            Vec({0.1, 0.1}));
  EXPECT_EQ(run1("() -> !lane.t<f32, inv>",
                 "%r = lane.batch_size : !lane.t<f32, inv>", {}),
            Vec({2}));
}

TEST_F(Interp, ReduceKinds) {
  auto reduce = [&](const char *kind, const char *type, Vec x) {
    std::string in = ("!lane.t<2x2x" + llvm::Twine(type) + ", inv>").str();
    std::string out = ("!lane.t<2x" + llvm::Twine(type) + ", inv>").str();
    return run1("(%a: " + in + ") -> " + out,
                "%r = lane.reduce " + std::string(kind) + " %a [0] : (" + in +
                    ") -> " + out,
                {inv({2, 2}, x)});
  };
  EXPECT_EQ(reduce("sum", "f32", {1, 2, 3, 4}), Vec({4, 6}));
  EXPECT_EQ(reduce("prod", "f32", {1, 2, 3, 4}), Vec({3, 8}));
  EXPECT_EQ(reduce("max", "i32", {1, -2, 3, -4}), Vec({3, -2}));
  EXPECT_EQ(reduce("min", "f32", {1, -2, 3, -4}), Vec({1, -4}));
  EXPECT_EQ(reduce("any", "i1", {1, 0, 0, 0}), Vec({1, 0}));
  EXPECT_EQ(reduce("all", "i1", {1, 0, 1, 1}), Vec({1, 0}));
  EXPECT_TRUE(std::isnan(reduce("max", "f32", {NAN, 0, 3, 0})[0]));
}

TEST_F(Interp, LogsumexpHasOneShiftAndKeepsInfinities) {
  auto lse = [&](Vec x) {
    return run1("(%a: !lane.t<3xf64, inv>) -> !lane.t<f64, inv>",
                "%r = lane.reduce logsumexp %a [0] : (!lane.t<3xf64, inv>) -> "
                "!lane.t<f64, inv>",
                {inv({3}, x)})[0];
  };
  EXPECT_DOUBLE_EQ(lse({1000, 1000, 1000}), 1000 + std::log(3.0));
  EXPECT_DOUBLE_EQ(lse({-1000, -infinity, -1000}), -1000 + std::log(2.0));
  EXPECT_EQ(lse({-infinity, -infinity, -infinity}), -infinity);
  EXPECT_EQ(lse({infinity, -infinity, infinity}), infinity);
  EXPECT_TRUE(std::isnan(lse({0, NAN, 0})));
}

TEST_F(Interp, CumsumInAllFourWays) {
  auto cumsum = [&](const char *how) {
    return run1("(%a: !lane.t<3x2xf32, inv>) -> !lane.t<3x2xf32, inv>",
                "%r = lane.cumsum 0 " + std::string(how) +
                    " %a : (!lane.t<3x2xf32, inv>) -> !lane.t<3x2xf32, inv>",
                {inv({3, 2}, {1, 10, 2, 20, 4, 40})});
  };
  EXPECT_EQ(cumsum(""), Vec({1, 10, 3, 30, 7, 70}));
  EXPECT_EQ(cumsum("exclusive"), Vec({0, 0, 1, 10, 3, 30}));
  EXPECT_EQ(cumsum("reverse"), Vec({7, 70, 6, 60, 4, 40}));
  EXPECT_EQ(cumsum("reverse exclusive"), Vec({6, 60, 4, 40, 0, 0}));
}

TEST_F(Interp, ContractSumsTheLettersTheResultLacks) {
  Array w = inv({2, 3}, {1, 2, 3, 4, 5, 6});
  Array x = var({3}, {1, 0, 1, 0, 1, 0});
  EXPECT_EQ(run1("(%a: !lane.t<2x3xf32, inv>, %b: !lane.t<3xf32>) -> "
                 "!lane.t<2xf32>",
                 "%r = lane.contract \"ab,b->a\" %a, %b : "
                 "(!lane.t<2x3xf32, inv>, !lane.t<3xf32>) -> !lane.t<2xf32>",
                 {w, x}),
            Vec({4, 10, 2, 5}));
  // Outer product with the batch: sum over samples of y x^T.
  EXPECT_EQ(run1("(%a: !lane.t<2xf32>, %b: !lane.t<3xf32>) -> "
                 "!lane.t<2x3xf32, inv>",
                 "%r = lane.contract \"a,b->ab\" %a, %b batch : "
                 "(!lane.t<2xf32>, !lane.t<3xf32>) -> !lane.t<2x3xf32, inv>",
                 {var({2}, {1, 2, 10, 20}), x}),
            Vec({1, 10, 1, 2, 20, 2}));
  // A letter only one operand has is summed too.
  EXPECT_EQ(run1("(%a: !lane.t<2x3xf32, inv>, %b: !lane.t<2xf32, inv>) -> "
                 "!lane.t<2xf32, inv>",
                 "%r = lane.contract \"ab,a->a\" %a, %b : "
                 "(!lane.t<2x3xf32, inv>, !lane.t<2xf32, inv>) -> "
                 "!lane.t<2xf32, inv>",
                 {w, inv({2}, {1, 10})}),
            Vec({6, 150}));
}

// Every combination solves T x = b for the triangle T that the flags name; the
// other triangle is NaN, so that reading it shows.
TEST_F(Interp, TriSolveReadsOnlyTheNamedTriangle) {
  for (int flags = 0; flags < 8; ++flags) {
    bool lower = flags & 1, unit = flags & 2, transpose = flags & 4;
    Vec a(9, NAN), t(9, 0);
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j)
        if (lower ? i >= j : i <= j) {
          a[3 * i + j] = unit && i == j ? NAN : 2 + i + 3 * j;
          t[transpose ? 3 * j + i : 3 * i + j] =
              unit && i == j ? 1 : 2 + i + 3 * j;
        }
    Vec b = {1, -2, 3};
    std::string attributes = std::string("{") + (lower ? "lower, " : "") +
                             (unit ? "unit, " : "") +
                             (transpose ? "transpose, " : "");
    attributes = flags ? attributes.substr(0, attributes.size() - 2) + "}" : "";
    Vec x = run1("(%a: !lane.t<3x3xf64, inv>, %b: !lane.t<3xf64, inv>) -> "
                 "!lane.t<3xf64, inv>",
                 "%r = lane.tri_solve %a, %b " + attributes +
                     " : (!lane.t<3x3xf64, inv>, !lane.t<3xf64, inv>) -> "
                     "!lane.t<3xf64, inv>",
                 {inv({3, 3}, a), inv({3}, b)});
    for (int i = 0; i < 3; ++i)
      EXPECT_NEAR(t[3 * i] * x[0] + t[3 * i + 1] * x[1] + t[3 * i + 2] * x[2],
                  b[i], 1e-12)
          << flags;
  }
}

TEST_F(Interp, BatchReductionsOfNoSamplesAreTheNeutralElements) {
  context.batch = 0;
  for (auto [kind, value] :
       {std::pair{"sum", 0.0}, {"max", -infinity}, {"min", infinity}})
    EXPECT_EQ(run1("(%a: !lane.t<f32>) -> !lane.t<f32, inv>",
                   "%r = lane.reduce_batch " + std::string(kind) +
                       " %a : (!lane.t<f32>) -> !lane.t<f32, inv>",
                   {var({}, {})}),
              Vec({value}));
}

TEST_F(Interp, LookupAndItsAdjoint) {
  EXPECT_EQ(run1("(%t: !lane.t<3x2xf32, inv>, %i: !lane.t<2xi32>) -> "
                 "!lane.t<2x2xf32>",
                 "%r = lane.lookup %t, %i : (!lane.t<3x2xf32, inv>, "
                 "!lane.t<2xi32>) -> !lane.t<2x2xf32>",
                 {inv({3, 2}, {1, 2, 3, 4, 5, 6}), var({2}, {2, 0, 1, 1})}),
            Vec({5, 6, 1, 2, 3, 4, 3, 4}));
  EXPECT_EQ(run1("(%i: !lane.t<i32>, %u: !lane.t<2xf32>) -> "
                 "!lane.t<3x2xf32, inv>",
                 "%r = lane.lookup_add %i, %u : (!lane.t<i32>, "
                 "!lane.t<2xf32>) -> !lane.t<3x2xf32, inv>",
                 {var({}, {2, 2}), var({2}, {1, 2, 10, 20})}),
            Vec({0, 0, 0, 0, 11, 22}));
}

TEST_F(Interp, TakeIndexesOneAxisAtRunTime) {
  EXPECT_EQ(run1("(%a: !lane.t<2x3xf32, inv>, %i: !lane.t<i32>) -> "
                 "!lane.t<2xf32>",
                 "%r = lane.take 1 %a, %i : (!lane.t<2x3xf32, inv>, "
                 "!lane.t<i32>) -> !lane.t<2xf32>",
                 {inv({2, 3}, {1, 2, 3, 4, 5, 6}), var({}, {2, 0})}),
            Vec({3, 6, 1, 4}));
}

TEST_F(Interp, DrawsFollowTheHeaderAndTheGlobalSampleIndex) {
  context.seed = 5;
  context.step = 6;
  context.firstSample = 100;
  Vec r = run1("(%i: !lane.t<i32, inv>) -> !lane.t<6xf64>",
               "%r = lane.draw normal 7 per_sample %i : "
               "(!lane.t<i32, inv>) -> !lane.t<6xf64>",
               {inv({}, {8})});
  int64_t index = 8;
  uint64_t key = philox::drawKey(5, 6, 7, &index, 1);
  for (int s = 0; s < 2; ++s)
    for (int e = 0; e < 6; ++e)
      EXPECT_EQ(r[6 * s + e],
                philox::normal64(philox::drawWord64(key, 100 + s, e)));
  Vec u = run1("() -> !lane.t<2xf32, inv>",
               "%r = lane.draw uniform 7 : () -> !lane.t<2xf32, inv>", {});
  EXPECT_EQ(u[1], philox::uniform32(
                      philox::drawWord(philox::drawKey(5, 6, 7), 0, 1)));
}

static const char *scan = R"(
func.func @f(%c: !lane.t<f32, inv>, %x: !lane.t<f32>, %p: !lane.t<3xf32, inv>)
    -> (!lane.t<f32>, !lane.t<3xf32>) {
  %z, %y = lane.loop 3 DIRECTION (%i) consts(%k = %c : !lane.t<f32, inv>)
      inits(%v = %x : !lane.t<f32>) xs(%q = %p : !lane.t<3xf32, inv>)
      -> (!lane.t<f32> | !lane.t<3xf32>) {
    %0 = lane.mul %v, %k : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<f32>
    %1 = lane.add %0, %q : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<f32>
    %2 = lane.convert %i : (!lane.t<i32, inv>) -> !lane.t<f32, inv>
    %3 = lane.add %1, %2 : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<f32>
    lane.yield %3, %v : !lane.t<f32>, !lane.t<f32>
  }
  return %z, %y : !lane.t<f32>, !lane.t<3xf32>
})";

static std::string replaced(std::string text, llvm::StringRef from,
                            llvm::StringRef to) {
  size_t at = text.find(from.str());
  return text.replace(at, from.size(), to.str());
}

TEST_F(Interp, LoopsCarryStackAndCountSteps) {
  std::vector<Array> arguments = {inv({}, {10}), var({}, {1, 2}),
                                  inv({3}, {100, 200, 300})};
  auto up = run(replaced(scan, "DIRECTION", ""), arguments);
  // v -> 10 v + p[i] + i: 1 -> 110 -> 1301 -> 13312.
  EXPECT_EQ(up[0].data, Vec({13312, 14312}));
  EXPECT_EQ(up[1].data, Vec({1, 110, 1301, 2, 120, 1401}));
  auto down = run(replaced(scan, "DIRECTION", "reverse"), arguments);
  // 1 -> 312 -> 3321 -> 33310; stacked results stay in step order.
  EXPECT_EQ(down[0].data, Vec({33310, 34310}));
  EXPECT_EQ(down[1].data, Vec({3321, 312, 1, 3421, 322, 2}));
}

TEST_F(Interp, CallsRunTheCallee) {
  EXPECT_EQ(run(R"(
    func.func private @g(%x: !lane.t<f32>) -> !lane.t<f32> {
      %0 = lane.sq %x : (!lane.t<f32>) -> !lane.t<f32>
      return %0 : !lane.t<f32>
    }
    func.func @f(%x: !lane.t<f32>) -> !lane.t<f32> {
      %0 = func.call @g(%x) : (!lane.t<f32>) -> !lane.t<f32>
      %1 = func.call @g(%0) : (!lane.t<f32>) -> !lane.t<f32>
      return %1 : !lane.t<f32>
    })",
                {var({}, {2, 3})})[0]
                .data,
            Vec({16, 81}));
}

static const char *third = "func.func @f(%a: !lane.t<f32, inv>) -> "
                           "!lane.t<f32, inv> { %r = lane.recip %a : "
                           "(!lane.t<f32, inv>) -> !lane.t<f32, inv> "
                           "return %r : !lane.t<f32, inv> }";

TEST_F(Interp, SinglePrecisionRoundsEveryResult) {
  EXPECT_EQ(run(third, {inv({}, {3})})[0].data, Vec({1.0 / 3}));
  context.rounding = Rounding::Single;
  EXPECT_EQ(run(third, {inv({}, {3})})[0].data, Vec({double(1.0f / 3)}));
}

TEST_F(Interp, NoiseIsBoundedSeededAndThere) {
  context.rounding = Rounding::Noise;
  context.noise = 1e-3;
  double first = run(third, {inv({}, {3})})[0].data[0];
  EXPECT_EQ(run(third, {inv({}, {3})})[0].data[0], first);
  EXPECT_NE(first, 1.0 / 3);
  EXPECT_NEAR(first, 1.0 / 3, 1e-3 / 3);
  context.noiseSeed = 1;
  EXPECT_NE(run(third, {inv({}, {3})})[0].data[0], first);
}

TEST_F(Interp, BiasedNoiseGoesAwayFromZero) {
  context.rounding = Rounding::Noise;
  context.noise = 1e-3;
  context.biased = true;
  for (context.noiseSeed = 0; context.noiseSeed < 20; ++context.noiseSeed) {
    EXPECT_GT(run(third, {inv({}, {3})})[0].data[0], 1.0 / 3);
    EXPECT_LT(run(third, {inv({}, {-3})})[0].data[0], -1.0 / 3);
  }
}

TEST_F(Interp, RefusesArgumentsThatDoNotFit) {
  expectError(third, {}, "takes 1 arguments, got 0");
  expectError(third, {var({}, {1, 2})}, "argument 0 does not have");
  expectError(third, {inv({1}, {1})}, "argument 0 does not have");
  expectError(third, {inv({}, {1, 2})}, "argument 0 does not have");
}

TEST_F(Interp, RefusesIndicesOutOfRange) {
  const char *lookup =
      "func.func @f(%t: !lane.t<3xf32, inv>, %i: !lane.t<i32>) -> "
      "!lane.t<f32> { %r = lane.lookup %t, %i : (!lane.t<3xf32, inv>, "
      "!lane.t<i32>) -> !lane.t<f32> return %r : !lane.t<f32> }";
  Array table = inv({3}, {1, 2, 3});
  expectError(lookup, {table, var({}, {0, 3})}, "index 3 outside [0, 3)");
  expectError(lookup, {table, var({}, {-1, 0})}, "index -1 outside [0, 3)");
}

TEST_F(Interp, RefusesDeclarationsAndUnexpandedCalculus) {
  expectError("func.func private @f()", {}, "no single block");
  expectError(R"(
    func.func @f(%x: !lane.t<f32>) -> !lane.t<f32> {
      %v, %g = lane.vjp [0] (%a = %x : !lane.t<f32>) seeds(%x : !lane.t<f32>)
          -> (!lane.t<f32> | !lane.t<f32>) {
        lane.yield %a : !lane.t<f32>
      }
      return %g : !lane.t<f32>
    })",
              {var({}, {1, 2})}, "expanded by lane-differentiate");
}

TEST_F(Interp, RefusesEndlessCalls) {
  expectError("func.func @f() { func.call @f() : () -> () return }", {},
              "deeper than 256");
}
