// The two tables of grades (LANGUAGE.md, section 3), cell by cell and against
// what they stand for: relations between the indices of an axis.
#include "Flow/Analysis/Grades.h"

#include "gtest/gtest.h"

#include <cstdlib>
#include <vector>

using namespace rill::flow;
using G = Grade;

static const std::vector<Grade> all = {
    G::None,   G::Before,       G::Same,    G::BeforeOrSame,
    G::Behind, G::BehindOrSame, G::Anything};

TEST(Grades, SameIsTheIdentityOfComposition) {
  for (Grade g : all) {
    EXPECT_EQ(compose(G::Same, g), g);
    EXPECT_EQ(compose(g, G::Same), g);
  }
}

TEST(Grades, NoneAbsorbs) {
  for (Grade g : all) {
    EXPECT_EQ(compose(G::None, g), G::None);
    EXPECT_EQ(compose(g, G::None), G::None);
    EXPECT_EQ(join(G::None, g), g);
  }
}

TEST(Grades, CompositionOfTheCharter) {
  EXPECT_EQ(compose(G::Before, G::Before), G::Before);
  EXPECT_EQ(compose(G::Before, G::BeforeOrSame), G::Before);
  EXPECT_EQ(compose(G::BeforeOrSame, G::Before), G::Before);
  EXPECT_EQ(compose(G::BeforeOrSame, G::BeforeOrSame), G::BeforeOrSame);
  EXPECT_EQ(compose(G::Before, G::Behind), G::Anything);
  EXPECT_EQ(compose(G::BehindOrSame, G::BeforeOrSame), G::Anything);
  EXPECT_EQ(compose(G::Anything, G::Before), G::Anything);
}

TEST(Grades, JoinOfTheCharter) {
  EXPECT_EQ(join(G::Same, G::Before), G::BeforeOrSame);
  EXPECT_EQ(join(G::Before, G::Behind), G::Anything);
  EXPECT_EQ(join(G::BeforeOrSame, G::Behind), G::Anything);
  EXPECT_EQ(join(G::Behind, G::Same), G::BehindOrSame);
}

TEST(Grades, ReversalMirrors) {
  EXPECT_EQ(mirrored(G::Before), G::Behind);
  EXPECT_EQ(mirrored(G::BehindOrSame), G::BeforeOrSame);
  for (Grade a : all)
    for (Grade b : all)
      EXPECT_EQ(mirrored(compose(a, b)), compose(mirrored(a), mirrored(b)));
}

/// Whether output i may depend on input j.
static bool allows(Grade g, int i, int j) {
  uint8_t bits = uint8_t(g);
  return (j < i && (bits & 1)) || (j == i && (bits & 2)) ||
         (j > i && (bits & 4));
}

// Soundness: whatever the relations of the parts allow, the table's allows.
TEST(Grades, TablesAllowWhatTheRelationsDo) {
  const int n = 5;
  for (Grade outer : all)
    for (Grade inner : all)
      for (int i = 0; i < n; ++i)
        for (int j = 0; j < n; ++j) {
          bool through = false;
          for (int k = 0; k < n; ++k)
            through |= allows(outer, i, k) && allows(inner, k, j);
          EXPECT_TRUE(!through || allows(compose(outer, inner), i, j))
              << str(outer) << " " << str(inner) << " " << i << " " << j;
          bool either = allows(outer, i, j) || allows(inner, i, j);
          EXPECT_TRUE(!either || allows(join(outer, inner), i, j));
        }
}
