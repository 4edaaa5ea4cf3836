// Contractions, solves, batch reductions and draws of random programs.
#include "Grower.h"

namespace rill::lane::random {

using mlir::Value;

/// `item` with known zeros at the ends of its rows, as masked networks have.
Item Grower::masked(Item item) {
  Shape shape(item.type().getShape());
  if (shape.empty())
    return item;
  std::vector<double> mask(Array::sizeOf(shape), 0);
  int64_t columns = shape.back();
  for (size_t row = 0; row < mask.size(); row += columns) {
    int64_t from = choices.between(0, columns);
    int64_t to = choices.between(from, columns);
    std::fill(mask.begin() + row + from, mask.begin() + row + to, 1);
  }
  Value ones = ConstOp::create(b.builder, b.loc, tensorOf(shape, element, true),
                               llvm::ArrayRef<double>(mask));
  return {b.mul(ones, item.value), std::fmin(item.low, 0),
          std::fmax(item.high, 0)};
}

/// Any spec: y shares some letters with x and has perhaps one of its own, the
/// result keeps some of all, each in any order. Over invariant and varying
/// operands these are products of weights and values, of values and values,
/// and with `batch` the adjoints of weights.
bool Grower::growContract() {
  Item x = pickFloat();
  if (x.type().getRank() == 0)
    return false;
  ContractSpec spec;
  std::map<char, int64_t> size;
  for (int64_t d : x.type().getShape()) {
    char letter = char('a' + spec.x.size());
    size[letter] = d;
    spec.x += letter;
  }
  std::string inY;
  for (char c : spec.x)
    if (choices.chance(60))
      inY += c;
  if (inY.size() < 3 && choices.chance(60)) {
    char letter = char('a' + spec.x.size());
    size[letter] = choices.between(1, options.dimension);
    inY += letter;
  }
  Shape yShape;
  for (int64_t k : randomPermutation(int64_t(inY.size()))) {
    spec.y += inY[k];
    yShape.push_back(size[inY[k]]);
  }
  std::string kept;
  double terms = 1, total = 1;
  for (auto [letter, n] : size) {
    bool keep = kept.size() < 3 && choices.chance(50);
    if (keep)
      kept += letter;
    (keep ? total : terms) *= double(n);
  }
  for (int64_t k : randomPermutation(int64_t(kept.size())))
    spec.result += kept[k];
  if (total > double(options.elements) || terms > 4096 || !small(yShape))
    return false;

  Item y = fit(pickFloat(), yShape);
  if (choices.chance(30))
    y = masked(y);
  else if (choices.chance(30))
    x = masked(x);
  bool varying = !x.type().getInv() || !y.type().getInv();
  bool sums = options.batch && varying && choices.chance(25);
  double bound =
      x.magnitude() * y.magnitude() * terms * (sums ? double(batch) : 1);
  return addFloat(
      ContractOp::create(b.builder, b.loc, spec.str(), x.value, y.value, sums),
      -bound, bound);
}

bool Grower::growSolve() {
  if (!options.solves)
    return false;
  int64_t n = choices.between(1, 4);
  Item a = within(fit(pickFloat(), {n, n}), -0.5, 0.5);
  Item rhs = fit(pickFloat(), {n});
  bool lower = choices.chance(50), unit = choices.chance(50);
  bool transpose = choices.chance(50);
  std::vector<double> identity(n * n, 0);
  for (int64_t i = 0; i < n; ++i)
    identity[i * n + i] = 2;
  Value matrix =
      b.add(a.value,
            ConstOp::create(b.builder, b.loc, tensorOf({n, n}, element, true),
                            llvm::ArrayRef<double>(identity)));
  // |x_i| <= (|b| + sum over the solved |a_ij x_j|) / |a_ii|, a_ii >= 1.
  double bound = 0, sum = rhs.magnitude();
  for (int64_t i = 0; i < n; ++i) {
    bound = sum;
    sum += 0.5 * bound;
  }
  return addFloat(TriSolveOp::create(b.builder, b.loc, matrix, rhs.value, lower,
                                     unit, transpose),
                  -bound, bound);
}

bool Grower::growBatch() {
  Item x = pickFloat();
  if (x.type().getInv())
    return addFloat(b.withRate(x.value, false), x.low, x.high);
  if (!options.batch)
    return false;
  uint32_t kind = choices.below(options.kinks ? 4 : 2);
  if (kind < 2)
    return addFloat(b.withRate(x.value, true), std::fmin(x.low, 0) * batch,
                    std::fmax(x.high, 0) * batch);
  return addFloat(ReduceBatchOp::create(
                      b.builder, b.loc,
                      kind == 2 ? BatchKind::max : BatchKind::min, x.value),
                  x.low, x.high);
}

bool Grower::growDraw() {
  if (!options.draws)
    return false;
  uint32_t law = choices.below(options.integers ? 3 : 2);
  bool perSample = choices.chance(60);
  Shape shape = randomShape(choices.between(0, 2));
  mlir::Type drawn = law == 2 ? intType() : element;
  llvm::SmallVector<Value> indices;
  if (step)
    indices.push_back(step);
  Value v =
      DrawOp::create(b.builder, b.loc, tensorOf(shape, drawn, !perSample),
                     static_cast<Law>(law), shared.sites++, perSample, indices);
  if (law == 2) {
    add({v, -2147483648.0, 2147483647.0});
    return true;
  }
  double bound = law == 0 ? 1 : 9.2; // of a normal from 64 bits
  return addFloat(v, law == 0 ? 0 : -bound, bound);
}

Item Grower::inRate(Item item, bool inv) {
  if (item.type().getInv() == inv)
    return item;
  if (!inv)
    return {b.withRate(item.value, false), item.low, item.high};
  Item sum = {b.withRate(item.value, true), item.low * batch,
              item.high * batch};
  return scaled(sum, 1.0 / double(batch));
}

} // namespace rill::lane::random
