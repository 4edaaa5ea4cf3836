//===- LanesTest.cpp - Samples that share lanes ---------------------------===//
//
// A loop that samples leave after different numbers of steps, with products,
// values that the loop reads and rows that it does not know of. Where samples
// change lanes in between, every result must have the bits that it has where
// they stay, for any batch, and each sample its own.
//
//===----------------------------------------------------------------------===//
#include "LaneRun.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace rill;
using namespace rill::test;
using lane::Array;

// y = W y + b, tanh, for as long as the count in the sample's own row lasts:
// carried are y, the count and whether it lives; b varies and is read, x comes
// through beside the loop.
static const char *text = R"(
func.func @f(%x: !lane.t<4xf32>, %b: !lane.t<4xf32>, %count: !lane.t<f32>, %w: !lane.t<4x4xf32, inv>)
    -> (!lane.t<4xf32>, !lane.t<f32>, !lane.t<4xf32>, !lane.t<4xf32>) attributes {rill.entry} {
  %zero = lane.const 0.0 : !lane.t<f32, inv>
  %l = lane.compare gt %count, %zero : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<i1>
  %two = lane.const 2.0 : !lane.t<4xf32, inv>
  %b2 = lane.mul %b, %two : (!lane.t<4xf32>, !lane.t<4xf32, inv>) -> !lane.t<4xf32>
  %y:3 = lane.loop 20 (%k) consts(%wi = %w : !lane.t<4x4xf32, inv>, %bi = %b2 : !lane.t<4xf32>) inits(%v = %x : !lane.t<4xf32>, %c = %count : !lane.t<f32>, %live = %l : !lane.t<i1>) -> (!lane.t<4xf32>, !lane.t<f32>, !lane.t<i1>) {
    %none = lane.const 0.0 : !lane.t<f32, inv>
    %one = lane.const 1.0 : !lane.t<f32, inv>
    %p = lane.contract "ab,b->a" %wi, %v : (!lane.t<4x4xf32, inv>, !lane.t<4xf32>) -> !lane.t<4xf32>
    %q = lane.add %p, %bi : (!lane.t<4xf32>, !lane.t<4xf32>) -> !lane.t<4xf32>
    %t = lane.tanh %q : (!lane.t<4xf32>) -> !lane.t<4xf32>
    %d = lane.sub %c, %one : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<f32>
    %n = lane.compare gt %d, %none : (!lane.t<f32>, !lane.t<f32, inv>) -> !lane.t<i1>
    lane.yield %t, %d, %n : !lane.t<4xf32>, !lane.t<f32>, !lane.t<i1> while %live : !lane.t<i1>
  }
  %s = lane.add %y#0, %x : (!lane.t<4xf32>, !lane.t<4xf32>) -> !lane.t<4xf32>
  return %y#0, %y#1, %s, %b2 : !lane.t<4xf32>, !lane.t<f32>, !lane.t<4xf32>, !lane.t<4xf32>
}
)";

TEST(LanesTest, SharingChangesNoBit) {
  mlir::DialectRegistry registry;
  registerLaneDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  auto compile = [&](int64_t chunk) {
    tile::LaneToTileOptions options;
    options.chunk = chunk;
    return llvm::cantFail(
        NativeLane::compile(text, context, {"f"}, {true, true}, options));
  };
  NativeLane staying = compile(1), sharing = compile(0), wide = compile(7);
  auto module = llvm::cantFail(NativeLane::parse(text, context));
  auto f = module->lookupSymbol<mlir::func::FuncOp>("f");
  for (int64_t batch : {1, 15, 64, 65, 257, 1500}) {
    Array x = Array::filled({4}, false, batch), b = x;
    Array count = Array::filled({}, false, batch);
    for (int64_t s = 0; s < batch; ++s) {
      // Nobody, one, a few and many live long, in different tiles.
      count.data[s] = s % 97 == 5 ? 25 : s / 64 % 3 == 1 ? s % 2 : s * 7 % 11;
      for (int64_t k = 0; k < 4; ++k) {
        x.data[4 * s + k] = float(std::sin(double(4 * s + k)));
        b.data[4 * s + k] = float(0.1 * std::cos(double(3 * s + k)));
      }
    }
    Array w = Array::filled({4, 4}, true, batch);
    for (int64_t k = 0; k < 16; ++k)
      w.data[k] = float(std::sin(double(5 * k)));
    std::vector<Array> arguments{x, b, count, w};
    lane::InterpContext call;
    call.batch = batch;
    auto right = llvm::cantFail(lane::interpret(f, arguments, call));
    for (cpu::Isa isa : staying.isas()) {
      auto run = [&](const NativeLane &native) {
        return llvm::cantFail(native.run("f", arguments, call, isa, 2));
      };
      auto want = run(staying), got = run(sharing), more = run(wide);
      for (size_t r = 0; r < want.size(); ++r) {
        EXPECT_EQ(got[r].data, want[r].data) << batch << ", result " << r;
        EXPECT_EQ(more[r].data, want[r].data) << batch << ", result " << r;
        // Seven steps of tanh of order one, in f32.
        for (size_t k = 0; k < want[r].data.size(); ++k)
          EXPECT_NEAR(got[r].data[k], right[r].data[k], 2e-5)
              << batch << ", result " << r << " at " << k;
      }
    }
  }
}
