//===- RandomFlowTest.cpp - Random flows of every kind of line ------------===//
//
// Flow bodies drawn from templates: updates of all forms with contexts that
// hold derivative operators, masked reductions, special functions. Each is
// derived in both directions, which must undo each other, have the determinant
// of the Jacobian, and have first and second derivatives that differences
// confirm. Run by the f64 interpreter. RILL_SEED=N makes program N the first,
// RILL_PROGRAMS=K runs K times as many.
//
//===----------------------------------------------------------------------===//

#include "DerivedMaps.h"

#include "Lane/Random/Derive.h"
#include "Lane/Random/FiniteDifference.h"
#include "Lane/Random/Properties.h"
#include "gtest/gtest.h"

#include <map>

using namespace rill;
using namespace rill::test;
using lane::random::Choices;
using pipeline::Compilation;
using pipeline::Stage;

static constexpr int programCount = 60;

namespace {

struct Template {
  const char *kind, *text;
};

/// Writes a flow of Real[4]. In templates, @ is a fresh number, # a context of
/// `a@` (two numbers made of two).
class Writer {
public:
  explicit Writer(Choices &choices) : choices(choices) {}

  std::string body() { return lines(choices.between(1, 3), 1); }
  std::set<std::string> kinds;
  bool solves = false;

private:
  std::string lines(int64_t count, int depth);
  std::string filled(const Template &chosen);

  Choices &choices;
  int64_t fresh = 0;
};

} // namespace

static const std::vector<Template> contexts = {
    {"network", "(tanh_mlp[3](a@) -> Real[2])"},
    {"grad", "(grad[a@] (cos(a@[0]) * a@[1] + sq(a@[1])))"},
    {"grad of a network",
     "(grad[a@] (sum[i: 2] (tanh_mlp[3](a@) -> Real[2])[i]))"},
    {"jvp", "(jvp[a@ = [1, 0.5]] (tanh(a@) * a@[0]))"},
    {"vjp", "(vjp[a@ = [0.3, 1]] (sin(a@) * a@[1]))"},
    {"jac", "(vec[i: 2] (jac[a@] (sin(a@) * a@[1]))[i, 1])"},
    {"div", "(a@ + (div[a@] (sin(a@) * a@[1])))"},
    {"laplacian", "(a@ + (laplacian[a@] (sin(a@[0]) * a@[1])))"},
    {"stop", "(a@ * stop(cos(a@)))"},
    {"softmax", "(vec[i: 2] ((sum[j: 2 if j <= i] exp(a@[j]) * a@[1 - j]) / "
                "sum[j: 2 if j <= i] exp(a@[j])))"},
    {"masked logsumexp",
     "(vec[i: 2] logsumexp[j: 2 if j <= i] a@[j] * (i + 1))"},
    {"masked max", "(vec[i: 2] max[j: 2 if j <= i] a@[j])"},
    {"special functions", "(lgamma(2 + sq(a@)) - erf(a@))"},
    {"choice", "(vec[i: 2] (if a@[i] > 0 then sq(a@[i]) else 0))"},
};

static const std::vector<Template> couplings = {
    {"coupling of halves", "view (a@, b@) = halves(x)\nlet c@ = #\nlet d@ = #\n"
                           "b@ := b@ * exp(tanh(c@)) + d@\n"},
    {"coupling of evens", "view (b@, a@) = evens(x)\nlet c@ = #\n"
                          "b@ := b@ + c@\n"},
    {"monotone coupling", "view (a@, b@) = halves(x)\nlet c@ = #\n"
                          "b@ := b@^3 / 8 + b@ * exp(tanh(c@))\n"},
};

