#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include <immintrin.h>

#include "kernels/dot_peak_s8/loop.h"

namespace linnet {
namespace {

struct Dot {
  using I = __m512i;
  using B = I;
  static LINNET_INLINE B set(int8_t x) { return _mm512_set1_epi8(x); }
  static LINNET_INLINE void forget(B& x) { __asm__ volatile("" : "+v"(x)); }
  static LINNET_INLINE I zero() { return _mm512_setzero_si512(); }
  static LINNET_INLINE I add(I a, I b) { return _mm512_add_epi32(a, b); }
  // GCC 12 moves accumulators back and forth around the intrinsic.
  static LINNET_INLINE I dot(I sum, B a, B b) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
    return sum;
  }
};

}  // namespace

int32_t dot_peak_s8_avx512vnni(int rounds) {
  int32_t sums[16];
  _mm512_storeu_si512(sums, dot_peak_loop<Dot>(rounds));
  return sums[0];
}

}  // namespace linnet

#endif
