#include "kernels/targets.h"

#if LINNET_TARGET_AARCH64

#include "kernels/dwconv_s8/taps_neon.h"
#include "kernels/dwconv_s8/window.h"

namespace linnet {
namespace {

// requantize.h's addition of 1.5 * 2^23 in place of a conversion: cores with dot products run
// conversions on one pipeline of two, for two cycles, and additions, minima and maxima on both.
struct RequantizeByAddition {
  int16x8_t zero_point;
  float32x4_t low, high;

  explicit LINNET_INLINE RequantizeByAddition(const RequantizeS8& to)
      : zero_point(vdupq_n_s16(to.zero_point)),
        low(vdupq_n_f32(static_cast<float>(to.low - to.zero_point))),
        high(vdupq_n_f32(static_cast<float>(to.high - to.zero_point))) {}

  LINNET_INLINE int16x8_t round(float32x4_t x) const {
    const float32x4_t clamped = vminq_f32(vmaxq_f32(x, low), high);
    return vreinterpretq_s16_f32(vaddq_f32(clamped, vdupq_n_f32(12582912.0f)));
  }
  LINNET_INLINE int8x8_t operator()(float32x4_t first, float32x4_t second) const {
    return vmovn_s16(vaddq_s16(vuzp1q_s16(round(first), round(second)), zero_point));
  }
};

// Three or four taps are multiplied at once, once their bytes lie side by side. (5x5 windows with
// stride 2 share too little: interleaving costs more than it saves.)
struct TapsDotprod : TapsNeon {
  using Requantize = RequantizeByAddition;
  static constexpr int kTogether = 4;
  struct Quad {
    int8x16_t low, high;  // channels 0 to 3, 4 to 7
  };
  using TapsNeon::add;
  using TapsNeon::group;

  static LINNET_INLINE int8x16_t whole(In x) { return vcombine_s8(x, vdup_n_s8(0)); }
  static LINNET_INLINE Quad interleave(int8x16_t a, int8x16_t b, int8x16_t c, int8x16_t d) {
    const int16x8_t first = vreinterpretq_s16_s8(vzip1q_s8(a, b));
    const int16x8_t second = vreinterpretq_s16_s8(vzip1q_s8(c, d));
    return {vreinterpretq_s8_s16(vzip1q_s16(first, second)),
            vreinterpretq_s8_s16(vzip2q_s16(first, second))};
  }
  static LINNET_INLINE Quad group(In a, In b, In c) {
    return interleave(whole(a), whole(b), whole(c), vdupq_n_s8(0));
  }
  static LINNET_INLINE Quad group(In a, In b, In c, In d) {
    return interleave(whole(a), whole(b), whole(c), whole(d));
  }
  static LINNET_INLINE void add(Sum* sum, Quad in, Quad w) {
    sum->low = vdotq_s32(sum->low, in.low, w.low);
    sum->high = vdotq_s32(sum->high, in.high, w.high);
  }
  static LINNET_INLINE Out requantize(Sum sum, Scale scale, const Requantize& to) {
    return to(vmulq_f32(vcvtq_f32_s32(sum.low), scale.low),
              vmulq_f32(vcvtq_f32_s32(sum.high), scale.high));
  }
};

}  // namespace

void dwconv_s8_3x3s1_k1c8_dotprod(const DwconvS8Args& a) {
  dwconv_s8_row<TapsDotprod, TapsDotprod, 3, 1>(a);
}
void dwconv_s8_3x3s2_k1c8_dotprod(const DwconvS8Args& a) {
  dwconv_s8_row<TapsDotprod, TapsDotprod, 3, 2>(a);
}
void dwconv_s8_5x5s1_k1c8_dotprod(const DwconvS8Args& a) {
  dwconv_s8_row<TapsDotprod, TapsDotprod, 5, 1>(a);
}

}  // namespace linnet

#endif