static const std::vector<Template> forms = {
    {"affine", "x := 2 * x - 0.5\n"},
    {"chain", "x := sinh(x) / 2\n"},
    {"monotone", "x := x + tanh(x) / 2\n"},
    {"elements", "param s@: Positive[4] = 1\n"
                 "each i: 4 { x[i] := s@[i] * x[i] + s@[3 - i] }\n"},
    {"plu", "param W@: PLU[4]\nx := W@ @ x\n"},
    {"orthogonal", "param Q@: Orthogonal[4]\nx := Q@ @ x\n"},
    {"permutation", "x := concat(x[1..4], x[0..1])\n"},
    {"spline", "spline[3, 4]\n"},
    {"masked network", "let c@ = made[6](x) -> Real[4]\n"
                       "x := x * exp(tanh(c@)) + c@\n"},
    {"causal sum", "let c@ = vec[i: 4] sum[j: 4 if j < i] sin(x[j])\n"
                   "x := x + c@\n"},
    {"causal and monotone", "let c@ = vec[i: 4] sum[j: 4 if j < i] sin(x[j])\n"
                            "x := x^3 / 8 + x * exp(tanh(c@)) + c@\n"},
    {"causal attention",
     "let e@ = vec[i: 4, w: 2] (x[i] * (w + 1) + i)\n"
     "let k@ = vec[i: 4, w: 2] tanh(x[i] - w)\n"
     "let s@ = vec[i: 4, j: 4] sum[w: 2] e@[i, w] * k@[j, w]\n"
     "let w@ = vec[i: 4, j: 4] (if j <= i then exp(tanh(s@[i, j])) else 0)\n"
     "let r@ = vec[i: 4] ((sum[j: 4] w@[i, j] * x[j]) / sum[j: 4] w@[i, j])\n"
     "x := x * 2 + concat([0.5], r@[0..3])\n"},
    {"scan", "scan t in 4, h@ = 0 {\n"
             " x[t] := x[t] * exp(tanh(h@)) + h@\n h@' = tanh(h@ + x[t])\n}\n"},
    {"scan of old values", "scan t in 4, h@ = 0 {\n h@' = tanh(h@) + x[t]\n"
                           " x[t] := sinh(x[t]) / 2 + h@\n}\n"},
    {"solver", "x := ode(bend, 0..1, rk4(64))\n"},
};

std::string Writer::filled(const Template &chosen) {
  kinds.insert(chosen.kind);
  std::string text, number = std::to_string(fresh);
  for (const char *c = chosen.text; *c; ++c)
    if (*c == '#')
      text += filled(choices.of(contexts));
    else if (*c == '@' && c[-1] != ' ') // else it is the product
      text += number;
    else
      text += *c;
  return text;
}

std::string Writer::lines(int64_t count, int depth) {
  std::string text;
  for (; count > 0; --count) {
    ++fresh;
    if (depth > 0 && choices.chance(20)) {
      kinds.insert("repeat");
      text += "repeat 2 {\n" + lines(choices.between(1, 2), depth - 1) + "}\n";
      continue;
    }
    const Template &form = choices.of(choices.chance(45) ? couplings : forms);
    solves |= llvm::StringRef(form.kind) == "solver";
    text += filled(form);
  }
  return text;
}

static std::string programOfBody(const std::string &body) {
  return "use std.nets.{tanh_mlp, made}\nuse std.splines.spline\n"
         "use std.solvers.rk4\n"
         "fn bend(x: Real[D], t: Real) = vec[i: D] sin(x[i] + t + i)\n"
         "flow f[](x: Real[4]) {\n" +
         body + "}\ndist p = pull(f[], Normal)\nmain p\n";
}

static uint64_t firstSeed() { return lane::random::runSeed(5); }

/// How often differences could tell: not where a kink is near.
struct Tally {
  int told = 0, all = 0;
};

/// Both directions undo each other and have the Jacobian's determinant.
static void expectBijection(Compilation &compilation, bool solves,
                            Tally &tally) {
  Direction generate(compilation, "p.generate"),
      latent(compilation, "p.latent");
  std::mt19937 engine(11);
  std::normal_distribution<double> normal;
  Rows z(batch * generate.width());
  for (double &value : z)
    value = normal(engine);
  auto [x, up] = generate(z);
  auto [back, down] = latent(x);
  // 1e-10 relative, as in ModelTest, times what inverses of up to seven lines
  // magnify. A solver is undone up to its error, h^4 / 120 at h = 1/64 (fourth
  // order, a field with derivatives of at most 1): 5e-10, magnified likewise.
  double tolerance = solves ? 1e-6 : 1e-8;
  for (size_t i = 0; i < z.size(); ++i)
    EXPECT_NEAR(back[i], z[i], tolerance * std::max(1.0, std::fabs(z[i])));
  Rows numeric = numericLogDet(latent, x);
  Rows wider = numericLogDet(latent, x, 2e-5);
  for (int64_t r = 0; r < batch; ++r) {
    EXPECT_NEAR(up[r] + down[r], 0, tolerance);
    // Truncation goes with the square of the step: the difference of the two is
    // three times the error of the first. Where the Jacobian is near singular,
    // no difference tells.
    double apart = std::fabs(numeric[r] - wider[r]);
    ++tally.all;
    if (!(apart <= 1e-3))
      continue;
    ++tally.told;
    EXPECT_NEAR(down[r], numeric[r],
                1e-6 * std::max(1.0, std::fabs(down[r])) + apart);
  }
}

/// Arguments as Direction has them.
static std::vector<lane::Array> argumentsOf(mlir::func::FuncOp function) {
  std::mt19937 engine(7);
  std::normal_distribution<double> normal(0, 0.5);
  std::vector<lane::Array> arguments;
  for (mlir::Type type : function.getArgumentTypes()) {
    auto tensor = llvm::cast<lane::TensorType>(type);
    auto array = lane::Array::filled(tensor.getShape(), tensor.getInv(), 3);
    for (double &value : array.data)
      value = normal(engine);
    arguments.push_back(array);
  }
  return arguments;
}

