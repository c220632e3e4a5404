#include "converter/quantize/quantize_step.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "kernels/requantize.h"

namespace linnet::converter {
namespace {

struct Layer1x1 {
  Step step;
  std::vector<Scale> in, out;
  std::vector<float> mean;
  Int8Step quantized(bool correct_bias = false, bool to_float = false) const {
    return quantize_dense({step, in, mean, to_float ? std::vector<Scale>{} : out, correct_bias});
  }
};

Layer1x1 layer(int inputs, int outputs, uint32_t seed) {
  std::mt19937 random(seed);
  const auto number = [&] { return static_cast<float>(random() % 2001) / 1000 - 1; };
  Layer1x1 l;
  l.step.op = format::k_conv2d;
  for (int i = 0; i < inputs * outputs; ++i) l.step.weights.push_back(number());
  for (int o = 0; o < outputs; ++o) l.step.bias.push_back(number());
  l.in.assign(static_cast<size_t>(inputs), {0.02f, 3});
  l.mean.assign(static_cast<size_t>(inputs), 0.1f);
  l.out.assign(static_cast<size_t>(outputs), {0.05f, -7});
  return l;
}

// What a kernel sums up before the multiplier, exactly.
int64_t sum(const Int8Step& s, size_t output, const std::vector<int>& codes) {
  int64_t total = s.bias[output];
  for (size_t i = 0; i < codes.size(); ++i)
    total += s.weights[output * codes.size() + i] * codes[i];
  return total;
}

std::vector<int> random_codes(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<int> codes(count);
  for (int& code : codes) code = static_cast<int>(random() % 256) - 128;
  return codes;
}

double exact(const Layer1x1& l, size_t output, const std::vector<int>& codes) {
  double total = l.step.bias[output];
  for (size_t i = 0; i < codes.size(); ++i) {
    total += double{l.step.weights[output * codes.size() + i]} * l.in[i].step *
             (codes[i] - l.in[i].zero_point);
  }
  return total;
}

void expect_sound(const Layer1x1& l, const Int8Step& s) {
  const size_t inputs = l.in.size();
  for (size_t o = 0; o < s.bias.size(); ++o) {
    EXPECT_TRUE(std::isfinite(s.multiplier[o])) << o;
    EXPECT_GT(s.multiplier[o], 0) << o;
    int64_t extreme = std::abs(int64_t{s.bias[o]});
    for (size_t i = 0; i < inputs; ++i) extreme += std::abs(s.weights[o * inputs + i]) * 128;
    EXPECT_LT(extreme, int64_t{1} << 31) << o;
  }
}

TEST(QuantizeStep, ResultsAreWithinHalfAWeightStep) {
  const Layer1x1 l = layer(24, 9, 1);
  const Int8Step s = l.quantized();
  expect_sound(l, s);
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const std::vector<int> codes = random_codes(24, seed);
    for (size_t o = 0; o < 9; ++o) {
      const double real = static_cast<double>(sum(s, o, codes)) * s.multiplier[o] * l.out[o].step;
      // Each weight is off by half of 1/127 at most, each input is 2.62 at most.
      EXPECT_NEAR(real, exact(l, o, codes), 24 * 2.62 / 127 / 2 + 0.01);
    }
  }
}

TEST(QuantizeStep, FloatResultsNeedNoOutputScale) {
  const Layer1x1 l = layer(24, 9, 2);
  const Int8Step s = l.quantized(false, true);
  const std::vector<int> codes = random_codes(24, 5);
  for (size_t o = 0; o < 9; ++o) {
    EXPECT_NEAR(static_cast<double>(sum(s, o, codes)) * s.multiplier[o], exact(l, o, codes), 0.3);
  }
}

TEST(QuantizeStep, AFilterOfZerosGivesItsBias) {
  Layer1x1 l = layer(16, 3, 3);
  std::fill(l.step.weights.begin(), l.step.weights.end(), 0.0f);
  l.step.bias = {2.5f, -1e-6f, 0};
  for (const bool correct : {false, true}) {
    const Int8Step s = l.quantized(correct);
    expect_sound(l, s);
    const std::vector<int> codes = random_codes(16, 1);
    for (size_t o = 0; o < 3; ++o) {
      EXPECT_NEAR(static_cast<double>(sum(s, o, codes)) * s.multiplier[o] * l.out[o].step,
                  l.step.bias[o], 1e-3);
    }
  }
}

TEST(QuantizeStep, ABiasFarBeyondTheWeightsDoesNotOverflow) {
  Layer1x1 l = layer(16, 3, 4);
  for (float& w : l.step.weights) w *= 1e-9f;
  l.step.bias = {1000, -1000, 1e-7f};
  expect_sound(l, l.quantized());
  const Int8Step s = l.quantized(false, true);
  expect_sound(l, s);
  EXPECT_NEAR(static_cast<double>(sum(s, 0, random_codes(16, 1))) * s.multiplier[0], 1000, 1e-2);
}

TEST(QuantizeStep, AChannelOfOneValueHasThatAsItsBias) {
  Layer1x1 l = layer(16, 5, 7);
  for (size_t i = 0; i < 16; ++i) l.step.weights[3 * 16 + i] = 0;
  l.step.bias = {-1000, 1000, 0.4f, 0.4f, -2000};
  l.step.activation = Activation::relu;
  const Int8Step s = l.quantized();
  const RequantizeS8 to = {s.out_zero_point, s.out_low, s.out_high};
  // ReLU's lower bound, the range's end, not looked at, 0.4 / 0.05, the lower bound.
  constexpr int kValue[] = {-7, 127, 0, -7 + 8, -7};
  for (const size_t o : {0, 1, 3, 4}) {
    EXPECT_EQ(requantize_s8(s.bias[o], s.multiplier[o], to), kValue[o]) << o;
    EXPECT_EQ(s.multiplier[o], 1) << o;
    for (size_t i = 0; i < 16; ++i) EXPECT_EQ(s.weights[o * 16 + i], 0) << o;
  }
  const auto zeros = std::count(s.weights.begin() + 2 * 16, s.weights.begin() + 3 * 16, 0);
  EXPECT_LT(zeros, 8) << "a channel that depends on its inputs";
}

// Cross-layer equalization gives channels steps of their own, from very small ones on.
TEST(QuantizeStep, ChannelRangesMayDifferByAMillion) {
  Layer1x1 l = layer(16, 8, 5);
  for (size_t o = 0; o < 8; ++o) {
    const float factor = std::pow(10.0f, static_cast<float>(o) - 6);
    for (size_t i = 0; i < 16; ++i) l.step.weights[o * 16 + i] *= factor;
    l.step.bias[o] *= factor;
    l.out[o].step *= factor;
  }
  for (size_t i = 1; i < 16; i += 2) {
    l.in[i].step *= 1e-6f;
    l.mean[i] *= 1e-6f;
  }
  const Int8Step s = l.quantized(true);
  expect_sound(l, s);
  const std::vector<int> codes = random_codes(16, 3);
  for (size_t o = 0; o < 8; ++o) {
    const double real = static_cast<double>(sum(s, o, codes)) * s.multiplier[o] * l.out[o].step;
    EXPECT_NEAR(real / l.out[o].step, exact(l, o, codes) / l.out[o].step, 4) << o;
  }
}

// Bias correction takes off what rounding shifts the mean by.
TEST(QuantizeStep, BiasCorrectionKeepsTheMean) {
  Layer1x1 l = layer(64, 16, 6);
  for (Scale& scale : l.in) scale = {0.02f, -128};
  l.mean.assign(64, 2.56f);
  const std::vector<int> codes(64, 0);  // 2.56 each
  double with = 0, without = 0;
  for (size_t o = 0; o < 16; ++o) {
    const Int8Step corrected = l.quantized(true), plain = l.quantized(false);
    const double target = exact(l, o, codes);
    with += std::abs(static_cast<double>(sum(corrected, o, codes)) * corrected.multiplier[o] *
                         l.out[o].step -
                     target);
    without += std::abs(
        static_cast<double>(sum(plain, o, codes)) * plain.multiplier[o] * l.out[o].step - target);
  }
  EXPECT_LT(with, 0.05 * without);
}

TEST(QuantizeStep, PaddingReadsTheZeroPoint) {
  Layer1x1 l = layer(9, 1, 7);
  l.step.op = format::k_dwconv2d;
  l.step.window.kernel_h = l.step.window.kernel_w = 3;
  l.in = {{0.02f, 3}};
  l.mean = {0.1f};
  EXPECT_EQ(l.quantized().in_zero_point, 0);
  l.step.window.pad_top = 1;
  EXPECT_EQ(l.quantized().in_zero_point, 3);
}

TEST(ActivationTable, IsTheFunctionBetweenTwoScales) {
  const Scale in = {0.1f, 10}, out = {0.05f, -100};
  for (const Activation activation :
       {Activation::silu, Activation::sigmoid, Activation::hard_swish, Activation::hard_sigmoid,
        Activation::leaky_relu, Activation::relu, Activation::relu6, Activation::none}) {
    const std::vector<int8_t> table = activation_table(activation, 0.1f, in, out);
    ASSERT_EQ(table.size(), 256u);
    // At 0 all are 0 but the sigmoids.
    const bool half = activation == Activation::sigmoid || activation == Activation::hard_sigmoid;
    EXPECT_EQ(table[128 + 10], half ? -90 : -100);
  }
  const std::vector<int8_t> silu = activation_table(Activation::silu, 0, in, out);
  for (int q = -128; q < 128; ++q) {
    const double x = 0.1 * (q - 10);
    const double y = std::clamp(x / (1 + std::exp(-x)) / 0.05 - 100, -128.0, 127.0);
    EXPECT_NEAR(silu[static_cast<size_t>(q + 128)], y, 0.51);
  }
}

TEST(SetClamp, FollowsTheActivation) {
  Int8Step s;
  set_clamp(Activation::none, {0.1f, -20}, &s);
  EXPECT_EQ(s.out_low, -128);
  EXPECT_EQ(s.out_high, 127);
  set_clamp(Activation::relu, {0.1f, -20}, &s);
  EXPECT_EQ(s.out_low, -20);
  set_clamp(Activation::relu6, {0.1f, -20}, &s);
  EXPECT_EQ(s.out_high, 40);
}

}  // namespace
}  // namespace linnet::converter
