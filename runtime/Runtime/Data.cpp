//===- Data.cpp - Data sets of a program ----------------------------------===//

#include "Runtime/Data.h"
#include "Runtime/Csv.h"
#include "Runtime/Error.h"
#include "Runtime/Evaluate.h"
#include "Runtime/Io.h"
#include "Runtime/Npy.h"

#include "rill/philox.h"

#include <cstring>
#include <fmt/format.h>

namespace rill::rt {

static Table readTable(const std::string &path, const std::string &format,
                       const std::string &role,
                       const std::vector<std::string> &columns,
                       const std::vector<Field> &fields) {
  if (format == "npy")
    return readNpy(path, role, widthOf(fields));
  if (format == "csv") {
    std::vector<bool> optional;
    for (const Field &field : fields)
      optional.insert(optional.end(), size_t(field.width()), field.optional);
    return readCsv(path, role, columns, widthOf(fields), optional);
  }
  throw Error(
      fmt::format("{} '{}' has the unknown format '{}'", role, path, format),
      "readable are .csv and .npy", "convert it");
}

static std::string formatOf(const std::string &path,
                            const std::string &fallback) {
  const std::string ext = extension(path);
  if (ext == "npy" || ext == "csv")
    return ext;
  return fallback;
}

Table readRows(const std::string &path, const std::string &role,
               const std::vector<Field> &fields,
               const std::vector<std::string> &columns, bool byName) {
  const std::string format = formatOf(path, "csv");
  Table table;
  try {
    table = readTable(path, format, role, columns, fields);
  } catch (const Error &) {
    // A file of just these columns need not be named as the data are.
    if (columns.empty() || format != "csv")
      throw;
    const CsvShape shape = csvShape(path, role);
    if (shape.columns != widthOf(fields) || (shape.header && byName))
      throw;
    table = readTable(path, format, role, {}, fields);
  }
  requireInside(table, fields, fmt::format("{} '{}'", role, path));
  return table;
}

/// Cuts the rows into parts.
static void split(DataSet &set, const DataSpec &spec,
                  const DataSources &sources) {
  auto seed = sources.splitSeeds.find(spec.name);
  set.splitSeed = seed == sources.splitSeeds.end() ? spec.seed : seed->second;
  set.split = splitRows(set.all.rows, spec.hold, spec.valid, set.splitSeed);
}

/// The rows that the program draws are the same whenever it has the same
/// parameters.
static DataSet drawData(const DataSpec &spec, const DataSources &sources,
                        Model &model) {
  DataSet set;
  set.spec = &spec;
  Runner runner(model, *model.plan().findKernel(spec.kernel));
  Evaluation how;
  how.seed = spec.seed;
  set.all = drawRows(runner, spec.rows, 0, how);
  requireInside(set.all, spec.fields,
                fmt::format("data '{}': what the program draws", spec.name));
  split(set, spec, sources);
  return set;
}

DataSet loadData(const DataSpec &spec, const DataSources &sources,
                 Model &model) {
  DataSet set;
  set.spec = &spec;
  auto given = sources.files.find(spec.name);
  if (given == sources.files.end() && !spec.kernel.empty())
    return drawData(spec, sources, model);
  if (given != sources.files.end()) {
    set.path = given->second;
  } else {
    set.path = spec.path;
    if (!sources.folder.empty() && !spec.path.empty() && spec.path[0] != '/')
      set.path = sources.folder + "/" + spec.path;
    if (!fileExists(set.path))
      throw Error(fmt::format("data '{}' are not at '{}'", spec.name, set.path),
                  "data are read when the program runs",
                  fmt::format("name their file: --data {}=FILE", spec.name));
  }
  const std::string role = fmt::format("data '{}':", spec.name);
  set.all = readTable(set.path, formatOf(set.path, spec.format), role,
                      spec.columns, spec.fields);
  if (set.all.rows == 0)
    throw Error(fmt::format("{} '{}' has no rows", role, set.path), "",
                "give a file with at least one row");
  requireInside(set.all, spec.fields, fmt::format("{} '{}'", role, set.path));
  split(set, spec, sources);
  return set;
}

Table DataSet::part(const std::string &name) const {
  if (name == "train")
    return all.select(split.train);
  if (name == "valid")
    return all.select(split.valid);
  if (name == "held")
    return all.select(split.held);
  return all;
}

uint64_t DataSet::fingerprint() const {
  uint64_t key = philox::absorb(uint64_t(all.rows), uint64_t(all.width));
  key = philox::absorb(key, splitSeed);
  for (double value : all.values) {
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    key = philox::absorb(key, bits);
  }
  for (const auto *part : {&split.train, &split.valid})
    key = philox::absorb(key, part->size());
  return key;
}

} // namespace rill::rt
