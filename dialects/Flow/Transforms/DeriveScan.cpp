// Scans in a derivation: one lane loop upwards in either direction, since the
// carried values of a step are known once the slices before it are.
#include "Flow/Transforms/Derivation.h"

using namespace mlir;
using namespace rill;
using namespace rill::flow;
using lane::LaneBuilder;

bool Derivation::runScan(ScanOp scan) {
  unsigned count = scan.getPlaces().size();
  if (knows(scan.getPlaces()) && knows(scan.getResults()))
    return false;
  SmallVector<bool> fromBefore;
  for (auto [before, after] : llvm::zip(scan.getPlaces(), scan.getResults())) {
    if (!known.contains(before) && !known.contains(after))
      return false;
    fromBefore.push_back(known.contains(before));
  }
  Region &region = scan.getBody();
  llvm::SetVector<Value> context = captures(region);
  context.insert(scan.getInits().begin(), scan.getInits().end());
  if (stopped(scan, context.getArrayRef()))
    return false;

  LaneBuilder at(b.builder, scan.getLoc());
  Block &source = region.front();
  auto slices = source.getArguments().slice(1, count);
  auto carries = source.getArguments().drop_front(1 + count);
  ValueRange yields = source.getTerminator()->getOperands();
  SmallVector<Value> consts, inits, xs, enter, leave;
  SmallVector<Type> made;
  for (Value v : context)
    consts.push_back(known.lookup(v));
  for (Value v : scan.getInits())
    inits.push_back(at.withRate(known.lookup(v), false));
  for (unsigned k = 0; k < count; ++k) {
    xs.push_back(known.lookup(fromBefore[k] ? scan.getPlaces()[k]
                                            : scan.getResults()[k]));
    enter.push_back(fromBefore[k] ? Value(slices[k]) : yields[k]);
    leave.push_back(fromBefore[k] ? yields[k] : Value(slices[k]));
    made.push_back(leave.back().getType());
  }
  // What each step adds to the log-determinant is stacked and summed up behind
  // the loop, where it can meet the terms of the base before it is rounded.
  auto scalar = lane::typeOf(xs[0]).withShape({}).withInv(false);
  if (wantLogDet)
    made.push_back(scalar);
  auto loop = lane::LoopOp::create(b.builder, scan.getLoc(), scan.getCount(),
                                   /*reverse=*/false, consts, inits, xs, made);
  OpBuilder insideBuilder = OpBuilder::atBlockEnd(&loop.getBlock());
  LaneBuilder inside(insideBuilder, scan.getLoc());
  Derivation step(inside, params, inverse, wantLogDet, fault);
  for (auto [outer, arg] : llvm::zip(context, loop.getConstArgs()))
    step.known.map(outer, arg);
  step.known.map(source.getArgument(0), loop.getStep());
  for (auto [carry, arg] : llvm::zip(carries, loop.getCarryArgs()))
    step.known.map(carry, arg);
  for (auto [value, arg] : llvm::zip(enter, loop.getXArgs()))
    step.known.map(value, arg);
  SmallVector<Value> targets(leave);
  llvm::append_range(targets, yields.drop_front(count));
  if (!step.solve(source, targets)) {
    loop.erase();
    return false;
  }
  SmallVector<Value> results;
  for (Value next : yields.drop_front(count))
    results.push_back(inside.withRate(step.known.lookup(next), false));
  for (Value v : leave)
    results.push_back(step.known.lookup(v));
  if (wantLogDet)
    results.push_back(step.logDet ? inside.withRate(step.logDet, false)
                                  : inside.zero(scalar));
  lane::YieldOp::create(insideBuilder, scan.getLoc(), results);
  if (wantLogDet)
    addLogDet(loop.getYs().back(), /*negate=*/false);
  for (unsigned k = 0; k < count; ++k)
    known.map(fromBefore[k] ? scan.getResults()[k] : scan.getPlaces()[k],
              loop.getYs()[k]);
  return true;
}
