//===- Error.cpp - Errors that a user can act on --------------------------===//

#include "Runtime/Error.h"

#include <algorithm>

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

/// Insertions, deletions, changes and swaps of neighbours (optimal string
/// alignment).
static size_t editDistance(const std::string &a, const std::string &b) {
  std::vector<std::vector<size_t>> d(a.size() + 1,
                                     std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i)
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                          d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
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
