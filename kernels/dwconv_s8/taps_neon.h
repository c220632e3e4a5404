// Taps of dwconv_s8 on NEON.
#pragma once

#include "kernels/simd/requantize_neon.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// Two products of bytes fit into 16 bits, three do not. Vectors of 16 channels would leave too few
// registers for four outputs (1.2 times the cycles on the Cortex-A72).
struct TapsNeon {
  static constexpr int kWidth = 8;
  static constexpr int kTogether = 2;
  static constexpr bool kGroupsAlong = true;
  using In = int8x8_t;
  using Out = int8x8_t;
  using Single = int8x8_t;
  using Requantize = RequantizeNeon;
  struct Pair {
    int8x8_t a, b;
  };
  struct Sum {
    int32x4_t low, high;
  };
  struct Scale {
    float32x4_t low, high;
  };

  static LINNET_INLINE In load(const int8_t* p) { return vld1_s8(p); }
  static LINNET_INLINE In load_part(const int8_t* p, int n) { return load_first_int8(p, n); }
  static LINNET_INLINE In set(int8_t x) { return vdup_n_s8(x); }
  static LINNET_INLINE Sum load_sum(const int32_t* p) { return {vld1q_s32(p), vld1q_s32(p + 4)}; }
  static LINNET_INLINE Scale load_scale(const float* p) { return {vld1q_f32(p), vld1q_f32(p + 4)}; }
  static LINNET_INLINE Pair group(In a, In b) { return {a, b}; }
  static LINNET_INLINE Single single(In w) { return w; }
  static LINNET_INLINE void add_products(Sum* sum, int16x8_t products) {
    sum->low = vaddw_s16(sum->low, vget_low_s16(products));
#if LINNET_TARGET_AARCH64
    sum->high = vaddw_high_s16(sum->high, products);
#else
    sum->high = vaddw_s16(sum->high, vget_high_s16(products));
#endif
  }
  static LINNET_INLINE void add(Sum* sum, Pair in, Pair w) {
    add_products(sum, vmlal_s8(vmull_s8(in.a, w.a), in.b, w.b));
  }
  static LINNET_INLINE void add_one(Sum* sum, In in, Single w) {
    add_products(sum, vmull_s8(in, w));
  }
  static LINNET_INLINE int16x8_t round(Sum sum, Scale scale, const Requantize& to) {
    return to.round(vmulq_f32(vcvtq_f32_s32(sum.low), scale.low),
                    vmulq_f32(vcvtq_f32_s32(sum.high), scale.high));
  }
  static LINNET_INLINE Out requantize(Sum sum, Scale scale, const Requantize& to) {
    return to.narrow(round(sum, scale, to));
  }
  static LINNET_INLINE void store(int8_t* p, Out v) {
    vst1_s8(p, v);
  }
  static LINNET_INLINE void store_part(int8_t* p, Out v, int n) {
    store_first_int8(p, v, n);
  }
};

}  // namespace
}  // namespace linnet
