// The divergence of a random program, by one argument of one result with as
// many elements, is the same in closed form as by tangents.
#include "Lane/IR/LaneBuilder.h"
#include "Lane/Random/Derive.h"
#include "Lane/Random/Properties.h"
#include "Lane/Transforms/Passes.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace rill::lane;
using namespace rill::lane::random;
using mlir::Value;

/// An argument and a result of @f that make a field of some elements.
static std::optional<std::pair<unsigned, unsigned>>
fieldOf(mlir::func::FuncOp f) {
  auto inputs = f.getArgumentTypes(), results = f.getResultTypes();
  for (unsigned r = 0; r < results.size(); ++r)
    for (unsigned k = 0; k < inputs.size(); ++k) {
      auto x = llvm::cast<TensorType>(inputs[k]);
      auto v = llvm::cast<TensorType>(results[r]);
      if (x.isFloat() && x.getNumElements() > 1 &&
          x.getNumElements() == v.getNumElements())
        return std::pair(k, r);
    }
  return std::nullopt;
}

/// Adds `@name`: the value and divergence of that field.
static DivergenceOp addDivergence(mlir::func::FuncOp f, unsigned k, unsigned r,
                                  llvm::StringRef name) {
  mlir::OpBuilder builder(f->getContext());
  builder.setInsertionPointAfter(f);
  auto g = mlir::func::FuncOp::create(builder, f.getLoc(), name,
                                      f.getFunctionType());
  builder.setInsertionPointToEnd(g.addEntryBlock());
  llvm::SmallVector<Value> inputs{g.getArgument(k)};
  for (unsigned j = 0; j < g.getNumArguments(); ++j)
    if (j != k)
      inputs.push_back(g.getArgument(j));
  mlir::Operation *end = f.getBody().front().getTerminator();
  auto op = DivergenceOp::create(builder, f.getLoc(), inputs, 0, 0,
                                 end->getOperand(r).getType());
  mlir::func::ReturnOp::create(builder, f.getLoc(), op.getResults());
  g.setFunctionType(
      builder.getFunctionType(f.getArgumentTypes(), op.getResultTypes()));
  mlir::IRMapping map;
  unsigned next = 1;
  for (unsigned j = 0; j < f.getNumArguments(); ++j)
    map.map(f.getArgument(j), op.getBlock().getArgument(j == k ? 0 : next++));
  mlir::OpBuilder inside = mlir::OpBuilder::atBlockEnd(&op.getBlock());
  for (mlir::Operation &inner : f.getBody().front().without_terminator())
    inside.clone(inner, map);
  YieldOp::create(inside, f.getLoc(),
                  mlir::ValueRange{map.lookupOrDefault(end->getOperand(r))});
  return op;
}

TEST(Divergence, InClosedFormIsThatByTangents) {
  mlir::MLIRContext context;
  int closed = 0, fields = 0;
  auto same = [&](Program &p) -> Complaint {
    auto field = fieldOf(p.function());
    if (!field)
      return "";
    auto [k, r] = *field;
    ++fields;
    DivergenceOp op = addDivergence(p.function(), k, r, "closed");
    if (!productsInClosedForm(op))
      return "";
    ++closed;
    expandDivergenceByTangents(addDivergence(p.function(), k, r, "tangents"));
    if (auto e = runPasses(*p.module, "lane-clean,lane-differentiate"))
      return llvm::toString(std::move(e));
    auto a = interpret(p.function("closed"), p.arguments, p.context);
    if (!a)
      return complaintOf(a);
    auto b = interpret(p.function("tangents"), p.arguments, p.context);
    if (!b)
      return complaintOf(b);
    for (auto [u, v] : llvm::zip_equal((*a)[1].data, (*b)[1].data))
      if (!(std::fabs(u - v) <= 1e-10 * (1 + std::fabs(v))))
        return "closed form " + std::to_string(u) + ", tangents " +
               std::to_string(v);
    return "";
  };
  EXPECT_ALL_HOLD(forAll(context, {}, programs(3000), same));
  EXPECT_GT(closed, 30);
  EXPECT_LT(closed, fields);
  RecordProperty("closed", closed);
  RecordProperty("fields", fields);
}
