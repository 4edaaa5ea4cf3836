// Makes a failing program smaller: first by its choices, then operation by
// operation.
#ifndef RILL_LANE_RANDOM_SHRINK_H
#define RILL_LANE_RANDOM_SHRINK_H

#include "Generator.h"
#include <functional>

namespace rill::lane::random {

/// Tries shorter and smaller lists of choices. `fails` gets a candidate, trims
/// it to what the program used and says whether the program still fails.
void shrinkChoices(std::vector<uint32_t> &choices,
                   const std::function<bool(std::vector<uint32_t> &)> &fails);

/// The same program on a module of its own.
Program copyOf(Program &program);

/// Replaces values by operands, arguments or constants and drops results and
/// dead code, as long as `fails` (given a program it may change) holds.
void shrinkOperations(Program &program,
                      const std::function<bool(Program &)> &fails);

} // namespace rill::lane::random

#endif
