// The library's own exp against libm's in double.
#include "kernels/activation_f32/exp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace linnet::test {
namespace {

float from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

double ulps(float actual, double expected) {
  const int exponent = std::max(std::ilogb(expected), -126);
  return std::fabs(actual - expected) / std::ldexp(1.0, exponent - 23);
}

// All exponents and both signs; a step through the mantissas that is prime.
TEST(ExpF32, WithinTheDocumentedErrorOverAllExponents) {
  double worst = 0;
  float worst_at = 0;
  for (uint64_t bits = 0; bits <= 0xFFFFFFFFu; bits += 997) {
    const float x = from_bits(static_cast<uint32_t>(bits));
    if (std::isnan(x) || x > 88.72283f || x < -87.33654f) continue;
    const double error = ulps(exp_f32(x), std::exp(double{x}));
    if (error > worst) {
      worst = error;
      worst_at = x;
    }
  }
  RecordProperty("worst_ulp", std::to_string(worst));
  EXPECT_LE(worst, 1.03) << "at " << worst_at;
}

TEST(ExpF32, Saturates) {
  EXPECT_EQ(exp_f32(89.0f), INFINITY);
  EXPECT_EQ(exp_f32(FLT_MAX), INFINITY);
  EXPECT_EQ(exp_f32(INFINITY), INFINITY);
  EXPECT_TRUE(std::isfinite(exp_f32(88.72283f)));
  EXPECT_EQ(exp_f32(-87.34f), 0.0f);
  EXPECT_EQ(exp_f32(-FLT_MAX), 0.0f);
  EXPECT_EQ(exp_f32(-INFINITY), 0.0f);
  EXPECT_GE(exp_f32(-87.33654f), FLT_MIN);
}

TEST(ExpF32, SpecialValues) {
  EXPECT_EQ(exp_f32(0.0f), 1.0f);
  EXPECT_EQ(exp_f32(-0.0f), 1.0f);
  EXPECT_EQ(exp_f32(FLT_TRUE_MIN), 1.0f);
  EXPECT_TRUE(std::isnan(exp_f32(NAN)));
}

TEST(SigmoidF32, SpecialValues) {
  EXPECT_EQ(sigmoid_f32(0.0f), 0.5f);
  EXPECT_EQ(sigmoid_f32(INFINITY), 1.0f);
  EXPECT_EQ(sigmoid_f32(-INFINITY), 0.0f);
  EXPECT_EQ(sigmoid_f32(100.0f), 1.0f);
  EXPECT_EQ(sigmoid_f32(-100.0f), 0.0f);
  EXPECT_TRUE(std::isnan(sigmoid_f32(NAN)));
}

}  // namespace
}  // namespace linnet::test
