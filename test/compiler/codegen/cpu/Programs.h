//===- Programs.h - Lane programs that several tests use ---------*- C++
//-*-===//
//
// A coupling flow's log-density and the gradient of its mean, in the form that
// the compiler makes of users' models: small enough to read, with everything
// that is hot in it.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_TEST_CPU_PROGRAMS_H
#define RILL_TEST_CPU_PROGRAMS_H

#include "Lane/Interp/Interp.h"

#include <string>

namespace rill::test {

/// A module with @logp (x: [dims]) and @grad, the mean of -logp with its
/// adjoints; `layers` couplings with one hidden layer of `width`.
std::string couplingFlow(int dims, int layers, int width,
                         const char *element = "f32");

/// Arguments of @logp and @grad: normal data, parameters of order 1/sqrt(n).
std::vector<lane::Array> couplingArguments(int dims, int layers, int width,
                                           int64_t batch, uint64_t seed);

} // namespace rill::test

#endif // RILL_TEST_CPU_PROGRAMS_H
