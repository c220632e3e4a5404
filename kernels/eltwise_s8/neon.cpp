#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/eltwise_s8/vector.h"
#include "kernels/simd/int8_neon.h"

namespace linnet {

void add_s8_neon(int pixels, int channels, const int8_t* a, size_t a_pixel_stride, const int8_t* b,
                 size_t b_pixel_stride, const AddS8& how, int8_t* out, size_t out_pixel_stride) {
  add_s8_vectors<Int8Neon>(pixels, channels, a, a_pixel_stride, b, b_pixel_stride, how, out,
                           out_pixel_stride);
}

}  // namespace linnet

#endif
