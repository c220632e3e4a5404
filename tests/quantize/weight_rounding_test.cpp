#include "converter/quantize/weight_rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/quantize/small_network.h"

namespace linnet::test {
namespace {

using namespace converter;

constexpr double kMost = 127;

PatchMoments moments_of(const std::vector<std::vector<float>>& patches) {
  PatchMoments moments(patches[0].size());
  for (const std::vector<float>& patch : patches) moments.add(patch);
  return moments;
}

std::vector<double> rounded(const PatchMoments& moments, std::vector<double> weights,
                            bool centered = false) {
  WeightRounding(moments, std::vector<double>(weights.size(), 1), centered).round(kMost, &weights);
  return weights;
}

// Inputs that have a few causes in common.
std::vector<std::vector<float>> related_patches(size_t k, uint32_t seed) {
  constexpr size_t kCauses = 5;
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> mix(k * kCauses);
  for (float& x : mix) x = normal(random);
  std::vector<std::vector<float>> patches(2000, std::vector<float>(k));
  for (std::vector<float>& patch : patches) {
    for (float& x : patch) x = 0.2f * normal(random);
    for (size_t c = 0; c < kCauses; ++c) {
      const float cause = normal(random);
      for (size_t i = 0; i < k; ++i) patch[i] += mix[i * kCauses + c] * cause;
    }
  }
  return patches;
}

std::vector<double> random_weights(size_t k, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 30);
  std::vector<double> weights(k);
  for (double& w : weights) w = std::fmin(std::fmax(normal(random), -kMost), kMost);
  return weights;
}

double squared_error(const std::vector<std::vector<float>>& patches, const std::vector<double>& a,
                     const std::vector<double>& b) {
  double sum = 0;
  for (const std::vector<float>& patch : patches) {
    double difference = 0;
    for (size_t i = 0; i < patch.size(); ++i) difference += (a[i] - b[i]) * double{patch[i]};
    sum += difference * difference;
  }
  return sum;
}

std::vector<double> to_nearest(std::vector<double> weights) {
  for (double& w : weights) w = std::nearbyint(w);
  return weights;
}

TEST(WeightRounding, IsToTheNearestIfInputsHaveNothingToDoWithEachOther) {
  std::vector<std::vector<float>> patches(3, std::vector<float>(3, 0.0f));
  for (size_t i = 0; i < 3; ++i) patches[i][i] = static_cast<float>(i + 1);
  const std::vector<double> weights = {0.4, -7.6, 126.9};
  EXPECT_EQ(rounded(moments_of(patches), weights), to_nearest(weights));
}

TEST(WeightRounding, IsToTheNearestIfInputsAreZero) {
  const std::vector<double> weights = {0.4, -7.6, 126.9};
  EXPECT_EQ(rounded(moments_of({{0, 0, 0}}), weights), to_nearest(weights));
}

TEST(WeightRounding, MakesGoodInOneWeightWhatAnotherIsOffBy) {
  const PatchMoments alike = moments_of({{1, 1}, {-2, -2}, {3, 3}});
  const std::vector<double> half = rounded(alike, {10.4, 20.4});
  EXPECT_EQ(half[0] + half[1], 31);
  const PatchMoments opposite = moments_of({{1, -1}, {-2, 2}, {3, -3}});
  const std::vector<double> other = rounded(opposite, {10.4, 20.4});
  EXPECT_EQ(other[1] - other[0], 10);
}

// Large constants leave covariances of rounding errors only.
TEST(WeightRounding, KnowsConstantsFromInputs) {
  std::vector<std::vector<float>> patches;
  for (int i = 0; i < 4096; ++i) {
    const auto x = static_cast<float>(i % 7);
    patches.push_back({85.3f, x, -91.7f, 120.9f, -x});
  }
  const std::vector<double> rounded_weights =
      rounded(moments_of(patches), {10.4, 20.4, 30.4, 40.4, 50.4}, true);
  EXPECT_EQ(rounded_weights[0], 10);
  EXPECT_EQ(rounded_weights[2], 30);
  EXPECT_EQ(rounded_weights[3], 40);
  EXPECT_EQ(rounded_weights[4] - rounded_weights[1], 30);
}

TEST(WeightRounding, StaysWithinBounds) {
  const PatchMoments alike = moments_of({{1, 1}, {-2, -2}, {3, 3}});
  for (const double w : rounded(alike, {127, 127})) EXPECT_LE(std::abs(w), kMost);
  for (const double w : rounded(alike, {-126.8, -126.8})) EXPECT_LE(std::abs(w), kMost);
}

TEST(WeightRounding, ConstantsDoNotMatterIfTheyGoToTheBias) {
  const PatchMoments constant = moments_of({{50, 50}, {50, 50}, {50, 50}});
  const std::vector<double> weights = {10.4, 20.4};
  EXPECT_EQ(rounded(constant, weights, true), to_nearest(weights));
  EXPECT_NE(rounded(constant, weights, false), to_nearest(weights));
}

TEST(WeightRounding, DividesInputsByTheirSteps) {
  const PatchMoments alike = moments_of({{1, 1}, {-2, -2}, {3, 3}});
  // An error of 0.4 of the first is one of 0.8 of the second, or, without steps, one of 0.4.
  std::vector<double> weights = {10.4, 20.8};
  WeightRounding(alike, {0.5, 1}, false).round(kMost, &weights);
  EXPECT_EQ(weights[1], 22);
  EXPECT_EQ(rounded(alike, {10.4, 20.8})[1], 21);
}

TEST(WeightRounding, ErrsLess) {
  double together = 0, nearest = 0;
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    const auto patches = related_patches(40, seed);
    const std::vector<double> weights = random_weights(40, seed);
    together += squared_error(patches, weights, rounded(moments_of(patches), weights));
    nearest += squared_error(patches, weights, to_nearest(weights));
  }
  EXPECT_LT(together, 0.25 * nearest);
}

