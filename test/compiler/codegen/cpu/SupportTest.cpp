//===- SupportTest.cpp - Products that leave out known zeros --------------===//
//
// A masked product, and the adjoint of its weights, against the dense one over
// the same numbers: equal bit for bit, for one sample and for many, on every
// instruction set, with row counts that leave incomplete blocks; and a value
// that a mask keeps from a whole block of rows does not reach it, infinite or
// not.
//
//===----------------------------------------------------------------------===//
#include "LaneRun.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace rill;
using namespace rill::test;
using lane::Array;

namespace {

constexpr int64_t M = 67, K = 29, S = 5; // rows, columns, steps

/// The columns that row `m` reads at step `t`.
std::pair<int64_t, int64_t> columnsOf(int64_t t, int64_t m) {
  int64_t to = (m * K / M + 7 * t) % (K + 1);
  return {m % 5 == 0 ? to / 2 : 0, to};
}

std::vector<double> maskOf(bool stepped) {
  std::vector<double> mask;
  for (int64_t t = 0; t < (stepped ? S : 1); ++t)
    for (int64_t m = 0; m < M; ++m)
      for (int64_t k = 0; k < K; ++k) {
        auto [from, to] = columnsOf(stepped ? t : 1, m);
        mask.push_back(k >= from && k < to);
      }
  return mask;
}

std::string listOf(const std::vector<double> &values) {
  std::string text;
  for (double v : values)
    text += (text.empty() ? "" : ", ") + std::to_string(v);
  return text;
}

/// y = sum over steps of w[t] x, the weights times a mask that is known, or
/// one that comes as an argument.
std::string program(bool stepped, bool known) {
  std::string w = stepped ? "5x67x29xf32, inv" : "67x29xf32, inv";
  std::string mask = "  %m = lane.reshape %flat : (!lane.t<" +
                     std::to_string(maskOf(stepped).size()) +
                     "xf32, inv>) -> !lane.t<" + w + ">\n";
  std::string n = std::to_string(maskOf(stepped).size());
  std::string text = "func.func @f(%x: !lane.t<29xf32>, %w: !lane.t<" + w +
                     ">, %a: !lane.t<" + n +
                     "xf32, inv>) -> !lane.t<67xf32> attributes "
                     "{rill.entry} {\n";
  if (known)
    text += "  %flat = lane.const elements dense<[" + listOf(maskOf(stepped)) +
            "]> : tensor<" + n + "xf64> : !lane.t<" + n + "xf32, inv>\n";
  else
    text += "  %flat = lane.reshape %a : (!lane.t<" + n +
            "xf32, inv>) -> !lane.t<" + n + "xf32, inv>\n";
  text += mask + "  %s = lane.mul %m, %w : (!lane.t<" + w + ">, !lane.t<" + w +
          ">) -> !lane.t<" + w + ">\n";
  std::string product =
      "lane.contract \"ab,b->a\" %p, %v : (!lane.t<67x29xf32, inv>, "
      "!lane.t<29xf32>) -> !lane.t<67xf32>\n";
  if (!stepped) {
    size_t at = product.find("%p");
    return text + "  %y = " + product.replace(at, 6, "%s, %x") +
           "  return %y : !lane.t<67xf32>\n}\n";
  }
  return text +
         "  %zero = lane.const 0.0 : !lane.t<67xf32, inv>\n"
         "  %none = lane.vary %zero : (!lane.t<67xf32, inv>) -> "
         "!lane.t<67xf32>\n"
         "  %y = lane.loop 5 reverse (%i) consts(%v = %x : !lane.t<29xf32>) "
         "inits(%c = %none : !lane.t<67xf32>) xs(%p = %s : !lane.t<" +
         w + ">) -> (!lane.t<67xf32>) {\n    %d = " + product +
         "    %n = lane.add %c, %d : (!lane.t<67xf32>, !lane.t<67xf32>) -> "
         "!lane.t<67xf32>\n    lane.yield %n : !lane.t<67xf32>\n  }\n"
         "  return %y : !lane.t<67xf32>\n}\n";
}

class SupportTest : public ::testing::Test {
protected:
  SupportTest() {
    mlir::DialectRegistry registry;
    registerLaneDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }
  NativeLane compile(bool stepped, bool known) {
    return llvm::cantFail(NativeLane::compile(program(stepped, known), context,
                                              {"f"}, {true, true}));
  }
  mlir::MLIRContext context;
};

class StepsTest : public SupportTest,
                  public ::testing::WithParamInterface<bool> {};

std::vector<double> run(const NativeLane &native, const Array &x, bool stepped,
                        int64_t batch, cpu::Isa isa) {
  Array w = Array::filled(stepped ? llvm::ArrayRef<int64_t>{S, M, K}
                                  : llvm::ArrayRef<int64_t>{M, K},
                          true, batch);
  for (size_t k = 0; k < w.data.size(); ++k)
    w.data[k] = float(std::sin(double(k)));
  Array mask = Array::filled({int64_t(w.data.size())}, true, batch);
  mask.data = maskOf(stepped);
  lane::InterpContext context;
  context.batch = batch;
  return llvm::cantFail(native.run("f", {x, w, mask}, context, isa))[0].data;
}

TEST_P(StepsTest, EqualsTheDenseProductBitForBit) {
  NativeLane skipping = compile(GetParam(), true);
  NativeLane dense = compile(GetParam(), false);
  for (int64_t batch : {1, 3, 200}) {
    Array x = Array::filled({K}, false, batch);
    for (size_t k = 0; k < x.data.size(); ++k)
      x.data[k] = float(std::cos(double(3 * k)));
    for (cpu::Isa isa : skipping.isas())
      EXPECT_EQ(run(skipping, x, GetParam(), batch, isa),
                run(dense, x, GetParam(), batch, isa))
          << batch << " samples";
  }
}

// Fixed columns: of the steps some reads the last column in every row.
TEST_F(SupportTest, MaskedInfinityDoesNotReachABlock) {
  NativeLane skipping = compile(false, true);
  Array x = Array::filled({K}, false, 2, 1);
  x.data[K - 1] = x.data[2 * K - 1] = INFINITY;
  for (cpu::Isa isa : skipping.isas()) {
    std::vector<double> y = run(skipping, x, false, 2, isa);
    // Rows in whose block (six rows at most) nobody reads the last column.
    for (int64_t m = 0; m < M; ++m) {
      bool near = false;
      for (int64_t r = std::max<int64_t>(m - 6, 0); r < std::min(m + 7, M); ++r)
        near |= columnsOf(1, r).second == K;
      if (!near)
        EXPECT_TRUE(std::isfinite(y[m])) << "row " << m;
    }
  }
}

/// The adjoint of masked weights of three layers in a row, of g and of x as it
/// comes to each; the mask is known or an argument.
std::string adjoint(bool known) {
  std::string n = std::to_string(M * K);
  std::string flat = "!lane.t<" + n + "xf32, inv>";
  std::string mask = known ? "lane.const elements dense<[" +
                                 listOf(maskOf(false)) + "]> : tensor<" + n +
                                 "xf64> : " + flat
                           : "lane.reshape %a : (" + flat + ") -> " + flat;
  return "!W = !lane.t<67x29xf32, inv>\n"
         "func.func @f(%g: !lane.t<67xf32>, %x: !lane.t<29xf32>, %a: " +
         flat +
         ") -> !lane.t<3x67x29xf32, inv> attributes {rill.entry} {\n"
         "  %flat = " +
         mask + "\n  %m = lane.reshape %flat : (" + flat +
         ") -> !W\n"
         "  %z, %w = lane.loop 3 (%i) consts(%h = %g : !lane.t<67xf32>, "
         "%k = %m : !W) inits(%v = %x : !lane.t<29xf32>) -> "
         "(!lane.t<29xf32> | !lane.t<3x67x29xf32, inv>) {\n"
         "    %o = lane.contract \"a,b->ab\" %h, %v batch : "
         "(!lane.t<67xf32>, !lane.t<29xf32>) -> !W\n"
         "    %s = lane.mul %k, %o : (!W, !W) -> !W\n"
         "    %n = lane.sin %v : (!lane.t<29xf32>) -> !lane.t<29xf32>\n"
         "    lane.yield %n, %s : !lane.t<29xf32>, !W\n"
         "  }\n"
         "  return %w : !lane.t<3x67x29xf32, inv>\n}\n";
}

TEST_F(SupportTest, AdjointEqualsTheDenseOneBitForBit) {
  auto build = [&](bool known) {
    return llvm::cantFail(
        NativeLane::compile(adjoint(known), context, {"f"}, {true, true}));
  };
  NativeLane skipping = build(true), dense = build(false);
  for (int64_t batch : {1, 70, 1500}) {
    Array g = Array::filled({M}, false, batch);
    Array x = Array::filled({K}, false, batch);
    Array mask = Array::filled({M * K}, true, batch);
    for (size_t k = 0; k < g.data.size(); ++k)
      g.data[k] = float(std::cos(double(7 * k)));
    for (size_t k = 0; k < x.data.size(); ++k)
      x.data[k] = float(std::sin(double(k)));
    mask.data = maskOf(false);
    lane::InterpContext call;
    call.batch = batch;
    for (cpu::Isa isa : skipping.isas()) {
      auto sums = [&](const NativeLane &native) {
        return llvm::cantFail(native.run("f", {g, x, mask}, call, isa, 2))[0];
      };
      Array want = sums(dense);
      EXPECT_EQ(sums(skipping).data, want.data) << batch << " samples";
      EXPECT_NE(*llvm::max_element(want.data), 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Masks, StepsTest, ::testing::Bool(),
                         [](const auto &info) {
                           return info.param ? "Stepped" : "Fixed";
                         });

} // namespace
