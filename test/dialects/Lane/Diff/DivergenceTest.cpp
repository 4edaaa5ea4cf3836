// Divergences of fields in closed form against those by tangents, and their
// gradients against finite differences, in f64 by the interpreter. The number
// of products says which of the two was chosen.
#include "Lane/Interp/Interp.h"
#include "Lane/Random/Derive.h"
#include "Lane/Random/FiniteDifference.h"
#include "Lane/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace rill;

static constexpr int64_t batch = 3;

namespace {

// Fields of a state %x: !X of four elements and a time %t, with weights.
class Divergence : public testing::Test {
protected:
  Divergence() { context.loadDialect<lane::LaneDialect, func::FuncDialect>(); }

  OwningOpRef<ModuleOp> parse(const std::string &body) {
    std::string types = "!X, !T, !A, !B, !C, !E, !V, !S, !N";
    std::string text =
        "!X = !lane.t<4xf64>\n!T = !lane.t<f64>\n!H = !lane.t<8xf64>\n"
        "!A = !lane.t<8x4xf64, inv>\n!B = !lane.t<8x8xf64, inv>\n"
        "!C = !lane.t<4x8xf64, inv>\n!E = !lane.t<8x5xf64, inv>\n"
        "!V = !lane.t<8x8xf64>\n!S = !lane.t<4x4xf64, inv>\n"
        "!N = !lane.t<4xf64, inv>\n"
        "func.func @f(%0: !X, %1: !T, %2: !A, %3: !B, %4: !C, %5: !E, %6: !V,"
        " %7: !S, %8: !N) -> (!X, !T) {\n"
        "  %v, %d = lane.divergence(%0, %1, %2, %3, %4, %5, %6, %7, %8) : (" +
        types +
        ") -> (!X, !T) {\n"
        "  ^bb0(%x: !X, %t: !T, %A: !A, %B: !B, %C: !C, %E: !E, %V: !V, %S: !S,"
        " %n: !N):\n" +
        body +
        "    lane.yield %r : !X\n"
        "  }\n"
        "  return %v, %d : !X, !T\n"
        "}\n";
    return parseSourceString<ModuleOp>(text, &context);
  }

  // Holds the closed form of a field (null: none) against its tangents.
  void check(const std::string &body, std::optional<int64_t> products) {
    SCOPED_TRACE(body);
    OwningOpRef<ModuleOp> closed = parse(body);
    ASSERT_TRUE(closed);
    lane::DivergenceOp op;
    closed->walk([&](lane::DivergenceOp found) { op = found; });
    EXPECT_EQ(lane::productsInClosedForm(op), products);
    compare(*closed);
  }

  void compare(ModuleOp closed) {
    OwningOpRef<ModuleOp> tangents(closed.clone());
    lane::DivergenceOp op;
    tangents->walk([&](lane::DivergenceOp found) { op = found; });
    lane::expandDivergenceByTangents(op);
    auto f = closed.lookupSymbol<func::FuncOp>("f");
    lane::random::addVjp(f, "gradient");
    const char *passes = "lane-clean,lane-differentiate,lane-clean";
    llvm::cantFail(lane::random::runPasses(closed, passes));
    llvm::cantFail(lane::random::runPasses(*tangents, passes));
    auto g = tangents->lookupSymbol<func::FuncOp>("f");

    lane::InterpContext run;
    run.batch = batch;
    std::vector<lane::Array> like;
    for (Type type : f.getArgumentTypes()) {
      auto tensor = cast<lane::TensorType>(type);
      like.push_back(
          lane::Array::filled(tensor.getShape(), tensor.getInv(), batch));
    }
    std::vector<lane::Array> x = lane::random::randomLike(like, 5);
    auto got = llvm::cantFail(lane::interpret(f, x, run));
    auto want = llvm::cantFail(lane::interpret(g, x, run));
    for (auto [a, b] : llvm::zip_equal(got, want))
      for (auto [p, q] : llvm::zip_equal(a.data, b.data))
        EXPECT_NEAR(p, q, 1e-13 * std::max(1.0, std::fabs(q)));

    std::vector<lane::Array> w = lane::random::randomLike(got, 7), seeded = x,
                             u = lane::random::randomLike(x, 9);
    seeded.insert(seeded.end(), w.begin(), w.end());
    auto adjoints = llvm::cantFail(lane::interpret(
        closed.lookupSymbol<func::FuncOp>("gradient"), seeded, run));
    adjoints.erase(adjoints.begin(), adjoints.begin() + got.size());
    auto measured =
        llvm::cantFail(lane::random::differentiate(g, x, u, w, run));
    EXPECT_NEAR(lane::random::inner(u, adjoints).value, measured.value,
                1e-7 * std::max(1.0, std::fabs(measured.value)));
  }

