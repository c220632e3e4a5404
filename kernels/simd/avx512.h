// Vectors of floats on x86-64 with AVX-512 F, BW, VL and DQ; see neon.h for what the names mean and
// why all of it has internal linkage.
#pragma once

#include <immintrin.h>

#include "kernels/base.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct Avx512 {
  using V = __m512;
  static constexpr int kWidth = 16;

  static LINNET_INLINE __mmask16 mask(int n) { return static_cast<__mmask16>((1u << n) - 1); }
  static LINNET_INLINE V load(const float* p) { return _mm512_loadu_ps(p); }
  static LINNET_INLINE void store(float* p, V v) { _mm512_storeu_ps(p, v); }
  static LINNET_INLINE V load_part(const float* p, int n) {
    return _mm512_maskz_loadu_ps(mask(n), p);
  }
  static LINNET_INLINE void store_part(float* p, V v, int n) {
    _mm512_mask_storeu_ps(p, mask(n), v);
  }

  static LINNET_INLINE V set(float x) { return _mm512_set1_ps(x); }
  static LINNET_INLINE V add(V a, V b) { return _mm512_add_ps(a, b); }
  static LINNET_INLINE V sub(V a, V b) { return _mm512_sub_ps(a, b); }
  static LINNET_INLINE V mul(V a, V b) { return _mm512_mul_ps(a, b); }
  static LINNET_INLINE V fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
  static LINNET_INLINE V fnma(V a, V b, V c) { return _mm512_fnmadd_ps(a, b, c); }
  // vmaxps and vminps give the second operand if one is NaN.
  static LINNET_INLINE V at_least(V x, V bound) { return _mm512_max_ps(bound, x); }
  static LINNET_INLINE V at_most(V x, V bound) { return _mm512_min_ps(bound, x); }
  static LINNET_INLINE V if_less(V x, V bound, V a, V b) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, bound, _CMP_LT_OQ), b, a);
  }
  static LINNET_INLINE V reciprocal(V x) { return _mm512_div_ps(_mm512_set1_ps(1.0f), x); }
  static LINNET_INLINE V power_of_two(V v) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(v), 23));
  }
};

}  // namespace
}  // namespace linnet
