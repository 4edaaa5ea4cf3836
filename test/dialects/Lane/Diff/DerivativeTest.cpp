// Derivatives where finite differences cannot look: at singular points, ties
// and zeros, and against closed forms. Run in f64 by the interpreter.
#include "Lane/Interp/Interp.h"
#include "Lane/Transforms/Passes.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"
#include <cmath>
#include <numbers>

using namespace mlir;
using namespace rill;

namespace {

// One function @f of `text` after the lane pipeline, called on the samples `x`.
class Derivatives : public testing::Test {
protected:
  Derivatives() { context.loadDialect<lane::LaneDialect, func::FuncDialect>(); }

  std::vector<double> run(llvm::StringRef text, std::vector<double> x) {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return {};
    PassManager manager(&context);
    lane::populateLanePipeline(manager);
    if (failed(manager.run(*module)))
      return {};
    auto f = module->lookupSymbol<func::FuncOp>("f");
    auto type = cast<lane::TensorType>(f.getArgumentTypes()[0]);
    lane::InterpContext how;
    how.batch = int64_t(x.size()) / type.getNumElements();
    lane::Array argument =
        lane::Array::filled(type.getShape(), /*inv=*/false, how.batch);
    argument.data = x;
    auto results = lane::interpret(f, argument, how);
    if (!results) {
      ADD_FAILURE() << toString(results.takeError());
      return {};
    }
    return results->front().data;
  }

  // The gradient of the sum of a body from %a to %r, both `3xf64`.
  std::vector<double> gradient(std::string body, std::vector<double> x) {
    return run("!V = !lane.t<3xf64>\n"
               "!I = !lane.t<3xf64, inv>\n"
               "!B = !lane.t<3xi1>\n"
               "!M = !lane.t<3x3xf64, inv>\n"
               "!S = !lane.t<f64>\n"
               "func.func @f(%x: !V) -> !V {\n"
               "  %one = lane.const 1 : !I\n"
               "  %c = lane.vary %one : (!I) -> !V\n"
               "  %v, %g = lane.vjp [0] (%a = %x : !V) seeds(%c : !V)"
               " -> (!V | !V) {\n" +
                   body +
                   "    lane.yield %r : !V\n"
                   "  }\n"
                   "  return %g : !V\n"
                   "}\n",
               x);
  }

  MLIRContext context;
};

} // namespace

using Values = std::vector<double>;

TEST_F(Derivatives, OfDigammaIsTheTrigammaOfItsClosedForms) {
  double pi2 = std::numbers::pi * std::numbers::pi;
  // psi'(1), psi'(1/2), psi'(-1/2): Abramowitz and Stegun 6.4.
  Values want{pi2 / 6, pi2 / 2, pi2 / 2 + 4};
  Values got =
      gradient("    %r = lane.digamma %a : (!V) -> !V\n", {1, 0.5, -0.5});
  for (int i = 0; i < 3; ++i)
    EXPECT_NEAR(got[i], want[i], 4e-15 * want[i]); // 20 roundings at most
}

TEST_F(Derivatives, SquareRootThatWasNotTakenHasNone) {
  EXPECT_EQ(gradient("    %z = lane.const 0 : !I\n"
                     "    %d = lane.compare gt %a, %z : (!V, !I) -> !B\n"
                     "    %q = lane.sqrt %a : (!V) -> !V\n"
                     "    %r = lane.select %d, %q, %a : (!B, !V, !V) -> !V\n",
                     {0, 4, -1}),
            (Values{1, 0.25, 1}));
}

TEST_F(Derivatives, LogOfAnEmptySumThatWasNotTakenHasNone) {
  // Through log, a sum and square roots, each infinite at zero.
  EXPECT_EQ(gradient("    %q = lane.sqrt %a : (!V) -> !V\n"
                     "    %n = lane.reduce sum %q [0] : (!V) -> !S\n"
                     "    %l = lane.log %n : (!S) -> !S\n"
                     "    %w = lane.spread %l [] : (!S) -> !V\n"
                     "    %s = lane.spread %n [] : (!S) -> !V\n"
                     "    %z = lane.const 0 : !I\n"
                     "    %d = lane.compare gt %s, %z : (!V, !I) -> !B\n"
                     "    %r = lane.select %d, %w, %a : (!B, !V, !V) -> !V\n",
                     {0, 0, 0}),
            (Values{1, 1, 1}));
}

