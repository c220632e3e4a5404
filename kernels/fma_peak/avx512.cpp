#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/fma_peak/loop.h"
#include "kernels/simd/avx512.h"

namespace linnet {

float fma_peak_avx512(int rounds) {
  float lanes[Avx512::kWidth];
  Avx512::store(lanes, fma_peak_loop<Avx512>(rounds));
  return lanes[0];
}

}  // namespace linnet

#endif
