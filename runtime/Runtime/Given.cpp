//===- Given.cpp - What a law is given, row by row -------------------===//

#include "Runtime/Given.h"
#include "Runtime/Error.h"

#include <cmath>
#include <fmt/format.h>

namespace rill::rt {

std::vector<std::string> columnsOf(const std::vector<Field> &fields) {
  std::vector<std::string> names;
  for (const Field &field : fields)
    for (int64_t i = 0; i < field.width(); ++i)
      names.push_back(field.width() == 1
                          ? field.name
                          : fmt::format("{}[{}]", field.name, i));
  return names;
}

/// Where the fields of data begin, and after them the width of a row.
static std::vector<int64_t> offsetsOf(const std::vector<Field> &fields) {
  std::vector<int64_t> offsets{0};
  for (const Field &field : fields)
    offsets.push_back(offsets.back() + field.width());
  return offsets;
}

/// What the data call the columns of inputs [from, to); empty if they do not.
static std::vector<std::string> namesInData(const DistSpec &dist,
                                            const DataSpec *data, size_t from,
                                            size_t to) {
  std::vector<std::string> names;
  if (!data || data->name != dist.data || data->columns.empty())
    return names;
  const std::vector<int64_t> offsets = offsetsOf(data->fields);
  for (size_t k = from; k < to; ++k) {
    const int field = dist.dataFields[k];
    if (field < 0)
      return {};
    for (int64_t i = offsets[field]; i < offsets[field + 1]; ++i)
      names.push_back(data->columns[i]);
  }
  return names;
}

std::vector<std::string> subjectColumns(const DistSpec &dist,
                                        const DataSpec *data) {
  if (data && dist.data.empty() &&
      int64_t(data->columns.size()) == widthOf(dist.fields))
    return data->columns;
  const std::vector<std::string> names =
      namesInData(dist, data, 0, dist.fields.size());
  return names.empty() ? columnsOf(dist.fields) : names;
}

/// One row of what holds where nothing is given.
static Table defaultsOf(const DistSpec &dist) {
  Table row;
  row.rows = 1;
  for (const Condition &condition : dist.conditions) {
    const Field &field = condition.field;
    if (!condition.hasDefault && !field.optional)
      throw Error(fmt::format("'{}' needs its condition '{}', in {}", dist.name,
                              field.name, field.text()),
                  "it has no default", "give a row for each row: --given FILE");
    row.values.insert(row.values.end(), size_t(field.width()), condition.value);
    row.width += field.width();
  }
  return row;
}

Given::Given(const DistSpec &dist, const DataSpec *data,
             const std::string &file)
    : theFields(dist.conditionFields()), file(file) {
  if (file.empty()) {
    table = defaultsOf(dist);
    return;
  }
  if (theFields.empty())
    throw Error(fmt::format("'{}' has no conditions that '{}' could give",
                            dist.name, file),
                "", "leave --given out", ExitUsage);
  std::vector<std::string> names =
      namesInData(dist, data, dist.fields.size(), dist.dataFields.size());
  if (names.empty())
    names = columnsOf(theFields);
  table = readRows(file, "--given", theFields, names, /*byName=*/true);
}

void Given::requireRows(int64_t n, const std::string &what) const {
  if (given() && table.rows != n)
    throw Error(fmt::format("--given '{}' has {} row{}, {} has {}", file,
                            table.rows, table.rows == 1 ? "" : "s", what, n),
                "every row has its own conditions",
                "give as many rows of conditions");
}

Table Given::at(int64_t first, int64_t n) const {
  std::vector<int64_t> rows(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i)
    rows[i] = given() ? first + i : 0;
  return table.select(rows);
}

Table inputsOf(const DistSpec &dist, const DataSpec &data, const Table &table) {
  if (dist.data != data.name)
    return table;
  const std::vector<int64_t> offsets = offsetsOf(data.fields);
  const std::vector<Field> inputs = dist.inputs();
  Table result;
  result.rows = table.rows;
  result.lines = table.lines;
  result.width = widthOf(inputs);
  result.values.reserve(size_t(result.rows * result.width));
  for (int64_t r = 0; r < table.rows; ++r)
    for (size_t k = 0; k < inputs.size(); ++k) {
      const int field = dist.dataFields[k];
      for (int64_t i = 0; i < inputs[k].width(); ++i)
        result.values.push_back(
            field >= 0 ? table.row(r)[offsets[field] + i]
                       : dist.conditions[k - dist.fields.size()].value);
    }
  return result;
}

} // namespace rill::rt
