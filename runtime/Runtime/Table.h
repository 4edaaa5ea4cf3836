//===- Table.h - Rows in memory ---------------------------------*- C++ -*-===//
//
// Rows of numbers, and typed copies of them as kernels take them. Whether the
// numbers lie in a space is checked here; files are read elsewhere.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_TABLE_H
#define RILL_RUNTIME_TABLE_H

#include "Runtime/Params.h"

namespace rill::rt {

/// A dense matrix of numbers, row-major. NaN is null: a number of an optional
/// field that is not there.
struct Table {
  int64_t rows = 0, width = 0;
  std::vector<double> values; ///< rows x width
  /// Where each row came from, for messages: a line of a text file, or empty
  /// (then the row number counts from 0).
  std::vector<int64_t> lines;

  const double *row(int64_t r) const { return values.data() + r * width; }
  double *row(int64_t r) { return values.data() + r * width; }
  /// The rows of these numbers, in their order.
  Table select(const std::vector<int64_t> &indices) const;
  /// Some of the columns, in this order.
  Table columns(const std::vector<int64_t> &which) const;
  /// The columns of both, row by row; as many rows.
  Table beside(const Table &right) const;
  /// "line 12" or "row 11".
  std::string place(int64_t r) const;
};

/// "" if the value lies in the field's space, else what it should be.
std::string whyOutside(double value, const Field &field);

/// An Error naming row and column unless every row lies in the fields' spaces.
/// NaN is inside of optional fields only, for all of their numbers. `where`:
/// "data 'quakes' ('quakes.csv')".
void requireInside(const Table &table, const std::vector<Field> &fields,
                   const std::string &where);

/// The columns of a table as the dense arrays a kernel takes: one per field,
/// each [rows, field width] in the argument's element type, and one more for an
/// optional field, 1 where it has a value.
class TypedRows {
public:
  /// `types`: the element type of each array.
  TypedRows(const Table &table, const std::vector<Field> &fields,
            const std::vector<Type> &types);
  /// Room for `rows` rows of the same fields as `like`.
  TypedRows(const TypedRows &like, int64_t rows);

  size_t fields() const { return arrays.size(); }
  int64_t rows() const { return count; }
  const void *at(size_t field, int64_t row) const {
    return arrays[field].data() + row * stride[field];
  }
  /// Pointers to row `row` of every field.
  std::vector<const void *> pointers(int64_t row) const;
  /// Copies rows `indices[0..n)` of `from` into rows 0..n.
  void gather(const TypedRows &from, const int64_t *indices, int64_t n);

private:
  std::vector<Buffer> arrays;
  std::vector<int64_t> stride; ///< bytes of a row
  int64_t count = 0;
};

/// Element i of an array of this type as a double.
double loadElement(const void *array, Type type, int64_t i);
void storeElement(void *array, Type type, int64_t i, double value);

} // namespace rill::rt
#endif
