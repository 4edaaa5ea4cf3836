//===- Builtins.cpp - Functions that the compiler provides ----------------===//
//
// Elementary functions with their domains, whole-tensor reductions, products
// and rearrangements. Laws, data readers and initialisers are elsewhere; what
// can be written in Rill is in the library.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>
#include <cmath>

namespace rill::lang::elab {

using UnaryFn = double (*)(double);

/// Elementwise functions: name to the function of a static number (null where
/// there is none).
static const std::map<std::string, UnaryFn> &elementwise() {
  static const std::map<std::string, UnaryFn> table = {
      {"exp", std::exp},
      {"log", std::log},
      {"expm1", std::expm1},
      {"log1p", std::log1p},
      {"sqrt", std::sqrt},
      {"rsqrt", [](double x) { return 1 / std::sqrt(x); }},
      {"sq", [](double x) { return x * x; }},
      {"recip", [](double x) { return 1 / x; }},
      {"sin", std::sin},
      {"cos", std::cos},
      {"tan", std::tan},
      {"atan", std::atan},
      {"tanh", std::tanh},
      {"atanh", std::atanh},
      {"sinh", std::sinh},
      {"cosh", std::cosh},
      {"asinh", std::asinh},
      {"acosh", std::acosh},
      {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }},
      {"softplus",
       [](double x) {
         return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x)));
       }},
      {"log_sigmoid",
       [](double x) {
         return std::fmin(x, 0) - std::log1p(std::exp(-std::fabs(x)));
       }},
      {"relu", [](double x) { return x > 0 ? x : 0; }},
      {"floor", std::floor},
      {"abs", std::fabs},
      {"sign", [](double x) { return double((x > 0) - (x < 0)); }},
      {"lgamma", std::lgamma},
      {"digamma", nullptr},
      {"erf", std::erf},
      {"erfc", std::erfc},
      {"erfinv", nullptr},
      {"ndtri", nullptr},
      {"stop", [](double x) { return x; }}};
  return table;
}

const std::vector<std::string> &Elaborator::builtinNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list = {
        "pow",         "min",         "max",       "clamp",     "sum",
        "mean",        "prod",        "logsumexp", "logaddexp", "atan2",
        "dot",         "norm",        "norm2",     "concat",    "reverse",
        "softmax",     "log_softmax", "transpose", "len",       "halves",
        "evens",       "split",       "channels",  "first",     "pull",
        "push",        "product",     "csv",       "npy",       "std_normal",
        "std_uniform", "glorot",      "normal",    "uniform",   "zeros",
        "solve",       "cumsum",      "box",       "ode",       "runge_kutta",
        "mix"};
    for (const auto &entry : elementwise())
      list.push_back(entry.first);
    return list;
  }();
  return names;
}

void Elaborator::domainError(const std::string &op, const Tensor &x,
                             SourceRange range) {
  error(Code::DomainViolated, range,
        "'" + op + "' of a value that may lie outside of its domain",
        "its space is " + x.space.withShape(x.valueShape()).str())
      .why("nothing here proves that the value is positive")
      .help("declare the value Positive, or make it so: exp, softplus, sq(x) + "
            "1");
}

/// The message names what the function needs.
static bool inDomain(const std::string &op, const Bounds &b) {
  const double inf = std::numeric_limits<double>::infinity();
  if (op == "log" || op == "rsqrt")
    return b.isPositive();
  if (op == "sqrt")
    return b.isNonNegative();
  if (op == "log1p")
    return b.inside(-1, inf);
  if (op == "atanh" || op == "erfinv")
    return b.inside(-1, 1);
  if (op == "ndtri")
    return b.inside(0, 1);
  if (op == "acosh")
    return b.lo >= 1;
  return true;
}

static std::string domainOf(const std::string &op) {
  if (op == "sqrt")
    return "x >= 0";
  if (op == "log1p")
    return "x > -1";
  if (op == "atanh" || op == "erfinv")
    return "-1 < x < 1";
  if (op == "ndtri")
    return "0 < x < 1";
  if (op == "acosh")
    return "x >= 1";
  return "x > 0";
}

