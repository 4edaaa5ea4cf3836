// The partial derivatives of every elementwise operation, first and second
// order, against finite differences on a grid of its domain; and what they are
// at extreme arguments, where nothing finite may become NaN.
#include "Lane/IR/LaneOps.h"
#include "Lane/Random/Derive.h"
#include "Lane/Random/Properties.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"
#include <cmath>
#include <set>

using namespace rill::lane;
using namespace rill::lane::random;

using Points = std::vector<double>;
static constexpr double infinity = std::numeric_limits<double>::infinity();

/// The function @f of one operation, its derivative @d (reverse mode) and the
/// derivative of that @dd, at points given as one invariant vector per operand.
class OneOperation {
public:
  OneOperation(const std::string &name, size_t operands, size_t points) {
    context.loadDialect<LaneDialect, mlir::func::FuncDialect>();
    std::string t = "!lane.t<" + std::to_string(points) + "xf64, inv>";
    std::string both = operands == 1 ? t : t + ", " + t;
    std::string arguments =
        operands == 1 ? "%x: " + t : "%x: " + t + ", %y: " + t;
    std::string text = "func.func @f(" + arguments + ") -> " + t +
                       " { %r = lane." + name +
                       (operands == 1 ? " %x" : " %x, %y") + " : (" + both +
                       ") -> " + t + " return %r : " + t + " }";
    module = llvm::cantFail(parse(text, context));
    auto f = module->lookupSymbol<mlir::func::FuncOp>("f");
    addVjp(addVjp(f, "d"), "dd");
    llvm::cantFail(runPasses(*module, "lane-differentiate"));
    n = operands;
    count = points;
  }

