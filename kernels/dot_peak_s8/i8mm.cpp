#include "kernels/targets.h"

#if LINNET_TARGET_AARCH64

#include <arm_neon.h>

#include "kernels/dot_peak_s8/loop.h"

namespace linnet {
namespace {

struct Dot {
  using I = int32x4_t;
  using B = int8x16_t;
  static LINNET_INLINE B set(int8_t x) { return vdupq_n_s8(x); }
  static LINNET_INLINE void forget(B& x) { __asm__ volatile("" : "+w"(x)); }
  static LINNET_INLINE I zero() { return vdupq_n_s32(0); }
  static LINNET_INLINE I add(I a, I b) { return vaddq_s32(a, b); }
  static LINNET_INLINE I dot(I sum, B a, B b) { return vmmlaq_s32(sum, a, b); }
};

}  // namespace

int32_t dot_peak_s8_i8mm(int rounds) {
  return vgetq_lane_s32(dot_peak_loop<Dot>(rounds), 0);
}

}  // namespace linnet

#endif
