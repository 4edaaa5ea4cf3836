//===- Checks.cpp - check E REL V within TOL ------------------------------===//
//
// The standard measures of a law or a flow (roundtrip, logdet, integral,
// gradient, dependence), and comparisons of expressions with or without
// expectations.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <utility>

namespace rill::lang::elab {

static bool isRelation(const std::string &op) {
  return op == "<" || op == "<=" || op == ">" || op == ">=" || op == "==";
}

static bool isMeasure(const std::string &name) {
  return name == "roundtrip" || name == "logdet" || name == "integral" ||
         name == "gradient" || name == "dependence";
}

/// The law that a measure is about: a dist, or a flow with the space it starts
/// from: roundtrip(actnorm[], Real[2]).
std::optional<DistId> Elaborator::checkedDist(const ast::CallExpr &call,
                                              Frame &frame, SourceRange range) {
  const ast::Expr &subject = *call.args[0].value;
  const auto *name = subject.as<ast::NameExpr>();
  const Den *found = name ? find(name->name, frame.env) : nullptr;
  const ast::Expr *thunk =
      found && found->is(Den::Kind::Thunk) ? found->expr : nullptr;
  if (auto it = thunkDists.find(thunk); thunk && it != thunkDists.end())
    return it->second;
  Den den = eval(subject, frame);
  if (den.isError())
    return std::nullopt;
  std::optional<DistId> id;
  if (den.is(Den::Kind::Law)) {
    LawPtr law = lawOf(den, subject.range, frame);
    if (!law)
      return std::nullopt;
    std::string label = name ? name->name : law->spelling;
    id = tryMakeDist(
        *law, law->form == Law::Form::Named ? std::nullopt : ownSpace(*law),
        label, subject.range);
  } else if (isFlow(den)) {
    if (!ready(*den.callable, subject.range))
      return std::nullopt;
    std::optional<Space> start;
    if (call.args.size() > 1 && !call.args[1].name)
      if (Den given = eval(*call.args[1].value, frame);
          given.is(Den::Kind::SpaceOf))
        start = given.space;
    if (!start) {
      error(Code::BadCheck, range,
            "the space that the flow starts from is not given")
          .help("write it: " + text(call.callee->range) + "(" +
                text(subject.range) + ", Real[2])");
      return std::nullopt;
    }
    Law law;
    law.form = Law::Form::Pull;
    law.flow = std::make_shared<Den>(den);
    law.env = frame.env;
    law.instances = frame.instances;
    law.range = subject.range;
    law.spelling = text(subject.range);
    id = makeTransformed(law, start, law.spelling, subject.range, {});
  } else {
    error(Code::BadCheck, subject.range,
          "a law or a flow is needed here, but this is " + den.describe());
  }
  if (thunk && id)
    thunkDists[thunk] = *id;
  return id;
}

bool Elaborator::measureCheck(const ast::CallExpr &call,
                              const std::string &measure, typed::Check &made,
                              Frame &frame, SourceRange range) {
  if (call.args.empty()) {
    error(Code::BadCheck, range, "'" + measure + "' needs a law or a flow");
    return false;
  }
  made.measure = measure;
  made.dist = checkedDist(call, frame, range);
  if (made.dist && measure == "integral" &&
      !requireDensity(*made.dist, text(call.args[0].value->range),
                      call.args[0].value->range))
    return false;
  if (made.dist && measure == "integral")
    for (const typed::Condition &condition :
         program.dists[*made.dist].conditions)
      if (!condition.hasDefault()) {
        std::string law = text(call.args[0].value->range);
        error(Code::BadCheck, call.args[0].value->range,
              "the density of '" + law + "' depends on its condition '" +
                  condition.name + "'")
            .help("say given what it is integrated: " + measure + "(" + law +
                  "(| " + condition.name + "), ...)");
        return false;
      }
  if (measure == "integral" && call.args.size() > 1) {
    const auto *box = call.args[1].value->as<ast::CallExpr>();
    const auto *name = box ? box->callee->as<ast::NameExpr>() : nullptr;
    if (!name || name->name != "box" || box->args.size() != 2) {
      error(Code::BadCheck, call.args[1].value->range,
            "the region of an integral is a box: box(-4, 4)");
      return false;
    }
    for (const ast::Arg &arg : box->args)
      made.box.push_back(staticNumber(*arg.value, frame).value_or(0));
    if (!(made.box[0] < made.box[1])) {
      error(Code::BadCheck, call.args[1].value->range,
            "the ends of a box must ascend");
      return false;
    }
  } else if (measure == "integral") {
    error(Code::BadCheck, range,
          "'integral' needs the region: integral(p, box(-4, 4))");
    return false;
  }
  return made.dist.has_value();
}

/// dependence(p, axis = 1) == "causal": what the compiler has proved of the
/// flow along that axis.
bool Elaborator::dependenceCheck(const ast::CallExpr &call,
                                 const ast::BinaryExpr &stated,
                                 typed::Check &made, Frame &frame,
                                 SourceRange range) {
  const auto *claim = stated.rhs->as<ast::StringExpr>();
  if (stated.op != "==" || !claim || claim->value != "causal") {
    error(Code::BadCheck, stated.rhs->range,
          "'dependence' is compared with \"causal\"")
        .why("element i along an axis depends on elements j <= i")
        .help("check dependence(" +
              (call.args.empty() ? "p" : text(call.args[0].value->range)) +
              ") == \"causal\"");
    return false;
  }
  if (!made.dist)
    return false; // reported
  const typed::Dist &dist = program.dists[*made.dist];
  std::string law = text(call.args[0].value->range);
  if (dist.form == typed::Dist::Form::Members) {
    error(Code::BadCheck, call.args[0].value->range,
          "'" + law + "' has no map whose dependence could be measured",
          "is no flow of a base")
        .why("a dependence is that of the elements of a flow's end on those of "
             "its start")
        .help("check a law made by pull or push, or the flow itself: "
              "dependence(f[], Real[8]) == \"causal\"");
    return false;
  }
  for (const ast::Arg &arg : call.args) {
    if (!arg.name)
      continue;
    if (arg.name->text != "axis") {
      error(Code::BadCheck, arg.name->range,
            "'dependence' has no setting '" + arg.name->text + "'")
          .help("name the axis: dependence(" + law + ", axis = 0)");
      return false;
    }
    auto axis = staticInt(*arg.value, frame);
    if (!axis)
      return false;
    made.axis = *axis;
    range = arg.value->range;
  }
  int64_t rank = int64_t(dist.flowIn.shape().size());
  if (made.axis >= 0 && made.axis < rank)
    return true;
  error(Code::BadCheck, range,
        "the flow of '" + law + "' has no axis " + std::to_string(made.axis),
        "starts from " + dist.flowIn.str())
      .help(rank == 0   ? "take a flow of several elements: Real[2]"
            : rank == 1 ? "it has one axis: axis = 0"
                        : "axes are counted from 0: axis = 0 to " +
                              std::to_string(rank - 1));
  return false;
}

std::optional<typed::Expectation>
Elaborator::checkSide(const ast::Expr &expr, Frame &frame,
                      std::optional<double> &constant) {
  size_t before = diag.all().size();
  if (auto source = findExpectation(expr, frame))
    return expectation(*source, false);
  if (diag.all().size() != before)
    return std::nullopt;
  auto made = plainExpectation(expr, frame);
  // A constant side is a number of the check, not code.
  if (made && made->body.ops.size() == 1 && made->body.ops[0].name == "const")
    if (const auto *value =
            std::get_if<double>(&made->body.ops[0].attrs["value"]))
      constant = *value;
  return made;
}

/// Whether a condition without a relation is a truth value; reports if not.
bool Elaborator::isTruth(const ast::Expr &expr, Frame &frame) {
  bool ok = false;
  size_t before = diag.all().size();
  if (findExpectation(expr, frame)) {
    error(Code::BadCheck, expr.range,
          "an expectation is a number: compare it with one");
    return false;
  }
  if (diag.all().size() != before)
    return false;
  memberRegion("value", {}, {}, {}, [&](typed::Region &, std::vector<Tensor>) {
    Den den = eval(expr, frame);
    ok =
        den.is(Den::Kind::Bool) || (den.is(Den::Kind::Tensor) &&
                                    den.tensor.space.kind() == SpaceKind::Bool);
    if (!ok && !den.isError())
      error(Code::BadCheck, expr.range,
            "a check states what must hold, but this is " + den.describe())
          .help("compare it: check " + text(expr.range) + " == 1 within 1e-6");
  });
  return ok;
}

/// E[..] a - E[..] b, where either side may have no draws.
std::optional<typed::Expectation>
Elaborator::difference(const ast::Expr &a, const ast::Expr &b, Frame &frame) {
  auto side = [&](const ast::Expr &expr) {
    auto source = findExpectation(expr, frame);
    return source ? *source : ExpectSource{{{&expr, nullptr, frame, 1}}, 0};
  };
  ExpectSource both = side(a);
  both.add(side(b), -1);
  return expectation(both, false);
}

static std::string mirrored(const std::string &op) {
  if (op == "<")
    return ">";
  if (op == "<=")
    return ">=";
  if (op == ">")
    return "<";
  return op == ">=" ? "<=" : op;
}

std::optional<typed::Check> Elaborator::check(const ast::CheckStmt &stmt,
                                              Frame &frame, SourceRange range) {
  HereScope scope(here, range);
  bool savedSampling = std::exchange(inSampling, true); // no gradient passes
  typed::Check made;
  made.range = range;
  made.label = stmt.label.value_or(
      text(stmt.condition->range) +
      (stmt.within ? " within " + text(stmt.within->range) : ""));
  bool ok = true;
  if (stmt.within) {
    made.within = staticNumber(*stmt.within, frame);
    if (made.within && *made.within < 0) {
      error(Code::BadCheck, stmt.within->range, "a tolerance is not negative");
      ok = false;
    }
    ok &= made.within.has_value();
  }
  const auto *binary = stmt.condition->as<ast::BinaryExpr>();
  if (!binary || !isRelation(binary->op)) {
    std::optional<double> constant;
    std::optional<typed::Expectation> side;
    if (isTruth(*stmt.condition, frame))
      side = checkSide(*stmt.condition, frame, constant);
    inSampling = savedSampling;
    if (!side)
      return std::nullopt;
    made.measure = "expression";
    made.left = std::move(*side);
    made.relation = "==";
    made.value = 1;
    return ok ? std::optional(made) : std::nullopt;
  }
  made.relation = binary->op;
  const auto *right = binary->rhs->as<ast::NameExpr>();
  made.numeric =
      right && right->name == "numeric" && !find("numeric", frame.env);
  const auto *call = binary->lhs->as<ast::CallExpr>();
  const auto *callee = call ? call->callee->as<ast::NameExpr>() : nullptr;
  if (callee && isMeasure(callee->name) && !find(callee->name, frame.env)) {
    ok &= measureCheck(*call, callee->name, made, frame, binary->lhs->range);
    bool derived = callee->name == "logdet" || callee->name == "gradient";
    if (callee->name == "dependence") {
      ok &= dependenceCheck(*call, *binary, made, frame, binary->lhs->range);
    } else if (derived != made.numeric) {
      error(Code::BadCheck, binary->rhs->range,
            derived ? "'" + callee->name + "' is compared with 'numeric'"
                    : "'numeric' does not go with '" + callee->name + "'")
          .help("check " + callee->name + "(p) " +
                (derived ? "== numeric within 1e-6" : "< 1e-5"));
      ok = false;
    } else if (!made.numeric) {
      auto value = staticNumber(*binary->rhs, frame);
      made.value = value.value_or(0);
      ok &= value.has_value();
    }
  } else if (made.numeric) {
    error(Code::BadCheck, binary->rhs->range,
          "'numeric' is only known for logdet(..) and gradient(..)");
    ok = false;
  } else {
    made.measure = "expression";
    std::optional<double> a, b;
    auto left = checkSide(*binary->lhs, frame, a),
         other = checkSide(*binary->rhs, frame, b);
    ok &= left.has_value() && other.has_value();
    if (ok && b) {
      made.value = *b;
    } else if (ok && a) {
      std::swap(left, other);
      made.relation = mirrored(binary->op);
      made.value = *a;
    } else if (ok && (!other->draws.empty() || !left->draws.empty())) {
      // What is compared is the difference, over the draws of both.
      left = difference(*binary->lhs, *binary->rhs, frame);
      ok = left.has_value();
      made.value = 0;
    } else if (ok) {
      made.right = std::move(*other);
    }
    if (ok)
      made.left = std::move(*left);
  }
  inSampling = savedSampling;
  return ok ? std::optional(made) : std::nullopt;
}

} // namespace rill::lang::elab
