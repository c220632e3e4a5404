#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/activation_f32/vector.h"
#include "kernels/simd/avx512.h"

namespace linnet {

void activation_f32_avx512(int pixels, int channels, const float* in, size_t in_pixel_stride,
                           const Epilogue& epilogue, float* out, size_t out_pixel_stride) {
  activate_block<Avx512>(pixels, channels, in, in_pixel_stride, epilogue, out, out_pixel_stride);
}

}  // namespace linnet

#endif
