#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/dot_peak_s8/neon_sums.h"

namespace linnet {
namespace {

struct Dot : NeonSums {
  // Two products in 16 bits, as igemm_s8 adds them up.
  static LINNET_INLINE I dot(I sum, B a, B b) {
    const int16x8_t products = vmull_s8(vget_low_s8(a), vget_low_s8(b));
    return vpadalq_s16(sum, vmlal_s8(products, vget_high_s8(a), vget_high_s8(b)));
  }
};

}  // namespace

int32_t dot_peak_s8_neon(int rounds) {
  return vgetq_lane_s32(dot_peak_loop<Dot>(rounds), 0);
}

}  // namespace linnet

#endif
