#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/pool_f32/vector.h"
#include "kernels/simd/neon.h"

namespace linnet {

void max_pool_f32_neon(const PoolF32Args& args) {
  max_pool_row<Neon>(args);
}
void avg_pool_f32_neon(const PoolF32Args& args) {
  avg_pool_row<Neon>(args);
}
void global_avg_pool_f32_neon(int pixels, int channels, const float* in, size_t in_pixel_stride,
                              float* out) {
  global_avg_pool<Neon>(pixels, channels, in, in_pixel_stride, out);
}

}  // namespace linnet

#endif
