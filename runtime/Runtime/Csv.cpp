//===- Csv.cpp - Comma-separated numbers ----------------------------------===//

#include "Runtime/Csv.h"
#include "Runtime/Error.h"
#include "Runtime/Io.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

namespace rill::rt {

/// Takes records off a text, one at a time.
class CsvScanner {
public:
  CsvScanner(const std::string &text, std::string where)
      : where(std::move(where)), at(text.data()), end(at + text.size()) {
    if (text.compare(0, 3, "\xEF\xBB\xBF") == 0)
      at += 3; // A byte order mark, as spreadsheets write it.
  }

  /// The next record that is not blank (or may be); false at the end.
  bool next(std::vector<std::string_view> &cells, bool blankToo = false) {
    for (;;) {
      if (at == end)
        return false;
      first = line;
      scan(cells);
      if (blankToo || cells.size() > 1 || !cells[0].empty())
        return true;
    }
  }
  /// Line of the record's first character, from 1.
  int64_t lineOfRecord() const { return first; }

private:
  void scan(std::vector<std::string_view> &cells) {
    cells.clear();
    do
      cells.push_back(*at == '"' && at != end ? quoted() : plain());
    while (takeComma());
    if (at != end && *at == '\r')
      ++at;
    if (at != end && *at == '\n')
      ++at;
    ++line;
  }

  bool takeComma() {
    if (at == end || *at != ',')
      return false;
    ++at;
    return true;
  }

  std::string_view plain() {
    const char *begin = at;
    while (at != end && *at != ',' && *at != '\n')
      ++at;
    const char *last = at;
    auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (begin != last && blank(*begin))
      ++begin;
    while (begin != last && blank(last[-1]))
      --last;
    return {begin, size_t(last - begin)};
  }

  std::string_view quoted() {
    const char *begin = ++at;
    bool doubled = false;
    for (;; ++at) {
      if (at == end)
        throw Error(fmt::format("{}, line {}: a quoted cell does not end",
                                where, first),
                    "", "close it with \"");
      line += *at == '\n';
      if (*at != '"')
        continue;
      if (at + 1 == end || at[1] != '"')
        break;
      doubled = true;
      ++at;
    }
    std::string_view cell(begin, size_t(at - begin));
    ++at;
    while (at != end && (*at == ' ' || *at == '\t'))
      ++at;
    if (at != end && *at != ',' && *at != '\n' && *at != '\r')
      throw Error(
          fmt::format("{}, line {}: text after a quoted cell", where, first),
          "", "separate cells by commas");
    return doubled ? undouble(cell) : cell;
  }

  std::string_view undouble(std::string_view cell) {
    auto text = std::make_unique<std::string>();
    for (size_t i = 0; i < cell.size(); ++i) {
      text->push_back(cell[i]);
      i += cell[i] == '"';
    }
    kept.push_back(std::move(text));
    return *kept.back();
  }

  std::string where;
  const char *at, *end;
  int64_t line = 1, first = 1;
  std::vector<std::unique_ptr<std::string>> kept;
};

static bool toNumber(std::string_view cell, double &value) {
  const char *begin = cell.data(), *end = begin + cell.size();
  if (begin != end && *begin == '+')
    ++begin;
  auto [stop, code] = std::from_chars(begin, end, value);
  if (code == std::errc::result_out_of_range && stop == end) {
    // Too large or too small for a double: infinity or zero, as strtod has it.
    value = std::strtod(std::string(begin, end).c_str(), nullptr);
    return true;
  }
  return code == std::errc() && stop == end && begin != end;
}

static bool isHeader(const std::vector<std::string_view> &cells) {
  double value;
  return std::any_of(cells.begin(), cells.end(), [&](std::string_view cell) {
    return !cell.empty() && !toNumber(cell, value);
  });
}

/// Positions of the wanted columns in the file.
static std::vector<size_t> selectColumns(const std::vector<std::string> &names,
                                         const std::vector<std::string> &wanted,
                                         const std::string &where) {
  std::vector<size_t> positions;
  for (const std::string &name : wanted) {
    auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end())
      throw Error(fmt::format("{} has no column '{}'{}", where, name,
                              didYouMean(name, names)),
                  names.empty() ? "it has no header line to select by"
                                : fmt::format("its header names {}",
                                              fmt::join(names, ", ")),
                  "correct 'columns' in the data declaration, or the file");
    if (std::find(it + 1, names.end(), name) != names.end())
      throw Error(fmt::format("{} has two columns '{}'", where, name), "",
                  "rename one of them");
    positions.push_back(size_t(it - names.begin()));
  }
  return positions;
}

