#include "engine/planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace linnet::test {
namespace {

uint64_t plan(std::vector<PlannedTensor>* tensors) {
  std::vector<uint16_t> order(tensors->size());
  return plan_memory(tensors->data(), static_cast<int>(tensors->size()), order.data());
}

bool alive_together(const PlannedTensor& a, const PlannedTensor& b) {
  return a.first <= b.last && b.first <= a.last;
}

// The most that is alive at one step: no plan can be smaller.
uint64_t lower_bound(const std::vector<PlannedTensor>& tensors) {
  uint64_t most = 0;
  for (const PlannedTensor& now : tensors) {
    uint64_t sum = 0;
    for (const PlannedTensor& t : tensors) {
      if (t.first <= now.first && now.first <= t.last) sum += t.units;
    }
    most = std::max(most, sum);
  }
  return most;
}

void expect_valid(const std::vector<PlannedTensor>& tensors, uint64_t total) {
  uint64_t end = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const PlannedTensor& a = tensors[i];
    end = std::max(end, uint64_t{a.offset} + a.units);
    for (size_t j = 0; j < i; ++j) {
      const PlannedTensor& b = tensors[j];
      const bool apart =
          uint64_t{a.offset} + a.units <= b.offset || uint64_t{b.offset} + b.units <= a.offset;
      ASSERT_TRUE(apart || !alive_together(a, b)) << "tensors " << j << " and " << i;
    }
  }
  EXPECT_EQ(total, end);
}

std::vector<PlannedTensor> random_tensors(uint32_t seed) {
  std::mt19937 random(seed);
  const auto uniform = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  std::vector<PlannedTensor> tensors(static_cast<size_t>(uniform(1, seed % 8 == 0 ? 512 : 40)));
  const int steps = uniform(1, 60);
  const int largest = uniform(0, 1) != 0 ? 4 : 100000;
  for (PlannedTensor& t : tensors) {
    t.units = static_cast<uint32_t>(uniform(1, largest));
    t.first = static_cast<uint16_t>(uniform(0, steps));
    const bool to_the_end = uniform(0, 9) == 0;
    t.last = to_the_end ? UINT16_MAX : static_cast<uint16_t>(t.first + uniform(0, 6));
  }
  return tensors;
}

TEST(Planner, TensorsAliveTogetherNeverOverlap) {
  for (uint32_t seed = 0; seed < 2000 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::vector<PlannedTensor> tensors = random_tensors(seed);
    const uint64_t total = plan(&tensors);
    expect_valid(tensors, total);
    EXPECT_GE(total, lower_bound(tensors));
  }
}

TEST(Planner, StaysNearTheLowerBound) {
  double planned = 0, bound = 0;
  for (uint32_t seed = 0; seed < 500; ++seed) {
    std::vector<PlannedTensor> tensors = random_tensors(seed);
    planned += static_cast<double>(plan(&tensors));
    bound += static_cast<double>(lower_bound(tensors));
  }
  EXPECT_LT(planned, 1.1 * bound);
}

TEST(Planner, IsDeterministic) {
  std::vector<PlannedTensor> a = random_tensors(8), b = random_tensors(8);
  for (PlannedTensor& t : b) t.offset = 12345;  // what was there before does not matter
  EXPECT_EQ(plan(&a), plan(&b));
  for (size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].offset, b[i].offset);
}

TEST(Planner, AChainNeedsItsTwoLargestNeighbours) {
  std::vector<PlannedTensor> tensors;
  for (uint16_t i = 0; i < 10; ++i) {
    tensors.push_back({100, 0, i, static_cast<uint16_t>(i + 1)});
  }
  EXPECT_EQ(plan(&tensors), 200u);
}

TEST(Planner, TakesTheSmallestGapThatFits) {
  // Short-lived tensors leave gaps of 90 and 60 units; the last one fits both.
  std::vector<PlannedTensor> tensors = {{100, 0, 0, 9}, {90, 0, 0, 4}, {80, 0, 0, 9},
                                        {60, 0, 0, 4},  {50, 0, 0, 9}, {15, 0, 5, 9}};
  EXPECT_EQ(plan(&tensors), 380u);
  EXPECT_EQ(tensors[5].offset, tensors[3].offset);
}

TEST(Planner, ReportsATotalBeyondItsUnits) {
  std::vector<PlannedTensor> tensors = {{UINT32_MAX, 0, 0, 1}, {UINT32_MAX, 0, 1, 2}};
  EXPECT_EQ(plan(&tensors), UINT64_MAX);
}

}  // namespace
}  // namespace linnet::test
