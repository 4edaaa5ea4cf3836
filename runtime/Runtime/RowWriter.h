//===- RowWriter.h - Rows to a file, piece by piece -------------*- C++ -*-===//
//
// Writes rows of numbers as they come, to NPY or CSV by the file's extension.
// The file appears whole or not at all (AtomicFile).
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_ROWWRITER_H
#define RILL_RUNTIME_ROWWRITER_H

#include "Runtime/Io.h"
#include "Runtime/Table.h"

namespace rill::rt {

class RowWriter {
public:
  /// `rows` rows of `rowShape` numbers of `type`; `header` names the columns
  /// of a CSV. An Error for an extension other than .npy and .csv.
  RowWriter(const std::string &path, Type type, int64_t rows,
            const std::vector<int64_t> &rowShape,
            const std::vector<std::string> &header);

  void append(const Table &part);
  void commit() { file.commit(); }

private:
  bool csv;
  Type type;
  AtomicFile file;
};

} // namespace rill::rt
#endif
