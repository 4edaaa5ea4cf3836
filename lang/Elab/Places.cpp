//===- Places.cpp - Places, views and epochs ------------------------------===//
//
// A place is a set of elements of a root. Every update stamps its elements
// with a time; a value remembers the elements it was read from and when, so
// that a `let` dies when one of them is replaced. Whether an update can be
// undone is judged on the model level, not here.
//
//===----------------------------------------------------------------------===//
#include "Elab/Places.h"

#include <algorithm>
#include <cassert>

namespace rill::lang::elab {

PlaceId Places::newRoot(const Space &space, const std::string &name,
                        SourceRange range) {
  PlaceId id = static_cast<PlaceId>(program.places.size());
  program.places.push_back({space, name, range});
  auto elements = std::make_shared<std::vector<int64_t>>(space.elements());
  for (size_t i = 0; i != elements->size(); ++i)
    (*elements)[i] = static_cast<int64_t>(i);
  RootState &root = roots[id];
  root.assigned.assign(elements->size(), 0);
  root.where.resize(elements->size());
  root.kinds.assign(elements->size(), space.withShape({}));
  root.name = nameReads.bound();
  places.resize(program.places.size());
  places[id] = {id, elements, space.shape()};
  return id;
}

std::vector<PlaceId>
Places::viewParts(PlaceId parent,
                  const std::vector<std::vector<int64_t>> &parts,
                  const std::vector<std::vector<int64_t>> &shapes,
                  const std::vector<std::string> &names, SourceRange range) {
  typed::Op op;
  op.kind = typed::OpKind::View;
  op.index = parent;
  op.range = range;
  for (size_t i = 0; i != parts.size(); ++i) {
    const PlaceState whole = places[parent];
    auto elements = std::make_shared<std::vector<int64_t>>();
    for (int64_t element : parts[i])
      elements->push_back((*whole.elements)[element]);
    PlaceId id = static_cast<PlaceId>(program.places.size());
    program.places.push_back({Space::real(shapes[i]), names[i], range});
    places.resize(program.places.size());
    places[id] = {whole.root, elements, shapes[i]};
    program.places[id].space = placeSpace(id);
    op.places.push_back(id);
  }
  op.attrs["parts"] = parts;
  std::vector<PlaceId> made = op.places;
  append(std::move(op));
  return made;
}

PlaceId Places::subPlace(PlaceId parent, const std::vector<int64_t> &parts,
                         std::vector<int64_t> shape, const std::string &name,
                         SourceRange range) {
  std::pair<PlaceId, std::vector<int64_t>> key{parent, parts};
  for (const auto &known : partPlaces)
    if (auto it = known.find(key);
        it != known.end() && places[it->second].shape == shape)
      return it->second;
  PlaceId made =
      viewParts(parent, {parts}, {std::move(shape)}, {name}, range)[0];
  partPlaces.back()[key] = made;
  return made;
}

Space Places::placeSpace(PlaceId place) const {
  const PlaceState &state = places[place];
  const RootState &root = roots.at(state.root);
  const Space &first = root.kinds[state.elements->front()];
  bool same = std::all_of(state.elements->begin(), state.elements->end(),
                          [&](int64_t e) { return root.kinds[e] == first; });
  if (!same)
    return Space::real(state.shape);
  if (first.kind() == SpaceKind::Simplex) // only the whole is a simplex
    return state.elements->size() == root.kinds.size()
               ? Space::make(SpaceKind::Simplex, state.shape)
               : Space::make(SpaceKind::Unit, state.shape);
  return first.withShape(state.shape);
}

std::vector<int64_t> Places::placeValueShape(const Den &place) const {
  const std::vector<int64_t> &shape = places[place.place].shape;
  return {shape.begin() + static_cast<int64_t>(place.labels.size()),
          shape.end()};
}

Tensor Places::readPlace(const Den &place, SourceRange range) {
  typed::Op op;
  op.kind = typed::OpKind::Read;
  op.index = place.place;
  op.range = range;
  Tensor t;
  t.space = placeSpace(place.place);
  t.bounds = Bounds::of(t.space);
  t.labels = place.labels;
  t.id = newValue(t.space, program.places[place.place].name);
  op.results.push_back(t.id);
  append(std::move(op));
  const PlaceState &state = places[place.place];
  t.deps.push_back({state.root, place.place, state.elements, clock});
  return t;
}

static bool overlap(std::vector<int64_t> a, std::vector<int64_t> b,
                    bool &contained) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::vector<int64_t> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                        std::back_inserter(common));
  contained = common.size() == a.size() || common.size() == b.size();
  return !common.empty();
}

