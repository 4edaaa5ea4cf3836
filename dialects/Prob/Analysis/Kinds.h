// Kinds of likelihood and how they combine: LANGUAGE.md section 5 as total
// functions. Pure logic, no operations.
#ifndef RILL_PROB_ANALYSIS_KINDS_H
#define RILL_PROB_ANALYSIS_KINDS_H

#include <string>

namespace rill::prob {

enum class Kind {
  Exact, ///< log p up to stated numerical error
  Ulog,  ///< unbiased estimate of log p
  Up,    ///< unbiased estimate of p
  Bound, ///< lower bound of log p
  None   ///< no log p
};

/// Product of two densities, or a map's log-determinant and a base's density
/// (push): `none` absorbs, `exact` is the unit, `ulog` with `ulog` stays, `up`
/// with `up` stays if they are independent; the rest is a bound.
Kind productKind(Kind a, Kind b, bool independent);

/// Mixture: log-sum-exp is convex, so that estimates of log p would be biased
/// upwards. With responsibilities r(k | x) any density gives a bound.
Kind mixtureKind(Kind a, Kind b, bool responsibilities);

/// Quotient or conditional: the denominator must be exact, else there is none.
Kind quotientKind(Kind numerator, Kind denominator);

/// A law with latent draws.
enum class Latents {
  Summed,   ///< summed or integrated exactly
  Guided,   ///< with a guide, as a bound
  Weighted, ///< with a guide, by importance weights
  Free      ///< neither
};
Kind latentKind(Latents latents);

/// "exact", "ulog", "up", "bound", "none".
std::string kindName(Kind kind);

} // namespace rill::prob

#endif
