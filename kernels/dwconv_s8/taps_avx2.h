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

// 16 channels in 16 bits; sums are of channels 0 to 3 and 8 to 11, and of the others.
struct WideTapsAvx2 {
  struct Halves {
    __m256i first, second;
  };
  struct Scale {
    __m256 first, second;
  };
  static constexpr int kWidth = 16;
  static constexpr int kTogether = 2;
  static constexpr bool kGroupsAlong = false;
  using In = __m256i;
  using Pair = Halves;
  using Single = Halves;
  using Sum = Halves;
  using Out = __m128i;
  using Requantize = RequantizeAvx2;

  static LINNET_INLINE In load(const int8_t* p) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static LINNET_INLINE In set(int8_t x) { return _mm256_set1_epi16(x); }
  static LINNET_INLINE Sum load_sum(const int32_t* p) {
    const auto* in = reinterpret_cast<const __m256i*>(p);
    const __m256i low = _mm256_loadu_si256(in), high = _mm256_loadu_si256(in + 1);
    return {_mm256_permute2x128_si256(low, high, 0x20), _mm256_permute2x128_si256(low, high, 0x31)};
  }
  static LINNET_INLINE Scale load_scale(const float* p) {
    const __m256 low = _mm256_loadu_ps(p), high = _mm256_loadu_ps(p + 8);
    return {_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31)};
  }
  static LINNET_INLINE Pair group(In a, In b) {
    return {_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)};
  }
  static LINNET_INLINE Single single(In w) { return group(w, _mm256_setzero_si256()); }
  static LINNET_INLINE void add(Sum* sum, const Pair& in, const Pair& w) {
    sum->first = _mm256_add_epi32(sum->first, _mm256_madd_epi16(in.first, w.first));
    sum->second = _mm256_add_epi32(sum->second, _mm256_madd_epi16(in.second, w.second));
    // GCC would add products to each other first, and keep them and the sums in memory.
    __asm__("" : "+x"(sum->first), "+x"(sum->second));
  }
  static LINNET_INLINE void add_one(Sum* sum, In in, const Single& w) {
    add(sum, group(in, in), w);
  }
  static LINNET_INLINE Out requantize(const Sum& sum, const Scale& scale, const Requantize& to) {
    return to.of_halves(_mm256_mul_ps(_mm256_cvtepi32_ps(sum.first), scale.first),
                        _mm256_mul_ps(_mm256_cvtepi32_ps(sum.second), scale.second));
  }
  static LINNET_INLINE void store(int8_t* p, Out v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
  }
};

}  // namespace
}  // namespace linnet
