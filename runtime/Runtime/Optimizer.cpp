//===- Optimizer.cpp - Adam and SGD over a flat buffer --------------------===//

#include "Runtime/Optimizer.h"
#include "Runtime/Cpu.h"

#include <algorithm>
#include <cmath>

// The same loops are compiled for the base machine and for AVX2; without
// contraction (see CMakeLists.txt) both give the same bits.
#if defined(__x86_64__)
#define RILL_AVX2 __attribute__((target("avx2")))
#else
#define RILL_AVX2
#endif
#define RILL_INLINE inline __attribute__((always_inline))

namespace rill::rt {

// Fixed, since partial sums of the norm are per block: 64 KiB of floats, which
// with moments and gradient stays in L2.
static constexpr int64_t blockSize = 16384;

Optimizer::Optimizer(const Layout &layout, const std::vector<int> &trained,
                     const TrainSpec &spec, ThreadPool &pool)
    : layout(layout), spec(spec), pool(pool), wide(detectCpu().avx2) {
  std::vector<int> sorted = trained;
  std::sort(sorted.begin(), sorted.end());
  // Neighbouring arrays share blocks: padding is zero and stays so.
  for (int p : sorted) {
    const int64_t begin = layout.begin[p];
    const int64_t end = size_t(p) + 1 < layout.begin.size()
                            ? layout.begin[p + 1]
                            : layout.total;
    for (int64_t at = begin; at < end;) {
      const bool joins = !blocks.empty() && blocks.back().end == at &&
                         at - blocks.back().begin < blockSize;
      if (!joins)
        blocks.push_back({at, at});
      const int64_t room = blockSize - (at - blocks.back().begin);
      blocks.back().end = std::min(end, at + room);
      at = blocks.back().end;
    }
  }
  partial.resize(blocks.size());
}

OptimizerState Optimizer::initialState(const Buffer &values) const {
  OptimizerState state;
  state.first = Buffer(layout.bytes());
  if (spec.optimizer.kind == "adam")
    state.second = Buffer(layout.bytes());
  if (spec.ema > 0)
    state.average = values;
  return state;
}

/// The sum of squares in eight lanes, in double.
template <typename T> static RILL_INLINE double squares(const T *g, int64_t n) {
  double lane[8] = {};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; ++k)
      lane[k] += double(g[i + k]) * double(g[i + k]);
  for (; i < n; ++i)
    lane[0] += double(g[i]) * double(g[i]);
  return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
         ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

template <typename T> static double squaresBase(const T *g, int64_t n) {
  return squares(g, n);
}
template <typename T>
RILL_AVX2 static double squaresWide(const T *g, int64_t n) {
  return squares(g, n);
}

double Optimizer::norm(const Buffer &gradient) {
  auto sum = [&](auto *elements) {
    pool.forEach(int64_t(blocks.size()), [&](int64_t b, int64_t) {
      const int64_t n = blocks[b].end - blocks[b].begin;
      partial[b] = wide ? squaresWide(elements + blocks[b].begin, n)
                        : squaresBase(elements + blocks[b].begin, n);
    });
  };
  if (layout.type == Type::F64)
    sum(gradient.as<double>());
  else
    sum(gradient.as<float>());
  double total = 0;
  for (double part : partial)
    total += part;
  return std::sqrt(total);
}

/// Constants of one step, in the elements' precision.
template <typename T> struct Rates {
  T scale;          ///< of the gradient, by clipping
  T beta1, beta2;   ///< decay of the moments
  T rest1, rest2;   ///< 1 - beta
  T bias1, bias2;   ///< 1 / (1 - beta^t)
  T lr, eps, decay; ///< decay: lr * weight decay
  T ema, emaRest;
};

template <typename T>
static RILL_INLINE void adam(int64_t n, const Rates<T> &r,
                             const T *__restrict g, T *__restrict p,
                             T *__restrict m, T *__restrict v) {
  for (int64_t i = 0; i < n; ++i) {
    const T gi = g[i] * r.scale;
    const T mi = r.beta1 * m[i] + r.rest1 * gi;
    const T vi = r.beta2 * v[i] + r.rest2 * (gi * gi);
    m[i] = mi;
    v[i] = vi;
    const T step = r.lr * ((mi * r.bias1) / (std::sqrt(vi * r.bias2) + r.eps));
    p[i] = p[i] - step - r.decay * p[i];
  }
}

template <typename T>
static RILL_INLINE void sgd(int64_t n, const Rates<T> &r, const T *__restrict g,
                            T *__restrict p, T *__restrict m) {
  for (int64_t i = 0; i < n; ++i) {
    const T mi = r.beta1 * m[i] + g[i] * r.scale;
    m[i] = mi;
    p[i] = p[i] - r.lr * mi - r.decay * p[i];
  }
}

template <typename T>
static RILL_INLINE void average(int64_t n, const Rates<T> &r,
                                const T *__restrict p, T *__restrict e) {
  for (int64_t i = 0; i < n; ++i)
    e[i] = r.ema * e[i] + r.emaRest * p[i];
}

/// All of a step on one block; null pointers where there is no such array.
template <typename T>
static RILL_INLINE void update(int64_t n, const Rates<T> &r, const T *g, T *p,
                               T *m, T *v, T *e) {
  if (v)
    adam(n, r, g, p, m, v);
  else
    sgd(n, r, g, p, m);
  if (e)
    average(n, r, p, e);
}

template <typename T>
static void updateBase(int64_t n, const Rates<T> &r, const T *g, T *p, T *m,
                       T *v, T *e) {
  update(n, r, g, p, m, v, e);
}
template <typename T>
RILL_AVX2 static void updateWide(int64_t n, const Rates<T> &r, const T *g, T *p,
                                 T *m, T *v, T *e) {
  update(n, r, g, p, m, v, e);
}

template <typename T>
static Rates<T> ratesOf(const TrainSpec &spec, int64_t step, double norm) {
  const OptimizerSpec &o = spec.optimizer;
  const bool isAdam = o.kind == "adam";
  Rates<T> r;
  r.scale = spec.clip > 0 && norm > spec.clip ? T(spec.clip / norm) : T(1);
  r.beta1 = T(isAdam ? o.beta1 : o.momentum);
  r.beta2 = T(o.beta2);
  r.rest1 = T(1 - o.beta1);
  r.rest2 = T(1 - o.beta2);
  r.bias1 = T(1 / (1 - std::pow(o.beta1, double(step + 1))));
  r.bias2 = T(1 / (1 - std::pow(o.beta2, double(step + 1))));
  r.lr = T(o.lr);
  r.eps = T(o.eps);
  r.decay = T(o.lr * o.weightDecay);
  r.ema = T(spec.ema);
  r.emaRest = T(1 - spec.ema);
  return r;
}

template <typename T>
void Optimizer::stepAs(int64_t step, const Buffer &gradient, double norm,
                       Buffer &values, OptimizerState &state) {
  const Rates<T> rates = ratesOf<T>(spec, step, norm);
  auto at = [](Buffer &buffer, int64_t i) -> T * {
    return buffer.size() ? buffer.as<T>() + i : nullptr;
  };
  pool.forEach(int64_t(blocks.size()), [&](int64_t b, int64_t) {
    const int64_t i = blocks[b].begin, n = blocks[b].end - i;
    (wide ? updateWide<T> : updateBase<T>)(n, rates, gradient.as<T>() + i,
                                           at(values, i), at(state.first, i),
                                           at(state.second, i),
                                           at(state.average, i));
  });
}

void Optimizer::step(int64_t step, const Buffer &gradient, double norm,
                     Buffer &values, OptimizerState &state) {
  if (layout.type == Type::F64)
    stepAs<double>(step, gradient, norm, values, state);
  else
    stepAs<float>(step, gradient, norm, values, state);
}

} // namespace rill::rt
