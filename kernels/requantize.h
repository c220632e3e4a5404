// Requantization, in one place: from a 32-bit sum to an 8-bit value. Every instruction set gives
// these bits; docs/quantization.md says why.
//
//   q = clamp(round_half_to_even(float(sum) * multiplier) + zero_point, low, high)
//
// float(sum) and the product are rounded to the nearest float, ties to even, as IEEE 754 asks; they
// are not fused with anything. Saturating on the way (to 16 bits, say) changes nothing, because
// low and high are within a byte. The source of the idea is the "fp32" scheme of XNNPACK
// (https://github.com/google/XNNPACK).
#pragma once

#include <cstring>

#include "kernels/base.h"

namespace linnet {

// What becomes of the sums of an int8 kernel.
struct RequantizeS8 {
  int8_t zero_point = 0;  // of the output
  int8_t low = -128;      // ReLU is low = zero_point, ReLU6 limits high too
  int8_t high = 127;      // at least low
  // The caller vouches for all channels: |sum| < 2^22, |sum * multiplier| < 2^15 - 256, and the
  // multiplier is normal and its lowest two bits are 0 (shortened()). Some kernels know a faster
  // way to the same bits then.
  bool small = false;
};

// The nearest float whose lowest two bits are 0.
inline float shortened(float multiplier) {
  uint32_t bits;
  std::memcpy(&bits, &multiplier, sizeof bits);
  bits = (bits + 2) & ~uint32_t{3};
  std::memcpy(&multiplier, &bits, sizeof bits);
  return multiplier;
}

// The nearest whole number, ties to even, for |x| < 2^22: adding 1.5 * 2^23 leaves no bits for the
// fraction.
LINNET_INLINE int32_t round_half_to_even(float x) {
  constexpr float kMagic = 12582912.0f;
  return static_cast<int32_t>((x + kMagic) - kMagic);
}

// clamp(round_half_to_even(x) + zero_point, low, high); NaN gives low.
LINNET_INLINE int8_t round_s8(float x, const RequantizeS8& to) {
  const auto low = static_cast<float>(to.low - to.zero_point);
  const auto high = static_cast<float>(to.high - to.zero_point);
  x = x > low ? x : low;
  x = x < high ? x : high;
  return static_cast<int8_t>(round_half_to_even(x) + to.zero_point);
}

LINNET_INLINE int8_t requantize_s8(int32_t sum, float multiplier, const RequantizeS8& to) {
  return round_s8(static_cast<float>(sum) * multiplier, to);
}

}  // namespace linnet