/// The reverse mode of `name` against differences of `held`, the same function
/// with the stops in it, along a random direction of all arguments.
static void expectDerivative(mlir::func::FuncOp held,
                             mlir::func::FuncOp reverse,
                             const std::vector<lane::Array> &x, Tally &tally) {
  using namespace lane::random;
  lane::HeldValues stops;
  lane::InterpContext holding, plain;
  holding.batch = plain.batch = 3;
  holding.held = &stops;
  auto values = llvm::cantFail(lane::interpret(held, x, holding));
  auto u = randomLike(x, 1), w = randomLike(values, 2), seeded = x;
  seeded.insert(seeded.end(), w.begin(), w.end());
  auto adjoints = llvm::cantFail(lane::interpret(reverse, seeded, plain));
  Inner own =
      inner(u, llvm::ArrayRef<lane::Array>(adjoints).drop_front(values.size()));
  auto measured = llvm::cantFail(differentiate(held, x, u, w, holding));
  double scale = 1 + own.magnitude;
  ++tally.all;
  if (!(measured.error <= 1e-6 * scale))
    return;
  ++tally.told;
  // As in Lane/Random/DifferentiationTest.cpp: the error is an estimate, and
  // rounding at the smallest step leaves 1e-9; the search of a monotone inverse
  // ends within some units of the last place, magnified by the step likewise.
  EXPECT_NEAR(own.value, measured.value, 30 * measured.error + 1e-8 * scale);
}

static void expectDerivatives(Compilation &compilation, const char *name,
                              Tally (&tally)[3]) {
  using namespace lane::random;
  mlir::ModuleOp module = compilation.module();
  auto functions = [&](int order) {
    mlir::OwningOpRef<mlir::ModuleOp> made(module.clone());
    auto f = made->lookupSymbol<mlir::func::FuncOp>(name);
    if (order > 0)
      f = addVjp(f, "first");
    if (order > 1)
      addVjp(f, "second");
    llvm::cantFail(
        runPasses(*made, "inline,lane-clean,lane-differentiate,lane-clean"));
    return made;
  };
  auto plain = functions(0), first = functions(1), second = functions(2);
  auto f = plain->lookupSymbol<mlir::func::FuncOp>(name);
  auto g = first->lookupSymbol<mlir::func::FuncOp>("first");
  auto h = second->lookupSymbol<mlir::func::FuncOp>("second");
  expectDerivative(f, g, argumentsOf(f), tally[0]);
  expectDerivative(g, h, argumentsOf(g), tally[1]);
}

TEST(RandomFlow, IsUndoneAndItsDerivativesAreThoseOfDifferences) {
  Tally tally[3]; // first order, second order, determinants
  for (int i = 0; i < lane::random::programs(programCount); ++i) {
    uint64_t seed = firstSeed() + uint64_t(i);
    Choices choices(seed);
    Writer writer(choices);
    std::string text = programOfBody(writer.body());
    SCOPED_TRACE("RILL_SEED=" + std::to_string(seed) + "\n" + text);
    TemporaryProgram program(text);
    pipeline::Options options;
    options.f64 = true;
    Compilation derived(program.path, options), lane(program.path, options);
    ASSERT_TRUE(derived.run(Stage::LaneGrad)) << derived.diagnostics(false);
    expectBijection(derived, writer.solves, tally[2]);
    // `stop` is gone in derived code, and differences do not know it.
    if (writer.kinds.count("stop"))
      continue;
    ASSERT_TRUE(lane.run(Stage::Lane));
    expectDerivatives(lane, "p.latent", tally);
    expectDerivatives(lane, "p.generate", tally);
  }
  for (const Tally &t : tally) {
    std::printf("  differences told %d of %d\n", t.told, t.all);
    EXPECT_GT(t.told, t.all * 7 / 8);
  }
}

TEST(RandomFlow, HasEveryKind) {
  std::map<std::string, int> programs;
  for (int i = 0; i < programCount; ++i) {
    Choices choices(5 + uint64_t(i));
    Writer writer(choices);
    writer.body();
    for (const std::string &kind : writer.kinds)
      ++programs[kind];
  }
  auto expect = [&](const char *kind) {
    std::printf("  %3d of %d programs: %s\n", programs[kind], programCount,
                kind);
    EXPECT_GT(programs[kind], 0) << kind;
  };
  expect("repeat");
  for (auto *table : {&forms, &couplings, &contexts})
    for (const Template &t : *table)
      expect(t.kind);
}
