//===- SplitTest.cpp - Held-out rows and the order of training ------------===//

#include "Runtime/Split.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <set>

using namespace rill::rt;

TEST(Split, PartsAreDisjointCoverAllRowsAndHaveTheirShare) {
  const int64_t n = 20000;
  const Split split = splitRows(n, 0.1, 0.2, 1);
  std::set<int64_t> all;
  for (const auto *part : {&split.train, &split.valid, &split.held})
    all.insert(part->begin(), part->end());
  EXPECT_EQ(int64_t(all.size()), n);
  EXPECT_EQ(split.train.size() + split.valid.size() + split.held.size(),
            size_t(n));
  // Five standard deviations of a binomial.
  EXPECT_NEAR(double(split.held.size()), 0.1 * n, 5 * std::sqrt(.09 * n));
  EXPECT_NEAR(double(split.valid.size()), 0.2 * n, 5 * std::sqrt(.16 * n));
}

TEST(Split, RowsAddedToAFileMoveNoOthers) {
  const Split few = splitRows(500, 0.1, 0.1, 3);
  Split many = splitRows(900, 0.1, 0.1, 3);
  many.held.resize(few.held.size());
  EXPECT_EQ(few.held, many.held);
}

TEST(Split, SeedsChooseOtherRows) {
  EXPECT_NE(splitRows(500, 0.1, 0, 1).held, splitRows(500, 0.1, 0, 2).held);
  EXPECT_TRUE(splitRows(500, 0, 0, 1).held.empty());
}

TEST(BatchOrder, AnEpochShowsEveryRowOnce) {
  std::vector<int64_t> rows;
  for (int64_t r = 0; r < 103; ++r)
    rows.push_back(10 * r);
  BatchOrder order(rows, 20, 1);
  ASSERT_EQ(order.batchesPerEpoch(), 5);
  std::set<int64_t> seen;
  for (int64_t step = 5; step < 10; ++step)
    seen.insert(order.rows(step), order.rows(step) + 20);
  EXPECT_EQ(seen.size(), 100u);
  for (int64_t r : seen)
    EXPECT_EQ(r % 10, 0);
}

TEST(BatchOrder, AnyStepCanBeAskedForFirst) {
  std::vector<int64_t> rows{1, 2, 3, 4, 5, 6, 7, 8, 9};
  BatchOrder inOrder(rows, 3, 4), jump(rows, 3, 4);
  for (int64_t step = 0; step < 20; ++step)
    inOrder.rows(step);
  const std::vector<int64_t> a(inOrder.rows(20), inOrder.rows(20) + 3);
  const std::vector<int64_t> b(jump.rows(20), jump.rows(20) + 3);
  EXPECT_EQ(a, b);
}

TEST(BatchOrder, EpochsAndSeedsDiffer) {
  std::vector<int64_t> rows(50);
  for (int64_t r = 0; r < 50; ++r)
    rows[r] = r;
  auto first = [&](uint64_t seed, int64_t step) {
    BatchOrder order(rows, 50, seed);
    return std::vector<int64_t>(order.rows(step), order.rows(step) + 50);
  };
  EXPECT_NE(first(1, 0), first(1, 1));
  EXPECT_NE(first(1, 0), first(2, 0));
}

TEST(BatchOrder, EveryRowIsEquallyLikelyFirst) {
  std::vector<int> count(5);
  BatchOrder order({0, 1, 2, 3, 4}, 5, 11);
  for (int64_t epoch = 0; epoch < 5000; ++epoch)
    ++count[*order.rows(epoch)];
  // Five standard deviations of a binomial with p = 1/5.
  for (int c : count)
    EXPECT_NEAR(c, 1000, 5 * std::sqrt(5000 * 0.16));
}

TEST(BatchOrder, ABatchLargerThanTheRowsIsCut) {
  BatchOrder order({4, 5}, 256, 1);
  EXPECT_EQ(order.batch(), 2);
  BatchOrder one({7}, 256, 1);
  EXPECT_EQ(*one.rows(123), 7);
}
