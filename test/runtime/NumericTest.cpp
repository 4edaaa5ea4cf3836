//===- NumericTest.cpp - Differences, determinants, Gaussians -------------===//

#include "Runtime/Numeric.h"
#include "Runtime/Gaussian.h"
#include "Runtime/Quadrature.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace rill::rt;

template <typename F> static Derivative differentiate(F f, double x, double h) {
  Ridders tableau;
  for (int k = 0; k < Ridders::steps; ++k) {
    const double step = Ridders::step(h, k);
    tableau.add((f(x + step) - f(x - step)) / (2 * step), 1e-16 / step);
  }
  return tableau.result();
}

TEST(Numeric, RiddersReachesTwelveDigits) {
  const Derivative d =
      differentiate([](double x) { return std::exp(std::sin(x)); }, 0.3, 0.1);
  const double exact = std::exp(std::sin(0.3)) * std::cos(0.3);
  EXPECT_NEAR(d.value, exact, 1e-11);
  EXPECT_LE(std::fabs(d.value - exact), 4 * d.error);
}

TEST(Numeric, RiddersSurvivesAKinkWithinTheFirstSteps) {
  const Derivative d = differentiate(
      [](double x) { return x * x + std::fabs(x - 0.301); }, 0.3, 0.1);
  EXPECT_NEAR(d.value, 0.6 - 1, 1e-8);
}

TEST(Numeric, RiddersOwnsUpToAKinkAtThePoint) {
  const Derivative d = differentiate(
      [](double x) { return x < 0.3 ? 0 : std::sqrt(x - 0.3); }, 0.3, 0.1);
  EXPECT_GT(d.error, 1e-2);
}

TEST(Numeric, LogDeterminantPivotsAndBoundsItsError) {
  // det = 0*... : the first pivot is zero. det = 2*(3*4) with a swap.
  const std::vector<double> a{0, 2, 0, 3, 1, 0, 0, 0, 4};
  std::vector<double> error(9, 0);
  error[1] = 0.01; // d log det / d a01 = 1 / 2
  double bound = 0;
  EXPECT_NEAR(logAbsDet(a, 3, &error, &bound), std::log(24.0), 1e-15);
  EXPECT_NEAR(bound, 0.005, 1e-15);
}

TEST(Numeric, ASingularMatrixHasNoLogDeterminant) {
  EXPECT_EQ(logAbsDet({1, 2, 2, 4}, 2), -INFINITY);
}

TEST(Gaussian, GivesTheDensityOfItsMoments) {
  // Four points with mean (1, 2), variances 1 and 4, no correlation.
  Table t{4, 2, {0, 0, 2, 0, 0, 4, 2, 4}, {}};
  const auto g = Gaussian::fit(t);
  ASSERT_TRUE(g);
  // Every point is one standard deviation off in each direction.
  const double expected = -std::log(2 * M_PI) - std::log(2.0) - 1;
  EXPECT_NEAR(g->meanLogDensity(t), expected, 1e-14);
}

TEST(Gaussian, RefusesSingularAndTooFewRows) {
  EXPECT_FALSE(Gaussian::fit({3, 2, {1, 2, 2, 4, 3, 6}, {}}));
  EXPECT_FALSE(Gaussian::fit({2, 2, {1, 2, 2, 5}, {}}));
  EXPECT_FALSE(Gaussian::fit({0, 2, {}, {}}));
}

/// Integrates a function of one row.
template <typename F>
static Integral integral(F f, int64_t d, double lo, double hi,
                         double tolerance) {
  return integrate(
      [&](const Table &points) {
        std::vector<double> values;
        for (int64_t r = 0; r < points.rows; ++r)
          values.push_back(f(points.row(r)));
        return values;
      },
      d, lo, hi, tolerance);
}

/// A normal density of deviation s around 1 in every direction.
static double bump(const double *x, int64_t d, double s) {
  double value = 1;
  for (int64_t i = 0; i < d; ++i)
    value *= std::exp(-0.5 * std::pow((x[i] - 1) / s, 2)) /
             (s * std::sqrt(2 * M_PI));
  return value;
}

TEST(Quadrature, FindsANarrowDensityInAWideBox) {
  for (int64_t d = 1; d <= 3; ++d) {
    // About the width of a cell of the first grid.
    const double s = d == 1 ? 0.02 : d == 2 ? 0.3 : 1;
    const Integral found = integral(
        [&](const double *x) { return bump(x, d, s); }, d, -20, 30, 1e-5);
    EXPECT_NEAR(found.value, 1, 1e-5) << d;
    EXPECT_LT(found.error, 1e-5) << d;
    EXPECT_LT(found.points, 4000000) << d;
  }
}

TEST(Quadrature, FollowsAJump) {
  const Integral found = integral(
      [](const double *x) { return x[0] + 0.3 * x[1] > 0.123 ? 1.0 : 0.0; }, 2,
      -1, 1, 1e-3);
  // The part of the square right of the line x0 = 0.123 - 0.3 x1.
  EXPECT_NEAR(found.value, 2 * (1 - 0.123), 1e-3);
}

TEST(Quadrature, SaysWhenItCouldNot) {
  const Integral found = integral(
      [](const double *x) { return std::sin(1e5 * x[0] * x[1] * x[2]) > 0; }, 3,
      0, 1, 1e-9);
  EXPECT_GT(found.error, 1e-9);
  EXPECT_LT(found.points, 4000000);
}

TEST(Quadrature, InfinityIsNotAnIntegral) {
  const Integral found =
      integral([](const double *x) { return x[0] > 0 ? INFINITY : 0.0; }, 1, -1,
               1, 1e-3);
  EXPECT_FALSE(std::isfinite(found.value));
}
