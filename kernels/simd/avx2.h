// Vectors of floats on x86-64 with AVX2 and FMA; see neon.h for what the names mean and why all of
// it has internal linkage.
#pragma once

#include <immintrin.h>

#include "kernels/base.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct Avx2 {
  using V = __m256;
  static constexpr int kWidth = 8;

  static LINNET_INLINE __m256i mask(int n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static LINNET_INLINE V load(const float* p) { return _mm256_loadu_ps(p); }
  static LINNET_INLINE void store(float* p, V v) { _mm256_storeu_ps(p, v); }
  static LINNET_INLINE V load_part(const float* p, int n) { return _mm256_maskload_ps(p, mask(n)); }
  static LINNET_INLINE void store_part(float* p, V v, int n) { _mm256_maskstore_ps(p, mask(n), v); }

  static LINNET_INLINE V set(float x) { return _mm256_set1_ps(x); }
  static LINNET_INLINE V add(V a, V b) { return _mm256_add_ps(a, b); }
  static LINNET_INLINE V sub(V a, V b) { return _mm256_sub_ps(a, b); }
  static LINNET_INLINE V mul(V a, V b) { return _mm256_mul_ps(a, b); }
  static LINNET_INLINE V fma(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }
  static LINNET_INLINE V fnma(V a, V b, V c) { return _mm256_fnmadd_ps(a, b, c); }
  // vmaxps and vminps give the second operand if one is NaN.
  static LINNET_INLINE V at_least(V x, V bound) { return _mm256_max_ps(bound, x); }
  static LINNET_INLINE V at_most(V x, V bound) { return _mm256_min_ps(bound, x); }
  static LINNET_INLINE V if_less(V x, V bound, V a, V b) {
    return _mm256_blendv_ps(b, a, _mm256_cmp_ps(x, bound, _CMP_LT_OQ));
  }
  static LINNET_INLINE V reciprocal(V x) { return _mm256_div_ps(_mm256_set1_ps(1.0f), x); }
  static LINNET_INLINE V power_of_two(V v) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(v), 23));
  }
};

}  // namespace
}  // namespace linnet