TEST_F(Derivatives, ProductOfSquareRootsThatWasNotTakenHasNone) {
  EXPECT_EQ(
      gradient("    %m = lane.const 2 : !M\n"
               "    %q = lane.sqrt %a : (!V) -> !V\n"
               "    %h = lane.contract \"ab,b->a\" %m, %q : (!M, !V) -> !V\n"
               "    %z = lane.const 0 : !I\n"
               "    %d = lane.compare gt %h, %z : (!V, !I) -> !B\n"
               "    %r = lane.select %d, %h, %a : (!B, !V, !V) -> !V\n",
               {0, 0, 0}),
      (Values{1, 1, 1}));
}

TEST_F(Derivatives, LoopThatWasNotTakenHasNone) {
  EXPECT_EQ(gradient("    %f = lane.loop 3 (%i) inits(%u = %a : !V) -> (!V) {\n"
                     "      %q = lane.sqrt %u : (!V) -> !V\n"
                     "      lane.yield %q : !V\n"
                     "    }\n"
                     "    %z = lane.const 0 : !I\n"
                     "    %d = lane.compare gt %f, %z : (!V, !I) -> !B\n"
                     "    %r = lane.select %d, %f, %a : (!B, !V, !V) -> !V\n",
                     {0, 0, 0}),
            (Values{1, 1, 1}));
}

// Operations that add elements up: a zero adjoint of what was not taken must
// not meet an infinite slope behind them, while what was taken keeps its own.

static const char *const squareRoot = "    %q = lane.sqrt %a : (!V) -> !V\n";
/// %h where the condition `%d = %p > 1/2` holds, else %a.
static std::string takenWhere(const char *elements) {
  return std::string("    %p = lane.const elements dense<") + elements +
         "> : tensor<3xf64> : !I\n"
         "    %half = lane.const 0.5 : !I\n"
         "    %e = lane.compare gt %p, %half : (!I, !I) -> !lane.t<3xi1, inv>\n"
         "    %r = lane.select %e, %h, %a : (!lane.t<3xi1, inv>, !V, !V) -> "
         "!V\n";
}

TEST_F(Derivatives, GatherThatWasNotTakenHasNone) {
  std::string gather = std::string(squareRoot) +
                       "    %h = lane.gather 0 %q [0, 0, 1] : (!V) -> !V\n";
  EXPECT_EQ(gradient(gather + takenWhere("[0., 0., 0.]"), {0, 0, 0}),
            (Values{1, 1, 1}));
  // Place 1 is taken and reads element 0.
  EXPECT_EQ(gradient(gather + takenWhere("[0., 1., 0.]"), {4, 0, 0}),
            (Values{1.25, 0, 1}));
}

TEST_F(Derivatives, CumulativeSumThatWasNotTakenHasNone) {
  std::string sum =
      std::string(squareRoot) + "    %h = lane.cumsum 0 %q : (!V) -> !V\n";
  EXPECT_EQ(gradient(sum + takenWhere("[0., 0., 0.]"), {0, 0, 0}),
            (Values{1, 1, 1}));
  // The sum up to place 1 is taken: element 2 is not in it.
  EXPECT_EQ(gradient(sum + takenWhere("[0., 1., 0.]"), {4, 16, 0}),
            (Values{1.25, 0.125, 1}));
}

TEST_F(Derivatives, SolveThatWasNotTakenHasNone) {
  for (bool lower : {true, false}) {
    std::string solve = std::string(squareRoot) +
                        "    %m = lane.const 0.0 : !M\n"
                        "    %h = lane.tri_solve %m, %q {unit" +
                        (lower ? ", lower" : "") + "} : (!M, !V) -> !V\n";
    EXPECT_EQ(gradient(solve + takenWhere("[0., 0., 0.]"), {0, 0, 0}),
              (Values{1, 1, 1}));
    // Place 1 is taken. What lies behind it in the order of the solve is not
    // in it; what lies before is, here with the factor 0.
    EXPECT_EQ(gradient(solve + takenWhere("[0., 1., 0.]"),
                       lower ? Values{4, 16, 0} : Values{0, 16, 4}),
              (Values{1, 0.125, 1}));
  }
}

