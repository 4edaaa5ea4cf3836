//===- Missing.cpp - Members that a dist lacks ----------------------------===//
//
// A law without a density, or without draws, is a law: only who asks for what
// it lacks gets an error. While a dist is made of other laws, what they lack is
// noted, and the dist lacks it too.
//
//===----------------------------------------------------------------------===//
#include "Elab/Emitter.h"

namespace rill::lang::elab {

/// The dist at the bottom of flows.
static const typed::Dist &bottom(const typed::Program &program, DistId id) {
  while (program.dists[id].form != typed::Dist::Form::Members)
    id = program.dists[id].base;
  return program.dists[id];
}

/// Whether the dist, and what is below its flow, has a density; reports if not.
bool Emitter::requireDensity(DistId id, const std::string &law,
                             SourceRange range) {
  const typed::Dist &dist = bottom(program, id);
  if (!dist.logp)
    noDensity(law, range,
              dist.missing.value_or(typed::Missing{
                  dist.range, "it has latent draws or no 'logp'"}));
  return dist.logp.has_value();
}

/// Likewise, whether it can be drawn from.
bool Emitter::requireSampler(DistId id, const std::string &law,
                             SourceRange range) {
  const typed::Dist &dist = bottom(program, id);
  if (!dist.sample)
    noSampler(law, range,
              dist.missingDraws.value_or(typed::Missing{
                  dist.range, "it has no 'sample' and no 'quantile'"}));
  return dist.sample.has_value();
}

void Emitter::noDensity(const std::string &law, SourceRange range,
                        const typed::Missing &missing) {
  if (lacksDensity.allowed) {
    lacksDensity.noted = missing;
    return;
  }
  Diagnostic &d = error(Code::NoDensity, range, "'" + law + "' has no density")
                      .label(missing.range, missing.what);
  if (missing.component)
    d.why("the density of a mixture is the sum of those of all components: "
          "where one has none, the mixture has the kind none")
        .help("give the component logp(x) = ..., or only draw from the "
              "mixture");
  else
    d.help("give it logp(x) = ...");
}

void Emitter::noSampler(const std::string &law, SourceRange range,
                        const typed::Missing &missing) {
  if (lacksDraws.allowed) {
    lacksDraws.noted = missing;
    return;
  }
  error(Code::NoSampler, range, "'" + law + "' cannot be drawn from")
      .label(missing.range, missing.what)
      .help("give it sample = ... or quantile(u) = ...");
}

} // namespace rill::lang::elab
