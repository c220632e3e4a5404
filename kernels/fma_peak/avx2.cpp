#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/fma_peak/loop.h"
#include "kernels/simd/avx2.h"

namespace linnet {

float fma_peak_avx2(int rounds) {
  float lanes[Avx2::kWidth];
  Avx2::store(lanes, fma_peak_loop<Avx2>(rounds));
  return lanes[0];
}

}  // namespace linnet

#endif
