//===- Npy.cpp - NumPy's array files --------------------------------------===//

#include "Runtime/Npy.h"
#include "Runtime/Error.h"
#include "Runtime/Io.h"

#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rill::rt {

struct NpyHeader {
  std::string descr;
  bool fortran = false;
  std::vector<int64_t> shape;
  size_t dataAt = 0;
};

/// The text between `key`'s colon and the next top-level comma.
static std::string member(const std::string &dict, const std::string &key) {
  size_t at = dict.find("'" + key + "'");
  if (at == std::string::npos)
    return "";
  at = dict.find(':', at);
  if (at == std::string::npos)
    return "";
  size_t end = at + 1;
  for (int depth = 0; end < dict.size(); ++end) {
    depth += dict[end] == '(';
    depth -= dict[end] == ')';
    if (depth == 0 && (dict[end] == ',' || dict[end] == '}'))
      break;
  }
  std::string text = dict.substr(at + 1, end - at - 1);
  size_t first = text.find_first_not_of(" ");
  size_t last = text.find_last_not_of(" ");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

static NpyHeader parseHeader(const std::string &bytes,
                             const std::string &where) {
  if (bytes.empty())
    throw Error(where + " is empty", "", "give a file with at least one row");
  if (bytes.size() < 10 || bytes.compare(0, 6, "\x93NUMPY") != 0)
    throw Error(where + " is not an NPY file",
                "it does not start with the bytes \\x93NUMPY",
                "write it with numpy.save, or name a .csv file");
  const unsigned char *raw =
      reinterpret_cast<const unsigned char *>(bytes.data());
  const int major = raw[6];
  size_t length = raw[8] | size_t(raw[9]) << 8, begin = 10;
  if (major >= 2 && bytes.size() >= 12) {
    length |= size_t(raw[10]) << 16 | size_t(raw[11]) << 24;
    begin = 12;
  }
  NpyHeader header;
  header.dataAt = begin + length;
  if (header.dataAt > bytes.size())
    throw Error(where + " is truncated", "it ends within its header",
                "write it again");
  const std::string dict = bytes.substr(begin, length);
  header.descr = member(dict, "descr");
  header.fortran = member(dict, "fortran_order") == "True";
  const std::string shape = member(dict, "shape");
  for (const char *p = shape.data(), *end = p + shape.size(); p < end;) {
    int64_t extent;
    auto [next, code] = std::from_chars(p, end, extent);
    if (code == std::errc())
      header.shape.push_back(extent);
    p = code == std::errc() ? next : p + 1;
  }
  if (header.descr.size() < 3 || shape.empty())
    throw Error(where + " has a broken header", dict, "write it again");
  header.descr = header.descr.substr(1, header.descr.size() - 2);
  return header;
}

template <typename T>
static void convert(const char *data, std::vector<double> &values) {
  for (size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, data + i * sizeof(T), sizeof(T));
    values[i] = double(value);
  }
}

/// A reader and the element size of a descr, null if it is not readable.
struct ElementReader {
  const char *descr;
  size_t size;
  void (*read)(const char *, std::vector<double> &);
};

static const ElementReader *readerOf(const std::string &descr) {
  static const ElementReader readers[] = {
      {"<f4", 4, convert<float>},   {"<f8", 8, convert<double>},
      {"<i4", 4, convert<int32_t>}, {"<i8", 8, convert<int64_t>},
      {"|u1", 1, convert<uint8_t>}, {"|b1", 1, convert<uint8_t>}};
  for (const ElementReader &reader : readers)
    if (descr == reader.descr)
      return &reader;
  return nullptr;
}

static int64_t rowWidth(const NpyHeader &header) {
  int64_t width = 1;
  for (size_t i = 1; i < header.shape.size(); ++i)
    width *= header.shape[i];
  return width;
}

Table readNpy(const std::string &path, const std::string &role, int64_t width) {
  const std::string bytes = readFile(path, role);
  const std::string where = fmt::format("{} '{}'", role, path);
  const NpyHeader header = parseHeader(bytes, where);
  const ElementReader *reader = readerOf(header.descr);
  if (!reader)
    throw Error(
        fmt::format("{} has elements of type '{}'", where, header.descr),
        "readable are <f4, <f8, <i4, <i8, |u1 and |b1",
        "convert it: numpy.save(path, x.astype('<f4'))");
  if (header.fortran && header.shape.size() > 1)
    throw Error(where + " is stored by columns (Fortran order)", "",
                "save numpy.ascontiguousarray(x)");
  if (header.shape.empty())
    throw Error(where + " holds a single number", "it must be [rows, ...]",
                "save an array of rows");
  Table table;
  table.rows = header.shape[0];
  table.width = rowWidth(header);
  if (width >= 0 && table.width != width)
    throw Error(
        fmt::format("{} has {} numbers in a row, {} are needed", where,
                    table.width, width),
        fmt::format("its shape is [{}]", fmt::join(header.shape, ", ")));
  const size_t count = size_t(table.rows) * size_t(table.width);
  if (bytes.size() - header.dataAt < count * reader->size)
    throw Error(where + " is truncated",
                fmt::format("its shape [{}] needs {} bytes of data, it has {}",
                            fmt::join(header.shape, ", "), count * reader->size,
                            bytes.size() - header.dataAt),
                "write it again");
  table.values.resize(count);
  reader->read(bytes.data() + header.dataAt, table.values);
  return table;
}

std::string npyHeader(Type type, const std::vector<int64_t> &shape) {
  const char *descr = type == Type::F64   ? "<f8"
                      : type == Type::F32 ? "<f4"
                                          : "<i4";
  std::string dict = fmt::format(
      "{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr,
      fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  // The header, magic and newline included, fills whole lines of 64 bytes.
  dict.resize((10 + dict.size() + 1 + 63) / 64 * 64 - 11, ' ');
  dict += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += char(dict.size() & 0xff);
  bytes += char(dict.size() >> 8);
  return bytes + dict;
}

void writeNpy(const std::string &path, Type type,
              const std::vector<int64_t> &shape, const void *data) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  AtomicFile file(path);
  file.write(npyHeader(type, shape));
  file.write(data, size_t(count * sizeOf(type)));
  file.commit();
}

} // namespace rill::rt
