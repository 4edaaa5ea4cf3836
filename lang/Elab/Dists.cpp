//===- Dists.cpp - Typed distributions ------------------------------------===//
//
// Makes a typed dist of a law once its space is known: a flow of a base, or
// member regions. Named dists are made on their first use, which may determine
// their space.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <cmath>
#include <utility>

namespace rill::lang::elab {

std::optional<DistId>
Elaborator::requireDist(NamedDist &named, const std::optional<Space> &demand,
                        SourceRange range) {
  if (named.id) {
    const Space &have = program.dists[*named.id].subject;
    if (demand && have != *demand && have.embedded() != demand->embedded() &&
        have.kind() != SpaceKind::Product)
      error(Code::SpaceUndetermined, range,
            "'" + named.name + "' is a law on " + have.str() +
                ", but is used on " + demand->str())
          .label(named.demandRange, "its space was determined here")
          .help("declare it: dist " + named.name + "(x: " + demand->str() +
                ") = ...");
    return named.id;
  }
  if (named.failed)
    return std::nullopt; // reported
  if (named.busy) {
    error(Code::RecursiveDefinition, range,
          "'" + named.name + "' is defined by itself");
    return std::nullopt;
  }
  named.busy = true;
  Law law;
  law.form = Law::Form::Decl;
  law.callable = named.callable;
  law.env = named.callable->env;
  law.range = named.callable->def->name.range;
  law.spelling = named.name;
  std::optional<Space> want = named.demanded ? named.demanded : demand;
  if (!named.demandRange.isValid())
    named.demandRange = range;
  Frame frame = enter(*named.callable);
  // A subject whose space names conditions (Interval(a, b)) fixes them.
  const ast::DefItem &def = *named.callable->def;
  bool fixed = def.params && !def.params->subject.empty() &&
               def.params->subject[0].space &&
               !def.params->subject[0].space->args.empty();
  if (def.params)
    for (const ast::Parameter &param : def.params->subject)
      if (param.space && param.space->optional) {
        unsupported(param.space->range, "an optional subject");
        named.busy = false;
        named.failed = true;
        return std::nullopt;
      }
  std::vector<typed::Condition> conditions;
  if (want && def.params)
    bindSubjectNames(*def.params, *want, frame, range, named.name);
  if (!fixed)
    conditions = conditionsOf(def, frame);
  const ast::DefItem *saved = std::exchange(conditionOwner, &def);
  named.id = tryMakeDist(law, want, named.name, range, conditions);
  conditionOwner = saved;
  named.busy = false;
  named.failed = !named.id;
  if (named.id)
    program.named.push_back({named.name, *named.id});
  return named.id;
}

/// Elaborates a member region: its arguments are the values and conditions.
typed::Region Elaborator::memberRegion(
    const std::string &site, const std::vector<Space> &args,
    const std::vector<std::string> &names,
    const std::vector<typed::Condition> &conditions,
    const std::function<void(typed::Region &, std::vector<Tensor>)> &body) {
  auto savedPath = std::exchange(sitePath, site);
  auto savedSites = std::exchange(sites, 0u);
  auto savedActive = std::exchange(active, std::vector<BinderId>());
  auto savedConditions = std::exchange(outerConditions, {});
  auto savedSteps = std::exchange(drawSteps, std::vector<ValueId>());
  auto savedParams = std::exchange(paramValues, {});
  auto savedPer = std::exchange(perSample, true);
  auto savedInit = std::exchange(inInit, false);
  auto savedSeedings = std::exchange(seedings, {});
  auto savedStops = std::exchange(stops, size_t(0));
  auto savedThunks = std::exchange(thunks, {});
  typed::Region region = regionOf([&](typed::Region &r) {
    std::vector<Tensor> values;
    for (size_t i = 0; i != args.size(); ++i)
      values.push_back(
          argumentOf(args[i], i < names.size() ? names[i] : "", r.args).tensor);
    for (const typed::Condition &condition : conditions)
      outerConditions[condition.name] =
          argumentOf(condition.space, condition.name, r.args);
    body(r, values);
  });
  thunks = std::move(savedThunks);
  stops = savedStops;
  seedings = std::move(savedSeedings);
  perSample = savedPer;
  inInit = savedInit;
  paramValues = std::move(savedParams);
  drawSteps = std::move(savedSteps);
  outerConditions = std::move(savedConditions);
  active = std::move(savedActive);
  sites = savedSites;
  sitePath = savedPath;
  return region;
}

static std::vector<Space> leavesOf(const Space &space) {
  return space.kind() == SpaceKind::Product ? space.fields()
                                            : std::vector<Space>{space};
}

static std::vector<std::string> subjectNames(const Law &law, size_t count) {
  std::vector<std::string> names;
  const ast::DefItem *def = law.callable ? law.callable->def : nullptr;
  if (def && def->params && def->params->subject.size() == count)
    for (const ast::Parameter &param : def->params->subject)
      names.push_back(param.name.text);
  for (size_t i = names.size(); i != count; ++i)
    names.push_back(count == 1 ? "x" : "x" + std::to_string(i));
  return names;
}

std::optional<DistId>
Elaborator::makeMembers(const Law &law, const Space &subject,
                        const std::string &name, SourceRange range,
                        const std::vector<typed::Condition> &conditions) {
  typed::Dist dist;
  dist.name = name;
  dist.subject = subject;
  dist.subjectNames = subjectNames(law, leavesOf(subject).size());
  dist.conditions = conditions;
  dist.range = law.range;
  std::vector<Space> leaves = leavesOf(subject);
  bool failed = false;
  auto savedMixtures = std::exchange(mixtures, {});
  Lacking saved = std::exchange(lacksDensity, {true, std::nullopt});
  if (canDensity(law))
    dist.logp =
        memberRegion(name + "/logp", leaves, dist.subjectNames, conditions,
                     [&](typed::Region &r, std::vector<Tensor> values) {
                       auto t = logpOf(law, std::move(values), range);
                       if (t)
                         r.results = {t->id};
                       failed |= !t;
                     });
  dist.mixtures = std::exchange(mixtures, std::move(savedMixtures));
  dist.missing = std::exchange(lacksDensity, std::move(saved)).noted;
  if (failed && dist.missing) { // a law that is only drawn from
    dist.logp.reset();
    failed = false;
  }
  if (canSample(law) && !failed) {
    bool savedSampling = std::exchange(inSampling, true);
    saved = std::exchange(lacksDraws, {true, std::nullopt});
    bool savedJumps = std::exchange(drawJumps, false);
    dist.sample =
        memberRegion(name + "/sample", {}, {}, conditions,
                     [&](typed::Region &r, std::vector<Tensor>) {
                       auto drawn = sampleOf(law, subject, range);
                       failed |= !drawn;
                       for (size_t i = 0; drawn && i != drawn->size(); ++i) {
                         Tensor t = (*drawn)[i];
                         r.results.push_back(t.id);
                       }
                     });
    inSampling = savedSampling;
    dist.drawJumps = std::exchange(drawJumps, savedJumps);
    dist.missingDraws = std::exchange(lacksDraws, std::move(saved)).noted;
    if (failed && dist.missingDraws) { // a law that only has a density
      dist.sample.reset();
      failed = false;
    }
  }
  if (failed)
    return std::nullopt;
  program.dists.push_back(std::move(dist));
  return static_cast<DistId>(program.dists.size() - 1);
}

std::optional<DistId>
Elaborator::tryMakeDist(const Law &law, const std::optional<Space> &demand,
                        const std::string &name, SourceRange range,
                        const std::vector<typed::Condition> &conditions) {
  if (law.form == Law::Form::Named && !law.args)
    return requireDist(*law.named, demand, range);
  if (isTransformed(law))
    return makeTransformed(law, demand, name, range, conditions);
  std::optional<Space> own = ownSpace(law);
  if (law.callable && !law.callable->def->block) {
    // `dist p(..) = law`: the law itself may be a flow of a base.
    if (!ready(*law.callable, range))
      return std::nullopt;
    std::optional<DistId> made;
    std::optional<Space> want = own ? own : demand;
    Frame callee = enter(*law.callable);
    if (!deferConditions(law, conditions, callee, range))
      return std::nullopt;
    Den body = eval(*law.callable->def->body, callee);
    LawPtr inner = lawOf(body, law.callable->def->body->range, callee);
    if (!inner)
      return std::nullopt;
    if (isTransformed(*inner)) {
      made = makeTransformed(*inner, want, name, range, conditions);
      if (made && own && program.dists[*made].subject != *own) {
        Space subject = program.dists[*made].subject;
        error(Code::WrongCodomain, law.callable->def->body->range,
              "'" + name + "' is declared on " + own->str() +
                  ", but its law is on " + subject.str())
            .why("outside of " + subject.str() + " there is no density")
            .help("declare it: dist " + name + "(x: " + subject.str() +
                  ") = ...");
        return std::nullopt;
      }
      if (made && law.callable->def->params &&
          !law.callable->def->params->subject.empty())
        program.dists[*made].subjectNames = subjectNames(law, 1);
      return made;
    }
    if (!own && !demand)
      own = ownSpace(*inner);
  }
  std::optional<Space> subject = demand ? demand : own;
  if (own && demand && own->shape().size() == demand->shape().size() &&
      own->kind() != SpaceKind::Product && own->kind() == demand->kind())
    subject = own;
  if (own && own->isValid() && demand && own->kind() != SpaceKind::Product &&
      demand->kind() != SpaceKind::Product && own->kind() != demand->kind() &&
      demand->kind() == SpaceKind::Real)
    subject = own->withShape(
        demand->shape()); // a law on Positive is one on its part of Real
  if (!subject) {
    error(Code::SpaceUndetermined, law.range.isValid() ? law.range : range,
          "the space of '" + name + "' is not determined")
        .why("a dist without a header gets its space from its first use")
        .help("declare it: dist " + name + "(x: Real[2]) = ..., or write " +
              law.spelling + "[2]");
    return std::nullopt;
  }
  return makeMembers(law, *subject, name, range, conditions);
}

void Elaborator::wrongCodomain(const Space &have, const Space &want,
                               const std::string &base, SourceRange range) {
  Diagnostic &d = error(Code::WrongCodomain, range,
                        "the flow ends in " + have.str() + ", but its base '" +
                            base + "' is a law on " + want.str(),
                        "ends in " + have.str());
  d.why("the density of the base would be used where it is not defined, or "
        "would not reach all of the space");
  SpaceKind a = have.kind(), b = want.kind();
  if (a == SpaceKind::Unit && b == SpaceKind::Real)
    d.help("bridge them by the library flow logit_map of std.maps: pull(f >> "
           "logit_map, " +
           base + ")");
  else if (a == SpaceKind::Positive && b == SpaceKind::Real)
    d.help("bridge them by the library flow log_map of std.maps: pull(f >> "
           "log_map, " +
           base + ")");
  else if (a == SpaceKind::Real && b == SpaceKind::Unit)
    d.help("bridge them by the library flow sigmoid_map of std.maps, or take "
           "the base Normal");
  else if (a == SpaceKind::Real && b == SpaceKind::Positive)
    d.help("bridge them by the library flow exp_map of std.maps, or take the "
           "base Normal");
  else
    d.help("let the flow end in " + want.str() + ", or take a base on " +
           have.str());
}

/// The space of a flow's subject, when its header has no free names.
std::optional<Space> Elaborator::flowHeader(const Den &flow) {
  const Callable &callable = *flow.callable;
  if (callable.form == Callable::Form::Compose ||
      callable.form == Callable::Form::Given)
    return flowHeader(callable.parts[0]);
  if (callable.form != Callable::Form::Decl || !callable.def->params ||
      callable.def->params->subject.size() != 1 ||
      !callable.def->params->subject[0].space)
    return std::nullopt;
  const ast::SpaceExpr &declared = *callable.def->params->subject[0].space;
  Frame frame = enter(callable);
  for (const auto &group : declared.index)
    for (const ast::Slot &slot : group)
      if (slot.value && unboundName(*slot.value, frame))
        return std::nullopt;
  Space made = space(declared, frame);
  return made.isValid() ? std::optional(made) : std::nullopt;
}

/// The space that a flow starts from, when its header says it, for a shape.
std::optional<Space> Elaborator::flowStart(const Den &flow,
                                           const std::vector<int64_t> &shape) {
  const Callable &callable = *flow.callable;
  if (callable.form == Callable::Form::Compose ||
      callable.form == Callable::Form::Given)
    return flowStart(callable.parts[0], shape);
  if (callable.form != Callable::Form::Decl || !callable.def->params ||
      callable.def->params->subject.size() != 1 ||
      !callable.def->params->subject[0].space)
    return Space::real(shape);
  const ast::SpaceExpr &declared = *callable.def->params->subject[0].space;
  Frame frame = enter(callable);
  if (declaredRank(declared) != shape.size() ||
      !unify(declared, Space::real(shape), frame, here,
             "the subject of '" + callable.name + "'"))
    return Space::real(shape);
  return space(declared, frame);
}

/// What a flow calls the place that it starts on.
static std::string subjectName(const Den &flow, const std::string &otherwise) {
  const Callable &callable = *flow.callable;
  if (callable.form == Callable::Form::Compose)
    return subjectName(callable.parts[0], otherwise);
  const ast::DefItem *def = callable.def;
  return def && def->params && def->params->subject.size() == 1
             ? def->params->subject[0].name.text
             : otherwise;
}

std::optional<DistId>
Elaborator::makeTransformed(const Law &law, const std::optional<Space> &demand,
                            const std::string &name, SourceRange range,
                            const std::vector<typed::Condition> &conditions) {
  // Without a base it is a flow by itself, on the standard law of its space.
  const Law *base = law.parts.empty() ? nullptr : law.parts[0].law.get();
  bool pull = law.form == Law::Form::Pull;
  std::optional<Space> baseSpace = base ? ownSpace(*base) : std::nullopt,
                       start = demand;
  if (!pull) {
    start = baseSpace;
    if (start && start->kind() != SpaceKind::Product &&
        start->shape().empty() && demand)
      start = start->withShape(demand->shape());
    if (!start && demand)
      start = Space::real(demand->shape());
  } else if (!start && baseSpace && !baseSpace->shape().empty()) {
    start = flowStart(*law.flow,
                      baseSpace->shape()); // Normal[2]: the shape is kept
  } else if (!start) {
    start = flowHeader(*law.flow);
  }
  if (start && !start->isValid())
    return std::nullopt; // reported
  if (!start || start->kind() == SpaceKind::Product) {
    error(Code::SpaceUndetermined, law.range.isValid() ? law.range : range,
          start ? "a flow needs one tensor as its subject, not " + start->str()
                : "the space of '" + name + "' is not determined")
        .why("a dist without a header gets its space from its first use")
        .help("declare it: dist " + name +
              "(x: Real[2]) = ..., or train it on data");
    return std::nullopt;
  }
  typed::Dist dist;
  dist.name = name;
  dist.subjectNames = {"x"};
  dist.form = pull ? typed::Dist::Form::Pull : typed::Dist::Form::Push;
  dist.conditions = conditions;
  dist.range = law.range;
  dist.flowIn = *start;
  size_t before = diag.all().size();
  std::string placeName = subjectName(*law.flow, pull ? "x" : "z");
  dist.flow = memberRegion(
      name + "/flow", {}, {}, conditions,
      [&](typed::Region &, std::vector<Tensor>) {
        dist.flowPlace = newRoot(*start, placeName, law.range);
        Frame frame;
        frame.env = law.env;
        frame.instances = law.instances;
        frame.subject = {Den::ofPlace(dist.flowPlace)};
        frame.inFlow = true;
        applyFlow(*law.flow, frame.subject, nullptr, frame, law.range);
      });
  dist.flowOut = placeSpace(dist.flowPlace);
  dist.subject = pull ? dist.flowIn : dist.flowOut;
  if (diag.all().size() != before)
    return std::nullopt;
  for (const Space &kind : roots.at(places[dist.flowPlace].root).kinds)
    if (const Space &first = roots.at(places[dist.flowPlace].root).kinds[0];
        kind != first) {
      error(Code::WrongCodomain, law.range,
            "the flow ends in " + first.str() + " for some elements and in " +
                kind.str() + " for others",
            "ends in different spaces")
          .why(pull ? "the law of the base would reach a part of its space only"
                    : "the density would be asked for where there is none")
          .help("bring all elements into one space, for example by a map of "
                "std.maps on the part that left it");
      return std::nullopt;
    }
  Space wanted = pull ? dist.flowOut : dist.flowIn;
  if (pull && baseSpace && baseSpace->kind() != SpaceKind::Product) {
    bool kinds = baseSpace->withShape({}) == wanted.withShape({});
    bool shapes =
        baseSpace->shape().empty() || baseSpace->shape() == wanted.shape();
    if (!kinds || !shapes) {
      wrongCodomain(wanted, *baseSpace, base->spelling, law.range);
      return std::nullopt;
    }
  }
  if (!pull && demand && demand->embedded() != dist.flowOut.embedded()) {
    wrongCodomain(dist.flowOut, *demand, name, law.range);
    return std::nullopt;
  }
  std::optional<DistId> id;
  if (base) {
    // A named law with conditions of its own is made anew: they are not those
    // of what is made of it.
    Law own = *base;
    bool has = own.named && own.callable->def->params &&
               !own.callable->def->params->conditions.empty();
    if (has)
      own.form = Law::Form::Decl;
    id = tryMakeDist(own, wanted, base->spelling, law.range, conditions);
  } else {
    id = standardDist(wanted, law.range);
  }
  if (!id)
    return std::nullopt;
  dist.base = *id;
  program.dists.push_back(std::move(dist));
  return static_cast<DistId>(program.dists.size() - 1);
}

/// A simple law on a space, the base of a flow that is checked by itself:
/// standard normal, log-normal, uniform.
DistId Elaborator::standardDist(const Space &target, SourceRange range) {
  typed::Dist dist;
  dist.name = "standard";
  dist.subjectNames = {"x"};
  dist.subject = target;
  dist.range = range;
  bool positive = target.kind() == SpaceKind::Positive;
  bool bounded = std::isfinite(target.lo()) && std::isfinite(target.hi());
  std::vector<int64_t> dims;
  for (size_t i = 0; i != target.shape().size(); ++i)
    dims.push_back(static_cast<int64_t>(i));
  double n = static_cast<double>(target.elements());
  dist.logp = memberRegion(
      "standard/logp", {target}, {"x"}, {},
      [&](typed::Region &r, std::vector<Tensor> values) {
        if (bounded) {
          r.results = {
              constant(-n * std::log(target.hi() - target.lo()), Space::real())
                  .id};
          return;
        }
        Tensor z = positive ? unary("log", values[0]) : values[0];
        Tensor e = binaryScalar("mul", unary("sq", z), -0.5);
        if (positive)
          e = binary("sub", e, z);
        Tensor sum = reduce("sum", e, dims);
        r.results = {
            binaryScalar("add", sum,
                         -0.5 * n * std::log(2 * 3.14159265358979323846))
                .id};
      });
  dist.sample = memberRegion(
      "standard/sample", {}, {}, {},
      [&](typed::Region &r, std::vector<Tensor>) {
        Tensor t = draw(bounded ? "uniform" : "normal", target.shape(), true);
        if (bounded && target.kind() == SpaceKind::Interval)
          t = binaryScalar("add",
                           binaryScalar("mul", t, target.hi() - target.lo()),
                           target.lo());
        if (positive)
          t = unary("exp", t);
        r.results = {t.id};
      });
  program.dists.push_back(std::move(dist));
  return static_cast<DistId>(program.dists.size() - 1);
}

} // namespace rill::lang::elab