TEST_F(Derivatives, MatrixOfASolveThatWasNotTakenHasNone) {
  for (const char *how : {"lower", "lower, transpose", "transpose"}) {
    std::string solve =
        "    %w = lane.spread %a [0] : (!V) -> !lane.t<3x3xf64>\n"
        "    %m = lane.sqrt %w : (!lane.t<3x3xf64>) -> !lane.t<3x3xf64>\n"
        "    %k = lane.const 1.0 : !I\n"
        "    %h = lane.tri_solve %m, %k {unit, " +
        std::string(how) + "} : (!lane.t<3x3xf64>, !I) -> !V\n";
    EXPECT_EQ(gradient(solve + takenWhere("[0., 0., 0.]"), {0, 0, 0}),
              (Values{1, 1, 1}))
        << how;
  }
  // Row 1 is taken, x_1 = 1 - m_10 with m_10 = sqrt a_1: row 2 is not in it.
  EXPECT_EQ(gradient("    %w = lane.spread %a [0] : (!V) -> !lane.t<3x3xf64>\n"
                     "    %m = lane.sqrt %w : (!lane.t<3x3xf64>) -> "
                     "!lane.t<3x3xf64>\n"
                     "    %k = lane.const 1.0 : !I\n"
                     "    %h = lane.tri_solve %m, %k {unit, lower} : "
                     "(!lane.t<3x3xf64>, !I) -> !V\n" +
                         takenWhere("[0., 1., 0.]"),
                     {4, 16, 0}),
            (Values{1, -0.125, 1}));
}

TEST_F(Derivatives, SumOverTheBatchThatWasNotTakenHasNone) {
  for (const char *kind : {"sum", "max"})
    EXPECT_EQ(gradient(std::string(squareRoot) + "    %b = lane.reduce_batch " +
                           kind +
                           " %q : (!V) -> !I\n"
                           "    %h = lane.vary %b : (!I) -> !V\n" +
                           takenWhere("[0., 0., 1.]"),
                       {0, 0, 4}),
              (Values{1, 1, 0.25}));
}

// One value for the batch, which no sample took.
// Found by random programs: the adjoint behind a loop was masked by whether the
// sample's own result was taken, though a sum over the batch inside of it had
// carried the sample's values to others.
TEST_F(Derivatives,
       SampleThatReachesOthersInALoopHasOneThoughItsOwnIsNotTaken) {
  // Of sum r: r is the batch's sum of log a where a > 1, else 0.
  Values got =
      gradient("    %l = lane.loop 1 (%i) inits(%b = %a : !V) -> (!V) {\n"
               "      %g = lane.log %b : (!V) -> !V\n"
               "      %s = lane.reduce_batch sum %g : (!V) -> !I\n"
               "      %w = lane.vary %s : (!I) -> !V\n"
               "      lane.yield %w : !V\n"
               "    }\n"
               "    %o = lane.const 1 : !I\n"
               "    %z = lane.const 0 : !I\n"
               "    %d = lane.compare gt %a, %o : (!V, !I) -> !B\n"
               "    %r = lane.select %d, %l, %z : (!B, !V, !I) -> !V\n",
               {0.5, 0.5, 0.5, 2, 2, 2});
  EXPECT_EQ(got, Values({2, 2, 2, 0.5, 0.5, 0.5}));
}

