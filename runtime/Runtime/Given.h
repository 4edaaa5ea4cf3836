//===- Given.h - What a law is given, row by row -----------*- C++ -*-===//
//
// The values of a law's conditions: from a file with a row for each row of the
// subject, from rows of data, or the defaults. No kernels.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_GIVEN_H
#define RILL_RUNTIME_GIVEN_H

#include "Runtime/Data.h"

namespace rill::rt {

class Given {
public:
  /// `file`: --given, or "". Of a CSV with a header the columns are taken that
  /// `data` call the conditions, else those of their names. Errors: a file for
  /// a law without conditions, or one that does not fit them; a condition that
  /// has no default, may not be null and is not given.
  Given(const DistSpec &dist, const DataSpec *data, const std::string &file);

  const std::vector<Field> &fields() const { return theFields; }
  /// Whether there is a file, and how many rows it has.
  bool given() const { return !file.empty(); }
  int64_t rows() const { return table.rows; }
  /// An Error unless the file has `n` rows, or there is none. `what`: the
  /// subject's rows, "input file 'x.npy'".
  void requireRows(int64_t n, const std::string &what) const;
  /// Rows first .. first + n - 1 of the file, or the defaults n times.
  Table at(int64_t first, int64_t n) const;

private:
  std::vector<Field> theFields;
  std::string file;
  Table table; ///< one row without a file
};

/// The columns of `dist`'s inputs in rows of its data, defaults where the data
/// have no such field; `table` itself where the dist has no data.
Table inputsOf(const DistSpec &dist, const DataSpec &data, const Table &table);

/// Names of the columns of a dist's subject: those of its data, which may be
/// null, else of its fields.
std::vector<std::string> subjectColumns(const DistSpec &dist,
                                        const DataSpec *data);

/// Names of the columns of fields: `x`, or `x[0]`, `x[1]`.
std::vector<std::string> columnsOf(const std::vector<Field> &fields);

} // namespace rill::rt
#endif
