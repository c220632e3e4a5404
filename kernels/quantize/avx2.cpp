#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/quantize/vector.h"
#include "kernels/simd/int8_avx2.h"

namespace linnet {

void quantize_f32_avx2(int pixels, int channels, const float* in, size_t in_pixel_stride,
                       const float* multiplier, const RequantizeS8& to, int8_t* out,
                       size_t out_pixel_stride) {
  quantize_vectors<Int8Avx2>(pixels, channels, in, in_pixel_stride, multiplier, to, out,
                             out_pixel_stride);
}

void dequantize_s8_avx2(int pixels, int channels, const int8_t* in, size_t in_pixel_stride,
                        const float* scale, int8_t zero_point, float* out,
                        size_t out_pixel_stride) {
  dequantize_vectors<Int8Avx2>(pixels, channels, in, in_pixel_stride, scale, zero_point, out,
                               out_pixel_stride);
}

}  // namespace linnet

#endif
