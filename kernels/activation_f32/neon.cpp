#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/activation_f32/vector.h"
#include "kernels/simd/neon.h"

namespace linnet {

void activation_f32_neon(int pixels, int channels, const float* in, size_t in_pixel_stride,
                         const Epilogue& epilogue, float* out, size_t out_pixel_stride) {
  activate_block<Neon>(pixels, channels, in, in_pixel_stride, epilogue, out, out_pixel_stride);
}

}  // namespace linnet

#endif