  Points value(const std::vector<Points> &x) { return run("f", x, 0)[0]; }
  /// Partial derivatives of the value, one per operand.
  std::vector<Points> partials(const std::vector<Points> &x) {
    auto r = run("d", x, 1);
    return {r.begin() + 1, r.end()};
  }
  /// Partial derivatives of partial `k`, one per operand.
  std::vector<Points> secondPartials(const std::vector<Points> &x, size_t k) {
    // Arguments of dd: x, the seed of d, then seeds of d's results.
    auto r = run("dd", x, 1, 1 + int(k));
    return {r.begin() + 1 + n, r.begin() + 1 + 2 * n};
  }

private:
  /// Seeds: ones for the value's cotangent; for `dd` one more for each result
  /// of `d`, zero but for the `chosen`.
  std::vector<Points> run(llvm::StringRef name, const std::vector<Points> &x,
                          int seeds, int chosen = -1) {
    std::vector<Array> arguments;
    auto add = [&](Points p) {
      arguments.push_back(Array{{int64_t(count)}, true, std::move(p)});
    };
    for (const Points &p : x)
      add(p);
    if (seeds)
      add(Points(count, 1));
    if (chosen >= 0)
      for (int i = 0; i < 1 + int(n); ++i)
        add(Points(count, i == chosen));
    auto results = interpret(module->lookupSymbol<mlir::func::FuncOp>(name),
                             arguments, {});
    if (!results) {
      ADD_FAILURE() << llvm::toString(results.takeError());
      return std::vector<Points>(8, Points(count, NAN));
    }
    std::vector<Points> points;
    for (const Array &a : *results)
      points.push_back(a.data);
    return points;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  size_t n, count;
};

/// Derivative of `f` by operand `k` at every point: Ridders' method, steps in
/// proportion to the point.
template <typename F>
static Points slope(F f, const std::vector<Points> &x, size_t k,
                    Points &errors) {
  constexpr int levels = 6;
  size_t count = x[0].size();
  std::vector<Points> table[levels];
  Points best(count, NAN);
  errors.assign(count, infinity);
  double step = 0x1p-5;
  for (int i = 0; i < levels; ++i, step /= 2) {
    auto moved = [&](double sign) {
      std::vector<Points> at = x;
      for (double &v : at[k])
        v += sign * step * std::fmin(1, std::fabs(v) + 0.01);
      return f(at);
    };
    Points up = moved(1), down = moved(-1);
    for (int j = 0; j <= i; ++j) {
      table[i].push_back(Points(count));
      for (size_t p = 0; p < count; ++p) {
        double h = step * std::fmin(1, std::fabs(x[k][p]) + 0.01);
        double &t = table[i][j][p];
        if (j == 0) {
          t = (up[p] - down[p]) / (2 * h);
          continue;
        }
        double fine = table[i][j - 1][p], coarse = table[i - 1][j - 1][p];
        t = fine + (fine - coarse) / (std::pow(4, j) - 1);
        double error = std::fmax(std::fabs(t - fine), std::fabs(t - coarse));
        if (error <= errors[p]) {
          errors[p] = error;
          best[p] = t;
        }
      }
    }
  }
  return best;
}

struct Domain {
  std::string name;
  std::vector<std::pair<double, double>> box; // one interval per operand
};

static const std::vector<Domain> domains = {
    {"neg", {{-5, 5}}},
    {"abs", {{0.3, 5}}},
    {"abs", {{-5, -0.3}}},
    {"sign", {{0.3, 5}}},
    {"sq", {{-5, 5}}},
    {"exp", {{-20, 20}}},
    {"log", {{1e-3, 50}}},
    {"expm1", {{-20, 5}}},
    {"log1p", {{-0.9, 50}}},
    {"sqrt", {{1e-2, 50}}},
    {"rsqrt", {{1e-2, 50}}},
    {"recip", {{0.1, 50}}},
    {"recip", {{-50, -0.1}}},
    {"sin", {{-20, 20}}},
    {"cos", {{-20, 20}}},
    {"tan", {{-1.4, 1.4}}},
    {"atan", {{-30, 30}}},
    {"tanh", {{-8, 8}}},
    {"atanh", {{-0.95, 0.95}}},
    {"sinh", {{-6, 6}}},
    {"cosh", {{-6, 6}}},
    {"asinh", {{-30, 30}}},
    {"acosh", {{1.1, 30}}},
    {"sigmoid", {{-20, 20}}},
    {"softplus", {{-20, 20}}},
    {"log_sigmoid", {{-20, 20}}},
    {"relu", {{0.3, 5}}},
    {"relu", {{-5, -0.3}}},
    {"floor", {{0.2, 0.8}}},
    {"lgamma", {{0.2, 30}}},
    {"lgamma", {{-2.8, -2.2}}},
    {"digamma", {{0.3, 30}}},
    {"digamma", {{-2.8, -2.2}}},
    {"erf", {{-4, 4}}},
    {"erfc", {{-4, 6}}},
    {"erfinv", {{-0.95, 0.95}}},
    {"ndtri", {{0.02, 0.98}}},
    {"add", {{-5, 5}, {-5, 5}}},
    {"sub", {{-5, 5}, {-5, 5}}},
    {"mul", {{-5, 5}, {-5, 5}}},
    {"div", {{-5, 5}, {0.2, 5}}},
    {"pow", {{0.2, 5}, {-3, 3}}},
    {"max", {{-5, -1}, {1, 5}}},
    {"max", {{1, 5}, {-5, -1}}},
    {"min", {{-5, -1}, {1, 5}}},
    {"min", {{1, 5}, {-5, -1}}},
    {"logaddexp", {{-20, 20}, {-20, 20}}},
    {"atan2", {{-5, 5}, {0.2, 5}}},
    {"atan2", {{0.2, 5}, {-5, 5}}},
    {"atan2", {{-5, -0.2}, {-5, -0.2}}},
};

/// A grid of 24 points; the second operand runs through it in another order.
static std::vector<Points> gridOf(const Domain &domain) {
  constexpr int n = 24;
  std::vector<Points> x;
  for (auto [k, interval] : llvm::enumerate(domain.box)) {
    Points p(n);
    for (int i = 0; i < n; ++i) {
      int at = k == 0 ? i : (i * 7 + 3) % n;
      p[i] =
          interval.first + (interval.second - interval.first) * (at + 0.5) / n;
    }
    x.push_back(p);
  }
  return x;
}

/// Ridders' error is an estimate: 30 times it, and the rounding of a function
/// value in the smallest step (2^-10 of the point), 1e-12 of the derivative or
/// of 1.
static void expectClose(const Points &derived, const Points &numeric,
                        const Points &errors, const std::vector<Points> &x) {
  for (size_t p = 0; p < derived.size(); ++p)
    EXPECT_NEAR(derived[p], numeric[p],
                30 * errors[p] + 1e-11 * (1 + std::fabs(numeric[p])))
        << "at x = " << x[0][p] << (x.size() > 1 ? ", y = " : "")
        << (x.size() > 1 ? std::to_string(x[1][p]) : "");
}

TEST(Elementwise, PartialsAgreeWithFiniteDifferences) {
  for (const Domain &domain : domains) {
    SCOPED_TRACE(domain.name);
    std::vector<Points> x = gridOf(domain);
    OneOperation op(domain.name, x.size(), x[0].size());
    std::vector<Points> partials = op.partials(x);
    for (size_t k = 0; k < x.size(); ++k) {
      SCOPED_TRACE("operand " + std::to_string(k));
      Points errors, numeric;
      numeric = slope([&](auto &at) { return op.value(at); }, x, k, errors);
      for (double e : errors) // the comparison must be able to fail
        EXPECT_LT(e, 1e-6 * (1 + std::fabs(numeric[0]) * 1e3));
      expectClose(partials[k], numeric, errors, x);
    }
  }
}

TEST(Elementwise, SecondPartialsAgreeWithFiniteDifferences) {
  for (const Domain &domain : domains) {
    SCOPED_TRACE(domain.name);
    std::vector<Points> x = gridOf(domain);
    OneOperation op(domain.name, x.size(), x[0].size());
    for (size_t k = 0; k < x.size(); ++k) {
      std::vector<Points> second = op.secondPartials(x, k);
      for (size_t j = 0; j < x.size(); ++j) {
        SCOPED_TRACE("operands " + std::to_string(k) + ", " +
                     std::to_string(j));
        Points errors, numeric;
        numeric =
            slope([&](auto &at) { return op.partials(at)[k]; }, x, j, errors);
        expectClose(second[j], numeric, errors, x);
      }
    }
  }
}

/// Every differentiable elementwise operation is in the table.
TEST(Elementwise, TheTableIsComplete) {
  mlir::MLIRContext context;
  context.loadDialect<LaneDialect>();
  std::set<std::string> missing;
  for (mlir::RegisteredOperationName name : context.getRegisteredOperations())
    if (name.hasTrait<Elementwise>() && name.hasInterface<Differentiable>())
      missing.insert(name.stripDialect().str());
  missing.erase("select"); // has a condition; SelectHidesTheOtherBranch
  for (const Domain &domain : domains)
    missing.erase(domain.name);
  for (const std::string &name : missing)
    ADD_FAILURE() << "not in the table: " << name;
}

struct Extreme {
  std::string name;
  Points x;      // operands
  double value;  // exact, or NaN for "finite"
  Points slopes; // partials, likewise
};

static const Extreme extremes[] = {
    {"softplus", {1000}, 1000, {1}},
    {"softplus", {-1000}, 0, {0}},
    {"log_sigmoid", {-1000}, -1000, {1}},
    {"log_sigmoid", {1000}, 0, {0}},
    {"sigmoid", {1000}, 1, {0}},
    {"sigmoid", {-1000}, 0, {0}},
    {"tanh", {1000}, 1, {0}},
    {"tanh", {-1000}, -1, {0}},
    {"exp", {-1000}, 0, {0}},
    {"expm1", {-1000}, -1, {0}},
    {"atan", {1e200}, NAN, {0}},
    {"asinh", {1e200}, NAN, {0}},
    {"asinh", {-1e200}, NAN, {0}},
    {"erf", {30}, 1, {0}},
    {"erfc", {30}, NAN, {0}},
    {"erfc", {-30}, 2, {0}},
    {"erf", {1e200}, 1, {0}},
    {"relu", {0}, 0, {0}},
    {"relu", {1e300}, 1e300, {1}},
    {"abs", {0}, 0, {0}},
    {"lgamma", {1e10}, NAN, {NAN}},
    {"lgamma", {1e-10}, NAN, {NAN}},
    {"digamma", {1e10}, NAN, {NAN}},
    {"ndtri", {1e-300}, NAN, {NAN}},
    {"erfinv", {0}, 0, {NAN}},
    {"pow", {0, 2}, 0, {0, 0}},
    {"pow", {0, 1}, 0, {1, 0}},
    {"pow", {3, 0}, 1, {0, NAN}},
    {"pow", {0, 0}, 1, {0, 0}},
    {"pow", {0, 0.5}, 0, {0, 0}}, // infinite; what stands at a kink has none
    {"pow", {0, 1.5}, 0, {0, 0}},
    {"pow", {1e-300, 0.5}, NAN, {NAN, NAN}},
    {"logaddexp", {-infinity, -infinity}, -infinity, {0.5, 0.5}},
    {"logaddexp", {-infinity, 2}, 2, {0, 1}},
    {"logaddexp", {2, -infinity}, 2, {1, 0}},
    {"logaddexp", {1000, -1000}, 1000, {1, 0}},
    {"logaddexp", {-1000, 1000}, 1000, {0, 1}},
    {"max", {2, 2}, 2, {1, 0}},
    {"min", {2, 2}, 2, {1, 0}},
    {"max", {-infinity, 2}, 2, {0, 1}},
    {"atan2", {0, 1}, 0, {1, 0}},
};

static void expectExtreme(double got, double expected) {
  if (std::isnan(expected))
    EXPECT_TRUE(std::isfinite(got)) << got;
  else
    EXPECT_EQ(got, expected);
}

TEST(Elementwise, ExtremeArgumentsGiveExactOrFiniteValues) {
  for (const Extreme &e : extremes) {
    SCOPED_TRACE(e.name + " at " + std::to_string(e.x[0]));
    std::vector<Points> x;
    for (double v : e.x)
      x.push_back({v});
    OneOperation op(e.name, x.size(), 1);
    expectExtreme(op.value(x)[0], e.value);
    std::vector<Points> partials = op.partials(x);
    for (size_t k = 0; k < x.size(); ++k) {
      SCOPED_TRACE("partial " + std::to_string(k));
      expectExtreme(partials[k][0], e.slopes[k]);
    }
  }
}

TEST(Elementwise, SecondPartialsAreFiniteAtExtremes) {
  for (const char *name : {"softplus", "log_sigmoid", "sigmoid", "tanh", "erf",
                           "erfc", "atan", "asinh", "relu"})
    for (double at : {-1000.0, 0.0, 1000.0}) {
      SCOPED_TRACE(std::string(name) + " at " + std::to_string(at));
      OneOperation op(name, 1, 1);
      EXPECT_TRUE(std::isfinite(op.secondPartials({{at}}, 0)[0][0]));
    }
  OneOperation power("pow", 2, 5);
  for (size_t k = 0; k < 2; ++k)
    for (const Points &second :
         power.secondPartials({{0, 0, 0, 0, 0}, {0, 0.5, 1, 1.5, 2.5}}, k))
      for (double v : second)
        EXPECT_TRUE(std::isfinite(v)) << v;
  OneOperation op("logaddexp", 2, 3);
  std::vector<Points> x = {{-infinity, -infinity, 1000}, {-infinity, 2, -1000}};
  for (size_t k = 0; k < 2; ++k)
    for (const Points &second : op.secondPartials(x, k))
      for (double v : second)
        EXPECT_TRUE(std::isfinite(v)) << v;
}

// Where x < 0 is not taken, log and sqrt of it must leave no trace: 0 * NaN.
TEST(Elementwise, SelectHidesTheOtherBranch) {
  mlir::MLIRContext context;
  context.loadDialect<LaneDialect, mlir::func::FuncDialect>();
  for (const char *branch : {"log", "sqrt", "rsqrt", "recip", "acosh"}) {
    SCOPED_TRACE(branch);
    std::string t = "!lane.t<3xf64, inv>";
    auto module = llvm::cantFail(parse(
        "func.func @f(%x: " + t + ") -> " + t + " { %z = lane.const 0.0 : " +
            t + " %c = lane.compare gt %x, %z : (" + t + ", " + t +
            ") -> !lane.t<3xi1, inv> %a = lane." + branch + " %x : (" + t +
            ") -> " + t +
            " %r = lane.select %c, %a, %x : (!lane.t<3xi1, inv>, " + t + ", " +
            t + ") -> " + t + " return %r : " + t + " }",
        context));
    auto f = module->lookupSymbol<mlir::func::FuncOp>("f");
    addVjp(addVjp(f, "d"), "dd");
    addJvp(f, "t");
    llvm::cantFail(runPasses(*module, "lane-differentiate"));
    Array x = {{3}, true, {-2, 0, 4}}, one = {{3}, true, {1, 1, 1}};
    auto run = [&](const char *name, std::vector<Array> arguments) {
      return llvm::cantFail(interpret(
          module->lookupSymbol<mlir::func::FuncOp>(name), arguments, {}));
    };
    for (auto &derived : {run("d", {x, one}), run("t", {x, one})}) {
      EXPECT_EQ(derived[1].data[0], 1);
      EXPECT_EQ(derived[1].data[1], 1);
      EXPECT_TRUE(std::isfinite(derived[1].data[2]));
    }
    auto second = run("dd", {x, one, one, one});
    EXPECT_EQ(second[2].data[0], 1); // of the value; its slope is constant
    EXPECT_EQ(second[2].data[1], 1);
  }
}
