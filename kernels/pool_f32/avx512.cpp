#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/pool_f32/vector.h"
#include "kernels/simd/avx512.h"

namespace linnet {

void max_pool_f32_avx512(const PoolF32Args& args) {
  max_pool_row<Avx512>(args);
}
void avg_pool_f32_avx512(const PoolF32Args& args) {
  avg_pool_row<Avx512>(args);
}
void global_avg_pool_f32_avx512(int pixels, int channels, const float* in, size_t in_pixel_stride,
                                float* out) {
  global_avg_pool<Avx512>(pixels, channels, in, in_pixel_stride, out);
}

}  // namespace linnet

#endif
