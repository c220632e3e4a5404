#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/igemm_s8/avx2_panels.h"

namespace linnet {
namespace {

// Bytes are multiplied unsigned by signed, and two products added to 16 bits with saturation: |x|
// times weights of x's sign, at most 2 x 128 x 127.
struct DotAvx2 : PanelsAvx2 {
  struct Inputs {
    I sign, magnitude;
  };
  static constexpr bool kUnsignedWeights = false;
  static LINNET_INLINE I weights(I w, int) { return w; }
  static LINNET_INLINE I start(I bias, int32_t) { return bias; }
  static LINNET_INLINE Inputs inputs(const int8_t* in) {
    const I x = repeated(in);
    return {x, _mm256_abs_epi8(x)};
  }
  static LINNET_INLINE I dot(I sum, const Inputs& x, I w) {
    const I pairs = _mm256_maddubs_epi16(x.magnitude, _mm256_sign_epi8(w, x.sign));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
};
// 8 accumulators, 2 vectors of weights, 2 of inputs and the products in 16 registers.
constexpr int kMr = 4;

}  // namespace

void igemm_s8_4x16_n8k4_avx2(int m, int segments, const int8_t* const* rows, const int* k,
                             const void* panels, size_t panel_bytes, int n, const RequantizeS8& to,
                             int8_t* out, size_t out_pixel_stride) {
  const BroadcastToS8<DotAvx2> output = {RequantizeAvx2(to)};
  broadcast_igemm<DotAvx2, kMr, kMr / 2>(m, segments, rows, k, panels, panel_bytes, n, output, out,
                                         out_pixel_stride);
}

void igemm_s8_4x16_n8k4_avx2_to_f32(int m, int segments, const int8_t* const* rows, const int* k,
                                    const void* panels, size_t panel_bytes, int n, float* out,
                                    size_t out_pixel_stride) {
  broadcast_igemm<DotAvx2, kMr, kMr / 2>(m, segments, rows, k, panels, panel_bytes, n,
                                         BroadcastToF32<DotAvx2>{}, out, out_pixel_stride);
}

}  // namespace linnet

#endif
