//===- Csv.h - Comma-separated numbers --------------------------*- C++ -*-===//
//
// Reading of CSV (RFC 4180: quoted fields, doubled quotes, CRLF)
// with numeric columns and an optional header line. Every error names the line
// of the file.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_CSV_H
#define RILL_RUNTIME_CSV_H

#include "Runtime/Table.h"

namespace rill::rt {

/// Reads the columns named in `columns` (all, if empty), in that order. The
/// first line is a header if one of its cells is not a number. `width`: how
/// many columns there must be, -1 for any. Refused, with the line: ragged rows,
/// cells that are empty or not numbers, NaN (missing values), an unknown
/// column, no rows at all. Where `optional` says so for a column, an empty cell
/// is null (NaN in the table); in a file of one such column so is an empty
/// line.
Table readCsv(const std::string &path, const std::string &role,
              const std::vector<std::string> &columns, int64_t width,
              const std::vector<bool> &optional = {});

/// How many cells the first line has, and whether they are names.
struct CsvShape {
  int64_t columns = 0;
  bool header = false;
};
CsvShape csvShape(const std::string &path, const std::string &role);

} // namespace rill::rt
#endif
