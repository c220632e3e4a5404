#include "kernels/targets.h"

#if LINNET_TARGET_AARCH64

#include "kernels/dot_peak_s8/neon_sums.h"

namespace linnet {
namespace {

struct Dot : NeonSums {
  static LINNET_INLINE I dot(I sum, B a, B b) { return vmmlaq_s32(sum, a, b); }
};

}  // namespace

int32_t dot_peak_s8_i8mm(int rounds) {
  return vgetq_lane_s32(dot_peak_loop<Dot>(rounds), 0);
}

}  // namespace linnet

#endif
