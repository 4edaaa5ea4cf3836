//===- Diagnostic.cpp - Collecting and printing diagnostics ---------------===//
//
// The one printer of everything that Rill says about a program, and the table
// of codes. The text of the error index is in Explain.cpp.
//
//===----------------------------------------------------------------------===//
#include "Support/Diagnostic.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace rill::lang {

Diagnostic &DiagnosticEngine::error(Code code, SourceRange range,
                                    std::string message,
                                    std::string underCaret) {
  ++errors;
  diagnostics.push_back({code,
                         Severity::Error,
                         range,
                         std::move(message),
                         std::move(underCaret),
                         {},
                         {},
                         {}});
  return diagnostics.back();
}

Diagnostic &DiagnosticEngine::warning(Code code, SourceRange range,
                                      std::string message,
                                      std::string underCaret) {
  diagnostics.push_back({code,
                         Severity::Warning,
                         range,
                         std::move(message),
                         std::move(underCaret),
                         {},
                         {},
                         {}});
  return diagnostics.back();
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

namespace {

/// ANSI colours, or nothing.
struct Palette {
  const char *error = "", *warning = "", *frame = "", *bold = "", *reset = "";

  static Palette make(bool color) {
    if (!color)
      return {};
    return {"\033[1;31m", "\033[1;33m", "\033[1;34m", "\033[1m", "\033[0m"};
  }
};

/// A run of carets under one line.
struct Mark {
  uint32_t column; // one-based, code points
  uint32_t width;
  bool primary;
  std::string text;
};

/// Prints one diagnostic. Not kept: made anew for each.
class Printer {
public:
  Printer(const SourceManager &sources, const Palette &palette,
          std::string &out)
      : sources(sources), palette(palette), out(out) {}

  void print(const Diagnostic &d) {
    header(d);
    collect(d);
    gutter = gutterWidth();
    for (const auto &[file, lines] : marks)
      snippet(file, lines,
              file == d.range.file ? d.range.begin : firstOffset[file]);
    trailers(d);
  }

private:
  void header(const Diagnostic &d) {
    bool isError = d.severity == Severity::Error;
    out += isError ? palette.error : palette.warning;
    out += isError ? "error[" : "warning[";
    out += codeName(d.code) + "]";
    out += palette.reset;
    out += palette.bold;
    out += ": " + d.message;
    out += palette.reset;
    out += "\n";
  }

  void collect(const Diagnostic &d) {
    addMark(d.range, d.underCaret, /*primary=*/true);
    for (const Label &label : d.labels)
      addMark(label.range, label.text, /*primary=*/false);
  }

  /// A range over several lines is marked on its first line, to that line's
  /// end.
  void addMark(SourceRange range, const std::string &text, bool primary) {
    if (!range.isValid())
      return;
    LineColumn begin = sources.position(range.file, range.begin);
    LineColumn end = sources.position(range.file, range.end);
    std::string_view line = sources.line(range.file, begin.line);
    uint32_t lineEnd = codePoints(line) + 1;
    uint32_t last = end.line == begin.line ? end.column : lineEnd;
    uint32_t width = last > begin.column ? last - begin.column : 1;
    marksOf(range).push_back({begin.column, width, primary, text});
    firstOffset.try_emplace(range.file, range.begin);
  }

  std::vector<Mark> &marksOf(SourceRange range) {
    auto it = std::find_if(marks.begin(), marks.end(),
                           [&](auto &m) { return m.first == range.file; });
    if (it == marks.end())
      it = marks.insert(marks.end(), {range.file, {}});
    return it->second[sources.position(range.file, range.begin).line];
  }

  static uint32_t codePoints(std::string_view text) {
    return static_cast<uint32_t>(
        std::count_if(text.begin(), text.end(),
                      [](unsigned char c) { return (c & 0xC0) != 0x80; }));
  }

  size_t gutterWidth() const {
    size_t width = 1;
    for (const auto &[file, lines] : marks)
      if (!lines.empty())
        width = std::max(width, std::to_string(lines.rbegin()->first).size());
    return width;
  }

  void bar(const std::string &number = "") {
    out += palette.frame;
    out += " " + std::string(gutter - number.size(), ' ') + number + " |";
    out += palette.reset;
  }

  void snippet(FileId file, const std::map<uint32_t, std::vector<Mark>> &lines,
               uint32_t offset) {
    LineColumn at = sources.position(file, offset);
    out += std::string(gutter + 1, ' ');
    out += palette.frame;
    out += "--> ";
    out += palette.reset;
    out += std::string(sources.name(file)) + ":" + std::to_string(at.line) +
           ":" + std::to_string(at.column) + "\n";
    bar();
    out += "\n";
    uint32_t previous = 0;
    for (const auto &[line, lineMarks] : lines) {
      if (previous != 0 && line > previous + 1) {
        out += palette.frame;
        out += " " + std::string(gutter, '.') + "\n";
        out += palette.reset;
      }
      sourceLine(file, line, lineMarks);
      previous = line;
    }
  }

  void sourceLine(FileId file, uint32_t line, std::vector<Mark> lineMarks) {
    std::string text(sources.line(file, line));
    std::replace(text.begin(), text.end(), '\t', ' ');
    bar(std::to_string(line));
    out += " " + text + "\n";
    // The rightmost mark first, so that each text stands free of the others.
    std::stable_sort(
        lineMarks.begin(), lineMarks.end(),
        [](const Mark &a, const Mark &b) { return a.column > b.column; });
    for (const Mark &mark : lineMarks) {
      bar();
      out += " " + std::string(mark.column - 1, ' ');
      out += mark.primary ? palette.error : palette.frame;
      out += std::string(mark.width, mark.primary ? '^' : '-');
      if (!mark.text.empty())
        out += " " + mark.text;
      out += palette.reset;
      out += "\n";
    }
  }

  void trailers(const Diagnostic &d) {
    if (d.notes.empty() && d.helps.empty())
      return;
    if (!marks.empty()) {
      bar();
      out += "\n";
    }
    for (const std::string &note : d.notes)
      trailer(note);
    for (const std::string &help : d.helps)
      trailer("help: " + help);
  }

  void trailer(const std::string &text) {
    std::string indent(gutter + 2, ' ');
    out += indent;
    out += palette.frame;
    out += "= ";
    out += palette.reset;
    for (char c : text) {
      out += c;
      if (c == '\n')
        out += indent + "  ";
    }
    out += "\n";
  }

  const SourceManager &sources;
  const Palette &palette;
  std::string &out;
  size_t gutter = 1;
  /// By file in order of mention, then by line.
  std::vector<std::pair<FileId, std::map<uint32_t, std::vector<Mark>>>> marks;
  std::map<FileId, uint32_t> firstOffset;
};

} // namespace

std::string DiagnosticEngine::render(bool color) const {
  std::vector<const Diagnostic *> sorted;
  for (const Diagnostic &d : diagnostics)
    sorted.push_back(&d);
  std::stable_sort(sorted.begin(), sorted.end(), [](auto *a, auto *b) {
    return std::pair(a->range.file, a->range.begin) <
           std::pair(b->range.file, b->range.begin);
  });

  Palette palette = Palette::make(color);
  std::set<std::string> seen;
  std::string out;
  for (const Diagnostic *d : sorted) {
    std::string one;
    Printer(sources, palette, one).print(*d);
    if (!seen.insert(one).second)
      continue;
    if (!out.empty())
      out += "\n";
    out += one;
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

std::string codeName(Code code) {
  std::string digits = std::to_string(static_cast<unsigned>(code));
  return "R" + std::string(4 - std::min<size_t>(4, digits.size()), '0') +
         digits;
}

bool parseCode(std::string_view text, Code &code) {
  std::string upper(text);
  for (char &c : upper)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
#define RILL_CODE(id, number, title)                                           \
  if (upper == codeName(Code::id)) {                                           \
    code = Code::id;                                                           \
    return true;                                                               \
  }
#include "Support/Codes.def"
#undef RILL_CODE
  return false;
}

std::string_view codeTitle(Code code) {
  switch (code) {
#define RILL_CODE(id, number, title)                                           \
  case Code::id:                                                               \
    return title;
#include "Support/Codes.def"
#undef RILL_CODE
  }
  return "";
}

/// Edit distance in which a swap of neighbours costs one (optimal string
/// alignment).
static size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1,
                                     std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i)
    d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j)
    d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i)
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

std::string didYouMean(std::string_view name,
                       const std::vector<std::string> &candidates) {
  auto fold = [](std::string_view s) {
    std::string r(s);
    for (char &c : r)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return r;
  };
  // A third of the letters may be wrong. Case counts for nothing, so that
  // `normal` finds `Normal`; short names suggest little else. Of equally close
  // candidates one of the same length wins: `tahn` is `tanh`, not `tan`.
  size_t limit = name.size() < 3 ? 0 : (name.size() + 2) / 3;
  std::pair<size_t, size_t> best = {limit + 1, 0};
  std::string found;
  for (const std::string &candidate : candidates) {
    if (candidate == name)
      continue;
    size_t longer = std::max(candidate.size(), name.size());
    size_t shorter = std::min(candidate.size(), name.size());
    std::pair<size_t, size_t> distance = {
        editDistance(fold(name), fold(candidate)), longer - shorter};
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

} // namespace rill::lang
