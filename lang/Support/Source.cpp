//===- Source.cpp - Source files and ranges -------------------------------===//
//
// Line tables and positions. Holds texts only; reading files is the module
// loader's business.
//
//===----------------------------------------------------------------------===//
#include "Support/Source.h"

#include <algorithm>
#include <cassert>

namespace rill::lang {

SourceRange SourceRange::join(SourceRange a, SourceRange b) {
  if (!a.isValid())
    return b;
  if (!b.isValid() || a.file != b.file)
    return a;
  return {a.file, std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

FileId SourceManager::add(std::string name, std::string text) {
  File file{std::move(name), std::move(text), {0}};
  for (uint32_t i = 0; i < file.text.size(); ++i)
    if (file.text[i] == '\n')
      file.lineStarts.push_back(i + 1);
  files.push_back(std::move(file));
  return static_cast<FileId>(files.size());
}

std::string_view SourceManager::name(FileId file) const {
  assert(file >= 1 && file <= files.size() && "no such file");
  return files[file - 1].name;
}

std::string_view SourceManager::text(FileId file) const {
  assert(file >= 1 && file <= files.size() && "no such file");
  return files[file - 1].text;
}

std::string_view SourceManager::text(SourceRange range) const {
  if (!range.isValid())
    return {};
  std::string_view all = text(range.file);
  uint32_t begin = std::min<uint32_t>(range.begin, all.size());
  uint32_t end = std::clamp<uint32_t>(range.end, begin, all.size());
  return all.substr(begin, end - begin);
}

/// Bytes 10xxxxxx continue a code point and take no column.
static bool startsCodePoint(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

LineColumn SourceManager::position(FileId file, uint32_t offset) const {
  assert(file >= 1 && file <= files.size() && "no such file");
  const File &f = files[file - 1];
  offset = std::min<uint32_t>(offset, f.text.size());
  auto next =
      std::upper_bound(f.lineStarts.begin(), f.lineStarts.end(), offset);
  uint32_t line = static_cast<uint32_t>(next - f.lineStarts.begin());
  uint32_t start = f.lineStarts[line - 1];
  uint32_t column = 1;
  for (uint32_t i = start; i < offset; ++i)
    column += startsCodePoint(f.text[i]);
  return {line, column};
}

std::string_view SourceManager::line(FileId file, uint32_t line) const {
  assert(file >= 1 && file <= files.size() && "no such file");
  const File &f = files[file - 1];
  if (line == 0 || line > f.lineStarts.size())
    return {};
  uint32_t begin = f.lineStarts[line - 1];
  uint32_t end = line < f.lineStarts.size() ? f.lineStarts[line] - 1
                                            : uint32_t(f.text.size());
  if (end > begin && f.text[end - 1] == '\r')
    --end;
  return std::string_view(f.text).substr(begin, end - begin);
}

} // namespace rill::lang
