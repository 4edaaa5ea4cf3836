//===- Flows.cpp - Application of flows to places -------------------------===//
//
// A flow is elaborated in place: its parameter names the caller's place, so
// composition needs no copies. `repeat` becomes one loop whatever its count.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <utility>

namespace rill::lang::elab {

bool Elaborator::isFlow(const Den &den) const {
  if (!den.is(Den::Kind::Callable))
    return false;
  const Callable &callable = *den.callable;
  switch (callable.form) {
  case Callable::Form::Decl:
    return callable.def->kind == "flow";
  case Callable::Form::Repeat:
  case Callable::Form::Compose:
  case Callable::Form::Block:
  case Callable::Form::Given:
  case Callable::Form::Ode:
    return true;
  default:
    return false;
  }
}

/// The places that an expression names: `x`, `(a, b)`, `x[0..2]`.
std::vector<Den> Elaborator::placeLeaves(const ast::Expr &expr, Frame &frame) {
  if (const auto *tuple = expr.as<ast::TupleExpr>()) {
    std::vector<Den> all;
    for (const ast::ExprPtr &item : tuple->items)
      for (Den &leaf : placeLeaves(*item, frame))
        all.push_back(std::move(leaf));
    return all;
  }
  return {eval(expr, frame)};
}

void Elaborator::applyFlow(const Den &flow, const std::vector<Den> &targets,
                           const ast::CallExpr *call, Frame &frame,
                           SourceRange range) {
  if (flow.isError())
    return;
  const Callable &callable = *flow.callable;
  if (callable.form == Callable::Form::Decl) {
    applyDecl(callable, targets, call, frame, range);
    return;
  }
  if (callable.form == Callable::Form::Given) {
    Frame giver = frame; // where the conditions are to be elaborated
    giver.env = callable.env;
    giver.instances = callable.instances;
    applyFlow(callable.parts[0], targets, callable.given, giver, range);
    return;
  }
  if (callable.form == Callable::Form::Compose) {
    for (const Den &part : callable.parts)
      applyFlow(part, targets, nullptr, frame, range);
    return;
  }
  if (callable.form == Callable::Form::Ode) {
    if (targets.size() == 1)
      applyOde(callable, targets[0], frame, range);
    else
      unsupported(range, "an 'ode' of several places at once");
    return;
  }
  Frame inner;
  inner.env = Env::inside(callable.env);
  inner.instances = callable.instances;
  inner.subject = targets;
  inner.inFlow = true;
  if (callable.form == Callable::Form::Block) {
    block(*callable.block, inner);
    return;
  }
  auto count = staticInt(*callable.repeat->count, inner);
  if (!count)
    return;
  repeatBlock(
      *count, "repeat", inner, callable.range,
      [&](Frame &step) { block(callable.repeat->block, step); }, nullptr);
}

void Elaborator::applyDecl(const Callable &flow,
                           const std::vector<Den> &targets,
                           const ast::CallExpr *call, Frame &frame,
                           SourceRange range) {
  if (!ready(flow, range))
    return;
  if (depth > 150) {
    error(Code::RecursiveDefinition, range,
          "'" + flow.name + "' uses itself without an end")
        .why("recursion is unrolled when the program is compiled")
        .help("let a static 'if' end it");
    return;
  }
  Frame callee = enter(flow);
  callee.inFlow = true;
  callee.subject = targets;
  const ast::DefItem &def = *flow.def;
  if (def.params) {
    const std::vector<ast::Parameter> &subject = def.params->subject;
    if (subject.size() != targets.size()) {
      error(Code::WrongArguments, range,
            "'" + flow.name + "' transforms " + std::to_string(subject.size()) +
                " places, " + std::to_string(targets.size()) + " are given");
      return;
    }
    for (size_t i = 0; i != subject.size(); ++i) {
      std::string what =
          "'" + subject[i].name.text + "' of '" + flow.name + "'";
      Space have =
          placeSpace(targets[i].place).withShape(placeValueShape(targets[i]));
      if (subject[i].space && subject[i].space->optional) {
        unsupported(subject[i].space->range, "a flow of an optional place");
        return;
      }
      if (subject[i].space) {
        if (!unify(*subject[i].space, have, callee, range, what))
          return;
        Space wanted = space(*subject[i].space, callee);
        if (!wanted.isValid())
          return;
        Tensor probe;
        probe.space = have;
        probe.bounds = Bounds::of(have);
        if (!checkSpace(wanted, probe, range, what))
          return;
      }
      bind(callee.env, subject[i].name, targets[i]);
    }
    ast::CallExpr none{};
    none.hasBar = false;
    const std::vector<ast::Arg> empty;
    if (!bindGroup(def.params->conditions, call ? call->conditions : empty,
                   range, frame, callee, flow.name))
      return;
  }
  flowBody(flow, targets, callee);
}

/// The updates of a declared flow whose parameters are bound in `callee`.
void Elaborator::flowBody(const Callable &flow, const std::vector<Den> &targets,
                          Frame &callee) {
  const ast::DefItem &def = *flow.def;
  ++depth;
  if (def.where)
    block(*def.where, callee);
  if (def.block) {
    block(*def.block, callee);
  } else if (def.body) {
    Den body = eval(*def.body, callee);
    if (isFlow(body))
      applyFlow(body, targets, nullptr, callee, def.body->range);
    else if (targets.size() == 1) {
      // `flow f(x: S) = e`: the value of x after it.
      if (auto value = tensorOf(body, def.body->range, callee)) {
        HereScope scope(here, def.body->range);
        assignPlace(targets[0], *value, def.body->range, text(def.body->range),
                    def.params ? def.params->subject[0].name.text : "");
      }
    }
  }
  --depth;
}

/// `f(x)`, `f(x | c)`, `f` or `f[..]`, `f >> g` and `repeat` as updates. With
/// `target`, the places on the left of `:=`, which must be the arguments.
/// False when the expression is no flow.
bool Elaborator::tryFlowCall(const ast::Expr &expr, Frame &frame,
                             const std::vector<Den> *target) {
  const auto *call = expr.as<ast::CallExpr>();
  if (call) {
    const auto *name = call->callee->as<ast::NameExpr>();
    const Den *found = name ? find(name->name, frame.env) : nullptr;
    if (found && found->is(Den::Kind::Builtin) && found->text == "ode") {
      Den flow = eval(expr, frame);
      const std::vector<Den> &places = target ? *target : frame.subject;
      if (places.empty() && !flow.isError())
        error(Code::NotAPlace, expr.range,
              "there is no place here that this flow could update");
      else
        applyFlow(flow, places, nullptr, frame, expr.range);
      return true;
    }
    bool maybe =
        call->callee->as<ast::IndexExpr>() || (found && isFlow(*found));
    if (found && found->is(Den::Kind::Thunk))
      maybe = true;
    if (const auto *index = call->callee->as<ast::IndexExpr>()) {
      const auto *base = index->base->as<ast::NameExpr>();
      const Den *den = base ? find(base->name, frame.env) : nullptr;
      maybe = den && isFlow(*den);
    }
    if (!maybe)
      return false;
    Den flow = eval(*call->callee, frame);
    if (flow.isError())
      return true;
    if (!isFlow(flow))
      return false;
    std::vector<Den> arguments;
    for (const ast::Arg &arg : call->args)
      for (Den &leaf : placeLeaves(*arg.value, frame))
        arguments.push_back(std::move(leaf));
    for (size_t i = 0; i != arguments.size(); ++i) {
      if (arguments[i].isError())
        return true;
      if (!arguments[i].is(Den::Kind::Place)) {
        error(Code::NotAPlace, expr.range,
              "a flow updates places, but argument " + std::to_string(i + 1) +
                  " is " + arguments[i].describe());
        return true;
      }
    }
    if (arguments.empty())
      arguments = target ? *target : frame.subject;
    bool same = !target || target->size() == arguments.size();
    for (size_t i = 0; target && same && i != arguments.size(); ++i)
      same =
          (*target)[i].place == arguments[i].place ||
          places[(*target)[i].place].elements ==
              places[arguments[i].place].elements ||
          (places[(*target)[i].place].root == places[arguments[i].place].root &&
           *places[(*target)[i].place].elements ==
               *places[arguments[i].place].elements);
    if (!same) {
      error(Code::NotAPlace, expr.range,
            "a flow updates the place that it is applied to",
            "not the place on the left")
          .why("x := f(x) replaces x; the result of a flow on another place "
               "would "
               "overwrite this one without a way back")
          .help("apply it to the same place on both sides");
      return true;
    }
    applyFlow(flow, target ? *target : arguments, call, frame, expr.range);
    return true;
  }
  if (target)
    return false;
  Den flow = eval(expr, frame);
  if (flow.isError())
    return true;
  if (!isFlow(flow))
    return false;
  if (frame.subject.empty()) {
    error(Code::NotAPlace, expr.range,
          "there is no place here that this flow could update");
    return true;
  }
  applyFlow(flow, frame.subject, nullptr, frame, expr.range);
  return true;
}

/// A value from before a loop is used in every step: nothing that it was read
/// from may be replaced in a step.
void Elaborator::checkLoopUses(const std::vector<Use> &uses, size_t firstInside,
                               uint64_t start) {
  for (const Use &use : uses) {
    if (use.value.id >= firstInside)
      continue;
    for (const Dependence &dep : use.value.deps) {
      const RootState &root = roots.at(dep.root);
      bool replaced = false;
      for (int64_t element : *dep.elements)
        replaced |= dep.time <= start && root.assigned[element] > start;
      if (replaced) {
        checkAlive(use.value, use.name, use.range);
        break;
      }
    }
  }
}

/// `count` steps of `body`, as one loop with stacked parameters.
void Elaborator::repeatBlock(int64_t count, const std::string &what,
                             Frame &frame, SourceRange range,
                             const std::function<void(Frame &)> &body,
                             const std::string *indexName) {
  if (count < 1) {
    if (count < 0)
      error(Code::StaticArithmetic, range,
            "'" + what + "' " + std::to_string(count) + " times");
    return;
  }
  HereScope scope(here, range);
  typed::Op op;
  op.kind = typed::OpKind::Repeat;
  op.count = count;
  op.range = range;
  op.spelling = what + " " + std::to_string(count);
  Frame step = frame;
  step.env = Env::inside(frame.env);
  auto instances = std::make_shared<Instances>();
  std::string star = "*";
  int again = ++frame.instances->counts["*"];
  if (again > 1)
    star = what + "#" + std::to_string(again) + ".*";
  instances->path =
      frame.instances->path.empty() ? star : frame.instances->path + "." + star;
  instances->stack = frame.instances->stack;
  instances->stack.push_back(count);
  instances->steps = frame.instances->steps;
  step.instances = instances;
  std::vector<std::pair<PlaceId, Space>> before;
  for (const Den &target : frame.subject)
    before.push_back({target.place, placeSpace(target.place)});
  uint64_t start = clock;
  size_t firstInside = program.values.size();
  loopUses.emplace_back();
  op.regions.push_back(regionOf([&](typed::Region &region) {
    ValueId index =
        newValue(Space::make(SpaceKind::Int), indexName ? *indexName : "step");
    region.args.push_back(index);
    instances->steps.push_back(index);
    if (indexName) {
      Tensor t;
      t.id = index;
      t.space = Space::make(SpaceKind::Int);
      t.bounds = {0, static_cast<double>(count - 1), false, false};
      step.env->names[*indexName] = Den::ofTensor(t);
    }
    body(step);
  }));
  std::vector<Use> uses = std::move(loopUses.back());
  loopUses.pop_back();
  append(std::move(op));
  if (count > 1)
    checkLoopUses(uses, firstInside, start);
  for (const auto &[place, old] : before)
    if (count > 1 && placeSpace(place) != old) {
      error(Code::SpaceMismatch, range,
            "a step of '" + what + "' maps " + old.str() + " to " +
                placeSpace(place).str())
          .why("the next step would start in another space")
          .help("let each step end in the space that it starts in");
      return;
    }
}

} // namespace rill::lang::elab
