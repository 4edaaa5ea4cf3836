//===- Roof.cpp - The machine's fused multiply-add roof -------------------===//
//
// Sixteen independent chains hide the latency of the FMA units. The loop is
// run several times on every thread at once; the best total counts.
//
//===----------------------------------------------------------------------===//

#include "Roof.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <immintrin.h>
#include <thread>
#include <vector>

using Clock = std::chrono::steady_clock;

static constexpr int chains = 16;
static constexpr long rounds = 2'000'000;

__attribute__((target("avx512f"))) static float spinAvx512() {
  __m512 acc[chains];
  for (int c = 0; c < chains; ++c)
    acc[c] = _mm512_set1_ps(1.0f + c);
  const __m512 scale = _mm512_set1_ps(0.999999f), shift = _mm512_set1_ps(1e-6f);
  for (long r = 0; r < rounds; ++r)
    for (int c = 0; c < chains; ++c) {
      acc[c] = _mm512_fmadd_ps(acc[c], scale, shift);
      asm volatile("" : "+v"(acc[c])); // keep the chains from being folded
    }
  __m512 sum = acc[0];
  for (int c = 1; c < chains; ++c)
    sum = _mm512_add_ps(sum, acc[c]);
  return _mm512_reduce_add_ps(sum);
}

__attribute__((target("avx2,fma"))) static float spinAvx2() {
  __m256 acc[chains];
  for (int c = 0; c < chains; ++c)
    acc[c] = _mm256_set1_ps(1.0f + c);
  const __m256 scale = _mm256_set1_ps(0.999999f), shift = _mm256_set1_ps(1e-6f);
  for (long r = 0; r < rounds; ++r)
    for (int c = 0; c < chains - 4; ++c) { // 16 registers hold 12 chains
      acc[c] = _mm256_fmadd_ps(acc[c], scale, shift);
      asm volatile("" : "+x"(acc[c]));
    }
  float lanes[8];
  _mm256_storeu_ps(lanes, acc[0]);
  return lanes[0];
}

/// FLOP of one spin and what keeps its result alive.
static double spin() {
  static std::atomic<float> sink;
  if (__builtin_cpu_supports("avx512f")) {
    sink = spinAvx512();
    return 2.0 * 16 * chains * rounds;
  }
  sink = spinAvx2();
  return 2.0 * 8 * (chains - 4) * rounds;
}

double rill::bench::measureRoof(int threads) {
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    std::vector<std::thread> pool;
    std::vector<double> flops(threads);
    auto start = Clock::now();
    for (int t = 0; t < threads; ++t)
      pool.emplace_back([&flops, t] { flops[t] = spin(); });
    double total = 0;
    for (int t = 0; t < threads; ++t) {
      pool[t].join();
      total += flops[t];
    }
    std::chrono::duration<double> seconds = Clock::now() - start;
    best = std::max(best, total / seconds.count());
  }
  return best;
}
