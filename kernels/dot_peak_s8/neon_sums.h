// What the loops of all ARM instruction sets share: all of S but dot().
#pragma once

#include <arm_neon.h>

#include "kernels/dot_peak_s8/loop.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct NeonSums {
  using I = int32x4_t;
  using B = int8x16_t;
  static LINNET_INLINE B set(int8_t x) { return vdupq_n_s8(x); }
  static LINNET_INLINE void forget(B& x) { __asm__ volatile("" : "+w"(x)); }
  static LINNET_INLINE I zero() { return vdupq_n_s32(0); }
  static LINNET_INLINE I add(I a, I b) { return vaddq_s32(a, b); }
};

}  // namespace
}  // namespace linnet
