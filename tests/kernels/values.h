// What the kernels are fed with, and how near their results must come.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "kernels/base.h"

namespace linnet::test {

// ordinary: uniform in [-1, 1]. extreme: zeros of both signs, subnormal, tiny and huge numbers
// (products of two and their sums stay finite in f32).
enum class Values { ordinary, extreme };

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  int between(int low, int high) {  // both included; the same on every host
    return low + static_cast<int>(engine_() % static_cast<uint32_t>(high - low + 1));
  }
  float value(Values values);
  void fill(float* to, size_t count, Values values);

 private:
  std::mt19937 engine_;
};

inline constexpr Activation kActivations[] = {
    Activation::none, Activation::relu,       Activation::relu6,   Activation::leaky_relu,
    Activation::silu, Activation::hard_swish, Activation::sigmoid, Activation::hard_sigmoid};
static_assert(sizeof kActivations / sizeof kActivations[0] == kActivationCount);

inline constexpr double kUnit = 1.0 / (1 << 24);  // half an ulp of 1 in f32

// A result in double and how far f32 may be from it.
struct Expected {
  double value;
  double tolerance;
};

// Sum of `terms` products and a bias. `magnitude` is the sum of the absolute values. Any order of
// additions, with or without fused multiply-add, stays within terms + 1 roundings of the magnitude
// (N. Higham, Accuracy and Stability of Numerical Algorithms, section 3.1); subnormal products are
// absolutely, not relatively, exact.
Expected expected_sum(double value, double magnitude, int terms);

// The activation of a value that is itself known within a tolerance. Two variants that both hold
// this bound differ from each other by at most twice the tolerance.
Expected expected_activation(const Expected& x, const Epilogue& epilogue);

// NaN stands for NaN, infinity for the same infinity.
bool agrees(float actual, const Expected& expected);
std::string describe(float actual, const Expected& expected);

}  // namespace linnet::test
