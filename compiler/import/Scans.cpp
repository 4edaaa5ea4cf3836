//===- Scans.cpp - Scans over a place as operations -----------------------===//

#include "import/Regions.h"

#include "Flow/IR/FlowOps.h"
#include "Lane/IR/LaneBuilder.h"

using namespace mlir;
using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;
using typed::OpKind;

/// Reads of places from outside happen before the scan, which updates none of
/// them but through its slices.
void RegionImporter::importOuterReads(const typed::Region &body) {
  for (const Op &op : body.ops) {
    bool reads = op.kind == OpKind::Read || op.kind == OpKind::View;
    if (reads && places.count(op.index)) {
      importOp(op);
      early.insert(&op);
    }
  }
}

void RegionImporter::importScan(const Op &op) {
  const typed::Region &body = op.regions.front();
  importOuterReads(body);
  const auto &wholes = std::get<std::vector<int64_t>>(op.attrs.at("wholes"));
  SmallVector<Value> before, inits;
  SmallVector<Type> types{lane::tensorOf({}, b.getI32Type(), /*inv=*/true)};
  for (int64_t whole : wholes)
    before.push_back(readPlace(PlaceId(whole), loc(op)));
  for (PlaceId slice : op.places)
    types.push_back(typeOf(program.places[slice].space, false, b.getContext()));
  for (typed::ValueId id : op.operands) {
    inits.push_back(values.at(id));
    types.push_back(lane::typeOf(inits.back()).withInv(false));
  }
  auto scan = flow::ScanOp::create(b, loc(op), TypeRange(ValueRange(before)),
                                   op.count, before, inits);
  SmallVector<Location> locs(types.size(), loc(op));
  Block *block = nullptr;
  {
    OpBuilder::InsertionGuard guard(b);
    block = b.createBlock(&scan.getBody(), {}, types, locs);
    bind(body.args[0], block->getArgument(0));
    unsigned next = 1;
    for (PlaceId slice : op.places)
      openPlace(slice, block->getArgument(next++));
    for (size_t k = 1; k < body.args.size(); ++k)
      bind(body.args[k], block->getArgument(next++));
    scans.push_back({scan, repeats.size()});
    SmallVector<Value> carried = import(body), yields;
    scans.pop_back();
    for (PlaceId slice : op.places)
      yields.push_back(readPlace(slice, loc(op)));
    lane::LaneBuilder at(b, loc(op));
    for (Value value : carried)
      yields.push_back(at.withRate(value, false));
    flow::YieldOp::create(b, loc(op), yields);
  }
  for (auto [k, whole] : llvm::enumerate(wholes)) {
    Place &place = places.at(PlaceId(whole));
    place.value = scan.getResults()[k];
    place.space = places.at(op.places[k]).space.withShape(place.space.shape());
  }
}
