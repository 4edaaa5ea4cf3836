//===- Seeds.cpp - The variables of a derivative --------------------------===//
//
// `grad[x] e` is a function of x alone: its name stands for a fresh variable in
// the body, also where a function of the body reads it from outside. A name
// that was made from x before would silently be held, so it is an error.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>

namespace rill::lang::elab {

static bool meet(const std::vector<int64_t> &a, const std::vector<int64_t> &b) {
  return std::any_of(a.begin(), a.end(), [&](int64_t element) {
    return std::find(b.begin(), b.end(), element) != b.end();
  });
}

/// Whether the value, or a part of it, was read from these elements.
static bool readFrom(const Den &den, PlaceId root,
                     const std::vector<int64_t> &elements) {
  for (const Dependence &dep : den.tensor.deps)
    if (dep.root == root && meet(*dep.elements, elements))
      return true;
  return std::any_of(den.items.begin(), den.items.end(), [&](const Den &item) {
    return readFrom(item, root, elements);
  });
}

bool Elaborator::mayDependOn(const Den &found, const Seeding &seeding) const {
  bool isPlace = found.is(Den::Kind::Place);
  // What is made in the body is made from the variables.
  if (found.name >= seeding.first || (isPlace && found.place >= seeding.places))
    return false;
  for (const auto &[id, seeded] : seeding.seeded) {
    if (found.name && nameReads.reaches(found.name, id))
      return true;
    if (isPlace &&
        nameReads.reaches(roots.at(places[found.place].root).name, id))
      return true;
    if (!seeded.is(Den::Kind::Place))
      continue;
    const PlaceState &varied = places[seeded.place];
    if (isPlace && places[found.place].root == varied.root &&
        meet(*places[found.place].elements, *varied.elements))
      return true;
    if (readFrom(found, varied.root, *varied.elements))
      return true;
  }
  return false;
}

void Elaborator::dependsOnSeed(const std::string &name, SourceRange range,
                               const Seeding &seeding) {
  error(Code::UnseededName, range,
        "'" + name + "' may depend on what '" + seeding.spelling + "' varies",
        "made before, from a seeded name")
      .why("in its body a derivative varies the seeded names alone; what was "
           "made from them before would silently keep its value")
      .help("seed it, too: jvp[" + seeding.seededName + " = .., " + name +
            " = ..], write its formula in the body, or hold it: stop(" + name +
            ")");
}

/// What a name stands for inside of derivatives: the variable of a seeded
/// name, the held value of a place; nothing if it stands for itself.
std::optional<Den> Elaborator::throughSeeds(const Den &found,
                                            const std::string &name,
                                            SourceRange range) {
  Den den = found;
  bool replaced = false;
  for (size_t level = 0; level != seedings.size(); ++level) {
    const Seeding &seeding = seedings[level];
    auto it = seeding.inner.find(den.name);
    if (den.name && it != seeding.inner.end()) {
      // A definition that reads the name depends on it.
      for (const OpenThunk &thunk : thunks)
        if (thunk.seedings > level) {
          dependsOnSeed(thunk.name, thunk.range, seeding);
          return Den::error();
        }
      den = it->second;
      replaced = true;
      continue;
    }
    if (seeding.stops == stops && mayDependOn(den, seeding)) {
      dependsOnSeed(name, range, seeding);
      return Den::error();
    }
    if (den.is(Den::Kind::Place) && den.place < seeding.places) {
      NameId binding = den.name;
      den = Den::ofTensor(readPlace(den, range));
      den.name = binding;
      replaced = true;
    }
  }
  return replaced ? std::optional(den) : std::nullopt;
}

/// The value that the name has here, as the centre of the derivative.
bool Elaborator::seedValue(Seed &seed, Frame &frame) {
  const ast::Ident &name = seed.source->path.front();
  if (seed.den.isError())
    return false;
  bool isValue = seed.den.is(Den::Kind::Number) ||
                 seed.den.is(Den::Kind::Tensor) ||
                 seed.den.is(Den::Kind::Place) || seed.den.is(Den::Kind::List);
  if (!isValue) {
    error(Code::WrongArguments, name.range,
          "'" + name.text + "' is " + seed.den.describe() +
              ", which a derivative cannot vary")
        .help(seed.den.is(Den::Kind::Tuple)
                  ? "give its parts names: let (a, b) = " + name.text
                  : "name a value: a let, an argument or a draw");
    return false;
  }
  auto value = tensorOf(seed.den, name.range, frame);
  if (!value)
    return false;
  if (!value->space.isFloat()) {
    error(Code::SpaceMismatch, name.range,
          "'" + name.text + "' is in " +
              value->space.withShape(value->valueShape()).str() +
              ": a derivative needs a continuous space");
    return false;
  }
  if (value->space.isMatrixSpace() ||
      value->space.kind() == SpaceKind::Simplex) {
    unsupported(name.range, "a derivative in a value of " + value->space.str());
    return false;
  }
  seed.value = *value;
  return true;
}

/// The tangent `v` of `x = v`: of the shape of x, or a scalar that spreads.
bool Elaborator::tangentOf(Seed &seed, Frame &frame) {
  const ast::Expr &source = *seed.source->value;
  Den den = eval(source, frame);
  if (den.isError())
    return false;
  if (den.is(Den::Kind::Number) && den.number == 0) {
    seed.varied = false;
    return true;
  }
  auto tangent = tensorOf(den, source.range, frame);
  if (!tangent)
    return false;
  HereScope scope(here, source.range);
  Tensor v = toFloat(*tangent);
  std::vector<int64_t> shape = seed.value.valueShape();
  if (v.rank() != 0 && v.valueShape() != shape) {
    error(Code::ShapeMismatch, source.range,
          "'" + seed.source->path.front().text + "' has space " +
              Space::real(shape).str() + ", its tangent " +
              Space::real(v.valueShape()).str(),
          "shape does not fit");
    return false;
  }
  std::vector<BinderId> labels = seed.value.labels;
  for (BinderId label : v.labels)
    if (std::find(labels.begin(), labels.end(), label) == labels.end())
      labels.push_back(label);
  std::sort(labels.begin(), labels.end());
  seed.value = spreadTo(seed.value, labels, shape);
  seed.tangent = spreadTo(v, labels, shape);
  return true;
}

static std::string wantedSeeds(const std::string &op) {
  if (op == "jvp")
    return "'jvp' needs the tangent of each name: jvp[x = v, t = 1] e";
  if (op == "vjp")
    return "'vjp' takes one name with the cotangent of e: vjp[x = w] e";
  return "'" + op + "' takes names without values: " + op + "[x] e";
}

std::optional<std::vector<Seed>> Elaborator::seedsOf(const ast::DerivExpr &node,
                                                     const ast::Expr &expr,
                                                     Frame &frame) {
  bool ok = true;
  std::vector<Seed> seeds;
  bool single = node.op != "jvp" && node.op != "grad";
  bool valued = node.op == "jvp" || node.op == "vjp";
  if (single && node.seeds.size() != 1) {
    error(Code::WrongArguments, expr.range,
          "'" + node.op + "' takes one name, " +
              std::to_string(node.seeds.size()) + " are given");
    return std::nullopt;
  }
  for (const ast::Seed &source : node.seeds) {
    const ast::Ident &name = source.path.front();
    if (source.path.size() != 1) {
      unsupported(name.range, "a derivative in a member");
      return std::nullopt;
    }
    if ((source.value != nullptr) != valued) {
      error(Code::WrongArguments, name.range, wantedSeeds(node.op));
      return std::nullopt;
    }
    const Den *found = find(name.text, frame.env);
    if (!found) {
      unknownName(name.text, name.range, frame.env);
      return std::nullopt;
    }
    auto inner = throughSeeds(*found, name.text, name.range);
    Seed seed;
    seed.source = &source;
    NameId binding = inner ? inner->name : found->name;
    seed.den = inner && inner->isError()
                   ? *inner
                   : evalName(ast::NameExpr{name.text}, name.range, frame);
    seed.den.name = binding;
    for (const Seed &other : seeds)
      if (other.den.name == binding && binding) {
        error(Code::WrongArguments, name.range,
              "'" + name.text + "' is seeded twice");
        return std::nullopt;
      }
    if (!binding && !seed.den.isError()) {
      unsupported(name.range, "a derivative in '" + name.text + "'");
      return std::nullopt;
    }
    ok &= seedValue(seed, frame);
    if (ok && node.op == "jvp")
      ok &= tangentOf(seed, frame);
    seeds.push_back(std::move(seed));
  }
  return ok ? std::optional(std::move(seeds)) : std::nullopt;
}

} // namespace rill::lang::elab
