#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/dot_peak_s8/avx2_sums.h"

namespace linnet {
namespace {

struct Dot : Avx2Sums {
  static LINNET_INLINE I dot(I sum, B a, B b) {
    const I pairs = _mm256_maddubs_epi16(a, b);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
};

}  // namespace

int32_t dot_peak_s8_avx2(int rounds) {
  return _mm256_cvtsi256_si32(dot_peak_loop<Dot>(rounds));
}

}  // namespace linnet

#endif
