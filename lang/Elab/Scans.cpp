//===- Scans.cpp - scan t in T, h = 0 { .. } in a flow --------------------===//
//
// A scan goes through a place along its first axis: each step updates one slice
// and passes values on to the next. The slice is a place of its own inside of
// the body, so that `x[t]` means its value at that line.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>

namespace rill::lang::elab {

/// The slice `x[t]` where t is the index of the scan under way.
std::optional<Den> Elaborator::scanSlice(const Den &place,
                                         const std::vector<ast::Slot> &slots,
                                         Frame &frame, SourceRange range) {
  if (scans.empty() || slots.empty() || !slots[0].value ||
      slots[0].kind != ast::Slot::Kind::Expr)
    return std::nullopt;
  const auto *name = slots[0].value->as<ast::NameExpr>();
  const Den *index = name ? find(name->name, frame.env) : nullptr;
  ScanState &scan = scans.back();
  if (!index || !index->is(Den::Kind::Tensor) || index->tensor.id != scan.index)
    return std::nullopt;
  std::vector<int64_t> shape = placeValueShape(place);
  if (slots.size() > 1 || !place.labels.empty())
    return unsupported(range, "an index of a scan beside others");
  if (shape[0] != scan.count) {
    error(Code::IndexOutOfRange, range,
          "'" + name->name + "' runs through 0.." + std::to_string(scan.count) +
              ", the axis has extent " + std::to_string(shape[0]))
        .help("a scan goes through the whole first axis: scan t in " +
              std::to_string(shape[0]));
    return Den::error();
  }
  auto [it, fresh] = scan.slices.emplace(place.place, 0);
  if (fresh) {
    Space space =
        placeSpace(place.place)
            .withShape(std::vector<int64_t>(shape.begin() + 1, shape.end()));
    it->second = newRoot(space, text(range), range);
  }
  return Den::ofPlace(it->second);
}

/// The initial value of a carried name, in the space that it keeps.
std::optional<Tensor> Elaborator::carryStart(const ast::ScanCarry &carry,
                                             Frame &frame) {
  auto start = tensor(*carry.init, frame);
  if (!start)
    return std::nullopt;
  *start = toFloat(*start);
  if (!carry.space) {
    start->space = Space::real(start->space.shape());
    return start;
  }
  Space declared = space(*carry.space, frame);
  if (!declared.isValid())
    return std::nullopt;
  std::string what = "'" + carry.name.text + "'";
  if (start->rank() == 0 && !declared.shape().empty())
    start = spreadTo(*start, {}, declared.shape());
  if (!checkSpace(declared, *start, carry.init->range, what))
    return std::nullopt;
  start->space = declared;
  return start;
}

void Elaborator::scanStmt(const ast::ScanExpr &scan, Frame &frame,
                          SourceRange range) {
  if (!scans.empty()) {
    unsupported(range, "a scan inside of a scan");
    return;
  }
  auto steps = rangeOf(*scan.range, frame);
  if (!steps || steps->empty())
    return;
  if (steps->front() != 0) {
    unsupported(scan.range->range, "a scan through a part of an axis");
    return;
  }
  HereScope scope(here, range);
  typed::Op op;
  op.kind = typed::OpKind::Scan;
  op.count = static_cast<int64_t>(steps->size());
  op.range = range;
  op.spelling = "scan " + std::to_string(op.count);
  std::vector<Tensor> starts;
  for (const ast::ScanCarry &carry : scan.carries) {
    auto start = carryStart(carry, frame);
    if (!start)
      return;
    op.operands.push_back(start->id);
    starts.push_back(*start);
  }
  Frame inner = frame;
  inner.env = Env::inside(frame.env);
  uint64_t start = clock;
  size_t firstInside = program.values.size();
  loopUses.emplace_back();
  op.regions.push_back(regionOf([&](typed::Region &region) {
    Tensor index;
    index.id = newValue(Space::make(SpaceKind::Int), scan.index.text);
    index.space = Space::make(SpaceKind::Int);
    index.bounds = {0, static_cast<double>(op.count - 1), false, false};
    region.args.push_back(index.id);
    scans.push_back({index.id, op.count, {}});
    bind(inner.env, scan.index, Den::ofTensor(index));
    for (size_t k = 0; k != starts.size(); ++k) {
      Tensor carried;
      carried.space = starts[k].space;
      carried.bounds = Bounds::of(carried.space);
      carried.id = newValue(carried.space, scan.carries[k].name.text);
      region.args.push_back(carried.id);
      bind(inner.env, scan.carries[k].name, Den::ofTensor(carried));
    }
    Frame step = inner;
    step.env = Env::inside(inner.env);
    block(scan.block, step);
    for (size_t k = 0; k != starts.size(); ++k)
      nextCarry(scan.carries[k], starts[k].space, step, region);
  }));
  ScanState state = std::move(scans.back());
  scans.pop_back();
  std::vector<Use> uses = std::move(loopUses.back());
  loopUses.pop_back();
  std::vector<int64_t> wholes;
  for (const auto &[whole, slice] : state.slices) {
    wholes.push_back(whole);
    op.places.push_back(slice);
  }
  op.attrs["wholes"] = wholes;
  closeSlices(state, op.regions.front(), range);
  append(std::move(op));
  checkLoopUses(uses, firstInside, start);
}

/// What the body calls `h'`, as the region's result.
void Elaborator::nextCarry(const ast::ScanCarry &carry, const Space &space,
                           Frame &step, typed::Region &region) {
  std::string name = carry.name.text + "'";
  auto it = step.env->names.find(name);
  if (it == step.env->names.end()) {
    error(Code::UnknownName, carry.name.range,
          "the scan carries '" + carry.name.text +
              "' but does not say its next value")
        .help("write it in the body: " + name + " = ...");
    return;
  }
  auto next = tensorOf(it->second, step.env->ranges[name], step);
  if (!next)
    return;
  *next = toFloat(*next);
  SourceRange range = step.env->ranges[name];
  if (next->rank() == 0 && !space.shape().empty())
    *next = spreadTo(*next, {}, space.shape());
  if (!checkSpace(space, *next, range, "'" + name + "'"))
    return;
  region.results.push_back(next->id);
}

/// Slices that were updated make their elements of the whole new ones.
void Elaborator::closeSlices(const ScanState &state,
                             const typed::Region &region, SourceRange range) {
  ++clock;
  for (const auto &[whole, slice] : state.slices) {
    const RootState &inside = roots.at(slice);
    bool updated = std::any_of(inside.assigned.begin(), inside.assigned.end(),
                               [](uint64_t time) { return time != 0; });
    if (!updated)
      continue;
    for (const typed::Op &op : region.ops) {
      bool touches = op.kind == typed::OpKind::Read ||
                     op.kind == typed::OpKind::Assign ||
                     op.kind == typed::OpKind::View;
      if (touches && places[op.index].root == places[whole].root)
        unsupported(op.range, "in a scan, anything but x[t] of a place that it "
                              "updates");
    }
    RootState &root = roots.at(places[whole].root);
    for (int64_t element : *places[whole].elements) {
      root.assigned[element] = clock;
      root.where[element] = range;
      root.kinds[element] = inside.kinds.front();
    }
  }
}

} // namespace rill::lang::elab