  MLIRContext context;
};

} // namespace

// Lines of a field.
static std::string product(const std::string &r, const std::string &w,
                           const std::string &wType, const std::string &x,
                           const std::string &xType, const std::string &type) {
  return "    %" + r + " = lane.contract \"ab,b->a\" %" + w + ", %" + x +
         " : (" + wType + ", " + xType + ") -> " + type + "\n";
}
static std::string unary(const std::string &r, const std::string &op,
                         const std::string &x, const std::string &type) {
  return "    %" + r + " = lane." + op + " %" + x + " : (" + type + ") -> " +
         type + "\n";
}
static std::string binary(const std::string &r, const std::string &op,
                          const std::string &x, const std::string &y,
                          const std::string &type) {
  return "    %" + r + " = lane." + op + " %" + x + ", %" + y + " : (" + type +
         ", " + type + ") -> " + type + "\n";
}

static std::string first(const std::string &r) {
  return product(r, "A", "!A", "x", "!X", "!H");
}
static std::string inner(const std::string &r, const std::string &x) {
  return product(r, "B", "!B", x, "!H", "!H");
}
static std::string last(const std::string &r, const std::string &x) {
  return product(r, "C", "!C", x, "!H", "!X");
}
static const std::string wideTime = "    %w = lane.spread %t [] : (!T) -> !X\n";

TEST_F(Divergence, OfALinearFieldIsTheTrace) {
  check(product("r", "S", "!S", "x", "!X", "!X"), 0);
  check(first("a") + inner("b", "a") + last("r", "b"), 0);
}

TEST_F(Divergence, OfElementwiseMathsIsASum) {
  check(unary("r", "sin", "x", "!X"), 0);
  check(unary("s", "sin", "x", "!X") + binary("r", "mul", "x", "s", "!X"), 0);
}

TEST_F(Divergence, OfOneHiddenLayer) {
  std::string net = first("a") + unary("h", "tanh", "a", "!H");
  check(net + last("r", "h"), 8);
  // An elementwise end, and an elementwise start.
  check(net + last("o", "h") + unary("r", "tanh", "o", "!X"), 32 + 8);
  check(unary("y", "sin", "x", "!X") +
            product("a", "A", "!A", "y", "!X", "!H") +
            unary("h", "tanh", "a", "!H") + last("r", "h"),
        32 + 8);
}

TEST_F(Divergence, OfTwoHiddenLayersWithTime) {
  std::string net = "    %u = lane.reshape %t : (!T) -> !lane.t<1xf64>\n"
                    "    %c = lane.concat 0 %u, %x : (!lane.t<1xf64>, !X) -> "
                    "!lane.t<5xf64>\n" +
                    product("a", "E", "!E", "c", "!lane.t<5xf64>", "!H") +
                    unary("h", "tanh", "a", "!H") + inner("b", "h") +
                    unary("k", "softplus", "b", "!H");
  check(net + last("r", "k"), 64 + 8);
  // What depends on time alone is a constant of x.
  check(net + wideTime + last("o", "k") + binary("p", "sub", "o", "x", "!X") +
            binary("r", "mul", "p", "w", "!X"),
        64 + 8);
  check(net + last("o", "k") + "    %r = lane.mul %o, %n : (!X, !N) -> !X\n",
        64 + 8);
}

TEST_F(Divergence, OfGatesIsOneTermPerFactor) {
  // x sigmoid(x) of one layer has one diagonal, the product of two layers two.
  check(first("a") + unary("g", "sigmoid", "a", "!H") +
            binary("h", "mul", "a", "g", "!H") + inner("b", "h") +
            unary("k", "tanh", "b", "!H") + last("r", "k"),
        64 + 8);
  check(first("a") + "    %c = lane.reverse %x [0] : (!X) -> !X\n" +
            product("g", "A", "!A", "c", "!X", "!H") +
            unary("s", "sigmoid", "g", "!H") +
            binary("h", "mul", "a", "s", "!H") + last("r", "h"),
        8 + 8);
}