Den Elaborator::applyUnary(const std::string &op, const Den &arg,
                           SourceRange range, Frame &frame) {
  if (arg.is(Den::Kind::Number)) {
    if (!inDomain(op, Bounds::point(arg.number))) {
      error(Code::DomainViolated, range,
            "'" + op + "' is defined for " + domainOf(op) +
                ", but the value is " + text(range));
      return Den::error();
    }
    if (UnaryFn fn = elementwise().at(op))
      return Den::ofNumber(fn(arg.number));
  }
  auto x = tensorOf(arg, here, frame);
  if (!x)
    return Den::error();
  HereScope scope(here, range);
  Tensor in = op == "sq" || op == "abs" || op == "sign" || op == "stop"
                  ? *x
                  : toFloat(*x);
  if (!inDomain(op, in.bounds)) {
    error(Code::DomainViolated, range,
          "'" + op + "' needs " + domainOf(op) +
              ", but its argument may be anything in " +
              in.space.withShape(in.valueShape()).str(),
          "outside of the domain for some values")
        .why("the domain is proved from the spaces of what the argument is "
             "made of")
        .help("declare the value Positive or Unit, or map it there: exp, "
              "softplus, sigmoid");
    Tensor r = in; // go on as if it were right
    return Den::ofTensor(
        withBounds(emit(op, {r}, Space::real(r.space.shape())), Bounds::all()));
  }
  return Den::ofTensor(unary(op, in));
}

Den Elaborator::reduceAll(const std::string &kind, const Den &arg,
                          SourceRange range, Frame &frame) {
  auto x = tensorOf(arg, range, frame);
  if (!x)
    return Den::error();
  HereScope scope(here, range);
  Tensor t = toFloat(*x);
  std::vector<int64_t> dims;
  int64_t count = 1;
  for (size_t i = t.labels.size(); i != t.space.shape().size(); ++i) {
    dims.push_back(static_cast<int64_t>(i));
    count *= t.space.shape()[i];
  }
  Tensor r = reduce(kind == "mean" ? "sum" : kind, t, dims);
  r.labels = t.labels;
  return Den::ofTensor(
      kind == "mean" && count > 1
          ? binaryScalar("mul", r, 1.0 / static_cast<double>(count))
          : r);
}

Den Elaborator::extremeCall(const std::string &name,
                            const std::vector<Den> &args, SourceRange range,
                            Frame &frame) {
  if (args.size() == 1)
    return reduceAll(name, args[0], range, frame);
  Den result = args[0];
  for (size_t i = 1; i < args.size(); ++i) {
    if (result.is(Den::Kind::Number) && args[i].is(Den::Kind::Number)) {
      double a = result.number, b = args[i].number;
      result = Den::ofNumber(name == "min" ? std::fmin(a, b) : std::fmax(a, b));
      continue;
    }
    auto x = tensorOf(result, range, frame),
         y = tensorOf(args[i], range, frame);
    if (!x || !y || !align({&*x, &*y}, range))
      return Den::error();
    result = Den::ofTensor(binary(name, *x, *y));
  }
  return result;
}

static bool isReduction(const std::string &name) {
  return name == "sum" || name == "mean" || name == "prod" ||
         name == "logsumexp";
}

/// The number of arguments that a builtin takes; -1: any.
static int arity(const std::string &name) {
  static const std::map<std::string, int> table = {
      {"pow", 2},   {"logaddexp", 2}, {"atan2", 2}, {"dot", 2},    {"clamp", 3},
      {"solve", 2}, {"min", -1},      {"max", -1},  {"concat", -1}};
  auto it = table.find(name);
  return it == table.end() ? 1 : it->second;
}

