//===- LostRows.h - Rows without a value ------------------------*- C++ -*-===//
//
// A density or a sample may have no value (NaN): a solver did not reach the end
// with the steps that it may try. The other rows keep theirs, and the user is
// told which have none.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_LOSTROWS_H
#define RILL_RUNTIME_LOSTROWS_H

#include "Runtime/Plan.h"
#include "Runtime/Table.h"

namespace rill::rt {

class LostRows {
public:
  /// Goes on with the rows of `part`: those with a NaN have no value.
  void look(const Table &part);
  int64_t count() const { return lost; }
  int64_t seen() const { return rows; }

  /// "3 of 1000 rows have no log-density: .. (rows 4, 17, 230)"; "" if all have
  /// a value. `what`: "log-density".
  std::string text(const std::string &what, const DistSpec &dist) const;

private:
  int64_t rows = 0, lost = 0;
  std::vector<int64_t> first; ///< as many as are named
};

/// The mean of the values that are none of NaN.
double meanOfKnown(const std::vector<double> &values);

} // namespace rill::rt

#endif // RILL_RUNTIME_LOSTROWS_H
