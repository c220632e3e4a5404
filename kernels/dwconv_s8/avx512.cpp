#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/dwconv_s8/taps_avx2.h"
#include "kernels/dwconv_s8/window.h"
#include "kernels/simd/requantize_avx512.h"

namespace linnet {
namespace {

struct TapsAvx512 {
  static constexpr int kWidth = 16;
  static constexpr int kTogether = 2;
  static constexpr bool kGroupsAlong = false;
  using In = __m512i;
  using Pair = __m512i;
  using Single = __m512i;
  using Sum = __m512i;
  using Scale = __m512;
  using Out = __m128i;
  using Requantize = RequantizeAvx512;
  static constexpr __mmask32 kUpperHalves = 0xAAAAAAAA;

  static LINNET_INLINE In load(const int8_t* p) {
    return _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static LINNET_INLINE In set(int8_t x) { return _mm512_set1_epi32(x); }
  static LINNET_INLINE Sum load_sum(const int32_t* p) { return _mm512_loadu_si512(p); }
  static LINNET_INLINE Scale load_scale(const float* p) { return _mm512_loadu_ps(p); }
  static LINNET_INLINE Pair group(In a, In b) {
    return _mm512_mask_blend_epi16(kUpperHalves, a, _mm512_slli_epi32(b, 16));
  }
  static LINNET_INLINE Single single(In w) { return _mm512_maskz_mov_epi16(~kUpperHalves, w); }
  static LINNET_INLINE void add(Sum* sum, Pair in, Pair w) {
    *sum = _mm512_add_epi32(*sum, _mm512_madd_epi16(in, w));
  }
  static LINNET_INLINE void add_one(Sum* sum, In in, Single w) { add(sum, in, w); }
  static LINNET_INLINE Out requantize(Sum sum, Scale scale, const Requantize& to) {
    return to(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale));
  }
  static LINNET_INLINE void store(int8_t* p, Out v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
  }
};

}  // namespace

void dwconv_s8_3x3s1_k1c8_avx512(const DwconvS8Args& a) {
  dwconv_s8_row<TapsAvx512, TapsAvx2, 3, 1>(a);
}
void dwconv_s8_3x3s2_k1c8_avx512(const DwconvS8Args& a) {
  dwconv_s8_row<TapsAvx512, TapsAvx2, 3, 2>(a);
}
void dwconv_s8_5x5s1_k1c8_avx512(const DwconvS8Args& a) {
  dwconv_s8_row<TapsAvx512, TapsAvx2, 5, 1>(a);
}
void dwconv_s8_5x5s2_k1c8_avx512(const DwconvS8Args& a) {
  dwconv_s8_row<TapsAvx512, TapsAvx2, 5, 2>(a);
}

}  // namespace linnet

#endif
