//===- Spaces.cpp - Space expressions and their inference -----------------===//
//
// Evaluates space expressions, binds the free names of a parameter's space
// from an argument (`x: Real[D]`), and says which spaces embed in which.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

#include <cmath>

namespace rill::lang::elab {

static std::optional<SpaceKind> plainKind(const std::string &name) {
  if (name == "Real")
    return SpaceKind::Real;
  if (name == "Positive")
    return SpaceKind::Positive;
  if (name == "Unit")
    return SpaceKind::Unit;
  if (name == "Bool")
    return SpaceKind::Bool;
  if (name == "Int")
    return SpaceKind::Int;
  return std::nullopt;
}

static std::optional<SpaceKind> matrixKind(const std::string &name) {
  if (name == "PLU")
    return SpaceKind::PLU;
  if (name == "Orthogonal")
    return SpaceKind::Orthogonal;
  if (name == "Permutation")
    return SpaceKind::Permutation;
  if (name == "LowerUnit")
    return SpaceKind::LowerUnit;
  return std::nullopt;
}

static bool isLaterSpace(const std::string &name) {
  static const std::set<std::string> later = {
      "Sphere", "Circle", "Torus", "SO3", "SE3", "Set", "Seq", "Knots"};
  return later.count(name) != 0;
}

Space Elaborator::spaceFromIndex(
    const std::string &name, SourceRange range,
    const std::vector<ast::ExprPtr> &args,
    const std::vector<const std::vector<ast::Slot> *> &groups, Frame &frame) {
  std::vector<std::vector<int64_t>> extents;
  int64_t elements = 1;
  for (const std::vector<ast::Slot> *group : groups) {
    std::vector<int64_t> list;
    for (const ast::Slot &slot : *group) {
      if (slot.kind != ast::Slot::Kind::Expr) {
        error(Code::NotStatic, slot.range, "an extent is needed here");
        return {};
      }
      auto extent = staticInt(*slot.value, frame);
      if (!extent)
        return {};
      if (*extent < 1) {
        error(Code::StaticArithmetic, slot.range,
              "the extent '" + text(slot.range) + "' is " +
                  std::to_string(*extent) + "; it must be at least 1");
        return {};
      }
      list.push_back(*extent);
      if (__builtin_mul_overflow(elements, *extent, &elements) ||
          elements > (int64_t(1) << 31)) {
        error(Code::StaticArithmetic, slot.range,
              "a space of more than 2^31 numbers");
        return {};
      }
    }
    extents.push_back(std::move(list));
  }
  auto shapeFrom = [&](size_t first, std::vector<int64_t> base) {
    for (size_t i = first; i < extents.size(); ++i)
      base.insert(base.begin(), extents[i].begin(), extents[i].end());
    return base;
  };
  if (auto kind = plainKind(name))
    return Space::make(*kind, shapeFrom(0, {}));
  if (name == "Interval") {
    if (args.size() != 2) {
      error(Code::WrongArguments, range,
            "Interval takes its two ends: Interval(0, 1)");
      return {};
    }
    auto lo = staticNumber(*args[0], frame), hi = staticNumber(*args[1], frame);
    if (!lo || !hi)
      return {};
    if (!(*lo < *hi)) {
      error(Code::StaticArithmetic, range,
            "the ends of an Interval must ascend");
      return {};
    }
    if (*lo == 0 && *hi == 1)
      return Space::make(SpaceKind::Unit, shapeFrom(0, {}));
    return Space::interval(*lo, *hi, shapeFrom(0, {}));
  }
  auto matrix = matrixKind(name);
  if (name == "Fin" || name == "Simplex" || matrix) {
    if (extents.empty() || extents[0].size() != 1) {
      error(Code::WrongArguments, range,
            name + " takes one size: " + name + "[4]");
      return {};
    }
    int64_t size = extents[0][0];
    if (name == "Fin")
      return Space::fin(size, shapeFrom(1, {}));
    if (name == "Simplex")
      return Space::make(SpaceKind::Simplex, shapeFrom(1, {size}));
    return Space::make(*matrix, shapeFrom(1, {size, size}));
  }
  if (isLaterSpace(name)) {
    unsupported(range, "the space " + name);
    return {};
  }
  Diagnostic &d =
      error(Code::UnknownSpace, range, "unknown space '" + name + "'");
  std::string close = didYouMean(
      name, {"Real", "Positive", "Unit", "Interval", "Fin", "Bool", "Int",
             "Simplex", "PLU", "Orthogonal", "Permutation", "LowerUnit"});
  if (!close.empty())
    d.help("did you mean '" + close + "'?");
  return {};
}

Space Elaborator::space(const ast::SpaceExpr &expr, Frame &frame) {
  switch (expr.kind) {
  case ast::SpaceExpr::Kind::Number:
    error(Code::UnknownSpace, expr.range, "a number is not a space");
    return {};
  case ast::SpaceExpr::Kind::Function:
    unsupported(expr.range, "a function space here");
    return {};
  case ast::SpaceExpr::Kind::Product: {
    std::vector<std::string> names;
    std::vector<Space> fields;
    for (const ast::SpaceField &field : expr.fields) {
      names.push_back(field.name ? field.name->text : "");
      fields.push_back(space(*field.space, frame));
      if (!fields.back().isValid())
        return {};
    }
    if (!expr.index.empty()) {
      unsupported(expr.range, "an array of products");
      return {};
    }
    return Space::product(std::move(names), std::move(fields))
        .withOptional(expr.optional);
  }
  case ast::SpaceExpr::Kind::Named:
    break;
  }
  if (expr.path.size() != 1) {
    unsupported(expr.range, "a space of another module");
    return {};
  }
  std::vector<const std::vector<ast::Slot> *> groups;
  for (const auto &group : expr.index)
    groups.push_back(&group);
  Space made =
      spaceFromIndex(expr.path[0].text, expr.range, expr.args, groups, frame);
  return made.isValid() && expr.optional ? made.withOptional(true) : made;
}

bool Elaborator::accepts(const Space &declared, const Space &actual) {
  if (declared.shape() != actual.shape())
    return false;
  SpaceKind want = declared.kind(), have = actual.kind();
  if (want == SpaceKind::Real)
    return actual.kind() != SpaceKind::Product;
  if (want == SpaceKind::Positive)
    return have == SpaceKind::Positive || have == SpaceKind::Unit ||
           have == SpaceKind::Simplex ||
           (have == SpaceKind::Interval && actual.lo() >= 0);
  if (want == SpaceKind::Unit)
    return have == SpaceKind::Unit || have == SpaceKind::Simplex ||
           (have == SpaceKind::Interval && actual.lo() >= 0 &&
            actual.hi() <= 1);
  if (want == SpaceKind::Interval)
    return (have == SpaceKind::Interval || have == SpaceKind::Unit) &&
           actual.lo() >= declared.lo() && actual.hi() <= declared.hi();
  if (want == SpaceKind::Int)
    return have == SpaceKind::Int || have == SpaceKind::Fin;
  if (want == SpaceKind::Fin)
    return have == SpaceKind::Fin && actual.finSize() <= declared.finSize();
  return want == have;
}

bool Elaborator::checkSpace(const Space &declared, const Tensor &value,
                            SourceRange range, const std::string &what) {
  Space actual = value.space.withShape(value.valueShape());
  if (accepts(declared, actual))
    return true;
  // The bounds may know more than the space says: 1 + exp(x) is Positive.
  if (declared.shape() == actual.shape() && declared.isFloat() &&
      actual.kind() != SpaceKind::Product &&
      declared.kind() != SpaceKind::Simplex && !declared.isMatrixSpace() &&
      value.bounds.inside(declared.lo(), declared.hi()))
    return true;
  if (declared.shape() != actual.shape()) {
    error(Code::ShapeMismatch, range,
          what + " is " + declared.str() + ", but the value has space " +
              actual.str(),
          "shape does not fit");
    return false;
  }
  error(Code::SpaceMismatch, range,
        what + " is " + declared.str() + ", but the value has space " +
            actual.str(),
        "may lie outside of " + declared.str())
      .help(
          "map it there, for example by softplus (Positive) or sigmoid (Unit)");
  return false;
}

Den Elaborator::declaredAs(const ast::SpaceExpr &declared, Den den,
                           SourceRange range, Frame &frame) {
  if (den.isError())
    return den;
  Space wanted = space(declared, frame);
  return wanted.isValid() ? declaredAs(wanted, std::move(den), range, frame)
                          : Den::error();
}

/// A value that is said to lie in a space; a number fills its shape.
Den Elaborator::declaredAs(const Space &declared, Den den, SourceRange range,
                           Frame &frame) {
  if (den.isError())
    return den;
  if (declared.kind() == SpaceKind::Product) {
    const std::vector<Space> &fields = declared.fields();
    if (!den.is(Den::Kind::Tuple) || den.items.size() != fields.size()) {
      error(Code::SpaceMismatch, range,
            "declared as " + declared.str() + ", but this is " +
                den.describe());
      return Den::error();
    }
    for (size_t i = 0; i != fields.size(); ++i) {
      den.items[i] = declaredAs(fields[i], den.items[i], range, frame);
      if (den.items[i].isError())
        return Den::error();
    }
    return den;
  }
  const std::string what = "'" + text(range) + "'";
  bool scalar = declared.shape().empty();
  if (den.is(Den::Kind::Number)) {
    bool whole = std::floor(den.number) == den.number;
    bool fits =
        declared.isFloat()
            ? Bounds::point(den.number).inside(declared.lo(), declared.hi()) &&
                  !declared.isMatrixSpace() &&
                  declared.kind() != SpaceKind::Simplex
        : declared.kind() == SpaceKind::Int ? whole
        : declared.kind() == SpaceKind::Fin
            ? whole && den.number >= 0 &&
                  den.number < double(declared.finSize())
            : false;
    if (!fits) {
      error(Code::SpaceMismatch, range,
            what + " is declared as " + declared.str() +
                ", but lies outside of it");
      return Den::error();
    }
    return scalar ? den : Den::ofTensor(constant(den.number, declared));
  }
  if (den.is(Den::Kind::Bool) && scalar && declared.kind() == SpaceKind::Bool)
    return den;
  auto value = tensorOf(den, range, frame);
  if (!value || !checkSpace(declared, *value, range, what))
    return Den::error();
  return Den::ofTensor(*value);
}

std::optional<std::string> Elaborator::unboundName(const ast::Expr &expr,
                                                   Frame &frame) {
  if (const auto *name = expr.as<ast::NameExpr>()) {
    const Den *found = find(name->name, frame.env);
    return found ? std::nullopt : std::optional<std::string>(name->name);
  }
  if (const auto *binary = expr.as<ast::BinaryExpr>()) {
    auto left = unboundName(*binary->lhs, frame);
    return left ? left : unboundName(*binary->rhs, frame);
  }
  return std::nullopt;
}

bool Elaborator::hasFreeName(const ast::SpaceExpr &expr, Frame &frame) {
  for (const ast::SpaceField &field : expr.fields)
    if (hasFreeName(*field.space, frame))
      return true;
  for (const auto &group : expr.index)
    for (const ast::Slot &slot : group)
      if (slot.value && unboundName(*slot.value, frame))
        return true;
  return false;
}

bool Elaborator::solveStatic(const ast::Expr &expr, int64_t value,
                             Frame &frame) {
  auto name = unboundName(expr, frame);
  if (!name)
    return false;
  if (expr.as<ast::NameExpr>()) {
    frame.env->names[*name] = Den::ofNumber(static_cast<double>(value));
    return true;
  }
  const auto *binary = expr.as<ast::BinaryExpr>();
  if (!binary)
    return false;
  // Undo the outermost operation; the other side must be known.
  bool left = unboundName(*binary->lhs, frame).has_value();
  if (left && unboundName(*binary->rhs, frame))
    return false;
  auto other = staticInt(left ? *binary->rhs : *binary->lhs, frame);
  const ast::Expr &open = left ? *binary->lhs : *binary->rhs;
  if (!other)
    return false;
  if (binary->op == "+")
    return solveStatic(open, value - *other, frame);
  if (binary->op == "-")
    return solveStatic(open, left ? value + *other : *other - value, frame);
  if (binary->op == "*" && *other != 0 && value % *other == 0)
    return solveStatic(open, value / *other, frame);
  if (binary->op == "/" && left)
    return solveStatic(open, value * *other, frame);
  return false;
}

bool Elaborator::unifySlots(const std::vector<ast::Slot> &slots,
                            const std::vector<int64_t> &extents, Frame &frame,
                            SourceRange range, const std::string &what) {
  for (size_t i = 0; i != slots.size(); ++i) {
    if (slots[i].kind != ast::Slot::Kind::Expr)
      continue;
    if (solveStatic(*slots[i].value, extents[i], frame))
      continue;
    auto wanted = staticInt(*slots[i].value, frame);
    if (!wanted)
      return false;
    if (*wanted != extents[i]) {
      error(Code::ShapeMismatch, range,
            what + ": extent " + std::to_string(extents[i]) + " where " +
                std::to_string(*wanted) + " is needed",
            "shape does not fit")
          .label(slots[i].range,
                 "declared as '" + text(slots[i].range) + "' here");
      return false;
    }
  }
  return true;
}

size_t Elaborator::declaredRank(const ast::SpaceExpr &expr) {
  if (expr.kind != ast::SpaceExpr::Kind::Named || expr.path.empty())
    return 0;
  size_t rank = 0;
  for (const auto &group : expr.index)
    rank += group.size();
  const std::string &name = expr.path.back().text;
  if (name == "Fin" && rank)
    return rank - 1;
  return matrixKind(name) ? rank + 1 : rank;
}

bool Elaborator::unify(const ast::SpaceExpr &declared, const Space &actual,
                       Frame &frame, SourceRange range,
                       const std::string &what) {
  if (declared.kind == ast::SpaceExpr::Kind::Product) {
    if (actual.kind() != SpaceKind::Product ||
        actual.fields().size() != declared.fields.size()) {
      error(Code::SpaceMismatch, range,
            what + " needs " + std::to_string(declared.fields.size()) +
                " fields, but is " + actual.str());
      return false;
    }
    for (size_t i = 0; i != declared.fields.size(); ++i)
      if (!unify(*declared.fields[i].space, actual.fields()[i], frame, range,
                 what))
        return false;
    return true;
  }
  if (declared.kind != ast::SpaceExpr::Kind::Named ||
      declared.path.size() != 1) {
    space(declared, frame);
    return false;
  }
  if (actual.kind() == SpaceKind::Product) {
    error(Code::SpaceMismatch, range,
          what + " is declared as '" + text(declared.range) + "', but is " +
              actual.str());
    return false;
  }
  const std::string &name = declared.path[0].text;
  size_t rank = declaredRank(declared);
  if (rank != actual.shape().size()) {
    error(Code::ShapeMismatch, range,
          what + " is declared as '" + text(declared.range) +
              "', but the value has space " + actual.str(),
          "shape does not fit")
        .help(
            rank < actual.shape().size()
                ? "apply it to each element: vec[i: D] ..., or each i: D { ... "
                  "}"
                : "nothing is broadcast implicitly: index or repeat the value");
    return false;
  }
  // Groups after the first stand before it in the shape.
  std::vector<int64_t> shape = actual.shape();
  bool isFin = name == "Fin";
  size_t begin = 0;
  for (size_t g = declared.index.size(); g-- > 0;) {
    const auto &group = declared.index[g];
    std::vector<int64_t> extents;
    if (g == 0 && isFin) {
      extents = {actual.kind() == SpaceKind::Fin ? actual.finSize() : 0};
    } else {
      extents.assign(shape.begin() + begin,
                     shape.begin() + begin + group.size());
      begin += group.size();
    }
    if (g == 0 && isFin && actual.kind() != SpaceKind::Fin)
      break;
    if (!unifySlots(group, extents, frame, range, what))
      return false;
  }
  return true;
}

} // namespace rill::lang::elab
