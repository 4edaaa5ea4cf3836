//===- Mixtures.cpp - Laws that are one of several laws -------------------===//

#include "Elab/Mixtures.h"

#include <cmath>
#include <utility>

namespace rill::lang::elab {

Den MixtureLaw::make(Elaborator &e, const ast::CallExpr &node,
                     const ast::Expr &expr, Frame &frame) {
  if (node.args.size() < 3) {
    e.error(Code::WrongArguments, expr.range,
            "'mix' takes weights and two or more laws")
        .help("mix(0.3, p, q): p with the probability 0.3, else q; or "
              "mix(w, p, q, r) with w in Simplex[3]");
    return Den::error();
  }
  auto law = std::make_shared<Law>();
  law->form = Law::Form::Mixture;
  law->env = frame.env;
  law->instances = frame.instances;
  law->range = expr.range;
  law->spelling = e.text(expr.range);
  law->weights = node.args[0].value.get();
  for (size_t i = 1; i != node.args.size(); ++i) {
    const ast::Expr &part = *node.args[i].value;
    LawPtr component = e.lawOf(e.eval(part, frame), part.range, frame);
    if (!component)
      return Den::error();
    // Diagnostics speak of the component where it stands in this mixture.
    auto placed = std::make_shared<Law>(*component);
    placed->range = part.range;
    placed->spelling = e.text(part.range);
    law->parts.push_back(Den::ofLaw(placed));
  }
  return Den::ofLaw(law);
}

/// The space that a component says itself, or has by an earlier use.
std::optional<Space> MixtureLaw::spaceOf(const Law &part) {
  if (part.named && part.named->id)
    return e.program.dists[*part.named->id].subject;
  return e.ownSpace(part);
}

std::optional<Space> MixtureLaw::space() {
  for (const Den &part : law.parts)
    if (std::optional<Space> own = spaceOf(*part.law))
      return own;
  return std::nullopt;
}

/// Reports the first component that is on another space than those before it.
bool MixtureLaw::spacesAgree() {
  std::optional<Space> shared;
  const Law *first = nullptr;
  for (const Den &part : law.parts) {
    std::optional<Space> own = spaceOf(*part.law);
    if (!own)
      continue; // takes the space that it is asked on
    if (!shared) {
      shared = own;
      first = part.law.get();
    } else if (*shared != *own) {
      e.error(Code::SpaceMismatch, part.law->range,
              "the components of a mixture are laws on one space",
              "'" + part.law->spelling + "' is on " + own->str())
          .label(first->range,
                 "'" + first->spelling + "' is on " + shared->str())
          .why("densities on different spaces have different reference "
               "measures: they cannot be added")
          .help("bring them into one space by push(f, ..); brackets give a "
                "scalar law a shape: Normal[2]");
      return false;
    }
  }
  return true;
}

/// Binders for the axes that a value has beyond the components' own: the law is
/// that of independent elements.
std::vector<BinderId> MixtureLaw::lift(const std::vector<int64_t> &shape) {
  std::vector<BinderId> lifted;
  std::optional<Space> own = space();
  if (!own || own->kind() == SpaceKind::Product)
    return lifted;
  for (size_t i = 0; i + own->shape().size() < shape.size(); ++i) {
    std::vector<int64_t> values(shape[i]);
    for (size_t k = 0; k != values.size(); ++k)
      values[k] = static_cast<int64_t>(k);
    lifted.push_back(e.newBinder("#" + std::to_string(i), std::move(values)));
  }
  return lifted;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

std::nullopt_t MixtureLaw::refuse(const std::string &under) {
  std::string simplex = "Simplex[" + std::to_string(law.parts.size()) + "]";
  e.error(Code::SpaceMismatch, law.weights->range,
          "the weights of " + std::to_string(law.parts.size()) +
              " components lie in " + simplex +
              (law.parts.size() == 2 ? ", or are one number in Unit" : ""),
          under)
      .why("they are probabilities, positive and with the sum 1, whatever they "
           "are computed from")
      .help("declare them, param w: " + simplex +
            ", or bring them there: softmax(v), net(x) -> " + simplex);
  return std::nullopt;
}

static std::string digits(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", number);
  return text;
}

/// Weights that are written as numbers; nothing if one is none.
static std::optional<std::vector<double>> numbersOf(const Den &den) {
  if (den.is(Den::Kind::Number))
    return std::vector<double>{den.number, 1 - den.number};
  std::vector<double> numbers;
  for (const Den &item : den.items) {
    if (!item.is(Den::Kind::Number))
      return std::nullopt;
    numbers.push_back(item.number);
  }
  return numbers.empty() ? std::nullopt : std::optional(numbers);
}

/// The probabilities of the components, a value of shape [K] in Simplex[K].
std::optional<Tensor> MixtureLaw::weights() {
  Frame frame;
  frame.env = law.env;
  frame.instances = law.instances ? law.instances : e.rootInstances;
  Den den = e.eval(*law.weights, frame);
  if (den.isError())
    return std::nullopt;
  if (den.is(Den::Kind::Law)) {
    e.error(Code::WrongArguments, law.weights->range,
            "the weights come first in 'mix', but this is a law")
        .help("mix(0.5, p, q), or mix(w, p, q, r) with w in Simplex[3]");
    return std::nullopt;
  }
  if (auto numbers = numbersOf(den)) {
    bool single = den.is(Den::Kind::Number);
    if (single && law.parts.size() != 2)
      return refuse("one number, which is for two components");
    if (single && !(den.number > 0 && den.number < 1))
      return refuse(digits(den.number) + " does not lie between 0 and 1");
    double sum = 0;
    for (double w : *numbers) {
      if (!(w > 0))
        return refuse(digits(w) + " is not positive");
      sum += w;
    }
    if (numbers->size() != law.parts.size())
      return refuse(std::to_string(numbers->size()) + " numbers");
    if (!(std::fabs(sum - 1) <= 1e-12)) // decimal fractions are rounded
      return refuse("their sum is " + digits(sum));
    int64_t count = static_cast<int64_t>(numbers->size());
    return e.denseConstant(*numbers, Space::real({count}));
  }
  auto w = e.tensorOf(den, law.weights->range, frame);
  return w ? given(*w) : std::nullopt;
}

/// Weights that are computed: their space says what they are.
std::optional<Tensor> MixtureLaw::given(const Tensor &w) {
  if (w.rank() == 0 && w.space.kind() == SpaceKind::Unit &&
      law.parts.size() == 2) {
    std::vector<int64_t> shape = w.labelShape();
    shape.push_back(1);
    Tensor one = e.reshape(w, shape),
           other = e.reshape(e.scalarBinary("sub", 1, w), shape);
    one.labels = other.labels = w.labels;
    return e.concat({one, other}, static_cast<int64_t>(w.labels.size()));
  }
  if (w.rank() != 1 || w.space.kind() != SpaceKind::Simplex)
    return refuse("is in " + w.space.withShape(w.valueShape()).str());
  if (w.space.shape().back() != static_cast<int64_t>(law.parts.size()))
    return refuse("is in Simplex[" + std::to_string(w.space.shape().back()) +
                  "]");
  return w;
}

/// log w; for a weight that has underflowed -inf, without a derivative: that of
/// the logarithm would be infinite, and a responsibility of zero times it no
/// number.
Tensor MixtureLaw::logOf(const Tensor &weights) {
  Space space = Space::real(weights.space.shape());
  Tensor zero = e.constant(0, space), one = e.constant(1, space),
         none = e.constant(-INFINITY, space);
  zero.labels = one.labels = none.labels = weights.labels;
  Tensor there = e.compare("gt", weights, zero);
  return e.select(there, e.unary("log", e.select(there, weights, one)), none);
}

//===----------------------------------------------------------------------===//
// Density
//===----------------------------------------------------------------------===//

std::optional<Tensor> MixtureLaw::logp(std::vector<Tensor> values) {
  if (!spacesAgree())
    return std::nullopt;
  std::vector<BinderId> lifted, saved = e.active;
  if (values.size() == 1)
    lifted = lift(values[0].valueShape());
  if (!lifted.empty())
    values[0] = e.relabel(values[0], lifted);
  e.active.insert(e.active.end(), lifted.begin(), lifted.end());
  auto total = sum(values);
  e.active = saved;
  if (!total)
    return std::nullopt;
  HereScope scope(e.here, range);
  return e.reduceLabels("sum", *total, lifted, true);
}

/// The density of each component, and the note of them for the law's kind.
std::optional<std::vector<Tensor>>
MixtureLaw::densities(const std::vector<Tensor> &at) {
  typed::Mixture mixture;
  std::vector<Tensor> parts;
  for (const Den &part : law.parts) {
    Lacking saved = std::exchange(e.lacksDensity, {true, std::nullopt});
    auto density = e.logpOf(*part.law, at, part.law->range);
    saved = std::exchange(e.lacksDensity, std::move(saved));
    if (!density && saved.noted)
      e.noDensity(law.spelling, range,
                  {part.law->range,
                   "the component '" + part.law->spelling +
                       "' has the kind none: no log-density",
                   true});
    if (!density)
      return std::nullopt;
    const typed::Op &last = e.regions.back()->ops.back();
    bool own =
        last.kind == typed::OpKind::Logp && last.results.front() == density->id;
    mixture.parts.push_back({part.law->spelling, part.law->range,
                             own ? std::optional(last.index) : std::nullopt});
    parts.push_back(*density);
  }
  e.mixtures.push_back(std::move(mixture));
  return parts;
}

/// By one shift for all components: -inf where each is.
std::optional<Tensor> MixtureLaw::sum(const std::vector<Tensor> &values) {
  auto w = weights();
  auto parts = w ? densities(values) : std::nullopt;
  if (!parts)
    return std::nullopt;
  HereScope scope(e.here, range);
  // Components and weights get the binders of all; their own axis comes last.
  Tensor logs = logOf(*w);
  Tensor labelled =
      e.reshape(e.sliceAxis(logs, static_cast<int64_t>(w->labels.size()), 0, 1),
                w->labelShape());
  labelled.labels = w->labels;
  std::vector<Tensor *> operands{&labelled};
  for (Tensor &part : *parts)
    operands.push_back(&part);
  if (!e.align(operands, range))
    return std::nullopt;
  const std::vector<BinderId> labels = labelled.labels;
  for (Tensor &part : *parts) {
    std::vector<int64_t> shape = part.space.shape();
    shape.push_back(1);
    part = e.reshape(part, shape);
    part.labels = labels;
  }
  int64_t axis = static_cast<int64_t>(labels.size());
  int64_t count = static_cast<int64_t>(parts->size());
  Tensor joint = e.binary("add", e.concat(*parts, axis),
                          e.spreadTo(logs, labels, {count}));
  Tensor total = e.reduce("logsumexp", joint, {axis});
  total.labels = labels;
  return total;
}

//===----------------------------------------------------------------------===//
// Draws
//===----------------------------------------------------------------------===//

std::optional<std::vector<Tensor>> MixtureLaw::sample(const Space &target) {
  if (!spacesAgree())
    return std::nullopt;
  std::vector<BinderId> saved = e.active, lifted;
  Space each = target;
  if (target.kind() != SpaceKind::Product)
    lifted = lift(target.shape());
  if (!lifted.empty())
    each = target.withShape(space()->shape());
  e.active.insert(e.active.end(), lifted.begin(), lifted.end());
  auto drawn = choice(each);
  e.active = saved;
  for (size_t i = 0; drawn && i != drawn->size(); ++i)
    (*drawn)[i] = e.dropLabels((*drawn)[i], lifted, true);
  return drawn;
}

/// One draw of every component, of which that is kept to which a uniform number
/// falls. All samples do the same work: nothing branches.
std::optional<std::vector<Tensor>> MixtureLaw::choice(const Space &target) {
  auto w = weights();
  if (!w)
    return std::nullopt;
  HereScope scope(e.here, range);
  std::vector<int64_t> shape;
  for (BinderId binder : e.active)
    shape.push_back(e.binders[binder].extent());
  Tensor number = e.draw("uniform", shape, e.perSample);
  number.labels = e.active;
  std::optional<std::vector<Tensor>> result;
  int64_t axis = static_cast<int64_t>(w->labels.size());
  // From the last component, which also gets what rounding leaves of 1.
  for (size_t k = law.parts.size(); k-- > 0;) {
    const Law &part = *law.parts[k].law;
    Lacking saved = std::exchange(e.lacksDraws, {true, std::nullopt});
    auto drawn = e.sampleOf(part, target, part.range);
    saved = std::exchange(e.lacksDraws, std::move(saved));
    if (!drawn && saved.noted)
      e.noSampler(
          law.spelling, range,
          {part.range, "the component '" + part.spelling + "' has no draws"});
    if (!drawn)
      return std::nullopt;
    if (!result) {
      result = std::move(drawn);
      continue;
    }
    Tensor below = e.sliceAxis(*w, axis, 0, static_cast<int64_t>(k) + 1);
    Tensor upTo = e.reduce("sum", below, {axis});
    upTo.labels = w->labels;
    if (!choose(*result, *drawn, number, upTo))
      return std::nullopt;
  }
  return result;
}

/// `drawn` where the number is below, else what is in `rest` so far.
bool MixtureLaw::choose(std::vector<Tensor> &rest,
                        const std::vector<Tensor> &drawn, Tensor number,
                        Tensor upTo) {
  if (!e.align({&number, &upTo}, range))
    return false;
  Tensor chosen = e.compare("lt", number, upTo);
  for (size_t i = 0; i != rest.size(); ++i) {
    Tensor c = chosen, a = drawn[i], b = rest[i];
    Space space = a.space;
    if (!e.align({&c, &a, &b}, range))
      return false;
    rest[i] = e.select(c, a, b);
    if (space.kind() == SpaceKind::Simplex) { // has no bounds that say it
      rest[i].space = space.withShape(rest[i].space.shape());
      e.program.values[rest[i].id].space = rest[i].space;
    }
  }
  return true;
}

} // namespace rill::lang::elab
