// eltwise_s8: addition of two int8 tensors of different scales, pixel by pixel.
#pragma once

#include "kernels/requantize.h"

namespace linnet {

// Finite operands stay finite.
inline constexpr float kLargestAddMultiplier = 0x1p+100f;

// How the operands' scales and zero points become the output's.
struct AddS8 {
  float multiplier[2];  // scale of the operand / scale of the output; 0 to the above
  int8_t zero_point[2];
  RequantizeS8 to;
};

//   x = float(a - zero_point[0]) * multiplier[0] + float(b - zero_point[1]) * multiplier[1]
//   out = clamp(round_half_to_even(x) + to.zero_point, to.low, to.high)
// Products and the sum are rounded to floats, nothing is fused; x is clamped to low - zero_point
// and high - zero_point before it is rounded, as in requantize_s8.
//
// b_pixel_stride 0 broadcasts one pixel of b to all. `out` may be equal to `a` or `b` (same
// stride); it must not overlap them otherwise.
using EltwiseAddS8 = void (*)(int pixels, int channels, const int8_t* a, size_t a_pixel_stride,
                              const int8_t* b, size_t b_pixel_stride, const AddS8& how, int8_t* out,
                              size_t out_pixel_stride);

struct EltwiseS8Variant {
  const char* name;
  uint32_t features;
  EltwiseAddS8 add;
};

const EltwiseS8Variant* eltwise_s8_variants(int* count);
const EltwiseS8Variant& eltwise_s8_select(uint32_t features);

}  // namespace linnet