std::optional<Den> Elaborator::callBuiltin(const std::string &name,
                                           const ast::CallExpr &node,
                                           const ast::Expr &expr,
                                           Frame &frame) {
  SourceRange range = expr.range;
  if (name == "halves" || name == "evens" || name == "split" ||
      name == "channels")
    return cut(name, node, expr, frame, false);
  if (name == "first")
    return evalFirst(node, expr, frame);
  if (name == "ode")
    return odeFlow(node, expr, frame);
  if (name == "runge_kutta")
    return rungeKutta(node, expr, frame);
  if (name == "pull" || name == "push" || name == "product" || name == "mix")
    return lawConstructor(name, node, expr, frame);
  if (name == "csv" || name == "npy") {
    error(Code::WrongArguments, range,
          "'" + name + "' reads data: data NAME: SPACE = " + name + "(...)");
    return Den::error();
  }
  if (name == "glorot" || name == "normal" || name == "uniform" ||
      name == "zeros" || name == "box") {
    error(Code::WrongArguments, range, "'" + name + "(...)' cannot stand here")
        .why(name == "box" ? "a box belongs to check integral(p, box(lo, hi))"
                           : "it draws the initial value of a parameter")
        .help("param W: Real[3] = " + name);
    return Den::error();
  }
  if (name == "std_normal" || name == "std_uniform") {
    if (node.args.empty())
      return eval(*node.callee, frame);
    error(Code::WrongArguments, range,
          "'" + name + "' takes no arguments; " + name + "[D] has a shape");
    return Den::error();
  }
  std::vector<Den> args;
  {
    // What is stopped or only measured passes no derivative on.
    bool stopped = name == "stop" || name == "len";
    NameReads::Scope reads(nameReads, stopped);
    size_t outer = stops;
    stops += stopped;
    for (const ast::Arg &arg : node.args)
      args.push_back(eval(*arg.value, frame));
    stops = outer;
  }
  for (const Den &arg : args)
    if (arg.isError())
      return arg;
  if (name == "stop" && args.size() == 1 && args[0].is(Den::Kind::Law)) {
    auto held = std::make_shared<Law>(*args[0].law);
    held->stopped = true;
    return Den::ofLaw(held);
  }
  int wanted = arity(name);
  if ((wanted >= 0 && args.size() != size_t(wanted)) || args.empty()) {
    error(Code::WrongArguments, range,
          "'" + name + "' takes " +
              (wanted < 0 ? "at least one argument"
                          : std::to_string(wanted) +
                                (wanted == 1 ? " argument" : " arguments")) +
              ", " + std::to_string(args.size()) + " are given");
    return Den::error();
  }
  if (elementwise().count(name))
    return applyUnary(name, args[0], range, frame);
  if (isReduction(name))
    return reduceAll(name, args[0], range, frame);
  if (name == "min" || name == "max")
    return extremeCall(name, args, range, frame);
  if (name == "clamp") {
    Den low = extremeCall("max", {args[0], args[1]}, range, frame);
    return low.isError() ? low
                         : extremeCall("min", {low, args[2]}, range, frame);
  }
  if (name == "len") {
    if (args[0].is(Den::Kind::List))
      return Den::ofNumber(static_cast<double>(args[0].items.size()));
    std::vector<int64_t> shape;
    if (args[0].is(Den::Kind::Place))
      shape = placeValueShape(args[0]);
    else if (auto t = tensorOf(args[0], range, frame))
      shape = t->valueShape();
    else
      return Den::error();
    if (shape.empty()) {
      error(Code::ShapeMismatch, range, "a scalar has no length");
      return Den::error();
    }
    return Den::ofNumber(static_cast<double>(shape[0]));
  }
  if (name == "pow")
    return power(args[0], args[1], node.args[0].value->range,
                 node.args[1].value->range, range, frame);
  std::vector<Tensor> ts;
  for (size_t i = 0; i != args.size(); ++i) {
    auto t = tensorOf(args[i], node.args[i].value->range, frame);
    if (!t)
      return Den::error();
    if (t->space.isMatrixSpace())
      return unsupported(range, "'" + name + "' of a structured matrix");
    ts.push_back(*t);
  }
  HereScope scope(here, range);
  if (name == "dot" || name == "logaddexp" || name == "atan2") {
    if (!align({&ts[0], &ts[1]}, range))
      return Den::error();
    Tensor r = binary(name == "dot" ? "mul" : name, ts[0], ts[1]);
    return name == "dot" ? reduceAll("sum", Den::ofTensor(r), range, frame)
                         : Den::ofTensor(r);
  }
  if (name == "norm2" || name == "norm") {
    Den total = reduceAll("sum", Den::ofTensor(unary("sq", toFloat(ts[0]))),
                          range, frame);
    return name == "norm2" ? total : Den::ofTensor(unary("sqrt", total.tensor));
  }
  if (name == "concat") // a scalar is one more element
    for (Tensor &t : ts)
      if (t.rank() == 0) {
        std::vector<BinderId> labels = t.labels;
        std::vector<int64_t> shape = t.space.shape();
        shape.push_back(1);
        t = reshape(t, shape);
        t.labels = labels;
      }
  int64_t last = static_cast<int64_t>(ts[0].space.shape().size()) - 1;
  if (ts[0].rank() == 0) {
    error(Code::ShapeMismatch, range,
          "'" + name + "' needs a value with an axis, not a scalar");
    return Den::error();
  }
  if (name == "concat") {
    std::vector<BinderId> labels;
    for (const Tensor &t : ts)
      for (BinderId label : t.labels)
        if (std::find(labels.begin(), labels.end(), label) == labels.end())
          labels.push_back(label);
    std::sort(labels.begin(), labels.end());
    for (Tensor &t : ts) {
      t = spreadTo(t, labels, t.valueShape());
      std::vector<int64_t> a = t.valueShape(), b = ts[0].valueShape();
      if (a.empty() ||
          !std::equal(a.begin(), a.end() - 1, b.begin(), b.end() - 1)) {
        error(Code::ShapeMismatch, range,
              "'concat' joins along the last axis; the others must be equal");
        return Den::error();
      }
    }
    Tensor r = concat(ts, static_cast<int64_t>(ts[0].space.shape().size()) - 1);
    r.labels = labels;
    return Den::ofTensor(r);
  }
  if (name == "reverse") {
    Tensor r = emit("reverse", {ts[0]}, ts[0].space,
                    {{"dims", std::vector<int64_t>{last}}});
    return Den::ofTensor(withBounds(r, ts[0].bounds));
  }
  if (name == "cumsum")
    return Den::ofTensor(emit(
        "cumsum", {toFloat(ts[0])}, Space::real(ts[0].space.shape()),
        {{"dim", last}, {"reverse", int64_t(0)}, {"exclusive", int64_t(0)}}));
  if (name == "softmax" || name == "log_softmax") {
    Tensor x = toFloat(ts[0]);
    Tensor total = reduce("logsumexp", x, {last});
    std::vector<int64_t> dims;
    for (int64_t i = 0; i != last; ++i)
      dims.push_back(i);
    Tensor back =
        emit("spread", {total}, Space::real(x.space.shape()), {{"dims", dims}});
    back.labels = x.labels;
    Tensor logs = binary("sub", x, back);
    if (name == "log_softmax")
      return Den::ofTensor(withBounds(
          logs, Bounds::open(-std::numeric_limits<double>::infinity(), 0)));
    Tensor p = withBounds(unary("exp", logs), Bounds::open(0, 1));
    p.space = Space::make(SpaceKind::Simplex, p.space.shape());
    program.values[p.id].space = p.space;
    return Den::ofTensor(p);
  }
  if (name == "transpose" && ts[0].rank() == 2) {
    std::vector<int64_t> perm;
    for (int64_t i = 0; i != last - 1; ++i)
      perm.push_back(i);
    perm.push_back(last);
    perm.push_back(last - 1);
    Tensor r = permute(ts[0], perm);
    r.labels = ts[0].labels;
    return Den::ofTensor(r);
  }
  if (name == "solve" && ts[0].rank() == 2 && ts[1].rank() == 1 &&
      ts[0].labels.empty() && ts[1].labels.empty())
    return Den::ofTensor(emit("tri_solve", {ts[0], ts[1]},
                              Space::real(ts[1].space.shape()),
                              {{"lower", int64_t(1)},
                               {"unit", int64_t(0)},
                               {"transpose", int64_t(0)}}));
  error(Code::WrongArguments, range,
        "'" + name + "' cannot be applied to these arguments");
  return Den::error();
}

} // namespace rill::lang::elab
