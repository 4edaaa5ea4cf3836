// The interpreter's values: one array per lane value, elements as double
// whatever the type says (i32 is exact in double, i1 is 0 or 1).
#ifndef RILL_LANE_INTERP_ARRAY_H
#define RILL_LANE_INTERP_ARRAY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <vector>

namespace rill::lane {

/// A per-sample tensor for every sample, `[batch, shape...]` row-major, or one
/// tensor for the whole batch (`inv`), `[shape...]`.
struct Array {
  llvm::SmallVector<int64_t, 4> shape; // of one sample
  bool inv = false;
  std::vector<double> data;

  /// Elements of one sample's tensor; 1 for a scalar.
  int64_t sampleSize() const { return sizeOf(shape); }

  /// Element `k` (row-major) of sample `s`; of the one tensor if invariant.
  double at(int64_t s, int64_t k) const { return data[offset(s) + k]; }
  double &at(int64_t s, int64_t k) { return data[offset(s) + k]; }

  /// The first element of sample `s`.
  const double *sample(int64_t s) const { return data.data() + offset(s); }

  static int64_t sizeOf(llvm::ArrayRef<int64_t> shape) {
    int64_t n = 1;
    for (int64_t d : shape)
      n *= d;
    return n;
  }

  /// `value` everywhere.
  static Array filled(llvm::ArrayRef<int64_t> shape, bool inv, int64_t batch,
                      double value = 0) {
    Array a;
    a.shape.assign(shape.begin(), shape.end());
    a.inv = inv;
    a.data.assign((inv ? 1 : batch) * sizeOf(shape), value);
    return a;
  }

private:
  int64_t offset(int64_t s) const { return inv ? 0 : s * sampleSize(); }
};

} // namespace rill::lane

#endif
