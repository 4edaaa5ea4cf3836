// Three ways to a derivative of a random program must agree: reverse mode,
// forward mode, finite differences of the interpreter; at first and at second
// order. For random directions u of the arguments and weights w of the results
//   sum w . J u   =   sum (J^T w) . u   =   d/dh sum w . f(x + h u).
#include "Lane/IR/LaneOps.h"
#include "Lane/Random/Derive.h"
#include "Lane/Random/FiniteDifference.h"
#include "Lane/Random/Properties.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace rill::lane;
using namespace rill::lane::random;

/// How often finite differences could not tell (a kink or jump was near).
struct Tally {
  int told = 0, silent = 0;
};

static std::vector<Array> joined(std::vector<Array> a,
                                 const std::vector<Array> &b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

static std::string describe(double reverse, double forward, Estimate fd) {
  char text[200];
  std::snprintf(text, sizeof text,
                "reverse %.15g, forward %.15g, differences %.15g +- %.2g",
                reverse, forward, fd.value, fd.error);
  return text;
}

/// Compares the three ways for the function `name` of `program`, whose own
/// calculus operations, if any, have not been expanded. `sameBits`: a
/// derivative also returns the function's values bit for bit (inside another
/// one, code is brought to canonical form in between).
static Complaint threeWays(Program &program, llvm::StringRef name,
                           std::vector<Array> x, Tally &tally,
                           bool sameBits = false,
                           void (*tamper)(mlir::func::FuncOp) = nullptr) {
  mlir::OwningOpRef<mlir::ModuleOp> module(program.module->clone());
  auto function = module->lookupSymbol<mlir::func::FuncOp>(name);
  addVjp(function, "reverse");
  addJvp(function, "forward");
  if (llvm::Error error = runPasses(*module, "lane-differentiate"))
    return llvm::toString(std::move(error));
  if (tamper)
    tamper(module->lookupSymbol<mlir::func::FuncOp>("reverse"));

  const InterpContext &context = program.context;
  auto value = interpret(function, x, context);
  if (!value)
    return complaintOf(value);
  std::vector<Array> results = floatsOf(function.getResultTypes(), *value);
  std::vector<Array> u =
      randomLike(floatsOf(function.getArgumentTypes(), x), 1);
  std::vector<Array> w = randomLike(results, 2);

  auto reverse = interpret(module->lookupSymbol<mlir::func::FuncOp>("reverse"),
                           joined(x, w), context);
  if (!reverse)
    return complaintOf(reverse);
  auto forward = interpret(module->lookupSymbol<mlir::func::FuncOp>("forward"),
                           joined(x, u), context);
  if (!forward)
    return complaintOf(forward);
  size_t n = value->size();
  if (sameBits)
    for (auto *derived : {&*reverse, &*forward}) {
      Complaint changed =
          difference(*value, llvm::ArrayRef<Array>(*derived).take_front(n));
      if (!changed.empty())
        return "differentiation changes the values: " + changed;
    }
  Inner r = inner(u, llvm::ArrayRef<Array>(*reverse).drop_front(n));
  Inner f = inner(w, llvm::ArrayRef<Array>(*forward).drop_front(n));
  auto fd = differentiate(function, x, u, w, context);
  if (!fd)
    return complaintOf(fd);

  // Both modes are sums of the same products in another order: a few hundred
  // roundings of 1e-16 of terms that may cancel by some powers of ten.
  double scale = 1 + r.magnitude + f.magnitude;
  if (!(std::fabs(r.value - f.value) <= 1e-10 * scale))
    return describe(r.value, f.value, *fd);
  if (!(fd->error <= 1e-6 * scale)) {
    ++tally.silent;
    return "";
  }
  ++tally.told;
  // Ridders' error is an estimate; 30 times it, and never less than what the
  // rounding of f at the smallest step 2^-11 leaves.
  if (!(std::fabs(r.value - fd->value) <= 30 * fd->error + 1e-9 * scale))
    return describe(r.value, f.value, *fd);
  return "";
}

/// Programs in which finite differences cannot tell must be few.
static void expectMostlyTold(const Tally &tally, int programs) {
  EXPECT_EQ(tally.told + tally.silent, programs);
  EXPECT_LT(tally.silent, programs / 8);
}

TEST(Differentiation, FirstOrderThreeWays) {
  mlir::MLIRContext context;
  Tally tally;
  EXPECT_ALL_HOLD(forAll(context, {}, programs(1000), [&](Program &p) {
    return threeWays(p, "f", p.arguments, tally, !hasDerivatives(*p.module));
  }));
  expectMostlyTold(tally, programs(1000));
}

/// cos is how sin is differentiated; without its sign or with sin in its place
/// the comparison must fail wherever it matters.
static void breakCos(mlir::func::FuncOp reverse) {
  llvm::SmallVector<CosOp> all;
  reverse.walk([&](CosOp op) { all.push_back(op); });
  for (CosOp op : all) {
    mlir::OpBuilder builder(op);
    op.replaceAllUsesWith(
        SinOp::create(builder, op.getLoc(), op.getX()).getResult());
  }
}

TEST(Differentiation, AWrongRuleIsFound) {
  mlir::MLIRContext context;
  int found = 0, count = 0;
  Tally tally;
  forAll(context, {}, 2000, [&](Program &p) -> Complaint {
    bool has = false;
    p.module->walk([&](SinOp) { has = true; });
    if (has)
      ++count;
    if (has && !threeWays(p, "f", p.arguments, tally, false, breakCos).empty())
      ++found;
    return "";
  });
  // In most of them sin is in dead code; a handful must show it.
  EXPECT_GT(found, 4) << "of " << count;
}

/// Arguments of a vjp or jvp of @f: those of @f, then random seeds.
static std::vector<Array> seeded(Program &p, bool reverse) {
  auto value = evaluate(p, "f", p.arguments, p.context);
  if (!value) {
    llvm::consumeError(value.takeError());
    return {};
  }
  auto like = reverse ? floatsOf(p.function().getResultTypes(), *value)
                      : floatsOf(p.function().getArgumentTypes(), p.arguments);
  return joined(p.arguments, randomLike(like, 3));
}

TEST(Differentiation, SecondOrderOfReverseThreeWays) {
  mlir::MLIRContext context;
  Tally tally;
  EXPECT_ALL_HOLD(
      forAll(context, secondOrderOptions(), programs(1000), [&](Program &p) {
        addVjp(p.function(), "g");
        return threeWays(p, "g", seeded(p, true), tally);
      }));
  expectMostlyTold(tally, programs(1000));
}

TEST(Differentiation, SecondOrderOfForwardThreeWays) {
  mlir::MLIRContext context;
  Tally tally;
  EXPECT_ALL_HOLD(
      forAll(context, secondOrderOptions(), programs(1000), [&](Program &p) {
        addJvp(p.function(), "g");
        return threeWays(p, "g", seeded(p, false), tally);
      }));
  expectMostlyTold(tally, programs(1000));
}

/// `stop` has zero derivative, which finite differences do not know: the two
/// modes are compared with each other.
TEST(Differentiation, BothModesHonourStop) {
  mlir::MLIRContext context;
  ProgramOptions options;
  options.stops = true;
  EXPECT_ALL_HOLD(
      forAll(context, options, programs(200), [](Program &p) -> Complaint {
        addVjp(p.function(), "reverse");
        addJvp(p.function(), "forward");
        if (llvm::Error e = runPasses(*p.module, "lane-differentiate"))
          return llvm::toString(std::move(e));
        auto value = interpret(p.function(), p.arguments, p.context);
        if (!value)
          return complaintOf(value);
        auto u = randomLike(
            floatsOf(p.function().getArgumentTypes(), p.arguments), 1);
        auto w = randomLike(*value, 2);
        auto r =
            interpret(p.function("reverse"), joined(p.arguments, w), p.context);
        auto f =
            interpret(p.function("forward"), joined(p.arguments, u), p.context);
        if (!r)
          return complaintOf(r);
        if (!f)
          return complaintOf(f);
        size_t n = value->size();
        Inner a = inner(u, llvm::ArrayRef<Array>(*r).drop_front(n));
        Inner b = inner(w, llvm::ArrayRef<Array>(*f).drop_front(n));
        double scale = 1 + a.magnitude + b.magnitude;
        return std::fabs(a.value - b.value) <= 1e-10 * scale
                   ? ""
                   : describe(a.value, b.value, {});
      }));
}
