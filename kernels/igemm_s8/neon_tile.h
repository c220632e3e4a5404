// What the igemm_s8 of all ARM instruction sets share: the walk over panels and segments, and what
// becomes of the sums.
//
// A tile is a chain of structs, not arrays; see kernels/igemm_f32/lane_tile.h. It has
//   start(bias, bias)          of channels 0 to 3, 4 to 7
//   multiply(rows, groups, w)  that many groups of inputs of a segment; returns the end of their
//                              weights
//   finish(sink)               sink.put(pixel, channels 0 to 3, channels 4 to 7) for each pixel
// and kRows, its pixels. kOffset: the sums start with kSumOffset, for NeonSmallToS8.
#pragma once

#include <type_traits>

#include "kernels/igemm_s8/igemm_s8.h"
#include "kernels/simd/neon.h"
#include "kernels/simd/requantize_neon.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// The same pointer, but the compiler does not know: so that every pixel loads the biases from
// memory where it would move registers, which takes the place of multiplications.
template <typename T>
LINNET_INLINE const T* anew(const T* p) {
  __asm__ volatile("" : "+r"(p));
  return p;
}

// What becomes of the products of sums and multipliers of a pixel: kWhole, of 8 channels, else of
// the first n.
struct NeonToS8 {
  RequantizeNeon requantize;

  template <bool kWhole>
  LINNET_INLINE void put(int32x4_t low, int32x4_t high, const float32x4x2_t& multiplier, int n,
                         int8_t* to) const {
    const float32x4_t x_low = vmulq_f32(vcvtq_f32_s32(low), multiplier.val[0]);
    const float32x4_t x_high = vmulq_f32(vcvtq_f32_s32(high), multiplier.val[1]);
    const int8x8_t q = requantize.narrow(requantize.round(x_low, x_high));
    if (kWhole || n >= kIgemmS8PanelWidth) return vst1_s8(to, q);
    store_first_int8(to, q, n);
  }
};

struct NeonToF32 {
  static LINNET_INLINE float32x4_t product(int32x4_t sum, float32x4_t multiplier) {
    const float32x4_t x = vcvtq_f32_s32(sum);
#if LINNET_TARGET_AARCH64
    return vmulq_f32(x, multiplier);
#else
    // NEON takes a subnormal multiplier for 0 here, VFP does not.
    return float32x4_t{x[0] * multiplier[0], x[1] * multiplier[1], x[2] * multiplier[2],
                       x[3] * multiplier[3]};
#endif
  }
  template <bool kWhole>
  static LINNET_INLINE void put(int32x4_t low, int32x4_t high, const float32x4x2_t& multiplier,
                                int n, float* to) {
    const float32x4_t x_low = product(low, multiplier.val[0]);
    if (!kWhole && n < 4) return Neon::store_part(to, x_low, n);
    vst1q_f32(to, x_low);
    if (!kWhole && n == 4) return;
    const float32x4_t x_high = product(high, multiplier.val[1]);
    if (!kWhole && n < 8) return Neon::store_part(to + 4, x_high, n - 4);
    vst1q_f32(to + 4, x_high);
  }
};

inline constexpr int32_t kSumOffset = 0x4B400000;
inline constexpr float kSumOffsetFloat = 12582912.0f;

#if LINNET_TARGET_AARCH64

// A faster way to the same bits for small sums (RequantizeS8::small). Conversions between integers
// and floats are slow: two cycles a vector on the Cortex-A76, on one of two pipes. So each sum
// starts with kSumOffset, the bits of the float 12582912 = 1.5 * 2^23: as a float it is 12582912 +
// sum, and
//
//   sum * multiplier = (12582912 + sum) * multiplier - 12582912 * multiplier
//
// is one fused multiplication, rounded once as the product is: the last term is exact because the
// multiplier's lowest two bits are 0. On the Cortex-A72, where a conversion costs what an addition
// does, it gains nothing.
//
// kPlain: the output's zero point is even and its bounds are those of a byte. Then the addition
// that rounds also adds the zero point, with the same result for ties, and nothing is left to
// clamp.
template <bool kPlain>
struct NeonSmallToS8 {
  const RequantizeNeon& requantize;
  float32x4_t magic;         // 12582912, plus the zero point if kPlain
  const float* corrections;  // -12582912 * multiplier, of 8 channels

  template <bool kWhole>
  LINNET_INLINE void put(int32x4_t low, int32x4_t high, const float32x4x2_t& multiplier, int,
                         int8_t* to) const {
    // Loaded for every pixel, because the multiplication overwrites them.
    const float* const terms = anew(corrections);
    const float32x4_t x_low =
        vfmaq_f32(vld1q_f32(terms), vreinterpretq_f32_s32(low), multiplier.val[0]);
    const float32x4_t x_high =
        vfmaq_f32(vld1q_f32(terms + 4), vreinterpretq_f32_s32(high), multiplier.val[1]);
    const int16x8_t words = vuzp1q_s16(vreinterpretq_s16_f32(vaddq_f32(x_low, magic)),
                                       vreinterpretq_s16_f32(vaddq_f32(x_high, magic)));
    if constexpr (kPlain) {
      vst1_s8(to, vqmovn_s16(words));
    } else {
      vst1_s8(to, requantize.narrow(vqaddq_s16(words, requantize.zero_point)));
    }
  }
};

#endif

// Takes the sums of a panel. kWhole: all pixels of the tile and 8 channels.
// kRemovesOffset: sums have kSumOffset added, which the output does not expect.
template <bool kWhole, bool kRemovesOffset, typename Output, typename Out>
struct NeonSink {
  const Output& output;
  float32x4x2_t multiplier;
  int m, n;  // pixels and channels that there are
  Out* to;
  size_t stride;

