// rill/philox.h: the generator against its published answers, and what keys,
// counters, uniforms and normals promise.
#include "rill/philox.h"
#include "gtest/gtest.h"
#include <set>
#include <vector>

using namespace rill::philox;

static void expectWords(const Block &block, std::vector<uint32_t> words) {
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(block.word[i], words[i]) << "word " << i;
}

// kat_vectors of the Random123 distribution, lines "philox4x32 10".
TEST(Philox, GivesTheKnownAnswersOfRandom123) {
  expectWords(philox4x32({{0, 0, 0, 0}}, 0),
              {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  expectWords(philox4x32({{~0u, ~0u, ~0u, ~0u}}, ~uint64_t(0)),
              {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  expectWords(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
                         0x299f31d0a4093822),
              {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

// Vigna's splitmix64.c, state 0: the first output is mix(golden ratio).
TEST(Philox, MixIsSplitMix64) {
  EXPECT_EQ(mix(0x9E3779B97F4A7C15u), 0xE220A8397B1DCDAFu);
}

TEST(Philox, KeysDifferInEveryPart) {
  std::set<uint64_t> keys;
  for (uint64_t seed : {0, 1})
    for (int64_t step : {0, 1, -1})
      for (int64_t site : {0, 1})
        for (int64_t i : {0, 1})
          for (int64_t j : {0, 1}) {
            int64_t indices[] = {i, j};
            keys.insert(drawKey(seed, step, site, indices, 2));
          }
  EXPECT_EQ(keys.size(), 48u);
}

TEST(Philox, KeyDependsOnTheOrderOfIndices) {
  int64_t ij[] = {2, 3}, ji[] = {3, 2};
  EXPECT_NE(drawKey(1, 0, 0, ij, 2), drawKey(1, 0, 0, ji, 2));
}

TEST(Philox, SampleIndexUsesAll64Bits) {
  EXPECT_NE(drawWord(7, 1, 0), drawWord(7, 1 + (uint64_t(1) << 32), 0));
}

TEST(Philox, ElementsShareBlocksOfFour) {
  uint64_t key = drawKey(1, 2, 3);
  Block block = philox4x32({{5, 0, 1, 0}}, key);
  for (int e = 0; e < 4; ++e)
    EXPECT_EQ(drawWord(key, 5, 4 + e), block.word[e]);
}

TEST(Philox, UniformsStayInsideTheOpenInterval) {
  EXPECT_EQ(uniform32(0), 0x1p-24f);
  EXPECT_EQ(uniform32(~0u), 1 - 0x1p-24f);
  EXPECT_EQ(uniform64(0), 0x1p-53);
  EXPECT_EQ(uniform64(~uint64_t(0)), 1 - 0x1p-53);
}

TEST(Philox, SinglePrecisionDrawsAreTheDoubleOnesRounded) {
  for (uint64_t e = 0; e < 1000; ++e) {
    uint32_t narrow = drawWord(11, 0, e);
    uint64_t wide = drawWord64(11, 0, e);
    // 23 bits and a half against all 52: at most half a unit of 2^-23 apart.
    EXPECT_NEAR(uniform32(narrow), uniform64(wide), 0x1p-24);
    // p differs by at most 2^-33 + one rounding; dz = dp / density.
    double z = normal64(wide);
    double density = std::exp(-z * z / 2) / std::sqrt(2 * M_PI);
    double p = std::fabs(z) < 6 ? 0.5 * std::erfc(std::fabs(z) / M_SQRT2) : 0;
    EXPECT_NEAR(normal32(narrow), z, (0x1p-33 + p * 0x1p-23) / density);
  }
}

TEST(Philox, NormalIsSymmetricInTheTopBit) {
  EXPECT_EQ(normal32(0x00001234), -normal32(0x80001234));
  EXPECT_EQ(normal64(0x1234), -normal64(0x8000000000001234));
  EXPECT_LT(normal32(0), -6.3);
  EXPECT_EQ(normal32(0xFFFFFFFF), 0);
}

// Kolmogorov's statistic of 100,000 draws: sqrt(n) D < 1.95 holds with
// probability .999 for a true law; the seed is fixed.
TEST(Philox, NormalsFollowTheNormalLaw) {
  std::vector<double> z;
  for (uint64_t s = 0; s < 25000; ++s)
    for (uint64_t e = 0; e < 4; ++e)
      z.push_back(normal32(drawWord(drawKey(3, 0, 0), s, e)));
  std::sort(z.begin(), z.end());
  double worst = 0, n = z.size();
  for (size_t i = 0; i < z.size(); ++i)
    worst = std::fmax(
        worst, std::fabs(0.5 * std::erfc(-z[i] / M_SQRT2) - (i + 0.5) / n));
  EXPECT_LT(worst * std::sqrt(n), 1.95);
}

// The quantile against the distribution function, which C's erfc gives: an
// error of one ulp in p moves z by about ulp / (1 + z^2) relative.
TEST(Philox, QuantileInvertsTheDistribution) {
  for (double p = 1e-300; p < 1; p = p < 1e-3 ? p * 1.7 : p + 1e-3) {
    double z = normalQuantile(p);
    EXPECT_NEAR(0.5 * std::erfc(-z / M_SQRT2) / p, 1, 2e-15 * (1 + z * z));
  }
  EXPECT_EQ(normalQuantile(0), -INFINITY);
  EXPECT_EQ(normalQuantile(1), INFINITY);
}
