//===- Progress.cpp - How far a training is -------------------------------===//

#include "Runtime/Progress.h"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

namespace rill::rt {

std::string clockText(double seconds) {
  const int64_t s = int64_t(std::max(0.0, seconds) + 0.5);
  if (s >= 3600)
    return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

Progress::Progress(std::FILE *out, int64_t first, int64_t last)
    : out(out), terminal(isatty(fileno(out))), first(first), last(last),
      plainEvery(std::max<int64_t>(1, last / 20)),
      start(std::chrono::steady_clock::now()) {}

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

std::string Progress::text(int64_t done) const {
  const double elapsed = seconds();
  const double rate = elapsed > 0 ? double(done - first) / elapsed : 0;
  std::string text =
      fmt::format("step {}/{}  loss {:.4f}", done, last, smoothed);
  text += validation;
  text += fmt::format("  {:.0f} steps/s", rate);
  if (done < last && rate > 0)
    text += fmt::format("  ETA {}", clockText(double(last - done) / rate));
  return text;
}

void Progress::step(int64_t done, double loss) {
  smoothed = done == first + 1 ? loss : 0.95 * smoothed + 0.05 * loss;
  if (!terminal) {
    if (done % plainEvery == 0 || done == last)
      fmt::print(out, "{}\n", text(done));
    if (done % plainEvery == 0 || done == last)
      std::fflush(out);
    return;
  }
  const double now = seconds();
  if (now - lastShown < 0.2 && done != last)
    return;
  lastShown = now;
  fmt::print(out, "\r\033[K{}", text(done));
  std::fflush(out);
  open = true;
}

void Progress::validated(double loss, double best, int64_t bestStep) {
  validation =
      fmt::format("  valid {:.4f} (best {:.4f} at {})", loss, best, bestStep);
}

void Progress::line(const std::string &text) {
  end();
  fmt::print(out, "{}\n", text);
  std::fflush(out);
}

void Progress::end() {
  if (open)
    fmt::print(out, "\n");
  open = false;
}

} // namespace rill::rt
