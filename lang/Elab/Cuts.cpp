//===- Cuts.cpp - halves, split, evens, channels --------------------------===//
//
// The index sets of the standard views. On a place under `view` they make
// places; anywhere else they give the parts as values.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

namespace rill::lang::elab {

/// Row-major element indices with the last axis restricted to `columns`.
static std::vector<int64_t> columnsOf(const std::vector<int64_t> &shape,
                                      const std::vector<int64_t> &columns) {
  int64_t width = shape.back(), rows = 1;
  for (size_t i = 0; i + 1 < shape.size(); ++i)
    rows *= shape[i];
  std::vector<int64_t> elements;
  for (int64_t row = 0; row != rows; ++row)
    for (int64_t column : columns)
      elements.push_back(row * width + column);
  return elements;
}

static std::vector<int64_t> span(int64_t from, int64_t to, int64_t step = 1) {
  std::vector<int64_t> list;
  for (int64_t i = from; i < to; i += step)
    list.push_back(i);
  return list;
}

std::optional<std::vector<std::vector<int64_t>>>
Elaborator::cutParts(const std::string &how, const std::vector<int64_t> &shape,
                     const std::vector<int64_t> &sizes, SourceRange range,
                     std::vector<std::vector<int64_t>> &columns) {
  if (shape.empty()) {
    error(Code::ShapeMismatch, range,
          "'" + how + "' needs an axis to cut, not a scalar");
    return std::nullopt;
  }
  int64_t n = shape.back();
  if (how == "halves" || how == "channels") {
    if (n % 2 != 0) {
      error(Code::OddSplit, range,
            "'" + how + "' of an odd extent: " + std::to_string(n) +
                " does not divide by 2",
            "the axis has extent " + std::to_string(n))
          .help("use split(x, n) with the size of the first part, or evens(x)");
      return std::nullopt;
    }
    columns = {span(0, n / 2), span(n / 2, n)};
  } else if (how == "evens") {
    if (n < 2) {
      error(Code::OddSplit, range, "'evens' needs an extent of at least 2");
      return std::nullopt;
    }
    columns = {span(0, n, 2), span(1, n, 2)};
  } else {
    int64_t at = 0;
    for (int64_t size : sizes) {
      columns.push_back(span(at, at + size));
      at += size;
      if (size < 1 || at > n) {
        error(Code::OddSplit, range,
              "these sizes do not fit the extent " + std::to_string(n));
        return std::nullopt;
      }
    }
    if (at < n)
      columns.push_back(span(at, n));
  }
  std::vector<std::vector<int64_t>> parts;
  for (const std::vector<int64_t> &list : columns)
    parts.push_back(columnsOf(shape, list));
  return parts;
}

Den Elaborator::cut(const std::string &how, const ast::CallExpr &node,
                    const ast::Expr &expr, Frame &frame, bool view) {
  bool sized = how == "split";
  if (node.args.empty() || (!sized && node.args.size() != 1) ||
      (sized && node.args.size() < 2)) {
    error(Code::WrongArguments, expr.range,
          sized ? "'split' takes a value and sizes: split(x, 2)"
                : "'" + how + "' takes one value");
    return Den::error();
  }
  Den base = eval(*node.args[0].value, frame);
  if (base.isError())
    return base;
  std::vector<int64_t> sizes;
  for (size_t i = 1; i < node.args.size(); ++i) {
    auto size = staticInt(*node.args[i].value, frame);
    if (!size)
      return Den::error();
    sizes.push_back(*size);
  }
  std::optional<Tensor> value;
  std::vector<int64_t> shape;
  if (base.is(Den::Kind::Place) && view) {
    if (!base.labels.empty())
      return unsupported(expr.range, "a view of an element");
    shape = placeValueShape(base);
  } else {
    value = tensorOf(base, node.args[0].value->range, frame);
    if (!value)
      return Den::error();
    shape = value->valueShape();
  }
  std::vector<std::vector<int64_t>> columns;
  auto parts = cutParts(how, shape, sizes, expr.range, columns);
  if (!parts) {
    indivisible.insert({frame.def, shape.empty() ? 0 : shape.back(), 2});
    return Den::error();
  }
  std::vector<Den> items;
  if (value) {
    for (const std::vector<int64_t> &list : columns) {
      Tensor t = *value;
      if (t.space.kind() ==
          SpaceKind::Simplex) // a part of a simplex is not one
        t.space = Space::make(SpaceKind::Unit, t.space.shape());
      Tensor r = gather(
          t, static_cast<int64_t>(value->space.shape().size()) - 1, list);
      r.labels = value->labels;
      items.push_back(Den::ofTensor(r));
    }
    return Den::ofTuple(std::move(items));
  }
  std::vector<std::vector<int64_t>> shapes;
  std::vector<std::string> names;
  for (const std::vector<int64_t> &list : columns) {
    shapes.push_back(shape);
    shapes.back().back() = static_cast<int64_t>(list.size());
    names.push_back(text(node.args[0].value->range));
  }
  for (PlaceId part : viewParts(base.place, *parts, shapes, names, expr.range))
    items.push_back(Den::ofPlace(part));
  return Den::ofTuple(std::move(items));
}

} // namespace rill::lang::elab
