#include "tests/kernels/values.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdio>
#include <iterator>

namespace linnet::test {

// ARMv7 NEON takes subnormal numbers as zeros and gives zeros for them.
#if defined(__arm__)
constexpr float kSmallest = FLT_MIN;
#else
constexpr float kSmallest = FLT_TRUE_MIN;
#endif

float Random::value(Values values) {
  static constexpr float kExtreme[] = {
      0.0f,  -0.0f,  kSmallest, -kSmallest, FLT_MIN, -3 * kSmallest, 1.0f,
      -1.0f, 3.0f,   -3.0f,     6.0f,       -87.5f,  88.9f,          1 + FLT_EPSILON,
      1e15f, -1e15f, 3.2e-20f,  -5e4f,      1e-30f,  0.33333334f,    -16777217.0f};
  if (values == Values::extreme) {
    return kExtreme[between(0, static_cast<int>(std::size(kExtreme)) - 1)];
  }
  return static_cast<float>(static_cast<int32_t>(engine_())) * (1.0f / 2147483648.0f);
}

void Random::fill(float* to, size_t count, Values values) {
  for (size_t i = 0; i < count; ++i) to[i] = value(values);
}

Expected expected_sum(double value, double magnitude, int terms) {
  const double bound = (terms + 1) * kUnit;
  return {value, bound / (1 - bound) * magnitude + terms * double{kSmallest}};
}

namespace {

double activation(double x, const Epilogue& epilogue) {
  const double hard = std::isnan(x) ? x : std::min(std::max(x + 3.0, 0.0), 6.0);
  switch (epilogue.activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return std::isnan(x) ? x : std::max(x, 0.0);
    case Activation::relu6:
      return std::isnan(x) ? x : std::min(std::max(x, 0.0), 6.0);
    case Activation::leaky_relu:
      return x >= 0 ? x : double{epilogue.alpha} * x;
    case Activation::silu:
      return x == -HUGE_VAL ? 0.0 : x / (1.0 + std::exp(-x));
    case Activation::hard_swish:
      return x * hard / 6.0;
    case Activation::sigmoid:
      return 1.0 / (1.0 + std::exp(-x));
    case Activation::hard_sigmoid:
      return hard / 6.0;
  }
  return x;
}

// The steepest slope of the activation.
double slope(const Epilogue& epilogue) {
  switch (epilogue.activation) {
    case Activation::leaky_relu:
      return std::max(1.0, std::fabs(double{epilogue.alpha}));
    case Activation::silu:
      return 1.1;
    case Activation::hard_swish:
      return 1.5;
    default:
      return 1.0;
  }
}

}  // namespace

Expected expected_activation(const Expected& x, const Epilogue& epilogue) {
  const double value = activation(x.value, epilogue);
  double tolerance = x.tolerance * slope(epilogue);
  // Eight roundings for exp, addition, division and products. Results that e^-87.33 bounds may be
  // that or 0.
  if (epilogue.activation != Activation::none && epilogue.activation != Activation::relu) {
    tolerance += 8 * kUnit * std::fabs(value) + double{kSmallest};
  }
  if (epilogue.activation == Activation::silu) tolerance += 1.5e-36;
  if (epilogue.activation == Activation::sigmoid) tolerance += 1.2e-38;
  return {value, tolerance};
}

bool agrees(float actual, const Expected& expected) {
  if (std::isnan(expected.value)) return std::isnan(actual);
  if (std::isinf(expected.value)) return double{actual} == expected.value;
  return std::fabs(double{actual} - expected.value) <= expected.tolerance;
}

std::string describe(float actual, const Expected& expected) {
  char text[128];
  std::snprintf(text, sizeof text, "got %.9g, expected %.17g within %.3g", double{actual},
                expected.value, expected.tolerance);
  return text;
}

}  // namespace linnet::test
