//===- Alone.cpp - Declarations by themselves -----------------------------===//
//
// Elaborates one declaration without a use: its parameters are values of their
// declared spaces, its open sizes are chosen by the caller (Sizes.h). What
// could be anything (a parameter without a space, a static that is a function)
// is left open: nothing is said of what depends on it.
//
//===----------------------------------------------------------------------===//
#include "AST/Walk.h"
#include "Elab/Elaborator.h"

#include <algorithm>
#include <utility>

namespace rill::lang::elab {

/// A declaration with its sizes chosen.
struct Elaborator::Header {
  const ast::DefItem *def = nullptr;
  CallablePtr callable;
  std::vector<std::optional<Space>> subject, conditions;
  bool open = false;  ///< a static could be anything
  bool wrong = false; ///< a space was refused

  bool isClosed(const std::vector<std::optional<Space>> &spaces) const {
    return std::all_of(spaces.begin(), spaces.end(),
                       [](const auto &space) { return space.has_value(); });
  }
};

/// After run(): what the program's file declares and nothing uses.
std::vector<const ast::Item *> Elaborator::unused() const {
  std::vector<const ast::Item *> found;
  auto own = moduleTable.find("");
  if (own == moduleTable.end())
    return found;
  for (const ast::Item &item : own->second.file->items) {
    const auto *def = item.as<ast::DefItem>();
    const auto *statement = item.as<ast::StmtItem>();
    const auto *let = statement ? statement->stmt->as<ast::LetStmt>() : nullptr;
    if ((def && isCompiled(def->kind) && !entered.count(def)) ||
        (let && !let->isView && let->pattern.name &&
         !forced.count(let->value.get())))
      found.push_back(&item);
  }
  return found;
}

/// Spaces that have values of their own: not `Interval(a, b)` of conditions,
/// no functions.
static bool hasValues(const ast::SpaceExpr &space,
                      const std::set<std::string> &params) {
  bool plain = true;
  ast::walk(space, {{},
                    [&](const ast::SpaceExpr &part) {
                      plain &= part.kind != ast::SpaceExpr::Kind::Function;
                      for (const ast::ExprPtr &arg : part.args)
                        plain &=
                            !ast::anyName(*arg, [&](const std::string &name) {
                              return params.count(name) != 0;
                            });
                    },
                    {}});
  return plain;
}

Elaborator::Header Elaborator::headerOf(const ast::DefItem &def,
                                        SourceRange range, SizeChoice &sizes) {
  Header header;
  header.def = &def;
  header.callable = declaration(def, range, moduleTable[""].env);
  Callable &callable = *header.callable;
  callable.made = true;
  callable.env = Env::inside(callable.env);
  auto number = [&] { return Den::ofNumber(double(sizes.next())); };
  std::set<std::string> natural = naturalStatics(def, modules);
  for (const ast::Static &item : def.statics) {
    Den den = Den::error();
    if (item.defaultValue && sizes.round() == 0) {
      Frame outer = topFrame();
      den = eval(*item.defaultValue, outer);
      sizes.next(); // other rounds choose
    } else if (natural.count(item.name.text)) {
      den = item.variadic ? Den::ofList({number(), number()}) : number();
    }
    header.open |= den.isError();
    callable.env->names[item.name.text] = den;
    callable.statics.push_back(std::move(den));
  }
  // Free names of the header.
  Frame frame;
  frame.env = callable.env;
  frame.instances = rootInstances;
  ast::Visitor visitor;
  visitor.space = [&](const ast::SpaceExpr &space) {
    for (const auto &group : space.index)
      for (const ast::Slot &slot : group)
        while (slot.value) {
          auto name = unboundName(*slot.value, frame);
          if (!name)
            break;
          callable.env->names[*name] = number();
        }
  };
  std::set<std::string> names;
  const ast::Parameters none;
  const ast::Parameters &params = def.params ? *def.params : none;
  for (const auto *group : {&params.subject, &params.conditions})
    for (const ast::Parameter &param : *group) {
      names.insert(param.name.text);
      if (param.space)
        ast::walk(*param.space, visitor);
    }
  if (def.result)
    ast::walk(*def.result, visitor);
  auto spaces = [&](const std::vector<ast::Parameter> &group,
                    std::vector<std::optional<Space>> &into) {
    for (const ast::Parameter &param : group) {
      into.emplace_back();
      if (!param.space || !hasValues(*param.space, names))
        continue;
      Space made = space(*param.space, frame);
      header.wrong |= !made.isValid();
      if (made.isValid())
        into.back() = made;
    }
  };
  spaces(params.subject, header.subject);
  spaces(params.conditions, header.conditions);
  return header;
}

void Elaborator::functionAlone(const Header &header, SourceRange range) {
  const ast::DefItem &def = *header.def;
  // Whether a jump does harm depends on where the function is used.
  bool saved = std::exchange(inSampling, true);
  memberRegion(
      "alone", {}, {}, {}, [&](typed::Region &region, std::vector<Tensor>) {
        Frame callee = enter(*header.callable);
        auto bindAll = [&](const std::vector<ast::Parameter> &params,
                           const std::vector<std::optional<Space>> &spaces) {
          for (size_t i = 0; i != params.size(); ++i)
            bind(callee.env, params[i].name,
                 spaces[i]
                     ? argumentOf(*spaces[i], params[i].name.text, region.args)
                     : Den::error());
        };
        if (def.params) {
          bindAll(def.params->subject, header.subject);
          bindAll(def.params->conditions, header.conditions);
        }
        functionBody(*header.callable, callee, range);
      });
  inSampling = saved;
}

void Elaborator::flowAlone(const Header &header, SourceRange range,
                           SizeChoice &sizes) {
  const ast::DefItem &def = *header.def;
  std::vector<std::string> names;
  std::vector<Space> spaces;
  for (size_t i = 0; i != header.subject.size(); ++i) {
    names.push_back(def.params->subject[i].name.text);
    spaces.push_back(header.subject[i].value_or(Space()));
  }
  // A subject without a space may have any shape.
  static const size_t ranks[] = {1, 0, 3};
  if (names.empty())
    names.push_back("x"), spaces.push_back(Space());
  for (Space &subject : spaces) {
    std::vector<int64_t> shape;
    for (size_t i = 0; !subject.isValid() && i != ranks[sizes.round()]; ++i)
      shape.push_back(sizes.next());
    if (!subject.isValid())
      subject = Space::real(shape);
    if (subject.kind() == SpaceKind::Product || subject.isOptional())
      return; // refused where it is used
  }
  typed::Dist dist;
  dist.name = def.name.text;
  dist.subjectNames = {names[0]};
  dist.form = typed::Dist::Form::Pull;
  dist.range = def.name.range;
  // Several places are views of one, when they are of one kind.
  bool alike = true;
  int64_t total = 0;
  for (const Space &subject : spaces) {
    alike &= subject.withShape({}) == spaces[0].withShape({}) &&
             subject.isFloat() && !subject.isMatrixSpace() &&
             subject.kind() != SpaceKind::Simplex;
    total += subject.elements();
  }
  bool one = spaces.size() == 1;
  dist.flowIn = one || !alike ? spaces[0] : spaces[0].withShape({total});
  for (size_t i = 0; i != header.conditions.size(); ++i) {
    typed::Condition condition;
    condition.name = def.params->conditions[i].name.text;
    condition.space = *header.conditions[i];
    if (condition.space.kind() == SpaceKind::Product)
      return;
    dist.conditions.push_back(std::move(condition));
  }
  dist.flow = memberRegion(
      dist.name + "/flow", {}, {}, dist.conditions,
      [&](typed::Region &, std::vector<Tensor>) {
        dist.flowPlace = newRoot(dist.flowIn, names[0], def.name.range);
        std::vector<Den> targets;
        if (one) {
          targets = {Den::ofPlace(dist.flowPlace)};
        } else if (alike) {
          std::vector<std::vector<int64_t>> parts, shapes;
          int64_t at = 0;
          for (const Space &subject : spaces) {
            parts.emplace_back();
            shapes.push_back(subject.shape());
            for (int64_t i = 0; i != subject.elements(); ++i)
              parts.back().push_back(at++);
          }
          for (PlaceId part :
               viewParts(dist.flowPlace, parts, shapes, names, range))
            targets.push_back(Den::ofPlace(part));
        } else {
          for (size_t i = 0; i != spaces.size(); ++i)
            targets.push_back(
                Den::ofPlace(newRoot(spaces[i], names[i], def.name.range)));
        }
        Frame callee = enter(*header.callable);
        callee.inFlow = true;
        callee.subject = targets;
        for (size_t i = 0; i != header.subject.size(); ++i)
          bind(callee.env, def.params->subject[i].name, targets[i]);
        for (size_t i = 0; i != dist.conditions.size(); ++i)
          bind(callee.env, def.params->conditions[i].name,
               outerConditions[dist.conditions[i].name]);
        flowBody(*header.callable, targets, callee);
      });
  if (diag.hasErrors() || (!one && !alike))
    return;
  dist.flowOut = placeSpace(dist.flowPlace);
  dist.subject = dist.flowIn;
  dist.base = standardDist(dist.flowOut, range);
  program.dists.push_back(std::move(dist));
  auto id = static_cast<DistId>(program.dists.size() - 1);
  program.named.push_back({def.name.text, id});
  program.main = id;
}

void Elaborator::distAlone(const Header &header, SourceRange range) {
  const ast::DefItem &def = *header.def;
  Law law;
  law.form = Law::Form::Decl;
  law.callable = header.callable;
  law.env = header.callable->env;
  law.range = def.name.range;
  law.spelling = def.name.text;
  std::vector<typed::Condition> conditions;
  for (size_t i = 0; i != header.conditions.size(); ++i) {
    typed::Condition condition;
    condition.name = def.params->conditions[i].name.text;
    condition.space = *header.conditions[i];
    conditions.push_back(std::move(condition));
  }
  for (const auto &subject : header.subject)
    if (subject->isOptional())
      return; // refused where it is used
  std::optional<Space> demand;
  if (header.subject.size() == 1) {
    demand = *header.subject[0];
  } else if (!header.subject.empty()) {
    std::vector<std::string> names;
    std::vector<Space> fields;
    for (size_t i = 0; i != header.subject.size(); ++i) {
      names.push_back(def.params->subject[i].name.text);
      fields.push_back(*header.subject[i]);
    }
    demand = Space::product(std::move(names), std::move(fields));
  }
  const ast::DefItem *saved = std::exchange(conditionOwner, &def);
  auto id = tryMakeDist(law, demand, def.name.text, range, conditions);
  conditionOwner = saved;
  if (!id)
    return;
  program.named.push_back({def.name.text, *id});
  program.main = id;
}

void Elaborator::lossAlone(const Header &header, SourceRange range) {
  const ast::DefItem &def = *header.def;
  Frame callee = enter(*header.callable);
  if (def.params)
    for (const auto *group : {&def.params->subject, &def.params->conditions})
      for (const ast::Parameter &param : *group)
        bind(callee.env, param.name, Den::error());
  size_t before = diag.all().size();
  auto source = def.body ? findExpectation(*def.body, callee) : std::nullopt;
  if (source)
    expectation(*source, true);
  else if (diag.all().size() == before && def.body &&
           (!def.params || def.params->subject.empty()))
    notALoss(def.body->range);
}

void Elaborator::letAlone(const ast::LetStmt &let) {
  const EnvPtr &env = moduleTable[""].env;
  auto found = env->names.find(let.pattern.name->text);
  if (found == env->names.end())
    return;
  Frame frame = topFrame();
  if (let.params) {
    if (!found->second.is(Den::Kind::Callable))
      return;
    memberRegion(
        "alone", {}, {}, {}, [&](typed::Region &, std::vector<Tensor>) {
          Frame callee = enter(*found->second.callable);
          for (const auto *group :
               {&let.params->subject, &let.params->conditions})
            for (const ast::Parameter &param : *group)
              bind(callee.env, param.name, Den::error());
          functionBody(*found->second.callable, callee, let.value->range);
        });
    return;
  }
  memberRegion("alone", {}, {}, {}, [&](typed::Region &, std::vector<Tensor>) {
    force(found->second, frame);
  });
}

/// Elaborates one declaration at chosen sizes, instead of run().
typed::Program Elaborator::alone(const ast::Item &item, SizeChoice &sizes) {
  prepare();
  size_t before = diag.all().size();
  HereScope scope(here, item.range);
  if (const auto *statement = item.as<ast::StmtItem>()) {
    letAlone(*statement->stmt->as<ast::LetStmt>());
    return std::move(program);
  }
  const auto &def = *item.as<ast::DefItem>();
  Header header = headerOf(def, item.range, sizes);
  bool closed = !header.open && header.isClosed(header.conditions);
  if (header.wrong || diag.all().size() != before)
    return std::move(program);
  if (def.kind == "fn" || def.kind == "net" || def.kind == "energy")
    functionAlone(header, item.range);
  else if (def.kind == "loss")
    lossAlone(header, item.range);
  else if (def.kind == "flow" && closed)
    flowAlone(header, item.range, sizes);
  else if (def.kind == "dist" && closed && header.isClosed(header.subject))
    distAlone(header, item.range);
  return std::move(program);
}

} // namespace rill::lang::elab
