//===- Unchecked.cpp - Inverses by the author that nothing checks ---------===//
//
// `inverse by` is believed; `check roundtrip` of a law that uses the update
// tests it. A program without one is told so. Updates of the library are tested
// where they stand.
//
//===----------------------------------------------------------------------===//

#include "import/Import.h"

#include "llvm/ADT/STLExtras.h"

#include <set>
#include <utility>

using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;

namespace {
/// A place in the source: updates of one flow occur in every law that uses it.
using Where = std::pair<uint32_t, uint32_t>;
} // namespace

template <typename Fn>
static void eachInverse(const typed::Region &region, const Fn &visit) {
  for (const typed::Op &op : region.ops) {
    if (op.kind == typed::OpKind::Assign && !op.regions.empty())
      visit(op);
    else
      for (const typed::Region &inner : op.regions)
        eachInverse(inner, visit);
  }
}

static Where whereOf(const typed::Op &op) {
  return {uint32_t(op.range.file), uint32_t(op.range.begin)};
}

/// Adds the updates that a round trip through law `id` runs.
static void addTested(const typed::Program &program, typed::DistId id,
                      std::set<Where> &tested) {
  const typed::Dist &dist = program.dists[id];
  if (dist.form == typed::Dist::Form::Members)
    return;
  eachInverse(dist.flow,
              [&](const typed::Op &op) { tested.insert(whereOf(op)); });
  addTested(program, dist.base, tested);
}

void rill::import::warnUncheckedInverses(const typed::Program &program,
                                         lang::DiagnosticEngine &diag) {
  std::set<Where> tested;
  auto visit = [&](const typed::Check &check) {
    if (check.measure == "roundtrip" && check.dist)
      addTested(program, *check.dist, tested);
  };
  llvm::for_each(program.checks, visit);
  for (const typed::Test &test : program.tests)
    llvm::for_each(test.checks, visit);
  for (const typed::Dist &dist : program.dists)
    eachInverse(dist.flow, [&](const typed::Op &op) {
      bool library =
          diag.sourceManager().name(op.range.file).rfind("<", 0) == 0;
      if (library || !tested.insert(whereOf(op)).second)
        return;
      diag.warning(lang::Code::InverseUnchecked, op.range,
                   "no check tests this inverse by the author")
          .why(
              "the compiler cannot prove that it is the inverse; if it is not, "
              "samples do not have the density that is stated")
          .help("add check roundtrip(p) < 1e-5 for a law p that uses it");
    });
}
