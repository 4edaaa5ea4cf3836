//===- Images.cpp - The set that an update maps a place onto --------------===//
//
// Bounds only contain a value; the space that a place has after an update must
// be its exact image, or a density would lose mass unseen: tanh(x) + m lies in
// (m - 1, m + 1), which is no fixed space. This walk follows the place through
// monotone operations. Where it cannot follow (the place occurs twice), the
// bounds stand, and the model level judges the update.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>
#include <cmath>

namespace rill::lang::elab {

static const double Inf = std::numeric_limits<double>::infinity();

static bool isLine(const Bounds &b) { return b.lo == -Inf && b.hi == Inf; }

/// Whether positive factors keep the set: the line and its two halves.
static bool isCone(const Bounds &b) {
  return isLine(b) || (b.lo == 0 && b.loOpen && b.hi == Inf) ||
         (b.hi == 0 && b.hiOpen && b.lo == -Inf);
}

/// Elementwise operations that are strictly monotone where they are defined.
static bool isMonotone(const std::string &op, const Bounds &at) {
  static const std::set<std::string> always = {
      "exp",   "expm1", "log", "log1p",   "sqrt",     "tanh",  "sinh",
      "asinh", "atan",  "neg", "sigmoid", "softplus", "atanh", "log_sigmoid"};
  if (op == "sq" || op == "recip" || op == "rsqrt" || op == "abs")
    return at.isPositive();
  return always.count(op) != 0;
}

static bool onlyMoves(const std::string &op) {
  static const std::set<std::string> moves = {"reshape", "permute", "reverse",
                                              "slice",   "gather",  "spread"};
  return moves.count(op) != 0;
}

Image Elaborator::readImage(PlaceId read, PlaceId target,
                            const Bounds &bounds) {
  const PlaceState &a = places[read], &b = places[target];
  if (a.root != b.root)
    return {Image::Kind::Independent, bounds};
  std::set<int64_t> own(b.elements->begin(), b.elements->end());
  bool any = false, all = true;
  for (int64_t element : *a.elements) {
    any |= own.count(element) != 0;
    all &= own.count(element) != 0;
  }
  if (!any)
    return {Image::Kind::Independent, bounds};
  return {all ? Image::Kind::Exact : Image::Kind::Unknown, bounds};
}

Image Elaborator::binaryImage(const std::string &op, const Image &x,
                              const Image &y) {
  bool left = x.kind != Image::Kind::Independent;
  if (left && y.kind != Image::Kind::Independent)
    return {Image::Kind::Unknown, {}};
  const Image &own = left ? x : y, &other = left ? y : x;
  if (own.kind != Image::Kind::Exact)
    return own;
  bool fixed = other.bounds.lo == other.bounds.hi;
  if (op == "add" || op == "sub") {
    if (!isLine(own.bounds) && !fixed)
      return {Image::Kind::Varies, {}};
    return {Image::Kind::Exact, op == "add" ? add(x.bounds, y.bounds)
                                            : subtract(x.bounds, y.bounds)};
  }
  if (op == "pow" && left && fixed && own.bounds.isPositive())
    return {Image::Kind::Exact, raised(own.bounds, other.bounds.lo)};
  if (op != "mul" && op != "div")
    return {Image::Kind::Unknown, {}};
  bool positive = other.bounds.isPositive(),
       negative = negate(other.bounds).isPositive();
  if (!positive && !negative)
    return {Image::Kind::Unknown,
            {}}; // a factor that may be zero is refused later
  if (op == "div" && !left && !own.bounds.isPositive())
    return {Image::Kind::Unknown, {}};
  if (!fixed && !isCone(own.bounds))
    return {Image::Kind::Varies, {}};
  return {Image::Kind::Exact, op == "mul" ? multiply(x.bounds, y.bounds)
                                          : divide(x.bounds, y.bounds)};
}

Image Elaborator::imageOf(ValueId value, PlaceId target,
                          std::map<ValueId, Image> &known) {
  if (auto it = known.find(value); it != known.end())
    return it->second;
  const Definition &def = definitions[value];
  Image result{Image::Kind::Independent, def.bounds};
  if (def.kind == typed::OpKind::Read) {
    result = readImage(def.place, target, def.bounds);
  } else if (!def.operands.empty()) {
    std::vector<Image> in;
    bool touched = false;
    for (ValueId operand : def.operands) {
      in.push_back(imageOf(operand, target, known));
      touched |= in.back().kind != Image::Kind::Independent;
    }
    const Image &x = in.front();
    if (!touched)
      ;
    else if (def.kind == typed::OpKind::MatVec)
      result = {x.kind != Image::Kind::Independent ||
                        in[1].kind != Image::Kind::Exact || isLine(in[1].bounds)
                    ? Image::Kind::Unknown
                    : Image::Kind::Varies,
                {}};
    else if (def.kind != typed::OpKind::Tensor)
      result = {Image::Kind::Unknown, {}};
    else if (onlyMoves(def.name))
      result = x;
    else if (in.size() == 2 && def.name != "contract" && def.name != "concat" &&
             def.name != "take")
      result = binaryImage(def.name, x, in[1]);
    else if (in.size() == 1 && x.kind == Image::Kind::Exact &&
             isMonotone(def.name, x.bounds))
      result = {Image::Kind::Exact, elab::unary(def.name, x.bounds)};
    else
      result = {x.kind == Image::Kind::Varies ? x.kind : Image::Kind::Unknown,
                {}};
  }
  known[value] = result;
  return result;
}

/// The scalar space of a place after its update; reports an image that depends
/// on the context.
Space Elaborator::spaceAfter(PlaceId place, const Tensor &value,
                             SourceRange range) {
  Space bound = value.space.withShape({});
  if (value.space.kind() == SpaceKind::Simplex)
    bound = Space::make(SpaceKind::Unit);
  if (!value.space.isFloat() || value.space.isMatrixSpace())
    return bound;
  std::map<ValueId, Image> known;
  Image image = imageOf(value.id, place, known);
  const std::string &name = program.places[place].name;
  if (image.kind == Image::Kind::Varies) {
    error(Code::WrongCodomain, range,
          "the values that '" + name +
              "' can have after this update depend on its context",
          "not onto a fixed space")
        .why("a bounded set that is moved or stretched by another value is no "
             "fixed "
             "space, so a density on it would not integrate to one")
        .help("map '" + name +
              "' to the whole line first (log, logit), update it there");
    return bound;
  }
  if (image.kind != Image::Kind::Exact)
    return bound;
  const Bounds &b = image.bounds;
  if (isLine(b) || !b.loOpen || !b.hiOpen)
    return bound;
  if ((b.lo == 0 && b.hi == Inf) || (b.lo == 0 && b.hi == 1))
    return spaceFor(b, {});
  return Space::interval(b.lo, b.hi);
}

} // namespace rill::lang::elab
