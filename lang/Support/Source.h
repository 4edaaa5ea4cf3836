//===- Source.h - Source files and ranges -----------------------*- C++ -*-===//
//
// Where text came from. Every later structure points back here with a
// SourceRange; the SourceManager owns the text and finds lines and columns.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_SUPPORT_SOURCE_H
#define RILL_LANG_SUPPORT_SOURCE_H

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace rill::lang {

/// Identifies a file of a SourceManager; 0 is "no file".
using FileId = uint32_t;

/// A half-open range of byte offsets in one file.
struct SourceRange {
  FileId file = 0;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool isValid() const { return file != 0; }
  /// The smallest range that covers both; either may be invalid.
  static SourceRange join(SourceRange a, SourceRange b);
};

/// One-based line and column (columns count UTF-8 code points).
struct LineColumn {
  uint32_t line = 0;
  uint32_t column = 0;
};

/// Owns the text of all files of a compilation.
class SourceManager {
public:
  /// Adds a file under the name that diagnostics print.
  FileId add(std::string name, std::string text);

  std::string_view name(FileId file) const;
  std::string_view text(FileId file) const;
  std::string_view text(SourceRange range) const;
  LineColumn position(FileId file, uint32_t offset) const;
  /// The text of a one-based line without its line end.
  std::string_view line(FileId file, uint32_t line) const;

private:
  struct File {
    std::string name;
    std::string text;
    std::vector<uint32_t> lineStarts;
  };
  std::deque<File> files; ///< texts never move: views stay valid
};

} // namespace rill::lang

#endif // RILL_LANG_SUPPORT_SOURCE_H
