// Taps of dwconv_s8 on AVX2: a pair of taps is one number of 32 bits, which vpmaddwd multiplies and
// adds.
#pragma once

#include "kernels/simd/requantize_avx2.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct TapsAvx2 {
  static constexpr int kWidth = 8;
  static constexpr int kTogether = 2;
  static constexpr bool kGroupsAlong = false;
  using In = __m256i;
  using Pair = __m256i;
  using Single = __m256i;
  using Sum = __m256i;
  using Scale = __m256;
  using Out = __m128i;
  using Requantize = RequantizeAvx2;

  static LINNET_INLINE In load(const int8_t* p) {
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  }
  static LINNET_INLINE In load_part(const int8_t* p, int n) {
    return _mm256_cvtepi8_epi32(load_first_int8(p, n));
  }
  static LINNET_INLINE In set(int8_t x) { return _mm256_set1_epi32(x); }
  static LINNET_INLINE Sum load_sum(const int32_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static LINNET_INLINE Scale load_scale(const float* p) { return _mm256_loadu_ps(p); }
  static LINNET_INLINE Pair group(In a, In b) {
    return _mm256_blend_epi16(a, _mm256_slli_epi32(b, 16), 0xAA);
  }
  static LINNET_INLINE Single single(In w) {
    return _mm256_blend_epi16(w, _mm256_setzero_si256(), 0xAA);
  }
  static LINNET_INLINE void add(Sum* sum, Pair in, Pair w) {
    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(in, w));
  }
  static LINNET_INLINE void add_one(Sum* sum, In in, Single w) { add(sum, in, w); }
  static LINNET_INLINE Out requantize(Sum sum, Scale scale, const Requantize& to) {
    return to(_mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale));
  }
  static LINNET_INLINE void store(int8_t* p, Out v) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), v);
  }
  static LINNET_INLINE void store_part(int8_t* p, Out v, int n) { store_first_int8(p, v, n); }
};

}  // namespace
}  // namespace linnet