TEST_F(Divergence, OfPartsThatAreMoved) {
  std::string halves =
      "    %a = lane.slice %x [0] [2] [1] : (!X) -> !lane.t<2xf64>\n"
      "    %b = lane.slice %x [2] [2] [1] : (!X) -> !lane.t<2xf64>\n";
  check(halves +
            "    %y = lane.concat 0 %b, %a : (!lane.t<2xf64>, !lane.t<2xf64>)"
            " -> !X\n" +
            product("h", "A", "!A", "y", "!X", "!H") +
            unary("k", "tanh", "h", "!H") + last("r", "k"),
        8);
  // A coupling: the half that is read has no part in its own divergence.
  check(halves + unary("s", "tanh", "a", "!lane.t<2xf64>") +
            binary("m", "mul", "b", "s", "!lane.t<2xf64>") +
            "    %r = lane.concat 0 %a, %m : (!lane.t<2xf64>, !lane.t<2xf64>)"
            " -> !X\n",
        0);
  // The layer's own rows are chosen.
  check(first("a") + unary("h", "tanh", "a", "!H") +
            "    %r = lane.gather 0 %h [7, 0, 2, 2] : (!H) -> !X\n",
        4);
  // A planar field: every element reads one.
  check(first("a") +
            "    %e = lane.slice %a [3] [1] [1] : (!H) -> "
            "!lane.t<1xf64>\n    %g = lane.reshape %e : "
            "(!lane.t<1xf64>) -> !T\n" +
            unary("h", "tanh", "g", "!T") +
            "    %y = lane.spread %h [] : (!T) -> !X\n"
            "    %r = lane.mul %y, %n : (!X, !N) -> !X\n",
        0);
}

TEST_F(Divergence, OfWeightsThatVary) {
  std::string varying = product("b", "V", "!V", "h", "!H", "!H");
  std::string start = first("a") + unary("h", "tanh", "a", "!H");
  // V o (A C)^T for every sample is 64 products more.
  check(start + varying + unary("k", "tanh", "b", "!H") + last("r", "k"),
        64 + 64 + 8);
  // C V for every sample and the diagonal of A C V; tangents take 4 x (64 +
  // 32).
  check(start + varying + last("r", "b"), 256 + 32 + 8);
}

TEST_F(Divergence, OfThreeHiddenLayersIsByTangents) {
  check(first("a") + unary("h", "tanh", "a", "!H") + inner("b", "h") +
            unary("k", "tanh", "b", "!H") + inner("c", "k") +
            unary("l", "tanh", "c", "!H") + last("r", "l"),
        std::nullopt);
  check(first("a") + unary("h", "tanh", "a", "!H") + inner("b", "h") +
            unary("k", "tanh", "b", "!H") + last("o", "k") +
            unary("r", "tanh", "o", "!X"),
        std::nullopt);
}

TEST_F(Divergence, OfAWeightThatDependsOnTheStateIsByTangents) {
  check("    %w = lane.contract \"a,b->ab\" %n, %x : (!N, !X) -> "
        "!lane.t<4x4xf64>\n" +
            product("r", "w", "!lane.t<4x4xf64>", "x", "!X", "!X"),
        std::nullopt);
}

TEST_F(Divergence, OfANonlinearityThatMixesIsByTangents) {
  check(first("a") +
            "    %l = lane.reduce logsumexp %a [0] : (!H) -> !T\n"
            "    %s = lane.spread %l [] : (!T) -> !H\n" +
            binary("h", "sub", "a", "s", "!H") + last("r", "h"),
        std::nullopt);
}

TEST_F(Divergence, OfRandomFieldsIsThatOfTheirTangents) {
  std::mt19937 random(13);
  auto choose = [&](int n) { return int(random() % n); };
  const char *maths[] = {"tanh", "sigmoid", "softplus", "sin", "neg", "sq"};
  for (int trial = 0; trial < 60; ++trial) {
    std::string body = wideTime + first("h0");
    int count = 1;
    auto name = [](int k) { return "h" + std::to_string(k); };
    for (int steps = 1 + choose(5); steps; --steps) {
      std::string from = name(choose(count)), to = name(count), other;
      switch (choose(6)) {
      case 0:
        body += inner(to, from);
        break;
      case 1:
        other = name(choose(count));
        body += binary(to, choose(2) ? "add" : "mul", from, other, "!H");
        break;
      case 2:
        body += "    %" + to + " = lane.gather 0 %" + from +
                " [1, 3, 3, 0, 2, 7, 6, 5] : (!H) -> !H\n";
        break;
      default:
        body += unary(to, maths[choose(6)], from, "!H");
      }
      ++count;
    }
    body += last("o", name(count - 1)) + binary("m", "mul", "x", "w", "!X") +
            binary("r", "add", "o", "m", "!X");
    SCOPED_TRACE(body);
    OwningOpRef<ModuleOp> module = parse(body);
    ASSERT_TRUE(module);
    compare(*module);
  }
}
