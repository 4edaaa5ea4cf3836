//===- Places.cpp - Places as values --------------------------------------===//
//
// Cutting, gluing and updating of places. An update takes into its region
// everything that leads from the place's present value to its next one.
//
//===----------------------------------------------------------------------===//

#include "import/Locations.h"
#include "import/Regions.h"

#include "Flow/IR/FlowOps.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;

void RegionImporter::openPlace(PlaceId id, Value value) {
  Place &place = places[id];
  place.value = value;
  place.space = program.places[id].space;
}

/// What was cut into exactly these pieces, if nothing happened to them since.
static Value cutWhole(ValueRange pieces, ArrayAttr indices) {
  auto split = pieces[0].getDefiningOp<flow::SplitOp>();
  bool same = split && split.getParts() == indices &&
              ValueRange(split.getResults()) == pieces;
  return same ? split.getPlace() : Value();
}

/// The cut of `whole` along the same parts that this block has already.
static flow::SplitOp existingCut(Value whole, ArrayAttr indices, Block *block) {
  for (Operation *user : whole.getUsers())
    if (auto split = dyn_cast<flow::SplitOp>(user);
        split && split.getParts() == indices && split->getBlock() == block)
      return split;
  return {};
}

Value RegionImporter::readPlace(PlaceId id, Location loc) {
  Place &place = places.at(id);
  if (place.value)
    return place.value;
  if (place.open >= 0) { // glue the open cut
    Cut &cut = place.cuts[place.open];
    SmallVector<Value> pieces;
    for (PlaceId part : cut.parts)
      pieces.push_back(readPlace(part, loc));
    for (PlaceId part : cut.parts)
      places.at(part).value = {};
    if (cut.rest)
      pieces.push_back(cut.rest);
    place.value = cutWhole(pieces, cut.indices);
    if (!place.value)
      place.value = flow::JoinOp::create(
          b, loc, typeOf(place.space, false, b.getContext()), pieces,
          cut.indices);
    cut.rest = {};
    place.open = -1;
    return place.value;
  }
  assert(place.parent >= 0 && "internal error: a place without a value");
  readPlace(place.parent, loc);
  openCut(place.parent, place.cut, loc);
  return place.value;
}

void RegionImporter::openCut(PlaceId parent, unsigned index, Location loc) {
  Place &whole = places.at(parent);
  Cut &cut = whole.cuts[index];
  SmallVector<Type> types;
  for (PlaceId part : cut.parts)
    types.push_back(typeOf(places.at(part).space, false, b.getContext()));
  auto flat = lane::typeOf(whole.value);
  if (cut.indices.size() > cut.parts.size())
    types.push_back(flat.withShape(
        {int64_t(flow::indicesOf(cut.indices[cut.parts.size()]).size())}));
  auto split = existingCut(whole.value, cut.indices, b.getInsertionBlock());
  if (!split)
    split = flow::SplitOp::create(b, loc, types, whole.value, cut.indices);
  for (auto [part, value] : llvm::zip(cut.parts, split.getResults()))
    places.at(part).value = value;
  if (types.size() > cut.parts.size())
    cut.rest = split.getResults().back();
  whole.value = {};
  whole.open = index;
}

void RegionImporter::importView(const Op &op) {
  Value whole = readPlace(op.index, loc(op));
  Place &parent = places.at(op.index);
  const auto &parts =
      std::get<std::vector<std::vector<int64_t>>>(op.attrs.at("parts"));
  llvm::BitVector named(lane::typeOf(whole).getNumElements());
  Cut cut;
  SmallVector<Attribute> indices;
  for (auto [id, elements] : llvm::zip(op.places, parts)) {
    cut.parts.push_back(id);
    indices.push_back(b.getDenseI64ArrayAttr(elements));
    for (int64_t element : elements)
      named.set(element);
    Place &part = places[id];
    part = {};
    part.space = program.places[id].space;
    part.parent = op.index;
    part.cut = parent.cuts.size();
  }
  if (!named.all()) {
    SmallVector<int64_t> rest;
    for (unsigned i = 0; i < named.size(); ++i)
      if (!named.test(i))
        rest.push_back(i);
    indices.push_back(b.getDenseI64ArrayAttr(rest));
  }
  cut.indices = b.getArrayAttr(indices);
  parent.cuts.push_back(std::move(cut));
}

/// What leads from `from` to `to` within their block, in order.
static llvm::SetVector<Operation *> pathBetween(Value from, Value to,
                                                Block *block) {
  llvm::SetVector<Operation *> backwards;
  SmallVector<Value> work{to};
  while (!work.empty()) {
    Operation *op = work.pop_back_val().getDefiningOp();
    if (op && op->getBlock() == block && backwards.insert(op))
      work.append(op->operand_begin(), op->operand_end());
  }
  llvm::DenseSet<Value> dependent{from};
  SmallVector<Operation *> ordered;
  for (Operation &op : *block)
    if (backwards.contains(&op) && llvm::any_of(op.getOperands(), [&](Value v) {
          return dependent.contains(v);
        })) {
      ordered.push_back(&op);
      dependent.insert(op.result_begin(), op.result_end());
    }
  return llvm::SetVector<Operation *>(ordered.begin(), ordered.end());
}

