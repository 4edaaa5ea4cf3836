//===- ConditionFlags.h - Conditions on the command line --------*- C++ -*-===//
//
// A condition with a default is an option of `logp` and `sample`: --T 3 is what
// every row is given instead of the default. Knows no command-line library.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_CONDITIONFLAGS_H
#define RILL_RUNTIME_CONDITIONFLAGS_H

#include "Runtime/Model.h"

#include <map>

namespace rill::rt {

/// What options say, by the condition's name; "" where one was not given.
using ConditionFlags = std::map<std::string, std::string>;

/// The conditions that are options, with what --help says of each: those with
/// a default, of the laws of the program.
std::map<std::string, std::string> conditionFlags(const Plan &plan);

/// Makes the given values the defaults of `dist`. Errors: no number, a number
/// outside of the condition's space, a condition that `dist` does not have, a
/// --given `file` beside them.
void takeConditions(Model &model, const std::string &dist,
                    const ConditionFlags &flags, const std::string &file);

} // namespace rill::rt
#endif
