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

// One function @f of `text` after the lane pipeline, called on one sample.
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
    lane::Array argument =
        lane::Array::filled(type.getShape(), /*inv=*/false, /*batch=*/1);
    argument.data = x;
    auto results = lane::interpret(f, argument, {});
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
