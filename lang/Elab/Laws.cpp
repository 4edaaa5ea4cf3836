//===- Laws.cpp - What denotes a law, and its members ---------------------===//
//
// Laws keep their arguments as syntax until a region asks for a density or a
// draw. Here: constructors (pull, push, product), application to conditions,
// and what a law can do. Bodies are elaborated in LawBodies.cpp.
//
//===----------------------------------------------------------------------===//
#include "Elab/Mixtures.h"

#include <utility>

namespace rill::lang::elab {

Den Elaborator::evalLawCall(const Den &base, const ast::CallExpr &node,
                            const ast::Expr &expr, Frame &frame) {
  if (node.hasBar && !node.args.empty())
    return unsupported(expr.range, "a density written as a call");
  if (base.law->args || (base.law->form != Law::Form::Decl &&
                         base.law->form != Law::Form::Named)) {
    error(Code::WrongArguments, expr.range,
          "'" + base.law->spelling + "' has its conditions already");
    return Den::error();
  }
  auto law = std::make_shared<Law>(*base.law);
  // A named law keeps its dist: its density is an operation on that. A block
  // is elaborated in place.
  if (!law->named || law->callable->def->block)
    law->form = Law::Form::Decl;
  law->args = node.hasBar ? &node.conditions : &node.args;
  law->env = frame.env;
  law->instances = frame.instances;
  law->range = expr.range;
  law->spelling = text(expr.range);
  return Den::ofLaw(law);
}

LawPtr Elaborator::lawOf(const Den &den, SourceRange range, Frame &frame) {
  if (den.is(Den::Kind::Law)) {
    const CallablePtr &callable = den.law->callable;
    if (callable && den.law->form == Law::Form::Decl &&
        !ready(*callable, range))
      return nullptr;
    return den.law;
  }
  if (!den.isError())
    error(Code::SpaceMismatch, range,
          "a law is needed here, but '" + text(range) + "' is " +
              den.describe());
  return nullptr;
}

Den Elaborator::lawConstructor(const std::string &name,
                               const ast::CallExpr &node, const ast::Expr &expr,
                               Frame &frame) {
  if (name == "mix")
    return MixtureLaw::make(*this, node, expr, frame);
  auto law = std::make_shared<Law>();
  law->env = frame.env;
  law->instances = frame.instances;
  law->range = expr.range;
  law->spelling = text(expr.range);
  bool product = name == "product";
  if ((!product && node.args.size() != 2) || node.args.empty()) {
    error(Code::WrongArguments, expr.range,
          product ? "'product' takes laws"
                  : "'" + name + "' takes a flow and a base law");
    return Den::error();
  }
  size_t first = 0;
  if (!product) {
    Den flow = eval(*node.args[0].value, frame);
    if (!flow.isError() && !isFlow(flow)) {
      error(Code::NotCallable, node.args[0].value->range,
            "'" + name + "' needs a flow first, but '" +
                text(node.args[0].value->range) + "' is " + flow.describe());
      flow = Den::error();
    }
    if (flow.isError())
      return flow;
    if (!ready(*flow.callable, node.args[0].value->range))
      return Den::error();
    law->flow = std::make_shared<Den>(flow);
    law->form = name == "pull" ? Law::Form::Pull : Law::Form::Push;
    first = 1;
  } else {
    law->form = Law::Form::Product;
  }
  for (size_t i = first; i != node.args.size(); ++i) {
    LawPtr part = lawOf(eval(*node.args[i].value, frame),
                        node.args[i].value->range, frame);
    if (!part)
      return Den::error();
    law->parts.push_back(Den::ofLaw(part));
  }
  return Den::ofLaw(law);
}

static const ast::DefItem *definition(const Law &law) {
  return law.callable ? law.callable->def : nullptr;
}

/// Whether the law is a flow of a base, so that its density is an operation on
/// a typed dist rather than inlined members.
bool Elaborator::isTransformed(const Law &law) const {
  return law.form == Law::Form::Pull || law.form == Law::Form::Push;
}

std::optional<Space> Elaborator::ownSpace(const Law &law) {
  if (law.form == Law::Form::Mixture)
    return MixtureLaw(*this, law, law.range).space();
  if (law.form == Law::Form::Lifted) {
    auto inner = ownSpace(*law.parts[0].law);
    if (!inner || inner->kind() == SpaceKind::Product)
      return std::nullopt;
    std::vector<int64_t> shape = law.shape;
    shape.insert(shape.end(), inner->shape().begin(), inner->shape().end());
    return inner->withShape(shape);
  }
  if (law.form == Law::Form::Product) {
    std::vector<Space> fields;
    for (const Den &part : law.parts) {
      auto own = ownSpace(*part.law);
      if (!own)
        return std::nullopt;
      fields.push_back(*own);
    }
    return Space::product({}, std::move(fields));
  }
  if (law.form == Law::Form::Named && law.named->demanded)
    return law.named->demanded;
  const ast::DefItem *def = definition(law);
  if (!def || !def->params || def->params->subject.empty())
    return std::nullopt;
  Frame frame = enter(*law.callable);
  bool conditional = false;
  for (const ast::Parameter &param : def->params->subject)
    conditional |= param.space && !param.space->args.empty();
  if (conditional && !bindLawConditions(law, {}, frame, law.range))
    return std::nullopt;
  std::vector<std::string> names;
  std::vector<Space> fields;
  for (const ast::Parameter &param : def->params->subject) {
    if (!param.space)
      return std::nullopt;
    for (const auto &group : param.space->index)
      for (const ast::Slot &slot : group)
        if (slot.value && unboundName(*slot.value, frame))
          return std::nullopt;
    names.push_back(param.name.text);
    fields.push_back(space(*param.space, frame));
    if (!fields.back().isValid())
      return std::nullopt;
  }
  return fields.size() == 1
             ? fields[0]
             : Space::product(std::move(names), std::move(fields));
}

static const ast::AssignStmt *memberIn(const ast::Block &block,
                                       const std::string &name) {
  for (const ast::StmtPtr &stmt : block.stmts) {
    const auto *assign = stmt->as<ast::AssignStmt>();
    if (!assign)
      continue;
    const auto *call = assign->target->as<ast::CallExpr>();
    const auto *named =
        (call ? call->callee.get() : assign->target.get())->as<ast::NameExpr>();
    if (named && named->name == name)
      return assign;
  }
  return nullptr;
}

static bool drawsIn(const ast::Block &block) {
  for (const ast::StmtPtr &stmt : block.stmts) {
    if (stmt->as<ast::DrawStmt>())
      return true;
    if (const auto *each = stmt->as<ast::EachStmt>();
        each && drawsIn(each->block))
      return true;
  }
  return false;
}

static bool latentIn(const ast::Block &block, const ast::DefItem &def) {
  for (const ast::StmtPtr &stmt : block.stmts) {
    if (const auto *each = stmt->as<ast::EachStmt>();
        each && latentIn(each->block, def))
      return true;
    const auto *draw = stmt->as<ast::DrawStmt>();
    const auto *name = draw ? draw->target->as<ast::NameExpr>() : nullptr;
    if (!name)
      continue;
    bool subject = false;
    if (def.params)
      for (const ast::Parameter &param : def.params->subject)
        subject |= param.name.text == name->name;
    if (!subject)
      return true;
  }
  return false;
}

bool Elaborator::canSample(const Law &law) const {
  if (law.form == Law::Form::Mixture)
    return true; // a component that cannot be drawn is found there
  for (const Den &part : law.parts)
    if (!canSample(*part.law))
      return false;
  const ast::DefItem *def = definition(law);
  if (!def || !def->block)
    return true;
  return memberIn(*def->block, "sample") || memberIn(*def->block, "quantile") ||
         drawsIn(*def->block);
}

bool Elaborator::canDensity(const Law &law) const {
  if (law.form == Law::Form::Mixture)
    return true; // its sum finds the component that has none
  for (const Den &part : law.parts)
    if (!canDensity(*part.law))
      return false;
  const ast::DefItem *def = definition(law);
  if (!def || !def->block)
    return true;
  if (memberIn(*def->block, "logp"))
    return true;
  return drawsIn(*def->block) && !latentIn(*def->block, *def);
}

Den Elaborator::callMethod(const Den &method, const ast::CallExpr &node,
                           SourceRange range, Frame &frame) {
  LawPtr base = lawOf(method.items[0], node.callee->range, frame);
  if (!base)
    return Den::error();
  Law law = *base;
  if (node.hasBar && !node.conditions.empty()) {
    law.args = &node.conditions;
    law.env = frame.env;
    law.instances = frame.instances;
  }
  std::vector<Tensor> values;
  for (const ast::Arg &arg : node.args) {
    Den den = eval(*arg.value, frame);
    if (den.isError())
      return den;
    std::vector<Den> leaves =
        den.is(Den::Kind::Tuple) ? den.items : std::vector<Den>{den};
    for (const Den &leaf : leaves) {
      auto value = tensorOf(leaf, arg.value->range, frame);
      if (!value)
        return Den::error();
      values.push_back(*value);
    }
  }
  if (method.text == "sample")
    return unsupported(range, "'.sample' inside of an expression");
  if (values.empty()) {
    error(Code::WrongArguments, range, "'." + method.text + "' needs a value");
    return Den::error();
  }
  // Asked for by name: what is missing is an error, also in a law's own member.
  Lacking saved = std::exchange(lacksDensity, {});
  auto result = method.text == "logp"
                    ? logpOf(law, values, range)
                    : memberValue(law, method.text, values[0], range);
  lacksDensity = std::move(saved);
  return result ? Den::ofTensor(*result) : Den::error();
}

} // namespace rill::lang::elab
