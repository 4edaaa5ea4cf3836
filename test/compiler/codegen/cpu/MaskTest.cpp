//===- MaskTest.cpp - Branches that no sample took, in native code --------===//
//
// The gradient of a select whose other branch has infinite slopes, through
// everything that adds elements up: masks become counts in sinks and tables.
// Native code must give the interpreter's finite values. Derivatives
// themselves are tested in test/dialects/Lane/Diff.
//
//===----------------------------------------------------------------------===//
#include "LaneRun.h"

#include "Lane/Transforms/Passes.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace rill;
using namespace rill::test;
using lane::Array;

/// Adjoints of x (varying) and u (invariant) of a body from %x, %q = sqrt(u)
/// and %j (an index) to %h, taken where x > 0, else x.
static std::string guarded(const std::string &body) {
  return "!V = !lane.t<3xf64>\n"
         "!I = !lane.t<3xf64, inv>\n"
         "!J = !lane.t<3xi32>\n"
         "func.func @f(%a: !V, %w: !I, %k: !J) -> (!V, !I)"
         " attributes {rill.entry} {\n"
         "  %one = lane.const 1 : !I\n"
         "  %c = lane.vary %one : (!I) -> !V\n"
         "  %v, %gx, %gu = lane.vjp [0, 1] (%x = %a : !V, %u = %w : !I, "
         "%j = %k : !J) seeds(%c : !V) -> (!V | !V, !I) {\n"
         "    %q = lane.sqrt %u : (!I) -> !I\n"
         "    %z = lane.const 0 : !I\n" +
         body +
         "    %d = lane.compare gt %x, %z : (!V, !I) -> !lane.t<3xi1>\n"
         "    %r = lane.select %d, %h, %x : (!lane.t<3xi1>, !V, !V) -> !V\n"
         "    lane.yield %r : !V\n"
         "  }\n"
         "  return %gx, %gu : !V, !I\n"
         "}\n";
}

struct Case {
  const char *name;
  std::string body;
  /// Some samples take element 1, and nothing else of them: element 2 of u,
  /// where the slope is infinite, is in none that is taken.
  bool mixed = true;
};

static const Case cases[] = {
    {"product", "    %h = lane.mul %x, %q : (!V, !I) -> !V\n"},
    {"lookup", "    %h = lane.lookup %q, %j : (!I, !J) -> !V\n"},
    {"gather", "    %p = lane.mul %x, %q : (!V, !I) -> !V\n"
               "    %h = lane.gather 0 %p [2, 1, 0] : (!V) -> !V\n"},
    {"cumsum", "    %y = lane.mul %q, %q : (!I, !I) -> !I\n"
               "    %s = lane.cumsum 0 %y : (!I) -> !I\n"
               "    %h = lane.mul %x, %s : (!V, !I) -> !V\n"},
    {"batch", "    %y = lane.abs %x : (!V) -> !V\n"
              "    %l = lane.sqrt %y : (!V) -> !V\n"
              "    %b = lane.reduce_batch sum %l : (!V) -> !I\n"
              "    %m = lane.mul %b, %q : (!I, !I) -> !I\n"
              "    %h = lane.vary %m : (!I) -> !V\n"},
    {"loop",
     "    %h = lane.loop 2 (%i) consts(%k2 = %q : !I) "
     "inits(%y = %x : !V) -> (!V) {\n"
     "      %l = lane.exp %y : (!V) -> !V\n"
     "      %n = lane.mul %k2, %l : (!I, !V) -> !V\n"
     "      lane.yield %n : !V\n"
     "    }\n",
     false}, // into a loop goes one mask per sample
};

class MaskTest : public testing::TestWithParam<Case> {};

TEST_P(MaskTest, NativeGradientsAreTheInterpretersAndFinite) {
  constexpr int64_t batch = 70; // two tiles and a part of one
  mlir::MLIRContext context;
  mlir::DialectRegistry registry;
  registerLaneDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  std::string text = guarded(GetParam().body);
  auto native =
      llvm::cantFail(NativeLane::compile(text, context, {"f"}, {true, true}));
  auto module = llvm::cantFail(NativeLane::parse(text, context));
  mlir::PassManager manager(&context);
  lane::populateLanePipeline(manager);
  ASSERT_TRUE(mlir::succeeded(manager.run(*module)));
  auto f = module->lookupSymbol<mlir::func::FuncOp>("f");

  for (bool taken : {false, true}) {
    if (taken && !GetParam().mixed)
      continue;
    Array x = Array::filled({3}, /*inv=*/false, batch);
    Array index = x, u{{3}, true, {4, 9, 0}};
    for (int64_t s = 0; s < batch; ++s)
      for (int64_t k = 0; k < 3; ++k) {
        double size = 0.25 + 0.01 * double((7 * s + 3 * k) % 11);
        x.data[3 * s + k] = taken && k == 1 && s % 3 ? size : -size;
        index.data[3 * s + k] = double(k);
      }
    lane::InterpContext call;
    call.batch = batch;
    std::vector<Array> arguments{x, u, index};
    auto want = llvm::cantFail(lane::interpret(f, arguments, call));
    for (cpu::Isa isa : native.isas()) {
      auto got = llvm::cantFail(native.run("f", arguments, call, isa, 2));
      for (size_t r = 0; r < want.size(); ++r)
        for (size_t i = 0; i < want[r].data.size(); ++i) {
          EXPECT_TRUE(std::isfinite(want[r].data[i])) << r << " at " << i;
          EXPECT_NEAR(got[r].data[i], want[r].data[i],
                      1e-13 * (1 + std::fabs(want[r].data[i])))
              << "result " << r << " at " << i << ", taken " << taken;
        }
    }
  }
}

static void PrintTo(const Case &c, std::ostream *out) { *out << c.name; }

INSTANTIATE_TEST_SUITE_P(All, MaskTest, testing::ValuesIn(cases),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });
