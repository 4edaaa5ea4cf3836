//===- Derivatives.cpp - grad, jvp, vjp, jac, div, laplacian --------------===//
//
// A derivative operator becomes one operation with a region: the function of
// what it varies. Everything that depends on it is elaborated inside, the rest
// is used from outside. The rules of differentiation are the lane level's.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>

namespace rill::lang::elab {

/// The function that a derivative is taken of, as a region over its variables.
std::optional<Tensor>
Elaborator::varied(std::vector<Seed> &seeds, const std::string &spelling,
                   typed::Region &region,
                   const std::function<std::optional<Tensor>()> &body) {
  Seeding seeding;
  seeding.spelling = spelling;
  seeding.seededName = seeds.front().source->path.front().text;
  seeding.first = nameReads.next();
  seeding.places = program.places.size();
  seeding.stops = stops;
  std::optional<Tensor> value;
  region = regionOf([&](typed::Region &made) {
    for (Seed &seed : seeds) {
      Den inner = Den::ofTensor(seed.value);
      if (seed.varied) {
        Tensor &variable = inner.tensor;
        variable.id =
            newValue(seed.value.space, seed.source->path.front().text);
        definitions[variable.id].bounds = variable.bounds;
        variable.seeded = true;
        made.args.push_back(variable.id);
      }
      inner.name = nameReads.bound();
      seeding.inner[seed.den.name] = inner;
      seeding.seeded[seed.den.name] = seed.den;
    }
    seedings.push_back(std::move(seeding));
    value = body();
    seedings.pop_back();
    if (value)
      made.results = {value->id};
  });
  return value;
}

std::optional<Tensor> Elaborator::bodyValue(const ast::Expr &body,
                                            Frame &frame) {
  Frame inner = frame;
  inner.env = Env::inside(frame.env);
  auto value = tensorOf(memberExpr(body, inner), body.range, inner);
  return value ? std::optional(toFloat(*value)) : std::nullopt;
}

/// Appends the operation; the first of its results (all of them in `all`).
Tensor Elaborator::derivOp(const std::string &name,
                           const std::vector<Seed> &seeds, typed::Region region,
                           const Tensor &value,
                           const std::vector<Space> &results,
                           std::vector<Tensor> *all) {
  typed::Op op;
  op.kind = typed::OpKind::Deriv;
  op.name = name;
  Tensor t = value; // its dependences are those of all that the body read
  auto operand = [&](const Tensor &in) {
    op.operands.push_back(in.id);
    t.trained |= in.trained;
    t.deps.insert(t.deps.end(), in.deps.begin(), in.deps.end());
  };
  for (const Seed &seed : seeds)
    if (seed.varied)
      operand(seed.value);
  for (const Seed &seed : seeds)
    if (seed.varied && (name == "jvp" || name == "vjp"))
      operand(seed.tangent);
  if (name == "div" || name == "jac") {
    op.attrs["labels"] = static_cast<int64_t>(value.labels.size());
    op.attrs["x_labels"] =
        static_cast<int64_t>(seeds.front().value.labels.size());
  }
  t.seeded = !seedings.empty();
  std::vector<Tensor> made;
  for (const Space &space : results) {
    t.space = space;
    t.bounds = Bounds::all();
    t.id = newValue(space);
    op.results.push_back(t.id);
    made.push_back(t);
  }
  std::vector<ValueId> held = typed::captures(region);
  op.regions.push_back(std::move(region));
  append(std::move(op));
  for (const Tensor &result : made) {
    std::vector<ValueId> &reads = definitions[result.id].operands;
    reads.insert(reads.end(), held.begin(), held.end());
  }
  if (all)
    *all = made;
  return made.front();
}

/// The gradient of a scalar body, one result per seed. Under binders each
/// index has a variable of its own, so that the values do not add up.
std::optional<Tensor> Elaborator::gradOf(std::vector<Seed> &seeds,
                                         const std::string &spelling,
                                         const ast::Expr &body, Frame &frame,
                                         std::vector<Tensor> *all) {
  for (Seed &seed : seeds) {
    std::vector<BinderId> labels = active;
    for (BinderId label : seed.value.labels)
      if (std::find(labels.begin(), labels.end(), label) == labels.end())
        labels.push_back(label);
    std::sort(labels.begin(), labels.end());
    seed.value = spreadTo(seed.value, labels, seed.value.valueShape());
  }
  typed::Region region;
  auto value =
      varied(seeds, spelling, region, [&] { return bodyValue(body, frame); });
  if (!value)
    return std::nullopt;
  if (value->rank() != 0) {
    error(Code::ShapeMismatch, body.range,
          "a gradient is that of a scalar, but this has space " +
              value->space.withShape(value->valueShape()).str())
        .help("sum it, or use jvp[x = v], div[x] or jac[x]");
    return std::nullopt;
  }
  std::vector<Space> results;
  for (const Seed &seed : seeds)
    results.push_back(Space::real(seed.value.space.shape()));
  std::vector<Tensor> made;
  derivOp("grad", seeds, std::move(region), *value, results, &made);
  for (size_t i = 0; i != made.size(); ++i)
    made[i].labels = seeds[i].value.labels;
  if (all)
    *all = made;
  return made.front();
}

Den Elaborator::derivative(const ast::DerivExpr &node, const ast::Expr &expr,
                           Frame &frame) {
  auto found = seedsOf(node, expr, frame);
  if (!found)
    return Den::error();
  std::vector<Seed> &seeds = *found;
  const ast::Expr &body = *node.body;
  const std::string spelling = node.op + "[" +
                               seeds.front().source->path.front().text +
                               (seeds.size() > 1 ? ", ..]" : "]");
  if (node.op == "grad") {
    std::vector<Tensor> all;
    if (!gradOf(seeds, spelling, body, frame, &all))
      return Den::error();
    std::vector<Den> items;
    for (const Tensor &t : all)
      items.push_back(Den::ofTensor(t));
    return items.size() == 1 ? items[0] : Den::ofTuple(std::move(items));
  }

  Seed &seed = seeds.front();
  std::vector<int64_t> shape = seed.value.valueShape();
  typed::Region region;
  std::optional<Tensor> value;
  if (node.op == "laplacian") // the divergence of the gradient
    value = varied(seeds, spelling, region, [&] {
      std::vector<Seed> inner = {seed};
      inner[0].den = seedings.back().inner.at(seed.den.name);
      inner[0].value = inner[0].den.tensor;
      return gradOf(inner, spelling, body, frame);
    });
  else
    value =
        varied(seeds, spelling, region, [&] { return bodyValue(body, frame); });
  if (!value)
    return Den::error();
  HereScope scope(here, expr.range);

  Tensor result;
  if (node.op == "jvp") {
    bool varies = std::any_of(seeds.begin(), seeds.end(),
                              [](const Seed &s) { return s.varied; });
    Space space = Space::real(value->space.shape());
    result = varies ? derivOp("jvp", seeds, std::move(region), *value, {space})
                    : constant(0, space);
    result.labels = value->labels;
  } else if (node.op == "vjp") {
    auto cotangent = floatTensor(*seed.source->value, frame);
    if (!cotangent)
      return Den::error();
    if (cotangent->rank() != 0 &&
        cotangent->valueShape() != value->valueShape()) {
      error(Code::ShapeMismatch, seed.source->value->range,
            "the body has space " + Space::real(value->valueShape()).str() +
                ", its cotangent " + Space::real(cotangent->valueShape()).str(),
            "shape does not fit");
      return Den::error();
    }
    if (!active.empty())
      return unsupported(expr.range, "'vjp' under an index");
    seed.tangent = spreadTo(*cotangent, value->labels, value->valueShape());
    result = derivOp("vjp", seeds, std::move(region), *value,
                     {Space::real(seed.value.space.shape())});
    result.labels = seed.value.labels;
  } else if (node.op == "jac") {
    std::vector<int64_t> all = value->space.shape();
    all.insert(all.end(), shape.begin(), shape.end());
    result =
        derivOp("jac", seeds, std::move(region), *value, {Space::real(all)});
    result.labels = value->labels;
  } else { // div, laplacian
    if (value->valueShape() != shape) {
      error(Code::ShapeMismatch, body.range,
            "a divergence is that of a field: '" +
                seed.source->path.front().text + "' has space " +
                Space::real(shape).str() + ", but the body " +
                Space::real(value->valueShape()).str());
      return Den::error();
    }
    result = derivOp("div", seeds, std::move(region), *value,
                     {Space::real(value->labelShape())});
    result.labels = value->labels;
  }
  return Den::ofTensor(result);
}

} // namespace rill::lang::elab
