// Vectors of floats on AArch64 and on ARMv7 with NEON and VFPv4.
//
// Every instruction set defines a struct with these same names; the kernels' templates are written
// against it. All of it has internal linkage: the linker must never replace a function by the copy
// that was compiled for another instruction set.
#pragma once

#include <arm_neon.h>

#include "kernels/base.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct Neon {
  using V = float32x4_t;
  static constexpr int kWidth = 4;

  static LINNET_INLINE V load(const float* p) { return vld1q_f32(p); }
  static LINNET_INLINE void store(float* p, V v) { vst1q_f32(p, v); }
  // The first n of kWidth floats, 1 <= n < kWidth; the others read as 0 and are not written.
  static LINNET_INLINE V load_part(const float* p, int n) {
    V v = vld1q_lane_f32(p, vdupq_n_f32(0.0f), 0);
    if (n > 1) v = vld1q_lane_f32(p + 1, v, 1);
    if (n > 2) v = vld1q_lane_f32(p + 2, v, 2);
    return v;
  }
  static LINNET_INLINE void store_part(float* p, V v, int n) {
    vst1q_lane_f32(p, v, 0);
    if (n > 1) vst1q_lane_f32(p + 1, v, 1);
    if (n > 2) vst1q_lane_f32(p + 2, v, 2);
  }

  static LINNET_INLINE V set(float x) { return vdupq_n_f32(x); }
  static LINNET_INLINE V add(V a, V b) { return vaddq_f32(a, b); }
  static LINNET_INLINE V sub(V a, V b) { return vsubq_f32(a, b); }
  static LINNET_INLINE V mul(V a, V b) { return vmulq_f32(a, b); }
  // a * b + c
  static LINNET_INLINE V fma(V a, V b, V c) { return vfmaq_f32(c, a, b); }
  // c - a * b
  static LINNET_INLINE V fnma(V a, V b, V c) { return vfmsq_f32(c, a, b); }
  // NaN in x stays NaN.
  static LINNET_INLINE V at_least(V x, V bound) { return vmaxq_f32(x, bound); }
  static LINNET_INLINE V at_most(V x, V bound) { return vminq_f32(x, bound); }
  // x < bound ? a : b
  static LINNET_INLINE V if_less(V x, V bound, V a, V b) {
    return vbslq_f32(vcltq_f32(x, bound), a, b);
  }
  // 1 / x for 2^-126 <= |x| <= 2^126, to about 1 ulp: the estimate and two Newton steps.
  static LINNET_INLINE V reciprocal(V x) {
    V r = vrecpeq_f32(x);
    r = vmulq_f32(vrecpsq_f32(x, r), r);
    return vmulq_f32(vrecpsq_f32(x, r), r);
  }
  // 2^n, if v is kRoundToExponent + n and -126 <= n <= 127: adding this number rounds to a whole n
  // and leaves n + 127 in the lowest bits.
  static LINNET_INLINE V power_of_two(V v) {
    return vreinterpretq_f32_s32(vshlq_n_s32(vreinterpretq_s32_f32(v), 23));
  }
};

}  // namespace
}  // namespace linnet
