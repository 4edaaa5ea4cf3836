//===- philox.h - Counter-based random numbers, the reference -------------===//
//
// What a random draw is, exactly: Philox4x32-10 (Salmon, Moraes, Dror, Shaw:
// Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011), how its key and
// counter are made, and how words become uniforms and normals. The interpreter
// and the runtime call these functions; generated code repeats them in vectors
// and is tested against them. Header only, C++17; the coefficients of the
// quantile are in normal_quantile.h.
//
// A draw is a pure function of (seed, step, site, loop indices) -> key and
// (global sample index, element) -> counter. Element e of sample s reads word
// e % 4 of the block with counter {lo32(s), hi32(s), e / 4, plane}: plane 0
// holds the high word, plane 1 the low word that only double precision needs.
// So the f32 and the f64 build of a program see the same draws up to rounding,
// and no draw depends on batch size, tile size or thread count. e is the
// row-major index in the per-sample shape. Draws that are one value for the
// whole batch use s = 0.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_PHILOX_H
#define RILL_PHILOX_H

#include "rill/normal_quantile.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace rill {
namespace philox {

struct Block {
  uint32_t word[4];
};

/// Ten rounds of Philox4x32. `key` holds k0 in its low half, k1 in its high.
inline Block philox4x32(Block counter, uint64_t key) {
  uint32_t k0 = static_cast<uint32_t>(key);
  uint32_t k1 = static_cast<uint32_t>(key >> 32);
  Block c = counter;
  for (int round = 0; round < 10; ++round) {
    uint64_t p0 = uint64_t{0xD2511F53u} * c.word[0];
    uint64_t p1 = uint64_t{0xCD9E8D57u} * c.word[2];
    c = {{static_cast<uint32_t>(p1 >> 32) ^ c.word[1] ^ k0,
          static_cast<uint32_t>(p1),
          static_cast<uint32_t>(p0 >> 32) ^ c.word[3] ^ k1,
          static_cast<uint32_t>(p0)}};
    k0 += 0x9E3779B9u; // golden ratio
    k1 += 0xBB67AE85u; // sqrt(3) - 1
  }
  return c;
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014; constants of
/// Stafford's variant 13): a bijection of 64-bit words in which every input bit
/// moves every output bit.
inline uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/// Takes one more word into a key. Order matters.
inline uint64_t absorb(uint64_t key, uint64_t value) {
  return mix(key ^ (value + 0x9E3779B97F4A7C15u));
}

/// The key of a draw without loop indices. Loop indices (i32, sign-extended)
/// are taken in by `absorb`, outermost first.
inline uint64_t drawKey(uint64_t seed, int64_t step, int64_t site) {
  uint64_t key = absorb(0, seed);
  key = absorb(key, static_cast<uint64_t>(step));
  return absorb(key, static_cast<uint64_t>(site));
}

inline uint64_t drawKey(uint64_t seed, int64_t step, int64_t site,
                        const int64_t *indices, size_t count) {
  uint64_t key = drawKey(seed, step, site);
  for (size_t i = 0; i < count; ++i)
    key = absorb(key, static_cast<uint64_t>(indices[i]));
  return key;
}

/// One word of plane 0 (`plane` = 0) or plane 1 of element `element`.
inline uint32_t drawWord(uint64_t key, uint64_t sample, uint64_t element,
                         uint32_t plane = 0) {
  Block counter = {{static_cast<uint32_t>(sample),
                    static_cast<uint32_t>(sample >> 32),
                    static_cast<uint32_t>(element / 4), plane}};
  return philox4x32(counter, key).word[element % 4];
}

/// Both planes: the word of plane 0 is the high half.
inline uint64_t drawWord64(uint64_t key, uint64_t sample, uint64_t element) {
  return uint64_t{drawWord(key, sample, element, 0)} << 32 |
         drawWord(key, sample, element, 1);
}

/// Uniform in the open (0, 1): the upper 23 bits and a half, in units of 2^-23.
/// Exact in float: 24 bits and a half would round to 1.
inline float uniform32(uint32_t word) {
  return (static_cast<float>(word >> 9) + 0.5f) * 0x1p-23f;
}

/// Uniform in the open (0, 1): the upper 52 bits and a half, exact in double.
inline double uniform64(uint64_t word) {
  return (static_cast<double>(word >> 12) + 0.5) * 0x1p-52;
}

/// The quantile of the standard normal for p in (0, 1), relative error about
/// 1e-16: algorithm AS 241, PPND16 (Wichura 1988). p = 0 and 1 give -inf, inf.
inline double normalQuantile(double p) {
  auto at = [](const as241::Rational &f, double r) {
    double top = f.top[7], bottom = f.bottom[7];
    for (int i = 6; i >= 0; --i) {
      top = top * r + f.top[i];
      bottom = bottom * r + f.bottom[i];
    }
    return top / bottom;
  };
  double q = p - 0.5;
  if (std::fabs(q) <= as241::centralEnd)
    return q * at(as241::central, as241::centralShift - q * q);
  double tail = q < 0 ? p : 1 - p;
  if (tail <= 0)
    return q < 0 ? -INFINITY : INFINITY;
  double r = std::sqrt(-std::log(tail));
  double value = r <= as241::middleEnd
                     ? at(as241::middle, r - as241::middleShift)
                     : at(as241::far, r - as241::farShift);
  return q < 0 ? -value : value;
}

/// Standard normal from one 32-bit word. The top bit is the sign (set: above
/// 0), the 31 others the tail p = (w + 1/2) 2^-32 in (0, 1/2], formed in float
/// by the two roundings written here; the value is +-normalQuantile(p), which
/// reaches 6.3 deviations. Generated code evaluates the same rational functions
/// with FMA, and selects in place of branches; a few ulp of a double apart.
inline double normal32(uint32_t word) {
  float p = (static_cast<float>(word & 0x7FFFFFFFu) + 0.5f) * 0x1p-32f;
  double magnitude = -normalQuantile(p);
  return word >> 31 ? magnitude : -magnitude;
}

/// Standard normal from one 64-bit word: as normal32 with 63 bits in double.
inline double normal64(uint64_t word) {
  uint64_t low = word & 0x7FFFFFFFFFFFFFFFu;
  double p = (static_cast<double>(low) + 0.5) * 0x1p-64;
  double magnitude = -normalQuantile(p);
  return word >> 63 ? magnitude : -magnitude;
}

} // namespace philox
} // namespace rill

#endif // RILL_PHILOX_H
