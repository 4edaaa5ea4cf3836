// Runs a property on many random programs; on failure shrinks the program and
// says which seed made it. RILL_SEED=N in the environment replaces the fixed
// seed: the first program is then the one printed with seed N. RILL_PROGRAMS=K
// runs K times as many programs.
#ifndef RILL_LANE_RANDOM_PROPERTIES_H
#define RILL_LANE_RANDOM_PROPERTIES_H

#include "Generator.h"
#include <functional>

namespace rill::lane::random {

/// What is wrong with a program; empty if nothing is.
using Complaint = std::string;
/// May change the program's module, but not its choices.
using Property = std::function<Complaint(Program &)>;

/// Generates `count` programs and tests each. The report of the first failure:
/// seed, complaint, shrunk program; empty if all hold.
std::string forAll(mlir::MLIRContext &context, const ProgramOptions &options,
                   int count, const Property &property);

/// As a test's assertion: `EXPECT_ALL_HOLD(forAll(...))` prints the report
/// as it is, on several lines.
#define EXPECT_ALL_HOLD(...)                                                   \
  do {                                                                         \
    std::string report = __VA_ARGS__;                                          \
    EXPECT_TRUE(report.empty()) << report;                                     \
  } while (false)

inline constexpr uint64_t fixedSeed = 20260717;

/// The seed of program `i` of a run.
inline uint64_t programSeed(uint64_t run, int i) {
  return run + uint64_t(i) * 1000003;
}

/// The run's seed: `fixed`, or RILL_SEED.
uint64_t runSeed(uint64_t fixed);

/// The number of programs of a test: `usual`, times RILL_PROGRAMS for long
/// hunts.
int programs(int usual);

/// The message of an error, for a complaint.
template <typename T> Complaint complaintOf(llvm::Expected<T> &failed) {
  return llvm::toString(failed.takeError());
}

/// Where two lists of arrays differ in any bit but the sign of zero (NaN equals
/// NaN); empty if nowhere.
Complaint difference(llvm::ArrayRef<Array> a, llvm::ArrayRef<Array> b);

} // namespace rill::lane::random

#endif
