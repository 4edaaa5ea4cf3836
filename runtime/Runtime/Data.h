//===- Data.h - Data sets of a program --------------------------*- C++ -*-===//
//
// Loads what a `data` declaration names, checks it against its space and cuts
// it into parts. Formats are read by Csv and Npy.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_DATA_H
#define RILL_RUNTIME_DATA_H

#include "Runtime/Split.h"
#include "Runtime/Table.h"

#include <map>

namespace rill::rt {

class Model;

/// Where data come from, by the command line.
struct DataSources {
  std::map<std::string, std::string> files;   ///< --data NAME=FILE
  std::map<std::string, uint64_t> splitSeeds; ///< instead of the declaration's
  std::string folder; ///< relative paths of declarations start here ("" = .)
};

struct DataSet {
  const DataSpec *spec = nullptr;
  std::string path;
  Table all;
  Split split;
  uint64_t splitSeed = 0;

  /// "train", "valid", "held" or "" for all rows.
  Table part(const std::string &name) const;
  /// A fingerprint of the numbers and their split, to notice that a training
  /// is resumed on other data.
  uint64_t fingerprint() const;
};

/// Reads the data set's file, or draws its rows with the model's parameters of
/// the moment.
DataSet loadData(const DataSpec &spec, const DataSources &sources,
                 Model &model);

/// A file of rows of these fields: .npy, else CSV. `columns`: names to select
/// by where the CSV has a header with all of them; may be empty. A CSV of just
/// as many columns may call them otherwise unless `byName`.
Table readRows(const std::string &path, const std::string &role,
               const std::vector<Field> &fields,
               const std::vector<std::string> &columns, bool byName = false);

} // namespace rill::rt
#endif
