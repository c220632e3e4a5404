// Eight channels as bytes and as floats, on NEON.
#pragma once

#include "kernels/simd/requantize_neon.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct Int8Neon {
  static constexpr int kWidth = 8;
  using Bytes = int8x8_t;
  struct Floats {
    float32x4_t low, high;
  };
  using Requantize = RequantizeNeon;

  static LINNET_INLINE Bytes load(const int8_t* p) { return vld1_s8(p); }
  static LINNET_INLINE Bytes load_part(const int8_t* p, int n) { return load_first_int8(p, n); }
  static LINNET_INLINE void store(int8_t* p, Bytes v) { vst1_s8(p, v); }
  static LINNET_INLINE void store_part(int8_t* p, Bytes v, int n) { store_first_int8(p, v, n); }
  static LINNET_INLINE Floats load(const float* p) { return {vld1q_f32(p), vld1q_f32(p + 4)}; }
  static LINNET_INLINE void store(float* p, Floats v) {
    vst1q_f32(p, v.low);
    vst1q_f32(p + 4, v.high);
  }
  static LINNET_INLINE Floats set(float x) { return {vdupq_n_f32(x), vdupq_n_f32(x)}; }
  static LINNET_INLINE Floats mul(Floats a, Floats b) {
    return {vmulq_f32(a.low, b.low), vmulq_f32(a.high, b.high)};
  }
  static LINNET_INLINE Floats add(Floats a, Floats b) {
    return {vaddq_f32(a.low, b.low), vaddq_f32(a.high, b.high)};
  }
  // v - zero_point. An integer added to the bits of 1.5 * 2^23 adds as much to the number; a
  // conversion takes one pipeline of the Cortex-A76 for two cycles.
  static LINNET_INLINE Floats difference(Bytes v, int8_t zero_point) {
    constexpr int32_t kBits = 0x4B400000;
    const int16x8_t x = vsubl_s8(v, vdup_n_s8(zero_point));
    const int32x4_t bits = vdupq_n_s32(kBits);
    const float32x4_t magic = vreinterpretq_f32_s32(bits);
    return {vsubq_f32(vreinterpretq_f32_s32(vaddw_s16(bits, vget_low_s16(x))), magic),
            vsubq_f32(vreinterpretq_f32_s32(vaddw_s16(bits, vget_high_s16(x))), magic)};
  }
  // The bound for NaN.
  static LINNET_INLINE float32x4_t number_at_least(float32x4_t x, float32x4_t bound) {
#if LINNET_TARGET_AARCH64
    return vmaxnmq_f32(x, bound);
#else
    return vbslq_f32(vcgtq_f32(x, bound), x, bound);
#endif
  }
  static LINNET_INLINE Floats number_at_least(Floats x, float bound) {
    const float32x4_t b = vdupq_n_f32(bound);
    return {number_at_least(x.low, b), number_at_least(x.high, b)};
  }
  static LINNET_INLINE Bytes narrow(Floats x, const Requantize& to) {
    return to.narrow(to.round(x.low, x.high));
  }
};

}  // namespace
}  // namespace linnet