// A step further from the end it is the sum of the later step that does so.
TEST_F(Derivatives, SampleReachesOthersThroughLaterStepsOfALoop) {
  auto after = [&](const std::string &loop) {
    return gradient(
        "    %l = lane.loop 2 " + loop +
            "(%i) inits(%b = %a : !V) -> (!V) {\n"
            "      %g = lane.log %b : (!V) -> !V\n"
            "      %s = lane.reduce_batch sum %g : (!V) -> !I\n"
            "      %w = lane.add %s, %g : (!I, !V) -> !V\n"
            "      lane.yield %w : !V\n"
            "    }\n"
            "    %o = lane.const 1.5 : !I\n"
            "    %z = lane.const 0 : !I\n"
            "    %d = lane.compare gt %a, %o : (!V, !I) -> !B\n"
            "    %r = lane.select %d, %l, %z : (!B, !V, !I) -> !V\n",
        {2, 2, 2, 1.2, 1.2, 1.2});
  };
  // u = log a + sum log a, then r of the first sample is log u + sum log u.
  double total = std::log(2) + std::log(1.2);
  double first = std::log(2) + total, second = std::log(1.2) + total;
  double want[] = {(4 / first + 1 / second) / 2,
                   (2 / first + 2 / second) / 1.2};
  for (const char *direction : {"", "reverse "}) {
    Values got = after(direction);
    for (size_t k = 0; k < got.size(); ++k)
      EXPECT_NEAR(got[k], want[k / 3], 1e-12) << direction << k;
  }
}

TEST_F(Derivatives, InvariantValueThatNoSampleTookHasNone) {
  auto ofParameter = [&](std::string body, Values x) {
    return run("!V = !lane.t<3xf64>\n"
               "!I = !lane.t<3xf64, inv>\n"
               "func.func @f(%a: !V) -> !V {\n"
               "  %one = lane.const 1 : !I\n"
               "  %c = lane.vary %one : (!I) -> !V\n"
               "  %w = lane.const elements dense<[0., 0., 4.]> : "
               "tensor<3xf64> : !I\n"
               "  %v, %g = lane.vjp [1] (%x = %a : !V, %u = %w : !I) "
               "seeds(%c : !V) -> (!V | !I) {\n" +
                   body +
                   "    lane.yield %r : !V\n"
                   "  }\n"
                   "  %s = lane.vary %g : (!I) -> !V\n"
                   "  return %s : !V\n"
                   "}\n",
               x);
  };
  std::string choose = "    %z = lane.const 0 : !I\n"
                       "    %d = lane.compare gt %x, %z : (!V, !I) -> "
                       "!lane.t<3xi1>\n"
                       "    %r = lane.select %d, %h, %x : (!lane.t<3xi1>, !V, "
                       "!V) -> !V\n";
  std::string root = "    %q = lane.sqrt %u : (!I) -> !I\n";
  // Element 2 is taken: 1 / (2 sqrt 4) times x = 3.
  EXPECT_EQ(
      ofParameter(root + "    %h = lane.mul %x, %q : (!V, !I) -> !V\n" + choose,
                  {-1, -1, 3}),
      (Values{0, 0, 0.75}));
  EXPECT_EQ(ofParameter(root + "    %h = lane.vary %q : (!I) -> !V\n" + choose,
                        {-1, -1, 3}),
            (Values{0, 0, 0.25}));
  // As the const of a loop.
  EXPECT_EQ(ofParameter(
                root +
                    "    %h = lane.loop 2 (%i) consts(%k = %q : !I) inits(%y = "
                    "%x : !V) -> (!V) {\n"
                    "      %l = lane.exp %y : (!V) -> !V\n"
                    "      %n = lane.mul %k, %l : (!I, !V) -> !V\n"
                    "      lane.yield %n : !V\n"
                    "    }\n" +
                    choose,
                {-1, -1, -1}),
            (Values{0, 0, 0}));
  // As the factor of a product, and as a table.
  EXPECT_EQ(
      ofParameter(root +
                      "    %e = lane.contract \"a,b->ab\" %q, %x : (!I, !V) -> "
                      "!lane.t<3x3xf64>\n"
                      "    %f = lane.reduce sum %e [1] : (!lane.t<3x3xf64>) -> "
                      "!V\n"
                      "    %z = lane.const elements dense<[1., 1., 0.]> : "
                      "tensor<3xf64> : !I\n"
                      "    %o = lane.const 0.5 : !I\n"
                      "    %d = lane.compare lt %z, %o : (!I, !I) -> "
                      "!lane.t<3xi1, inv>\n"
                      "    %r = lane.select %d, %f, %x : (!lane.t<3xi1, inv>, "
                      "!V, !V) -> !V\n",
                  {1, 1, 1}),
      (Values{0, 0, 0.75}));
  EXPECT_EQ(
      ofParameter(root +
                      "    %i = lane.const elements dense<[0, 2, 1]> : "
                      "tensor<3xi32> : !lane.t<3xi32, inv>\n"
                      "    %j = lane.vary %i : (!lane.t<3xi32, inv>) -> "
                      "!lane.t<3xi32>\n"
                      "    %h = lane.lookup %q, %j : (!I, !lane.t<3xi32>) -> "
                      "!V\n" +
                      choose,
                  {-1, 3, -1}),
      (Values{0, 0, 0.25}));
}

