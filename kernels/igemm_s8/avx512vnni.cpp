#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/igemm_s8/broadcast_tile.h"
#include "kernels/simd/avx512.h"
#include "kernels/simd/requantize_avx512.h"

namespace linnet {
namespace {

// Unsigned bytes times signed ones: weights are taken as w + 128.
struct DotAvx512Vnni : Avx512 {
  using I = __m512i;
  using Inputs = I;
  using Requantize = RequantizeAvx512;
  static constexpr int kPanels = 2;
  static constexpr bool kUnsignedWeights = true;

  static LINNET_INLINE I load_panels(const void* p, size_t panel_bytes) {
    const auto* first = static_cast<const __m256i*>(p);
    const auto* second =
        reinterpret_cast<const __m256i*>(static_cast<const uint8_t*>(p) + panel_bytes);
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256(first)),
                              _mm256_loadu_si256(second), 1);
  }
  static LINNET_INLINE I weights(I w, int inputs) {
    return _mm512_xor_si512(w, _mm512_set1_epi32(unsigned_weights_flip(inputs)));
  }
  static LINNET_INLINE I start(I bias, int32_t correction) {
    return _mm512_add_epi32(bias, _mm512_set1_epi32(correction));
  }
  static LINNET_INLINE __m128i add_groups(__m128i sums, __m128i x) {
    return _mm_dpbusd_epi32(sums, _mm_set1_epi8(1), x);
  }
  static LINNET_INLINE I inputs(const int8_t* in) {
    int32_t four;
    __builtin_memcpy(&four, in, sizeof four);
    return _mm512_set1_epi32(four);
  }
  // GCC 12 moves accumulators back and forth around the intrinsic, some to the stack.
  static LINNET_INLINE I dot(I sum, I x, I w) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(w), "v"(x));
    return sum;
  }
  static LINNET_INLINE V to_float(I sums) { return _mm512_cvtepi32_ps(sums); }
  static LINNET_INLINE V as_float(I bits) { return _mm512_castsi512_ps(bits); }
  static LINNET_INLINE void store_first(int8_t* p, __m128i v, int n) {
    if (n >= kWidth) return _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
    _mm_mask_storeu_epi8(p, mask(n), v);
  }
};

// 24 accumulators, 2 vectors of weights and 1 of inputs in 32 registers.
constexpr int kMr = 12;

}  // namespace

void igemm_s8_12x32_n8k4_avx512vnni(int m, int segments, const int8_t* const* rows, const int* k,
                                    const void* panels, size_t panel_bytes, int n,
                                    const RequantizeS8& to, int8_t* out, size_t out_pixel_stride) {
  const BroadcastToS8<DotAvx512Vnni> output = {RequantizeAvx512(to)};
  broadcast_igemm<DotAvx512Vnni, kMr, 4>(m, segments, rows, k, panels, panel_bytes, n, output, out,
                                         out_pixel_stride);
}

void igemm_s8_12x32_n8k4_avx512vnni_to_f32(int m, int segments, const int8_t* const* rows,
                                           const int* k, const void* panels, size_t panel_bytes,
                                           int n, float* out, size_t out_pixel_stride) {
  broadcast_igemm<DotAvx512Vnni, kMr, 4>(m, segments, rows, k, panels, panel_bytes, n,
                                         BroadcastToF32<DotAvx512Vnni>{}, out, out_pixel_stride);
}

}  // namespace linnet

#endif
