//===- RowWriter.cpp - Rows to a file, piece by piece ---------------------===//

#include "Runtime/RowWriter.h"
#include "Runtime/Error.h"
#include "Runtime/Npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rill::rt {

static bool isCsv(const std::string &path) {
  const std::string ext = extension(path);
  if (ext == "csv")
    return true;
  if (ext == "npy" || ext.empty() || path.rfind("/dev/", 0) == 0)
    return false;
  throw Error(fmt::format("cannot write '{}'", path),
              fmt::format("'.{}' is not a format of rows", ext),
              "name a .npy or .csv file");
}

RowWriter::RowWriter(const std::string &path, Type type, int64_t rows,
                     const std::vector<int64_t> &rowShape,
                     const std::vector<std::string> &header)
    : csv(isCsv(path)), type(type), file(path) {
  if (csv) {
    file.write(fmt::format("{}\n", fmt::join(header, ",")));
    return;
  }
  std::vector<int64_t> shape{rows};
  shape.insert(shape.end(), rowShape.begin(), rowShape.end());
  file.write(npyHeader(type, shape));
}

void RowWriter::append(const Table &part) {
  if (!csv) {
    Buffer buffer(size_t(part.rows * part.width * sizeOf(type)));
    for (int64_t i = 0; i < part.rows * part.width; ++i)
      storeElement(buffer.data(), type, i, part.values[i]);
    file.write(buffer.data(), buffer.size());
    return;
  }
  std::string line;
  for (int64_t r = 0; r < part.rows; ++r) {
    line.clear();
    for (int64_t i = 0; i < part.width; ++i) {
      // The shortest digits that give the number back in its precision.
      const double v = part.row(r)[i];
      line += i ? "," : "";
      line += type == Type::F32 ? fmt::format("{}", float(v))
                                : fmt::format("{}", v);
    }
    line += '\n';
    file.write(line);
  }
}

} // namespace rill::rt
