//===- CheckNumeric.h - Checks against finite differences -------*- C++ -*-===//
//
// Shared between the files of Checks; not for others.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_CHECKNUMERIC_H
#define RILL_RUNTIME_CHECKNUMERIC_H

#include "Runtime/Checks.h"

namespace rill::rt {

/// `logdet == numeric`: the map to the base against its dense Jacobian.
CheckResult measureLogDet(CheckContext &context, const CheckSpec &check);

/// `gradient == numeric`: the gradient kernels against differences of the loss.
CheckResult measureGradient(CheckContext &context, const CheckSpec &check);

/// `dependence == "causal"`: derivatives that the compiler proved to be zero.
CheckResult measureDependence(CheckContext &context, const CheckSpec &check);

/// Where a map is probed: rows of its inputs, of which the first `width`
/// columns vary. `down`: from the law's space to its base's, at rows of the
/// law; otherwise upwards, at standard normal points.
struct MapPoints {
  Table rows;
  std::vector<Field> fields;
  int64_t width = 0;
};
MapPoints pointsOf(CheckContext &context, const DistSpec &dist, bool down);

/// The first step of a difference in coordinate value `v` of a field: the share
/// `relative` of it, well inside the space.
double firstStep(double v, const Field &field, double relative = 1e-4);

/// The field of each column.
std::vector<const Field *> fieldOfColumn(const std::vector<Field> &fields);

std::string relationText(const CheckSpec &check);
const DistSpec &distOf(CheckContext &context, const CheckSpec &check);

} // namespace rill::rt
#endif
