#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/igemm_s8/avx2_panels.h"

namespace linnet {
namespace {

// Unsigned bytes times signed ones: weights are taken as w + 128.
struct DotAvxVnni : PanelsAvx2 {
  using Inputs = I;
  static constexpr bool kUnsignedWeights = true;
  static LINNET_INLINE I weights(I w, int inputs) {
    return _mm256_xor_si256(w, _mm256_set1_epi32(unsigned_weights_flip(inputs)));
  }
  static LINNET_INLINE I start(I bias, int32_t correction) {
    return _mm256_add_epi32(bias, _mm256_set1_epi32(correction));
  }
  static LINNET_INLINE __m128i add_groups(__m128i sums, __m128i x) {
    return _mm_dpbusd_avx_epi32(sums, _mm_set1_epi8(1), x);
  }
  static LINNET_INLINE I inputs(const int8_t* in) { return repeated(in); }
  static LINNET_INLINE I dot(I sum, I x, I w) { return _mm256_dpbusd_avx_epi32(sum, w, x); }
};

// 12 accumulators, 2 vectors of weights and 1 of inputs in 16 registers.
constexpr int kMr = 6;

}  // namespace

void igemm_s8_6x16_n8k4_avxvnni(int m, int segments, const int8_t* const* rows, const int* k,
                                const void* panels, size_t panel_bytes, int n,
                                const RequantizeS8& to, int8_t* out, size_t out_pixel_stride) {
  const BroadcastToS8<DotAvxVnni> output = {RequantizeAvx2(to)};
  broadcast_igemm<DotAvxVnni, kMr, kMr / 2>(m, segments, rows, k, panels, panel_bytes, n, output,
                                            out, out_pixel_stride);
}

void igemm_s8_6x16_n8k4_avxvnni_to_f32(int m, int segments, const int8_t* const* rows, const int* k,
                                       const void* panels, size_t panel_bytes, int n, float* out,
                                       size_t out_pixel_stride) {
  broadcast_igemm<DotAvxVnni, kMr, kMr / 2>(m, segments, rows, k, panels, panel_bytes, n,
                                            BroadcastToF32<DotAvxVnni>{}, out, out_pixel_stride);
}

}  // namespace linnet

#endif
