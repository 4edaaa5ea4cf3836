//===- Dependences.cpp - What `check dependence` may state ----------------===//
//
// The dependence of a flow's end on its start is proved element by element; a
// check states that it is causal along an axis. What is not proved is refused:
// measuring it would pass or fail by chance.
//
//===----------------------------------------------------------------------===//

#include "import/Import.h"
#include "import/Regions.h"

#include "Flow/Analysis/Dependence.h"
#include "Prob/IR/ProbOps.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;
using Reads = SmallVector<llvm::BitVector>;

/// Where an element lies along an axis.
static int64_t positionOf(int64_t element, ArrayRef<int64_t> shape,
                          int64_t axis) {
  for (int64_t extent : shape.drop_front(axis + 1))
    element /= extent;
  return element % shape[axis];
}

/// "[3]", "[0, 2]".
static std::string indexOf(int64_t element, ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t extent : llvm::reverse(shape)) {
    text = std::to_string(element % extent) + (text.empty() ? "" : ", ") + text;
    element /= extent;
  }
  return "[" + text + "]";
}

/// The first element of the end that may read one of the start that does not
/// come before it or with it; `reversed`: with the end's axis turned round, as
/// the layers of a flow leave it.
static std::optional<std::pair<int64_t, int64_t>>
firstBehind(const Reads &reads, ArrayRef<int64_t> shape, int64_t axis,
            bool reversed) {
  for (auto [k, set] : llvm::enumerate(reads)) {
    int64_t at = positionOf(int64_t(k), shape, axis);
    if (reversed)
      at = shape[axis] - 1 - at;
    for (unsigned element : set.set_bits())
      if (positionOf(element, shape, axis) > at)
        return std::pair(int64_t(k), int64_t(element));
  }
  return std::nullopt;
}

static bool isProved(const typed::Check &check, const typed::Dist &dist,
                     const Reads &reads, lang::DiagnosticEngine &diag) {
  const std::vector<int64_t> &shape = dist.flowIn.shape();
  std::string axis = "axis " + std::to_string(check.axis);
  std::string help = "state it of a layer that is causal: dependence(f[], " +
                     dist.flowIn.str() +
                     "); `rill check --explain` prints the grade of every "
                     "update";
  if (dist.flowOut.shape() != shape) {
    diag.error(lang::Code::BadCheck, check.range,
               "this flow has no causal order: it starts from " +
                   dist.flowIn.str() + " and ends in " + dist.flowOut.str())
        .why("an order is one of the same elements at the start and at the end")
        .help(help);
    return false;
  }
  auto behind = firstBehind(reads, shape, check.axis, false);
  if (behind && firstBehind(reads, shape, check.axis, true)) {
    diag.error(lang::Code::BadCheck, check.range,
               "nothing is proved that this check could measure",
               "not causal along " + axis + ": element " +
                   indexOf(behind->first, shape) +
                   " of its end may read element " +
                   indexOf(behind->second, shape) + " of its start")
        .why("the check measures whether derivatives are zero where the "
             "compiler has proved that there is no dependence")
        .help(help);
    return false;
  }
  if (llvm::all_of(reads,
                   [](const llvm::BitVector &set) { return set.all(); })) {
    diag.error(lang::Code::BadCheck, check.range,
               "nothing is proved that this check could measure",
               "every element of its end may read every element of its start")
        .why(axis + " has the extent " + std::to_string(shape[check.axis]) +
             ": any flow is causal along it")
        .help("check it on a longer axis");
    return false;
  }
  return true;
}

DependenceProofs rill::import::proveDependences(const typed::Program &program,
                                                ModuleOp model,
                                                lang::DiagnosticEngine &diag) {
  DependenceProofs proofs;
  auto prove = [&](const typed::Check &check) {
    if (check.measure != "dependence" || !check.dist)
      return;
    auto law =
        model.lookupSymbol<prob::DistOp>(distSymbol(program, *check.dist));
    Reads reads = flow::dependenceOfFlow(law.getFlow());
    if (isProved(check, program.dists[*check.dist], reads, diag))
      proofs[&check] = std::move(reads);
  };
  llvm::for_each(program.checks, prove);
  for (const typed::Test &test : program.tests)
    llvm::for_each(test.checks, prove);
  return proofs;
}
