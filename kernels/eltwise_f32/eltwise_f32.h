// eltwise_f32: out = activation(a + b) or activation(a * b), pixel by pixel.
#pragma once

#include "kernels/base.h"

namespace linnet {

// b_pixel_stride 0 broadcasts one pixel of b to all (a squeeze-and-excite gate, a constant).
// `out` may be equal to `a` or `b` (same stride); it must not overlap them otherwise.
using EltwiseF32 = void (*)(int pixels, int channels, const float* a, size_t a_pixel_stride,
                            const float* b, size_t b_pixel_stride, const Epilogue& epilogue,
                            float* out, size_t out_pixel_stride);

struct EltwiseF32Variant {
  const char* name;
  uint32_t features;
  EltwiseF32 add, mul;
};

const EltwiseF32Variant* eltwise_f32_variants(int* count);
const EltwiseF32Variant& eltwise_f32_select(uint32_t features);

}  // namespace linnet