static double cellValue(std::string_view cell, const std::string &place,
                        const std::string &column, bool optional) {
  double value;
  if (cell.empty() && optional)
    return std::numeric_limits<double>::quiet_NaN();
  if (cell.empty())
    throw Error(fmt::format("{}: column {} is empty", place, column),
                "every selected cell must hold a number",
                "drop the row or fill in the value");
  if (!toNumber(cell, value))
    throw Error(fmt::format("{}: '{}' in column {} is not a number", place,
                            cell.substr(0, 40), column),
                "", "correct the cell, or select other columns");
  if (std::isnan(value))
    throw Error(fmt::format("{}: column {} is NaN", place, column),
                optional
                    ? "an empty cell is null, 'nan' is not a number"
                    : "a missing value has no place in a density's subject",
                optional ? "leave the cell empty"
                         : "drop the row or fill in the value");
  return value;
}

Table readCsv(const std::string &path, const std::string &role,
              const std::vector<std::string> &columns, int64_t width,
              const std::vector<bool> &optional) {
  const std::string text = readFile(path, role);
  const std::string where = fmt::format("{} '{}'", role, path);
  CsvScanner scanner(text, where);
  std::vector<std::string_view> cells;
  const bool blank = optional == std::vector<bool>{true};
  if (!scanner.next(cells, blank))
    throw Error(where + " is empty", "", "give a file with at least one row");
  std::vector<std::string> names;
  bool pending = true; // The first record is still to be read as a row.
  if (isHeader(cells)) {
    names.assign(cells.begin(), cells.end());
    pending = false;
  }
  const size_t found = cells.size();
  std::vector<size_t> positions = selectColumns(names, columns, where);
  if (columns.empty())
    for (size_t i = 0; i < found; ++i)
      positions.push_back(i);
  if (width >= 0 && int64_t(positions.size()) != width)
    throw Error(fmt::format("{} has {} columns, {} are needed", where,
                            positions.size(), width),
                names.empty() ? ""
                              : fmt::format("its header names {}",
                                            fmt::join(names, ", ")),
                "select them: columns = (\"...\", ...)");
  Table table;
  table.width = int64_t(positions.size());
  while (pending || scanner.next(cells, blank)) {
    pending = false;
    const int64_t line = scanner.lineOfRecord();
    const std::string place = fmt::format("{}, line {}", where, line);
    if (cells.size() != found)
      throw Error(fmt::format("{}: {} cells, the first line has {}", place,
                              cells.size(), found),
                  "every row must have the same columns", "correct the row");
    for (size_t k = 0; k < positions.size(); ++k) {
      const size_t position = positions[k];
      table.values.push_back(cellValue(cells[position], place,
                                       names.empty()
                                           ? std::to_string(position)
                                           : "'" + names[position] + "'",
                                       k < optional.size() && optional[k]));
    }
    table.lines.push_back(line);
    ++table.rows;
  }
  return table;
}

CsvShape csvShape(const std::string &path, const std::string &role) {
  const std::string text = readFile(path, role);
  CsvScanner scanner(text, fmt::format("{} '{}'", role, path));
  std::vector<std::string_view> cells;
  if (!scanner.next(cells, true))
    return {};
  return {int64_t(cells.size()), isHeader(cells)};
}

} // namespace rill::rt
