#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/simd/avx512.h"
#include "kernels/winograd_f32/vector.h"

namespace linnet {

void winograd_input_f32_2x2_avx512(const float* const* pixels, int channels, float* out,
                                   size_t position_stride) {
  winograd_input<Avx512, Winograd2<Avx512>>(pixels, channels, out, position_stride);
}
void winograd_input_f32_4x4_avx512(const float* const* pixels, int channels, float* out,
                                   size_t position_stride) {
  winograd_input<Avx512, Winograd4<Avx512>>(pixels, channels, out, position_stride);
}
void winograd_output_f32_2x2_avx512(const float* in, size_t position_stride, const float* bias,
                                    int channels, const Epilogue& epilogue, float* const* pixels) {
  winograd_output<Avx512, Winograd2<Avx512>>(in, position_stride, bias, channels, epilogue, pixels);
}
void winograd_output_f32_4x4_avx512(const float* in, size_t position_stride, const float* bias,
                                    int channels, const Epilogue& epilogue, float* const* pixels) {
  winograd_output<Avx512, Winograd4<Avx512>>(in, position_stride, bias, channels, epilogue, pixels);
}

}  // namespace linnet

#endif
