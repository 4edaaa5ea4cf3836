//===- Space.h - Spaces: sets with a reference measure ----------*- C++ -*-===//
//
// The types of Rill (LANGUAGE.md section 1). A space is an immutable value:
// an element set (`Real`, `Positive`, `Fin[K]`, ...) and a static shape, or a
// product of named fields. Structured matrix spaces are spaces of parameters.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_TYPED_SPACE_H
#define RILL_LANG_TYPED_SPACE_H

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rill::lang {

enum class SpaceKind {
  Real,
  Positive,
  Unit,
  Interval, ///< open subsets of the line, Lebesgue
  Fin,
  Bool,
  Int,     ///< counting measure
  Simplex, ///< last axis is the simplex
  PLU,
  Orthogonal,
  Permutation,
  LowerUnit, ///< [D, D] matrices, parameters only
  Product    ///< tuple or record
};

/// An immutable space. Copying is cheap.
class Space {
public:
  Space() = default;
  /// A (tensor of a) primitive space; `shape` is the full static shape. For
  /// Simplex[K] the last extent is K; for matrix spaces shape ends in D, D.
  static Space make(SpaceKind kind, std::vector<int64_t> shape = {});
  static Space real(std::vector<int64_t> shape = {}) {
    return make(SpaceKind::Real, std::move(shape));
  }
  static Space fin(int64_t size, std::vector<int64_t> shape = {});
  static Space interval(double lo, double hi, std::vector<int64_t> shape = {});
  static Space product(std::vector<std::string> names,
                       std::vector<Space> fields);

  bool isValid() const { return node != nullptr; }
  SpaceKind kind() const;
  const std::vector<int64_t> &shape() const;
  int64_t elements() const; ///< product of the shape
  int64_t finSize() const;
  double lo() const; ///< Interval bound; Unit gives 0, Positive 0, Real -inf
  double hi() const;
  const std::vector<std::string> &fieldNames() const; ///< "" when unnamed
  const std::vector<Space> &fields() const;
  bool isOptional() const;

  bool isFloat() const;      ///< elements are real numbers
  bool isContinuous() const; ///< Lebesgue reference measure
  bool isMatrixSpace() const;
  Space withShape(std::vector<int64_t> shape) const;
  Space withOptional(bool optional) const;
  /// The space that this one embeds in silently: Positive, Unit, Interval,
  /// Simplex give Real of the same shape; others themselves.
  Space embedded() const;

  /// The spaces of the arrays that hold a value: of a product those of its
  /// fields in order; of an optional space those of its value, then Bool, true
  /// where there is one (the value is anything of its space where not).
  std::vector<Space> arrays() const;

  /// As a user writes it: `Real[2]`, `Fin[10]?`, `(x: Real, c: Fin[2])`.
  std::string str() const;
  bool operator==(const Space &other) const;
  bool operator!=(const Space &other) const { return !(*this == other); }

private:
  struct Node;
  std::shared_ptr<const Node> node;
};

} // namespace rill::lang

#endif // RILL_LANG_TYPED_SPACE_H
