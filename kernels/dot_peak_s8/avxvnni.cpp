#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include <immintrin.h>

#include "kernels/dot_peak_s8/loop.h"

namespace linnet {
namespace {

struct Dot {
  using I = __m256i;
  using B = I;
  static LINNET_INLINE B set(int8_t x) { return _mm256_set1_epi8(x); }
  static LINNET_INLINE void forget(B& x) { __asm__ volatile("" : "+x"(x)); }
  static LINNET_INLINE I zero() { return _mm256_setzero_si256(); }
  static LINNET_INLINE I add(I a, I b) { return _mm256_add_epi32(a, b); }
  static LINNET_INLINE I dot(I sum, B a, B b) { return _mm256_dpbusd_avx_epi32(sum, a, b); }
};

}  // namespace

int32_t dot_peak_s8_avxvnni(int rounds) {
  return _mm256_cvtsi256_si32(dot_peak_loop<Dot>(rounds));
}

}  // namespace linnet

#endif
