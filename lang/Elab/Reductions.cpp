//===- Reductions.cpp - sum[i: D] .., vec[i: D] .., logsumexp .. ----------===//
//
// A comprehension is elaborated once, with its binders as axes, and then
// reduced. Sums of products whose factors have different axes become
// `contract`; everything else is arithmetic followed by `reduce`.
//
//===----------------------------------------------------------------------===//
#include "AST/Walk.h"
#include "Elab/Elaborator.h"

#include <algorithm>

namespace rill::lang::elab {

static bool has(const std::vector<BinderId> &list, BinderId binder) {
  return std::find(list.begin(), list.end(), binder) != list.end();
}

void Elaborator::factors(const ast::Expr &expr,
                         std::vector<const ast::Expr *> &out) {
  const auto *binary = expr.as<ast::BinaryExpr>();
  if (binary && binary->op == "*") {
    factors(*binary->lhs, out);
    factors(*binary->rhs, out);
  } else {
    out.push_back(&expr);
  }
}

static void
findIndexed(const ast::Expr &expr, const std::string &name,
            std::vector<std::pair<const ast::Expr *, size_t>> &found);

static void
findInArgs(const std::vector<ast::Arg> &args, const std::string &name,
           std::vector<std::pair<const ast::Expr *, size_t>> &found) {
  for (const ast::Arg &arg : args)
    findIndexed(*arg.value, name, found);
}

/// Bases indexed by `name` alone, with the position of that slot.
static void
findIndexed(const ast::Expr &expr, const std::string &name,
            std::vector<std::pair<const ast::Expr *, size_t>> &found) {
  if (const auto *n = expr.as<ast::IndexExpr>()) {
    for (size_t i = 0; i != n->slots.size(); ++i) {
      if (!n->slots[i].value)
        continue;
      const auto *slot = n->slots[i].value->as<ast::NameExpr>();
      if (slot && slot->name == name)
        found.push_back({n->base.get(), i});
    }
    findIndexed(*n->base, name, found);
  } else if (const auto *b = expr.as<ast::BinaryExpr>()) {
    findIndexed(*b->lhs, name, found);
    findIndexed(*b->rhs, name, found);
  } else if (const auto *u = expr.as<ast::UnaryExpr>()) {
    findIndexed(*u->operand, name, found);
  } else if (const auto *c = expr.as<ast::CallExpr>()) {
    findInArgs(c->args, name, found);
    findInArgs(c->conditions, name, found);
  } else if (const auto *r = expr.as<ast::ReduceExpr>()) {
    findIndexed(*r->body, name, found);
  } else if (const auto *i = expr.as<ast::IfExpr>(); i && i->thenExpr) {
    findIndexed(*i->condition, name, found);
    findIndexed(*i->thenExpr, name, found);
    findIndexed(*i->elseExpr, name, found);
  }
}

std::optional<std::vector<int64_t>>
Elaborator::inferRange(const std::string &name, const ast::Expr &body,
                       Frame &frame) {
  std::vector<std::pair<const ast::Expr *, size_t>> found;
  findIndexed(body, name, found);
  for (auto [base, slot] : found) {
    const auto *simple = base->as<ast::NameExpr>();
    const Den *den = simple ? find(simple->name, frame.env) : nullptr;
    std::vector<int64_t> shape;
    if (den && den->is(Den::Kind::Tensor))
      shape = den->tensor.valueShape();
    else if (den && den->is(Den::Kind::Place))
      shape = placeValueShape(*den);
    else if (den && den->is(Den::Kind::Partial))
      shape = den->partial->space.shape();
    if (slot >= shape.size())
      continue;
    std::vector<int64_t> values(shape[slot]);
    for (size_t i = 0; i != values.size(); ++i)
      values[i] = static_cast<int64_t>(i);
    return values;
  }
  return std::nullopt;
}

Tensor Elaborator::reduceLabels(const std::string &kind, const Tensor &t,
                                const std::vector<BinderId> &over,
                                bool spread) {
  std::vector<BinderId> labels = t.labels;
  if (spread)
    for (BinderId binder : over)
      if (!has(labels, binder))
        labels.push_back(binder);
  std::sort(labels.begin(), labels.end());
  Tensor full = spreadTo(t, labels, t.valueShape());
  std::vector<int64_t> dims;
  std::vector<BinderId> kept;
  for (size_t i = 0; i != labels.size(); ++i) {
    if (has(over, labels[i]))
      dims.push_back(static_cast<int64_t>(i));
    else
      kept.push_back(labels[i]);
  }
  Tensor r = reduce(kind, full, dims);
  r.labels = kept;
  return r;
}

/// Whether summing t over `over` is summing the weights of a simplex.
bool Elaborator::isConvexOver(const Tensor &t,
                              const std::vector<BinderId> &over) const {
  return program.values[t.id].space.kind() == SpaceKind::Simplex &&
         t.rank() == 0 && over.size() == 1 && !t.labels.empty() &&
         t.labels.back() == over[0];
}

/// sum over `over` of x * y, as one contraction.
Tensor Elaborator::contractLabels(Tensor x, Tensor y,
                                  const std::vector<BinderId> &over) {
  std::vector<BinderId> all = x.labels;
  for (BinderId label : y.labels)
    if (!has(all, label))
      all.push_back(label);
  std::sort(all.begin(), all.end());
  std::map<int64_t, char> names;
  auto letter = [&](int64_t key) {
    return names.emplace(key, char('a' + names.size())).first->second;
  };
  std::string sx, sy, out;
  for (BinderId label : x.labels)
    sx += letter(label);
  for (size_t i = 0; i != x.rank(); ++i)
    sx += letter(-1 - int64_t(i));
  for (BinderId label : y.labels)
    sy += letter(label);
  for (size_t i = 0; i != y.rank(); ++i)
    sy += letter(-1 - int64_t(i));
  std::vector<int64_t> shape;
  std::vector<BinderId> kept;
  for (BinderId label : all)
    if (!has(over, label)) {
      out += letter(label);
      kept.push_back(label);
      shape.push_back(binders[label].extent());
    }
  const Tensor &shaped = x.rank() ? x : y;
  std::vector<int64_t> value = shaped.valueShape();
  for (size_t i = 0; i != value.size(); ++i)
    out += letter(-1 - int64_t(i));
  shape.insert(shape.end(), value.begin(), value.end());
  Tensor r = emit("contract", {x, y}, Space::real(shape),
                  {{"spec", sx + "," + sy + "->" + out}});
  r.labels = kept;
  // A mean of y with weights x lies where y does.
  for (bool left : {true, false})
    if (isConvexOver(left ? x : y, over)) {
      definitions[r.id].convex = true;
      return withBounds(r, left ? y.bounds : x.bounds);
    }
  int64_t count = 1;
  for (BinderId label : over)
    count *= binders[label].extent();
  return withBounds(r, scaled(multiply(x.bounds, y.bounds), count));
}

/// The truth value of a guard or of the body of `all` and `any`.
std::optional<Tensor> Elaborator::truth(const ast::Expr &expr, Frame &frame) {
  auto value = tensor(expr, frame);
  if (value && value->space.kind() != SpaceKind::Bool) {
    error(Code::SpaceMismatch, expr.range,
          "a truth value is needed here, but '" + text(expr.range) +
              "' has space " + value->space.str());
    return std::nullopt;
  }
  return value;
}

/// Whether an expression is finite wherever what it names is: then a mask may
/// multiply it.
static bool staysFinite(const ast::Expr &expr) {
  bool finite = true;
  ast::walk(expr, {[&](const ast::Expr &e) {
                     const auto *binary = e.as<ast::BinaryExpr>();
                     finite &=
                         e.as<ast::NameExpr>() || e.as<ast::NumberExpr>() ||
                         (e.as<ast::IndexExpr>() &&
                          e.as<ast::IndexExpr>()->base->as<ast::NameExpr>()) ||
                         e.as<ast::UnaryExpr>() ||
                         (binary && (binary->op == "+" || binary->op == "-" ||
                                     binary->op == "*"));
                     return finite && !e.as<ast::IndexExpr>();
                   },
                   {},
                   {}});
  return finite;
}

/// What the guard leaves out may have no value: 1 / i without i = 0.
std::optional<Tensor> Elaborator::guarded(Tensor body, const ast::Expr &guard,
                                          double otherwise, Frame &frame) {
  auto mask = truth(guard, frame);
  Tensor rest = constant(otherwise, Space::real());
  if (!mask || !align({&*mask, &body, &rest}, here))
    return std::nullopt;
  return select(*mask, body, rest);
}

Den Elaborator::sumOver(const std::vector<BinderId> &over,
                        const ast::Expr &body, const ast::Expr *guard,
                        Frame &frame, const std::string &op) {
  if (guard && !staysFinite(body)) {
    auto value = floatTensor(body, frame);
    if (value)
      value = guarded(*value, *guard, 0, frame);
    return value ? Den::ofTensor(reduceLabels("sum", *value, over, true))
                 : Den::error();
  }
  std::vector<const ast::Expr *> list;
  factors(body, list);
  double scale = 1;
  int64_t total = 1;
  for (BinderId binder : over)
    total *= binders[binder].extent();
  std::vector<Tensor> inside, outside;
  for (const ast::Expr *factor : list) {
    Den den = eval(*factor, frame);
    if (den.isError())
      return den;
    if (den.is(Den::Kind::Number)) {
      scale *= den.number;
      continue;
    }
    auto t = tensorOf(den, factor->range, frame);
    if (!t)
      return Den::error();
    *t = toFloat(*t);
    bool depends = std::any_of(over.begin(), over.end(),
                               [&](BinderId b) { return has(t->labels, b); });
    (depends ? inside : outside).push_back(*t);
  }
  if (guard) {
    auto mask = truth(*guard, frame);
    if (!mask)
      return Den::error();
    // First: a mask of weights is a constant, and the product stays one of
    // weights by values.
    inside.insert(inside.begin(), toFloat(*mask));
  }
  Tensor sum;
  if (inside.empty()) {
    scale *= static_cast<double>(total);
    sum = constant(scale, Space::real());
    scale = 1;
  } else {
    // Binders that no factor depends on only count.
    std::vector<BinderId> used;
    for (BinderId binder : over) {
      bool any =
          std::any_of(inside.begin(), inside.end(),
                      [&](const Tensor &t) { return has(t.labels, binder); });
      if (any)
        used.push_back(binder);
      else
        scale *= static_cast<double>(binders[binder].extent());
    }
    Tensor product = inside[0];
    for (size_t i = 1; i + 1 < inside.size(); ++i) {
      if (!align({&product, &inside[i]}, here))
        return Den::error();
      product = binary("mul", product, inside[i]);
    }
    Tensor *last = inside.size() > 1 ? &inside.back() : nullptr;
    bool sameShape = !last || product.rank() == 0 || last->rank() == 0 ||
                     product.valueShape() == last->valueShape();
    bool convex =
        last && (isConvexOver(product, used) || isConvexOver(*last, used));
    if (last && sameShape && (convex || product.labels != last->labels)) {
      sum = contractLabels(product, *last, used);
    } else {
      if (last) {
        if (!align({&product, last}, here))
          return Den::error();
        product = binary("mul", product, *last);
      }
      sum = reduceLabels("sum", product, used, false);
    }
  }
  for (Tensor &factor : outside) {
    if (!align({&sum, &factor}, here))
      return Den::error();
    sum = binary("mul", sum, factor);
  }
  if (op == "mean")
    scale /= static_cast<double>(total);
  return Den::ofTensor(scale == 1 ? sum : binaryScalar("mul", sum, scale));
}

/// vec[i: D, j: E] body: the binders become the leading axes; a guard keeps
/// the pairs for which it holds, in row-major order, as one axis.
Den Elaborator::vecOver(const std::vector<BinderId> &over,
                        const ast::ReduceExpr &node, Frame &frame) {
  auto body = tensor(*node.body, frame);
  if (!body)
    return Den::error();
  Tensor whole = dropLabels(*body, over, true);
  if (!node.guard)
    return Den::ofTensor(whole);
  std::vector<int64_t> kept;
  int64_t total = 1;
  for (BinderId binder : over)
    total *= binders[binder].extent();
  Frame inner = frame;
  inner.env = Env::inside(frame.env);
  for (int64_t n = 0; n != total; ++n) {
    int64_t rest = n;
    for (size_t b = over.size(); b-- > 0;) {
      const BinderInfo &info = binders[over[b]];
      inner.env->names[info.name] =
          Den::ofNumber(static_cast<double>(info.values[rest % info.extent()]));
      rest /= info.extent();
    }
    Den keep = eval(*node.guard, inner);
    if (!keep.is(Den::Kind::Bool)) {
      if (!keep.isError())
        error(Code::NotStatic, node.guard->range,
              "the guard of 'vec' must be known at compile time");
      return Den::error();
    }
    if (keep.truth)
      kept.push_back(n);
  }
  if (kept.empty()) {
    error(Code::StaticArithmetic, node.guard->range,
          "no index satisfies this guard");
    return Den::error();
  }
  std::vector<BinderId> labels = whole.labels;
  std::vector<int64_t> shape = whole.labelShape();
  int64_t axis = static_cast<int64_t>(shape.size());
  shape.push_back(total);
  std::vector<int64_t> value = whole.valueShape();
  shape.insert(shape.end(), value.begin() + static_cast<int64_t>(over.size()),
               value.end());
  Tensor r = gather(reshape(whole, shape), axis, kept);
  r.labels = labels;
  return Den::ofTensor(r);
}

static double neutral(const std::string &op) {
  if (op == "prod")
    return 1;
  double inf = std::numeric_limits<double>::infinity();
  return op == "min" ? inf : -inf;
}

Den Elaborator::evalReduce(const ast::ReduceExpr &node, const ast::Expr &expr,
                           Frame &frame) {
  if (node.op == "argmax" || node.op == "argmin")
    return unsupported(expr.range, "'" + node.op + "'");
  Frame inner = frame;
  inner.env = Env::inside(frame.env);
  std::vector<BinderId> over;
  for (const ast::Binder &binder : node.binders) {
    std::optional<std::vector<int64_t>> values;
    if (binder.range) {
      values = rangeOf(*binder.range, inner);
      if (!values)
        return Den::error();
    } else {
      values = inferRange(binder.name.text, *node.body, inner);
      if (!values) {
        error(Code::StaticUnknown, binder.name.range,
              "the range of '" + binder.name.text + "' cannot be inferred")
            .help("write it: " + node.op + "[" + binder.name.text + ": D] ...");
        return Den::error();
      }
    }
    if (values->empty()) {
      error(Code::StaticArithmetic, binder.name.range,
            "the range of '" + binder.name.text + "' is empty");
      return Den::error();
    }
    over.push_back(newBinder(binder.name.text, *values));
    bind(inner.env, binder.name, Den::ofBinder(over.back()));
  }
  Den result = Den::error();
  std::vector<BinderId> saved = active;
  active.insert(active.end(), over.begin(), over.end());
  if (node.op == "vec") {
    result = vecOver(over, node, inner);
  } else if (node.op == "sum" || (node.op == "mean" && !node.guard)) {
    result = sumOver(over, *node.body, node.guard.get(), inner, node.op);
  } else if (node.op == "mean") {
    result = unsupported(expr.range, "'mean' with a guard");
  } else if (node.op == "all" || node.op == "any") {
    auto body = truth(*node.body, inner);
    if (node.guard)
      result = unsupported(expr.range, "'" + node.op + "' with a guard");
    else if (body)
      result = Den::ofTensor(reduceLabels(node.op, *body, over, true));
  } else if (auto body = floatTensor(*node.body, inner)) {
    if (node.guard)
      body = guarded(*body, *node.guard, neutral(node.op), inner);
    if (body)
      result = Den::ofTensor(reduceLabels(node.op, *body, over, true));
  }
  active = saved;
  return result;
}

} // namespace rill::lang::elab
