// What models write with several operations: attention, reductions over masked
// elements, searches in a table of knots, a density with special functions.
#include "Grower.h"

namespace rill::lane::random {

using mlir::Value;

Value Grower::mask(int64_t rows, int64_t columns) {
  auto place = [&](int64_t dim) -> Value {
    return IotaOp::create(b.builder, b.loc,
                          tensorOf({rows, columns}, intType(), true), dim);
  };
  Value column = place(1);
  if (!options.kinks || choices.chance(50))
    return b.compare(Predicate::le, column, place(0));
  return b.logicalOr(b.compare(Predicate::eq, column, 0),
                     comparison({rows, columns}).value);
}

/// Tokens that read each other, mostly values with values: the weights are a
/// softmax of products, shifted by their greatest under `stop` as in
/// std.nets.attention, or normalised by a logsumexp over -inf where masked. The
/// shift has no influence, so differences see the same derivative.
bool Grower::growAttention() {
  int64_t tokens = choices.between(2, std::min<int64_t>(options.dimension, 6));
  int64_t width = choices.between(1, 3);
  Shape square = {tokens, tokens};
  if (!small(square) || !small({tokens, width}))
    return false;
  auto part = [&] {
    Item i = within(fit(pickFloat(), {tokens, width}), -1.5, 1.5);
    return choices.chance(70) ? inRate(i, false) : i;
  };
  Item query = part(), key = part(), value = part();
  Value score =
      ContractOp::create(b.builder, b.loc, "ab,cb->ac", query.value, key.value);
  score = b.mul(score, 1 / std::sqrt(double(width)));
  Value holds = mask(tokens, tokens);
  Value logits = b.select(holds, score, b.constant(score, -INFINITY));
  auto rows = [&](Value v) { return b.spread(v, {0}, square); };
  Value read;
  bool byGreatest = choices.chance(50);
  if (byGreatest) {
    Value most = b.unary<StopOp>(b.reduce(ReduceKind::max, logits, {1}));
    Value weight = b.masked(holds, b.exp(b.sub(score, rows(most))));
    Value total = b.reduce(ReduceKind::sum, weight, {1});
    Value sum =
        ContractOp::create(b.builder, b.loc, "ab,bc->ac", weight, value.value);
    read = b.div(sum, b.spread(total, {0}, {tokens, width}));
  } else {
    Value total = b.reduce(ReduceKind::logsumexp, logits, {1});
    Value weight = b.exp(b.sub(logits, rows(total)));
    read =
        ContractOp::create(b.builder, b.loc, "ab,bc->ac", weight, value.value);
  }
  note(byGreatest ? "attention shifted by its greatest"
                  : "attention by logsumexp",
       read);
  return addFloat(read, value.low, value.high);
}

/// A reduction of the elements that a mask leaves, as `sum[j: n if ..]`.
bool Grower::growMaskedReduction() {
  int64_t n = std::min<int64_t>(options.dimension, 6);
  int64_t rows = choices.between(1, n), columns = choices.between(1, n);
  if (!small({rows, columns}))
    return false;
  Item x = fit(pickFloat(), {rows, columns});
  Value holds = mask(rows, columns);
  struct Case {
    ReduceKind kind;
    double neutral;
    const char *name;
  };
  static const std::vector<Case> cases = {
      {ReduceKind::sum, 0, "masked sum"},
      {ReduceKind::prod, 1, "masked prod"},
      {ReduceKind::logsumexp, -INFINITY, "masked logsumexp"},
      {ReduceKind::max, -INFINITY, "masked max"},
      {ReduceKind::min, INFINITY, "masked min"}};
  const Case &c = cases[choices.below(options.kinks ? 5 : 3)];
  if (c.kind == ReduceKind::prod)
    x = within(x, -1.3, 1.3);
  Value r = b.reduce(
      c.kind, b.select(holds, x.value, b.constant(x.value, c.neutral)), {1});
  note(c.name, r);
  double m = double(columns);
  switch (c.kind) {
  case ReduceKind::sum:
    return addFloat(r, std::fmin(x.low, 0) * m, std::fmax(x.high, 0) * m);
  case ReduceKind::prod:
    return addFloat(r, -std::pow(1.3, m), std::pow(1.3, m));
  case ReduceKind::logsumexp:
    return addFloat(r, x.low, x.high + std::log(m));
  default:
    return addFloat(r, x.low, x.high);
  }
}

/// The bin of a value among knots that are sums of softmax widths, and the
/// value of a table there: a spline's first half.
bool Grower::growSearch() {
  if (!options.kinks || !options.integers)
    return false;
  int64_t bins = choices.between(2, 4);
  Item raw = fit(pickFloat(), {bins}), table = fit(pickFloat(), {bins});
  Item x = within(fit(pickFloat(), {}), 0, 1);
  Value total = b.reduce(ReduceKind::logsumexp, raw.value, {0});
  Value width = b.exp(b.sub(raw.value, b.spread(total, {}, {bins})));
  Value left = CumsumOp::create(b.builder, b.loc, width, 0, false, true);
  Value passed = b.compare(Predicate::ge, b.spread(x.value, {}, {bins}), left);
  Value bin =
      b.reduce(ReduceKind::sum,
               ConvertOp::create(b.builder, b.loc, passed, intType()), {0});
  bin = b.sub(b.binary<MaxOp>(bin, b.constant(bin, 1)), 1);
  Value start = TakeOp::create(b.builder, b.loc, left, bin, 0);
  Value height = TakeOp::create(b.builder, b.loc, table.value, bin, 0);
  Value r = b.mul(height, b.sub(x.value, start));
  note("search among knots", r);
  return addFloat(r, -table.magnitude(), table.magnitude());
}

/// The log-density of Student's t with any degrees of freedom.
bool Grower::growStudent() {
  if (!options.special)
    return false;
  Item z = within(pickFloat(), -3, 3);
  Item nu = within(fit(pickFloat(), z.type().getShape()), 1, 6);
  Value half = b.mul(nu.value, 0.5), more = b.add(half, 0.5);
  Value constant =
      b.sub(b.sub(b.unary<LgammaOp>(more), b.unary<LgammaOp>(half)),
            b.mul(b.log(b.mul(nu.value, M_PI)), 0.5));
  Value tail = b.mul(more, b.unary<Log1pOp>(b.div(b.sq(z.value), nu.value)));
  Value r = b.sub(constant, tail);
  note("density of Student's t", r);
  return addFloat(r, -5, 0); // least: -4.2 at nu = 6, z = 3
}

bool Grower::growPattern() {
  switch (choices.below(6)) {
  case 0:
  case 1:
    return growAttention();
  case 2:
  case 3:
    return growMaskedReduction();
  case 4:
    return growSearch();
  default:
    return growStudent();
  }
}

} // namespace rill::lane::random
