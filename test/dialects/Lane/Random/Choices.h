// The stream of decisions a random program is made from. A program is a pure
// function of its decisions, so shrinking works on the list of numbers (delete
// some, make some smaller) and always yields a well-formed program. 0 is always
// the simplest decision; past the end of a replayed list every decision is 0.
#ifndef RILL_LANE_RANDOM_CHOICES_H
#define RILL_LANE_RANDOM_CHOICES_H

#include "rill/philox.h"
#include <cstdint>
#include <vector>

namespace rill::lane::random {

class Choices {
public:
  explicit Choices(uint64_t seed) : state(seed), replaying(false) {}
  explicit Choices(std::vector<uint32_t> recorded)
      : recorded(std::move(recorded)) {}

  /// A number in [0, n), n > 0.
  uint32_t below(uint32_t n) {
    uint32_t next = 0;
    if (!replaying)
      next = uint32_t(philox::mix(state += 0x9E3779B97F4A7C15u) >> 32);
    else if (taken.size() < recorded.size())
      next = recorded[taken.size()];
    taken.push_back(next % n);
    return taken.back();
  }
  /// True in `percent` of a hundred cases; false is the simplest.
  bool chance(uint32_t percent) { return below(100) >= 100 - percent; }
  /// A number in [low, high].
  int64_t between(int64_t low, int64_t high) {
    return low + below(uint32_t(high - low + 1));
  }
  /// A real in [low, high]; low is the simplest.
  double real(double low, double high) {
    return low + (high - low) * below(1 << 20) / double(1 << 20);
  }
  /// `n` reals in [low, high]: decided one by one if they are few, else all by
  /// one decision.
  std::vector<double> reals(size_t n, double low, double high) {
    std::vector<double> values;
    if (n <= 128) {
      while (values.size() < n)
        values.push_back(real(low, high));
      return values;
    }
    Choices more(below(1 << 20));
    while (values.size() < n)
      values.push_back(more.real(low, high));
    return values;
  }
  template <typename T> const T &of(const std::vector<T> &items) {
    return items[below(uint32_t(items.size()))];
  }

  const std::vector<uint32_t> &all() const { return taken; }

private:
  uint64_t state = 0;
  bool replaying = true;
  std::vector<uint32_t> recorded, taken;
};

} // namespace rill::lane::random

#endif
