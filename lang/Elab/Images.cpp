//===- Images.cpp - The set that an update maps a place onto --------------===//
//
// Bounds only contain a value; the space that a place has after an update must
// be its exact image, or a density would lose mass unseen: tanh(x) + m lies in
// (m - 1, m + 1), which is no fixed space. This walk follows the place through
// monotone operations. Where it cannot follow (the place occurs twice), the
// bounds stand, and the model level judges the update.
//
//===----------------------------------------------------------------------===//
#include "Elab/Places.h"

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
  if (op == "sq" || op == "rsqrt" || op == "abs")
    return at.isPositive();
  if (op == "recip")
    return at.isPositive() || negate(at).isPositive();
  return always.count(op) != 0;
}

static bool onlyMoves(const std::string &op) {
  static const std::set<std::string> moves = {"reshape", "permute", "reverse",
                                              "slice",   "gather",  "spread"};
  return moves.count(op) != 0;
}

Image Places::readImage(PlaceId read, PlaceId target, const Bounds &bounds) {
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

Image Places::binaryImage(const std::string &op, const Image &x,
                          const Image &y) {
  using Kind = Image::Kind;
  bool left = x.kind != Kind::Independent;
  if (left && y.kind != Kind::Independent) {
    // A bounded set that sums over elements move or stretch is no fixed one.
    if (x.kind == Kind::Mixed || y.kind == Kind::Mixed) {
      if (x.kind == y.kind)
        return x;
      const Image &own = x.kind == Kind::Mixed ? y : x;
      bool sum = op == "add" || op == "sub";
      bool kept = sum ? isLine(own.bounds) : isCone(own.bounds);
      return {own.kind == Kind::Varies || (own.kind == Kind::Exact && !kept)
                  ? Kind::Varies
                  : Kind::Unknown,
              {}};
    }
    // What is added to all of the line is all of the line.
    bool onto = (op == "add" || op == "sub") &&
                ((x.kind == Image::Kind::Exact && isLine(x.bounds)) ||
                 (y.kind == Image::Kind::Exact && isLine(y.bounds)));
    bool varies =
        x.kind == Image::Kind::Varies || y.kind == Image::Kind::Varies;
    return {varies && !onto ? Image::Kind::Varies : Image::Kind::Unknown, {}};
  }
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
  if (op == "div" && !left && !own.bounds.isPositive() &&
      !negate(own.bounds).isPositive())
    return {Image::Kind::Unknown, {}};
  if (!fixed && !isCone(own.bounds))
    return {Image::Kind::Varies, {}};
  return {Image::Kind::Exact, op == "mul" ? multiply(x.bounds, y.bounds)
                                          : divide(x.bounds, y.bounds)};
}

/// Sums of products. With the weights of a simplex the parts' ends are the
/// sum's; with others the ends of a bounded part move with the weights.
static Image contractImage(const Definition &def, const Image &x,
                           const Image &y) {
  if (x.kind != Image::Kind::Independent && y.kind != Image::Kind::Independent)
    return {Image::Kind::Mixed, {}};
  const Image &own = x.kind == Image::Kind::Independent ? y : x;
  if (own.kind == Image::Kind::Unknown)
    return {Image::Kind::Mixed, {}};
  if (own.kind != Image::Kind::Exact)
    return {own.kind, {}};
  if (def.convex)
    return {Image::Kind::Exact, def.bounds};
  return {isCone(own.bounds) ? Image::Kind::Mixed : Image::Kind::Varies, {}};
}

/// A line or half line times a positive factor, whatever that depends on: what
/// the model level proves of such a product (its factors grow together, or the
/// factor is context) keeps the set.
bool Places::keepsCone(const Definition &def, const std::vector<Image> &in) {
  if ((def.name != "mul" && def.name != "div") || in.size() != 2)
    return false;
  auto isKept = [&](size_t own, size_t factor) {
    return in[own].kind == Image::Kind::Exact && isCone(in[own].bounds) &&
           in[factor].kind == Image::Kind::Varies &&
           definitions[def.operands[factor]].bounds.isPositive();
  };
  return isKept(0, 1) || (def.name == "mul" && isKept(1, 0));
}

Image Places::imageOf(ValueId value, PlaceId target,
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
    else if (def.name == "contract")
      result = contractImage(def, x, in[1]);
    else if (keepsCone(def, in))
      result = {Image::Kind::Unknown, {}};
    else if (in.size() == 2 && def.name != "concat" && def.name != "take")
      result = binaryImage(def.name, x, in[1]);
    else if (in.size() == 1 && x.kind == Image::Kind::Exact &&
             isMonotone(def.name, x.bounds))
      result = {Image::Kind::Exact, elab::unary(def.name, x.bounds)};
    else if (x.kind == Image::Kind::Varies || x.kind == Image::Kind::Mixed)
      result = {x.kind, {}};
    else
      result = {def.name == "reduce" || def.name == "cumsum"
                    ? Image::Kind::Mixed
                    : Image::Kind::Unknown,
                {}};
  }
  known[value] = result;
  return result;
}

/// The scalar space of a place after its update; reports an image that depends
/// on the context.
Space Places::spaceAfter(PlaceId place, const Tensor &value,
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
