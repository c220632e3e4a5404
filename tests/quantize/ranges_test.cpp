#include "converter/quantize/ranges.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

namespace linnet::converter {
namespace {

constexpr RangeMethod kMethods[] = {RangeMethod::minmax, RangeMethod::percentile, RangeMethod::kl,
                                    RangeMethod::mse};

template <typename Density>
Histogram histogram_of(float first, float last, const Density& density) {
  Histogram h = {first, last, std::vector<uint64_t>(2048)};
  for (size_t i = 0; i < h.bins.size(); ++i) {
    h.bins[i] = static_cast<uint64_t>(density(first + (last - first) * (i + 0.5) / 2048));
  }
  return h;
}

Histogram normal(float first, float last) {
  return histogram_of(first, last, [](double x) { return 1e6 * std::exp(-x * x / 2); });
}

TEST(Ranges, NamesGoBothWays) {
  for (const RangeMethod method : kMethods) {
    EXPECT_EQ(range_method_of(range_method_name(method)), method);
  }
  try {
    range_method_of("entropy");
    FAIL() << "expected an error";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(),
                 "expected minmax, percentile, kl or mse as the method, found 'entropy'");
  }
}

TEST(Ranges, MinMaxIsAllThatWasSeenAndZero) {
  const Range positive = choose_range(normal(1, 4), RangeMethod::minmax);
  EXPECT_EQ(positive.low, 0);
  EXPECT_EQ(positive.high, 4);
  const Range negative = choose_range(normal(-4, -1), RangeMethod::minmax);
  EXPECT_EQ(negative.low, -4);
  EXPECT_EQ(negative.high, 0);
}

// Every value as often: nothing to be won by clipping.
TEST(Ranges, AUniformDistributionIsHardlyClipped) {
  const Histogram h = histogram_of(-3, 5, [](double) { return 1000; });
  for (const RangeMethod method : kMethods) {
    const Range range = choose_range(h, method);
    EXPECT_NEAR(range.low, -3, 0.1) << range_method_name(method);
    EXPECT_NEAR(range.high, 5, 0.1) << range_method_name(method);
  }
}

// The best symmetrical clipping of a normal distribution at 8 bits lies near 4 sigma.
TEST(Ranges, TailsOfANormalDistributionAreClipped) {
  const Range mse = choose_range(normal(-10, 10), RangeMethod::mse);
  EXPECT_NEAR(mse.high, 4, 0.5);
  EXPECT_NEAR(mse.low, -4, 0.5);
  const Range percentile = choose_range(normal(-10, 10), RangeMethod::percentile);
  EXPECT_NEAR(percentile.high, 3.72, 0.1);
  EXPECT_NEAR(percentile.low, -3.72, 0.1);
  const Range kl = choose_range(normal(-10, 10), RangeMethod::kl);
  EXPECT_GT(kl.high, 2);
  EXPECT_LT(kl.high, 6);
}

TEST(Ranges, OneHugeOutlierDoesNotRuleTheMethodsThatClip) {
  Histogram h = normal(-4, 1000);
  h.bins.back() = 1;
  EXPECT_EQ(choose_range(h, RangeMethod::minmax).high, 1000);
  for (const RangeMethod method : {RangeMethod::percentile, RangeMethod::kl, RangeMethod::mse}) {
    EXPECT_LT(choose_range(h, method).high, 500) << range_method_name(method);
  }
}

TEST(Ranges, DegenerateDistributionsGiveFiniteRangesWithZero) {
  const Histogram cases[] = {
      {0, 0, std::vector<uint64_t>(2048, 0)},  // nothing seen
      {0, 0, {100}},                           // zeros in one bin
      {3, 3, {100}},                           // one value
      {-3, -3, std::vector<uint64_t>(2048, 1)},
      {0, 1, {5}},      // one bin
      {-1, 1, {0, 0}},  // bins without a value
      {0, 1e-30f, std::vector<uint64_t>(2048, 1)},
      {-1e30f, 1e30f, std::vector<uint64_t>(2048, 1)},
      {0, 0, {}},
  };
  for (const Histogram& h : cases) {
    for (const RangeMethod method : kMethods) {
      const Range range = choose_range(h, method);
      EXPECT_TRUE(std::isfinite(range.low) && std::isfinite(range.high));
      EXPECT_LE(range.low, 0) << range_method_name(method) << " " << h.first << " " << h.last;
      EXPECT_GE(range.high, 0) << range_method_name(method) << " " << h.first << " " << h.last;
      EXPECT_GE(range.low, std::min(h.first, 0.0f));
      EXPECT_LE(range.high, std::max(h.last, 0.0f));
    }
  }
}

TEST(Ranges, MergingKeepsEveryValue) {
  const Histogram a = normal(-2, 2), b = {5, 9, {1, 2, 3}}, c = {1, 1, {7}};
  const Histogram all = merge(merge(a, b), c);
  EXPECT_EQ(all.first, -2);
  EXPECT_EQ(all.last, 9);
  const auto count = [](const Histogram& h) {
    return std::accumulate(h.bins.begin(), h.bins.end(), uint64_t{0});
  };
  EXPECT_EQ(count(all), count(a) + 6 + 7);
  EXPECT_EQ(count(merge(c, c)), 14u);
}

}  // namespace
}  // namespace linnet::converter
