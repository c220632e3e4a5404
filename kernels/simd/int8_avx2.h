// Eight channels as bytes and as floats, on AVX2.
#pragma once

#include "kernels/simd/requantize_avx2.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct Int8Avx2 {
  static constexpr int kWidth = 8;
  using Bytes = __m128i;
  using Floats = __m256;
  using Requantize = RequantizeAvx2;

  static LINNET_INLINE Bytes load(const int8_t* p) {
    return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  }
  static LINNET_INLINE Bytes load_part(const int8_t* p, int n) { return load_first_int8(p, n); }
  static LINNET_INLINE void store(int8_t* p, Bytes v) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), v);
  }
  static LINNET_INLINE void store_part(int8_t* p, Bytes v, int n) { store_first_int8(p, v, n); }
  static LINNET_INLINE Floats load(const float* p) { return _mm256_loadu_ps(p); }
  static LINNET_INLINE void store(float* p, Floats v) { _mm256_storeu_ps(p, v); }
  static LINNET_INLINE Floats set(float x) { return _mm256_set1_ps(x); }
  static LINNET_INLINE Floats mul(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
  static LINNET_INLINE Floats add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
  static LINNET_INLINE Floats difference(Bytes v, int8_t zero_point) {
    return _mm256_cvtepi32_ps(
        _mm256_sub_epi32(_mm256_cvtepi8_epi32(v), _mm256_set1_epi32(zero_point)));
  }
  // vmaxps gives the second operand if one is NaN.
  static LINNET_INLINE Floats number_at_least(Floats x, float bound) {
    return _mm256_max_ps(x, _mm256_set1_ps(bound));
  }
  static LINNET_INLINE Bytes narrow(Floats x, const Requantize& to) { return to(x); }
};

}  // namespace
}  // namespace linnet
