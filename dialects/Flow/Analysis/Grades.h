// Grades: how output i of a map depends on input j along one axis. The lattice
// of the charter's causality (LANGUAGE.md, section 3), with its two tables.
#ifndef RILL_FLOW_ANALYSIS_GRADES_H
#define RILL_FLOW_ANALYSIS_GRADES_H

#include <cstdint>
#include <string>

namespace rill::flow {

/// Where the inputs lie that an output may depend on, as bits: before it, at
/// it, behind it. Before and behind at once is as good as anything.
enum class Grade : uint8_t {
  None = 0,
  Before = 1,       ///< `<`
  Same = 2,         ///< `=`
  BeforeOrSame = 3, ///< `<=`
  Behind = 4,       ///< `>`
  BehindOrSame = 6, ///< `>=`
  Anything = 7,
};

/// Of a sum or a tuple: what either depends on.
Grade join(Grade a, Grade b);
/// Of `outer` applied to what `inner` gives: output i reads j through any k.
Grade compose(Grade outer, Grade inner);
/// With the order of the axis reversed.
Grade mirrored(Grade grade);
/// As users write it: "none", "=", "<", "<=", ">", ">=", "anything".
std::string str(Grade grade);

} // namespace rill::flow

#endif
