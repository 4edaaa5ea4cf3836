//===- Operators.cpp - + - * / ^ @, comparisons, >> -----------------------===//
//
// Elementwise arithmetic between equal shapes with scalars spreading, constant
// folding of static numbers, powers by their exponent, products of matrices.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>
#include <cmath>

namespace rill::lang::elab {

Den Elaborator::evalUnary(const ast::UnaryExpr &node, const ast::Expr &expr,
                          Frame &frame) {
  Den den = eval(*node.operand, frame);
  if (den.isError())
    return den;
  if (den.is(Den::Kind::Number) && node.op == "-")
    return Den::ofNumber(-den.number);
  if (den.is(Den::Kind::Bool) && node.op == "not")
    return Den::ofBool(!den.truth);
  auto t = tensorOf(den, node.operand->range, frame);
  if (!t)
    return Den::error();
  if (node.op == "not" && t->space.kind() != SpaceKind::Bool) {
    error(Code::SpaceMismatch, expr.range,
          "'not' needs a Bool, but '" + text(node.operand->range) + "' is " +
              den.describe());
    return Den::error();
  }
  return Den::ofTensor(unary(node.op == "-" ? "neg" : "not", *t));
}

static std::optional<double> fold(const std::string &op, double a, double b) {
  if (op == "+")
    return a + b;
  if (op == "-")
    return a - b;
  if (op == "*")
    return a * b;
  if (op == "/")
    return a / b;
  if (op == "^")
    return std::pow(a, b);
  return std::nullopt;
}

static bool isComparison(const std::string &op) {
  return op == "<" || op == "<=" || op == ">" || op == ">=" || op == "==" ||
         op == "!=";
}

Den Elaborator::evalBinary(const ast::BinaryExpr &node, const ast::Expr &expr,
                           Frame &frame) {
  Den a = eval(*node.lhs, frame), b = eval(*node.rhs, frame);
  if (a.isError() || b.isError())
    return Den::error();
  if (node.op == "..") {
    if (a.is(Den::Kind::Number) && b.is(Den::Kind::Number))
      return Den::ofRange(a.number, b.number);
    error(Code::NotStatic, expr.range,
          "the ends of a range must be known at compile time");
    return Den::error();
  }
  if (node.op == ">>") {
    auto composed = std::make_shared<Callable>();
    composed->form = Callable::Form::Compose;
    composed->parts = {a, b};
    composed->range = expr.range;
    for (const Den *side : {&a, &b})
      if (!isFlow(*side)) {
        error(Code::NotCallable, (side == &a ? node.lhs : node.rhs)->range,
              "'>>' composes flows, but this is " + side->describe());
        return Den::error();
      }
    if (!ready(*a.callable, node.lhs->range) ||
        !ready(*b.callable, node.rhs->range))
      return Den::error();
    return Den::ofCallable(composed);
  }
  if (node.op == "@")
    return matmul(a, b, expr.range, frame);
  if (isComparison(node.op))
    return comparison(node.op, a, b, expr.range, frame);
  if (node.op == "in")
    return unsupported(expr.range, "'in'");
  if (node.op == "and" || node.op == "or") {
    if (a.is(Den::Kind::Bool) && b.is(Den::Kind::Bool))
      return Den::ofBool(node.op == "and" ? a.truth && b.truth
                                          : a.truth || b.truth);
    auto x = tensorOf(a, node.lhs->range, frame),
         y = tensorOf(b, node.rhs->range, frame);
    if (!x || !y || !align({&*x, &*y}, expr.range))
      return Den::error();
    if (x->space.kind() != SpaceKind::Bool ||
        y->space.kind() != SpaceKind::Bool) {
      error(Code::SpaceMismatch, expr.range, "'" + node.op + "' needs Bools");
      return Den::error();
    }
    return Den::ofTensor(binary(node.op, *x, *y));
  }
  if (node.op == "^")
    return power(a, b, node.lhs->range, node.rhs->range, expr.range, frame);
  return arithmetic(node.op, a, b, node, frame);
}

/// x + 0, x - 0, x * 1, x / 1: defaults of library laws leave many of them.
static bool isNeutral(const std::string &op, const Den &a, const Den &b) {
  double unit = op == "*" || op == "/" ? 1 : 0;
  bool commutes = op == "+" || op == "*";
  return (b.is(Den::Kind::Number) && b.number == unit) ||
         (commutes && a.is(Den::Kind::Number) && a.number == unit);
}

Den Elaborator::arithmetic(const std::string &op, const Den &a, const Den &b,
                           const ast::BinaryExpr &node, Frame &frame) {
  static const std::map<std::string, std::string> mnemonics = {
      {"+", "add"}, {"-", "sub"}, {"*", "mul"}, {"/", "div"}};
  auto it = mnemonics.find(op);
  if (it == mnemonics.end())
    return unsupported(here, "the operator '" + op + "'");
  if (a.is(Den::Kind::Number) && b.is(Den::Kind::Number))
    return folded(*fold(op, a.number, b.number),
                  std::isfinite(a.number) && std::isfinite(b.number), here);
  // A static number takes part as a constant of the other side's shape.
  if (a.is(Den::Kind::Number) || b.is(Den::Kind::Number)) {
    bool left = a.is(Den::Kind::Number);
    auto t = left ? tensorOf(b, node.rhs->range, frame)
                  : tensorOf(a, node.lhs->range, frame);
    if (!t)
      return Den::error();
    if (t->space.isMatrixSpace())
      return unsupported(here, "arithmetic on a structured matrix");
    if (isNeutral(op, a, b) && t->space.isFloat())
      return Den::ofTensor(*t);
    return Den::ofTensor(left ? scalarBinary(it->second, a.number, *t)
                              : binaryScalar(it->second, *t, b.number));
  }
  auto x = tensorOf(a, node.lhs->range, frame),
       y = tensorOf(b, node.rhs->range, frame);
  if (!x || !y)
    return Den::error();
  if (x->space.isMatrixSpace() || y->space.isMatrixSpace())
    return unsupported(here, "arithmetic on a structured matrix");
  if (!align({&*x, &*y}, here))
    return Den::error();
  return Den::ofTensor(binary(it->second, *x, *y));
}

void Elaborator::powerError(const Tensor &x, const std::string &exponent,
                            SourceRange range) {
  if (!x.bounds.isNonNegative())
    return domainError("^ " + exponent, x, range);
  error(Code::DomainViolated, range,
        "a power of a base that may be 0 with an exponent that may be negative",
        "0 has no power to a negative exponent")
      .why("0^b is 0 for b > 0; nothing here proves that '" + exponent +
           "' is positive")
      .help("declare the exponent Positive, or keep the base away from 0");
}

/// A number made of numbers; what has no value is an error.
Den Elaborator::folded(double value, bool finite, SourceRange range) {
  if (std::isfinite(value) || !finite)
    return Den::ofNumber(value);
  error(Code::DomainViolated, range,
        "'" + text(range) + "' has no value that is a number");
  return Den::error();
}

/// x^n and pow(x, n): a square, `pow` where it has a value: for a base that may
/// be negative a whole exponent, for one that may be 0 a positive one (0^b =
/// 0).
Den Elaborator::power(const Den &a, const Den &b, SourceRange base,
                      SourceRange exponent, SourceRange range, Frame &frame) {
  if (a.is(Den::Kind::Number) && b.is(Den::Kind::Number))
    return folded(std::pow(a.number, b.number),
                  std::isfinite(a.number) && std::isfinite(b.number), range);
  auto x = tensorOf(a, base, frame);
  if (!x)
    return Den::error();
  if (b.is(Den::Kind::Number)) {
    if (b.number == 1)
      return Den::ofTensor(*x);
    if (b.number == 2)
      return Den::ofTensor(unary("sq", *x));
    bool whole = std::floor(b.number) == b.number;
    if (!whole &&
        (b.number < 0 ? !x->bounds.isPositive() : !x->bounds.isNonNegative())) {
      powerError(*x, text(exponent), range);
      return Den::error();
    }
    return Den::ofTensor(binaryScalar("pow", toFloat(*x), b.number));
  }
  auto y = tensorOf(b, exponent, frame);
  if (!y)
    return Den::error();
  bool zeroFits = x->bounds.isNonNegative() && y->bounds.isPositive();
  if (!x->bounds.isPositive() && !zeroFits) {
    powerError(*x, text(exponent), range);
    return Den::error();
  }
  if (!align({&*x, &*y}, range))
    return Den::error();
  return Den::ofTensor(binary("pow", toFloat(*x), toFloat(*y)));
}

static bool holds(const std::string &op, double a, double b) {
  if (op == "<")
    return a < b;
  if (op == "<=")
    return a <= b;
  if (op == ">")
    return a > b;
  if (op == ">=")
    return a >= b;
  return op == "==" ? a == b : a != b;
}

Den Elaborator::comparison(const std::string &op, const Den &a, const Den &b,
                           SourceRange range, Frame &frame) {
  static const std::map<std::string, std::string> preds = {
      {"<", "lt"},  {"<=", "le"}, {">", "gt"},
      {">=", "ge"}, {"==", "eq"}, {"!=", "ne"}};
  if (a.is(Den::Kind::Null) || b.is(Den::Kind::Null))
    return comparedWithNull(op, a, b, range);
  if (a.is(Den::Kind::Number) && b.is(Den::Kind::Number))
    return Den::ofBool(holds(op, a.number, b.number));
  auto isBool = [](const Den &den) {
    return den.is(Den::Kind::Bool) ||
           (den.is(Den::Kind::Tensor) &&
            den.tensor.space.kind() == SpaceKind::Bool);
  };
  bool equality = op == "==" || op == "!=";
  if (isBool(a) != isBool(b) || (isBool(a) && !equality)) {
    error(Code::SpaceMismatch, range,
          "'" + op + "' of " + a.describe() + " and " + b.describe())
        .help(isBool(a) && isBool(b) ? "truth values are equal or not: ==, !="
                                     : "compare numbers with numbers, truth "
                                       "values with truth values");
    return Den::error();
  }
  if (a.is(Den::Kind::Bool) && b.is(Den::Kind::Bool))
    return Den::ofBool((a.truth == b.truth) == (op == "=="));
  auto x = tensorOf(a, range, frame), y = tensorOf(b, range, frame);
  if (!x || !y)
    return Den::error();
  if (x->space.isFloat() != y->space.isFloat()) {
    auto isWhole = [](const Den &den) {
      return den.is(Den::Kind::Number) && std::floor(den.number) == den.number;
    };
    if (isWhole(a))
      x = toInt(*x);
    else if (isWhole(b))
      y = toInt(*y);
    else // i < 0.5 is no comparison of whole numbers
      x = toFloat(*x), y = toFloat(*y);
  }
  if (!align({&*x, &*y}, range))
    return Den::error();
  return Den::ofTensor(compare(preds.at(op), *x, *y));
}

/// The product of x and y summed over the letters that are in `dead`.
/// `lettersX` and `lettersY` name the axes; equal letters run together.
static std::string canonical(const std::string &x, const std::string &y,
                             const std::string &out) {
  std::map<char, char> names;
  auto rename = [&](const std::string &text) {
    std::string result;
    for (char c : text) {
      auto [it, fresh] = names.emplace(c, char('a' + names.size()));
      result += it->second;
    }
    return result;
  };
  std::string left = rename(x), right = rename(y);
  return left + "," + right + "->" + rename(out);
}

/// W @ x: the last axis of x (or the one before its last, for a matrix) meets
/// the last axis of W.
Tensor Elaborator::contract(const Tensor &x, const Tensor &y, size_t sharedX,
                            size_t sharedY) {
  std::string sx, sy, out;
  std::vector<int64_t> shape;
  Tensor result;
  std::vector<BinderId> labels = x.labels;
  for (BinderId label : y.labels)
    if (std::find(labels.begin(), labels.end(), label) == labels.end())
      labels.push_back(label);
  std::sort(labels.begin(), labels.end());
  auto letter = [&](BinderId label) {
    return char('A' + (std::find(labels.begin(), labels.end(), label) -
                       labels.begin()));
  };
  for (BinderId label : x.labels)
    sx += letter(label);
  for (BinderId label : y.labels)
    sy += letter(label);
  for (BinderId label : labels) {
    out += letter(label);
    shape.push_back(binders[label].extent());
  }
  std::vector<int64_t> vx = x.valueShape(), vy = y.valueShape();
  for (size_t i = 0; i != vx.size(); ++i) {
    char c = i == sharedX ? 'z' : char('a' + i);
    sx += c;
    if (i != sharedX) {
      out += c;
      shape.push_back(vx[i]);
    }
  }
  for (size_t i = 0; i != vy.size(); ++i) {
    char c = i == sharedY ? 'z' : char('m' + i);
    sy += c;
    if (i != sharedY) {
      out += c;
      shape.push_back(vy[i]);
    }
  }
  Tensor r = emit("contract", {x, y}, Space::real(shape),
                  {{"spec", canonical(sx, sy, out)}});
  r.labels = labels;
  return r;
}

Den Elaborator::matmul(const Den &a, const Den &b, SourceRange range,
                       Frame &frame) {
  auto w = tensorOf(a, range, frame), x = tensorOf(b, range, frame);
  if (!w || !x)
    return Den::error();
  if (w->space.isMatrixSpace()) {
    if (x->rank() != 1 || x->space.shape().back() != w->space.shape().back()) {
      error(Code::ShapeMismatch, range,
            "the product of " + w->space.str() + " with " + b.describe() +
                ": extents differ");
      return Den::error();
    }
    typed::Op op;
    op.kind = typed::OpKind::MatVec;
    op.operands = {w->id, x->id};
    Tensor r = *x;
    r.space = Space::real(x->space.shape());
    r.bounds = Bounds::all();
    r.trained |= w->trained;
    r.id = newValue(r.space);
    op.results.push_back(r.id);
    append(std::move(op));
    return Den::ofTensor(r);
  }
  w = toFloat(*w), x = toFloat(*x);
  size_t rw = w->rank(), rx = x->rank();
  if (rw == 0 || rx == 0 || rw > 2 || rx > 2) {
    error(Code::ShapeMismatch, range,
          "'@' multiplies matrices and vectors, but got " + a.describe() +
              " and " + b.describe())
        .help("use '*' for a scalar, or sum[i: D] ... for other products");
    return Den::error();
  }
  size_t axisW = rw - 1, axisX = rx == 1 ? 0 : rx - 2;
  if (w->valueShape()[axisW] != x->valueShape()[axisX]) {
    error(Code::ShapeMismatch, range,
          "shapes that do not fit: " + Space::real(w->valueShape()).str() +
              " @ " + Space::real(x->valueShape()).str(),
          "the inner extents differ");
    return Den::error();
  }
  return Den::ofTensor(contract(*w, *x, axisW, axisX));
}

} // namespace rill::lang::elab
