#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/eltwise_f32/vector.h"
#include "kernels/simd/neon.h"

namespace linnet {

void add_f32_neon(int pixels, int channels, const float* a, size_t a_pixel_stride, const float* b,
                  size_t b_pixel_stride, const Epilogue& epilogue, float* out,
                  size_t out_pixel_stride) {
  combine_vectors<Neon>(pixels, channels, a, a_pixel_stride, b, b_pixel_stride, epilogue, out,
                        out_pixel_stride, [](auto x, auto y) { return Neon::add(x, y); });
}

void mul_f32_neon(int pixels, int channels, const float* a, size_t a_pixel_stride, const float* b,
                  size_t b_pixel_stride, const Epilogue& epilogue, float* out,
                  size_t out_pixel_stride) {
  combine_vectors<Neon>(pixels, channels, a, a_pixel_stride, b, b_pixel_stride, epilogue, out,
                        out_pixel_stride, [](auto x, auto y) { return Neon::mul(x, y); });
}

}  // namespace linnet

#endif
