// activation_f32: out = activation(in), pixel by pixel, and the scalar definition of every
// activation, which all other f32 kernels use for their epilogue.
#pragma once

#include "kernels/base.h"

namespace linnet {

// The reference: what an activation means. Exact where the definition is; sigmoid and SiLU through
// the library's own exp (kernels/activation_f32/exp.h: no libm, the same bits on every host).
float activate(float x, const Epilogue& epilogue);

// `out` may be equal to `in` (same stride); it must not overlap it otherwise.
using ActivationF32 = void (*)(int pixels, int channels, const float* in, size_t in_pixel_stride,
                               const Epilogue& epilogue, float* out, size_t out_pixel_stride);

struct ActivationF32Variant {
  const char* name;
  uint32_t features;
  ActivationF32 function;
};

const ActivationF32Variant* activation_f32_variants(int* count);
const ActivationF32Variant& activation_f32_select(uint32_t features);

}  // namespace linnet
