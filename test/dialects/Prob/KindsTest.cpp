// Every cell of the tables of LANGUAGE.md section 5.
#include "Prob/Analysis/Kinds.h"

#include "gtest/gtest.h"

using namespace rill::prob;
using enum Kind;

static constexpr Kind all[] = {Exact, Ulog, Up, Bound, None};

TEST(Kinds, ProductOfIndependentFactors) {
  const Kind table[5][5] = {{Exact, Ulog, Up, Bound, None},
                            {Ulog, Ulog, Bound, Bound, None},
                            {Up, Bound, Up, Bound, None},
                            {Bound, Bound, Bound, Bound, None},
                            {None, None, None, None, None}};
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j)
      EXPECT_EQ(productKind(all[i], all[j], true), table[i][j])
          << kindName(all[i]) << " x " << kindName(all[j]);
}

TEST(Kinds, DependentEstimatesOfPAreOnlyABound) {
  for (Kind a : all)
    for (Kind b : all) {
      Kind expected = a == Up && b == Up ? Bound : productKind(a, b, true);
      EXPECT_EQ(productKind(a, b, false), expected);
    }
}

TEST(Kinds, Mixture) {
  const Kind table[5][5] = {{Exact, None, Up, None, None},
                            {None, None, None, None, None},
                            {Up, None, Up, None, None},
                            {None, None, None, None, None},
                            {None, None, None, None, None}};
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j)
      EXPECT_EQ(mixtureKind(all[i], all[j], false), table[i][j])
          << kindName(all[i]) << " + " << kindName(all[j]);
}

TEST(Kinds, MixtureWithResponsibilitiesIsABoundWhereThereAreDensities) {
  const Kind table[5][5] = {{Exact, Bound, Up, Bound, None},
                            {Bound, Bound, Bound, Bound, None},
                            {Up, Bound, Up, Bound, None},
                            {Bound, Bound, Bound, Bound, None},
                            {None, None, None, None, None}};
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j)
      EXPECT_EQ(mixtureKind(all[i], all[j], true), table[i][j])
          << kindName(all[i]) << " + " << kindName(all[j]);
}

TEST(Kinds, QuotientNeedsAnExactDenominator) {
  for (Kind a : all)
    for (Kind b : all)
      EXPECT_EQ(quotientKind(a, b), b == Exact ? a : None);
}

TEST(Kinds, LatentDraws) {
  EXPECT_EQ(latentKind(Latents::Summed), Exact);
  EXPECT_EQ(latentKind(Latents::Guided), Bound);
  EXPECT_EQ(latentKind(Latents::Weighted), Up);
  EXPECT_EQ(latentKind(Latents::Free), None);
}
