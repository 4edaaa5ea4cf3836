//===- Progress.h - How far a training is -----------------------*- C++ -*-===//
//
// A line that is rewritten on a terminal, and plain lines at round intervals
// elsewhere. Only text: results never depend on it.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_PROGRESS_H
#define RILL_RUNTIME_PROGRESS_H

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace rill::rt {

class Progress {
public:
  /// Writes to `out`; steps run from `first` to `last`.
  Progress(std::FILE *out, int64_t first, int64_t last);

  /// After each step, with its loss.
  void step(int64_t done, double loss);
  /// After a validation.
  void validated(double loss, double best, int64_t bestStep);
  /// A line of its own, below or instead of the rewritten one.
  void line(const std::string &text);
  /// Leaves the terminal's cursor on a new line.
  void end();

private:
  std::string text(int64_t done) const;
  double seconds() const;

  std::FILE *out;
  bool terminal;
  int64_t first, last, plainEvery;
  double smoothed = 0, lastShown = -1;
  bool open = false;
  std::string validation;
  std::chrono::steady_clock::time_point start;
};

/// "0:07", "12:34", "3:04:05".
std::string clockText(double seconds);

} // namespace rill::rt
#endif
