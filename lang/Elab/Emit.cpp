//===- Emit.cpp - Appending typed operations ------------------------------===//
//
// Small helpers that append one tensor operation each, with the mnemonics and
// attributes of the lane dialect, and compute its space, bounds and
// dependences. They check nothing a user could get wrong.
//
//===----------------------------------------------------------------------===//
#include "Elab/Emitter.h"

#include <algorithm>
#include <cassert>

namespace rill::lang::elab {

typed::Op &Emitter::append(typed::Op op) {
  assert(!regions.empty() && "internal error: operation outside of a region");
  if (!op.range.isValid())
    op.range = here;
  if (op.spelling.empty())
    op.spelling = text(op.range);
  for (ValueId result : op.results) {
    Definition &def = definitions[result];
    def.kind = op.kind;
    def.name = op.name;
    def.operands = op.operands;
    def.place = op.index;
  }
  regions.back()->ops.push_back(std::move(op));
  return regions.back()->ops.back();
}

ValueId Emitter::newValue(Space space, std::string name) {
  definitions.emplace_back();
  definitions.back().bounds = Bounds::of(space);
  program.values.push_back({std::move(space), std::move(name), here});
  return static_cast<ValueId>(program.values.size() - 1);
}

/// Keeps one dependence per place and time.
static void merge(std::vector<Dependence> &into,
                  const std::vector<Dependence> &from) {
  for (const Dependence &dep : from) {
    bool known =
        std::any_of(into.begin(), into.end(), [&](const Dependence &d) {
          return d.elements == dep.elements && d.root == dep.root &&
                 d.time == dep.time;
        });
    if (!known)
      into.push_back(dep);
  }
}

Tensor Emitter::emit(const std::string &name,
                     const std::vector<Tensor> &operands, Space result,
                     std::map<std::string, typed::Attr> attrs) {
  Tensor t;
  typed::Op op;
  op.name = name;
  op.attrs = std::move(attrs);
  for (const Tensor &operand : operands) {
    op.operands.push_back(operand.id);
    merge(t.deps, operand.deps);
    t.trained |= operand.trained;
    t.seeded |= operand.seeded;
  }
  if (!operands.empty())
    t.labels = operands.front().labels;
  t.space = result;
  t.bounds = Bounds::of(result);
  t.id = newValue(std::move(result));
  op.results.push_back(t.id);
  append(std::move(op));
  return t;
}

Tensor Emitter::withBounds(Tensor t, Bounds bounds) {
  t.bounds = bounds;
  definitions[t.id].bounds = bounds;
  if (t.space.isFloat() && !t.space.isMatrixSpace()) {
    t.space = spaceFor(bounds, t.space.shape());
    program.values[t.id].space = t.space;
  }
  return t;
}

Tensor Emitter::constant(double value, const Space &space) {
  Tensor t = emit("const", {}, space, {{"value", value}});
  return withBounds(t, Bounds::point(value));
}

Tensor Emitter::denseConstant(std::vector<double> values, const Space &space) {
  auto [lo, hi] = std::minmax_element(values.begin(), values.end());
  Bounds bounds{*lo, *hi, false, false};
  return withBounds(emit("const", {}, space, {{"value", std::move(values)}}),
                    bounds);
}

Tensor Emitter::reshape(const Tensor &t, std::vector<int64_t> shape) {
  if (shape == t.space.shape())
    return t;
  Tensor r = emit("reshape", {t}, t.space.withShape(std::move(shape)));
  r.labels.clear();
  return withBounds(r, t.bounds);
}

Tensor Emitter::permute(const Tensor &t, const std::vector<int64_t> &perm) {
  if (std::is_sorted(perm.begin(), perm.end()))
    return t;
  std::vector<int64_t> shape;
  for (int64_t axis : perm)
    shape.push_back(t.space.shape()[axis]);
  Tensor r = emit("permute", {t}, t.space.withShape(std::move(shape)),
                  {{"perm", perm}});
  r.labels.clear();
  return withBounds(r, t.bounds);
}

Tensor Emitter::sliceAxis(const Tensor &t, int64_t dim, int64_t offset,
                          int64_t size) {
  std::vector<int64_t> shape = t.space.shape();
  if (offset == 0 && size == shape[dim])
    return t;
  std::vector<int64_t> offsets(shape.size(), 0), strides(shape.size(), 1);
  offsets[dim] = offset;
  shape[dim] = size;
  Tensor r =
      emit("slice", {t}, t.space.withShape(shape),
           {{"offsets", offsets}, {"sizes", shape}, {"strides", strides}});
  return withBounds(r, t.bounds);
}

Tensor Emitter::gather(const Tensor &t, int64_t dim,
                       const std::vector<int64_t> &indices) {
  bool contiguous = true;
  for (size_t i = 0; i != indices.size(); ++i)
    contiguous &= indices[i] == indices[0] + static_cast<int64_t>(i);
  int64_t size = static_cast<int64_t>(indices.size());
  if (contiguous)
    return sliceAxis(t, dim, indices[0], size);
  std::vector<int64_t> shape = t.space.shape();
  bool reversed = size == shape[dim];
  for (int64_t i = 0; i != size; ++i)
    reversed &= indices[i] == size - 1 - i;
  shape[dim] = size;
  Space space = t.space.withShape(shape);
  Tensor r =
      reversed
          ? emit("reverse", {t}, space, {{"dims", std::vector<int64_t>{dim}}})
          : emit("gather", {t}, space, {{"dim", dim}, {"indices", indices}});
  return withBounds(r, t.bounds);
}

Tensor Emitter::concat(const std::vector<Tensor> &parts, int64_t dim) {
  if (parts.size() == 1)
    return parts[0];
  std::vector<int64_t> shape = parts[0].space.shape();
  Bounds bounds = parts[0].bounds;
  for (size_t i = 1; i != parts.size(); ++i) {
    shape[dim] += parts[i].space.shape()[dim];
    bounds = bounds.join(parts[i].bounds);
  }
  Space space = parts[0].space.isFloat() ? Space::real(shape)
                                         : parts[0].space.withShape(shape);
  return withBounds(emit("concat", parts, space, {{"dim", dim}}), bounds);
}

static Bounds reduced(const std::string &kind, Bounds b, int64_t count) {
  if (kind == "sum")
    return scaled(b, count);
  if (kind == "max" || kind == "min")
    return b;
  if (kind == "prod" && b.isPositive())
    return b.inside(0, 1) ? Bounds::open(0, 1) : Bounds::positive();
  return Bounds::all();
}

Tensor Emitter::reduce(const std::string &kind, const Tensor &t,
                       const std::vector<int64_t> &dims) {
  if (dims.empty())
    return t;
  std::vector<int64_t> shape;
  int64_t count = 1;
  for (size_t axis = 0; axis != t.space.shape().size(); ++axis) {
    bool gone = std::find(dims.begin(), dims.end(), axis) != dims.end();
    if (gone)
      count *= t.space.shape()[axis];
    else
      shape.push_back(t.space.shape()[axis]);
  }
  bool keeps = !t.space.isFloat();
  Space space = keeps ? t.space.withShape(shape) : Space::real(shape);
  Tensor r = emit("reduce", {t}, space, {{"kind", kind}, {"dims", dims}});
  return withBounds(r, reduced(kind, t.bounds, count));
}

Tensor Emitter::toFloat(const Tensor &t) {
  if (t.space.isFloat())
    return t;
  if (comparisons.count(t.id) && t.seeded)
    error(
        Code::JumpInTrainedValue, here,
        "a value that a derivative varies is compared, and the result is used "
        "as a number")
        .why("the comparison jumps: its derivative is zero where it exists, so "
             "the derivative would silently ignore it")
        .help("use a smooth form, for example sigmoid, or stop(...) around the "
              "value");
  else if (comparisons.count(t.id) && t.trained && !inSampling)
    error(Code::JumpInTrainedValue, here,
          "a trained value is compared, and the result is used as a number")
        .why("the comparison jumps: its derivative is zero where it exists, so "
             "training would silently ignore it")
        .help("use a smooth form, for example sigmoid, or stop(...) around the "
              "value");
  Tensor r = emit("convert", {t}, Space::real(t.space.shape()));
  return withBounds(r, t.bounds);
}

Tensor Emitter::toInt(const Tensor &t) {
  if (!t.space.isFloat() && t.space.kind() != SpaceKind::Bool)
    return t;
  return emit("convert", {t}, Space::make(SpaceKind::Int, t.space.shape()));
}

/// A stable 62-bit name of a draw site: FNV-1a of its path.
static int64_t siteOf(const std::string &path) {
  uint64_t hash = 1469598103934665603ull;
  for (unsigned char c : path)
    hash = (hash ^ c) * 1099511628211ull;
  return static_cast<int64_t>(hash >> 2);
}

Tensor Emitter::draw(const std::string &law, std::vector<int64_t> shape,
                     bool sample) {
  if (!seedings.empty() && !inInit)
    unsupported(here, "a draw inside of a derivative");
  std::string path = sitePath + "/" + std::to_string(sites++);
  typed::Op op;
  op.name = "draw";
  op.attrs = {
      {"law", law}, {"site", siteOf(path)}, {"per_sample", int64_t(sample)}};
  op.operands = drawSteps;
  Tensor t;
  t.space = law == "uniform" ? Space::make(SpaceKind::Unit, shape)
                             : Space::real(shape);
  t.bounds = Bounds::of(t.space);
  t.id = newValue(t.space);
  op.results.push_back(t.id);
  append(std::move(op));
  return t;
}

static bool jumps(const std::string &op) {
  return op == "floor" || op == "sign";
}

Tensor Emitter::unary(const std::string &op, const Tensor &x) {
  if (jumps(op) && x.seeded)
    error(Code::JumpInTrainedValue, here,
          "'" + op + "' of a value that a derivative varies",
          "its derivative is zero")
        .why(
            "the value jumps where it is not constant, so the derivative would "
            "silently ignore what it depends on")
        .help("use a smooth form, or stop(...) if it is meant to be constant");
  else if (jumps(op) && x.trained && inSampling)
    drawJumps = true;
  else if (jumps(op) && x.trained)
    error(Code::JumpInTrainedValue, here, "'" + op + "' of a trained value",
          "its derivative is zero")
        .why("the value jumps where it is not constant, so training would "
             "silently ignore what it depends on")
        .help("use a smooth form, or stop(...) if no gradient should pass");
  bool keeps = op == "neg" || op == "abs" || op == "sq" || op == "sign" ||
               op == "stop" || op == "not";
  Tensor in = keeps ? x : toFloat(x);
  Space space = in.space.isFloat() ? Space::real(in.space.shape()) : in.space;
  if (space.kind() == SpaceKind::Fin)
    space = Space::make(SpaceKind::Int, space.shape());
  Tensor r = withBounds(emit(op, {in}, space), elab::unary(op, in.bounds));
  if (op == "stop")
    r.trained = r.seeded = false;
  return r;
}

static Bounds combine(const std::string &op, const Bounds &a, const Bounds &b) {
  if (op == "add")
    return add(a, b);
  if (op == "sub")
    return subtract(a, b);
  if (op == "mul")
    return multiply(a, b);
  if (op == "div")
    return divide(a, b);
  if (op == "min")
    return minimum(a, b);
  if (op == "max")
    return maximum(a, b);
  if (op == "pow" && b.lo == b.hi)
    return raised(a, b.lo);
  if (op == "pow" && a.isPositive())
    return Bounds::positive();
  if (op == "pow" && a.isNonNegative() && b.isPositive())
    return Bounds::nonNegative();
  return Bounds::all();
}

Tensor Emitter::binary(const std::string &op, Tensor x, Tensor y) {
  bool isLogic = op == "and" || op == "or" || op == "xor";
  bool wantFloat =
      !isLogic && (x.space.isFloat() || y.space.isFloat() || op == "div" ||
                   op == "pow" || op == "logaddexp" || op == "atan2");
  if (wantFloat || (!isLogic && (x.space.kind() == SpaceKind::Bool ||
                                 y.space.kind() == SpaceKind::Bool)))
    x = toFloat(x), y = toFloat(y);
  Space space = x.space.isFloat() ? Space::real(x.space.shape()) : x.space;
  if (space.kind() == SpaceKind::Fin)
    space = Space::make(SpaceKind::Int, space.shape());
  Tensor r = emit(op, {x, y}, space);
  // The product of a value with itself is a square.
  Bounds bounds = op == "mul" && x.id == y.id ? elab::unary("sq", x.bounds)
                                              : combine(op, x.bounds, y.bounds);
  return withBounds(r, bounds);
}

Tensor Emitter::binaryScalar(const std::string &op, const Tensor &x, double y) {
  Space space = x.space.isFloat() || op == "div" || y != static_cast<int64_t>(y)
                    ? Space::real(x.space.shape())
                    : Space::make(SpaceKind::Int, x.space.shape());
  Tensor c = constant(y, space);
  c.labels = x.labels;
  return binary(op, x, c);
}

Tensor Emitter::scalarBinary(const std::string &op, double x, const Tensor &y) {
  Space space = y.space.isFloat() || op == "div" || x != static_cast<int64_t>(x)
                    ? Space::real(y.space.shape())
                    : Space::make(SpaceKind::Int, y.space.shape());
  Tensor c = constant(x, space);
  c.labels = y.labels;
  return binary(op, c, y);
}

Tensor Emitter::compare(const std::string &pred, Tensor x, Tensor y) {
  if (x.space.isFloat() != y.space.isFloat() ||
      x.space.kind() == SpaceKind::Bool)
    x = toFloat(x), y = toFloat(y);
  Tensor r =
      emit("compare", {x, y}, Space::make(SpaceKind::Bool, x.space.shape()),
           {{"pred", pred}});
  if (r.trained || r.seeded)
    comparisons.insert(r.id);
  // Between two values that move the border is crossed; a guard against a
  // number is a choice of formula.
  auto moves = [](const Tensor &t) { return t.bounds.lo != t.bounds.hi; };
  if (inSampling && r.trained && moves(x) && moves(y))
    drawJumps = true;
  return r;
}

Tensor Emitter::select(const Tensor &c, Tensor a, Tensor b) {
  if (a.space.isFloat() != b.space.isFloat())
    a = toFloat(a), b = toFloat(b);
  if ((a.space.kind() == SpaceKind::Bool) !=
      (b.space.kind() == SpaceKind::Bool))
    a = toInt(a), b = toInt(b);
  Space space = a.space.isFloat() ? Space::real(a.space.shape()) : a.space;
  if (a.space.kind() == SpaceKind::Fin && b.space.kind() == SpaceKind::Fin)
    space = Space::fin(std::max(a.space.finSize(), b.space.finSize()),
                       a.space.shape());
  else if (a.space.kind() != b.space.kind() && !a.space.isFloat())
    space = Space::make(SpaceKind::Int, a.space.shape());
  Tensor r = emit("select", {c, a, b}, space);
  return withBounds(r, a.bounds.join(b.bounds));
}

typed::Region
Emitter::regionOf(const std::function<void(typed::Region &)> &body) {
  typed::Region region;
  regions.push_back(&region);
  paramValues.emplace_back();
  partPlaces.emplace_back();
  body(region);
  partPlaces.pop_back();
  paramValues.pop_back();
  regions.pop_back();
  return region;
}

} // namespace rill::lang::elab