void RegionImporter::importAssign(const Op &op) {
  Value after = values.at(op.operands[0]);
  if (!places.count(op.index)) { // the place of a flow applied to a value
    openPlace(op.index, after);
    return;
  }
  Value before = readPlace(op.index, loc(op));
  Place &place = places.at(op.index);
  if (before == after)
    return;
  auto path = pathBetween(before, after, b.getInsertionBlock());
  const auto &bounds = std::get<std::vector<double>>(op.attrs.at("bounds"));
  auto update = flow::UpdateOp::create(
      b, loc(op), after.getType(), before,
      b.getStringAttr(op.name.empty() ? program.places[op.index].name
                                      : op.name),
      b.getStringAttr(op.spelling), b.getF64FloatAttr(bounds[0]),
      b.getF64FloatAttr(bounds[1]));
  OpBuilder::InsertionGuard guard(b);
  Block *body =
      b.createBlock(&update.getBody(), {}, before.getType(), before.getLoc());
  IRMapping map;
  map.map(before, body->getArgument(0));
  for (Operation *step : path)
    b.clone(*step, map);
  flow::YieldOp::create(b, loc(op), ValueRange{map.lookupOrDefault(after)});
  for (Operation *step : llvm::reverse(path))
    if (isOpTriviallyDead(step))
      step->erase();
  place.value = update.getResult();
  place.space = space(op.operands[0]);
  if (!op.regions.empty())
    importInverse(op, update);
}

/// The author's inverse: there the place's value is the region's argument.
void RegionImporter::importInverse(const Op &op, flow::UpdateOp update) {
  Block *block =
      b.createBlock(&update.getInverse(), {}, update.getResult().getType(),
                    update.getResult().getLoc());
  std::map<PlaceId, Place> outside = places; // what it cuts and glues ends here
  places.at(op.index).value = block->getArgument(0);
  SmallVector<Value> before = import(op.regions.front());
  places = std::move(outside);
  if (before[0].getType() != update.getPlace().getType()) // a constant
    before[0] = lane::VaryOp::create(b, loc(op), before[0]);
  flow::YieldOp::create(b, loc(op), before);
}

/// Places that the region touches and no other touched place contains.
static std::set<typed::PlaceId>
touchedPlaces(const typed::Region &region,
              llvm::function_ref<bool(typed::PlaceId)> isOutside) {
  std::set<typed::PlaceId> touched;
  for (const typed::Op &op : region.ops) {
    bool place = op.kind == typed::OpKind::Read ||
                 op.kind == typed::OpKind::Assign ||
                 op.kind == typed::OpKind::View;
    if (place && isOutside(op.index))
      touched.insert(op.index);
    if (op.kind == typed::OpKind::Scan)
      for (int64_t whole :
           std::get<std::vector<int64_t>>(op.attrs.at("wholes")))
        if (isOutside(typed::PlaceId(whole)))
          touched.insert(typed::PlaceId(whole));
    for (const typed::Region &inner : op.regions)
      touched.merge(touchedPlaces(inner, isOutside));
  }
  return touched;
}

/// The place that both are parts of by different cuts, which may overlap; -1 if
/// they are disjoint.
int RegionImporter::cutTwice(PlaceId a, PlaceId b) const {
  // From each place above `a`, by which cut it leads there.
  std::map<int, unsigned> above;
  for (int at = int(a); places.at(at).parent >= 0; at = places.at(at).parent)
    above[places.at(at).parent] = places.at(at).cut;
  for (int at = int(b); places.at(at).parent >= 0; at = places.at(at).parent)
    if (auto it = above.find(places.at(at).parent); it != above.end())
      return it->second == places.at(at).cut ? -1 : it->first;
  return -1;
}

/// What a repeat carries from step to step: disjoint places that hold all that
/// are touched.
SmallVector<typed::PlaceId>
RegionImporter::carriedPlaces(std::set<PlaceId> touched) const {
  SmallVector<PlaceId> carried;
  for (PlaceId id : touched) {
    bool inner = false;
    for (int up = places.at(id).parent; up >= 0; up = places.at(up).parent)
      inner |= touched.count(up) != 0;
    if (!inner)
      carried.push_back(id);
  }
  for (PlaceId a : carried)
    for (PlaceId b : carried)
      if (int whole = cutTwice(a, b); whole >= 0) {
        touched.insert(PlaceId(whole));
        return carriedPlaces(std::move(touched));
      }
  return carried;
}

void RegionImporter::importRepeat(const Op &op) {
  const typed::Region &body = op.regions.front();
  SmallVector<PlaceId> roots = carriedPlaces(
      touchedPlaces(body, [&](PlaceId id) { return places.count(id) != 0; }));
  SmallVector<Value> before;
  for (PlaceId id : roots)
    before.push_back(readPlace(id, loc(op)));
  auto repeat = flow::RepeatOp::create(
      b, loc(op), TypeRange(ValueRange(before)), op.count, before);
  auto step = lane::tensorOf({}, b.getI32Type(), /*inv=*/true);
  SmallVector<Type> types{step};
  llvm::append_range(types, ValueRange(before).getTypes());
  SmallVector<Location> locs(types.size(), loc(op));
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&repeat.getBody(), {}, types, locs);
  if (!body.args.empty())
    bind(body.args[0], block->getArgument(0));
  for (auto [k, id] : llvm::enumerate(roots))
    places.at(id).value = block->getArgument(k + 1);
  repeats.push_back(repeat);
  {
    llvm::SaveAndRestore<Operation *> inside(derivative, nullptr);
    import(body);
  }
  repeats.pop_back();
  SmallVector<Value> after;
  for (PlaceId id : roots)
    after.push_back(readPlace(id, loc(op)));
  flow::YieldOp::create(b, loc(op), after);
  for (auto [id, result] : llvm::zip(roots, repeat.getResults()))
    places.at(id).value = result;
}
