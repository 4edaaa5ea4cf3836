// The interpreter's special functions against known values and identities.
// Tolerances are a few units of 2^-52, times the function's condition number
// where an argument was rounded.
#include "Lane/Interp/Special.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>

using namespace rill::lane::special;

static constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Special, SigmoidIsAccurateInBothTails) {
  EXPECT_EQ(sigmoid(0), 0.5);
  EXPECT_DOUBLE_EQ(sigmoid(-700), std::exp(-700.0));
  EXPECT_EQ(sigmoid(700), 1);
  EXPECT_EQ(sigmoid(-infinity), 0);
  EXPECT_EQ(sigmoid(infinity), 1);
}

TEST(Special, SoftplusNeitherOverflowsNorVanishes) {
  EXPECT_EQ(softplus(1000), 1000);
  EXPECT_DOUBLE_EQ(softplus(-700), std::exp(-700.0));
  EXPECT_DOUBLE_EQ(softplus(0), std::log(2.0));
  EXPECT_EQ(logSigmoid(-1000), -1000);
  EXPECT_DOUBLE_EQ(logSigmoid(700), -std::exp(-700.0));
  EXPECT_TRUE(std::isnan(softplus(NAN)));
}

TEST(Special, LogaddexpTakesInfinities) {
  EXPECT_EQ(logaddexp(-infinity, -infinity), -infinity);
  EXPECT_EQ(logaddexp(-infinity, 3), 3);
  EXPECT_EQ(logaddexp(infinity, infinity), infinity);
  EXPECT_EQ(logaddexp(infinity, -infinity), infinity);
  EXPECT_DOUBLE_EQ(logaddexp(1000, 1000), 1000 + std::log(2.0));
  EXPECT_TRUE(std::isnan(logaddexp(NAN, -infinity)));
}

// Abramowitz, Stegun: 6.3.2, 6.3.3, and tables; DLMF 5.4.
TEST(Special, DigammaHasItsKnownValues) {
  const double euler = 0.57721566490153286061;
  EXPECT_NEAR(digamma(1), -euler, 1e-15);
  EXPECT_NEAR(digamma(0.5), -euler - 2 * std::log(2.0), 2e-15);
  EXPECT_NEAR(digamma(10), 2.2517525890667211077, 2e-15);
  EXPECT_NEAR(digamma(-0.5), 0.036489973978576520559, 2e-15);
  EXPECT_NEAR(digamma(1e10), 23.025850929890456, 4e-15);
  EXPECT_TRUE(std::isnan(digamma(0)));
  EXPECT_TRUE(std::isnan(digamma(-3)));
}

TEST(Special, DigammaSatisfiesItsRecurrence) {
  for (double x = -5.3; x < 40; x += 0.37) {
    double scale = std::fabs(digamma(x)) + std::fabs(1 / x) + 1;
    EXPECT_NEAR(digamma(x + 1) - digamma(x), 1 / x, 2e-15 * scale) << x;
  }
}

// The derivative of C's lgamma by central differences: error about h^2 (1e-8)
// and rounding 1e-16 |lgamma| / h.
TEST(Special, DigammaIsTheSlopeOfLgamma) {
  const double h = 1e-5;
  for (double x = 0.3; x < 30; x += 0.71) {
    double slope = (std::lgamma(x + h) - std::lgamma(x - h)) / (2 * h);
    EXPECT_NEAR(digamma(x), slope, 1e-8) << x;
  }
}

TEST(Special, ErfinvInvertsErf) {
  EXPECT_NEAR(erfinv(0.5), 0.47693627620446987338, 1e-16);
  EXPECT_DOUBLE_EQ(erfinv(1e-10), 8.8622692545275801e-11);
  EXPECT_DOUBLE_EQ(erfinv(1e-300), 8.8622692545275801e-301);
  for (double x = -0.9999; x < 1; x += 1e-3)
    EXPECT_NEAR(std::erf(erfinv(x)), x, 3e-16) << x;
  EXPECT_EQ(erfinv(1), infinity);
  EXPECT_EQ(erfinv(-1), -infinity);
  EXPECT_TRUE(std::isnan(erfinv(1.0001)));
}

TEST(Special, NdtriIsNaNOutsideItsDomain) {
  EXPECT_EQ(ndtri(0.5), 0);
  EXPECT_NEAR(ndtri(0.975), 1.9599639845400542355, 1e-15);
  EXPECT_NEAR(ndtri(1e-20), -9.2623400897984077, 2e-15);
  EXPECT_EQ(ndtri(0), -infinity);
  EXPECT_EQ(ndtri(1), infinity);
  EXPECT_TRUE(std::isnan(ndtri(-0.1)));
  EXPECT_TRUE(std::isnan(ndtri(1.1)));
}
