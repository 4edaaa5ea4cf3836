//===- Dynamics.cpp - Flows of vector fields ------------------------------===//
//
// `ode(v, a..b, solver)` and the solvers' `runge_kutta`: a solver is a table of
// numbers that the library states (std.solvers), so a new one is library code.
// The field is elaborated once, as a function of the state and time; what is
// made of it (steps, divergence) is the model level's affair.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <cmath>

namespace rill::lang::elab {

//===--- solvers ---===//

static std::optional<std::vector<double>> numbersOf(const Den &den) {
  if (!den.is(Den::Kind::List))
    return std::nullopt;
  std::vector<double> numbers;
  for (const Den &item : den.items) {
    if (!item.is(Den::Kind::Number) || !std::isfinite(item.number))
      return std::nullopt;
    numbers.push_back(item.number);
  }
  return numbers;
}

/// Sets the member that an argument names; false if it does not fit.
static bool setMember(RungeKutta &solver, const std::string &name,
                      const Den &value) {
  if (name == "a") {
    if (!value.is(Den::Kind::List))
      return false;
    for (const Den &row : value.items) {
      auto numbers = numbersOf(row);
      if (!numbers)
        return false;
      solver.a.push_back(*numbers);
    }
    return true;
  }
  if (name == "b" || name == "error") {
    auto numbers = numbersOf(value);
    if (numbers)
      (name == "b" ? solver.b : solver.error) = *numbers;
    return numbers.has_value();
  }
  if (!value.is(Den::Kind::Number) || !(value.number > 0) ||
      !std::isfinite(value.number))
    return false;
  if (name == "rtol" || name == "atol") {
    (name == "rtol" ? solver.rtol : solver.atol) = value.number;
    return true;
  }
  bool whole = value.number == std::floor(value.number) && value.number <= 1e6;
  if (whole)
    (name == "order" ? solver.order : solver.steps) = int64_t(value.number);
  return whole;
}

/// What is wrong with a table, or "".
static std::string faultOf(const RungeKutta &solver) {
  size_t stages = solver.b.size();
  if (stages == 0)
    return "it has no stages: 'b' is empty";
  if (solver.a.size() + 1 != stages)
    return "'a' has " + std::to_string(solver.a.size()) + " rows and 'b' " +
           std::to_string(stages) + " numbers; stages 2, 3, .. have a row each";
  for (size_t k = 0; k != solver.a.size(); ++k)
    if (solver.a[k].size() != k + 1)
      return "row " + std::to_string(k + 1) + " of 'a' has " +
             std::to_string(solver.a[k].size()) + " numbers, not " +
             std::to_string(k + 1) + ": an explicit method is needed";
  double sum = 0, difference = 0;
  for (double weight : solver.b)
    sum += weight;
  if (std::abs(sum - 1) > 1e-9)
    return "the numbers of 'b' sum to " + std::to_string(sum) + ", not to 1";
  for (double weight : solver.error)
    difference += weight;
  if (!solver.error.empty() && solver.error.size() != stages)
    return "'error' has " + std::to_string(solver.error.size()) +
           " numbers for " + std::to_string(stages) + " stages";
  if (std::abs(difference) > 1e-9)
    return "the numbers of 'error' sum to " + std::to_string(difference) +
           ", not to 0";
  if (solver.steps == 0)
    return "it does not say how many 'steps'";
  bool adaptive = !solver.error.empty();
  bool controlled = solver.order > 0 && solver.rtol > 0 && solver.atol > 0;
  if (adaptive && !controlled)
    return "with 'error' it needs 'order', 'rtol' and 'atol'";
  return "";
}

Den Elaborator::rungeKutta(const ast::CallExpr &node, const ast::Expr &expr,
                           Frame &frame) {
  static const std::vector<std::string> members = {
      "a", "b", "steps", "error", "order", "rtol", "atol"};
  auto solver = std::make_shared<RungeKutta>();
  size_t next = 0;
  for (const ast::Arg &arg : node.args) {
    std::string name = arg.name                ? arg.name->text
                       : next < members.size() ? members[next++]
                                               : "";
    if (std::find(members.begin(), members.end(), name) == members.end()) {
      error(Code::WrongArguments, arg.value->range,
            "'runge_kutta' has no parameter '" + name + "'");
      return Den::error();
    }
    Den value = eval(*arg.value, frame);
    if (value.isError())
      return value;
    if (!setMember(*solver, name, value)) {
      error(Code::WrongArguments, arg.value->range,
            "'" + name + "' of 'runge_kutta' is " + value.describe(),
            name == "a"                      ? "rows of numbers are needed"
            : name == "b" || name == "error" ? "a list of numbers is needed"
            : name == "order" || name == "steps"
                ? "a positive whole number is needed"
                : "a positive number is needed");
      return Den::error();
    }
  }
  if (std::string fault = faultOf(*solver); !fault.empty()) {
    error(Code::WrongArguments, expr.range,
          "this is no explicit Runge-Kutta method: " + fault);
    return Den::error();
  }
  Den den;
  den.kind = Den::Kind::Solver;
  den.solver = solver;
  return den;
}

//===--- the flow ---===//

Den Elaborator::odeFlow(const ast::CallExpr &node, const ast::Expr &expr,
                        Frame &frame) {
  bool three = node.args.size() == 3 && node.conditions.empty();
  for (const ast::Arg &arg : node.args)
    three = three && !arg.name;
  if (!three) {
    error(Code::WrongArguments, expr.range,
          "'ode' takes a field, the times and a solver")
        .help("ode(v, 0..1, rk4(20))");
    return Den::error();
  }
  Den field = eval(*node.args[0].value, frame),
      times = eval(*node.args[1].value, frame),
      solver = eval(*node.args[2].value, frame);
  if (field.isError() || times.isError() || solver.isError())
    return Den::error();
  auto wrong = [&](size_t argument, const std::string &what, const Den &den) {
    error(Code::WrongArguments, node.args[argument].value->range,
          "'ode' needs " + what + " here, but this is " + den.describe());
    return Den::error();
  };
  if (!field.is(Den::Kind::Callable) || isFlow(field))
    return wrong(0, "a field v(x, t)", field);
  if (!ready(*field.callable, node.args[0].value->range))
    return Den::error();
  if (!times.is(Den::Kind::Range) || times.number == times.hi)
    return wrong(1, "two different times a..b", times);
  if (!solver.is(Den::Kind::Solver))
    return wrong(2, "a solver", solver);
  auto callable = std::make_shared<Callable>();
  callable->form = Callable::Form::Ode;
  callable->name = "ode";
  callable->parts = {field};
  callable->solver = solver.solver;
  callable->from = times.number;
  callable->to = times.hi;
  callable->env = frame.env;
  callable->instances = frame.instances;
  callable->range = expr.range;
  return Den::ofCallable(callable);
}

/// The field at state x and time t; a field of one parameter does not depend on
/// time.
std::optional<Tensor> Elaborator::velocity(const Callable &ode, const Tensor &x,
                                           const Tensor &t, Frame &frame) {
  const Callable &field = *ode.parts[0].callable;
  const ast::Parameters *params =
      field.def      ? (field.def->params ? &*field.def->params : nullptr)
      : field.lambda ? &field.lambda->params
      : field.local  ? &field.local->params
                     : field.params;
  size_t count = params ? params->subject.size() : 0;
  ast::CallExpr call{};
  call.hasBar = false;
  Frame caller = frame;
  caller.env = Env::inside(nullptr);
  auto argument = [&](const std::string &name, const Tensor &value) {
    auto expr = std::make_unique<ast::Expr>();
    expr->range = ode.range;
    expr->node = ast::NameExpr{name};
    caller.env->names[name] = Den::ofTensor(value);
    return ast::Arg{std::nullopt, std::move(expr)};
  };
  call.callee = std::make_unique<ast::Expr>();
  call.callee->range = ode.range;
  call.callee->node = ast::NameExpr{field.name};
  call.args.push_back(argument("x", x));
  if (count != 1)
    call.args.push_back(argument("t", t));
  Den v = callFunction(field, call, ode.range, caller, nullptr);
  auto value = tensorOf(v, ode.range, caller);
  if (!value)
    return std::nullopt;
  Tensor result = toFloat(*value);
  if (result.space.shape() != x.space.shape() || !result.labels.empty()) {
    error(Code::ShapeMismatch, ode.range,
          "the field gives " +
              result.space.withShape(result.valueShape()).str() +
              " for a state of space " + x.space.str(),
          "shape does not fit")
        .why("a velocity has the shape of what it moves");
    return std::nullopt;
  }
  return result;
}

/// Up to here the divergence is exact by one tangent per coordinate.
static constexpr int64_t mostCoordinates = 32;

void Elaborator::applyOde(const Callable &ode, const Den &target, Frame &frame,
                          SourceRange range) {
  if (!target.labels.empty() || !active.empty()) {
    unsupported(range, "an 'ode' under an index");
    return;
  }
  Space space = placeSpace(target.place);
  if (space.kind() != SpaceKind::Real) {
    error(Code::SpaceMismatch, range,
          "'ode' moves a place in Real, but '" +
              program.places[target.place].name + "' lies in " + space.str())
        .why("a field may carry the place out of a part of the line")
        .help("map it onto the line first (log, logit), move it there");
    return;
  }
  if (space.elements() > mostCoordinates) {
    unsupported(range, "the exact divergence of a field of more than " +
                           std::to_string(mostCoordinates) + " coordinates");
    return;
  }
  HereScope scope(here, range);
  Tensor x = readPlace(target, range);
  typed::Op op;
  op.kind = typed::OpKind::Ode;
  op.operands = {x.id};
  op.range = range;
  op.spelling = text(ode.range);
  std::vector<double> rows;
  for (const std::vector<double> &row : ode.solver->a)
    rows.insert(rows.end(), row.begin(), row.end());
  op.attrs = {{"from", ode.from},
              {"to", ode.to},
              {"a", rows},
              {"b", ode.solver->b},
              {"error", ode.solver->error},
              {"order", ode.solver->order},
              {"steps", ode.solver->steps},
              {"rtol", ode.solver->rtol},
              {"atol", ode.solver->atol}};
  std::optional<Tensor> v;
  op.regions.push_back(regionOf([&](typed::Region &region) {
    auto input = [&](const Space &of, const std::string &name) {
      Tensor t;
      t.space = of;
      t.bounds = Bounds::of(of);
      t.trained = x.trained;
      t.id = newValue(of, name);
      region.args.push_back(t.id);
      return t;
    };
    Tensor state = input(Space::real(space.shape()), "x"),
           time = input(Space::real(), "t");
    v = velocity(ode, state, time, frame);
    if (v)
      region.results.push_back(v->id);
  }));
  if (!v)
    return;
  Tensor result;
  result.space = Space::real(space.shape());
  result.bounds = Bounds::all();
  result.deps = x.deps;
  result.deps.insert(result.deps.end(), v->deps.begin(), v->deps.end());
  result.trained = x.trained || v->trained;
  result.id = newValue(result.space);
  op.results.push_back(result.id);
  append(std::move(op));
  assignPlace(target, result, range, text(ode.range));
}

} // namespace rill::lang::elab
