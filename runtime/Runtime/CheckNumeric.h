//===- CheckNumeric.h - Checks against finite differences -------*- C++ -*-===//
//
// Shared between the two files of Checks; not for others.
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

std::string relationText(const CheckSpec &check);
const DistSpec &distOf(CheckContext &context, const CheckSpec &check);

} // namespace rill::rt
#endif
