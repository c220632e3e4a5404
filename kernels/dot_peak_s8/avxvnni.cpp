#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/dot_peak_s8/avx2_sums.h"

namespace linnet {
namespace {

struct Dot : Avx2Sums {
  static LINNET_INLINE I dot(I sum, B a, B b) { return _mm256_dpbusd_avx_epi32(sum, a, b); }
};

}  // namespace

int32_t dot_peak_s8_avxvnni(int rounds) {
  return _mm256_cvtsi256_si32(dot_peak_loop<Dot>(rounds));
}

}  // namespace linnet

#endif
