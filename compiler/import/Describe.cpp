//===- Describe.cpp - What `rill check` says ------------------------------===//

#include "import/Entries.h"
#include "import/Import.h"
#include "import/Regions.h"

#include "llvm/Support/FormatVariadic.h"

using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;

static std::string describeDist(const std::string &name, typed::DistId id,
                                const typed::Program &program,
                                mlir::ModuleOp model,
                                const import::Directions &directions) {
  Offer offer = offerOf(program, id, model);
  const typed::Dist &dist = program.dists[id];
  std::string text =
      llvm::formatv("dist {0}: law on {1}\n", name, dist.subject.str());
  for (const typed::Condition &condition : dist.conditions)
    text += llvm::formatv("  given {0}: {1}\n", condition.name,
                          condition.space.str());
  std::string solvers = solversOf(program, id);
  if (!solvers.empty())
    solvers = " up to the solver's error: " + solvers;
  std::string why = solvers;
  if (offer.ownDraws)
    why += ", of its own draws only";
  if (dist.missing)
    why += ": " + dist.missing->what;
  text += llvm::formatv("  likelihood: {0}{1}\n",
                        prob::kindName(kindOf(program, id)), why);
  text += llvm::formatv("  sampling: {0}\n", offer.sample ? "yes" : "no");
  if (dist.form == typed::Dist::Form::Members)
    return text;
  const char *form =
      dist.form == typed::Dist::Form::Pull ? "pulled from" : "pushed from";
  auto way = [](bool sequential) {
    return sequential ? "sequential" : "parallel";
  };
  const char *density = way(directions.sequentialDensity),
             *sampling = way(directions.sequentialSampling);
  std::string ways =
      llvm::formatv("density is {0}, sampling is {1}", density, sampling);
  if (!offer.latent)
    ways = llvm::formatv("sampling is {0}", sampling);
  else if (!offer.generate)
    ways = llvm::formatv("density is {0}", density);
  else if (directions.sequentialDensity == directions.sequentialSampling)
    ways = llvm::formatv("density and sampling are {0}", density);
  text += llvm::formatv("  {0} {1}; {2}\n", form, program.dists[dist.base].name,
                        ways);
  return text;
}

std::string
rill::import::describe(const typed::Program &program, mlir::ModuleOp model,
                       const std::map<std::string, Directions> &directions) {
  std::string text;
  for (const auto &[name, id] : program.named)
    if (name.find('.') == std::string::npos) { // not those of tests
      auto found = directions.find(distSymbol(program, id));
      text += describeDist(name, id, program, model,
                           found == directions.end() ? Directions()
                                                     : found->second);
    }
  int64_t count = 0;
  for (const typed::Param &param : program.params) {
    int64_t size = param.space.elements();
    for (int64_t steps : param.stack)
      size *= steps;
    count += size;
  }
  text += llvm::formatv("parameters: {0} numbers in {1} arrays\n", count,
                        program.params.size());
  return text;
}
