//===- Table.cpp - Rows in memory -----------------------------------------===//

#include "Runtime/Table.h"
#include "Runtime/Error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace rill::rt {

Table Table::select(const std::vector<int64_t> &indices) const {
  Table part;
  part.rows = int64_t(indices.size());
  part.width = width;
  part.values.reserve(indices.size() * width);
  for (int64_t r : indices) {
    part.values.insert(part.values.end(), row(r), row(r) + width);
    if (!lines.empty())
      part.lines.push_back(lines[r]);
  }
  return part;
}

Table Table::columns(const std::vector<int64_t> &which) const {
  Table part;
  part.rows = rows;
  part.width = int64_t(which.size());
  part.lines = lines;
  part.values.reserve(size_t(rows * part.width));
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t column : which)
      part.values.push_back(row(r)[column]);
  return part;
}

Table Table::beside(const Table &right) const {
  if (right.rows != rows)
    throw internalError(fmt::format("{} rows beside {}", right.rows, rows));
  Table both;
  both.rows = rows;
  both.width = width + right.width;
  both.lines = lines;
  both.values.reserve(size_t(rows * both.width));
  for (int64_t r = 0; r < rows; ++r) {
    both.values.insert(both.values.end(), row(r), row(r) + width);
    both.values.insert(both.values.end(), right.row(r),
                       right.row(r) + right.width);
  }
  return both;
}

std::string Table::place(int64_t r) const {
  return lines.empty() ? fmt::format("row {}", r)
                       : fmt::format("line {}", lines[r]);
}

std::string whyOutside(double v, const Field &field) {
  if (std::isnan(v))
    return "it is not a number";
  const bool whole = v == std::floor(v);
  switch (field.space) {
  case Space::Real:
    return std::isfinite(v) ? "" : "it must be finite";
  case Space::Positive:
    return v > 0 && std::isfinite(v) ? "" : "it must be above 0 and finite";
  case Space::Unit:
    return v > 0 && v < 1 ? "" : "it must lie strictly between 0 and 1";
  case Space::Interval:
    return v > field.lo && v < field.hi
               ? ""
               : fmt::format("it must lie strictly between {} and {}", field.lo,
                             field.hi);
  case Space::Fin:
    return whole && v >= 0 && v < double(field.size)
               ? ""
               : fmt::format("it must be a whole number from 0 to {}",
                             field.size - 1);
  case Space::Bool:
    return v == 0 || v == 1 ? "" : "it must be 0 or 1";
  case Space::Int:
    return whole && std::fabs(v) < 2147483648.0
               ? ""
               : "it must be a whole number of 32 bits";
  case Space::Simplex:
    return v > 0 && v < 1 ? "" : "it must lie strictly between 0 and 1";
  }
  return "";
}

/// A Simplex field's last axis sums to one.
static std::string offSimplex(const double *v, const Field &field) {
  const int64_t k = field.shape.empty() ? 1 : field.shape.back();
  for (int64_t at = 0; at < field.width(); at += k) {
    double sum = 0;
    for (int64_t i = 0; i < k; ++i)
      sum += v[at + i];
    // Six digits are what text files of probabilities usually carry.
    if (std::fabs(sum - 1) > 1e-5)
      return fmt::format("its numbers must sum to 1, they sum to {}", sum);
  }
  return "";
}

void requireInside(const Table &table, const std::vector<Field> &fields,
                   const std::string &where) {
  auto refuse = [&](int64_t r, const std::string &what, const Field &field,
                    const std::string &why) {
    throw Error(fmt::format("{}, {}: {} is outside of {}", where,
                            table.place(r), what, field.text()),
                why, "drop or correct the row");
  };
  for (int64_t r = 0; r < table.rows; ++r) {
    const double *v = table.row(r);
    int64_t column = 0;
    for (const Field &field : fields) {
      const int64_t missing =
          std::count_if(v + column, v + column + field.width(),
                        [](double number) { return std::isnan(number); });
      if (field.optional && missing == field.width()) {
        column += field.width();
        continue;
      }
      if (field.optional && missing > 0)
        refuse(r, "'" + field.name + "'", field,
               fmt::format("{} of its {} numbers are missing", missing,
                           field.width()));
      for (int64_t i = 0; i < field.width(); ++i) {
        std::string why = whyOutside(v[column + i], field);
        if (!why.empty())
          refuse(r, fmt::format("column {} = {}", column + i, v[column + i]),
                 field, why);
      }
      if (field.space == Space::Simplex)
        if (std::string why = offSimplex(v + column, field); !why.empty())
          refuse(r, "'" + field.name + "'", field, why);
      column += field.width();
    }
  }
}

double loadElement(const void *array, Type type, int64_t i) {
  switch (type) {
  case Type::F32:
    return static_cast<const float *>(array)[i];
  case Type::F64:
    return static_cast<const double *>(array)[i];
  case Type::I32:
    return static_cast<const int32_t *>(array)[i];
  case Type::Bool:
    return static_cast<const uint8_t *>(array)[i];
  }
  return 0;
}

void storeElement(void *array, Type type, int64_t i, double value) {
  switch (type) {
  case Type::F32:
    static_cast<float *>(array)[i] = float(value);
    return;
  case Type::F64:
    static_cast<double *>(array)[i] = value;
    return;
  case Type::I32:
    static_cast<int32_t *>(array)[i] = int32_t(value);
    return;
  case Type::Bool:
    static_cast<uint8_t *>(array)[i] = value != 0;
    return;
  }
}

TypedRows::TypedRows(const Table &table, const std::vector<Field> &fields,
                     const std::vector<Type> &types)
    : count(table.rows) {
  int64_t column = 0;
  for (const Field &field : fields) {
    const int64_t width = field.width();
    const Type type = types[arrays.size()];
    stride.push_back(width * sizeOf(type));
    arrays.emplace_back(size_t(count * stride.back()));
    for (int64_t r = 0; r < count; ++r)
      for (int64_t i = 0; i < width; ++i) {
        const double value = table.row(r)[column + i];
        const bool null = field.optional && std::isnan(value);
        storeElement(arrays.back().data(), type, r * width + i,
                     null ? field.anyValue() : value);
      }
    if (field.optional) {
      const Type bit = types[arrays.size()];
      stride.push_back(sizeOf(bit));
      arrays.emplace_back(size_t(count * stride.back()));
      for (int64_t r = 0; r < count; ++r)
        storeElement(arrays.back().data(), bit, r,
                     !std::isnan(table.row(r)[column]));
    }
    column += width;
  }
}

TypedRows::TypedRows(const TypedRows &like, int64_t rows)
    : stride(like.stride), count(rows) {
  for (int64_t bytes : stride)
    arrays.emplace_back(size_t(rows * bytes));
}

std::vector<const void *> TypedRows::pointers(int64_t row) const {
  std::vector<const void *> list;
  for (size_t f = 0; f < arrays.size(); ++f)
    list.push_back(at(f, row));
  return list;
}

void TypedRows::gather(const TypedRows &from, const int64_t *indices,
                       int64_t n) {
  for (size_t f = 0; f < arrays.size(); ++f) {
    const int64_t bytes = stride[f];
    char *to = arrays[f].data();
    const char *source = from.arrays[f].data();
    for (int64_t i = 0; i < n; ++i, to += bytes)
      std::memcpy(to, source + indices[i] * bytes, size_t(bytes));
  }
}

} // namespace rill::rt
