//===- TrainingGradientTest.cpp - Gradients of losses with derivatives ----===//
//
// Losses that contain derivative operators, in several nestings, from source to
// the lane level: the gradient that training uses equals central differences of
// the loss in f64, for every parameter.
//
//===----------------------------------------------------------------------===//

#include "Lane/IR/LaneOps.h"
#include "Lane/Interp/Interp.h"
#include "TemporaryProgram.h"
#include "import/Entries.h"
#include "pipeline/Pipeline.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace rill;
using pipeline::Compilation;
using pipeline::Stage;

static constexpr int64_t batch = 8;

namespace {
struct Loss {
  const char *name;
  const char *source; ///< declares the law p and the loss L
};

/// One lane function of a program, run by the interpreter.
class Entry {
public:
  Entry(Compilation &compilation, const std::string &name)
      : function(compilation.module().lookupSymbol<mlir::func::FuncOp>(name)) {}

  /// The parameters that it takes; its draws come from the context alone.
  std::vector<lane::Array> randomArguments() {
    std::mt19937 engine(5);
    std::normal_distribution<double> normal(0, 0.5);
    std::vector<lane::Array> arguments;
    for (mlir::Type type : function.getArgumentTypes()) {
      auto tensor = llvm::cast<lane::TensorType>(type);
      arguments.push_back(
          lane::Array::filled(tensor.getShape(), tensor.getInv(), batch));
      for (double &value : arguments.back().data)
        value = normal(engine);
    }
    return arguments;
  }
  std::vector<lane::Array> operator()(const std::vector<lane::Array> &given) {
    lane::InterpContext context;
    context.batch = batch;
    context.seed = 3;
    return llvm::cantFail(lane::interpret(function, given, context));
  }

private:
  mlir::func::FuncOp function;
};
} // namespace

class LossWithDerivatives : public testing::TestWithParam<Loss> {};

TEST_P(LossWithDerivatives, GradientEqualsFiniteDifferences) {
  TemporaryProgram program("use std.nets.mlp\nuse std.flows.actnorm\n" +
                           std::string(GetParam().source) +
                           "\ntrain p { minimize L }\nmain p\n");
  pipeline::Options options;
  options.f64 = true;
  Compilation compilation(program.path, options);
  ASSERT_TRUE(compilation.run(Stage::LaneGrad))
      << compilation.diagnostics(false);

  Entry loss(compilation, "train0.loss"), grad(compilation, "train0.grad");
  std::vector<lane::Array> params = loss.randomArguments();
  std::vector<lane::Array> derivatives = grad(params);
  ASSERT_EQ(derivatives.size(), params.size() + 1);
  for (size_t k = 0; k < params.size(); ++k)
    for (size_t i = 0; i < params[k].data.size(); ++i) {
      // Fourth order in h: truncation below 1e-10 for derivatives of order 1,
      // and cancellation of about 1e-16 / h.
      auto at = [&](double shift) {
        std::vector<lane::Array> moved = params;
        moved[k].data[i] += shift;
        return loss(moved)[0].data[0];
      };
      double h = 1e-3;
      double numeric =
          (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      double derived = derivatives[k + 1].data[i];
      EXPECT_NEAR(derived, numeric, 1e-8 * std::max(1.0, std::fabs(numeric)))
          << "parameter " << k << ", element " << i;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Operators, LossWithDerivatives,
    testing::Values(
        Loss{"score_of_a_flow",
             "flow f[](x: Real[D]) {\n"
             "  view (a, b) = halves(x)\n"
             "  let (s, m) = mlp[3](a) -> (Real[D/2], Real[D/2])\n"
             "  b := b * exp(tanh(s)) + sin(m)\n"
             "}\n"
             "dist p(x: Real[2]) = pull(f[] >> actnorm[], Normal)\n"
             "loss L = E[x: Real[2] ~ Normal] norm2(grad[x] p.logp(x) + x)"},
        Loss{"implicit_score_matching",
             "flow f[](x: Real[D]) {\n"
             "  view (a, b) = halves(x)\n"
             "  let s = tanh(a)\n"
             "  param w: Real[D/2] = 1\n"
             "  b := b * exp(tanh(w * s)) + w * sq(a)\n"
             "}\n"
             "dist p(x: Real[2]) = pull(f[] >> actnorm[], Normal)\n"
             "loss L = E[x: Real[2] ~ Normal]\n"
             "  (norm2(grad[x] p.logp(x)) / 2 + laplacian[x] p.logp(x))"},
        Loss{"flows_in_a_loop",
             "flow f[](x: Real[D]) {\n"
             "  view (a, b) = halves(x)\n"
             "  param w: Real[D/2] = 1\n"
             "  b := b * exp(tanh(w * a)) + sin(w * a)\n"
             "  x := reverse(x)\n"
             "}\n"
             "dist p(x: Real[2]) = pull(repeat 3 { f[] }, Normal)\n"
             "loss L = E[x: Real[2] ~ Normal, v: Real[2] ~ Normal]\n"
             "  (sq(jvp[x = v] p.logp(x)) + norm2(grad[x] p.logp(x)))"},
        Loss{"jvp_of_a_net",
             "dist p(x: Real[2]) {\n"
             "  logp(x) = Normal.logp((mlp[3, 3](x) -> Real[2]))\n"
             "}\n"
             "loss L = E[x: Real[2] ~ Normal, v: Real[2] ~ Normal]\n"
             "  (sq(jvp[x = v] p.logp(x)) + sq(jvp[x = v] jvp[x = v] "
             "p.logp(x)))"},
        Loss{"divergence_and_stop",
             "dist p(x: Real[2]) {\n"
             "  let n = mlp[3, 3]\n"
             "  logp(x) = sq(div[x] (n(x) -> Real[2])) - sum((jac[x] (n(x) -> "
             "Real[2])) @ x) + sum((vjp[x = x] (n(x) -> Real[2])) * "
             "stop(x))\n"
             "}\n"
             "loss L = E[x: Real[2] ~ Normal] p.logp(x)"},
        Loss{"derivatives_in_a_flow",
             "flow f[](x: Real[2]) {\n"
             "  view (a, b) = halves(x)\n"
             "  let net = mlp[3]\n"
             "  let n = fn(a: Real[1]) = net(a) -> Real[1]\n"
             "  b := b * exp(tanh(div[a] n(a))) + grad[a] sum(sq(n(a)))\n"
             "}\n"
             "dist p(x: Real[2]) = pull(f[], Normal)\n"
             "loss L = E[x: Real[2] ~ Normal] norm2(grad[x] p.logp(x))"},
        Loss{"under_an_index",
             "dist p(x: Real[2]) {\n"
             "  param w: Real[2] = 1\n"
             "  logp(x) = sum[i: 2] (grad[x] sin(w[i] * x[0] * x[1]))[i]\n"
             "}\n"
             "loss L = E[x: Real[2] ~ Normal] sq(p.logp(x))"}),
    [](const testing::TestParamInfo<Loss> &info) { return info.param.name; });
