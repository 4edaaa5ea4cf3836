// The table of kinds; see Kinds.h.
#include "Prob/Analysis/Kinds.h"

using namespace rill::prob;

Kind rill::prob::productKind(Kind a, Kind b, bool independent) {
  if (a == Kind::None || b == Kind::None)
    return Kind::None;
  if (a == Kind::Exact)
    return b;
  if (b == Kind::Exact)
    return a;
  if (a == Kind::Ulog && b == Kind::Ulog)
    return Kind::Ulog;
  if (a == Kind::Up && b == Kind::Up && independent)
    return Kind::Up;
  return Kind::Bound;
}

Kind rill::prob::mixtureKind(Kind a, Kind b, bool responsibilities) {
  if (a == Kind::Exact && b == Kind::Exact)
    return Kind::Exact;
  auto unbiased = [](Kind k) { return k == Kind::Exact || k == Kind::Up; };
  if (unbiased(a) && unbiased(b))
    return Kind::Up;
  if (a == Kind::None || b == Kind::None)
    return Kind::None;
  return responsibilities ? Kind::Bound : Kind::None;
}

Kind rill::prob::quotientKind(Kind numerator, Kind denominator) {
  return denominator == Kind::Exact ? numerator : Kind::None;
}

Kind rill::prob::latentKind(Latents latents) {
  switch (latents) {
  case Latents::Summed:
    return Kind::Exact;
  case Latents::Guided:
    return Kind::Bound;
  case Latents::Weighted:
    return Kind::Up;
  case Latents::Free:
    return Kind::None;
  }
  return Kind::None;
}

std::string rill::prob::kindName(Kind kind) {
  switch (kind) {
  case Kind::Exact:
    return "exact";
  case Kind::Ulog:
    return "ulog";
  case Kind::Up:
    return "up";
  case Kind::Bound:
    return "bound";
  case Kind::None:
    return "none";
  }
  return "none";
}