  LINNET_INLINE void put(int pixel, int32x4_t low, int32x4_t high) const {
    if (!kWhole && pixel >= m) return;
    if constexpr (kRemovesOffset) {
      low = vsubq_s32(low, vdupq_n_s32(kSumOffset));
      high = vsubq_s32(high, vdupq_n_s32(kSumOffset));
    }
    output.template put<kWhole>(low, high, multiplier, n, to + static_cast<size_t>(pixel) * stride);
  }
};

// What the tiles of one call share.
template <typename Output, typename Out>
struct NeonCall {
  int m, segments;
  const int8_t* const* rows;
  int mr;  // distance of the pointers of two segments
  const int* k;
  size_t panel_bytes;
  size_t stride;
  Output output;
  bool small, plain;  // RequantizeS8::small; NeonSmallToS8<kPlain>
  float magic;
};

#if LINNET_TARGET_AARCH64

template <bool kPlain, typename Tile, typename Call, typename Out>
LINNET_INLINE void finish_small(Tile& tile, const Call& kept, const float32x4x2_t& multiplier,
                                Out* out) {
  const Call& call = *anew(&kept);  // during the multiplications all registers are taken
  alignas(16) float corrections[kIgemmS8PanelWidth];
  vst1q_f32(corrections, vmulq_n_f32(multiplier.val[0], -kSumOffsetFloat));
  vst1q_f32(corrections + 4, vmulq_n_f32(multiplier.val[1], -kSumOffsetFloat));
  using Output = NeonSmallToS8<kPlain>;
  const Output output = {call.output.requantize, vld1q_dup_f32(&call.magic), corrections};
  tile.finish(NeonSink<true, false, Output, Out>{output, multiplier, call.m, kIgemmS8PanelWidth,
                                                 out, call.stride});
}

#endif

// n: channels of this panel and those after it.
template <typename Tile, typename Output, typename Out>
LINNET_INLINE void neon_panel(const NeonCall<Output, Out>& call, const uint8_t* panel, int n,
                              Out* out) {
  const auto& header = *reinterpret_cast<const IgemmS8PanelHeader*>(panel);
  const auto* w = reinterpret_cast<const int8_t*>(panel + sizeof header);
  const bool whole = call.m == Tile::kRows && n >= kIgemmS8PanelWidth;
  Tile tile;
  const int32x4_t offset = vdupq_n_s32(Tile::kOffset ? kSumOffset : 0);
  tile.start(vaddq_s32(vld1q_s32(header.bias), offset),
             vaddq_s32(vld1q_s32(header.bias + 4), offset));
  for (int t = 0; t < call.segments; ++t) {
    const size_t groups = igemm_s8_padded_k(static_cast<size_t>(call.k[t])) / kIgemmS8Group;
    w = tile.multiply(call.rows + t * call.mr, groups, w);
  }
  const float32x4x2_t multiplier = {vld1q_f32(header.multiplier), vld1q_f32(header.multiplier + 4)};
#if LINNET_TARGET_AARCH64
  if constexpr (Tile::kOffset && std::is_same_v<Output, NeonToS8>) {
    if (whole && call.small) {
      if (call.plain) {
        return finish_small<true>(tile, call, multiplier, out);
      }
      return finish_small<false>(tile, call, multiplier, out);
    }
  }
#endif
  if (whole) {
    tile.finish(NeonSink<true, Tile::kOffset, Output, Out>{call.output, multiplier, call.m, n, out,
                                                           call.stride});
  } else {
    tile.finish(NeonSink<false, Tile::kOffset, Output, Out>{call.output, multiplier, call.m, n, out,
                                                            call.stride});
  }
}

// Half is for the first 4 channels of a panel.
template <typename Tile, typename Half, typename Output, typename Out>
LINNET_INLINE void neon_panels(const NeonCall<Output, Out>& call, const void* panels, int n,
                               Out* out) {
  const auto* panel = static_cast<const uint8_t*>(panels);
  for (; n > kIgemmS8PanelWidth / 2; n -= kIgemmS8PanelWidth) {
    neon_panel<Tile>(call, panel, n, out);
    panel += call.panel_bytes;
    out += kIgemmS8PanelWidth;
  }
  if (n > 0) neon_panel<Half>(call, panel, n, out);
}

// Tile<pixels, channels>: half the pixels where that is enough. kMr: pixels of the variant.
template <template <int, int> class Tile, int kMr, typename Output, typename Out>
LINNET_INLINE void neon_igemm(int m, int segments, const int8_t* const* rows, const int* k,
                              const void* panels, size_t panel_bytes, int n, const Output& output,
                              const RequantizeS8& to, Out* out, size_t stride) {
  const bool plain = to.zero_point % 2 == 0 && to.low == -128 && to.high == 127;
  const float magic = kSumOffsetFloat + (plain ? static_cast<float>(to.zero_point) : 0.0f);
  const NeonCall<Output, Out> call = {m,      segments, rows,     kMr,   k,    panel_bytes,
                                      stride, output,   to.small, plain, magic};
  if (m > kMr / 2) {
    neon_panels<Tile<kMr, 8>, Tile<kMr, 4>>(call, panels, n, out);
  } else {
    neon_panels<Tile<kMr / 2, 8>, Tile<kMr / 2, 4>>(call, panels, n, out);
  }
}

}  // namespace
}  // namespace linnet
