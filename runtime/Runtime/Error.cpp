//===- Error.cpp - Errors that a user can act on --------------------------===//

#include "Runtime/Error.h"

#include <algorithm>
#include <numeric>

namespace rill::rt {

std::string render(const Error &error) {
  std::string text = std::string("error: ") + error.what() + "\n";
  if (!error.why.empty())
    text += "  = " + error.why + "\n";
  if (!error.help.empty())
    text += "  = help: " + error.help + "\n";
  return text;
}

Error internalError(const std::string &what) {
  return Error("internal error: " + what,
               "the program's plan and its kernels disagree: this is a fault "
               "of Rill, not of your program or data",
               "please report it with the .rill file");
}

static size_t editDistance(const std::string &a, const std::string &b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t(0));
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      size_t change = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

std::string nearest(const std::string &word,
                    const std::vector<std::string> &candidates) {
  std::string best;
  size_t limit = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string &candidate : candidates) {
    size_t distance = editDistance(word, candidate);
    if (distance < limit) {
      limit = distance;
      best = candidate;
    }
  }
  return best;
}

std::string didYouMean(const std::string &word,
                       const std::vector<std::string> &candidates) {
  std::string best = nearest(word, candidates);
  return best.empty() ? "" : " (did you mean '" + best + "'?)";
}

} // namespace rill::rt
