// kernels/requantize.h on vectors of NEON, the same bits; and runs of less than 8 bytes.
#pragma once

#include <arm_neon.h>

#include "kernels/requantize.h"
#include "kernels/simd/bytes.h"
#include "kernels/targets.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

#if LINNET_TARGET_AARCH64

struct RequantizeNeon {
  int16x8_t zero_point;
  int8x16_t low, high;

  explicit LINNET_INLINE RequantizeNeon(const RequantizeS8& to)
      : zero_point(vdupq_n_s16(to.zero_point)),
        low(vdupq_n_s8(to.low)),
        high(vdupq_n_s8(to.high)) {}

  // Rounded, zero point added, not yet within the bounds. The arguments are products of sums and
  // multipliers; infinities saturate.
  LINNET_INLINE int16x8_t round(float32x4_t first, float32x4_t second) const {
    const int16x4_t half = vqmovn_s32(vcvtnq_s32_f32(first));
    return vqaddq_s16(vqmovn_high_s32(half, vcvtnq_s32_f32(second)), zero_point);
  }
  LINNET_INLINE int8x8_t narrow(int16x8_t x) const {
    return vmin_s8(vmax_s8(vqmovn_s16(x), vget_low_s8(low)), vget_low_s8(high));
  }
  LINNET_INLINE int8x16_t narrow(int16x8_t first, int16x8_t second) const {
    return vminq_s8(vmaxq_s8(vqmovn_high_s16(vqmovn_s16(first), second), low), high);
  }
};

#else

// No conversion rounds to the nearest here, so requantize.h's addition does; what it leaves in the
// lowest 16 bits is the number itself. (Subnormal products are flushed to 0, to which they round.)
struct RequantizeNeon {
  int16x8_t zero_point;
  float32x4_t low, high;

  explicit LINNET_INLINE RequantizeNeon(const RequantizeS8& to)
      : zero_point(vdupq_n_s16(to.zero_point)),
        low(vdupq_n_f32(static_cast<float>(to.low - to.zero_point))),
        high(vdupq_n_f32(static_cast<float>(to.high - to.zero_point))) {}

  LINNET_INLINE int16x4_t round(float32x4_t x) const {
    const float32x4_t clamped = vminq_f32(vmaxq_f32(x, low), high);
    return vmovn_s32(vreinterpretq_s32_f32(vaddq_f32(clamped, vdupq_n_f32(12582912.0f))));
  }
  // Rounded and zero point added; within the bounds already.
  LINNET_INLINE int16x8_t round(float32x4_t first, float32x4_t second) const {
    return vaddq_s16(vcombine_s16(round(first), round(second)), zero_point);
  }
  LINNET_INLINE int8x8_t narrow(int16x8_t x) const { return vmovn_s16(x); }
  LINNET_INLINE int8x16_t narrow(int16x8_t first, int16x8_t second) const {
    return vcombine_s8(vmovn_s16(first), vmovn_s16(second));
  }
};

#endif

// The first n bytes, 1 <= n < 8.
LINNET_INLINE void store_first_int8(int8_t* p, int8x8_t v, int n) {
  store_first_bytes(p, vget_lane_u64(vreinterpret_u64_s8(v), 0), n);
}
// The others are 0 and not read; 1 <= n < 8.
LINNET_INLINE int8x8_t load_first_int8(const int8_t* p, int n) {
  return vreinterpret_s8_u64(vdup_n_u64(load_first_bytes(p, n)));
}

}  // namespace
}  // namespace linnet