TEST_F(Derivatives, SquareRootThatWasTakenIsStillInfinite) {
  Values got = gradient("    %r = lane.sqrt %a : (!V) -> !V\n", {0, 1, 4});
  EXPECT_EQ(got, (Values{INFINITY, 0.5, 0.25}));
}

TEST_F(Derivatives, ProductWithZerosNeedsNoDivision) {
  std::string product = "    %p = lane.reduce prod %a [0] : (!V) -> !S\n"
                        "    %w = lane.spread %p [] : (!S) -> !V\n"
                        "    %k = lane.const elements dense<[1.0, 0.0, 0.0]> :"
                        " tensor<3xf64> : !I\n"
                        "    %r = lane.mul %w, %k : (!V, !I) -> !V\n";
  EXPECT_EQ(gradient(product, {2, 0, 3}), (Values{0, 6, 0}));
  EXPECT_EQ(gradient(product, {0, 0, 3}), (Values{0, 0, 0}));
}

TEST_F(Derivatives, LogSumExpOfNothingHasWeightsZero) {
  EXPECT_EQ(gradient("    %l = lane.reduce logsumexp %a [0] : (!V) -> !S\n"
                     "    %r = lane.spread %l [] : (!S) -> !V\n",
                     {-INFINITY, -INFINITY, -INFINITY}),
            (Values{0, 0, 0}));
}

TEST_F(Derivatives, SubgradientsAreAsDocumented) {
  EXPECT_EQ(gradient("    %r = lane.relu %a : (!V) -> !V\n", {-1, 0, 1}),
            (Values{0, 0, 1}));
  EXPECT_EQ(gradient("    %r = lane.abs %a : (!V) -> !V\n", {-1, 0, 1}),
            (Values{-1, 0, 1}));
  // A tie of max goes to its first operand, here the constant.
  EXPECT_EQ(gradient("    %k = lane.const 0.0 : !I\n"
                     "    %r = lane.max %k, %a : (!I, !V) -> !V\n",
                     {-1, 0, 1}),
            (Values{0, 0, 1}));
  // Two of three share the maximum; the result is spread over three.
  EXPECT_EQ(gradient("    %m = lane.reduce max %a [0] : (!V) -> !S\n"
                     "    %r = lane.spread %m [] : (!S) -> !V\n",
                     {2, 1, 2}),
            (Values{1.5, 0, 1.5}));
}

TEST_F(Derivatives, APowerOfAnAbsoluteValueIsFlatAtItsKink) {
  // |x|^b as in a generalised Gaussian: 0 at 0 for every b > 0, and right
  // beside it.
  for (double b : {0.5, 1.0, 1.5, 3.0}) {
    Values got = gradient("    %k = lane.const " + std::to_string(b) +
                              " : !I\n"
                              "    %m = lane.abs %a : (!V) -> !V\n"
                              "    %r = lane.pow %m, %k : (!V, !I) -> !V\n",
                          {0, -2, 2});
    double slope = b * std::pow(2, b - 1);
    EXPECT_EQ(got[0], 0) << b;
    EXPECT_NEAR(got[1], -slope, 1e-15 * slope) << b;
    EXPECT_NEAR(got[2], slope, 1e-15 * slope) << b;
  }
}

TEST_F(Derivatives, PowersAtZero) {
  // d/dx x^1 at 0 is 1, d/dx x^0 is 0 everywhere.
  EXPECT_EQ(gradient("    %k = lane.const elements dense<[1.0, 0.0, 2.0]> :"
                     " tensor<3xf64> : !I\n"
                     "    %r = lane.pow %a, %k : (!V, !I) -> !V\n",
                     {0, 0, 3}),
            (Values{1, 0, 6}));
}
