#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/simd/neon.h"
#include "kernels/winograd_f32/vector.h"

namespace linnet {

void winograd_input_f32_2x2_neon(const float* const* pixels, int channels, float* out,
                                 size_t position_stride) {
  winograd_input<Neon, Winograd2<Neon>>(pixels, channels, out, position_stride);
}
void winograd_input_f32_4x4_neon(const float* const* pixels, int channels, float* out,
                                 size_t position_stride) {
  winograd_input<Neon, Winograd4<Neon>>(pixels, channels, out, position_stride);
}
void winograd_output_f32_2x2_neon(const float* in, size_t position_stride, const float* bias,
                                  int channels, const Epilogue& epilogue, float* const* pixels) {
  winograd_output<Neon, Winograd2<Neon>>(in, position_stride, bias, channels, epilogue, pixels);
}
void winograd_output_f32_4x4_neon(const float* in, size_t position_stride, const float* bias,
                                  int channels, const Epilogue& epilogue, float* const* pixels) {
  winograd_output<Neon, Winograd4<Neon>>(in, position_stride, bias, channels, epilogue, pixels);
}

}  // namespace linnet

#endif
