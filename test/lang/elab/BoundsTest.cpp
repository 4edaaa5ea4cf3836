// Interval facts: every rule against samples of the function that it bounds.
#include "Elab/Bounds.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace rill::lang::elab;

static bool holds(const Bounds &b, double x) { return x >= b.lo && x <= b.hi; }

/// Points of an interval, its closed ends among them.
static std::vector<double> points(const Bounds &b) {
  double lo = std::fmax(b.lo, -20), hi = std::fmin(b.hi, 20);
  std::vector<double> all;
  for (int i = 1; i != 40; ++i)
    all.push_back(lo + (hi - lo) * i / 40);
  if (!b.loOpen)
    all.push_back(b.lo);
  if (!b.hiOpen)
    all.push_back(b.hi);
  return all;
}

static std::vector<Bounds> intervals() {
  return {Bounds::all(),         Bounds::positive(),  Bounds::nonNegative(),
          Bounds::open(0, 1),    Bounds::open(-1, 1), Bounds::open(-3, -1),
          {-2, 5, false, false}, {0, 3, false, true}};
}

TEST(Bounds, BinaryRulesHoldEveryValue) {
  for (const Bounds &a : intervals())
    for (const Bounds &b : intervals())
      for (double x : points(a))
        for (double y : points(b)) {
          EXPECT_TRUE(holds(add(a, b), x + y));
          EXPECT_TRUE(holds(subtract(a, b), x - y));
          EXPECT_TRUE(holds(multiply(a, b), x * y)) << x << " * " << y;
          if (y != 0) {
            EXPECT_TRUE(holds(divide(a, b), x / y)) << x << " / " << y;
          }
          EXPECT_TRUE(holds(minimum(a, b), std::fmin(x, y)));
          EXPECT_TRUE(holds(maximum(a, b), std::fmax(x, y)));
        }
}

TEST(Bounds, UnaryRulesHoldEveryValue) {
  const std::vector<std::pair<std::string, double (*)(double)>> table = {
      {"exp", std::exp},
      {"tanh", std::tanh},
      {"sinh", std::sinh},
      {"abs", std::fabs},
      {"sq", [](double x) { return x * x; }},
      {"cosh", std::cosh},
      {"sin", std::sin},
      {"erf", std::erf},
      {"relu", [](double x) { return std::fmax(x, 0); }},
      {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }},
      {"softplus", [](double x) { return std::log1p(std::exp(x)); }},
      {"neg", [](double x) { return -x; }},
      {"atan", std::atan}};
  for (const auto &[op, fn] : table)
    for (const Bounds &a : intervals())
      for (double x : points(a)) {
        Bounds r = unary(op, a);
        double slack =
            1e-12 * std::fmax(1, std::fabs(fn(x))); // rounding of fn itself
        EXPECT_TRUE(fn(x) >= r.lo - slack && fn(x) <= r.hi + slack)
            << op << "(" << x << ")";
      }
}

TEST(Bounds, OpenEndsProvePositivity) {
  EXPECT_TRUE(unary("exp", Bounds::all()).isPositive());
  EXPECT_TRUE(add(unary("sq", Bounds::all()), Bounds::point(1)).isPositive());
  EXPECT_FALSE(unary("sq", Bounds::all()).isPositive());
  EXPECT_TRUE(unary("sq", Bounds::positive()).isPositive());
  EXPECT_FALSE(subtract(Bounds::positive(), Bounds::positive()).isPositive());
  EXPECT_FALSE(unary("relu", Bounds::all()).isPositive());
  EXPECT_TRUE(multiply(Bounds::positive(), Bounds::open(0, 1)).isPositive());
  EXPECT_FALSE(multiply(Bounds::positive(), Bounds::all()).isPositive());
}

TEST(Bounds, TheTightestSpaceIsChosen) {
  using rill::lang::SpaceKind;
  EXPECT_EQ(spaceFor(Bounds::open(0, 1), {2}).kind(), SpaceKind::Unit);
  EXPECT_EQ(spaceFor(Bounds::open(-1, 1), {2}).kind(), SpaceKind::Interval);
  EXPECT_EQ(spaceFor(Bounds::nonNegative(), {}).kind(), SpaceKind::Real);
  EXPECT_EQ(spaceFor(Bounds::positive(), {}).kind(), SpaceKind::Positive);
}

TEST(Bounds, PowersEndWhereTheirBaseEnds) {
  EXPECT_TRUE(raised(Bounds::open(0, 2), 3).inside(0, 8));
  EXPECT_TRUE(raised(Bounds::open(1, 2), -1).inside(0.5, 1));
  EXPECT_TRUE(raised(Bounds::open(-2, -1), 4).inside(1, 16));
  EXPECT_TRUE(raised(Bounds::open(-2, 1), 3).inside(-8, 1));
  EXPECT_FALSE(raised(Bounds::open(-2, 1), 2).isPositive());
  EXPECT_EQ(raised(Bounds::open(-2, 1), 2).hi, 4);
  EXPECT_TRUE(raised(Bounds::positive(), -0.5).isPositive());
}

TEST(Bounds, AnAttainedEndOfASquareIsAttained) {
  // (-1, 2]: 4 is attained, although the other end is open.
  EXPECT_FALSE(unary("sq", {-1, 2, true, false}).hiOpen);
}
