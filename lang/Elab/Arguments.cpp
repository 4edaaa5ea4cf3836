//===- Arguments.cpp - Values for parameters ------------------------------===//
//
// Binds arguments and conditions to parameters: infers the free names of a
// parameter's space, checks that the value lies in it, and makes an optional
// value (one that may be null) where the space has a `?`.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <cmath>

namespace rill::lang::elab {

void Elaborator::optionalError(const std::string &need, const Den &den,
                               SourceRange range) {
  std::string name = text(range);
  if (den.is(Den::Kind::Null)) {
    error(Code::OptionalValue, range, need + ", but this is null", "null")
        .help("only a space with a '?' has null: declare c: Fin[8]?, for "
              "example");
    return;
  }
  error(Code::OptionalValue, range,
        need + ", but '" + name + "' has space " + den.space.str(),
        "may be null")
      .why("an optional value has no element where it is null")
      .help("say what holds without it: if " + name +
            " == null then ... else ...; behind 'else' it has space " +
            den.space.withOptional(false).str());
}

/// `value` as an element of the declared space, whatever its `?`.
std::optional<Den> Elaborator::fittedValue(const ast::SpaceExpr &declared,
                                           Den value, SourceRange range,
                                           Frame &callee,
                                           const std::string &what) {
  if (declared.kind == ast::SpaceExpr::Kind::Product) {
    size_t count = declared.fields.size();
    if (!value.is(Den::Kind::Tuple) || value.items.size() != count) {
      error(Code::SpaceMismatch, range,
            what + " needs " + std::to_string(count) + " fields, but is " +
                value.describe());
      return std::nullopt;
    }
    for (size_t i = 0; i != count; ++i) {
      auto item = fitted(*declared.fields[i].space, value.items[i], range,
                         callee, what);
      if (!item)
        return std::nullopt;
      value.items[i] = std::move(*item);
    }
    value.names.assign(count, "");
    for (size_t i = 0; i != count; ++i)
      if (declared.fields[i].name)
        value.names[i] = declared.fields[i].name->text;
    return value;
  }
  // A static number stays one (and spreads) unless the space has a shape.
  bool isStatic = value.is(Den::Kind::Number);
  if (isStatic && declaredRank(declared) == 0) {
    Space wanted = space(declared, callee);
    if (!wanted.isValid())
      return std::nullopt;
    wanted = wanted.withOptional(false);
    bool inside =
        wanted.isFloat()
            ? Bounds::point(value.number).inside(wanted.lo(), wanted.hi())
            : std::floor(value.number) == value.number &&
                  value.number >= wanted.lo() && value.number <= wanted.hi();
    if (!inside && wanted.kind() != SpaceKind::Bool) {
      error(Code::SpaceMismatch, range,
            what + " is " + wanted.str() + ", but the value is " + text(range));
      return std::nullopt;
    }
    return value;
  }
  if (value.is(Den::Kind::Place) || value.is(Den::Kind::Partial) ||
      value.is(Den::Kind::List) || isStatic || value.is(Den::Kind::Bool)) {
    auto read = tensorOf(value, range, callee);
    if (!read)
      return std::nullopt;
    value = Den::ofTensor(*read);
  }
  if (value.is(Den::Kind::Tuple))
    return value;
  if (!value.is(Den::Kind::Tensor)) {
    error(Code::WrongArguments, range,
          what + " must be a value, but is " + value.describe());
    return std::nullopt;
  }
  Space actual = value.tensor.space.withShape(value.tensor.valueShape());
  if (!unify(declared, actual, callee, range, what))
    return std::nullopt;
  Space wanted = space(declared, callee);
  if (!wanted.isValid() ||
      !checkSpace(wanted.withOptional(false), value.tensor, range, what))
    return std::nullopt;
  if (!value.tensor.space.isFloat() && wanted.isFloat())
    value.tensor = toFloat(value.tensor);
  return value;
}

std::optional<Den> Elaborator::fitted(const ast::SpaceExpr &declared, Den value,
                                      SourceRange range, Frame &callee,
                                      const std::string &what) {
  bool mayBeNull = value.is(Den::Kind::Null) || value.is(Den::Kind::Optional);
  if (mayBeNull && !declared.optional) {
    optionalError(what + " is " + text(declared.range), value, range);
    return std::nullopt;
  }
  if (value.is(Den::Kind::Null)) {
    Space wanted = space(declared, callee);
    return wanted.isValid() ? std::optional(nullOf(wanted)) : std::nullopt;
  }
  if (!declared.optional)
    return fittedValue(declared, std::move(value), range, callee, what);
  Tensor present =
      value.is(Den::Kind::Optional) ? value.items[1].tensor : truth(true);
  auto inner = fittedValue(
      declared, value.is(Den::Kind::Optional) ? value.items[0] : value, range,
      callee, what);
  if (!inner)
    return std::nullopt;
  Space wanted = space(declared, callee);
  if (inner->is(Den::Kind::Number))
    inner = Den::ofTensor(constant(inner->number, wanted.withOptional(false)));
  return Den::ofOptional(std::move(*inner), present, wanted);
}

bool Elaborator::bindParameter(const ast::Parameter &param, Den value,
                               SourceRange range, Frame &callee,
                               const std::string &name) {
  if (value.isError())
    return false;
  bool isFunction = value.is(Den::Kind::Callable) ||
                    value.is(Den::Kind::Builtin) || value.is(Den::Kind::Law);
  if (param.space && !isFunction) {
    auto fit = fitted(*param.space, std::move(value), range, callee,
                      "'" + param.name.text + "' of '" + name + "'");
    if (!fit)
      return false;
    value = std::move(*fit);
  }
  bind(callee.env, param.name, std::move(value));
  return true;
}

bool Elaborator::bindGroup(const std::vector<ast::Parameter> &params,
                           const std::vector<ast::Arg> &args, SourceRange range,
                           Frame &caller, Frame &callee,
                           const std::string &name) {
  std::vector<const ast::Expr *> given(params.size(), nullptr);
  size_t next = 0;
  bool ok = true;
  for (const ast::Arg &arg : args) {
    size_t index = next;
    if (arg.name) {
      std::vector<std::string> known;
      index = params.size();
      for (size_t i = 0; i != params.size(); ++i) {
        known.push_back(params[i].name.text);
        if (params[i].name.text == arg.name->text)
          index = i;
      }
      if (index == params.size()) {
        Diagnostic &d =
            error(Code::WrongArguments, arg.name->range,
                  "'" + name + "' has no parameter '" + arg.name->text + "'");
        std::string close = didYouMean(arg.name->text, known);
        if (!close.empty())
          d.help("did you mean '" + close + "'?");
        ok = false;
        continue;
      }
    } else if (next++ >= params.size()) {
      continue;
    }
    if (given[index]) {
      error(Code::WrongArguments, arg.value->range,
            "'" + params[index].name.text + "' of '" + name +
                "' is given twice")
          .label(given[index]->range, "first given here");
      ok = false;
    }
    given[index] = arg.value.get();
  }
  if (next > params.size()) {
    error(Code::WrongArguments, range,
          "'" + name + "' takes " + std::to_string(params.size()) +
              (params.size() == 1 ? " argument, " : " arguments, ") +
              std::to_string(next) + " are given");
    return false;
  }
  for (size_t i = 0; i != params.size(); ++i) {
    const ast::Expr *value = given[i] ? given[i] : params[i].defaultValue.get();
    if (!value) {
      error(Code::WrongArguments, range,
            "'" + name + "' needs a value for '" + params[i].name.text + "'")
          .label(params[i].name.range, "declared here");
      ok = false;
      continue;
    }
    NameReads::Scope reads(nameReads);
    Den den = eval(*value, given[i] ? caller : callee);
    reads.close();
    ok &= bindParameter(params[i], std::move(den),
                        given[i] ? value->range : range, callee, name);
  }
  return ok;
}

bool Elaborator::bindArguments(const ast::Parameters &params,
                               const ast::CallExpr &node, SourceRange range,
                               Frame &caller, Frame &callee,
                               const std::string &name) {
  bool ok = bindGroup(params.subject, node.args, range, caller, callee, name);
  return bindGroup(params.conditions, node.conditions, range, caller, callee,
                   name) &&
         ok;
}

} // namespace rill::lang::elab
