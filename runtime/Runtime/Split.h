//===- Split.h - Held-out rows and the order of training --------*- C++ -*-===//
//
// Which rows are held out, and in which order training sees the rest: pure
// functions of seeds and row numbers, so that nothing need be stored to
// continue and no library's shuffle decides a result.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_SPLIT_H
#define RILL_RUNTIME_SPLIT_H

#include <cstdint>
#include <vector>

namespace rill::rt {

struct Split {
  std::vector<int64_t> train, valid, held; ///< row numbers, ascending
};

/// Row r goes by its own uniform draw u(seed, r): held if u < hold, valid if
/// hold <= u < hold + valid, else train. Rows that are added to a file do not
/// move the others.
Split splitRows(int64_t rows, double hold, double valid, uint64_t seed);

/// Minibatches without replacement: every epoch is a fresh permutation of the
/// rows (Fisher-Yates by Philox of seed and epoch), cut into whole batches;
/// the rows left over wait for the next epoch.
class BatchOrder {
public:
  /// `rows` > 0; a batch larger than that is cut to it.
  BatchOrder(std::vector<int64_t> rows, int64_t batch, uint64_t seed);

  int64_t batch() const { return size; }
  int64_t batchesPerEpoch() const { return perEpoch; }
  /// The row numbers of step `step` >= 0; valid until the next call.
  const int64_t *rows(int64_t step);

private:
  void shuffle(int64_t epoch);

  std::vector<int64_t> all, order;
  int64_t size, perEpoch, current = -1;
  uint64_t seed;
};

} // namespace rill::rt
#endif
