//===- ModelRegressionTest.cpp - Faults of the model level, each once -----===//

#include "DerivedMaps.h"
#include "import/Entries.h"

#include "gtest/gtest.h"

using namespace rill;
using namespace rill::test;
using pipeline::Compilation;
using pipeline::Stage;

// A first() after an update outside of a loop reads a place that is glued in
// the parameter's region: it used to end there ("does not dominate").
TEST(ModelRegression, FirstAfterAnUpdateOfAPart) {
  TemporaryProgram program(
      "use std.flows.{additive, actnorm}\n"
      "dist p = pull(additive[8] >> actnorm[], Normal[4])\nmain p\n");
  Compilation compilation(program.path, {});
  EXPECT_TRUE(compilation.run(Stage::LaneGrad))
      << compilation.diagnostics(false);
}

// The instruction sets' translations share a context: without its lock they
// crashed now and then.
TEST(ModelRegression, InstructionSetsCompiledSideBySide) {
  TemporaryProgram program(programOf("Real[4]",
                                     "repeat 64 {\n view (a, b) = halves(x)\n"
                                     " b := b + (mlp[8](a) -> Real[2])\n}"));
  for (int i = 0; i < 3; ++i) {
    Compilation compilation(program.path, {});
    EXPECT_TRUE(compilation.run(Stage::Object));
  }
}

// Bounds in a chart's name were cut to two decimals: from 0.00 to 0.00 here.
TEST(ModelRegression, BoundsOfANarrowInterval) {
  TemporaryProgram program(programOf(
      "Real[2]", "param s: Interval(0.001, 0.002) = 0.0015\nx := x + s"));
  Compilation compilation(program.path, {});
  ASSERT_TRUE(compilation.run(Stage::LaneGrad))
      << compilation.diagnostics(false);
  Direction latent(compilation, "p.latent");
  for (double value : latent(Rows(batch * 2, 0)).first) {
    EXPECT_GT(value, 0.001);
    EXPECT_LT(value, 0.002);
  }
}

// log1p of what a rank-one update adds to 1 is no number where the determinant
// is negative.
TEST(ModelRegression, NegativeDeterminantOfARankOneUpdate) {
  TemporaryProgram program(programOf(
      "Real[2]", "param w: Positive[2] = 1; param v: Positive[2] = 1\n"
                 "let u = -(v + 5)\nrequire dot(w, u) < -2\n"
                 "x := x + u * dot(w, x)"));
  pipeline::Options options;
  options.f64 = true;
  Compilation compilation(program.path, options);
  ASSERT_TRUE(compilation.run(Stage::LaneGrad))
      << compilation.diagnostics(false);
  Direction latent(compilation, "p.latent");
  Rows x(batch * 2);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = std::sin(double(i));
  Rows logDet = latent(x).second, numeric = numericLogDet(latent, x);
  for (int64_t r = 0; r < batch; ++r)
    EXPECT_NEAR(logDet[r], numeric[r], 1e-6);
}

// Undone from the end, the flow reaches its start before the let is computed:
// the parameter had no initial value ("map::at").
TEST(ModelRegression, FirstOfALetInAParameterThatNothingReads) {
  TemporaryProgram program(
      "flow f[](x: Real[D]) {\n let s = 2 * x\n param m: Real[D] = first(s)\n"
      " param u: Real[D] = 0\n x := x + u\n}\n"
      "dist p = push(f[], Normal[2])\ndata d: Real[2] = csv(\"d.csv\")\n"
      "train p on d { minimize nll; adam(1e-3); batch 4; steps 1 }\nmain p\n");
  Compilation compilation(program.path, {});
  EXPECT_TRUE(compilation.run(Stage::LaneGrad))
      << compilation.diagnostics(false);
}

/// `let NAME1 = ..` to `let NAME60`, each with two uses of the one before.
static std::string doublings(const std::string &name, const std::string &start,
                             const std::string &formula) {
  std::string text, last = start;
  for (int i = 1; i <= 60; ++i) {
    std::string next = name + std::to_string(i);
    text += "let " + next + " = " + last + " + " + formula + "(" + last + ")\n";
    last = next;
  }
  return text;
}

// Proofs walked formulas as trees: these took 2^60 steps.
TEST(ModelRegression, SharedPartsOfFormulasAreLookedAtOnce) {
  std::string same = doublings("s", "u", "sin") + doublings("t", "u", "sin");
  std::string slope = "let d0 = dot(w, x)\n" + doublings("d", "d0", "tanh");
  std::string bounded = "view (a, b) = halves(x)\nparam v: Real = 1\n"
                        "let a0 = tanh(v * a)\n" +
                        doublings("a", "a0", "abs") + "b := b * exp(a60)\n";
  TemporaryProgram program(
      programOf("Real[2]", (bounded +
                            "param w: Real[2] = 1\n"
                            "param u: Real[2] = 1\n" +
                            same + "require dot(w, t60) > 1\n" + slope +
                            "x := x + s60 * d60")
                               .c_str()) +
      "data d: Real[2] = csv(\"d.csv\")\n"
      "train p on d { minimize nll; adam(1e-3); batch 4; steps 1 }\n");
  Compilation compilation(program.path, {});
  EXPECT_TRUE(compilation.run(Stage::LaneGrad))
      << compilation.diagnostics(false);
}

// The range of a repeat's places was found again for each place and use: 2^30
// steps.
TEST(ModelRegression, RangesOfRepeatsInARow) {
  std::string body = "view (a, b) = halves(x)\n";
  for (int i = 0; i < 30; ++i)
    body += "repeat 2 {\n b := b * exp(tanh(a))\n a := a + tanh(b)\n}\n";
  TemporaryProgram program(programOf("Real[2]", body.c_str()));
  Compilation compilation(program.path, {});
  EXPECT_TRUE(compilation.run(Stage::Lane)) << compilation.diagnostics(false);
}

// A proof rested on the condition of a law that no training reads, and nothing
// ever checked it.
TEST(ModelRegression, RequireOfALawThatIsNotTrained) {
  TemporaryProgram program(
      "use std.flows.{planar, actnorm}\ndist p = pull(planar[], Normal[2])\n"
      "dist q = pull(actnorm[], Normal[2])\n"
      "data d: Real[2] = csv(\"d.csv\")\n"
      "train q on d { minimize nll; adam(1e-3); batch 4; steps 1 }\nmain p\n");
  Compilation compilation(program.path, {});
  ASSERT_TRUE(compilation.run(Stage::LaneGrad))
      << compilation.diagnostics(false);
  auto require =
      compilation.module().lookupSymbol<mlir::func::FuncOp>("train0.require");
  ASSERT_TRUE(require);
  EXPECT_EQ(require.getNumResults(), 1u);
}
