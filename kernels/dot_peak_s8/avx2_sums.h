// What the loops of AVX2 and of AVX-VNNI share: all of S but dot().
#pragma once

#include <immintrin.h>

#include "kernels/dot_peak_s8/loop.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct Avx2Sums {
  using I = __m256i;
  using B = I;
  static LINNET_INLINE B set(int8_t x) { return _mm256_set1_epi8(x); }
  static LINNET_INLINE void forget(B& x) { __asm__ volatile("" : "+x"(x)); }
  static LINNET_INLINE I zero() { return _mm256_setzero_si256(); }
  static LINNET_INLINE I add(I a, I b) { return _mm256_add_epi32(a, b); }
};

}  // namespace
}  // namespace linnet
