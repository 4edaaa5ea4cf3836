//===- Statics.cpp - Static numbers, lists and ranges ---------------------===//
//
// Naturals in square brackets: checked linear arithmetic, statics given in
// brackets, ranges of binders. Values that are only constant are not static.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <algorithm>
#include <cmath>

namespace rill::lang::elab {

/// x op y; nothing where it is not whole or overflows.
static std::optional<int64_t> wholeResult(const std::string &op, int64_t x,
                                          int64_t y) {
  int64_t value = 1;
  if (op == "+")
    return __builtin_add_overflow(x, y, &value) ? std::nullopt
                                                : std::optional(value);
  if (op == "-")
    return __builtin_sub_overflow(x, y, &value) ? std::nullopt
                                                : std::optional(value);
  if (op == "*")
    return __builtin_mul_overflow(x, y, &value) ? std::nullopt
                                                : std::optional(value);
  if (y < 0)
    return std::nullopt;
  if (x >= -1 && x <= 1)
    return y == 0 || (x == -1 && y % 2 == 0) ? 1 : x;
  for (int64_t i = 0; i < y; ++i)
    if (__builtin_mul_overflow(value, x, &value))
      return std::nullopt;
  return value;
}

std::optional<int64_t> Elaborator::staticBinary(const ast::BinaryExpr &node,
                                                Frame &frame,
                                                SourceRange range) {
  auto lhs = staticInt(*node.lhs, frame);
  auto rhs = staticInt(*node.rhs, frame);
  if (!lhs || !rhs)
    return std::nullopt;
  if (node.op == "+" || node.op == "-" || node.op == "*" || node.op == "^") {
    auto value = wholeResult(node.op, *lhs, *rhs);
    if (!value)
      error(Code::StaticArithmetic, range,
            "'" + text(range) + "' is no whole number that fits 64 bits");
    return value;
  }
  if (node.op == "/") {
    if (*rhs != 0 && *lhs % *rhs == 0)
      return *lhs / *rhs;
    if (indivisible.count({frame.def, *lhs, *rhs}))
      return std::nullopt; // said of the 'halves' of this declaration
    error(Code::StaticArithmetic, range,
          "'" + text(range) + "' is not a whole number: " +
              std::to_string(*lhs) + " / " + std::to_string(*rhs),
          "does not divide")
        .why("sizes are natural numbers; a division must leave no remainder")
        .help("choose an extent that " + std::to_string(*rhs) + " divides");
    return std::nullopt;
  }
  error(Code::NotStatic, range,
        "'" + node.op + "' does not give a static number");
  return std::nullopt;
}

std::optional<int64_t> Elaborator::staticInt(const ast::Expr &expr,
                                             Frame &frame) {
  if (const auto *binary = expr.as<ast::BinaryExpr>();
      binary && std::string("+-*/^").find(binary->op) != std::string::npos)
    return staticBinary(*binary, frame, expr.range);
  if (const auto *negated = expr.as<ast::UnaryExpr>();
      negated && negated->op == "-") {
    auto value = staticInt(*negated->operand, frame);
    return value ? std::optional<int64_t>(-*value) : std::nullopt;
  }
  Den den = eval(expr, frame);
  if (den.isError())
    return std::nullopt;
  if (den.is(Den::Kind::Number) && std::floor(den.number) == den.number &&
      std::fabs(den.number) < 1e15)
    return static_cast<int64_t>(den.number);
  if (den.is(Den::Kind::Number))
    error(Code::StaticArithmetic, expr.range,
          "'" + text(expr.range) + "' is not a whole number");
  else
    error(Code::NotStatic, expr.range,
          "a static number is needed here, but '" + text(expr.range) + "' is " +
              den.describe())
        .why("sizes, counts and positions are known when the program is "
             "compiled");
  return std::nullopt;
}

std::optional<double> Elaborator::staticNumber(const ast::Expr &expr,
                                               Frame &frame) {
  Den den = eval(expr, frame);
  if (den.is(Den::Kind::Number))
    return den.number;
  if (!den.isError())
    error(Code::NotStatic, expr.range,
          "a number known at compile time is needed here, but '" +
              text(expr.range) + "' is " + den.describe());
  return std::nullopt;
}

std::optional<std::vector<int64_t>> Elaborator::rangeOf(const ast::Expr &expr,
                                                        Frame &frame) {
  const auto *quotient = expr.as<ast::BinaryExpr>();
  Den den = Den::error();
  if (quotient && quotient->op == "/") {
    if (auto count = staticInt(expr, frame))
      den = Den::ofNumber(static_cast<double>(*count));
  } else {
    den = eval(expr, frame);
  }
  std::vector<int64_t> values;
  if (den.isError())
    return std::nullopt;
  if (den.is(Den::Kind::SpaceOf) && den.space.kind() == SpaceKind::Fin &&
      den.space.shape().empty())
    den = Den::ofNumber(static_cast<double>(den.space.finSize()));
  if (den.is(Den::Kind::Number) && den.number >= 0 &&
      std::floor(den.number) == den.number)
    den = Den::ofRange(0, den.number);
  if (den.is(Den::Kind::Range) && std::floor(den.number) == den.number &&
      std::floor(den.hi) == den.hi) {
    if (den.hi - den.number > double(1 << 24)) {
      error(Code::StaticArithmetic, expr.range,
            "a range of more than 2^24 indices")
          .why("each index is laid out when the program is compiled");
      return std::nullopt;
    }
    for (int64_t i = static_cast<int64_t>(den.number); i < den.hi; ++i)
      values.push_back(i);
    return values;
  }
  if (den.is(Den::Kind::List)) {
    bool whole = true;
    for (const Den &item : den.items) {
      whole &=
          item.is(Den::Kind::Number) && std::floor(item.number) == item.number;
      values.push_back(static_cast<int64_t>(item.number));
    }
    if (whole)
      return values;
  }
  if (den.is(Den::Kind::Number) || den.is(Den::Kind::Range)) {
    error(Code::StaticArithmetic, expr.range,
          "'" + text(expr.range) + "' is not a range of whole numbers")
        .why("ranges of indices run over natural numbers; a division must "
             "leave no remainder");
    return std::nullopt;
  }
  error(Code::NotStatic, expr.range,
        "a static range is needed here, but '" + text(expr.range) + "' is " +
            den.describe())
      .help("write a number (0 up to it), a range a..b or a finite space");
  return std::nullopt;
}

const std::vector<ast::Static> *
Elaborator::staticsOf(const Callable &callable) {
  if (callable.def)
    return callable.def->hasStatics ? &callable.def->statics : nullptr;
  if (callable.local && !callable.local->statics.empty())
    return &callable.local->statics;
  return nullptr;
}

/// Whether a name is bound to something that is passed as it is: a function, a
/// law, a list.
static bool passedWhole(const Den &den) {
  return den.is(Den::Kind::Callable) || den.is(Den::Kind::Law) ||
         den.is(Den::Kind::List) || den.is(Den::Kind::Builtin) ||
         den.is(Den::Kind::Number) || den.is(Den::Kind::Bool) ||
         den.is(Den::Kind::SpaceOf);
}

bool Elaborator::bindStatics(Callable &callable,
                             const std::vector<ast::Static> &statics,
                             const std::vector<ast::Slot> &slots, Frame &frame,
                             SourceRange range) {
  std::vector<Den> given;
  std::map<std::string, Den> named;
  bool ok = true;
  for (const ast::Slot &slot : slots) {
    if (slot.kind != ast::Slot::Kind::Expr) {
      error(Code::WrongArguments, slot.range,
            "a static argument is needed here");
      return false;
    }
    // Arithmetic in brackets is static arithmetic: D/2 must divide.
    const auto *binary = slot.value->as<ast::BinaryExpr>();
    bool arithmetic =
        binary && binary->op.size() == 1 &&
        std::string("+-*/^").find(binary->op) != std::string::npos;
    auto number = arithmetic ? staticInt(*slot.value, frame) : std::nullopt;
    Den den = number       ? Den::ofNumber(static_cast<double>(*number))
              : arithmetic ? Den::error()
                           : eval(*slot.value, frame);
    if (den.isError())
      ok = false;
    else if (!passedWhole(den)) {
      error(Code::NotStatic, slot.range,
            "brackets take what is known at compile time, but '" +
                text(slot.range) + "' is " + den.describe());
      ok = false;
    }
    if (!slot.name) {
      given.push_back(std::move(den));
      continue;
    }
    std::vector<std::string> names;
    for (const ast::Static &wanted : statics)
      names.push_back(wanted.name.text);
    bool known = std::count(names.begin(), names.end(), slot.name->text) != 0;
    if (!known) {
      Diagnostic &d = error(Code::WrongArguments, slot.name->range,
                            "'" + callable.name + "' has no static '" +
                                slot.name->text + "'");
      std::string close = didYouMean(slot.name->text, names);
      if (!close.empty())
        d.help("did you mean '" + close + "'?");
    } else if (!named.emplace(slot.name->text, den).second) {
      error(Code::WrongArguments, slot.range,
            "'" + slot.name->text + "' is given twice");
      known = false;
    }
    ok &= known;
  }
  if (!ok)
    return false;
  size_t next = 0;
  for (const ast::Static &wanted : statics) {
    if (auto it = named.find(wanted.name.text); it != named.end()) {
      bool list = it->second.is(Den::Kind::List) || !wanted.variadic;
      callable.statics.push_back(list ? it->second : Den::ofList({it->second}));
      continue;
    }
    if (wanted.variadic) {
      std::vector<Den> rest;
      for (; next < given.size(); ++next) {
        if (given[next].is(Den::Kind::List))
          rest.insert(rest.end(), given[next].items.begin(),
                      given[next].items.end());
        else
          rest.push_back(given[next]);
      }
      callable.statics.push_back(Den::ofList(std::move(rest)));
      continue;
    }
    if (next < given.size()) {
      callable.statics.push_back(given[next++]);
    } else if (wanted.defaultValue) {
      Frame outer;
      outer.env = callable.env;
      outer.instances = frame.instances;
      callable.statics.push_back(eval(*wanted.defaultValue, outer));
    } else {
      // May still be inferred from the spaces of the arguments.
      callable.statics.push_back(Den::error());
    }
  }
  if (next < given.size()) {
    error(Code::WrongArguments, range,
          "'" + callable.name + "' takes " + std::to_string(statics.size()) +
              " static arguments, " + std::to_string(given.size()) +
              " are given");
    return false;
  }
  return true;
}

void Elaborator::defineStatics(const Callable &callable, const EnvPtr &env) {
  const std::vector<ast::Static> *statics = staticsOf(callable);
  if (!statics || callable.statics.size() != statics->size())
    return;
  for (size_t i = 0; i != statics->size(); ++i)
    if (!callable.statics[i].isError())
      bind(env, (*statics)[i].name, callable.statics[i]);
}

} // namespace rill::lang::elab
