//===- Quadrature.h - Integrals over a box ----------------------*- C++ -*-===//
//
// Adaptive quadrature in one to three dimensions: a grid of cells, each with
// two Gauss points an axis, that are halved where that changes the result. In
// double.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_QUADRATURE_H
#define RILL_RUNTIME_QUADRATURE_H

#include "Runtime/Table.h"

#include <functional>

namespace rill::rt {

struct Integral {
  double value = 0;
  double error = 0; ///< sum of what the last halving of each cell changed
  int64_t points = 0;
};

/// Integrates `f` (values at the rows of a table) over [lo, hi]^d, d <= 3,
/// until the error is below `tolerance` or four million points are used. What
/// lies wholly between the points of the first grid (4096, 256^2, 48^3 points)
/// is missed.
Integral integrate(const std::function<std::vector<double>(const Table &)> &f,
                   int64_t d, double lo, double hi, double tolerance);

} // namespace rill::rt
#endif
