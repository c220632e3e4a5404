#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/dwconv_s8/window.h"
#include "kernels/simd/requantize_neon.h"

namespace linnet {
namespace {

// Two products of bytes fit into 16 bits, three do not.
struct Taps8 {
  static constexpr int kWidth = 8;
  static constexpr bool kPairsAlong = true;
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
  static LINNET_INLINE Pair pair(In a, In b) { return {a, b}; }
  static LINNET_INLINE Pair pair_weights(In a, In b) { return {a, b}; }
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

#if LINNET_TARGET_AARCH64

struct Taps16 {
  static constexpr int kWidth = 16;
  static constexpr bool kPairsAlong = true;
  using In = int8x16_t;
  using Out = int8x16_t;
  using Single = int8x16_t;
  using Requantize = RequantizeNeon;
  struct Pair {
    int8x16_t a, b;
  };
  struct Sum {
    Taps8::Sum low, high;
  };
  struct Scale {
    Taps8::Scale low, high;
  };

  static LINNET_INLINE In load(const int8_t* p) { return vld1q_s8(p); }
  static LINNET_INLINE In set(int8_t x) { return vdupq_n_s8(x); }
  static LINNET_INLINE Sum load_sum(const int32_t* p) {
    return {Taps8::load_sum(p), Taps8::load_sum(p + 8)};
  }
  static LINNET_INLINE Scale load_scale(const float* p) {
    return {Taps8::load_scale(p), Taps8::load_scale(p + 8)};
  }
  static LINNET_INLINE Pair pair(In a, In b) { return {a, b}; }
  static LINNET_INLINE Pair pair_weights(In a, In b) { return {a, b}; }
  static LINNET_INLINE Single single(In w) { return w; }
  static LINNET_INLINE void add(Sum* sum, Pair in, Pair w) {
    Taps8::add(&sum->low, {vget_low_s8(in.a), vget_low_s8(in.b)},
               {vget_low_s8(w.a), vget_low_s8(w.b)});
    Taps8::add_products(&sum->high, vmlal_high_s8(vmull_high_s8(in.a, w.a), in.b, w.b));
  }
  static LINNET_INLINE void add_one(Sum* sum, In in, Single w) {
    Taps8::add_one(&sum->low, vget_low_s8(in), vget_low_s8(w));
    Taps8::add_products(&sum->high, vmull_high_s8(in, w));
  }
  static LINNET_INLINE Out requantize(Sum sum, Scale scale, const Requantize& to) {
    return to.narrow(Taps8::round(sum.low, scale.low, to), Taps8::round(sum.high, scale.high, to));
  }
  static LINNET_INLINE void store(int8_t* p, Out v) { vst1q_s8(p, v); }
};

#else
using Taps16 = Taps8;  // 16 registers are too few for more
#endif

}  // namespace

void dwconv_s8_3x3s1_k1c8_neon(const DwconvS8Args& a) {
  dwconv_s8_row<Taps16, Taps8, 3, 1>(a);
}
void dwconv_s8_3x3s2_k1c8_neon(const DwconvS8Args& a) {
  dwconv_s8_row<Taps16, Taps8, 3, 2>(a);
}
void dwconv_s8_5x5s1_k1c8_neon(const DwconvS8Args& a) {
  dwconv_s8_row<Taps16, Taps8, 5, 1>(a);
}
void dwconv_s8_5x5s2_k1c8_neon(const DwconvS8Args& a) {
  dwconv_s8_row<Taps16, Taps8, 5, 2>(a);
}
void dwconv_s8_any_k1c8_neon(const DwconvS8Args& a) {
  dwconv_s8_any_row<Taps8>(a);
}

}  // namespace linnet

#endif
