//===- SolverTest.cpp - Gradients through solvers -------------------------===//
//
// A flow of a field whose samples choose their steps, through the front end to
// the lane level, run by the f64 interpreter. Its derivatives, by parameters
// and by states, are those of the steps that were taken: finite differences
// hold the step control fixed by giving every `stop` the value it had.
//
//===----------------------------------------------------------------------===//

#include "Lane/Interp/Interp.h"
#include "Lane/Random/Derive.h"
#include "Lane/Random/FiniteDifference.h"
#include "Lane/Transforms/Passes.h"
#include "TemporaryProgram.h"
#include "pipeline/Pipeline.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace rill;
using pipeline::Compilation;
using pipeline::Stage;

static constexpr int64_t batch = 4;

static std::string program(const std::string &solver) {
  return "use std.nets.dense\n"
         "net field[H](x: Real[D], t: Real) -> Real[D] {\n"
         "  let h = tanh(dense[H](concat(x, [t])))\n"
         "  out dense[D](tanh(dense[H](h)))\n"
         "}\n"
         "dist p = pull(ode(field[5], 0..1, " +
         solver + "), Normal[2])\nmain p\n";
}

/// Arguments that make the field bend: steps are refused and grow.
static std::vector<lane::Array> argumentsOf(mlir::func::FuncOp function) {
  std::mt19937 engine(11);
  std::normal_distribution<double> normal(0, 1.5);
  std::vector<lane::Array> arguments;
  for (mlir::Type type : function.getArgumentTypes()) {
    auto tensor = llvm::cast<lane::TensorType>(type);
    auto array = lane::Array::filled(tensor.getShape(), tensor.getInv(), batch);
    for (double &value : array.data)
      value = normal(engine);
    arguments.push_back(array);
  }
  return arguments;
}

/// Runs the tangents in the function, and leaves `stop` in it.
static void expandTangents(mlir::func::FuncOp function) {
  llvm::SmallVector<lane::DivergenceOp> divergences;
  function.walk([&](lane::DivergenceOp op) { divergences.push_back(op); });
  for (lane::DivergenceOp op : divergences)
    lane::expandDivergenceByTangents(op);
  llvm::SmallVector<lane::JvpOp> tangents;
  function.walk([&](lane::JvpOp op) { tangents.push_back(op); });
  for (lane::JvpOp op : tangents)
    ASSERT_TRUE(mlir::succeeded(lane::expandJvp(op)));
}

static void checkGradient(const std::string &solver) {
  TemporaryProgram source(program(solver));
  Compilation compilation(source.path, {});
  ASSERT_TRUE(compilation.run(Stage::Lane)) << compilation.diagnostics(false);
  mlir::ModuleOp module = compilation.module();
  mlir::OwningOpRef<mlir::ModuleOp> copy(module.clone());
  auto held = copy->lookupSymbol<mlir::func::FuncOp>("p.latent");
  expandTangents(held);
  lane::random::addVjp(module.lookupSymbol<mlir::func::FuncOp>("p.latent"),
                       "gradient");
  llvm::cantFail(lane::random::runPasses(
      module, "inline,lane-clean,lane-differentiate,lane-clean"));

  lane::HeldValues stops;
  lane::InterpContext context;
  context.batch = batch;
  context.held = &stops;
  std::vector<lane::Array> x = argumentsOf(held);
  auto results = llvm::cantFail(lane::interpret(held, x, context));
  EXPECT_GT(stops.values.size(), 0u);
  for (const lane::Array &array : results)
    for (double value : array.data)
      ASSERT_TRUE(std::isfinite(value));
  std::vector<lane::Array> w = lane::random::randomLike(results, 3), seeded = x;
  seeded.insert(seeded.end(), w.begin(), w.end());
  lane::InterpContext plain;
  plain.batch = batch;
  auto adjoints = llvm::cantFail(lane::interpret(
      module.lookupSymbol<mlir::func::FuncOp>("gradient"), seeded, plain));
  adjoints.erase(adjoints.begin(), adjoints.begin() + results.size());
  ASSERT_EQ(adjoints.size(), x.size());

  // One argument at a time: the state, then each parameter.
  for (size_t k = 0; k < x.size(); ++k) {
    std::vector<lane::Array> u = lane::random::randomLike(x, 17 + k);
    for (size_t j = 0; j < u.size(); ++j)
      if (j != k)
        for (double &value : u[j].data)
          value = 0;
    lane::random::Inner derived = lane::random::inner(u, adjoints);
    auto measured =
        llvm::cantFail(lane::random::differentiate(held, x, u, w, context));
    EXPECT_NEAR(derived.value, measured.value,
                1e-6 * std::max(1.0, std::fabs(measured.value)))
        << "argument " << k << ", error of the difference " << measured.error;
  }
}

TEST(Solver, GradientsAreThoseOfTheStepsTaken) {
  checkGradient("dopri5(rtol = 1e-4, atol = 1e-4)");
  checkGradient("bosh3(rtol = 1e-3, atol = 1e-3)");
}

/// The value of the first state with at most `steps` tries.
static std::vector<lane::Array> within(int steps) {
  TemporaryProgram source(program("dopri5(rtol = 1e-6, atol = 1e-6, steps = " +
                                  std::to_string(steps) + ")"));
  Compilation compilation(source.path, {});
  EXPECT_TRUE(compilation.run(Stage::LaneGrad));
  auto function =
      compilation.module().lookupSymbol<mlir::func::FuncOp>("p.latent");
  lane::InterpContext context;
  context.batch = batch;
  return llvm::cantFail(
      lane::interpret(function, argumentsOf(function), context));
}

TEST(Solver, WhoNeedsTooManyStepsHasNoValueAndTheOthersKeepTheirs) {
  auto all = within(400);
  for (double value : all[1].data)
    ASSERT_TRUE(std::isfinite(value));
  bool some = false;
  for (int steps = 2; steps < 400 && !some; ++steps) {
    auto few = within(steps);
    int lost = 0;
    for (int64_t s = 0; s < batch; ++s) {
      if (std::isnan(few[1].data[s])) {
        ++lost;
        EXPECT_TRUE(std::isnan(few[0].data[2 * s]));
        continue;
      }
      EXPECT_EQ(few[1].data[s], all[1].data[s]);
      EXPECT_EQ(few[0].data[2 * s], all[0].data[2 * s]);
    }
    some = lost > 0 && lost < batch;
  }
  EXPECT_TRUE(some) << "all samples need the same number of steps";
}
