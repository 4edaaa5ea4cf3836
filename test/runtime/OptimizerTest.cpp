//===- OptimizerTest.cpp - Adam and SGD -----------------------------------===//

#include "Runtime/Optimizer.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace rill::rt;

/// Values and gradients that vary from element to element.
struct Setting {
  std::vector<ParamSpec> specs{{"a", {}, {70000}, "Real", "identity"},
                               {"fixed", {}, {5}, "Real", "identity"},
                               {"b", {}, {33}, "Real", "identity"}};
  Layout layout;
  Buffer values, gradient;

  explicit Setting(Type type)
      : layout(specs, type), values(layout.bytes()), gradient(layout.bytes()) {
    for (int p = 0; p < 3; ++p)
      for (int64_t i = 0; i < layout.size[p]; ++i) {
        set(values, p, i, std::sin(0.7 * double(i) + p));
        set(gradient, p, i, std::cos(1.3 * double(i)) * 0.01);
      }
  }
  void set(Buffer &buffer, int p, int64_t i, double v) {
    if (layout.type == Type::F64)
      buffer.as<double>()[layout.begin[p] + i] = v;
    else
      buffer.as<float>()[layout.begin[p] + i] = float(v);
  }
  double get(const Buffer &buffer, int p, int64_t i) const {
    return layout.type == Type::F64 ? buffer.as<double>()[layout.begin[p] + i]
                                    : buffer.as<float>()[layout.begin[p] + i];
  }
  /// Runs `steps` steps on `threads` threads.
  OptimizerState run(const TrainSpec &spec, int steps, int threads) {
    ThreadPool pool(threads);
    Optimizer optimizer(layout, {0, 2}, spec, pool);
    OptimizerState state = optimizer.initialState(values);
    for (int t = 0; t < steps; ++t)
      optimizer.step(t, gradient, optimizer.norm(gradient), values, state);
    return state;
  }
};

TEST(Optimizer, AdamFollowsTheFormulaInDouble) {
  Setting s(Type::F64);
  TrainSpec spec;
  spec.optimizer.weightDecay = 0.1;
  const double g = s.get(s.gradient, 0, 3);
  double p = s.get(s.values, 0, 3), m = 0, v = 0;
  for (int t = 1; t <= 5; ++t) {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const double mHat = m / (1 - std::pow(0.9, t));
    const double vHat = v / (1 - std::pow(0.999, t));
    p = p - 1e-3 * mHat / (std::sqrt(vHat) + 1e-8) - 1e-3 * 0.1 * p;
  }
  s.run(spec, 5, 1);
  EXPECT_NEAR(s.get(s.values, 0, 3), p, 1e-14); // A few roundings of 1.
}

TEST(Optimizer, SgdWithMomentumFollowsTheFormula) {
  Setting s(Type::F64);
  TrainSpec spec;
  spec.optimizer = {.kind = "sgd", .lr = 0.1, .momentum = 0.5};
  const double g = s.get(s.gradient, 2, 7);
  double p = s.get(s.values, 2, 7), m = 0;
  for (int t = 0; t < 4; ++t) {
    m = 0.5 * m + g;
    p -= 0.1 * m;
  }
  s.run(spec, 4, 1);
  EXPECT_NEAR(s.get(s.values, 2, 7), p, 1e-15);
}

TEST(Optimizer, GivesTheSameBitsOnAnyNumberOfThreads) {
  TrainSpec spec;
  spec.ema = 0.9;
  spec.clip = 0.5;
  Setting one(Type::F32), three(Type::F32);
  const OptimizerState a = one.run(spec, 3, 1), b = three.run(spec, 3, 3);
  auto same = [](const Buffer &x, const Buffer &y) {
    return x.size() == y.size() && !memcmp(x.data(), y.data(), x.size());
  };
  EXPECT_TRUE(same(one.values, three.values));
  EXPECT_TRUE(same(a.first, b.first));
  EXPECT_TRUE(same(a.second, b.second));
  EXPECT_TRUE(same(a.average, b.average));
}

TEST(Optimizer, LeavesOtherParametersAlone) {
  Setting s(Type::F32);
  TrainSpec spec;
  spec.optimizer.weightDecay = 0.5;
  const double before = s.get(s.values, 1, 2);
  s.run(spec, 3, 2);
  EXPECT_EQ(s.get(s.values, 1, 2), before);
}

TEST(Optimizer, NormIsThatOfTheTrainedParameters) {
  Setting s(Type::F32);
  ThreadPool pool(2);
  Optimizer optimizer(s.layout, {0, 2}, {}, pool);
  double sum = 0;
  for (int p : {0, 2})
    for (int64_t i = 0; i < s.layout.size[p]; ++i)
      sum += std::pow(s.get(s.gradient, p, i), 2);
  EXPECT_NEAR(optimizer.norm(s.gradient), std::sqrt(sum), 1e-12);
}

TEST(Optimizer, ClipsToTheGlobalNorm) {
  Setting s(Type::F64);
  TrainSpec spec;
  spec.optimizer = {.kind = "sgd", .lr = 1};
  spec.clip = 0.25;
  const std::vector<double> before{s.get(s.values, 0, 0),
                                   s.get(s.values, 0, 9)};
  ThreadPool pool(1);
  const double norm = Optimizer(s.layout, {0, 2}, spec, pool).norm(s.gradient);
  ASSERT_GT(norm, 0.25);
  s.run(spec, 1, 1);
  EXPECT_NEAR(before[1] - s.get(s.values, 0, 9),
              s.get(s.gradient, 0, 9) * 0.25 / norm, 1e-15);
}

TEST(Optimizer, NormShowsNaNAndInfinityAnywhere) {
  for (double bad : {NAN, INFINITY, -INFINITY}) {
    Setting s(Type::F32);
    ThreadPool pool(2);
    Optimizer optimizer(s.layout, {0, 2}, {}, pool);
    s.set(s.gradient, 0, 69999, bad);
    EXPECT_FALSE(std::isfinite(optimizer.norm(s.gradient)));
  }
}

TEST(Optimizer, AverageIsExponential) {
  Setting s(Type::F64);
  TrainSpec spec;
  spec.ema = 0.75;
  spec.optimizer = {.kind = "sgd", .lr = 1};
  const double p0 = s.get(s.values, 0, 1), g = s.get(s.gradient, 0, 1);
  const OptimizerState state = s.run(spec, 2, 1);
  const double p1 = p0 - g, p2 = p1 - g;
  const double e = 0.75 * (0.75 * p0 + 0.25 * p1) + 0.25 * p2;
  EXPECT_NEAR(s.get(state.average, 0, 1), e, 1e-15);
}
