#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/simd/avx2.h"
#include "kernels/winograd_f32/vector.h"

namespace linnet {

void winograd_input_f32_2x2_avx2(const float* const* pixels, int channels, float* out,
                                 size_t position_stride) {
  winograd_input<Avx2, Winograd2<Avx2>>(pixels, channels, out, position_stride);
}
void winograd_input_f32_4x4_avx2(const float* const* pixels, int channels, float* out,
                                 size_t position_stride) {
  winograd_input<Avx2, Winograd4<Avx2>>(pixels, channels, out, position_stride);
}
void winograd_output_f32_2x2_avx2(const float* in, size_t position_stride, const float* bias,
                                  int channels, const Epilogue& epilogue, float* const* pixels) {
  winograd_output<Avx2, Winograd2<Avx2>>(in, position_stride, bias, channels, epilogue, pixels);
}
void winograd_output_f32_4x4_avx2(const float* in, size_t position_stride, const float* bias,
                                  int channels, const Epilogue& epilogue, float* const* pixels) {
  winograd_output<Avx2, Winograd4<Avx2>>(in, position_stride, bias, channels, epilogue, pixels);
}

}  // namespace linnet

#endif