/// Two views that share some elements, neither inside of the other, cannot be
/// updated from each other: what is read is half replaced.
void Places::checkOverlap(PlaceId place, const Tensor &value,
                          SourceRange range) {
  const PlaceState &target = places[place];
  for (const Dependence &dep : value.deps) {
    if (dep.root != target.root || dep.elements == target.elements)
      continue;
    bool contained = false;
    if (!overlap(*dep.elements, *target.elements, contained) || contained)
      continue;
    error(Code::OverlappingViews, range,
          "'" + program.places[place].name + "' is updated from '" +
              program.places[dep.place].name + "', which overlaps it")
        .label(program.places[dep.place].range,
               "this view shares elements with it")
        .why("the update replaces some of the elements that it reads, so the "
             "old ones are unknown when it runs backwards")
        .help("make the views disjoint");
    return;
  }
}

void Places::assignPlace(const Den &place, Tensor value, SourceRange range,
                         const std::string &spelling, const std::string &name) {
  std::vector<int64_t> shape = placeValueShape(place);
  if (value.rank() != 0 && value.valueShape() != shape) {
    const PlaceState &state = places[place.place];
    bool whole = place.labels.empty() &&
                 value.space.elements() ==
                     static_cast<int64_t>(state.elements->size()) &&
                 state.elements->size() == roots.at(state.root).assigned.size();
    if (!whole) {
      error(Code::ShapeMismatch, range,
            "'" + (name.empty() ? program.places[place.place].name : name) +
                "' has shape of " + Space::real(shape).str() +
                ", the new value is " +
                value.space.withShape(value.valueShape()).str(),
            "shape does not fit")
          .why("a place keeps its elements: an update replaces each of them");
      return;
    }
    places[place.place].shape = shape = value.valueShape();
  }
  for (BinderId label : value.labels)
    if (std::find(place.labels.begin(), place.labels.end(), label) ==
        place.labels.end()) {
      error(Code::ShapeMismatch, range,
            "the new value depends on the index '" + binders[label].name +
                "', but the place does not");
      return;
    }
  checkOverlap(place.place, value, range);
  value = spreadTo(value, place.labels, shape);
  Space kind = spaceAfter(place.place, value, range);
  typed::Op op;
  op.kind = typed::OpKind::Assign;
  op.name = name; // as this declaration calls it
  op.index = place.place;
  op.operands.push_back(value.id);
  Space before = placeSpace(place.place);
  op.attrs["bounds"] = std::vector<double>{before.lo(), before.hi()};
  op.range = range;
  op.spelling = spelling;
  append(std::move(op));
  const PlaceState &state = places[place.place];
  RootState &root = roots.at(state.root);
  ++clock;
  for (int64_t element : *state.elements) {
    root.assigned[element] = clock;
    root.where[element] = range;
    root.kinds[element] = kind;
  }
}

void Places::checkAlive(const Tensor &t, const std::string &name,
                        SourceRange range) {
  for (const Dependence &dep : t.deps) {
    const RootState &root = roots.at(dep.root);
    for (int64_t element : *dep.elements) {
      if (root.assigned[element] <= dep.time)
        continue;
      const std::string &place = program.places[dep.place].name;
      error(Code::LetDied, range,
            "'" + name + "' is used after '" + place +
                "', which it was computed from, "
                "was replaced",
            "'" + place + "' has changed since")
          .label(root.where[element], "'" + place + "' is replaced here")
          .why("run backwards, '" + name +
               "' would have to be computed from the "
               "old '" +
               place + "', which is not known then")
          .help("use '" + name +
                "' before the update, or compute it again from "
                "what is known there");
      return;
    }
  }
  for (auto &uses : loopUses)
    uses.push_back({t, name, range});
}

} // namespace rill::lang::elab
