// quantize: float to int8 and back, each channel with its own scale.
#pragma once

#include "kernels/requantize.h"

namespace linnet {

// Scales and multipliers are 0 or between these. Beyond them subnormal numbers would matter, which
// NEON on ARMv7 takes for 0.
inline constexpr float kSmallestQuantizeScale = 0x1p-100f;
inline constexpr float kLargestQuantizeScale = 0x1p+100f;

//   q = clamp(round_half_to_even(x * multiplier[c]) + to.zero_point, to.low, to.high)
// multiplier[c] is 1 / scale. x * multiplier is clamped before it is
// rounded, as in requantize_s8; NaN gives low.
using QuantizeF32 = void (*)(int pixels, int channels, const float* in, size_t in_pixel_stride,
                             const float* multiplier, const RequantizeS8& to, int8_t* out,
                             size_t out_pixel_stride);
//   x = float(q - zero_point) * scale[c]
using DequantizeS8 = void (*)(int pixels, int channels, const int8_t* in, size_t in_pixel_stride,
                              const float* scale, int8_t zero_point, float* out,
                              size_t out_pixel_stride);

struct QuantizeVariant {
  const char* name;
  uint32_t features;
  QuantizeF32 quantize;
  DequantizeS8 dequantize;
};

const QuantizeVariant* quantize_variants(int* count);
const QuantizeVariant& quantize_select(uint32_t features);

}  // namespace linnet
