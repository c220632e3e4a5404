#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/fma_peak/loop.h"
#include "kernels/simd/neon.h"

namespace linnet {

float fma_peak_neon(int rounds) {
  float lanes[Neon::kWidth];
  Neon::store(lanes, fma_peak_loop<Neon>(rounds));
  return lanes[0];
}

}  // namespace linnet

#endif
