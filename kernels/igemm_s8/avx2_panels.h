// What the igemm_s8 of AVX2 and of AVX-VNNI share; see broadcast_tile.h.
#pragma once

#include "kernels/igemm_s8/broadcast_tile.h"
#include "kernels/simd/avx2.h"
#include "kernels/simd/requantize_avx2.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct PanelsAvx2 : Avx2 {
  using I = __m256i;
  using Requantize = RequantizeAvx2;
  static constexpr int kPanels = 1;
  static LINNET_INLINE I load_panels(const void* p, size_t) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(p));
  }
  // 4 input values, repeated.
  static LINNET_INLINE I repeated(const int8_t* in) {
    int32_t four;
    __builtin_memcpy(&four, in, sizeof four);
    return _mm256_set1_epi32(four);
  }
  static LINNET_INLINE V to_float(I sums) { return _mm256_cvtepi32_ps(sums); }
  static LINNET_INLINE V as_float(I bits) { return _mm256_castsi256_ps(bits); }
  static LINNET_INLINE void store_first(int8_t* p, __m128i v, int n) {
    if (n >= kWidth) return _mm_storel_epi64(reinterpret_cast<__m128i*>(p), v);
    store_first_int8(p, v, n);
  }
};

}  // namespace
}  // namespace linnet