TEST(WeightRounding, TakesManyInputsInBlocks) {
  const size_t k = 2 * PatchMoments::kMostOfBlock + 1;
  const auto patches = related_patches(k, 7);
  const PatchMoments moments = moments_of(patches);
  EXPECT_EQ(moments.blocks().size(), 4U);
  const std::vector<double> weights = random_weights(k, 7);
  const std::vector<double> together = rounded(moments, weights);
  for (const double w : together) EXPECT_EQ(w, std::nearbyint(w));
  EXPECT_LT(squared_error(patches, weights, together),
            0.5 * squared_error(patches, weights, to_nearest(weights)));
}

// The moments that a calibration takes of a convolution's patches, against the means of what it
// reads.
TEST(PatchSampler, SeesWhatTheConvolutionReads) {
  QuantizeOptions together;
  together.round_together = true;
  const SmallNetwork network(shuffle_detector(2), together);
  const QuantizeInput& input = network.input();
  int seen = 0;
  for (size_t i = 0; i < input.split.program.steps.size(); ++i) {
    const PatchMoments& moments = input.calibration.moments[i];
    const Step& step = input.split.program.steps[i];
    EXPECT_EQ(moments.empty(), step.op != format::k_conv2d) << step.name;
    const Window& w = step.window;
    if (moments.empty() || w.kernel_h != 1 || w.stride_h != 1) continue;
    const auto& sources = input.flow.operand(static_cast<int>(i), 0);
    ASSERT_EQ(moments.k(), sources.size());
    for (size_t c = 0; c < sources.size(); ++c) {
      if (sources[c].step < 0) continue;
      const StepStatistics& made = input.calibration.steps[static_cast<size_t>(sources[c].step)];
      const auto channel = static_cast<size_t>(sources[c].channel);
      const double range = made.high[channel] - made.low[channel];
      EXPECT_NEAR(moments.mean(c), made.mean[channel], 0.05 * range) << step.name << " " << c;
      EXPECT_GE(moments.covariance(0, c, c), -1e-6 * range * range);
      ++seen;
    }
  }
  EXPECT_GT(seen, 20);
}

TEST(QuantizeProgram, RoundingTogetherIsNearerToTheFloats) {
  double gain = 0;
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    QuantizeOptions together;
    together.round_together = true;
    const SmallNetwork with(shuffle_detector(seed), together), without(shuffle_detector(seed));
    gain += with.snr(quantize_program(with.input(), with.all_steps(false)).program) -
            without.snr(quantize_program(without.input(), without.all_steps(false)).program);
  }
  EXPECT_GT(gain, 0) << "dB; most of the noise is the activations'";
}

}  // namespace
}  // namespace linnet::test
