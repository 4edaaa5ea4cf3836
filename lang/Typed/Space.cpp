//===- Space.cpp - Spaces: sets with a reference measure ------------------===//
//
// Construction, comparison and printing of spaces. A space is a shared
// immutable node; nothing here knows expressions or inference.
//
//===----------------------------------------------------------------------===//
#include "Typed/Space.h"

#include <cassert>
#include <cstdio>
#include <limits>

namespace rill::lang {

struct Space::Node {
  SpaceKind kind = SpaceKind::Real;
  std::vector<int64_t> shape;
  int64_t finSize = 0;
  double lo = 0, hi = 0;
  bool optional = false;
  std::vector<std::string> names;
  std::vector<Space> fields;
};

static std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

Space Space::make(SpaceKind kind, std::vector<int64_t> shape) {
  assert(kind != SpaceKind::Fin && kind != SpaceKind::Interval &&
         kind != SpaceKind::Product && "internal error: use its own maker");
  const double inf = std::numeric_limits<double>::infinity();
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->shape = std::move(shape);
  bool half = kind == SpaceKind::Positive;
  bool unit = kind == SpaceKind::Unit || kind == SpaceKind::Simplex;
  node->lo = half || unit ? 0 : -inf;
  node->hi = unit ? 1 : inf;
  Space space;
  space.node = std::move(node);
  return space;
}

Space Space::fin(int64_t size, std::vector<int64_t> shape) {
  auto node = std::make_shared<Node>();
  node->kind = SpaceKind::Fin;
  node->shape = std::move(shape);
  node->finSize = size;
  node->hi = static_cast<double>(size - 1);
  Space space;
  space.node = std::move(node);
  return space;
}

Space Space::interval(double lo, double hi, std::vector<int64_t> shape) {
  auto node = std::make_shared<Node>();
  node->kind = SpaceKind::Interval;
  node->shape = std::move(shape);
  node->lo = lo;
  node->hi = hi;
  Space space;
  space.node = std::move(node);
  return space;
}

Space Space::product(std::vector<std::string> names,
                     std::vector<Space> fields) {
  auto node = std::make_shared<Node>();
  node->kind = SpaceKind::Product;
  node->names = std::move(names);
  node->names.resize(fields.size());
  node->fields = std::move(fields);
  Space space;
  space.node = std::move(node);
  return space;
}

SpaceKind Space::kind() const { return node->kind; }
const std::vector<int64_t> &Space::shape() const { return node->shape; }
int64_t Space::finSize() const { return node->finSize; }
double Space::lo() const { return node->lo; }
double Space::hi() const { return node->hi; }
const std::vector<std::string> &Space::fieldNames() const {
  return node->names;
}
const std::vector<Space> &Space::fields() const { return node->fields; }
bool Space::isOptional() const { return node->optional; }

int64_t Space::elements() const {
  int64_t count = 1;
  for (int64_t extent : node->shape)
    count *= extent;
  return count;
}

bool Space::isFloat() const {
  switch (kind()) {
  case SpaceKind::Fin:
  case SpaceKind::Bool:
  case SpaceKind::Int:
  case SpaceKind::Product:
    return false;
  default:
    return true;
  }
}

bool Space::isContinuous() const {
  if (kind() != SpaceKind::Product)
    return isFloat();
  for (const Space &field : fields())
    if (!field.isContinuous())
      return false;
  return true;
}

bool Space::isMatrixSpace() const {
  switch (kind()) {
  case SpaceKind::PLU:
  case SpaceKind::Orthogonal:
  case SpaceKind::Permutation:
  case SpaceKind::LowerUnit:
    return true;
  default:
    return false;
  }
}

Space Space::withShape(std::vector<int64_t> shape) const {
  auto copy = std::make_shared<Node>(*node);
  copy->shape = std::move(shape);
  Space space;
  space.node = std::move(copy);
  return space;
}

Space Space::withOptional(bool optional) const {
  auto copy = std::make_shared<Node>(*node);
  copy->optional = optional;
  Space space;
  space.node = std::move(copy);
  return space;
}

Space Space::embedded() const {
  switch (kind()) {
  case SpaceKind::Positive:
  case SpaceKind::Unit:
  case SpaceKind::Interval:
  case SpaceKind::Simplex:
    return Space::real(shape());
  default:
    return *this;
  }
}

std::vector<Space> Space::arrays() const {
  std::vector<Space> all;
  if (kind() != SpaceKind::Product)
    all.push_back(withOptional(false));
  else
    for (const Space &field : fields())
      for (const Space &array : field.arrays())
        all.push_back(array);
  if (isOptional())
    all.push_back(make(SpaceKind::Bool));
  return all;
}

static std::string shapeText(const std::vector<int64_t> &shape, size_t count) {
  if (count == 0)
    return "";
  std::string text = "[";
  for (size_t i = 0; i != count; ++i)
    text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

static const char *kindName(SpaceKind kind) {
  switch (kind) {
  case SpaceKind::Real:
    return "Real";
  case SpaceKind::Positive:
    return "Positive";
  case SpaceKind::Unit:
    return "Unit";
  case SpaceKind::Interval:
    return "Interval";
  case SpaceKind::Fin:
    return "Fin";
  case SpaceKind::Bool:
    return "Bool";
  case SpaceKind::Int:
    return "Int";
  case SpaceKind::Simplex:
    return "Simplex";
  case SpaceKind::PLU:
    return "PLU";
  case SpaceKind::Orthogonal:
    return "Orthogonal";
  case SpaceKind::Permutation:
    return "Permutation";
  case SpaceKind::LowerUnit:
    return "LowerUnit";
  case SpaceKind::Product:
    return "";
  }
  return "";
}

static std::string productText(const Space &space) {
  std::string text = "(";
  for (size_t i = 0; i != space.fields().size(); ++i) {
    text += i ? ", " : "";
    if (!space.fieldNames()[i].empty())
      text += space.fieldNames()[i] + ": ";
    text += space.fields()[i].str();
  }
  return text + ")";
}

std::string Space::str() const {
  if (!node)
    return "?";
  std::string text = kindName(kind());
  const std::vector<int64_t> &extents = shape();
  switch (kind()) {
  case SpaceKind::Product:
    text = productText(*this);
    break;
  case SpaceKind::Fin:
    text += "[" + std::to_string(finSize()) + "]" +
            shapeText(extents, extents.size());
    break;
  case SpaceKind::Interval:
    text += "(" + number(lo()) + ", " + number(hi()) + ")" +
            shapeText(extents, extents.size());
    break;
  case SpaceKind::Simplex:
    text += "[" + std::to_string(extents.back()) + "]" +
            shapeText(extents, extents.size() - 1);
    break;
  case SpaceKind::PLU:
  case SpaceKind::Orthogonal:
  case SpaceKind::Permutation:
  case SpaceKind::LowerUnit:
    text += "[" + std::to_string(extents.back()) + "]" +
            shapeText(extents, extents.size() - 2);
    break;
  default:
    text += shapeText(extents, extents.size());
  }
  return isOptional() ? text + "?" : text;
}

bool Space::operator==(const Space &other) const {
  if (node == other.node)
    return true;
  if (!node || !other.node)
    return false;
  const Node &a = *node, &b = *other.node;
  return a.kind == b.kind && a.shape == b.shape && a.finSize == b.finSize &&
         a.lo == b.lo && a.hi == b.hi && a.optional == b.optional &&
         a.names == b.names && a.fields == b.fields;
}

} // namespace rill::lang
