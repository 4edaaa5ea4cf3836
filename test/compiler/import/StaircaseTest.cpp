//===- StaircaseTest.cpp - What sequential inverses compute, counted
//-------===//
//
// The inverse of a causal update goes through the positions one by one. What it
// has computed of earlier ones it must keep: hidden units of a masked network,
// keys and values of an attention. Counted in the lane code of sampling.
//
//===----------------------------------------------------------------------===//

#include "DerivedMaps.h"

#include "gtest/gtest.h"

#include <fstream>
#include <sstream>

using namespace mlir;
using namespace rill;
using namespace rill::test;
using pipeline::Compilation;
using pipeline::Stage;

/// How often an operation runs for one sample.
static int64_t runs(Operation *op) {
  int64_t times = 1;
  while (auto loop = op->getParentOfType<lane::LoopOp>()) {
    times *= int64_t(loop.getCount());
    op = loop;
  }
  return times;
}

/// The function's argument that a value is, moved or not; null if it is
/// computed.
static BlockArgument weightOf(Value v) {
  while (true) {
    if (auto argument = dyn_cast<BlockArgument>(v)) {
      auto loop = dyn_cast<lane::LoopOp>(argument.getOwner()->getParentOp());
      if (!loop)
        return argument;
      if (!llvm::is_contained(loop.getConstArgs(), argument))
        return {};
      v = loop.getConsts()[argument.getArgNumber() - 1];
    } else if (Operation *op = v.getDefiningOp();
               isa<lane::ReshapeOp, lane::PermuteOp, lane::SliceOp>(op)) {
      v = op->getOperand(0);
    } else {
      return {};
    }
  }
}

/// The elements of products with each weight of this shape that are computed
/// for one sample, in the order of the parameters.
static std::vector<int64_t> productsWith(func::FuncOp function,
                                         ArrayRef<int64_t> shape) {
  llvm::MapVector<Value, int64_t> elements;
  for (BlockArgument argument : function.getArguments())
    if (lane::typeOf(argument).getShape() == shape)
      elements[argument] = 0;
  function.walk([&](lane::ContractOp contract) {
    for (Value operand : contract->getOperands())
      if (auto it = elements.find(weightOf(operand)); it != elements.end())
        it->second += runs(contract) *
                      lane::typeOf(contract.getResult()).getNumElements();
  });
  std::vector<int64_t> counts;
  for (auto &[weight, count] : elements)
    counts.push_back(count);
  return counts;
}

// Sampling of a masked flow: the loop over positions computes each hidden unit
// in one step. 9 units of 3 degrees are 3 a step, 4 outputs of 2 kinds are 2 a
// step; the first step has no unit to compute but does.
TEST(Staircase, EvaluatesEachHiddenUnitOnce) {
  TemporaryProgram program(
      programOf("Real[4]", "let (s, m) = made[9](x) -> (Real[4], Real[4])\n"
                           "x := x * exp(s) + m"));
  Compilation compilation(program.path, {});
  ASSERT_TRUE(compilation.run(Stage::LaneGrad))
      << compilation.diagnostics(false);
  auto function =
      compilation.module().lookupSymbol<mlir::func::FuncOp>("p.sample");
  int64_t loops = 0, rows = 0;
  function.walk([&](lane::LoopOp loop) { ++loops; });
  function.walk([&](lane::ContractOp contract) {
    rows +=
        runs(contract) * lane::typeOf(contract.getResult()).getNumElements();
  });
  EXPECT_EQ(loops, 1);
  EXPECT_EQ(rows, 4 * (3 + 2));
}

/// examples/chain_attention.rill, with one text replaced.
static std::string attention(const std::string &text = "",
                             const std::string &by = "") {
  std::ifstream file(RILL_EXAMPLES "/chain_attention.rill");
  std::stringstream all;
  all << file.rdbuf();
  std::string program = all.str();
  if (size_t at = program.find(text); !text.empty() && at != program.npos)
    program.replace(at, text.size(), by);
  return program;
}

// Each query, key and value of the 8 tokens is computed once, in both blocks
// (the parameters Q, U and V of 4 heads of 8 units), in sampling as in the
// density, which has all tokens at once.
TEST(Staircase, EvaluatesKeysAndValuesOncePerToken) {
  TemporaryProgram program(attention());
  Compilation compilation(program.path, {});
  ASSERT_TRUE(compilation.run(Stage::LaneGrad))
      << compilation.diagnostics(false);
  std::vector<int64_t> once(6, 8 * 4 * 8);
  for (const char *entry : {"p.sample", "p.logp"})
    EXPECT_EQ(
        productsWith(compilation.module().lookupSymbol<func::FuncOp>(entry),
                     {4, 8, 32}),
        once)
        << entry;
}

// The count tells the difference: an update whose link needs a search has no
// such inverse yet, and computes all tokens at each of the 8 steps.
TEST(Staircase, CountsEveryTokenAtEachStepWhereNothingIsKept) {
  const std::string line = "x := x * exp(2 * tanh(r[0])) + r[1]";
  std::string text = attention(line, "x := x^3 + x * exp(r[0]) + r[1]");
  ASSERT_EQ(text.find(line), text.npos);
  TemporaryProgram program(text);
  Compilation compilation(program.path, {});
  ASSERT_TRUE(compilation.run(Stage::LaneGrad))
      << compilation.diagnostics(false);
  EXPECT_EQ(
      productsWith(compilation.module().lookupSymbol<func::FuncOp>("p.sample"),
                   {4, 8, 32}),
      std::vector<int64_t>(6, 8 * 8 * 4 * 8));
}
