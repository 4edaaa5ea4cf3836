//===- Split.cpp - Held-out rows and the order of training ----------------===//

#include "Runtime/Split.h"

#include "rill/philox.h"

#include <algorithm>

namespace rill::rt {

// Sites of generated code are numbered from 0: the runtime's own draws use
// negative ones.
static constexpr int64_t siteSplit = -1, siteShuffle = -2;

Split splitRows(int64_t rows, double hold, double valid, uint64_t seed) {
  Split split;
  const uint64_t key = philox::drawKey(seed, 0, siteSplit);
  for (int64_t r = 0; r < rows; ++r) {
    const double u = philox::uniform64(philox::drawWord64(key, uint64_t(r), 0));
    if (u < hold)
      split.held.push_back(r);
    else if (u < hold + valid)
      split.valid.push_back(r);
    else
      split.train.push_back(r);
  }
  return split;
}

BatchOrder::BatchOrder(std::vector<int64_t> rows, int64_t batch, uint64_t seed)
    : all(std::move(rows)), size(std::min<int64_t>(batch, int64_t(all.size()))),
      perEpoch(int64_t(all.size()) / size), seed(seed) {}

void BatchOrder::shuffle(int64_t epoch) {
  order = all;
  const uint64_t key = philox::drawKey(seed, epoch, siteShuffle);
  for (uint64_t i = order.size(); i-- > 1;) {
    // The high product of a 64-bit word: uniform on 0..i to within i / 2^64.
    const uint64_t word = philox::drawWord64(key, i, 0);
    const uint64_t j = uint64_t((unsigned __int128)(word) * (i + 1) >> 64);
    std::swap(order[i], order[j]);
  }
  current = epoch;
}

const int64_t *BatchOrder::rows(int64_t step) {
  if (step / perEpoch != current)
    shuffle(step / perEpoch);
  return order.data() + step % perEpoch * size;
}

} // namespace rill::rt
